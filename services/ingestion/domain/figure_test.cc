#include "services/ingestion/domain/figure.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace onereturn::ingestion {
namespace {

std::string Describe(const Figure& figure) {
  switch (figure.state) {
    case Figure::State::kValue:
      return figure.value.ToString();
    case Figure::State::kNull:
      return absl::StrCat("null ", static_cast<int>(figure.null_reason));
    case Figure::State::kAbsent:
      return "absent";
    case Figure::State::kFault:
      return figure.fault.empty() ? "no words" : "fault";
  }
  return "";
}

struct FigureCase {
  const char* text;
  const char* plain;      // As it is read without any style,
  const char* separated;  // with thousands separators,
  const char* percents;   // with percent signs as percents,
  const char* fractions;  // and as fractions.
};

TEST(FigureTest, EachStyleAcceptsItsOwnSignsAlone) {
  FigureReading separated;
  separated.style.thousands_separators = true;
  FigureReading percents;
  percents.style.percent_sign = PercentSign::kPercents;
  FigureReading fractions;
  fractions.style.percent_sign = PercentSign::kFractions;
  for (const FigureCase& one : std::vector<FigureCase>{
           {"12", "12", "12", "12", "12"},
           {"-12.5", "-12.5", "-12.5", "-12.5", "-12.5"},
           {"1,234", "fault", "1234", "fault", "fault"},
           {"-1,234,567.25", "fault", "-1234567.25", "fault", "fault"},
           {"12,34", "fault", "fault", "fault", "fault"},
           {"1234,567", "fault", "fault", "fault", "fault"},
           {"1,2345", "fault", "fault", "fault", "fault"},
           {",123", "fault", "fault", "fault", "fault"},
           {"1,,234", "fault", "fault", "fault", "fault"},
           {"1.234,567", "fault", "fault", "fault", "fault"},
           {"84.3%", "fault", "fault", "84.3", "0.843"},
           {"100%", "fault", "fault", "100", "1"},
           {"84.34567%", "fault", "fault", "84.34567", "fault"},
           {"84.3 %", "fault", "fault", "fault", "fault"},
           {"%", "fault", "fault", "fault", "fault"},
           {"-", "fault", "fault", "fault", "fault"},
           {"", "fault", "fault", "fault", "fault"},
           {"NOT_COLLECTED", "fault", "fault", "fault", "fault"},
       }) {
    EXPECT_EQ(Describe(ReadFigure(one.text, FigureReading{})), one.plain) << one.text;
    EXPECT_EQ(Describe(ReadFigure(one.text, separated)), one.separated) << one.text;
    EXPECT_EQ(Describe(ReadFigure(one.text, percents)), one.percents) << one.text;
    EXPECT_EQ(Describe(ReadFigure(one.text, fractions)), one.fractions) << one.text;
  }
}

TEST(FigureTest, ABlankAndADashMeanWhatTheLayoutSays) {
  struct Case {
    NoFigure no_figure;
    const char* read_as;
  };
  for (const Case& one : {Case{{}, "fault"}, Case{{NoFigure::Meaning::kZero}, "0"},
                          Case{{NoFigure::Meaning::kAbsent}, "absent"},
                          Case{{NoFigure::Meaning::kNull, NullReason::kWithheld}, "null 3"}}) {
    FigureReading blank;
    blank.blank = one.no_figure;
    EXPECT_EQ(Describe(ReadFigure("", blank)), one.read_as);
    EXPECT_EQ(Describe(ReadFigure("-", blank)), "fault");
    FigureReading dash;
    dash.style.dash = one.no_figure;
    for (const char* text : {"-", "\xE2\x80\x93", "\xE2\x80\x94"}) {
      EXPECT_EQ(Describe(ReadFigure(text, dash)), one.read_as);
    }
    EXPECT_EQ(Describe(ReadFigure("", dash)), "fault");
    EXPECT_EQ(Describe(ReadFigure("--", dash)), "fault");
  }
}

// Bed days are published as the average of the quarter's days.
TEST(FigureTest, ADailyAverageBecomesTheSumOverTheDays) {
  struct Case {
    const char* text;
    int days;
    const char* sum;
  };
  for (const Case& one :
       {Case{"215.445652", 92, "19821"}, Case{"176.846154", 91, "16093"},
        Case{"1928.4347826086957", 92, "177416"}, Case{"0.043478260869565216", 92, "4"},
        Case{"0", 90, "0"}, Case{"0.005", 100, "1"}, Case{"-0.005", 100, "-1"},
        Case{"0.004", 100, "0"}, Case{"12", 31, "372"}, Case{"", 92, "fault"},
        Case{"1e3", 92, "fault"}, Case{"1.1234567x", 92, "fault"},
        Case{"1.1234567890123456789", 92, "fault"}, Case{"9199999999999", 366, "fault"},
        Case{"1,000", 92, "fault"}}) {
    FigureReading reading;
    reading.kind = FigureKind::kDailyAverage;
    reading.days_in_period = one.days;
    EXPECT_EQ(Describe(ReadFigure(one.text, reading)), one.sum) << one.text;
  }
}

}  // namespace
}  // namespace onereturn::ingestion
