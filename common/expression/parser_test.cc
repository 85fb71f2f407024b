// Goal: the grammar, its canonical text, its types and its faults. Method: tables of text,
// canonical text or fault with its column; random bytes and random words must only ever give an
// expression or a fault.
#include <rapidcheck.h>

#include <algorithm>
#include <cstdio>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/expression/cell_table.h"
#include "common/expression/evaluation.h"
#include "common/expression/expression.h"
#include "common/expression/testing/periods_held.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace onereturn {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Repeat(absl::string_view text, size_t times) {
  std::string all;
  for (size_t i = 0; i < times; ++i) absl::StrAppend(&all, text);
  return all;
}

TEST(ParserTest, CanonicalText) {
  const struct {
    const char* text;
    const char* canonical;
  } rows[] = {
      {"a", "a"},
      {" 007.50 ", "7.5"},
      {"a+b*c", "a + b * c"},
      {"(a+b)*c", "(a + b) * c"},
      {"((a))", "a"},
      {"a-b-c", "a - b - c"},
      {"a-(b-c)", "a - (b - c)"},
      {"(a-b)-c", "a - b - c"},
      {"a/(b*c)", "a / (b * c)"},
      {"-a*b", "-a * b"},
      {"-(a*b)", "-(a * b)"},
      {"- -a", "--a"},
      {"a--b", "a - -b"},
      {"a\t<=\nb", "a <= b"},
      {"(a<b)=(c<d)", "(a < b) = (c < d)"},
      {"not a<b", "not a < b"},
      {"not not a<b", "not not a < b"},
      {"(not a<b) = (c<d)", "(not a < b) = (c < d)"},
      {"a<b or c<d and e<f", "a < b or c < d and e < f"},
      {"(a<b or c<d) and e<f", "(a < b or c < d) and e < f"},
      {"not (a<b and c<d)", "not (a < b and c < d)"},
      {"not a<b and c<d", "not a < b and c < d"},
      {"a<b and not c<d", "a < b and not c < d"},
      {"a<b or (c<d or e<f)", "a < b or (c < d or e < f)"},
      {"sum( a )>=sum_present(b)+count_present(c)", "sum(a) >= sum_present(b) + count_present(c)"},
      {"if(is_null(a),1,if(b<1,min(b,2),max(b,abs(-c))))",
       "if(is_null(a), 1, if(b < 1, min(b, 2), max(b, abs(-c))))"},
      {"coalesce(a<b,is_whole(c))", "coalesce(a < b, is_whole(c))"},
      {"summary + iffy + order_1", "summary + iffy + order_1"},
      {"prior( a )", "prior(a)"},
      {"prior(a,1)", "prior(a)"},
      {"prior(a+b , 012.0)/2", "prior(a + b, 12) / 2"},
      {"prior(a<b,36)or(outside_limits((sum(a))))", "prior(a < b, 36) or outside_limits(sum(a))"},
      {"priority + outside_limit", "priority + outside_limit"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.text);
    const auto expression = Expression::Parse(row.text);
    ASSERT_TRUE(expression.ok()) << expression.status();
    EXPECT_EQ(expression->ToString(), row.canonical);
    const auto again = Expression::Parse(row.canonical);
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(*again, *expression);
  }
}

TEST(ParserTest, EqualityIsOfTheTree) {
  const auto parse = [](absl::string_view text) { return *Expression::Parse(text); };
  EXPECT_EQ(parse("a + 1.50"), parse("(a)+1.5"));
  EXPECT_NE(parse("a + b"), parse("b + a"));
  EXPECT_NE(parse("a - b - c"), parse("a - (b - c)"));
  EXPECT_NE(parse("a"), parse("sum(a)"));
  EXPECT_NE(parse("a"), parse("b"));
  EXPECT_EQ(parse("prior(a)"), parse("prior(a, 1)"));
  EXPECT_NE(parse("prior(a)"), parse("prior(a, 2)"));
  EXPECT_NE(parse("prior(a)"), parse("a"));
}

TEST(ParserTest, ItemsAreSortedAndDistinct) {
  EXPECT_THAT(Expression::Parse("z + sum(b) - z / count_present(aa)")->Items(),
              ElementsAre("aa", "b", "z"));
  EXPECT_THAT(Expression::Parse("1 < 2")->Items(), ElementsAre());
}

TEST(ParserTest, Types) {
  EXPECT_EQ(Expression::Parse("a + 1")->type(), ExpressionType::kNumber);
  EXPECT_EQ(Expression::Parse("a <= 1")->type(), ExpressionType::kBoolean);
  EXPECT_EQ(Expression::Parse("if(a < 1, b, 2)")->type(), ExpressionType::kNumber);
  EXPECT_EQ(Expression::Parse("if(a < 1, b < 1, is_null(c))")->type(), ExpressionType::kBoolean);
  EXPECT_EQ(Expression::Parse("coalesce(a, 0)")->type(), ExpressionType::kNumber);
  EXPECT_EQ(Expression::Parse("is_whole(a)")->type(), ExpressionType::kBoolean);
  EXPECT_EQ(Expression::Parse("is_null(a < b)")->type(), ExpressionType::kBoolean);
  EXPECT_EQ(Expression::Parse("prior(a)")->type(), ExpressionType::kNumber);
  EXPECT_EQ(Expression::Parse("prior(a < b, 2)")->type(), ExpressionType::kBoolean);
  EXPECT_EQ(Expression::Parse("outside_limits(a)")->type(), ExpressionType::kBoolean);
  EXPECT_EQ(Expression::Parse("a[d = 'v']")->type(), ExpressionType::kNumber);
  EXPECT_EQ(Expression::Parse("days_in_period()")->type(), ExpressionType::kNumber);
  EXPECT_EQ(Expression::Parse("financial_month()")->type(), ExpressionType::kNumber);
  EXPECT_EQ(Expression::Parse("listed('a')")->type(), ExpressionType::kBoolean);
}

// Dimensions and values in any order, blanks or none: one canonical text.
TEST(ParserTest, SelectionsAndListsAreWrittenCanonically) {
  const auto expression = Expression::Parse(
      "sum(a[ e='2'or'1' ,d = 'x y' ])+b[d='v']-days_in_period( )>financial_month() and "
      "listed( 'Ab-1' )");
  ASSERT_TRUE(expression.ok()) << expression.status().message();
  EXPECT_EQ(expression->ToString(),
            "sum(a[d = 'x y', e = '1' or '2']) + b[d = 'v'] - days_in_period() > "
            "financial_month() and listed('Ab-1')");
  EXPECT_EQ(*Expression::Parse(expression->ToString()), *expression);
  EXPECT_NE(*Expression::Parse("a[d = 'v']"), *Expression::Parse("a[d = 'w']"));
  EXPECT_NE(*Expression::Parse("a[d = 'v']"), *Expression::Parse("a"));
  EXPECT_NE(*Expression::Parse("listed('a')"), *Expression::Parse("listed('b')"));
  EXPECT_EQ(expression->Lists(), std::set<std::string>{"Ab-1"});
  const std::vector<ItemSelection> selections = expression->Selections();
  ASSERT_EQ(selections.size(), 3u);
  EXPECT_EQ(selections[1].dimension, "e");
  EXPECT_EQ(selections[1].values, (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(selections[1].column, 8u);
}

TEST(ParserTest, EveryReferenceIsTold) {
  const auto expression =
      Expression::Parse("sum(a[d = 'v' or 'w', e = '1']) - a + count_present(b)");
  ASSERT_TRUE(expression.ok()) << expression.status().message();
  std::vector<std::string> texts;
  for (const ItemReference& reference : expression->References()) {
    texts.push_back(reference.item);
    for (const ItemSelection& selection : reference.selections) {
      texts.back() += " " + selection.dimension + ":" + absl::StrJoin(selection.values, ",");
    }
  }
  EXPECT_THAT(texts, ::testing::UnorderedElementsAre("a d:v,w e:1", "a", "b"));
  EXPECT_TRUE(Expression::Parse("1 / 7 * 4")->References().empty());
}

TEST(ParserTest, ADivisionIsSeen) {
  EXPECT_TRUE(Expression::Parse("1 - a / b")->Divides());
  EXPECT_FALSE(Expression::Parse("a[d = '1/2'] * b")->Divides());
}

TEST(ParserTest, ItemsReadInEarlierPeriodsAreTold) {
  const auto expression =
      Expression::Parse("a + prior(b - if(c > 1, d, 2), 3) > 1 or outside_limits(sum(e)) or f < a");
  EXPECT_EQ(expression->PriorItems(), (std::set<std::string>{"b", "c", "d", "e"}));
}

TEST(ParserTest, FaultsHaveColumnAndWords) {
  const struct {
    const char* text;
    size_t column;
    const char* words;
  } rows[] = {
      {"", 1, "the text ends"},
      {"a +", 4, "the text ends"},
      {"a b", 3, "an operator or the end"},
      {"a + * b", 5, "found '*'"},
      {"(a", 3, "')'"},
      {"a)", 2, "found ')'"},
      {"a == b", 3, "'='"},
      {"a <> b", 3, "'!='"},
      {"a =< b", 3, "'<='"},
      {"a & b", 3, "'and'"},
      {"a ! b", 3, "'not'"},
      {"a # b", 3, "no meaning"},
      {"'a'", 1, "found 'a'"},
      {"\"a\"", 1, "single quotes"},
      {"a[", 3, "the text ends where a dimension"},
      {"a[]", 3, "a dimension, as in item[dimension = 'value']"},
      {"a[d]", 4, "'=' after the dimension"},
      {"a[d = v]", 7, "a value of the dimension in single quotes"},
      {"a[d = 'v]", 7, "the text has no end"},
      {"a[d = '']", 7, "nothing between the quotes"},
      {"a[d = '\xC3\xA9']", 7, "plain ASCII"},
      {"a[d = 'v' 'w']", 11, "'or', ',' or ']'"},
      {"a[d = 'v' or 'w' or 'v']", 3, "value 'v' stands twice"},
      {"a[d = 'v', d = 'w']", 12, "dimension 'd' stands twice"},
      {"(a + b)[d = 'v']", 8, "found '['"},
      {"listed", 1, "is a function"},
      {"listed(a)", 8, "the code of a list in quotes"},
      {"listed('a', 'b')", 11, "')' after the one list"},
      {"listed('a') + 1", 1, "'+' needs a number"},
      {"days_in_period", 1, "is a function"},
      {"days_in_period(a)", 16, "takes no value"},
      {"financial_month() and a < b", 1, "'and' needs a condition"},
      {"a \xE2\x89\xA4 b", 3, "ASCII"},
      {"a \x01 b", 3, "control character"},
      {"Attendances", 1, "lower case"},
      {"_a", 1, "begins with a letter"},
      {".5", 1, "before the point"},
      {"1.", 1, "after the point"},
      {"1.1234567", 1, "after the point"},
      {"1.2.3", 1, "point"},
      {"9200000000000", 1, "too great"},
      {"1e5", 2, "an operator or the end"},
      {"sum + 1", 1, "is a function"},
      {"sum(a + b)", 7, "one item"},
      {"sum(1)", 5, "one item"},
      {"sum()", 5, "one item"},
      {"average(a)", 1, "no function 'average'"},
      {"min(a)", 6, "min takes 2 values"},
      {"min(a, b, c)", 9, "min takes 2 values"},
      {"abs(a, b)", 6, "abs takes 1 value"},
      {"and", 1, "found 'and'"},
      {"a < b < c", 7, "chained"},
      {"(a < b) = c", 11, "one of each"},
      {"a + (b < c)", 5, "'+' needs a number"},
      {"a and b < c", 1, "'and' needs a condition"},
      {"not a", 5, "'not' needs a condition"},
      {"-(a < b)", 2, "'-' needs a number"},
      {"a < not b", 5, "parentheses"},
      {"if(a, b, c)", 4, "'if' needs a condition"},
      {"if(a < 1, b, c < 1)", 14, "one of each"},
      {"coalesce(a, b < 1)", 13, "one of each"},
      {"is_whole(a < b)", 10, "'is_whole' needs a number"},
      {"prior", 1, "is a function: write prior(...)"},
      {"prior()", 7, "found ')'"},
      {"prior(a b)", 9, "',' and how many periods before"},
      {"prior(a,)", 9, "expected a whole number from 1 to 36"},
      {"prior(a, b)", 10, "expected a whole number from 1 to 36"},
      {"prior(a, -1)", 10, "expected a whole number from 1 to 36"},
      {"prior(a, 0)", 10, "write a whole number from 1 to 36"},
      {"prior(a, 37)", 10, "write a whole number from 1 to 36"},
      {"prior(a, 1.5)", 10, "write a whole number from 1 to 36"},
      {"prior(a, 9300000000000)", 10, "write a whole number from 1 to 36"},
      {"prior(a, 1 + 1)", 12, "found '+'"},
      {"prior(a, 1, 2)", 11, "found ','"},
      {"prior(a < 1) + 1", 1, "'+' needs a number"},
      {"outside_limits(a < 1)", 16, "'outside_limits' needs a number"},
      {"outside_limits(a) + 1", 1, "'+' needs a number"},
      {"outside_limits(a, 12)", 17, "outside_limits takes 1 value"},
      {"sum(prior(a))", 5, "one item"},
      {"prior(prior(a))", 7, "how far back as in prior(x, 2)"},
      {"prior(a - abs(prior(b)))", 15, "'prior' cannot stand inside 'prior'"},
      {"prior(outside_limits(a))", 7, "'outside_limits' cannot stand inside 'prior'"},
      {"outside_limits(a - prior(a))", 20, "'prior' cannot stand inside 'outside_limits'"},
      {"outside_limits(if(outside_limits(a), 1, 2))", 19, "an expression of one period"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.text);
    ExpressionFault fault;
    const auto expression = Expression::Parse(row.text, &fault);
    ASSERT_EQ(expression.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(fault.column, row.column) << fault.words;
    EXPECT_THAT(fault.words, HasSubstr(row.words));
    EXPECT_EQ(expression.status().message(),
              absl::StrCat("column ", fault.column, ": ", fault.words));
  }
}

TEST(ParserTest, Limits) {
  const auto words = [](const std::string& text) {
    ExpressionFault fault;
    EXPECT_FALSE(Expression::Parse(text, &fault).ok());
    return fault.words;
  };
  // a + a + ... : depth is the number of operands, at most 150.
  EXPECT_TRUE(Expression::Parse("a" + Repeat("+a", 149)).ok());
  EXPECT_THAT(words("a" + Repeat("+a", 150)), HasSubstr("levels deep"));
  EXPECT_TRUE(Expression::Parse(Repeat("(", 150) + "a" + Repeat(")", 150)).ok());
  EXPECT_THAT(words(Repeat("(", 151) + "a" + Repeat(")", 151)), HasSubstr("levels deep"));
  EXPECT_THAT(words(Repeat("(", 8000)), HasSubstr("levels deep"));
  EXPECT_THAT(words(Repeat("-", 8000)), HasSubstr("levels deep"));
  EXPECT_THAT(words(Repeat("not ", 2000)), HasSubstr("levels deep"));
  EXPECT_THAT(words(Repeat("abs(", 2000)), HasSubstr("levels deep"));
  EXPECT_THAT(words(Repeat("a", kExpressionBytesMax + 1)), HasSubstr("longer than"));
  EXPECT_TRUE(Expression::Parse(Repeat("a", kExpressionBytesMax)).ok());
  // Fits as written, but not with its blanks.
  EXPECT_THAT(words(Repeat("a", kExpressionBytesMax - 2) + "+b"), HasSubstr("longer than"));
  // 16 sums of 63 items side by side: shallow, but over a thousand nodes.
  std::string wide = "(a" + Repeat("+a", 62) + ")";
  for (int i = 0; i < 15; ++i) absl::StrAppend(&wide, "*(a", Repeat("+a", 62), ")");
  EXPECT_THAT(words(wide), HasSubstr("items, numbers and operators"));
  // A function of history counts as any other: 16 x (61 + 1) and 15 products are 1007.
  std::string counted = "prior(a" + Repeat("+a", 30) + ")";
  for (int i = 1; i < 16; ++i) absl::StrAppend(&counted, "*prior(a", Repeat("+a", 30), ", 36)");
  EXPECT_THAT(words(counted), HasSubstr("items, numbers and operators"));
  EXPECT_TRUE(Expression::Parse(counted.substr(0, counted.rfind('*'))).ok());
  EXPECT_TRUE(Expression::Parse("prior(a" + Repeat("+a", 148) + ")").ok());
  EXPECT_THAT(words("prior(a" + Repeat("+a", 149) + ")"), HasSubstr("levels deep"));
}

TEST(ParserTest, ALongWordIsNotEchoedWhole) {
  ExpressionFault fault;
  EXPECT_FALSE(Expression::Parse("a " + Repeat("b", 5000), &fault).ok());
  EXPECT_LT(fault.words.size(), 200u);
}

PeriodsHeld ManyPeriods() {
  PeriodsHeld history;
  for (uint32_t before = 3; before <= 20; ++before) {
    history.Hold(before).Add("a", {}, Decimal::FromWhole(before % 3));
  }
  return history;
}

// Whether the text gives an expression that survives its canonical text, or a fault within it.
bool IsTotal(const std::string& text) {
  ExpressionFault fault;
  const auto expression = Expression::Parse(text, &fault);
  if (!expression.ok()) {
    return fault.column >= 1 && fault.column <= text.size() + 1 && !fault.words.empty();
  }
  CellTable cells;
  cells.Add("a", {}, Decimal::FromWhole(3));
  cells.Add("b", {}, std::nullopt);
  static const PeriodsHeld& history = *new PeriodsHeld(ManyPeriods());
  Evaluate(*expression, cells, {}, &history);
  const auto again = Expression::Parse(expression->ToString());
  return again.ok() && *again == *expression && again->ToString() == expression->ToString();
}

TEST(ParserTest, RandomBytes) {
  const auto texts = rc::gen::resize(
      100, rc::gen::container<std::vector<std::string>>(50, rc::gen::arbitrary<std::string>()));
  EXPECT_TRUE(rc::check("50 random texts", [&] {
    for (const std::string& text : *texts) RC_ASSERT(IsTotal(text));
  }));
}

TEST(ParserTest, RandomWords) {
  const std::vector<std::string> words = {"a",
                                          "b",
                                          "a",
                                          "b",
                                          "1",
                                          "2.5",
                                          "9199999999999",
                                          "sum(",
                                          "sum(a)",
                                          "sum_present(b)",
                                          "abs",
                                          "min(",
                                          ",",
                                          "if",
                                          "(",
                                          ")",
                                          "(",
                                          ")",
                                          "+",
                                          "-",
                                          "*",
                                          "/",
                                          "<=",
                                          "=",
                                          "!=",
                                          "and",
                                          "or",
                                          "not ",
                                          "is_null(",
                                          "coalesce(",
                                          "prior(",
                                          "outside_limits("};
  const auto picks = rc::gen::resize(
      100, rc::gen::container<std::vector<size_t>>(rc::gen::inRange<size_t>(0, words.size())));
  const auto rows = rc::gen::container<std::vector<std::vector<size_t>>>(50, picks);
  size_t parsed = 0, longest = 0;
  EXPECT_TRUE(rc::check("50 texts of random words", [&] {
    for (const auto& row : *rows) {
      // Short texts parse most often, long ones go deepest: both.
      for (size_t length : {row.size(), row.size() % 6}) {
        std::string text;
        for (size_t i = 0; i < length; ++i) absl::StrAppend(&text, words[row[i]], " ");
        if (Expression::Parse(text).ok()) {
          ++parsed;
          longest = std::max(longest, length);
        }
        RC_ASSERT(IsTotal(text));
      }
    }
  }));
  std::printf("%zu random texts parsed, the longest of %zu words\n", parsed, longest);
  EXPECT_GT(parsed, 100u);
}

// Takes every part out of the text, puts it before it, and changes every byte; how many of the
// texts that come of it parse.
size_t ParsedOfDamaged(const std::string& whole) {
  EXPECT_TRUE(Expression::Parse(whole).ok());
  size_t parsed = 0;
  for (size_t first = 0; first < whole.size(); ++first) {
    for (size_t length = 1; first + length <= whole.size(); ++length) {
      std::string without = whole;
      without.erase(first, length);
      const std::string part = whole.substr(first, length);
      for (const std::string& text : {without, part, part + without}) {
        EXPECT_TRUE(IsTotal(text)) << text;
        parsed += Expression::Parse(text).ok();
      }
    }
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = whole;
      changed[first] = static_cast<char>(byte);
      EXPECT_TRUE(IsTotal(changed)) << changed;
    }
  }
  return parsed;
}

TEST(ParserTest, DamagedTexts) {
  // More than so many, or the damage leaves nothing to test.
  EXPECT_GT(ParsedOfDamaged(
                "if(is_null(b) and not a <= 2.5, coalesce(sum(b), -a) / (a - 3), max(abs(a), 7) * "
                "9) = sum_present(a) + count_present(b) or is_whole(a / b) != (1 < 2)"),
            500u);
  EXPECT_GT(ParsedOfDamaged("outside_limits(a - 1) or prior(a + 2, 12) > 3"), 50u);
}

}  // namespace
}  // namespace onereturn
