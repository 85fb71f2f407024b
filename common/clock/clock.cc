#include "common/clock/clock.h"

#include <chrono>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/civil_time.h"
#include "common/base/check.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr size_t kFractionDigits = 6;

absl::Status Refuse(absl::string_view what) {
  return Error(
      Reason::kFieldInvalid,
      absl::StrCat("not a time: ", what, "; write RFC 3339, such as 2025-04-30T23:59:59Z"));
}

// Takes characters off the front of a text.
class Scanner {
 public:
  explicit Scanner(absl::string_view text) : text_(text) {}

  bool Empty() const { return text_.empty(); }
  bool StartsWithDigit() const { return !text_.empty() && absl::ascii_isdigit(Front()); }
  bool Take(char expected) {
    if (text_.empty() || text_.front() != expected) return false;
    text_.remove_prefix(1);
    return true;
  }
  // Exactly `count` digits.
  bool TakeNumber(size_t count, int* number) {
    int result = 0;
    for (size_t i = 0; i < count; ++i) {
      if (!StartsWithDigit()) return false;
      result = result * 10 + (text_.front() - '0');
      text_.remove_prefix(1);
    }
    *number = result;
    return true;
  }

 private:
  unsigned char Front() const { return static_cast<unsigned char>(text_.front()); }
  absl::string_view text_;
};

// Seconds since the epoch of the date and time at the front, as if they were UTC.
absl::StatusOr<int64_t> TakeDateTime(Scanner& scanner) {
  int year, month, day, hour, minute, second;
  if (!scanner.TakeNumber(4, &year) || !scanner.Take('-') || !scanner.TakeNumber(2, &month) ||
      !scanner.Take('-') || !scanner.TakeNumber(2, &day)) {
    return Refuse("the date is not of the form YYYY-MM-DD");
  }
  if (!scanner.Take('T')) return Refuse("no T stands between date and time");
  if (!scanner.TakeNumber(2, &hour) || !scanner.Take(':') || !scanner.TakeNumber(2, &minute) ||
      !scanner.Take(':') || !scanner.TakeNumber(2, &second)) {
    return Refuse("the time of day is not of the form HH:MM:SS");
  }
  if (year == 0) return Refuse("there is no year 0000");
  const absl::CivilDay date(year, month, day);
  // The constructor carries what is out of range over: the 30th of February into March.
  if (date.month() != month || date.day() != day) return Refuse("there is no such day");
  if (second == 60) return Refuse("leap seconds are not kept");
  if (hour > 23 || minute > 59 || second > 59) return Refuse("there is no such time of day");
  const int64_t days = date - absl::CivilDay(1970, 1, 1);
  return ((days * 24 + hour) * 60 + minute) * 60 + second;
}

absl::StatusOr<int64_t> TakeFractionMicros(Scanner& scanner) {
  if (!scanner.Take('.')) return 0;
  int64_t micros = 0;
  size_t digits = 0;
  for (int digit; scanner.TakeNumber(1, &digit); ++digits) {
    if (digits == kFractionDigits) return Refuse("more than six digits follow the point");
    micros = micros * 10 + digit;
  }
  if (digits == 0) return Refuse("no digit follows the point");
  for (; digits < kFractionDigits; ++digits) micros *= 10;
  return micros;
}

absl::StatusOr<int64_t> TakeOffsetSeconds(Scanner& scanner) {
  if (scanner.Take('Z')) return 0;
  const bool east = scanner.Take('+');
  if (!east && !scanner.Take('-')) {
    return Error(Reason::kTzRequired,
                 "not a time: neither Z nor an offset stands at the end; write RFC 3339, such as "
                 "2025-04-30T23:59:59Z");
  }
  int hours, minutes;
  if (!scanner.TakeNumber(2, &hours) || !scanner.Take(':') || !scanner.TakeNumber(2, &minutes)) {
    return Refuse("the offset is not of the form +HH:MM");
  }
  if (hours > 23 || minutes > 59) return Refuse("there is no such offset");
  const int64_t seconds = (hours * 60 + minutes) * 60;
  return east ? seconds : -seconds;
}

}  // namespace

std::string FormatTimestamp(Timestamp timestamp) {
  ONERETURN_CHECK(kMinTimestamp <= timestamp && timestamp <= kMaxTimestamp);
  int64_t seconds = timestamp.micros / kMicrosPerSecond;
  int64_t micros = timestamp.micros % kMicrosPerSecond;
  if (micros < 0) {  // Before 1970 the division rounds towards the later second.
    micros += kMicrosPerSecond;
    --seconds;
  }
  const absl::CivilSecond civil = absl::CivilSecond(1970, 1, 1) + seconds;
  return absl::StrFormat("%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", civil.year(), civil.month(),
                         civil.day(), civil.hour(), civil.minute(), civil.second(), micros);
}

absl::StatusOr<Timestamp> ParseTimestamp(absl::string_view text) {
  Scanner scanner(text);
  ASSIGN_OR_RETURN(const int64_t local_seconds, TakeDateTime(scanner));
  ASSIGN_OR_RETURN(const int64_t micros, TakeFractionMicros(scanner));
  ASSIGN_OR_RETURN(const int64_t offset_seconds, TakeOffsetSeconds(scanner));
  if (!scanner.Empty()) return Refuse("something follows the time");
  const Timestamp timestamp{(local_seconds - offset_seconds) * kMicrosPerSecond + micros};
  if (timestamp < kMinTimestamp || timestamp > kMaxTimestamp) {
    return Refuse("in UTC it lies outside the years 0001 to 9999");
  }
  return timestamp;
}

std::ostream& operator<<(std::ostream& out, Timestamp timestamp) {
  if (timestamp < kMinTimestamp || timestamp > kMaxTimestamp) {
    return out << timestamp.micros << " us";
  }
  return out << FormatTimestamp(timestamp);
}

Timestamp SystemClock::Now() const {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return Timestamp{std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count()};
}

}  // namespace onereturn
