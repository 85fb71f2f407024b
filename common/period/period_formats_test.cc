// Goal: periods are read as files and other systems write them, and never guessed.
// Method: tables of texts that stand in published files and format descriptions.
#include "common/period/period_formats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace onereturn {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Reading {
  const char* text;
  const char* canonical;
};

struct Refusal {
  std::string text;
  const char* words;
};

TEST(WrittenPeriodTest, ReadsWhatFilesWrite) {
  const std::vector<Reading> cases = {
      // Months.
      {"MSitAE-APRIL-2023", "2023-04"},
      {"MSitAE-FEBRUARY-2024", "2024-02"},
      {"April-2025", "2025-04"},
      {"april 2025", "2025-04"},
      {" April  2025 ", "2025-04"},
      {"Apr-25", "2025-04"},
      {"Mar-26", "2026-03"},
      {"Sept 2025", "2025-09"},
      {"May-99", "1999-05"},
      {"April\xE2\x80\x93"
       "2025",
       "2025-04"},
      {"202504", "2025-04"},
      {"2025-04-01/P1M", "2025-04"},
      {"2025-04", "2025-04"},
      {"2011-12", "2011-12"},
      // Quarters.
      {"2025Q2", "2025-Q2"},
      {"2025-Q2", "2025-Q2"},
      {"25/26 Q1", "2025-Q2"},
      {"25/26-Q4", "2026-Q1"},
      {"Q1 2025/26", "2025-Q2"},
      {"Q4 2024-25", "2025-Q1"},
      {"2024-25-Q2", "2024-Q3"},
      {"2024-25 q2", "2024-Q3"},
      {"fy2025-q1", "2025-Q2"},
      {"2025-04-01/P3M", "2025-Q2"},
      {"2025-10-01/P3M", "2025-Q4"},
      // Weeks.
      {"2025W14", "2025-W14"},
      {"2025W4", "2025-W04"},
      {"2025-03-31/P7D", "2025-W14"},
      {"2025-03-31/P1W", "2025-W14"},
      {"2024-12-30/P7D", "2025-W01"},
      // Days.
      {"20250430", "2025-04-30"},
      {"30 April 2025", "2025-04-30"},
      {"1-Apr-2025", "2025-04-01"},
      {"30/04/2025", "2025-04-30"},
      {"2025-04-30/P1D", "2025-04-30"},
      // Years.
      {"2025", "CY2025"},
      {"2025-01-01/P1Y", "CY2025"},
      {"2025/26", "FY2025"},
      {"25/26", "FY2025"},
      {"2025/2026", "FY2025"},
      {"2025-26", "FY2025"},
      {"2025\xE2\x80\x93"
       "26",
       "FY2025"},
      {"FY 2025/26", "FY2025"},
      {"FY25/26", "FY2025"},
      {"1999/00", "FY1999"},
      {"1999/2000", "FY1999"},
      {"99/00", "FY1999"},
      {"2025April", "FY2025"},
      {"2025-04-01/P1Y", "FY2025"},
      // Year to date and plan.
      {"Month 12 2025/26", "FY2025-M12"},
      {"Month 3 2025", "FY2025-M03"},
      {"M7 2025/26", "FY2025-M07"},
      {"2025/26 M07", "FY2025-M07"},
      {"2025/26 Month 7", "FY2025-M07"},
      {"2025/26 plan", "FY2025-PLAN"},
      // Windows and comparisons.
      {"Apr 25 - Mar 26", "2025-04/P12M"},
      {"April 2025 - March 2026", "2025-04/P12M"},
      {"2025-04-01/P12M", "2025-04/P12M"},
      {"2025-05-01/P3M", "2025-05/P3M"},
      {"2025-07-01/P1Y", "2025-07/P12M"},
      {"2025-04-01/P2Y", "2025-04/P24M"},
      {"Apr 25 - Mar 26 vs Apr 24 - Mar 25", "2025-04/P12M_vs_2024-04/P12M"},
      {"Jun 24 - Jun 25 vs Jun 23 - Jun 24", "2024-06/P13M_vs_2023-06/P13M"},
      {"2025/26 vs 2024/25", "FY2025_vs_FY2024"},
      {"FY2025_vs_FY2024", "FY2025_vs_FY2024"},
  };
  for (const Reading& c : cases) {
    const absl::StatusOr<Period> period = ParseWrittenPeriod(c.text);
    ASSERT_TRUE(period.ok()) << c.text << ": " << period.status();
    EXPECT_EQ(period->ToString(), c.canonical) << c.text;
  }
}

TEST(WrittenPeriodTest, RefusesInsteadOfGuessing) {
  const std::vector<Refusal> cases = {
      {"", "the text is empty"},
      {"   ", "the text is empty"},
      {std::string(101, '2'), "the text is too long"},
      {"TOTAL", "not written in a form that is known"},
      {"Apr", "not written in a form that is known"},
      {"MSitAE-TOTAL-2023", "not written in a form that is known"},
      {"2025?", "belongs to no period"},
      {"202513", "month 13 does not exist"},
      {"202500", "month 0 does not exist"},
      {"20250431", "day 31 does not exist"},
      {"2025Q5", "quarter 5 does not exist"},
      {"2025W53", "week 53 does not exist in 2025"},
      {"2025-Q5", "quarter 5 does not exist"},
      {"2025-02-30", "day 30 does not exist"},
      {"04/30/2025", "month 30 does not exist"},
      {"2025/27", "27 does not follow 2025"},
      {"2025/2025", "2025 does not follow 2025"},
      {"25/26 Q5", "quarter 5 does not exist"},
      {"Month 13 2025/26", "month 13 does not exist"},
      {"Q2 2025", "of the calendar or of the financial year"},
      {"FY25", "its first or its last"},
      {"2025 April", "may mean the month or a year"},
      {"2025Apr", "may mean the month or a year"},
      {"2025July", "begin in April only"},
      {"2025/26 total", "beside the financial year"},
      {"Mar 26 - Apr 25", "ends before it begins"},
      {"Apr 25 - Apr 25", "a window of 1 months is not held"},
      {"2025-04-01/P", "a length such as"},
      {"2025-04-01/PM", "a length such as"},
      {"2025-04-01/P1", "a length such as"},
      {"2025-04-01/P0M", "a length such as"},
      {"2025-04-01/P1M1D", "a length such as"},
      {"2025-04-01/PQQQM1M", "a length such as"},
      {"2025-04-01/P1H", "a length such as"},
      {"2025-04-01/P99999999Y", "a length such as"},
      {"2025-04-02/P1M", "first day of a month"},
      {"2025-04-01/P7D", "begins on a Monday"},
      {"2025-04-01/P8D", "only one day or one week"},
      {"2025-04-31/P1M", "day 31 does not exist"},
      {"2025-04-01/P11Y", "a window of 132 months is not held"},
      {"FY2025 vs FY2025", "compared with itself"},
      {"FY2025 vs ", "not written in a form that is known"},
      {"\xFF\xFE", "belongs to no period"},
  };
  for (const Refusal& c : cases) {
    const absl::StatusOr<Period> period = ParseWrittenPeriod(c.text);
    ASSERT_FALSE(period.ok()) << c.text << " gave " << period->ToString();
    EXPECT_EQ(period.status().code(), absl::StatusCode::kInvalidArgument) << c.text;
    const std::string message(period.status().message());
    EXPECT_THAT(message, HasSubstr(c.words)) << c.text;
    EXPECT_THAT(message, HasSubstr("write for example")) << c.text;
    EXPECT_THAT(message, Not(HasSubstr("not a period: not a period"))) << c.text;
  }
}

TEST(SdmxPeriodTest, TheReportingYearDecides) {
  struct Case {
    const char* text;
    const char* january;
    const char* april;
  };
  const std::vector<Case> cases = {
      {"2025-A1", "CY2025", "FY2025"},    {"2025-Q1", "2025-Q1", "2025-Q2"},
      {"2025-Q4", "2025-Q4", "2026-Q1"},  {"2025-M01", "2025-01", "2025-04"},
      {"2025-M12", "2025-12", "2026-03"}, {"2025", "CY2025", "CY2025"},
      {"2025-04", "2025-04", "2025-04"},  {"2025-04-30", "2025-04-30", "2025-04-30"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(ParseSdmxPeriod(c.text, ReportingYearStart::kJanuary)->ToString(), c.january);
    EXPECT_EQ(ParseSdmxPeriod(c.text, ReportingYearStart::kApril)->ToString(), c.april);
  }
  EXPECT_EQ(ParseSdmxPeriod("2025-W14", ReportingYearStart::kJanuary)->ToString(), "2025-W14");
  EXPECT_FALSE(ParseSdmxPeriod("2025-W14", ReportingYearStart::kApril).ok());
}

TEST(SdmxPeriodTest, RefusesOtherForms) {
  for (const char* text : {"", "25", "2O25", "2025-A2", "2025-Q", "2025-Q12", "2025-Q5", "2025-M1",
                           "2025-M13", "2025-M00", "FY2025", "2025-04/P12M", "2025-S1", "2025-"}) {
    for (const ReportingYearStart start :
         {ReportingYearStart::kJanuary, ReportingYearStart::kApril}) {
      EXPECT_FALSE(ParseSdmxPeriod(text, start).ok()) << text;
    }
  }
}

TEST(SdmxPeriodTest, ReadsTheAttribute) {
  EXPECT_EQ(ParseReportingYearStart("").value(), ReportingYearStart::kJanuary);
  EXPECT_EQ(ParseReportingYearStart("--01-01").value(), ReportingYearStart::kJanuary);
  EXPECT_EQ(ParseReportingYearStart("--04-01").value(), ReportingYearStart::kApril);
  EXPECT_FALSE(ParseReportingYearStart("--07-01").ok());
}

}  // namespace
}  // namespace onereturn
