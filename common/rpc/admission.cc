#include "common/rpc/admission.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/rpc/limits.h"
#include "common/status/error.h"

namespace onereturn {
namespace {

constexpr int64_t kMicrosASecond = 1'000'000;
// How long one waits for the end of a call of one's own: most last milliseconds.
constexpr absl::Duration kCallDelay = absl::Milliseconds(200);

}  // namespace

Shares Shares::Default() {
  Shares shares;
  shares.organisation = {limits::kCallsASecond, limits::kCallBurst, limits::kCallsAtOnce,
                         limits::kBytesAtOnce};
  shares.national = {limits::kNationalCallsASecond, limits::kNationalCallBurst,
                     limits::kNationalCallsAtOnce, limits::kNationalBytesAtOnce};
  shares.carrier = {0, 0, limits::kCarrierCallsAtOnce, limits::kBytesInFlight};
  return shares;
}

Shares Shares::FromConfig(const config::v1::CallerShares& config) {
  Shares shares = Default();
  const auto take = [](const config::v1::CallerShare& from, Share* to) {
    if (from.calls_a_second() > 0) to->calls_a_second = from.calls_a_second();
    if (from.burst() > 0) to->burst = from.burst();
    if (from.calls() > 0) to->calls = static_cast<int>(std::min<uint32_t>(from.calls(), INT32_MAX));
    if (from.bytes() > 0) to->bytes = from.bytes();
  };
  take(config.organisation(), &shares.organisation);
  take(config.national(), &shares.national);
  take(config.carrier(), &shares.carrier);
  // A rate without a burst would admit nobody.
  for (Share* share : {&shares.organisation, &shares.national, &shares.carrier}) {
    if (share->calls_a_second > 0) share->burst = std::max(share->burst, 1.0);
  }
  return shares;
}

const Share& Shares::Of(const Caller& caller) const {
  if (!caller.scope.national()) return organisation;
  const bool carries =
      caller.role == rights::v1::ROLE_SERVICE || caller.role == rights::v1::ROLE_NATIONAL_LOADER;
  return carries ? carrier : national;
}

std::string ShareKey(const Caller& caller) {
  const std::string& organisation = caller.scope.organisation();
  return organisation.empty() ? caller.spiffe_id : organisation;
}

absl::StatusOr<Admission::Ticket> Admission::Enter(const Caller& caller, uint64_t bytes) {
  const Share& share = shares_.Of(caller);
  std::string key = ShareKey(caller);
  const Timestamp now = clock_->Now();
  std::lock_guard<std::mutex> lock(mutex_);
  State& state = callers_[key];
  if (std::exchange(state.fresh, false)) state.tokens = share.burst;
  // A clock that was set back fills nothing.
  const int64_t since = std::max<int64_t>(now.micros - state.filled.micros, 0);
  state.filled = now;
  state.tokens = std::min(share.burst, state.tokens + static_cast<double>(since) *
                                                          share.calls_a_second / kMicrosASecond);
  absl::Duration delay = absl::ZeroDuration();
  const char* what = nullptr;
  if (share.calls_a_second > 0 && state.tokens < 1) {
    what = "calls a second";
    delay = absl::Seconds((1 - state.tokens) / share.calls_a_second);
  } else if (state.calls >= share.calls) {
    what = "calls at once";
    delay = kCallDelay;
  } else if (state.bytes + bytes > share.bytes) {
    what = "bytes at once";
    delay = kCallDelay;
  }
  if (what != nullptr) {
    ++state.refused;
    return Error(Reason::kOrgQuota, absl::StrCat("the caller's share of ", what, " is used up"))
        .With("quota", what)
        .RetryAfter(delay);
  }
  if (share.calls_a_second > 0) state.tokens -= 1;
  ++state.calls;
  state.bytes += bytes;
  ++admitted_;
  return Ticket(nullptr, [this, key = std::move(key), bytes](void*) { Leave(key, bytes); });
}

void Admission::Leave(const std::string& key, uint64_t bytes) {
  std::lock_guard<std::mutex> lock(mutex_);
  State& state = callers_[key];
  --state.calls;
  state.bytes -= bytes;
}

AdmissionCounts Admission::counts() const {
  std::lock_guard<std::mutex> lock(mutex_);
  AdmissionCounts counts;
  counts.admitted = admitted_;
  for (const auto& [key, state] : callers_) {
    counts.calls += static_cast<uint64_t>(state.calls);
    counts.bytes += state.bytes;
    counts.refused += state.refused;
    if (state.refused > 0) counts.refused_by_caller[key] = state.refused;
  }
  return counts;
}

absl::StatusOr<Admission::Ticket> Places::Take(const std::string& caller, bool is_service) {
  std::lock_guard<std::mutex> lock(mutex_);
  const bool full = taken_ >= total_ || (!is_service && by_others_ >= total_ - for_services_);
  if (full) {
    return Error(Reason::kCallQuota, "too many of these calls are open").RetryAfter(delay_);
  }
  const auto known = callers_.find(caller);
  if (!is_service && known != callers_.end() && known->second >= a_caller_) {
    return Error(Reason::kCallQuota, "the caller has too many of these calls open")
        .RetryAfter(delay_);
  }
  ++taken_;
  if (!is_service) ++by_others_;
  ++callers_[caller];
  return Admission::Ticket(nullptr, [this, caller, is_service](void*) {
    std::lock_guard<std::mutex> leaving(mutex_);
    --taken_;
    if (!is_service) --by_others_;
    const auto place = callers_.find(caller);
    if (--place->second == 0) callers_.erase(place);
  });
}

}  // namespace onereturn
