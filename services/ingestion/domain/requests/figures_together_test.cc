// Goal: of a formula too, what is hidden of one organisation is not told by a sum over it beside
// the others, on whatever levels they are. Method: tables by hand; then random providers of an ICB,
// against whoever can read from a figure that is shown every number that it is made of.
#include "services/ingestion/domain/requests/figures_together.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/status/error.h"
#include "services/ingestion/domain/requests/testing/held_figures.h"
#include "services/ingestion/domain/requests/testing/nested_line.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;

constexpr char kIcbOfLine[] = "QHG";

// What each provider returned of x and y, and what is shown of a formula over them, of the ICB and
// of those that are asked.
struct IcbLine {
  std::string formula;
  DisclosureRule rule, rule_of_x, rule_of_y;
  std::map<std::string, std::pair<int, int>> providers;
  std::set<std::string> not_asked = {};

  std::vector<std::string> Asked() const {
    std::vector<std::string> asked = {kIcbOfLine};
    for (const auto& [provider, numbers] : providers) {
      if (not_asked.count(provider) == 0) asked.push_back(provider);
    }
    return asked;
  }
  // The organisation's one figure.
  std::map<std::string, AnswerFigure> Shown() const {
    HeldFigures held;
    std::vector<std::string> all;
    for (const auto& [provider, numbers] : providers) {
      all.push_back(provider);
      held.Hold(provider, kNestedMonth, HeldCell("x", {}, std::to_string(numbers.first)));
      held.Hold(provider, kNestedMonth, HeldCell("y", {}, std::to_string(numbers.second)));
    }
    std::map<std::string, FigureSource> sources;
    for (const std::string& organisation : Asked()) {
      FigureSource& source = sources[organisation];
      source.coverage = CoverageClass::kDerivable;
      for (const char* item : {"x", "y"}) {
        source.parts_of_item[item] =
            held.Parts(organisation == kIcbOfLine ? all : std::vector<std::string>{organisation},
                       {kNestedMonth});
      }
    }
    std::vector<FiguresWanted> wanted;
    for (const auto& [organisation, source] : sources) wanted.push_back({organisation, &source});
    KnownItem input;
    input.additive_over_organisations = true;
    KnownItem derived = input;
    derived.formula = Expression::Parse(formula).value();
    const auto figures =
        EvaluateTogether(wanted, derived, Period::Parse(kNestedMonth).value(), rule,
                         {{"x", {&input, rule_of_x}}, {"y", {&input, rule_of_y}}},
                         [&](const FigureSource::Part& part, const std::string& item) {
                           return held.Read(part, item);
                         });
    std::map<std::string, AnswerFigure> shown;
    for (size_t i = 0; i < wanted.size(); ++i) shown[wanted[i].organisation] = (*figures)[i].at(0);
    return shown;
  }
  // Those that are hidden, in order.
  std::vector<std::string> Hidden() const {
    std::vector<std::string> hidden;
    for (const auto& [organisation, figure] : Shown()) {
      if (figure.suppressed) hidden.push_back(organisation);
    }
    return hidden;
  }
};

const DisclosureRule kHiddenToFive{5, 0, "up to five"};

TEST(FiguresTogetherTest, ASumOfItemsBesideThatOfItsOrganisationsTellsNothingOfOne) {
  // 160 - 90 - 60 would be RCC's 10, of which 3 are x.
  IcbLine line{
      "x + y", {}, kHiddenToFive, {}, {{"R0A", {40, 50}}, {"R0B", {20, 40}}, {"RCC", {3, 7}}}};
  EXPECT_THAT(line.Hidden(), ElementsAre("R0B", "RCC"));
  // No item's number is small, but what comes of them.
  line = {
      "x - y", kHiddenToFive, {}, {}, {{"R0A", {90, 50}}, {"R0B", {80, 60}}, {"RCC", {53, 50}}}};
  EXPECT_THAT(line.Hidden(), ElementsAre("R0B", "RCC"));
}

TEST(FiguresTogetherTest, SharesDoNotTellWhatTheyAreMadeOf) {
  // 57/83, 31/43 and 23/29 are in lowest terms: 57 - 31 - 23 would be RCC's 3 of y.
  IcbLine line{
      "y / x", {}, {}, kHiddenToFive, {{"R0A", {43, 31}}, {"R0B", {29, 23}}, {"RCC", {11, 3}}}};
  EXPECT_THAT(line.Hidden(), ElementsAre("R0B", "RCC"));
  // Two that are small need no third.
  line.providers["R0B"] = {29, 4};
  EXPECT_THAT(line.Hidden(), ElementsAre("R0B", "RCC"));
  // Nothing is.
  line.providers = {{"R0A", {43, 31}}, {"R0B", {29, 23}}};
  EXPECT_THAT(line.Hidden(), ElementsAre());
}

TEST(FiguresTogetherTest, OneThatWasNotAskedForIsNotToldByAFormula) {
  IcbLine line{
      "y / x", {}, {}, kHiddenToFive, {{"R0A", {43, 31}}, {"R0B", {29, 23}}, {"RCC", {11, 3}}},
      {"RCC"}};
  EXPECT_THAT(line.Hidden(), ElementsAre("R0B"));
  line.providers["RCC"] = {11, 6};
  EXPECT_THAT(line.Hidden(), ElementsAre());
}

// How often a small number lay open but for what else was hidden.
int lines_guarded = 0;

// Whoever reads all numbers of a figure that is shown learns of no other a small one.
void CheckTellsNothing(const IcbLine& line) {
  const std::map<std::string, AnswerFigure> shown = line.Shown();
  const auto is_shown = [&](const std::string& organisation) {
    const auto figure = shown.find(organisation);
    return figure != shown.end() &&
           (figure->second.value.has_value() || figure->second.ratio.has_value());
  };
  const auto is_small = [&](const DisclosureRule& own, int number) {
    return number > 0 &&
           number <= static_cast<int>(std::max(own.suppressed_to, line.rule.suppressed_to));
  };
  std::vector<std::string> unknown;
  int small = 0;
  for (const auto& [provider, numbers] : line.providers) {
    const bool one =
        is_small(line.rule_of_x, numbers.first) || is_small(line.rule_of_y, numbers.second);
    RC_ASSERT(!one || !is_shown(provider));
    small += one;
    if (!is_shown(provider)) unknown.push_back(provider);
  }
  if (!is_shown(kIcbOfLine)) return;
  if (unknown.size() == 1) {
    const auto& [x, y] = line.providers.at(unknown[0]);
    RC_ASSERT(!is_small(line.rule_of_x, x));
    RC_ASSERT(!is_small(line.rule_of_y, y));
    if (line.formula == "x + y") RC_ASSERT(!is_small(line.rule, x + y));
  }
  lines_guarded += small == 1;
}

IcbLine RandomIcbLine(const std::vector<uint8_t>& tape) {
  IcbLine line;
  line.formula = std::vector<std::string>{"x + y", "y / x", "(x - y) / x"}[tape[0] % 3];
  const auto rule = [](uint8_t choice) {
    return choice % 2 == 0 ? DisclosureRule() : DisclosureRule{choice % 10u, 0, "rule"};
  };
  line.rule = rule(tape[1]), line.rule_of_x = rule(tape[2]), line.rule_of_y = rule(tape[3]);
  const auto number = [](uint8_t of) { return of % 3 == 0 ? of % 12 : 12 + of; };
  const size_t providers = 1 + tape[4] % 4u;
  for (size_t i = 0; i < providers; ++i) {
    const std::string provider = absl::StrCat("R0", i);
    line.providers[provider] = {number(tape[5 + 3 * i]), number(tape[6 + 3 * i])};
    if (tape[7 + 3 * i] % 5 == 0) line.not_asked.insert(provider);
  }
  return line;
}

TEST(FiguresTogetherTest, NoSmallNumberIsLeftOverInRandomLines) {
  lines_guarded = 0;
  const auto tapes = rc::gen::noShrink(rc::gen::resize(
      100, rc::gen::container<std::vector<std::vector<uint8_t>>>(
               20, rc::gen::container<std::vector<uint8_t>>(20, rc::gen::arbitrary<uint8_t>()))));
  EXPECT_TRUE(rc::check("20 random lines", [&] {
    for (const std::vector<uint8_t>& tape : *tapes) CheckTellsNothing(RandomIcbLine(tape));
  }));
  EXPECT_GT(lines_guarded, 100);
}

// A region of two ICBs, one of them of one provider that returned 2.
NestedLine LineOfRegion() {
  NestedLine line;
  line.providers = {{"RLQ", 20}, {"RWP", 12}, {"RLT", 2}};
  line.asked = {{"Y60", {"RLQ", "RWP", "RLT"}}, {"QGH", {"RLQ", "RWP"}}};
  return line;
}

TEST(FiguresTogetherTest, ARegionBesideItsIcbsDoesNotTellTheOneThatIsHidden) {
  NestedLine line = LineOfRegion();  // 34 - 32 would be QWU's 2.
  line.asked["QWU"] = {"RLT"};
  EXPECT_THAT(line.Hidden(), ElementsAre("QGH", "QWU"));
}

TEST(FiguresTogetherTest, ARegionBesideAnIcbDoesNotTellTheProviderOfAnother) {
  NestedLine line = LineOfRegion();
  line.asked["RLT"] = {"RLT"};
  EXPECT_THAT(line.Hidden(), ElementsAre("QGH", "RLT"));
  line.asked.erase("RLT");  // Asked for or not.
  EXPECT_THAT(line.Hidden(), ElementsAre("QGH"));
}

TEST(FiguresTogetherTest, AnIcbThatIsHiddenIsNotToldByItsProviders) {
  NestedLine line = LineOfRegion();
  line.asked["QWU"] = {"RLT"}, line.asked["RLQ"] = {"RLQ"}, line.asked["RWP"] = {"RWP"};
  // QGH goes for QWU's sake, and 20 + 12 would be QGH.
  EXPECT_THAT(line.Hidden(), ElementsAre("QGH", "QWU", "RWP"));
}

TEST(FiguresTogetherTest, OfThreeLevelsNoneTellsWhatIsHiddenBelow) {
  NestedLine line = LineOfRegion();
  line.providers["RAL"] = 50;
  line.asked["ENG"] = {"RAL", "RLQ", "RLT", "RWP"};
  line.asked["Y56"] = {"RAL"}, line.asked["QWU"] = {"RLT"};
  // 34 - 32 would be 2, and so would 84 - 50 - 32 be: once QGH is hidden neither tells it.
  EXPECT_THAT(line.Hidden(), ElementsAre("QGH", "QWU"));
  line.asked.erase("Y60");  // 84 - 50 - 32 would be 2.
  EXPECT_THAT(line.Hidden(), ElementsAre("QGH", "QWU"));
  // The same 34 by another name.
  line.providers = {{"RLQ", 20}, {"RWP", 9}, {"RLT", 2}};
  line.asked = {{"ENG", {"RLQ", "RWP", "RLT"}},
                {"Y60", {"RLQ", "RWP", "RLT"}},
                {"QGH", {"RLQ", "RWP"}},
                {"QWU", {"RLT"}}};
  EXPECT_THAT(line.Hidden(), ElementsAre("QGH", "QWU"));
}

// Within the period ZXA left the one ICB for the other, in which it was the only one.
NestedLine LineOfLeaver() {
  NestedLine line;
  line.providers = {{"ZXA", 700},        {"ZXA 2023-05", 4}, {"ZXB", 90},
                    {"ZXB 2023-05", 95}, {"ZXC", 31},        {"ZXC 2023-05", 32}};
  line.asked["ZX1"] = {"ZXA", "ZXB", "ZXC", "ZXB 2023-05", "ZXC 2023-05"};
  line.asked["ZR2"] = line.asked["ZX1"];
  line.asked["ZR2"].push_back("ZXA 2023-05");
  return line;
}

TEST(FiguresTogetherTest, ARegionBesideAnIcbDoesNotTellTheMonthsOfOneThatLeftIt) {
  NestedLine line = LineOfLeaver();  // 952 - 948 would be ZXA's 4 of May.
  EXPECT_THAT(line.Hidden(), ElementsAre("ZX1"));
  line.providers["ZXA 2023-05"] = 8;
  EXPECT_THAT(line.Hidden(), ElementsAre());
}

TEST(FiguresTogetherTest, OfTwoThatOverlapTheOneDoesNotHideWhatTheOtherTells) {
  NestedLine line;  // ZX1 and ZXA share April alone. 827 - 820 would be ZXB's 7.
  line.providers = {{"ZXA", 700}, {"ZXA 2023-05", 120}, {"ZXB", 3}, {"ZXB 2023-05", 4}};
  line.asked = {{"ZR2", {"ZXA", "ZXA 2023-05", "ZXB", "ZXB 2023-05"}},
                {"ZX1", {"ZXA", "ZXB", "ZXB 2023-05"}},
                {"ZXA", {"ZXA", "ZXA 2023-05"}}};
  // Once ZXA is hidden 827 - 707 would be its May.
  EXPECT_THAT(line.Hidden(), ElementsAre("ZX1", "ZXA"));
}

// A year of 200 providers of 40 ICBs of 5 regions; of so many the first went over to the next ICB
// in its last months.
NestedLine YearOfTheNation(size_t leavers) {
  NestedLine line;
  for (size_t i = 0; i < 200; ++i) {
    const std::string provider = absl::StrCat("R", 100 + i);
    for (size_t month = 1; month <= 12; ++month) {
      const std::string of_return = absl::StrCat(provider, " 2023-", month < 10 ? "0" : "", month);
      line.providers[of_return] = static_cast<int>(1000 + i);
      const size_t icb = i % 40 + (i < leavers && month > 9 ? 1 : 0);
      for (const std::string& of : {provider, absl::StrCat("Q", 10 + icb),
                                    absl::StrCat("Y", icb / 8), std::string("ENG")}) {
        line.asked[of].push_back(of_return);
      }
    }
  }
  return line;
}

TEST(FiguresTogetherTest, AYearOfTheNationIsCheap) {
  const absl::Time start = absl::Now();
  EXPECT_THAT(YearOfTheNation(2).Hidden(), ElementsAre());
  // Of many, whose figures can be taken in too many ways, some are not shown: of them and their
  // ICBs.
  const std::vector<std::string> hidden = YearOfTheNation(20).Hidden();
  EXPECT_GT(hidden.size(), 10u);
  EXPECT_LE(hidden.size(), 41u);
  EXPECT_LT(absl::Now() - start, absl::Seconds(20)) << "it grows with the ways to take them";
  absl::PrintF("246 organisations, 12 months: %s\n", absl::FormatDuration(absl::Now() - start));
}

TEST(FiguresTogetherTest, ItemsOfAFormulaMayBeMadeOfDifferentReturns) {
  HeldFigures held;
  for (const char* provider : {"RLQ", "RWP"}) {
    held.Hold(provider, kNestedMonth,
              HeldCell("x", {}, provider == std::string("RLQ") ? "20" : "4"));
    held.Hold(provider, kNestedMonth, HeldCell("y", {}, "30"));
  }
  const auto both = held.Parts({"RLQ", "RWP"}, {kNestedMonth});
  const auto one = held.Parts({"RLQ"}, {kNestedMonth});
  FigureSource region, icb;  // 84 - 80 would be RWP's 4 of x: of y both are made of the same.
  region.parts_of_item = {{"x", both}, {"y", both}};
  icb.parts_of_item = {{"x", one}, {"y", both}};
  KnownItem input;
  input.additive_over_organisations = true;
  KnownItem derived = input;
  derived.formula = Expression::Parse("x + y").value();
  const auto figures = EvaluateTogether(
      {{"Y60", &region}, {"QGH", &icb}}, derived, Period::Parse(kNestedMonth).value(),
      kHiddenToFive, {{"x", {&input, {}}}, {"y", {&input, {}}}},
      [&](const FigureSource::Part& part, const std::string& item) {
        return held.Read(part, item);
      });
  ASSERT_TRUE(figures.ok());
  EXPECT_EQ((*figures)[0].at(0).value, Decimal::FromWhole(84));
  EXPECT_TRUE((*figures)[1].at(0).suppressed);
}

TEST(FiguresTogetherTest, ThoseThatShareReturnsAreOneGroup) {
  FigureSource sources[6];
  const std::vector<std::string> made_of[6] = {{"A"}, {"B", "C"}, {"D"}, {"C", "E"}, {"A"}, {"E"}};
  HeldFigures held;
  for (const char* organisation : {"A", "B", "C", "D", "E"}) {
    held.Hold(organisation, kNestedMonth, HeldCell("x", {}, "20"));
  }
  std::vector<FiguresWanted> wanted;
  for (size_t i = 0; i < 6; ++i) {
    sources[i].parts_of_item["x"] = held.Parts(made_of[i], {kNestedMonth});
    wanted.push_back({absl::StrCat("O", i), &sources[i]});
  }
  EXPECT_THAT(GroupsTogether(wanted),
              ElementsAre(ElementsAre(0, 4), ElementsAre(1, 3, 5), ElementsAre(2)));
  EXPECT_TRUE(NestedLine::Evaluate(held, wanted, 6).ok());
  const absl::Status refused = NestedLine::Evaluate(held, wanted, 5).status();
  EXPECT_EQ(ReasonOf(refused), Reason::kTooManyItems);
  // Of one organisation alone there is nothing to hold back.
  EXPECT_TRUE(NestedLine::Evaluate(held, {wanted[0]}, 0).ok());
}

}  // namespace
}  // namespace onereturn::ingestion
