// Goal: a rule runs once for each tuple that the cells hold. Method: small tables of cells.
#include "common/expression/rule_scope.h"

#include <algorithm>
#include <string>
#include <vector>

#include "common/expression/cell_table.h"
#include "common/expression/evaluation.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace onereturn {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

CellTable CellsOfScopes() {
  CellTable cells;
  const Decimal one = Decimal::FromWhole(1);
  cells.Add("attendances", {{"department", "type2"}, {"booked", "no"}}, one);
  cells.Add("attendances", {{"department", "type1"}, {"booked", "yes"}}, one);
  cells.Add("attendances", {{"department", "type1"}, {"booked", "no"}}, std::nullopt);
  cells.Add("over_four_hours", {{"booked", "no"}, {"department", "type1"}}, one);
  cells.Add("over_four_hours", {{"booked", "no"}, {"department", "other"}}, one);
  cells.Add("admissions", {{"department", "type9"}}, one);
  cells.Add("total", {}, one);
  return cells;
}

std::vector<Bindings> Scope(absl::string_view text, const std::vector<std::string>& for_each) {
  const CellTable cells = CellsOfScopes();
  return RuleScope(*Expression::Parse(text), for_each, cells);
}

Bindings Both(const char* department, const char* booked) {
  return {{"department", department}, {"booked", booked}};
}

TEST(RuleScopeTest, WholeReturn) {
  EXPECT_THAT(Scope("total = 1", {}), ElementsAre(Bindings{}));
  EXPECT_THAT(Scope("absent = 1", {}), ElementsAre(Bindings{}));
}

TEST(RuleScopeTest, DistinctTuplesOfAllItemsInOrder) {
  EXPECT_THAT(Scope("over_four_hours <= attendances", {"department", "booked"}),
              ElementsAre(Both("other", "no"), Both("type1", "no"), Both("type1", "yes"),
                          Both("type2", "no")));
  EXPECT_THAT(Scope("attendances > 0", {"booked", "booked"}),
              ElementsAre(Bindings{{"booked", "no"}}, Bindings{{"booked", "yes"}}));
}

TEST(RuleScopeTest, CellsThatLackADimensionGiveNoTuple) {
  EXPECT_THAT(Scope("admissions <= attendances", {"department", "booked"}),
              ElementsAre(Both("type1", "no"), Both("type1", "yes"), Both("type2", "no")));
  EXPECT_THAT(Scope("admissions <= sum(attendances)", {"department"}),
              ElementsAre(Bindings{{"department", "type1"}}, Bindings{{"department", "type2"}},
                          Bindings{{"department", "type9"}}));
  EXPECT_THAT(Scope("total = 1", {"department"}), IsEmpty());
  EXPECT_THAT(Scope("attendances = 1", {"site"}), IsEmpty());
}

TEST(RuleScopeTest, TheScopeDrivesTheEvaluation) {
  const CellTable cells = CellsOfScopes();
  const auto rule = Expression::Parse("over_four_hours <= attendances");
  std::vector<RuleVerdict> verdicts;
  for (const Bindings& bindings : RuleScope(*rule, {"department", "booked"}, cells)) {
    verdicts.push_back(VerdictOf(Evaluate(*rule, cells, bindings)));
  }
  // other/no: no attendances; type1/no: null attendances; the others: nothing over four hours is
  // held.
  EXPECT_THAT(verdicts, ElementsAre(RuleVerdict::kNotDecided, RuleVerdict::kNotDecided,
                                    RuleVerdict::kNotDecided, RuleVerdict::kNotDecided));
  const auto total =
      Expression::Parse("sum_present(over_four_hours) <= count_present(attendances)");
  EXPECT_EQ(VerdictOf(Evaluate(*total, cells, {})), RuleVerdict::kHolds);
}

// By any bindings exactly the cells that a look at all of them finds, also where some have fewer
// dimensions or stand twice.
TEST(CellTableTest, ShowsTheCellsThatAgreeAndNoOther) {
  const std::vector<std::vector<DimensionValue>> whole = {{{"a", "1"}, {"b", "1"}, {"c", "1"}},
                                                          {{"c", "2"}, {"a", "1"}, {"b", "1"}},
                                                          {{"a", "2"}, {"b", "1"}, {"c", "1"}},
                                                          {{"a", "1"}, {"b", "1"}, {"c", "1"}},
                                                          {{"b", "2"}, {"c", "2"}, {"a", "2"}}};
  std::vector<std::vector<DimensionValue>> ragged = whole;
  ragged.push_back({{"a", "1"}, {"b", "1"}});
  ragged.push_back({});
  for (const auto& cells : {whole, ragged}) {
    CellTable table;
    for (size_t i = 0; i < cells.size(); ++i) {
      table.Add("x", cells[i], Decimal::FromWhole(static_cast<int64_t>(i)));
    }
    const std::vector<std::string> values = {"", "1", "2", "3"};  // Empty: not bound.
    for (const std::string& a : values) {
      for (const std::string& b : values) {
        for (const std::string& c : values) {
          Bindings bindings;
          if (!b.empty()) bindings.push_back({"b", b});
          if (!c.empty()) bindings.push_back({"c", c});
          if (!a.empty()) bindings.push_back({"a", a});
          bindings.push_back({"d", "1"});  // No cell has it: it does not matter.
          std::vector<int64_t> expected;
          for (size_t i = 0; i < cells.size(); ++i) {
            if (Agrees(cells[i], bindings)) expected.push_back(static_cast<int64_t>(i));
          }
          std::vector<int64_t> shown;
          table.Visit("x", bindings, [&](const SourceCell& cell) {
            if (Agrees(cell.dimensions, bindings)) {
              shown.push_back(static_cast<int64_t>(cell.value->wide() / Decimal::kMillion));
            }
          });
          std::sort(shown.begin(), shown.end());
          EXPECT_EQ(shown, expected) << a << " " << b << " " << c;
        }
      }
    }
  }
}

}  // namespace
}  // namespace onereturn
