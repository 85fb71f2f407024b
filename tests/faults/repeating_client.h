// A client whose replies get lost: it submits returns and their revisions one after the other, each
// until it is answered; now and then it repeats an old one, or uses an old id for something else.
#ifndef ONERETURN_TESTS_FAULTS_REPEATING_CLIENT_H_
#define ONERETURN_TESTS_FAULTS_REPEATING_CLIENT_H_

#include <grpcpp/channel.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "onereturn/returns/v1/returns_service.grpc.pb.h"
#include "tests/crash/made_up_returns.h"
#include "tests/faults/answer_book.h"

namespace onereturn {

// What all clients together have done.
struct RepeatingCounts {
  std::atomic<uint64_t> repeats = 0;       // Because there was no answer.
  std::atomic<uint64_t> late_repeats = 0;  // Of what was answered long ago.
  std::atomic<uint64_t> reuses = 0;        // Of an id, with other bytes; refused.
};

// One thread.
class RepeatingClient {
 public:
  // Nobody else submits anything of `organisations`.
  RepeatingClient(std::string name, std::shared_ptr<grpc::Channel> channel,
                  MadeUpCollection collection, std::vector<std::string> organisations,
                  uint64_t seed, AnswerBook* book, RepeatingCounts* counts);

  // Submits under so many ids. Stops at a violation, which it tells the book.
  void Run(int ids);

 private:
  struct Submission {
    std::string organisation;
    std::string period;
    std::string request_id;
    uint64_t seed = 0;
    uint32_t revision = 0;
  };
  Submission Next();
  returns::v1::SubmitReturnRequest RequestOf(const Submission& submission) const;
  bool Submit(const Submission& submission, bool answered_before);
  bool RepeatLate();
  bool ReuseId();
  // Tells the book; false.
  bool Wrong(const Submission& submission, const std::string& what);

  const std::string name_;
  const std::unique_ptr<returns::v1::ReturnsService::Stub> stub_;
  const MadeUpCollection collection_;
  const std::vector<std::string> organisations_;
  std::mt19937_64 random_;
  AnswerBook* const book_;
  RepeatingCounts* const counts_;
  std::vector<Submission> answered_;
};

}  // namespace onereturn

#endif  // ONERETURN_TESTS_FAULTS_REPEATING_CLIENT_H_
