#include "services/ingestion/domain/number_pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(NumberPatternTest, FindsTheNumbersAndNothingElse) {
  const NumberPattern pattern = NumberPattern::Parse("Gt # To # Weeks SUM 1").value();
  EXPECT_THAT(pattern.Match("Gt 00 To 01 Weeks SUM 1").value(), ElementsAre("00", "01"));
  EXPECT_THAT(pattern.Match("Gt 103 To 104 Weeks SUM 1").value(), ElementsAre("103", "104"));
  EXPECT_THAT(pattern.Match("Gt 000000001 To 1 Weeks SUM 1").value(),
              ElementsAre("000000001", "1"));
  for (const char* other :
       {"", "Gt", "Gt 00 To 01 Weeks SUM 1 ", " Gt 00 To 01 Weeks SUM 1", "Gt 00 To 01 Weeks SUM 2",
        "Gt 104 Weeks SUM 1", "gt 00 to 01 weeks sum 1", "Gt  To 01 Weeks SUM 1",
        "Gt -1 To 01 Weeks SUM 1", "Gt 00 To 01 Weeks SUM 11", "Gt 1234567890 To 1 Weeks SUM 1",
        "Gt # To # Weeks SUM 1"}) {
    EXPECT_FALSE(pattern.Match(other).has_value()) << other;
  }
}

TEST(NumberPatternTest, RefusesWhatCouldMatchInTwoWays) {
  for (const char* bad : {"", "Total", "##", "# < ## Weeks", "1# Weeks", "#1", "a#2b"}) {
    EXPECT_FALSE(NumberPattern::Parse(bad).ok()) << bad;
  }
  EXPECT_THAT(NumberPattern::Parse("Total").status().message(), HasSubstr("has no number"));
  EXPECT_THAT(NumberPattern::Parse("a##").status().message(), HasSubstr("directly beside"));
  EXPECT_TRUE(NumberPattern::Parse("#").ok());
}

// What is filled in is what is found, and the text is the same again.
TEST(NumberPatternProperty, FillAndMatchAreInverse) {
  const auto holds = [] {
    const NumberPattern from = NumberPattern::Parse("# < # Weeks").value();
    const std::string first = absl::StrCat(*rc::gen::inRange(0, 999'999'999));
    const std::string second = absl::StrCat("0", *rc::gen::inRange(0, 99));
    const std::string text = from.Fill({first, second});
    const auto numbers = from.Match(text);
    RC_ASSERT(numbers.has_value());
    RC_ASSERT(numbers->at(0) == first && numbers->at(1) == second);
    RC_ASSERT(from.Fill(*numbers) == text);
  };
  EXPECT_TRUE(rc::check(holds));
}

}  // namespace
}  // namespace onereturn::ingestion
