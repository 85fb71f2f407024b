// Goal: of a formula too, what is hidden of one organisation is not told by a sum over it beside
// the others, on whatever levels they are. Method: tables by hand; then random organisations,
// against whoever can read from a figure that is shown every number that it is made of, and whoever
// takes any of the figures that are shown from one another.
#include "services/ingestion/domain/requests/figures_together.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "services/ingestion/domain/requests/testing/held_figures.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;

constexpr char kIcbMonth[] = "2023-04";
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
      held.Hold(provider, kIcbMonth, HeldCell("x", {}, std::to_string(numbers.first)));
      held.Hold(provider, kIcbMonth, HeldCell("y", {}, std::to_string(numbers.second)));
    }
    std::map<std::string, FigureSource> sources;
    for (const std::string& organisation : Asked()) {
      FigureSource& source = sources[organisation];
      source.coverage = CoverageClass::kDerivable;
      for (const char* item : {"x", "y"}) {
        source.parts_of_item[item] = held.Parts(
            organisation == kIcbOfLine ? all : std::vector<std::string>{organisation}, {kIcbMonth});
      }
    }
    std::vector<FiguresWanted> wanted;
    for (const auto& [organisation, source] : sources) wanted.push_back({organisation, &source});
    KnownItem input;
    input.additive_over_organisations = true;
    KnownItem derived = input;
    derived.formula = Expression::Parse(formula).value();
    const auto figures =
        EvaluateTogether(wanted, derived, Period::Parse(kIcbMonth).value(), rule,
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

// What each provider returned of one item, and what is shown of it of those that are asked, each of
// whom is made of some of the providers.
struct NestedLine {
  std::map<std::string, int> providers;
  std::map<std::string, std::vector<std::string>> asked;

  // The organisation's one figure, where numbers of one to seven are hidden.
  std::map<std::string, AnswerFigure> Shown(bool in_groups = false) const {
    HeldFigures held;
    for (const auto& [provider, number] : providers) {
      held.Hold(provider, kIcbMonth, HeldCell("x", {}, std::to_string(number)));
    }
    std::map<std::string, FigureSource> sources;
    for (const auto& [organisation, made_of] : asked) {
      FigureSource& source = sources[organisation];
      source.coverage = CoverageClass::kRollup;
      source.parts_of_item["x"] = held.Parts(made_of, {kIcbMonth});
    }
    std::vector<FiguresWanted> wanted;
    for (const auto& [organisation, source] : sources) wanted.push_back({organisation, &source});
    std::vector<std::vector<size_t>> groups = {{}};
    for (size_t i = 0; i < wanted.size(); ++i) groups[0].push_back(i);
    if (in_groups) groups = GroupsTogether(wanted);
    std::map<std::string, AnswerFigure> shown;
    for (const std::vector<size_t>& group : groups) {
      std::vector<FiguresWanted> some;
      for (const size_t position : group) some.push_back(wanted[position]);
      const auto figures = Evaluate(held, some, kMostFiguresTogether);
      for (size_t i = 0; i < some.size(); ++i) shown[some[i].organisation] = (*figures)[i].at(0);
    }
    return shown;
  }
  static absl::StatusOr<std::vector<std::vector<AnswerFigure>>> Evaluate(
      HeldFigures& held, const std::vector<FiguresWanted>& wanted, size_t most) {
    KnownItem item;
    item.additive_over_organisations = true;
    return EvaluateTogether(
        wanted, item, Period::Parse(kIcbMonth).value(), {7, 0, "up to seven"}, {},
        [&](const FigureSource::Part& part, const std::string& of) { return held.Read(part, of); },
        most);
  }
  std::vector<std::string> Hidden() const {
    std::vector<std::string> hidden;
    for (const auto& [organisation, figure] : Shown()) {
      if (figure.suppressed) hidden.push_back(organisation);
    }
    return hidden;
  }
};

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

TEST(FiguresTogetherTest, ThoseThatShareReturnsAreOneGroup) {
  FigureSource sources[6];
  const std::vector<std::string> made_of[6] = {{"A"}, {"B", "C"}, {"D"}, {"C", "E"}, {"A"}, {"E"}};
  HeldFigures held;
  for (const char* organisation : {"A", "B", "C", "D", "E"}) {
    held.Hold(organisation, kIcbMonth, HeldCell("x", {}, "20"));
  }
  std::vector<FiguresWanted> wanted;
  for (size_t i = 0; i < 6; ++i) {
    sources[i].parts_of_item["x"] = held.Parts(made_of[i], {kIcbMonth});
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

// Whoever takes any figures that do not overlap from one that they lie within learns of none that
// is hidden, and no small number; nor by adding up.
void CheckSubtractionTellsNothing(const NestedLine& line) {
  std::vector<std::pair<std::set<std::string>, int>> open;
  std::set<std::set<std::string>> hidden;
  for (const auto& [organisation, figure] : line.Shown()) {
    const auto& made_of = line.asked.at(organisation);
    const std::set<std::string> parts(made_of.begin(), made_of.end());
    int number = 0;
    for (const std::string& provider : parts) number += line.providers.at(provider);
    RC_ASSERT(figure.suppressed || number == 0 || number > 7);
    if (figure.suppressed) hidden.insert(parts);
    if (!figure.suppressed) open.emplace_back(parts, number);
  }
  const auto add = [](const std::set<std::string>& parts, std::set<std::string>* to) {
    return std::all_of(parts.begin(), parts.end(),
                       [to](const std::string& part) { return to->insert(part).second; });
  };
  for (uint32_t chosen = 1; chosen < 1u << open.size(); ++chosen) {
    std::set<std::string> parts;
    int number = 0;
    bool apart = true;
    for (size_t i = 0; i < open.size(); ++i) {
      if ((chosen >> i & 1) == 0) continue;
      apart = apart && add(open[i].first, &parts);
      number += open[i].second;
    }
    if (!apart) continue;
    RC_ASSERT(hidden.count(parts) == 0);
    for (const auto& [all, sum] : open) {
      if (!std::includes(all.begin(), all.end(), parts.begin(), parts.end())) continue;
      std::set<std::string> rest;
      std::set_difference(all.begin(), all.end(), parts.begin(), parts.end(),
                          std::inserter(rest, rest.end()));
      if (rest.empty()) continue;
      RC_ASSERT(hidden.count(rest) == 0);
      RC_ASSERT(sum == number || sum - number > 7);
    }
  }
}

// By themselves those that share nothing are shown as they are beside one another.
void CheckGroupsTellTheSame(const NestedLine& line) {
  const auto together = line.Shown();
  const auto in_groups = line.Shown(/*in_groups=*/true);
  RC_ASSERT(together.size() == in_groups.size());
  for (const auto& [organisation, figure] : together) {
    RC_ASSERT(figure.suppressed == in_groups.at(organisation).suppressed);
    RC_ASSERT(figure.value == in_groups.at(organisation).value);
  }
}

// Providers in ICBs, ICBs in two regions, and the nation; some of them are asked.
NestedLine RandomNestedLine(const std::vector<uint8_t>& tape) {
  NestedLine line;
  for (size_t i = 0; i < 5; ++i) {
    const std::string provider = absl::StrCat("R0", i);
    line.providers[provider] = tape[2 * i] % 3 == 0 ? tape[2 * i] % 12 : 8 + tape[2 * i];
    const size_t icb = tape[2 * i + 1] % 4u;
    for (const std::string& of :
         {provider, absl::StrCat("Q0", icb), absl::StrCat("Y0", icb / 2), std::string("ENG")}) {
      line.asked[of].push_back(provider);
    }
  }
  size_t next = 10;
  for (auto of = line.asked.begin(); of != line.asked.end();) {
    of = tape[next++] % 5 == 0 ? line.asked.erase(of) : std::next(of);
  }
  return line;
}

TEST(FiguresTogetherTest, NoSubtractionTellsANumberInRandomHierarchies) {
  int guarded = 0;  // Lines in which more is hidden than is small.
  const auto tapes = rc::gen::noShrink(rc::gen::resize(
      100, rc::gen::container<std::vector<std::vector<uint8_t>>>(
               10, rc::gen::container<std::vector<uint8_t>>(22, rc::gen::arbitrary<uint8_t>()))));
  EXPECT_TRUE(rc::check("10 random hierarchies", [&] {
    for (const std::vector<uint8_t>& tape : *tapes) {
      const NestedLine line = RandomNestedLine(tape);
      CheckSubtractionTellsNothing(line);
      CheckGroupsTellTheSame(line);
      for (const std::string& organisation : line.Hidden()) {
        int number = 0;
        for (const std::string& part : line.asked.at(organisation)) {
          number += line.providers.at(part);
        }
        guarded += number == 0 || number > 7;
      }
    }
  }));
  EXPECT_GT(guarded, 100);
}

}  // namespace
}  // namespace onereturn::ingestion
