// What was answered to each request id, by whoever saw it: all answers to one id must name the same
// fact.
#ifndef ONERETURN_TESTS_FAULTS_ANSWER_BOOK_H_
#define ONERETURN_TESTS_FAULTS_ANSWER_BOOK_H_

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "onereturn/ledger/v1/ledger.pb.h"

namespace onereturn {

// Thread safe. Of ids that are never used twice, whatever the organisation.
class AnswerBook {
 public:
  struct Answered {
    uint64_t sequence = 0;
    std::string leaf_hash;
    uint64_t answers = 0;  // That were seen.
    bool acknowledged = false;
  };

  // An answer that went by on the wire, delivered or not: finds id and receipt in the messages of
  // the method ("/package.Service/Method"). Answers without a receipt are passed over.
  void SawOnTheWire(const std::string& method, const std::string& request,
                    const std::string& response);
  // An answer that the client has got.
  void Acknowledged(const std::string& request_id, const ledger::v1::Receipt& receipt);
  // Something that must never be.
  void Violation(const std::string& text);

  std::map<std::string, Answered> answered() const;
  std::vector<std::string> violations() const;

 private:
  // Of both: mutex_ is held.
  void AddViolation(const std::string& text);
  Answered& Note(const std::string& request_id, const ledger::v1::Receipt& receipt);

  mutable std::mutex mutex_;
  std::map<std::string, Answered> answered_;  // By request id. Guarded by mutex_.
  std::vector<std::string> violations_;       // Guarded by mutex_.
};

}  // namespace onereturn

#endif  // ONERETURN_TESTS_FAULTS_ANSWER_BOOK_H_
