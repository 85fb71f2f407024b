#include "common/period/period.h"

#include <algorithm>
#include <array>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

struct KindName {
  PeriodKind kind;
  const char* name;
};

constexpr std::array<KindName, 10> kKindNames = {{
    {PeriodKind::kDay, "DAY"},
    {PeriodKind::kWeek, "WEEK"},
    {PeriodKind::kMonth, "MONTH"},
    {PeriodKind::kQuarter, "QUARTER"},
    {PeriodKind::kCalendarYear, "CALENDAR_YEAR"},
    {PeriodKind::kFinancialYear, "FINANCIAL_YEAR"},
    {PeriodKind::kRollingMonths, "ROLLING_MONTHS"},
    {PeriodKind::kYearToDate, "YEAR_TO_DATE"},
    {PeriodKind::kPlan, "PLAN"},
    {PeriodKind::kComparison, "COMPARISON"},
}};

// Kinds that others are made of, coarsest first. Weeks are not among them: they fit no month, and a
// February of exactly four weeks must not be treated otherwise than its neighbours.
constexpr std::array<PeriodKind, 5> kPartKinds = {PeriodKind::kCalendarYear,
                                                  PeriodKind::kFinancialYear, PeriodKind::kQuarter,
                                                  PeriodKind::kMonth, PeriodKind::kDay};

constexpr int kMonthsInYear = 12;

// Months are counted from January of year 0.
int64_t MonthNumber(int year, int month) { return int64_t{year} * kMonthsInYear + month - 1; }

int32_t FirstDayOf(int64_t month_number) {
  return CivilDay{static_cast<int>(month_number / kMonthsInYear),
                  static_cast<int>(month_number % kMonthsInYear) + 1, 1}
      .EpochDays();
}

CivilDay ToCivilDay(int32_t epoch_days) {
  const std::optional<CivilDay> day = CivilDay::FromEpochDays(epoch_days);
  ONERETURN_CHECK(day.has_value());
  return *day;
}

// The Monday of week 1: the week in which 4 January lies.
int32_t FirstMonday(int iso_year) {
  const CivilDay fourth{iso_year, 1, 4};
  return fourth.EpochDays() - (fourth.IsoWeekday() - 1);
}

absl::Status CheckYear(int year) {
  if (year >= CivilDay::kFirstYear && year <= CivilDay::kLastYear) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "year ", year, " lies outside ", CivilDay::kFirstYear, " to ", CivilDay::kLastYear));
}

absl::Status CheckNumber(absl::string_view what, int number, int last) {
  if (number >= 1 && number <= last) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(what, " ", number, " does not exist; they run from 1 to ", last));
}

absl::StatusOr<Period> OrOutside(const std::optional<Period>& period) {
  if (period.has_value()) return *period;
  return absl::InvalidArgumentError(absl::StrCat("the period ends after ", CivilDay::kLastYear,
                                                 "-12-31, the last day that can be held"));
}

}  // namespace

absl::string_view PeriodKindName(PeriodKind kind) {
  for (const KindName& entry : kKindNames) {
    if (entry.kind == kind) return entry.name;
  }
  ONERETURN_CHECK(false && "a number that is no kind of period");
  return "";
}

absl::StatusOr<PeriodKind> ParsePeriodKind(absl::string_view name) {
  std::string known;
  for (const KindName& entry : kKindNames) {
    if (name == entry.name) return entry.kind;
    absl::StrAppend(&known, known.empty() ? "" : ", ", entry.name);
  }
  return absl::InvalidArgumentError(absl::StrCat("unknown kind of period; use one of ", known));
}

std::optional<Period> Period::OfDays(PeriodKind kind, int64_t first_day, int64_t day_count) {
  const int64_t last_day = first_day + day_count - 1;
  if (!CivilDay::FromEpochDays(first_day).has_value() ||
      !CivilDay::FromEpochDays(last_day).has_value()) {
    return std::nullopt;
  }
  return Period(Span{static_cast<int32_t>(first_day), static_cast<int32_t>(last_day), kind});
}

std::optional<Period> Period::OfMonths(PeriodKind kind, int64_t first_month, int64_t month_count) {
  const int64_t last_month = first_month + month_count - 1;
  if (first_month < MonthNumber(CivilDay::kFirstYear, 1) ||
      last_month > MonthNumber(CivilDay::kLastYear, kMonthsInYear)) {
    return std::nullopt;
  }
  const int year = static_cast<int>(last_month / kMonthsInYear);
  const int month = static_cast<int>(last_month % kMonthsInYear) + 1;
  const int32_t end = CivilDay{year, month, CivilDay::DaysInMonth(year, month)}.EpochDays();
  return Period(Span{FirstDayOf(first_month), end, kind});
}

absl::StatusOr<Period> Period::OfYear(PeriodKind kind, int year, int first_month) {
  RETURN_IF_ERROR(CheckYear(year));
  return OrOutside(OfMonths(kind, MonthNumber(year, first_month), kMonthsInYear));
}

absl::StatusOr<Period> Period::Day(const CivilDay& day) {
  ASSIGN_OR_RETURN(const CivilDay valid, CivilDay::Make(day.year, day.month, day.day));
  return OrOutside(OfDays(PeriodKind::kDay, valid.EpochDays(), 1));
}

absl::StatusOr<Period> Period::Week(int iso_year, int week) {
  RETURN_IF_ERROR(CheckYear(iso_year));
  // A year has a 53rd Thursday, and so a 53rd week, when its first or its last day is one.
  const bool long_year =
      CivilDay{iso_year, 1, 1}.IsoWeekday() == 4 || CivilDay{iso_year, 12, 31}.IsoWeekday() == 4;
  const int weeks = long_year ? 53 : 52;
  if (week < 1 || week > weeks) {
    return absl::InvalidArgumentError(absl::StrCat("week ", week, " does not exist in ", iso_year,
                                                   ", which has ", weeks, " weeks"));
  }
  return OrOutside(OfDays(PeriodKind::kWeek, FirstMonday(iso_year) + 7 * (week - 1), 7));
}

absl::StatusOr<Period> Period::Month(int year, int month) {
  RETURN_IF_ERROR(CheckYear(year));
  RETURN_IF_ERROR(CheckNumber("month", month, kMonthsInYear));
  return OrOutside(OfMonths(PeriodKind::kMonth, MonthNumber(year, month), 1));
}

absl::StatusOr<Period> Period::Quarter(int year, int quarter) {
  RETURN_IF_ERROR(CheckYear(year));
  RETURN_IF_ERROR(CheckNumber("quarter", quarter, 4));
  return OrOutside(OfMonths(PeriodKind::kQuarter, MonthNumber(year, 1) + 3 * (quarter - 1), 3));
}

absl::StatusOr<Period> Period::FinancialQuarter(int financial_year, int quarter) {
  RETURN_IF_ERROR(CheckYear(financial_year));
  RETURN_IF_ERROR(CheckNumber("quarter", quarter, 4));
  const int64_t first_month = MonthNumber(financial_year, kApril) + 3 * (quarter - 1);
  return OrOutside(OfMonths(PeriodKind::kQuarter, first_month, 3));
}

absl::StatusOr<Period> Period::CalendarYear(int year) {
  return OfYear(PeriodKind::kCalendarYear, year, 1);
}

absl::StatusOr<Period> Period::FinancialYear(int financial_year) {
  return OfYear(PeriodKind::kFinancialYear, financial_year, kApril);
}

absl::StatusOr<Period> Period::Plan(int financial_year) {
  return OfYear(PeriodKind::kPlan, financial_year, kApril);
}

absl::StatusOr<Period> Period::RollingMonths(int year, int month, int months) {
  RETURN_IF_ERROR(CheckYear(year));
  RETURN_IF_ERROR(CheckNumber("month", month, kMonthsInYear));
  if (months < kMinRollingMonths || months > kMaxRollingMonths) {
    return absl::InvalidArgumentError(
        absl::StrCat("a window of ", months, " months is not held; it has ", kMinRollingMonths,
                     " to ", kMaxRollingMonths, " months, and one month is written as 2025-04"));
  }
  return OrOutside(OfMonths(PeriodKind::kRollingMonths, MonthNumber(year, month), months));
}

absl::StatusOr<Period> Period::YearToDate(int financial_year, int month_of_year) {
  RETURN_IF_ERROR(CheckYear(financial_year));
  RETURN_IF_ERROR(CheckNumber("month", month_of_year, kMonthsInYear));
  return OrOutside(
      OfMonths(PeriodKind::kYearToDate, MonthNumber(financial_year, kApril), month_of_year));
}

absl::StatusOr<Period> Period::Comparison(const Period& subject, const Period& baseline) {
  if (subject.kind() == PeriodKind::kComparison || baseline.kind() == PeriodKind::kComparison) {
    return absl::InvalidArgumentError("a comparison cannot be compared again; name two periods");
  }
  if (subject == baseline) {
    return absl::InvalidArgumentError("a period cannot be compared with itself; name two periods");
  }
  Period result(Span{std::min(subject.span_.start, baseline.span_.start),
                     std::max(subject.span_.end, baseline.span_.end), PeriodKind::kComparison});
  result.subject_ = subject.span_;
  result.baseline_ = baseline.span_;
  return result;
}

std::optional<Period> Period::Containing(PeriodKind kind, const CivilDay& day) {
  if (!day.IsValid()) return std::nullopt;
  const int64_t month_number = MonthNumber(day.year, day.month);
  switch (kind) {
    case PeriodKind::kDay:
      return OfDays(kind, day.EpochDays(), 1);
    case PeriodKind::kWeek:
      return OfDays(kind, day.EpochDays() - (day.IsoWeekday() - 1), 7);
    case PeriodKind::kMonth:
      return OfMonths(kind, month_number, 1);
    case PeriodKind::kQuarter:
      return OfMonths(kind, month_number / 3 * 3, 3);
    case PeriodKind::kCalendarYear:
      return OfMonths(kind, MonthNumber(day.year, 1), kMonthsInYear);
    case PeriodKind::kFinancialYear:
      return OfMonths(kind, MonthNumber(day.year - (day.month < kApril ? 1 : 0), kApril),
                      kMonthsInYear);
    case PeriodKind::kRollingMonths:
    case PeriodKind::kYearToDate:
    case PeriodKind::kPlan:
    case PeriodKind::kComparison:
      return std::nullopt;
  }
  return std::nullopt;
}

CivilDay Period::start() const { return ToCivilDay(span_.start); }

CivilDay Period::end() const { return ToCivilDay(span_.end); }

bool Period::Covers(const CivilDay& day) const {
  const auto within = [&day](const Span& span) {
    return day.IsValid() && day.EpochDays() >= span.start && day.EpochDays() <= span.end;
  };
  if (kind() == PeriodKind::kComparison) return within(subject_) || within(baseline_);
  return within(span_);
}

std::optional<Period> Period::subject() const {
  if (kind() != PeriodKind::kComparison) return std::nullopt;
  return Period(subject_);
}

std::optional<Period> Period::baseline() const {
  if (kind() != PeriodKind::kComparison) return std::nullopt;
  return Period(baseline_);
}

bool Period::Contains(const Period& other) const {
  if (*this == other) return true;
  for (const PeriodKind stands_alone : {PeriodKind::kPlan, PeriodKind::kComparison}) {
    if (kind() == stands_alone || other.kind() == stands_alone) return false;
  }
  return span_.start <= other.span_.start && other.span_.end <= span_.end && !SameDays(other);
}

std::vector<Period> Period::RollUpFrom(PeriodKind finer) const {
  const bool is_part_kind =
      std::find(kPartKinds.begin(), kPartKinds.end(), finer) != kPartKinds.end();
  if (!is_part_kind || finer == kind() || kind() == PeriodKind::kPlan ||
      kind() == PeriodKind::kComparison) {
    return {};
  }
  std::vector<Period> parts;
  int32_t next_start = span_.start;
  while (next_start <= span_.end) {
    const std::optional<Period> part = Containing(finer, ToCivilDay(next_start));
    if (!part.has_value() || part->span_.start != next_start || part->span_.end > span_.end) {
      return {};
    }
    parts.push_back(*part);
    next_start = part->span_.end + 1;
  }
  return parts;
}

std::vector<PeriodKind> Period::RollUpKinds() const {
  std::vector<PeriodKind> kinds;
  for (const PeriodKind part_kind : kPartKinds) {
    if (!RollUpFrom(part_kind).empty()) kinds.push_back(part_kind);
  }
  return kinds;
}

int Period::MonthCount() const {
  const CivilDay first = start();
  const CivilDay last = end();
  return static_cast<int>(MonthNumber(last.year, last.month) -
                          MonthNumber(first.year, first.month)) +
         1;
}

int Period::FinancialYearNumber() const {
  const CivilDay first = start();
  return first.month < kApril ? first.year - 1 : first.year;
}

std::optional<Period> Period::Shifted(int steps) const {
  const CivilDay first = start();
  const int64_t first_month = MonthNumber(first.year, first.month);
  switch (kind()) {
    case PeriodKind::kDay:
    case PeriodKind::kWeek:
      return OfDays(kind(), span_.start + int64_t{steps} * DayCount(), DayCount());
    case PeriodKind::kMonth:
    case PeriodKind::kQuarter:
    case PeriodKind::kCalendarYear:
    case PeriodKind::kFinancialYear:
    case PeriodKind::kPlan:
      return OfMonths(kind(), first_month + int64_t{steps} * MonthCount(), MonthCount());
    case PeriodKind::kRollingMonths:
      return OfMonths(kind(), first_month + steps, MonthCount());
    case PeriodKind::kYearToDate: {
      const int64_t months_from_zero =
          int64_t{FinancialYearNumber()} * kMonthsInYear + MonthCount() - 1 + steps;
      return OfMonths(kind(),
                      MonthNumber(static_cast<int>(months_from_zero / kMonthsInYear), kApril),
                      months_from_zero % kMonthsInYear + 1);
    }
    case PeriodKind::kComparison: {
      const std::optional<Period> moved_subject = Period(subject_).Shifted(steps);
      const std::optional<Period> moved_baseline = Period(baseline_).Shifted(steps);
      if (!moved_subject.has_value() || !moved_baseline.has_value()) return std::nullopt;
      const absl::StatusOr<Period> moved = Comparison(*moved_subject, *moved_baseline);
      if (!moved.ok()) return std::nullopt;
      return *moved;
    }
  }
  return std::nullopt;
}

}  // namespace onereturn
