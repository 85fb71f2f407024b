// Following a standing request: the figures that change as returns arrive or are revised.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_ANSWERS_WATCH_ANSWER_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_ANSWERS_WATCH_ANSWER_H_

#include <cstdint>
#include <string>
#include <utility>

#include "services/ingestion/app/requests/answers/read_answer.h"

namespace onereturn::ingestion {

// Thread-compatible.
class WatchAnswer {
 public:
  static constexpr uint64_t kMostEntriesAStep = 5'120;

  // `after`: the entry after which it begins.
  WatchAnswer(AnswerParts parts, AnswerReader reader, std::string name, uint64_t after,
              uint64_t entries_a_step = kMostEntriesAStep)
      : parts_(parts),
        reader_(std::move(reader)),
        name_(std::move(name)),
        entries_a_step_(entries_a_step),
        at_(after) {}

  // Gives what the returns change that were accepted since the last step, at most up to `newest`,
  // as it is at `newest`: a return that was revised twice meanwhile, once. It looks at so many
  // entries a step and no more; at() is how far it came.
  // Each step looks anew at who asks. Errors: those of ReadIssued; REQUEST_STATE for a request that
  // is not standing; those of `give`.
  absl::Status Step(uint64_t newest, GiveAnswer give);

  uint64_t at() const { return at_; }

 private:
  const AnswerParts parts_;
  const AnswerReader reader_;
  const std::string name_;
  const uint64_t entries_a_step_;
  uint64_t at_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_ANSWERS_WATCH_ANSWER_H_
