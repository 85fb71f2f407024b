// MetricsService: thin handlers over the use cases.
#ifndef ONERETURN_SERVICES_METRICS_RPC_METRICS_SERVER_H_
#define ONERETURN_SERVICES_METRICS_RPC_METRICS_SERVER_H_

#include <atomic>

#include "common/clock/clock.h"
#include "common/rpc/guard.h"
#include "common/rpc/mutation_gate.h"
#include "common/rpc/page_token.h"
#include "onereturn/metrics/v1/metrics_service.grpc.pb.h"
#include "services/metrics/app/define_metric.h"
#include "services/metrics/app/read_gate.h"

namespace onereturn::metrics {

// Thread safe. All that is given to it must outlive it.
class MetricsServer final
    : public v1::MetricsService::WithRawCallbackMethod_UpdateMetric<v1::MetricsService::Service> {
 public:
  MetricsServer(const Guard* guard, MutationGate* mutations, const DerivedTables* tables,
                ReadGate* reads, const DefineMetric* define, const Clock* clock)
      : guard_(guard),
        mutations_(mutations),
        tables_(tables),
        reads_(reads),
        define_(define),
        clock_(clock),
        page_tokens_(PageTokens::Random()) {}

  grpc::ServerUnaryReactor* UpdateMetric(grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override;
  grpc::Status GetMetric(grpc::ServerContext* context, const v1::GetMetricRequest* request,
                         v1::GetMetricResponse* response) override;
  grpc::Status ListMetrics(grpc::ServerContext* context, const v1::ListMetricsRequest* request,
                           v1::ListMetricsResponse* response) override;
  grpc::Status GetMetricValue(grpc::ServerContext* context,
                              const v1::GetMetricValueRequest* request,
                              v1::GetMetricValueResponse* response) override;
  grpc::Status ListMetricValues(grpc::ServerContext* context,
                                const v1::ListMetricValuesRequest* request,
                                v1::ListMetricValuesResponse* response) override;
  grpc::Status GetLeagueTable(grpc::ServerContext* context,
                              const v1::GetLeagueTableRequest* request,
                              v1::GetLeagueTableResponse* response) override;
  grpc::Status GetTrend(grpc::ServerContext* context, const v1::GetTrendRequest* request,
                        v1::GetTrendResponse* response) override;
  grpc::Status TraceMetricValue(grpc::ServerContext* context,
                                const v1::TraceMetricValueRequest* request,
                                grpc::ServerWriter<v1::TraceMetricValueResponse>* writer) override;
  grpc::Status Watch(grpc::ServerContext* context, const v1::WatchRequest* request,
                     grpc::ServerWriter<v1::WatchResponse>* writer) override;

 private:
  absl::Status Follow(grpc::ServerContext* context, const v1::WatchRequest& request,
                      grpc::ServerWriter<v1::WatchResponse>* writer) const;

  const Guard* const guard_;
  MutationGate* const mutations_;
  const DerivedTables* const tables_;
  ReadGate* const reads_;
  const DefineMetric* const define_;
  const Clock* const clock_;
  const PageTokens page_tokens_;
  Places places_{limits::kOtherWatchers, 0, limits::kWatchersACaller};
};

}  // namespace onereturn::metrics

#endif  // ONERETURN_SERVICES_METRICS_RPC_METRICS_SERVER_H_
