// An assessor who goes on while services are killed: creates assessments, pins evidence, scores and
// reads what it wrote. What it sends and is promised it notes in the oracle.
#ifndef ONERETURN_TESTS_CRASH_ASSESSING_CLIENT_H_
#define ONERETURN_TESTS_CRASH_ASSESSING_CLIENT_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "onereturn/assessment/v1/assessment_service.grpc.pb.h"
#include "tests/crash/feed_audit.h"
#include "tests/crash/oracle.h"
#include "tests/harness/deployment.h"

namespace onereturn {

// A metric's value that does not change any more.
struct SettledFigure {
  std::string metric, organisation, period;
  std::string numerator;
};

// Thread-compatible.
class AssessingClient {
 public:
  // Defines the framework. `suite` and `oracle` must outlive it.
  static absl::Status Define(Deployment* suite);
  AssessingClient(Deployment* suite, Oracle* oracle) : suite_(suite), oracle_(oracle) {}
  ~AssessingClient() { Stop(); }

  // Begins, with evidence that must always have this value.
  void Start(SettledFigure figure);
  // Returns when what it has begun is answered.
  void Stop();

  uint64_t scored() const { return scored_; }
  // What must never be.
  std::vector<std::string> violations() const;
  // That assessment's feed has all that was promised, where it was promised, and nothing else of
  // assessments.
  static absl::Status Check(const FeedAudit& audit, const Histories& histories);

 private:
  void Run(const SettledFigure& figure);
  absl::Status Assess(const SettledFigure& figure, uint64_t number);
  absl::Status ReadBack(const std::string& reason);
  template <typename Request, typename Response>
  absl::Status Change(grpc::Status (assessment::v1::AssessmentService::Stub::*method)(
                          grpc::ClientContext*, const Request&, Response*),
                      const Request& request, Response* response);

  Deployment* const suite_;
  Oracle* const oracle_;
  std::unique_ptr<assessment::v1::AssessmentService::Stub> stub_;
  std::string assessment_;  // The one that is being worked on.
  std::atomic<bool> stopping_ = false;
  std::atomic<uint64_t> scored_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> violations_;  // Guarded by mutex_.
  std::thread thread_;
};

}  // namespace onereturn

#endif  // ONERETURN_TESTS_CRASH_ASSESSING_CLIENT_H_
