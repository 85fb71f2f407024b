// Goal: what a rule hides is not shown, and cannot be found by subtraction from what is. Method:
// tables by hand.
#include "services/ingestion/domain/requests/disclosure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iterator>

#include "common/status/testing/status_matchers.h"
#include "services/ingestion/domain/requests/testing/held_figures.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;

const DisclosureRule kSmallNumbers{7, 0, "small numbers"};

AnswerFigure ShownFigure(std::vector<DimensionValue> dimensions, const char* value) {
  AnswerFigure figure;
  figure.dimensions = std::move(dimensions);
  figure.value = Decimal::Parse(value).value();
  figure.parts = figure.parts_held = 1;
  return figure;
}

std::vector<std::string> Disclosed(std::vector<AnswerFigure> figures,
                                   const std::set<std::string>& may_hold_totals) {
  const absl::Status status = Disclose(kSmallNumbers, may_hold_totals, &figures);
  if (!status.ok()) return {std::string(status.message())};
  return TextsOf(figures);
}

TEST(DisclosureTest, NumbersUpToTheGreatestAreHidden) {
  const struct {
    const char* value;
    bool suppressed;
  } rows[] = {{"-3", false}, {"0", false},        {"0.5", true},      {"1", true},
              {"7", true},   {"7.000001", false}, {"0.000001", true}, {"8", false}};
  for (const auto& row : rows) {
    EXPECT_EQ(IsSuppressed(kSmallNumbers, Decimal::Parse(row.value).value()), row.suppressed)
        << row.value;
  }
  EXPECT_FALSE(IsSuppressed(DisclosureRule(), Decimal::FromWhole(1)));
}

TEST(DisclosureTest, RoundsToTheNearestMultipleHalvesUp) {
  const struct {
    uint32_t rounded_to;
    const char* value;
    const char* rounded;
  } rows[] = {{0, "12.5", "12.5"}, {1, "12.5", "12.5"},     {5, "12", "10"},
              {5, "12.5", "15"},   {5, "13", "15"},         {5, "0", "0"},
              {5, "-2.5", "0"},    {5, "-2.500001", "-5"},  {5, "-7.5", "-5"},
              {5, "-8", "-10"},    {10, "14.999999", "10"}, {10, "15", "20"}};
  for (const auto& row : rows) {
    const auto rounded = RoundedFigure({0, row.rounded_to, "r"}, Decimal::Parse(row.value).value());
    ASSERT_TRUE(rounded.ok());
    EXPECT_EQ(rounded->ToString(), row.rounded) << row.value << " to " << row.rounded_to;
  }
}

TEST(DisclosureTest, ARoundedFigureThatIsTooGreatIsAnError) {
  const Decimal greatest = Decimal::FromMillionths(Decimal::kLimitMillionths - 1);
  const auto rounded = RoundedFigure({0, 100, "r"}, greatest);
  EXPECT_EQ(ReasonOf(rounded.status()), Reason::kDefinitionInvalid);
}

TEST(DisclosureTest, WhereAValueMayBeTheTotalASecondOneIsHidden) {
  // As DM01 by test is published: 16 is the total of the others. 265 - 260 - 0 would be 5.
  const std::vector<AnswerFigure> figures = {
      ShownFigure({{"test", "1"}}, "260"), ShownFigure({{"test", "16"}}, "265"),
      ShownFigure({{"test", "2"}}, "5"), ShownFigure({{"test", "3"}}, "0")};
  EXPECT_THAT(Disclosed(figures, {"test"}),
              ElementsAre("1 suppressed by small numbers [1/1]", "16 265 [1/1]",
                          "2 suppressed by small numbers [1/1]", "3 0 [1/1]"));
  EXPECT_THAT(Disclosed(figures, {}),
              ElementsAre("1 260 [1/1]", "16 265 [1/1]", "2 suppressed by small numbers [1/1]",
                          "3 0 [1/1]"));
}

TEST(DisclosureTest, AZeroIsTheSecondWhereNothingElseIsShown) {
  EXPECT_THAT(
      Disclosed({ShownFigure({{"test", "1"}}, "0"), ShownFigure({{"test", "2"}}, "5")}, {"test"}),
      ElementsAre("1 suppressed by small numbers [1/1]", "2 suppressed by small numbers [1/1]"));
}

TEST(DisclosureTest, WhatIsHiddenAlongOneDimensionIsNotToldByTheOther) {
  // a,x is small: of a the smaller, y, goes too; now y is alone in its column, and so on.
  std::vector<AnswerFigure> figures;
  for (const char* row : {"a", "b", "c"}) {
    for (const char* column : {"x", "y", "z"}) {
      figures.push_back(ShownFigure({{"c", column}, {"r", row}}, "50"));
    }
  }
  figures[0].value = Decimal::FromWhole(3);
  ASSERT_TRUE(Disclose(kSmallNumbers, {"c", "r"}, &figures).ok());
  size_t hidden = 0;
  for (const char* dimension : {"c", "r"}) {
    std::map<std::string, int> lines;
    for (const AnswerFigure& figure : figures) {
      const std::string& line = figure.dimensions[dimension[0] == 'c' ? 0 : 1].value;
      if (figure.suppressed) ++lines[line], ++hidden;
    }
    for (const auto& [line, count] : lines) EXPECT_GE(count, 2) << dimension << " " << line;
  }
  EXPECT_GE(hidden, 8u);
}

// An ICB beside its providers.
struct Sides {
  std::set<std::string> below;
  std::map<std::string, std::vector<AnswerFigure>> figures;

  std::map<std::string, std::string> Shown() {
    const auto number = [this](const std::string& organisation) {
      return static_cast<size_t>(std::distance(below.begin(), below.find(organisation)));
    };
    std::vector<ShownFigures> shown;
    for (auto& [organisation, own_figures] : figures) {
      shown.push_back({{}, &own_figures});
      if (organisation != "QHG") shown.back().made_of = {number(organisation)};
    }
    for (size_t i = 0; i < below.size(); ++i) shown.front().made_of.insert(i);  // QHG's.
    HideRemainders(kSmallNumbers, {"test"}, shown);
    std::map<std::string, std::string> texts;
    for (const auto& [organisation, own_figures] : figures) {
      texts[organisation] = own_figures[0].suppressed ? "hidden" : own_figures[0].value->ToString();
    }
    return texts;
  }
};

Sides BesideEachOther(std::set<std::string> below, const char* sum) {
  Sides sides;
  sides.below = std::move(below);
  sides.figures["QHG"] = {ShownFigure({}, sum)};
  return sides;
}

void Show(Sides* sides, const std::string& organisation, const char* value) {
  sides->figures[organisation] = {ShownFigure({}, value)};
  ASSERT_TRUE(Disclose(kSmallNumbers, {}, &sides->figures[organisation]).ok());
}

using ShownByOrganisation = std::map<std::string, std::string>;

TEST(DisclosureTest, ASumBesideItsOrganisationsDoesNotTellTheOneThatIsHidden) {
  Sides sides = BesideEachOther({"R0A", "R0B", "RCC"}, "64");
  Show(&sides, "R0A", "40"), Show(&sides, "R0B", "20"), Show(&sides, "RCC", "4");
  EXPECT_EQ(
      sides.Shown(),
      (ShownByOrganisation{{"QHG", "64"}, {"R0A", "40"}, {"R0B", "hidden"}, {"RCC", "hidden"}}));
}

TEST(DisclosureTest, TwoThatAreHiddenNeedNoThird) {
  Sides sides = BesideEachOther({"R0A", "R0B", "RCC"}, "49");
  Show(&sides, "R0A", "40"), Show(&sides, "R0B", "5"), Show(&sides, "RCC", "4");
  EXPECT_EQ(
      sides.Shown(),
      (ShownByOrganisation{{"QHG", "49"}, {"R0A", "40"}, {"R0B", "hidden"}, {"RCC", "hidden"}}));
}

TEST(DisclosureTest, WhatIsHiddenBesideASumIsNotToldByATotalOfItsOwn) {
  // Of test 1 RCC's 4 are hidden, and so R0A's 20. R0A's total, test 16, would give the 20 away.
  const auto by_test = [](const char* one, const char* total, const char* two) {
    return std::vector<AnswerFigure>{ShownFigure({{"test", "1"}}, one),
                                     ShownFigure({{"test", "16"}}, total),
                                     ShownFigure({{"test", "2"}}, two)};
  };
  std::vector<AnswerFigure> sum = by_test("24", "154", "130"), first = by_test("20", "120", "100"),
                            second = by_test("4", "34", "30");
  ASSERT_TRUE(Disclose(kSmallNumbers, {"test"}, &second).ok());
  HideRemainders(kSmallNumbers, {"test"},
                 std::vector<ShownFigures>{{{0, 1}, &sum}, {{0}, &first}, {{1}, &second}});
  EXPECT_TRUE(first[0].suppressed);
  EXPECT_TRUE(first[2].suppressed) << "120 - 100 would be 20";
  EXPECT_TRUE(second[0].suppressed && second[2].suppressed);
  EXPECT_EQ(sum[0].value, Decimal::FromWhole(24));
}

TEST(DisclosureTest, OneThatWasNotAskedForIsNotTold) {
  Sides sides = BesideEachOther({"R0A", "R0B", "RCC"}, "64");
  Show(&sides, "R0A", "40"), Show(&sides, "R0B", "20");
  EXPECT_EQ(sides.Shown(), (ShownByOrganisation{{"QHG", "64"}, {"R0A", "40"}, {"R0B", "hidden"}}));
  sides = BesideEachOther({"R0A", "R0B", "RCC"}, "68");  // 8 are left: shown, were it asked for.
  Show(&sides, "R0A", "40"), Show(&sides, "R0B", "20");
  EXPECT_EQ(sides.Shown(), (ShownByOrganisation{{"QHG", "68"}, {"R0A", "40"}, {"R0B", "20"}}));
}

}  // namespace
}  // namespace onereturn::ingestion
