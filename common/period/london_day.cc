#include "common/period/london_day.h"

#include <algorithm>

#include "absl/strings/str_format.h"

namespace onereturn {
namespace {

constexpr int64_t kHourMicros = 3'600'000'000;
constexpr int64_t kDayMicros = 24 * kHourMicros;

// 01:00 UTC on the last Sunday of a month of 31 days.
int64_t ChangeOf(int year, int month) {
  const CivilDay last{year, month, 31};
  return (last.EpochDays() - last.IsoWeekday() % 7) * kDayMicros + kHourMicros;
}

CivilDay DayAt(int64_t micros) {
  const int64_t days = micros / kDayMicros - (micros % kDayMicros < 0 ? 1 : 0);
  const int64_t first = CivilDay::Earliest().EpochDays();
  const int64_t last = CivilDay::Latest().EpochDays();
  return *CivilDay::FromEpochDays(std::clamp(days, first, last));
}

bool IsSummer(int64_t micros) {
  const int year = DayAt(micros).year;
  return micros >= ChangeOf(year, 3) && micros < ChangeOf(year, 10);
}

}  // namespace

CivilDay LondonDay(Timestamp instant) {
  return DayAt(instant.micros + (IsSummer(instant.micros) ? kHourMicros : 0));
}

std::string LondonClock(Timestamp instant) {
  const bool summer = IsSummer(instant.micros);
  const int64_t shown = instant.micros + (summer ? kHourMicros : 0);
  const int64_t second = (shown % kDayMicros + kDayMicros) % kDayMicros / 1'000'000;
  return absl::StrFormat("%s %02d:%02d:%02d %s", LondonDay(instant).ToString(), second / 3'600,
                         second / 60 % 60, second % 60, summer ? "BST" : "GMT");
}

Timestamp LondonTime(const CivilDay& day, int seconds) {
  const int64_t shown = day.EpochDays() * kDayMicros + seconds * int64_t{1'000'000};
  const int64_t ahead = shown - kHourMicros;
  return Timestamp{IsSummer(ahead) ? ahead : shown};
}

}  // namespace onereturn
