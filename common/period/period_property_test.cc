// Goal: what holds for periods holds for all of them.
// Method: properties over generated periods of every kind, with day sets as the naive model.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "common/period/period.h"
#include "common/period/period_formats.h"

namespace onereturn {
namespace {

constexpr std::array<PeriodKind, 9> kSimpleKinds = {
    PeriodKind::kDay,           PeriodKind::kWeek,         PeriodKind::kMonth,
    PeriodKind::kQuarter,       PeriodKind::kCalendarYear, PeriodKind::kFinancialYear,
    PeriodKind::kRollingMonths, PeriodKind::kYearToDate,   PeriodKind::kPlan,
};

// A period of the kind within the given years, or an error at their edge.
absl::StatusOr<Period> Draw(PeriodKind kind, int first_year, int last_year) {
  const int year = *rc::gen::inRange(first_year, last_year + 1);
  const int month = *rc::gen::inRange(1, 13);
  switch (kind) {
    case PeriodKind::kDay:
      return Period::Day(
          CivilDay{year, month, *rc::gen::inRange(1, CivilDay::DaysInMonth(year, month) + 1)});
    case PeriodKind::kWeek:
      return Period::Week(year, *rc::gen::inRange(1, 53));
    case PeriodKind::kMonth:
      return Period::Month(year, month);
    case PeriodKind::kQuarter:
      return Period::Quarter(year, (month - 1) / 3 + 1);
    case PeriodKind::kCalendarYear:
      return Period::CalendarYear(year);
    case PeriodKind::kFinancialYear:
      return Period::FinancialYear(year);
    case PeriodKind::kRollingMonths:
      return Period::RollingMonths(year, month, *rc::gen::inRange(2, 121));
    case PeriodKind::kYearToDate:
      return Period::YearToDate(year, month);
    case PeriodKind::kPlan:
      return Period::Plan(year);
    case PeriodKind::kComparison:
      break;
  }
  const absl::StatusOr<Period> subject =
      Draw(*rc::gen::elementOf(kSimpleKinds), first_year, last_year);
  const absl::StatusOr<Period> baseline =
      Draw(*rc::gen::elementOf(kSimpleKinds), first_year, last_year);
  if (!subject.ok()) return subject;
  if (!baseline.ok()) return baseline;
  return Period::Comparison(*subject, *baseline);
}

Period AnyPeriod(PeriodKind kind, int first_year = 1900, int last_year = 2199) {
  const absl::StatusOr<Period> period = Draw(kind, first_year, last_year);
  RC_PRE(period.ok());
  return *period;
}

PeriodKind AnyKind() {
  const int number = *rc::gen::inRange(1, 11);
  return static_cast<PeriodKind>(number);
}

TEST(PeriodPropertyTest, TextRoundTripsForEveryKind) {
  for (int number = 1; number <= 10; ++number) {
    const PeriodKind kind = static_cast<PeriodKind>(number);
    EXPECT_TRUE(rc::check(std::string(PeriodKindName(kind)) + ": parse(text) is identity", [kind] {
      const Period period = AnyPeriod(kind);
      const std::string text = period.ToString();
      const absl::StatusOr<Period> parsed = Period::Parse(text);
      RC_ASSERT(parsed.ok());
      RC_ASSERT(*parsed == period);
      RC_ASSERT(parsed->ToString() == text);
      const absl::StatusOr<Period> written = ParseWrittenPeriod(" " + text + " ");
      RC_ASSERT(written.ok());
      RC_ASSERT(*written == period);
      RC_ASSERT(!period.Display().empty());
    }));
  }
}

TEST(PeriodPropertyTest, ContainsIsAPartialOrderOfDaySets) {
  EXPECT_TRUE(rc::check("reflexive, antisymmetric, transitive", [] {
    // Few years, so that periods meet.
    std::vector<Period> periods;
    for (int i = 0; i < 4; ++i) periods.push_back(AnyPeriod(AnyKind(), 2024, 2025));
    periods.push_back(*Period::FinancialYear(2024));
    for (const Period& x : periods) {
      RC_ASSERT(x.Contains(x));
      for (const Period& y : periods) {
        if (x.Contains(y)) {
          RC_ASSERT(x.start() <= y.start());
          RC_ASSERT(y.end() <= x.end());
          RC_ASSERT(x == y || !y.Contains(x));
        }
        for (const Period& z : periods) {
          if (x.Contains(y) && y.Contains(z)) RC_ASSERT(x.Contains(z));
        }
      }
    }
  }));
}

TEST(PeriodPropertyTest, PartsAreDisjointContiguousAndCoverExactly) {
  EXPECT_TRUE(rc::check("the parts, laid end to end, are the period", [] {
    const Period period = AnyPeriod(AnyKind());
    for (int number = 1; number <= 10; ++number) {
      const PeriodKind finer = static_cast<PeriodKind>(number);
      const std::vector<Period> parts = period.RollUpFrom(finer);
      if (parts.empty()) continue;
      RC_ASSERT(parts.front().start() == period.start());
      RC_ASSERT(parts.back().end() == period.end());
      for (size_t i = 0; i < parts.size(); ++i) {
        RC_ASSERT(parts[i].kind() == finer);
        RC_ASSERT(period.Contains(parts[i]) || period.SameDays(parts[i]));
        if (i > 0) RC_ASSERT(parts[i - 1].end().PlusDays(1) == parts[i].start());
        if (i > 0) RC_ASSERT(parts[i - 1].Next() == parts[i]);
      }
    }
  }));
}

TEST(PeriodPropertyTest, MonthsAlwaysRollUpIntoQuartersAndYears) {
  EXPECT_TRUE(rc::check("quarters have 3 months, years 12 months and 4 quarters", [] {
    const int year = *rc::gen::inRange(1900, 2199);
    const Period quarter = *Period::Quarter(year, *rc::gen::inRange(1, 5));
    RC_ASSERT(quarter.RollUpFrom(PeriodKind::kMonth).size() == 3u);
    for (const Period& whole : {*Period::FinancialYear(year), *Period::CalendarYear(year)}) {
      RC_ASSERT(whole.RollUpFrom(PeriodKind::kMonth).size() == 12u);
      RC_ASSERT(whole.RollUpFrom(PeriodKind::kQuarter).size() == 4u);
      RC_ASSERT(whole.RollUpFrom(PeriodKind::kDay).size() == static_cast<size_t>(whole.DayCount()));
    }
  }));
}

TEST(PeriodPropertyTest, NextAndPreviousAreInverse) {
  EXPECT_TRUE(rc::check("previous(next(p)) == p, of the same kind and later", [] {
    const Period period = AnyPeriod(AnyKind());
    const std::optional<Period> next = period.Next();
    if (next.has_value()) {
      RC_ASSERT(next->kind() == period.kind());
      RC_ASSERT(next->end() > period.end());
      RC_ASSERT(next->Previous() == period);
    }
    const std::optional<Period> previous = period.Previous();
    if (previous.has_value()) RC_ASSERT(previous->Next() == period);
  }));
}

TEST(PeriodPropertyTest, EveryDayLiesInOnePeriodOfEachSimpleKind) {
  EXPECT_TRUE(rc::check("containing(kind, day) covers the day and is found from all its days", [] {
    const CivilDay day = AnyPeriod(PeriodKind::kDay, 1901, 2198).start();
    for (const PeriodKind kind :
         {PeriodKind::kDay, PeriodKind::kWeek, PeriodKind::kMonth, PeriodKind::kQuarter,
          PeriodKind::kCalendarYear, PeriodKind::kFinancialYear}) {
      const std::optional<Period> period = Period::Containing(kind, day);
      RC_ASSERT(period.has_value());
      RC_ASSERT(period->Covers(day));
      RC_ASSERT(Period::Containing(kind, period->start()) == period);
      RC_ASSERT(Period::Containing(kind, period->end()) == period);
    }
  }));
}

TEST(PeriodPropertyTest, AnyTextIsJudged) {
  EXPECT_TRUE(rc::check("parsing is total, and what is taken is canonical afterwards", [] {
    const auto pieces = rc::gen::elementOf(std::vector<std::string>{
        "2025", "25",    "26",     "04",  "4",    "1",        "12",
        "-",    "/",     " ",      "Q",   "W",    "M",        "P",
        "FY",   "CY",    "April",  "Mar", "Sept", "PLAN",     "_vs_",
        " vs ", "Month", "MSitAE", "D",   "Y",    "-04-01/P", "\xE2\x80\x93",
        "\xFF"});
    std::string text;
    for (const std::string& piece : *rc::gen::container<std::vector<std::string>>(pieces)) {
      text += piece;
    }
    if (*rc::gen::inRange(0, 4) == 0) text = *rc::gen::string<std::string>();
    for (const absl::StatusOr<Period>& period :
         {Period::Parse(text), ParseWrittenPeriod(text),
          ParseSdmxPeriod(text, ReportingYearStart::kApril),
          ParseSdmxPeriod(text, ReportingYearStart::kJanuary)}) {
      if (period.ok()) {
        RC_ASSERT(Period::Parse(period->ToString()).value() == *period);
      } else {
        RC_ASSERT(period.status().code() == absl::StatusCode::kInvalidArgument);
      }
    }
  }));
}

}  // namespace
}  // namespace onereturn
