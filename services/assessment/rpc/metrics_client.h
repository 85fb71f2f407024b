// The metrics service as this service reads it: over gRPC, by this service's own identity.
#ifndef ONERETURN_SERVICES_ASSESSMENT_RPC_METRICS_CLIENT_H_
#define ONERETURN_SERVICES_ASSESSMENT_RPC_METRICS_CLIENT_H_

#include <grpcpp/channel.h>

#include <memory>

#include "onereturn/metrics/v1/metrics_service.grpc.pb.h"
#include "services/assessment/app/metrics_source.h"

namespace onereturn::assessment {

// Thread safe. Does not wait for a service that is down.
class MetricsClient final : public MetricsSource {
 public:
  explicit MetricsClient(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(metrics::v1::MetricsService::NewStub(channel)) {}

  absl::StatusOr<PinnedValue> Value(const MetricQuestion& question, int64_t limit_micros) override;
  absl::Status Trace(const MetricQuestion& question, int64_t limit_micros,
                     Listener listener) override;

 private:
  const std::unique_ptr<metrics::v1::MetricsService::Stub> stub_;
};

}  // namespace onereturn::assessment

#endif  // ONERETURN_SERVICES_ASSESSMENT_RPC_METRICS_CLIENT_H_
