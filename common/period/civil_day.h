// A day of the civil calendar, without time of day or time zone.
#ifndef ONERETURN_COMMON_PERIOD_CIVIL_DAY_H_
#define ONERETURN_COMMON_PERIOD_CIVIL_DAY_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace onereturn {

// A day of the Gregorian calendar from 1900-01-01 to 2199-12-31. An aggregate: one written by hand
// can be invalid; Make, Parse and FromEpochDays give valid days only. A value type.
struct CivilDay {
  static constexpr int kFirstYear = 1900;
  static constexpr int kLastYear = 2199;

  int year = 1970;
  int month = 1;  // 1 to 12.
  int day = 1;    // 1 to 31.

  static constexpr CivilDay Earliest() { return CivilDay{kFirstYear, 1, 1}; }
  static constexpr CivilDay Latest() { return CivilDay{kLastYear, 12, 31}; }

  static bool IsLeapYear(int year);
  // `month` must be 1 to 12 (checked, aborts).
  static int DaysInMonth(int year, int month);

  // INVALID_ARGUMENT names the part that is wrong: year, month, or a day that the month lacks.
  static absl::StatusOr<CivilDay> Make(int year, int month, int day);
  // Exactly "YYYY-MM-DD".
  static absl::StatusOr<CivilDay> Parse(absl::string_view text);
  // `days` since 1970-01-01, negative before it; nullopt outside the years above.
  static std::optional<CivilDay> FromEpochDays(int64_t days);

  bool IsValid() const;
  // Days since 1970-01-01. The day must be valid (checked, aborts).
  int32_t EpochDays() const;
  // 1 for Monday to 7 for Sunday. The day must be valid (checked, aborts).
  int IsoWeekday() const;
  // The day `days` later (earlier if negative); nullopt outside the years above. The day must be
  // valid (checked, aborts).
  std::optional<CivilDay> PlusDays(int64_t days) const;
  // "YYYY-MM-DD": bytewise order of the texts is the order of the days.
  std::string ToString() const;

  friend constexpr auto operator<=>(const CivilDay& left, const CivilDay& right) = default;

  template <typename H>
  friend H AbslHashValue(H state, const CivilDay& value) {
    return H::combine(std::move(state), value.year, value.month, value.day);
  }
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_PERIOD_CIVIL_DAY_H_
