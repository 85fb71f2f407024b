// Loading definitions into a running suite, as the command-line client does.
#ifndef ONERETURN_TESTS_CRASH_DEFINITIONS_H_
#define ONERETURN_TESTS_CRASH_DEFINITIONS_H_

#include <grpcpp/channel.h>

#include <memory>

#include "absl/status/status.h"
#include "onereturn/config/v1/definitions.pb.h"

namespace onereturn {

// Sends calendars, organisations, items, collections and rules of requests, in this order, to
// ingestion.
absl::Status ApplyToIngestion(const config::v1::DefinitionSet& definitions,
                              const std::shared_ptr<grpc::Channel>& steward);
// Sends the metrics to the metrics service.
absl::Status ApplyToMetrics(const config::v1::DefinitionSet& definitions,
                            const std::shared_ptr<grpc::Channel>& steward);

}  // namespace onereturn

#endif  // ONERETURN_TESTS_CRASH_DEFINITIONS_H_
