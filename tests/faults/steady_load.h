// Clients of all kinds that go on while services come and go: some submit, some read figures, one
// assesses. Each asks again until it is answered, and keeps what it was told.
#ifndef ONERETURN_TESTS_FAULTS_STEADY_LOAD_H_
#define ONERETURN_TESTS_FAULTS_STEADY_LOAD_H_

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "onereturn/assessment/v1/assessment_service.grpc.pb.h"
#include "onereturn/config/v1/definitions.pb.h"
#include "onereturn/metrics/v1/metrics_service.grpc.pb.h"
#include "onereturn/returns/v1/returns_service.grpc.pb.h"
#include "tests/faults/answer_book.h"
#include "tests/faults/linked_suite.h"
#include "tests/faults/told_figures.h"

namespace onereturn {

// Thread safe, but for Start() and Stop().
class SteadyLoad {
 public:
  // What the clients need defined: the nation, its one region, providers, a collection, a metric.
  static config::v1::DefinitionSet Definitions();
  static const std::vector<std::string>& Periods();
  // The return that the submission stands for.
  static returns::v1::SubmitReturnRequest RequestOf(const LoadSubmission& submission);

  // All must outlive it.
  SteadyLoad(const LinkedSuite* suite, AnswerBook* book, ToldFigures* told, uint64_t seed);
  ~SteadyLoad();

  // Submits each return once, so that there is something to read and to assess.
  absl::Status SubmitFirst();
  void Start();
  // Returns when each client has the answer it waits for.
  void Stop();

  uint64_t submitted() const { return submitted_; }
  uint64_t scored() const { return scored_; }
  // Errors by what they say: their reason, or their code where a connection failed.
  std::map<std::string, uint64_t> errors() const;

 private:
  void Submit(int client);
  void Read(uint64_t seed);
  void Assess();
  metrics::v1::GetMetricValueRequest Question(std::mt19937_64* random);
  std::string RecentPosition();
  // Of calls that failed: counts, and tells the book of what is not documented. Then waits a
  // moment, as a client does.
  void Failed(const absl::Status& status);

  // Asks until there is an answer, and keeps its receipt. False: stopped for good.
  template <typename Stub, typename Request, typename Response>
  bool Change(Stub& stub,
              grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
              const Request& request, Response* response);

  const LinkedSuite* const suite_;
  AnswerBook* const book_;
  ToldFigures* const told_;
  const uint64_t seed_;
  std::atomic<bool> stopping_ = false;
  std::atomic<uint64_t> submitted_ = 0, scored_ = 0;
  std::vector<std::thread> threads_;
  mutable std::mutex mutex_;
  std::string recent_position_;             // Guarded by mutex_; of a receipt.
  std::map<std::string, uint64_t> errors_;  // Guarded by mutex_.
};

}  // namespace onereturn

#endif  // ONERETURN_TESTS_FAULTS_STEADY_LOAD_H_
