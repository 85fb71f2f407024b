#include "common/token/single_use.h"

#include <iterator>

#include "common/status/error.h"

namespace onereturn {
namespace {

// An approval's token may be from the future by so much alone: were it more, one that was used
// before a restart could look as if it were from after it. Tokens tell time in whole seconds.
constexpr int64_t kMostAheadMicros = 1'000'000;

}  // namespace

SingleUse::SingleUse(const Clock* clock, size_t limit)
    : clock_(clock), limit_(limit), began_(clock->Now()) {}

absl::Status SingleUse::Use(const TokenHolder& person, const Digest& act) {
  const Timestamp now = clock_->Now();
  if (person.issued.micros > now.micros + kMostAheadMicros) {
    return Error(Reason::kTokenNotYet,
                 "the token is from the future, and an approval takes one that is not");
  }
  if (person.issued.micros <= began_.micros + kMostAheadMicros) {
    return Error(Reason::kTokenReplay,
                 "the token is from before the service's start: sign in again to approve");
  }
  std::lock_guard<std::mutex> lock(mutex_);
  const auto key = std::make_pair(person.issuer, person.token_id);
  if (const auto found = used_.find(key); found != used_.end()) {
    if (found->second.act == act) {
      ++found->second.times;
      return absl::OkStatus();
    }
    return Error(Reason::kTokenReplay,
                 "the token has served another approval: sign in again for each");
  }
  if (used_.size() >= limit_) {
    for (auto it = used_.begin(); it != used_.end();) {
      it = it->second.expires <= now ? used_.erase(it) : std::next(it);
    }
    if (used_.size() >= limit_) {
      return Error(Reason::kOverloaded, "more approvals than are remembered were made just now")
          .RetryAfter(absl::Seconds(30));
    }
  }
  used_.emplace(key, Used{act, person.expires});
  return absl::OkStatus();
}

void SingleUse::GiveBack(const TokenHolder& person, const Digest& act) {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto found = used_.find(std::make_pair(person.issuer, person.token_id));
  if (found == used_.end() || found->second.act != act) return;
  if (--found->second.times == 0) used_.erase(found);
}

}  // namespace onereturn
