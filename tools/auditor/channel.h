// Mutual TLS to a service, which must show the one SPIFFE id that the profile names.
#ifndef ONERETURN_TOOLS_AUDITOR_CHANNEL_H_
#define ONERETURN_TOOLS_AUDITOR_CHANNEL_H_

#include <grpcpp/channel.h>

#include <memory>

#include "absl/status/statusor.h"
#include "onereturn/config/v1/config.pb.h"

namespace onereturn::auditor {

// INVALID_ARGUMENT when a file of the profile cannot be read.
absl::StatusOr<std::shared_ptr<grpc::Channel>> ConnectTo(const config::v1::TlsFiles& files,
                                                         const config::v1::Peer& peer);

}  // namespace onereturn::auditor

#endif  // ONERETURN_TOOLS_AUDITOR_CHANNEL_H_
