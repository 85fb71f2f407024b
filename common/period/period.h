// The time that a figure is for.
#ifndef ONERETURN_COMMON_PERIOD_PERIOD_H_
#define ONERETURN_COMMON_PERIOD_PERIOD_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/period/civil_day.h"

namespace onereturn {

// The numbers are stored in keys and records: do not renumber.
enum class PeriodKind : uint8_t {
  kDay = 1,
  kWeek = 2,           // ISO week, Monday to Sunday.
  kMonth = 3,          // Calendar month.
  kQuarter = 4,        // Calendar quarter; 2025-Q2 is the first quarter of financial year 2025/26.
  kCalendarYear = 5,   // January to December.
  kFinancialYear = 6,  // April to March.
  kRollingMonths = 7,  // A window of 2 to 120 months that is no year or quarter by intent.
  kYearToDate = 8,     // From 1 April to the end of a month of that financial year.
  kPlan = 9,           // A plan for a financial year.
  kComparison = 10,    // One period set against another.
};

// "DAY", "WEEK", "MONTH", "QUARTER", "CALENDAR_YEAR", "FINANCIAL_YEAR", "ROLLING_MONTHS",
// "YEAR_TO_DATE", "PLAN", "COMPARISON".
absl::string_view PeriodKindName(PeriodKind kind);
absl::StatusOr<PeriodKind> ParsePeriodKind(absl::string_view name);

// A period is its kind, first day and last day (both inclusive); a comparison is its two periods.
// Periods of different kinds differ though they cover the same days: FY2025, 2025-04/P12M,
// FY2025-M12 and FY2025-PLAN. Every day lies in 1900 to 2199. A value type. Thread-compatible.
//
// Canonical text:
//   day            YYYY-MM-DD   2025-04-30
//   week           YYYY-Wnn     2025-W14      ISO week-numbering year
//   month          YYYY-MM      2025-04
//   quarter        YYYY-Qn      2025-Q2       FY2025-Q1 is parsed to the same period
//   calendar year  CYYYYY       CY2025
//   financial year FYYYYY       FY2025        1 April 2025 to 31 March 2026
//   rolling        YYYY-MM/PnM  2025-04/P12M  n months from the first of that month, n 2 to 120
//   year to date   FYYYYY-Mnn   FY2025-M07    M01 is April, M12 March
//   plan           FYYYYY-PLAN  FY2025-PLAN
//   comparison     A_vs_B       2025-04/P12M_vs_2024-04/P12M, A and B any two of the above
// The month with which financial years begin.
inline constexpr int kApril = 4;

class Period {
 public:
  static constexpr int kMinRollingMonths = 2;
  static constexpr int kMaxRollingMonths = 120;

  // All give INVALID_ARGUMENT, naming the number at fault, for a period that does not exist or
  // leaves the years 1900 to 2199. `financial_year` is the year in which it begins.
  static absl::StatusOr<Period> Day(const CivilDay& day);
  static absl::StatusOr<Period> Week(int iso_year, int week);
  static absl::StatusOr<Period> Month(int year, int month);
  static absl::StatusOr<Period> Quarter(int year, int quarter);
  static absl::StatusOr<Period> FinancialQuarter(int financial_year, int quarter);
  static absl::StatusOr<Period> CalendarYear(int year);
  static absl::StatusOr<Period> FinancialYear(int financial_year);
  static absl::StatusOr<Period> RollingMonths(int year, int month, int months);
  static absl::StatusOr<Period> YearToDate(int financial_year, int month_of_year);
  static absl::StatusOr<Period> Plan(int financial_year);
  // Neither may be a comparison, and they must differ.
  static absl::StatusOr<Period> Comparison(const Period& subject, const Period& baseline);

  // The period of `kind` in which `day` lies; nullopt for kinds whose periods overlap one another
  // (rolling months, year to date, plan, comparison), an invalid day, or the edge of the years.
  static std::optional<Period> Containing(PeriodKind kind, const CivilDay& day);

  // Canonical text, as above, and nothing else: no blanks, no lower case. INVALID_ARGUMENT says
  // what is wrong and gives an example.
  static absl::StatusOr<Period> Parse(absl::string_view text);
  std::string ToString() const;
  // For people: "April 2025", "Apr-Jun 2025, Q1 2025/26", "2025/26".
  std::string Display() const;

  PeriodKind kind() const { return span_.kind; }
  // First and last day, both inclusive. Of a comparison: the earliest and the latest of its two
  // periods, which may leave days between them out.
  CivilDay start() const;
  CivilDay end() const;
  // Days from start to end, both counted.
  int DayCount() const { return span_.end - span_.start + 1; }
  bool Covers(const CivilDay& day) const;
  bool SameDays(const Period& other) const {
    return span_.start == other.span_.start && span_.end == other.span_.end;
  }

  // The two periods of a comparison: `subject` is set against `baseline`. nullopt for other kinds.
  std::optional<Period> subject() const;
  std::optional<Period> baseline() const;

  // Whether `other` is this period or covers part, but not all, of its days. A partial order:
  // periods that cover the same days by different kinds do not contain each other. Plans and
  // comparisons contain, and are contained by, themselves alone.
  bool Contains(const Period& other) const;

  // The periods of the kind `finer` whose figures add up to this period's: disjoint, contiguous, in
  // order, covering it exactly. Empty where there are none: a week has days and nothing else has
  // weeks; a quarter has months and days; a year quarters, months and days; windows and years to
  // date have whatever fits their ends (2025-04/P12M has FY2025); plans and comparisons have none.
  std::vector<Period> RollUpFrom(PeriodKind finer) const;
  // The kinds for which RollUpFrom is not empty, coarsest first.
  std::vector<PeriodKind> RollUpKinds() const;

  // The next or previous period of the same kind and length: the following month for a month, the
  // window one month later for rolling months, M01 of the following year after M12, both periods
  // moved for a comparison. nullopt beyond the years 1900 to 2199.
  std::optional<Period> Next() const { return Shifted(1); }
  std::optional<Period> Previous() const { return Shifted(-1); }

  // By first day, then last day, then kind.
  friend constexpr auto operator<=>(const Period& left, const Period& right) = default;

  template <typename H>
  friend H AbslHashValue(H state, const Period& value) {
    return H::combine(std::move(state), value.span_, value.subject_, value.baseline_);
  }

 private:
  struct Span {
    int32_t start = 0;  // Days since 1970-01-01.
    int32_t end = 0;
    PeriodKind kind = PeriodKind::kDay;

    friend constexpr auto operator<=>(const Span& left, const Span& right) = default;
    template <typename H>
    friend H AbslHashValue(H state, const Span& value) {
      return H::combine(std::move(state), value.start, value.end, value.kind);
    }
  };

  explicit Period(const Span& span) : span_(span) {}
  static std::optional<Period> OfDays(PeriodKind kind, int64_t first_day, int64_t day_count);
  static std::optional<Period> OfMonths(PeriodKind kind, int64_t first_month, int64_t month_count);
  static absl::StatusOr<Period> OfYear(PeriodKind kind, int year, int first_month);

  std::optional<Period> Shifted(int steps) const;
  int MonthCount() const;
  int FinancialYearNumber() const;

  Span span_;
  Span subject_;   // All zero unless a comparison.
  Span baseline_;  // All zero unless a comparison.
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_PERIOD_PERIOD_H_
