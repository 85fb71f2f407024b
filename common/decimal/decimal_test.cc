// Goal: a Decimal is exactly the number written, and every other text is refused in its own words.
// Method: tables with figures known beforehand; properties against schoolbook arithmetic on text.
#include "common/decimal/decimal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace onereturn {
namespace {

using ::testing::HasSubstr;

constexpr int64_t kLargest = Decimal::kLimitMillionths - 1;

TEST(DecimalTest, ParsesWhatIsWritten) {
  struct Case {
    const char* text;
    int64_t millionths;
    const char* canonical;
  };
  const std::vector<Case> cases = {
      {"0", 0, "0"},
      {"-0", 0, "0"},
      {"-0.000000", 0, "0"},
      {"1", 1'000'000, "1"},
      {"0.5", 500'000, "0.5"},
      {"-12.5", -12'500'000, "-12.5"},
      {"134.0", 134'000'000, "134"},
      {"007.10", 7'100'000, "7.1"},
      {"0.000001", 1, "0.000001"},
      {"-0.000001", -1, "-0.000001"},
      {"11840", 11'840'000'000, "11840"},
      {"93664.402174", 93'664'402'174, "93664.402174"},
      {"9199999999999.999999", kLargest, "9199999999999.999999"},
      {"-9199999999999.999999", -kLargest, "-9199999999999.999999"},
      {"000000000000000000000000000000000000000000000001", 1'000'000, "1"},
  };
  for (const Case& c : cases) {
    const absl::StatusOr<Decimal> parsed = Decimal::Parse(c.text);
    ASSERT_TRUE(parsed.ok()) << c.text << ": " << parsed.status();
    EXPECT_EQ(parsed->millionths(), c.millionths) << c.text;
    EXPECT_EQ(parsed->ToString(), c.canonical) << c.text;
  }
}

TEST(DecimalTest, RefusesEachFaultInItsOwnWords) {
  struct Case {
    std::string text;
    const char* words;
  };
  const std::vector<Case> cases = {
      {"", "is empty"},
      {" ", "character 1 is a blank"},
      {"12 ", "character 3 is a blank"},
      {"1 234", "character 2 is a blank"},
      {"1\xC2\xA0"
       "234",
       "character 2 is a blank"},
      {"12\t", "character 3 is a blank"},
      {"+5", "character 1 is a plus sign"},
      {"-", "a minus sign stands without digits"},
      {"--5", "character 2 is a minus sign"},
      {"5-", "character 2 is a minus sign"},
      {"-.5", "no digit stands before the point"},
      {".5", "no digit stands before the point"},
      {".", "no digit stands before the point"},
      {"5.", "no digit stands after the point"},
      {"1.2.3", "character 4 is a second point"},
      {"1e3", "character 2 is an exponent"},
      {"1.5E3", "character 4 is an exponent"},
      {"1,234", "character 2 is a separator"},
      {"1'234", "character 2 is a separator"},
      {"1_234", "character 2 is a separator"},
      {"NaN", "NaN and infinity"},
      {"-inf", "NaN and infinity"},
      {"INFINITY", "NaN and infinity"},
      {"\xEF\xBC\x91", "character 1 is a full-width character"},
      {"\xE2\x88\x92"
       "5",
       "character 1 is a typographic dash"},
      {"4O21", "character 2 is the letter O"},
      {"l2", "character 1 is a letter; is the digit 1 meant"},
      {"68.6%", "character 5 is a percent sign"},
      {"*", "character 1 is not a digit"},
      {"0x10", "character 2 is not a digit"},
      {std::string("1\0", 2), "character 2 is not a digit"},
      {"0.1234567", "7 digits stand after the point"},
      {"0.0000000", "7 digits stand after the point"},
      {"9200000000000", "too great"},
      {"-9200000000000", "too great"},
      {"99999999999999", "too great"},
      {std::string(5000, '9'), "too great"},
  };
  for (const Case& c : cases) {
    const absl::StatusOr<Decimal> parsed = Decimal::Parse(c.text);
    ASSERT_FALSE(parsed.ok()) << c.text;
    EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument) << c.text;
    EXPECT_THAT(std::string(parsed.status().message()), HasSubstr(c.words)) << c.text;
  }
}

TEST(DecimalTest, KnowsItsLimit) {
  EXPECT_EQ(Decimal::FromWideMillionths(kLargest)->millionths(), kLargest);
  EXPECT_EQ(Decimal::FromWideMillionths(-kLargest)->millionths(), -kLargest);
  EXPECT_FALSE(Decimal::FromWideMillionths(Decimal::kLimitMillionths).ok());
  EXPECT_FALSE(Decimal::FromWideMillionths(-Int128{Decimal::kLimitMillionths}).ok());
  // 2^64 would be zero after a careless conversion.
  EXPECT_FALSE(Decimal::FromWideMillionths(Int128{1} << 64).ok());
  EXPECT_EQ(Decimal::FromWhole(-3).millionths(), -3'000'000);
  EXPECT_EQ(Decimal().millionths(), 0);
  EXPECT_DEATH(Decimal::FromMillionths(Decimal::kLimitMillionths), "check failed");
  EXPECT_DEATH(Decimal::FromWhole(-9'200'000'000'000), "check failed");
  EXPECT_DEATH(Decimal::FromWhole(std::numeric_limits<int64_t>::min()), "check failed");
}

TEST(DecimalTest, KnowsWholeNumbers) {
  EXPECT_TRUE(Decimal::FromMillionths(-2'000'000).IsWhole());
  EXPECT_TRUE(Decimal().IsWhole());
  EXPECT_FALSE(Decimal::FromMillionths(-2'000'001).IsWhole());
}

TEST(DecimalTest, WritesSumsOfAnyWidth) {
  const Int128 most = ~(Int128{1} << 127);
  EXPECT_EQ(MillionthsToString(0), "0");
  EXPECT_EQ(MillionthsToString(-1'500'000), "-1.5");
  EXPECT_EQ(MillionthsToString(most), "170141183460469231731687303715884.105727");
  EXPECT_EQ(MillionthsToString(-most - 1), "-170141183460469231731687303715884.105728");
}

rc::Gen<int64_t> Millionths() {
  return rc::gen::oneOf(rc::gen::inRange<int64_t>(-kLargest, kLargest + 1),
                        rc::gen::inRange<int64_t>(-3'000'000, 3'000'001),
                        rc::gen::map(rc::gen::inRange<int64_t>(-9'000'000, 9'000'001),
                                     [](int64_t whole) { return whole * 1'000'000; }));
}

// The sum of two non-negative canonical decimals, added digit by digit.
std::string AddOnPaper(std::string left, std::string right) {
  for (std::string* text : {&left, &right}) {
    if (text->find('.') == std::string::npos) *text += ".";
    while (text->size() - text->find('.') < 7) *text += "0";
    *text = std::string(30 - text->size(), '0') + *text;
  }
  int carry = 0;
  for (size_t position = left.size(); position-- > 0;) {
    if (left[position] == '.') continue;
    const int digit = left[position] - '0' + right[position] - '0' + carry;
    left[position] = static_cast<char>('0' + digit % 10);
    carry = digit / 10;
  }
  while (left.back() == '0') left.pop_back();
  if (left.back() == '.') left.pop_back();
  const size_t first = left.find_first_not_of('0');
  if (first == std::string::npos) return "0";
  return left[first] == '.' ? "0" + left.substr(first) : left.substr(first);
}

TEST(DecimalPropertyTest, TextRoundTrips) {
  EXPECT_TRUE(rc::check("parse(text of d) == d", [] {
    const Decimal value = Decimal::FromMillionths(*Millionths());
    const absl::StatusOr<Decimal> parsed = Decimal::Parse(value.ToString());
    RC_ASSERT(parsed.ok());
    RC_ASSERT(*parsed == value);
    RC_ASSERT(value.ToString().size() <= 21u);
  }));
}

TEST(DecimalPropertyTest, OrderIsThatOfTheNumbers) {
  EXPECT_TRUE(rc::check("order of decimals is order of millionths", [] {
    const int64_t left = *Millionths();
    const int64_t right = *rc::gen::oneOf(Millionths(), rc::gen::just(left));
    RC_ASSERT((Decimal::FromMillionths(left) < Decimal::FromMillionths(right)) == (left < right));
    RC_ASSERT((Decimal::FromMillionths(left) == Decimal::FromMillionths(right)) == (left == right));
  }));
}

TEST(DecimalPropertyTest, SumsAreExact) {
  EXPECT_TRUE(rc::check("a sum equals the sum made on paper, in any order of terms", [] {
    const std::vector<int64_t> terms = *rc::gen::container<std::vector<int64_t>>(
        rc::gen::inRange<int64_t>(0, Decimal::kLimitMillionths));
    Int128 forwards = 0;
    std::string on_paper = "0";
    for (const int64_t term : terms) {
      forwards += Decimal::FromMillionths(term).wide();
      on_paper = AddOnPaper(on_paper, Decimal::FromMillionths(term).ToString());
    }
    Int128 backwards = 0;
    for (size_t i = terms.size(); i-- > 0;) backwards += terms[i];
    RC_ASSERT(MillionthsToString(forwards) == on_paper);
    RC_ASSERT(forwards == backwards);
  }));
}

TEST(DecimalPropertyTest, AnyTextIsJudgedAndWhatIsTakenIsCanonical) {
  EXPECT_TRUE(rc::check("parse is total; canonical text is a fixed point", [] {
    const std::string text = *rc::gen::oneOf(
        rc::gen::string<std::string>(),
        rc::gen::container<std::string>(rc::gen::element('0', '1', '9', '.', '-', '+', 'e', ' ')));
    const absl::StatusOr<Decimal> parsed = Decimal::Parse(text);
    if (!parsed.ok()) {
      RC_ASSERT(!parsed.status().message().empty());
      return;
    }
    const std::string canonical = parsed->ToString();
    RC_ASSERT(Decimal::Parse(canonical)->ToString() == canonical);
  }));
}

}  // namespace
}  // namespace onereturn
