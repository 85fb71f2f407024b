// Goal: each kind of period has the days, texts and neighbours that the calendar gives it.
// Method: tables of periods whose days are known beforehand.
#include "common/period/period.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/hash/hash_testing.h"

namespace onereturn {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Period P(absl::string_view text) {
  const absl::StatusOr<Period> period = Period::Parse(text);
  EXPECT_TRUE(period.ok()) << text << ": " << period.status();
  return period.value();
}

std::vector<std::string> Texts(const std::vector<Period>& periods) {
  std::vector<std::string> texts;
  for (const Period& period : periods) texts.push_back(period.ToString());
  return texts;
}

TEST(PeriodTest, HasItsKindDaysAndTexts) {
  struct Case {
    const char* text;
    PeriodKind kind;
    const char* start;
    const char* end;
    const char* display;
  };
  const std::vector<Case> cases = {
      {"2025-04", PeriodKind::kMonth, "2025-04-01", "2025-04-30", "April 2025"},
      {"2024-02", PeriodKind::kMonth, "2024-02-01", "2024-02-29", "February 2024"},
      {"2025-Q1", PeriodKind::kQuarter, "2025-01-01", "2025-03-31", "Jan-Mar 2025, Q4 2024/25"},
      {"2025-Q2", PeriodKind::kQuarter, "2025-04-01", "2025-06-30", "Apr-Jun 2025, Q1 2025/26"},
      {"2025-Q3", PeriodKind::kQuarter, "2025-07-01", "2025-09-30", "Jul-Sep 2025, Q2 2025/26"},
      {"2025-Q4", PeriodKind::kQuarter, "2025-10-01", "2025-12-31", "Oct-Dec 2025, Q3 2025/26"},
      {"2025-W14", PeriodKind::kWeek, "2025-03-31", "2025-04-06",
       "Week 14 of 2025, 31 Mar 2025 to 6 Apr 2025"},
      {"2025-W01", PeriodKind::kWeek, "2024-12-30", "2025-01-05",
       "Week 01 of 2025, 30 Dec 2024 to 5 Jan 2025"},
      {"2020-W53", PeriodKind::kWeek, "2020-12-28", "2021-01-03",
       "Week 53 of 2020, 28 Dec 2020 to 3 Jan 2021"},
      {"2026-W53", PeriodKind::kWeek, "2026-12-28", "2027-01-03",
       "Week 53 of 2026, 28 Dec 2026 to 3 Jan 2027"},
      {"1900-W01", PeriodKind::kWeek, "1900-01-01", "1900-01-07",
       "Week 01 of 1900, 1 Jan 1900 to 7 Jan 1900"},
      {"2025-04-30", PeriodKind::kDay, "2025-04-30", "2025-04-30", "30 April 2025"},
      {"CY2025", PeriodKind::kCalendarYear, "2025-01-01", "2025-12-31", "Calendar year 2025"},
      {"FY2025", PeriodKind::kFinancialYear, "2025-04-01", "2026-03-31", "2025/26"},
      {"FY1999", PeriodKind::kFinancialYear, "1999-04-01", "2000-03-31", "1999/00"},
      {"2025-04/P12M", PeriodKind::kRollingMonths, "2025-04-01", "2026-03-31",
       "Apr 2025 to Mar 2026, 12 months"},
      {"2024-06/P13M", PeriodKind::kRollingMonths, "2024-06-01", "2025-06-30",
       "Jun 2024 to Jun 2025, 13 months"},
      {"2025-01/P2M", PeriodKind::kRollingMonths, "2025-01-01", "2025-02-28",
       "Jan-Feb 2025, 2 months"},
      {"FY2025-M01", PeriodKind::kYearToDate, "2025-04-01", "2025-04-30",
       "Apr 2025, month 1 2025/26"},
      {"FY2025-M07", PeriodKind::kYearToDate, "2025-04-01", "2025-10-31",
       "Apr-Oct 2025, month 7 2025/26"},
      {"FY2025-M12", PeriodKind::kYearToDate, "2025-04-01", "2026-03-31",
       "Apr 2025 to Mar 2026, month 12 2025/26"},
      {"FY2025-PLAN", PeriodKind::kPlan, "2025-04-01", "2026-03-31", "2025/26 plan"},
      {"2025-04/P12M_vs_2024-04/P12M", PeriodKind::kComparison, "2024-04-01", "2026-03-31",
       "Apr 2025 to Mar 2026, 12 months against Apr 2024 to Mar 2025, 12 months"},
      {"2025-04_vs_2024-04", PeriodKind::kComparison, "2024-04-01", "2025-04-30",
       "April 2025 against April 2024"},
  };
  for (const Case& c : cases) {
    const absl::StatusOr<Period> period = Period::Parse(c.text);
    ASSERT_TRUE(period.ok()) << c.text << ": " << period.status();
    EXPECT_EQ(period->kind(), c.kind) << c.text;
    EXPECT_EQ(period->start().ToString(), c.start) << c.text;
    EXPECT_EQ(period->end().ToString(), c.end) << c.text;
    EXPECT_EQ(period->ToString(), c.text);
    EXPECT_EQ(period->Display(), c.display) << c.text;
    EXPECT_EQ(period->DayCount(), period->end().EpochDays() - period->start().EpochDays() + 1);
  }
}

TEST(PeriodTest, AFinancialQuarterIsItsCalendarQuarter) {
  EXPECT_EQ(P("FY2025-Q1"), P("2025-Q2"));
  EXPECT_EQ(P("FY2025-Q4"), P("2026-Q1"));
  EXPECT_EQ(P("FY2025-Q1").ToString(), "2025-Q2");
  EXPECT_EQ(P("FY2025-Q1_vs_FY2024-Q1").ToString(), "2025-Q2_vs_2024-Q2");
}

TEST(PeriodTest, TheSameDaysOfAnotherKindAreAnotherPeriod) {
  const std::vector<Period> year = {P("FY2025"), P("2025-04/P12M"), P("FY2025-M12"),
                                    P("FY2025-PLAN")};
  for (const Period& left : year) {
    for (const Period& right : year) {
      EXPECT_TRUE(left.SameDays(right));
      EXPECT_EQ(left == right, &left == &right);
      EXPECT_EQ(left.Contains(right), &left == &right);
    }
  }
}

TEST(PeriodTest, RefusesWithReasonAndExample) {
  struct Case {
    const char* text;
    const char* words;
    const char* example;
  };
  const std::vector<Case> cases = {
      {"", "text is empty", "2025-04"},
      {"2025", "a year alone", "CY2025"},
      {"25-04", "a year of four digits", "2025-04"},
      {" 2025-04", "a year of four digits", "2025-04"},
      {"2025-04 ", "after the month", "2025-04-30"},
      {"2025-4", "a month of two digits", "2025-04"},
      {"2025-00", "month 0 does not exist", "2025-04"},
      {"2025-13", "month 13 does not exist", "2025-04"},
      {"2025/04", "a hyphen is expected", "2025-04"},
      {"2025-Q0", "quarter 0 does not exist", "2025-Q2"},
      {"2025-Q5", "quarter 5 does not exist", "2025-Q2"},
      {"2025-Q", "after Q one digit", "2025-Q2"},
      {"2025-Q12", "after Q one digit", "2025-Q2"},
      {"2025-q2", "a month of two digits, Q or W", "2025-04"},
      {"2025-W4", "after W two digits", "2025-W14"},
      {"2025-W00", "week 0 does not exist in 2025, which has 52 weeks", "2025-W14"},
      {"2025-W53", "week 53 does not exist in 2025, which has 52 weeks", "2025-W14"},
      {"2026-W54", "week 54 does not exist in 2026, which has 53 weeks", "2025-W14"},
      {"2025-02-29", "day 29 does not exist", "2025-04-30"},
      {"2025-04-3", "after the month", "2025-04-30"},
      {"CY25", "after CY", "CY2025"},
      {"CY20255", "after CY", "CY2025"},
      {"FY25", "after FY", "FY2025"},
      {"FY2025/26", "nothing, -Qn, -Mnn or -PLAN", "FY2025-M07"},
      {"FY2025-Q5", "quarter 5 does not exist", "FY2025-Q1"},
      {"FY2025-M13", "month 13 does not exist", "FY2025-M07"},
      {"FY2025-M00", "month 0 does not exist", "FY2025-M07"},
      {"FY2025-M7", "after -M two digits", "FY2025-M07"},
      {"FY2025-PLANS", "nothing, -Qn, -Mnn or -PLAN", "FY2025-PLAN"},
      {"2025-04/P", "after /P", "2025-04/P12M"},
      {"2025-04/P12", "after /P", "2025-04/P12M"},
      {"2025-04/P012M", "without leading zero", "2025-04/P12M"},
      {"2025-04/P1M", "a window of 1 months is not held", "2025-04"},
      {"2025-04/P121M", "a window of 121 months is not held", "2025-04/P12M"},
      {"2025-04/P9999M", "after /P", "2025-04/P12M"},
      {"1899-12", "year 1899 lies outside", "2025-04"},
      {"2200-01", "year 2200 lies outside", "2025-04"},
      {"FY2199", "ends after 2199-12-31", "FY2025"},
      {"2199-12/P2M", "ends after 2199-12-31", "2025-04/P12M"},
      {"2199-W53", "week 53 does not exist", "2025-W14"},
      {"FY2025_vs_", "after _vs_: not a period: the text is empty", "2025-04"},
      {"_vs_FY2025", "before _vs_: not a period: the text is empty", "2025-04"},
      {"FY2025_vs_FY2025", "compared with itself", "FY2025_vs_FY2024"},
      {"FY2025_vs_FY2024_vs_FY2023", "more than two periods", "FY2025_vs_FY2024"},
      {"\xD9\xA2\xD9\xA0", "a year of four digits", "2025-04"},
  };
  for (const Case& c : cases) {
    const absl::StatusOr<Period> period = Period::Parse(c.text);
    ASSERT_FALSE(period.ok()) << c.text;
    EXPECT_EQ(period.status().code(), absl::StatusCode::kInvalidArgument);
    const std::string message(period.status().message());
    EXPECT_THAT(message, HasSubstr(c.words)) << c.text;
    EXPECT_THAT(message, HasSubstr("write for example")) << c.text;
    EXPECT_THAT(message, HasSubstr(c.example)) << c.text;
  }
}

TEST(PeriodTest, FactoriesRefuseWhatDoesNotExist) {
  EXPECT_FALSE(Period::Month(2025, 0).ok());
  EXPECT_FALSE(Period::Month(INT32_MIN, 1).ok());
  EXPECT_FALSE(Period::Week(INT32_MAX, 1).ok());
  EXPECT_FALSE(Period::Quarter(2025, INT32_MIN).ok());
  EXPECT_FALSE(Period::FinancialQuarter(2199, 4).ok());
  EXPECT_FALSE(Period::YearToDate(2199, 10).ok());
  EXPECT_TRUE(Period::YearToDate(2199, 9).ok());
  EXPECT_FALSE(Period::RollingMonths(2025, 4, INT32_MAX).ok());
  EXPECT_FALSE(Period::Day(CivilDay{2025, 2, 29}).ok());
  const Period comparison = P("FY2025_vs_FY2024");
  EXPECT_FALSE(Period::Comparison(comparison, P("FY2025")).ok());
  EXPECT_FALSE(Period::Comparison(P("FY2025"), comparison).ok());
}

TEST(PeriodTest, NextAndPrevious) {
  struct Case {
    const char* text;
    const char* next;
  };
  const std::vector<Case> cases = {
      {"2025-12", "2026-01"},
      {"2025-Q4", "2026-Q1"},
      {"2020-W53", "2021-W01"},
      {"2024-02-28", "2024-02-29"},
      {"CY2025", "CY2026"},
      {"FY2025", "FY2026"},
      {"2025-12/P12M", "2026-01/P12M"},
      {"FY2025-M07", "FY2025-M08"},
      {"FY2025-M12", "FY2026-M01"},
      {"FY2025-PLAN", "FY2026-PLAN"},
      {"2025-12_vs_2024-12", "2026-01_vs_2025-01"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(P(c.text).Next(), P(c.next)) << c.text;
    EXPECT_EQ(P(c.next).Previous(), P(c.text)) << c.text;
  }
  for (const char* last : {"2199-12", "2199-Q4", "2199-W52", "2199-12-31", "CY2199", "FY2198",
                           "2199-11/P2M", "FY2199-M09", "FY2198-PLAN", "2199-12_vs_2025-01"}) {
    EXPECT_EQ(P(last).Next(), std::nullopt) << last;
  }
  for (const char* first : {"1900-01", "1900-Q1", "1900-W01", "1900-01-01", "CY1900", "FY1900",
                            "1900-01/P2M", "FY1900-M01", "FY1900-PLAN", "2025-01_vs_1900-01"}) {
    EXPECT_EQ(P(first).Previous(), std::nullopt) << first;
  }
}

TEST(PeriodTest, RollsUpFromItsParts) {
  EXPECT_THAT(Texts(P("2025-Q2").RollUpFrom(PeriodKind::kMonth)),
              ElementsAre("2025-04", "2025-05", "2025-06"));
  EXPECT_THAT(Texts(P("FY2025").RollUpFrom(PeriodKind::kQuarter)),
              ElementsAre("2025-Q2", "2025-Q3", "2025-Q4", "2026-Q1"));
  EXPECT_EQ(P("FY2025").RollUpFrom(PeriodKind::kMonth).size(), 12u);
  EXPECT_EQ(P("FY2025").RollUpFrom(PeriodKind::kDay).size(), 365u);
  EXPECT_EQ(P("FY2023").RollUpFrom(PeriodKind::kDay).size(), 366u);
  EXPECT_EQ(P("CY2025").RollUpFrom(PeriodKind::kQuarter).size(), 4u);
  EXPECT_EQ(P("2025-W14").RollUpFrom(PeriodKind::kDay).size(), 7u);
  EXPECT_THAT(
      Texts(P("FY2025-M07").RollUpFrom(PeriodKind::kMonth)),
      ElementsAre("2025-04", "2025-05", "2025-06", "2025-07", "2025-08", "2025-09", "2025-10"));
  EXPECT_THAT(Texts(P("2025-04/P24M").RollUpFrom(PeriodKind::kFinancialYear)),
              ElementsAre("FY2025", "FY2026"));
  EXPECT_THAT(Texts(P("FY2025-M12").RollUpFrom(PeriodKind::kFinancialYear)), ElementsAre("FY2025"));

  EXPECT_THAT(P("2025-W14").RollUpFrom(PeriodKind::kMonth), IsEmpty());
  EXPECT_THAT(P("2025-04").RollUpFrom(PeriodKind::kMonth), IsEmpty());
  EXPECT_THAT(P("2025-04").RollUpFrom(PeriodKind::kQuarter), IsEmpty());
  // February 2021 was four whole weeks.
  EXPECT_THAT(P("2021-02").RollUpFrom(PeriodKind::kWeek), IsEmpty());
  EXPECT_THAT(P("FY2025").RollUpFrom(PeriodKind::kCalendarYear), IsEmpty());
  EXPECT_THAT(P("FY2025-M07").RollUpFrom(PeriodKind::kQuarter), IsEmpty());
  EXPECT_THAT(P("2025-05/P12M").RollUpFrom(PeriodKind::kQuarter), IsEmpty());
  EXPECT_THAT(P("FY2025-PLAN").RollUpFrom(PeriodKind::kMonth), IsEmpty());
  EXPECT_THAT(P("FY2025_vs_FY2024").RollUpFrom(PeriodKind::kFinancialYear), IsEmpty());

  EXPECT_THAT(P("FY2025").RollUpKinds(),
              ElementsAre(PeriodKind::kQuarter, PeriodKind::kMonth, PeriodKind::kDay));
  EXPECT_THAT(P("2025-04-30").RollUpKinds(), IsEmpty());
}

TEST(PeriodTest, ContainsPartOfItsDays) {
  EXPECT_TRUE(P("FY2025").Contains(P("2025-Q2")));
  EXPECT_TRUE(P("FY2025").Contains(P("2026-03-31")));
  EXPECT_TRUE(P("FY2025").Contains(P("FY2025-M07")));
  EXPECT_TRUE(P("2025-04").Contains(P("2025-04")));
  EXPECT_FALSE(P("FY2025").Contains(P("2026-04")));
  EXPECT_FALSE(P("2025-04").Contains(P("2025-W14")));
  EXPECT_TRUE(P("2025-04").Contains(P("2025-W15")));
  EXPECT_FALSE(P("2025-04").Contains(P("2025-Q2")));
  EXPECT_FALSE(P("FY2025-PLAN").Contains(P("2025-04")));
  EXPECT_FALSE(P("CY2025").Contains(P("2025-04_vs_2025-03")));
}

TEST(PeriodTest, FindsThePeriodOfADay) {
  const CivilDay day{2026, 3, 31};
  EXPECT_EQ(Period::Containing(PeriodKind::kDay, day), P("2026-03-31"));
  EXPECT_EQ(Period::Containing(PeriodKind::kWeek, day), P("2026-W14"));
  EXPECT_EQ(Period::Containing(PeriodKind::kMonth, day), P("2026-03"));
  EXPECT_EQ(Period::Containing(PeriodKind::kQuarter, day), P("2026-Q1"));
  EXPECT_EQ(Period::Containing(PeriodKind::kCalendarYear, day), P("CY2026"));
  EXPECT_EQ(Period::Containing(PeriodKind::kFinancialYear, day), P("FY2025"));
  EXPECT_EQ(Period::Containing(PeriodKind::kRollingMonths, day), std::nullopt);
  EXPECT_EQ(Period::Containing(PeriodKind::kMonth, CivilDay{2025, 2, 29}), std::nullopt);
  EXPECT_EQ(Period::Containing(PeriodKind::kFinancialYear, CivilDay::Latest()), std::nullopt);
  EXPECT_EQ(Period::Containing(PeriodKind::kFinancialYear, CivilDay::Earliest()), std::nullopt);
  EXPECT_EQ(Period::Containing(PeriodKind::kWeek, CivilDay::Latest()), std::nullopt);
}

TEST(PeriodTest, AComparisonNamesItsTwoPeriods) {
  const Period comparison = P("2025-04_vs_2024-04");
  EXPECT_EQ(comparison.subject(), P("2025-04"));
  EXPECT_EQ(comparison.baseline(), P("2024-04"));
  EXPECT_NE(comparison, P("2024-04_vs_2025-04"));
  EXPECT_EQ(P("2025-04").subject(), std::nullopt);
  EXPECT_TRUE(comparison.Covers(CivilDay{2024, 4, 30}));
  EXPECT_FALSE(comparison.Covers(CivilDay{2024, 12, 31}));
  EXPECT_TRUE(P("2025-04").Covers(CivilDay{2025, 4, 30}));
  EXPECT_FALSE(P("2025-04").Covers(CivilDay{2025, 5, 1}));
}

TEST(PeriodTest, OrdersByTimeThenKind) {
  const std::vector<Period> in_order = {
      P("2024-12"),    P("2025-W01"),    P("2025-04-01"), P("2025-04"),
      P("FY2025-M01"), P("2025-Q2"),     P("FY2025"),     P("2025-04/P12M"),
      P("FY2025-M12"), P("FY2025-PLAN"), P("2025-05"),
  };
  for (size_t i = 0; i < in_order.size(); ++i) {
    for (size_t j = 0; j < in_order.size(); ++j) {
      EXPECT_EQ(in_order[i] < in_order[j], i < j)
          << in_order[i].ToString() << " " << in_order[j].ToString();
    }
  }
  EXPECT_TRUE(absl::VerifyTypeImplementsAbslHashCorrectly(in_order));
}

TEST(PeriodKindTest, NamesRoundTrip) {
  for (int number = 1; number <= 10; ++number) {
    const PeriodKind kind = static_cast<PeriodKind>(number);
    EXPECT_EQ(ParsePeriodKind(PeriodKindName(kind)).value(), kind);
  }
  EXPECT_EQ(PeriodKindName(PeriodKind::kYearToDate), "YEAR_TO_DATE");
  const absl::StatusOr<PeriodKind> unknown = ParsePeriodKind("month");
  ASSERT_FALSE(unknown.ok());
  EXPECT_THAT(std::string(unknown.status().message()), HasSubstr("DAY, WEEK, MONTH"));
}

}  // namespace
}  // namespace onereturn
