// Each caller's share: of calls a second, of calls and bytes at once, and of places that hold a
// thread. A caller is its organisation, or its own SPIFFE id where it acts for no one. What is over
// its share is refused with ORG_QUOTA and the time to wait, before the request is parsed and before
// a token is verified; nothing is silently slow. Only callers whose identity is known have a share,
// so their number is bounded.
#ifndef ONERETURN_COMMON_RPC_ADMISSION_H_
#define ONERETURN_COMMON_RPC_ADMISSION_H_

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "common/identity/rights.h"
#include "onereturn/config/v1/config.pb.h"

namespace onereturn {

// A share. 0 of a rate: no limit on it.
struct Share {
  double calls_a_second = 0;
  double burst = 0;    // Calls that may come at once after a silence.
  int calls = 0;       // At once, streams among them.
  uint64_t bytes = 0;  // Of writes, at once.
};

// Who has which: systems of one organisation; national systems and people; and those that carry the
// suite itself: services, which follow feeds, and the national loader, which brings a month of all
// organisations at once. The last have no rate, only places.
struct Shares {
  Share organisation;
  Share national;
  Share carrier;

  // What limits.h says.
  static Shares Default();
  // As that, with what a configuration says otherwise.
  static Shares FromConfig(const config::v1::CallerShares& config);
  const Share& Of(const Caller& caller) const;
};

inline bool IsService(const Caller& caller) {
  return caller.scope.national() && caller.role == rights::v1::ROLE_SERVICE;
}

// The organisation, or the SPIFFE id where the caller acts for no single one.
std::string ShareKey(const Caller& caller);

// What was and is being done, for operators.
struct AdmissionCounts {
  uint64_t calls = 0;  // Now.
  uint64_t bytes = 0;  // Now.
  uint64_t admitted = 0;
  uint64_t refused = 0;
  std::map<std::string, uint64_t> refused_by_caller;
};

// Thread safe.
class Admission {
 public:
  Admission(Shares shares, const Clock* clock) : shares_(shares), clock_(clock) {}

  // Held while the call runs; gives its share back when it goes.
  using Ticket = std::shared_ptr<void>;
  // ORG_QUOTA with the time to wait. The admission must outlive the ticket.
  absl::StatusOr<Ticket> Enter(const Caller& caller, uint64_t bytes);

  AdmissionCounts counts() const;

 private:
  struct State {
    double tokens = 0;
    Timestamp filled;
    bool fresh = true;
    int calls = 0;
    uint64_t bytes = 0;
    uint64_t refused = 0;
  };
  void Leave(const std::string& key, uint64_t bytes);

  const Shares shares_;
  const Clock* const clock_;
  mutable std::mutex mutex_;
  std::map<std::string, State> callers_;  // Guarded by mutex_.
  uint64_t admitted_ = 0;                 // Guarded by mutex_.
};

// Places that hold a thread each, such as watches: some for everybody, of which no caller takes
// more than its part, and some that services alone may take, so that no crowd of readers stops one
// service from following another. Thread safe.
class Places {
 public:
  // `delay`: after which one who is refused is told to try again.
  Places(int total, int for_services, int a_caller, absl::Duration delay = absl::Seconds(5))
      : total_(total), for_services_(for_services), a_caller_(a_caller), delay_(delay) {}

  // CALL_QUOTA with the time to wait. The places must outlive the ticket.
  absl::StatusOr<Admission::Ticket> Take(const std::string& caller, bool is_service);

 private:
  const int total_;
  const int for_services_;
  const int a_caller_;
  const absl::Duration delay_;
  std::mutex mutex_;
  int taken_ = 0;                       // Guarded by mutex_.
  int by_others_ = 0;                   // Guarded by mutex_; of callers that are no services.
  std::map<std::string, int> callers_;  // Guarded by mutex_; none stands with 0.
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_RPC_ADMISSION_H_
