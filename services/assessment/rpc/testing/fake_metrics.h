// For tests: a metrics service on loopback, in the same process, that answers what the test wants.
#ifndef ONERETURN_SERVICES_ASSESSMENT_RPC_TESTING_FAKE_METRICS_H_
#define ONERETURN_SERVICES_ASSESSMENT_RPC_TESTING_FAKE_METRICS_H_

#include <grpcpp/server.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "onereturn/metrics/v1/metrics_service.grpc.pb.h"

namespace onereturn::assessment {

// Answers every question with state VALUE, 744 / 1000 x 100, version 3 and two leaves, at the asked
// position, or at LatestPosition() when none is asked. Thread safe.
class FakeMetrics final : public metrics::v1::MetricsService::Service {
 public:
  FakeMetrics();
  ~FakeMetrics() override;

  static std::string LatestPosition();
  static std::string EarlierPosition();
  static std::string LaterPosition();

  std::shared_ptr<grpc::Channel> channel() const { return channel_; }
  // The service is down from now on.
  void Stop();

  // Changes every later answer, or fails it.
  void set_change(std::function<void(metrics::v1::GetMetricValueResponse*)> change);
  void set_failure(absl::Status failure);
  // Fails questions about this metric alone, as `failure`; OK: none.
  void set_failure_of(const std::string& metric, absl::Status failure);
  // Questions are taken and never answered, until the asker has gone.
  void set_silent(bool silent);
  // This leaf of every trace, from 1, is of revision 2, but at LatestPosition().
  void set_revised_leaf(int leaf);
  // A trace never ends.
  void set_endless(bool endless);

  metrics::v1::GetMetricValueRequest last_question() const;
  metrics::v1::TraceMetricValueRequest last_trace() const;
  std::chrono::system_clock::time_point last_deadline() const;
  // "Bearer {token}" of the last question or trace; empty when it came without.
  std::string last_authorization() const;
  int questions() const;
  // True once so many questions have come; waits for it.
  bool WaitForQuestions(int count, std::chrono::seconds limit);
  // True once the caller of an endless trace has gone; waits for it.
  bool WaitForLeaver(std::chrono::seconds limit);

  grpc::Status GetMetricValue(grpc::ServerContext* context,
                              const metrics::v1::GetMetricValueRequest* request,
                              metrics::v1::GetMetricValueResponse* response) override;
  grpc::Status TraceMetricValue(
      grpc::ServerContext* context, const metrics::v1::TraceMetricValueRequest* request,
      grpc::ServerWriter<metrics::v1::TraceMetricValueResponse>* writer) override;

 private:
  // With mutex_ held.
  bool Fails(const std::string& metric) const;

  std::unique_ptr<grpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;

  mutable std::mutex mutex_;
  std::condition_variable left_changed_;
  std::condition_variable questions_changed_;
  // All guarded by mutex_.
  std::function<void(metrics::v1::GetMetricValueResponse*)> change_;
  absl::Status failure_;
  std::string failing_metric_;  // Empty: every one.
  bool silent_ = false;
  int revised_leaf_ = 0;
  bool endless_ = false;
  bool left_ = false;
  int questions_ = 0;
  std::string last_authorization_;
  std::chrono::system_clock::time_point last_deadline_;
  metrics::v1::GetMetricValueRequest last_question_;
  metrics::v1::TraceMetricValueRequest last_trace_;
};

}  // namespace onereturn::assessment

#endif  // ONERETURN_SERVICES_ASSESSMENT_RPC_TESTING_FAKE_METRICS_H_
