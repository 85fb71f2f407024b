// Time: an instant, its text, and where "now" comes from.
#ifndef ONERETURN_COMMON_CLOCK_CLOCK_H_
#define ONERETURN_COMMON_CLOCK_CLOCK_H_

#include <atomic>
#include <compare>
#include <cstdint>
#include <ostream>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace onereturn {

// An instant, in whole microseconds since 1970-01-01T00:00:00Z, without leap seconds. A value type.
struct Timestamp {
  int64_t micros = 0;

  static constexpr Timestamp FromSeconds(int64_t seconds) { return Timestamp{seconds * 1'000'000}; }

  friend constexpr auto operator<=>(Timestamp a, Timestamp b) = default;
};

// The years 0001 to 9999: what RFC 3339 and google.protobuf.Timestamp can say.
inline constexpr Timestamp kMinTimestamp{-62'135'596'800'000'000};
inline constexpr Timestamp kMaxTimestamp{253'402'300'799'999'999};

// RFC 3339 in UTC, always with six fractional digits, so that bytewise order is order in time:
// "2025-04-30T23:59:59.000000Z". `timestamp` must lie in the years 0001 to 9999 (checked).
std::string FormatTimestamp(Timestamp timestamp);

// Reads RFC 3339: date, "T", time, at most six fractional digits, then "Z" or an offset such as
// "+01:00". FIELD_INVALID, with words that say what is wrong, for all else: blanks, lower case, a
// day that does not exist, a leap second, a seventh fractional digit, an instant outside the years
// 0001 to 9999. TZ_REQUIRED for a time that ends with neither "Z" nor an offset: a local time can
// mean two instants, or none.
absl::StatusOr<Timestamp> ParseTimestamp(absl::string_view text);

std::ostream& operator<<(std::ostream& out, Timestamp timestamp);

// Where "now" comes from. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp Now() const = 0;
};

// The machine's clock. It may step backwards when the machine's time is corrected.
class SystemClock final : public Clock {
 public:
  Timestamp Now() const override;
};

// A clock that moves only when told.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(Timestamp now) : now_micros_(now.micros) {}

  Timestamp Now() const override { return Timestamp{now_micros_.load()}; }
  // Any instant, earlier ones too.
  void Set(Timestamp now) { now_micros_.store(now.micros); }
  void AdvanceMicros(int64_t micros) { now_micros_.fetch_add(micros); }
  void AdvanceSeconds(int64_t seconds) { AdvanceMicros(seconds * 1'000'000); }

 private:
  std::atomic<int64_t> now_micros_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_CLOCK_CLOCK_H_
