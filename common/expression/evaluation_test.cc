// Goal: every operator, the null policy, item selection and the errors mean what the header states.
// Method: tables of expression and outcome over a few cells.
#include "common/expression/evaluation.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/expression/cell_table.h"
#include "gtest/gtest.h"

namespace onereturn {
namespace {

// The outcome as a word: a number, true, false, null, overflow or ambiguous.
std::string Outcome(absl::string_view text, const CellSource& cells,
                    const Bindings& bindings = {}) {
  const auto expression = Expression::Parse(text);
  if (!expression.ok()) return std::string(expression.status().message());
  const Evaluation evaluation = Evaluate(*expression, cells, bindings);
  switch (evaluation.outcome) {
    case EvaluationOutcome::kNumber:
      return evaluation.number.ToString();
    case EvaluationOutcome::kBoolean:
      return evaluation.boolean ? "true" : "false";
    default:
      return std::string(EvaluationOutcomeName(evaluation.outcome));
  }
}

Decimal Of(absl::string_view text) { return *Decimal::Parse(text); }

// three = 3, half = 0.5, nil = null, and no cell of `absent`.
CellTable Cells() {
  CellTable cells;
  cells.Add("three", {}, Of("3"));
  cells.Add("half", {}, Of("0.5"));
  cells.Add("nil", {}, std::nullopt);
  return cells;
}

struct Row {
  const char* text;
  const char* outcome;
};

// Beds of two wards, day and night: north 1 and 20, south 300 and a null; one without a ward.
CellTable Wards() {
  CellTable cells;
  cells.Add("beds", {{"time", "day"}, {"ward", "north"}}, Of("1"));
  cells.Add("beds", {{"time", "night"}, {"ward", "north"}}, Of("20"));
  cells.Add("beds", {{"time", "day"}, {"ward", "south"}}, Of("300"));
  cells.Add("beds", {{"time", "night"}, {"ward", "south"}}, std::nullopt);
  cells.Add("total", {}, Of("321"));
  return cells;
}

TEST(EvaluationTest, SelectionsTakeTheirCellsAlone) {
  const CellTable cells = Wards();
  const struct {
    const char* text;
    Bindings bindings;
    const char* outcome;
  } rows[] = {
      {"beds[time = 'day', ward = 'north']", {}, "1"},
      {"beds[ward = 'north']", {}, "ambiguous"},
      {"sum(beds[ward = 'north'])", {}, "21"},
      {"sum(beds[ward = 'south'])", {}, "null"},
      {"sum_present(beds[ward = 'south'])", {}, "300"},
      {"count_present(beds[time = 'night'])", {}, "1"},
      {"sum(beds[time = 'day', ward = 'north' or 'south'])", {}, "301"},
      {"count_present(beds[ward = 'east'])", {}, "0"},
      {"beds[ward = 'east']", {}, "null"},
      {"total[ward = 'north']", {}, "null"},  // It has no ward.
      {"count_present(beds[floor = '1'])", {}, "0"},
      {"beds[time = 'day']", {{"ward", "south"}}, "300"},
      {"beds[time = 'day', ward = 'south']", {{"ward", "south"}}, "300"},
      {"beds[time = 'day', ward = 'north']", {{"ward", "south"}}, "null"},
      {"sum(beds[ward = 'north' or 'south'])", {{"time", "day"}}, "301"},
      {"sum(beds[ward = 'north' or 'south'])", {{"time", "day"}, {"ward", "north"}}, "1"},
      {"sum(beds[ward = 'north' or 'east'])", {{"ward", "south"}}, "null"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(Outcome(row.text, cells, row.bindings), row.outcome) << row.text;
  }
}

class OneList final : public ListsOfOrganisation {
 public:
  std::optional<bool> Holds(absl::string_view list, const Period& period) const override {
    if (list != "summer") return std::nullopt;
    return period.start().month >= 5 && period.start().month <= 7;
  }
};

TEST(EvaluationTest, ThePeriodAndItsListsAreThoseOfThePeriodLookedAt) {
  class Held final : public CellHistory {
   public:
    const CellSource* Before(uint32_t /*periods_before*/) const override { return &cells_; }

   private:
    CellTable cells_;
  } history;
  const OneList lists;
  const auto outcome = [&](absl::string_view text, const char* period) {
    const Period parsed = Period::Parse(period).value();
    const Evaluation evaluation = Evaluate(*Expression::Parse(text), CellTable(), {},
                                           EvaluationSetting{&history, &parsed, &lists});
    if (evaluation.outcome == EvaluationOutcome::kNumber) return evaluation.number.ToString();
    if (evaluation.outcome != EvaluationOutcome::kBoolean) return std::string("null");
    return std::string(evaluation.boolean ? "true" : "false");
  };
  EXPECT_EQ(outcome("days_in_period()", "2024-02"), "29");
  EXPECT_EQ(outcome("days_in_period()", "2024-Q3"), "92");
  EXPECT_EQ(outcome("prior(days_in_period())", "2024-Q3"), "91");
  EXPECT_EQ(outcome("days_in_period() - prior(days_in_period(), 2)", "2023-04"), "2");
  EXPECT_EQ(outcome("financial_month()", "2024-04"), "1");
  EXPECT_EQ(outcome("financial_month()", "2024-03"), "12");
  EXPECT_EQ(outcome("financial_month()", "2024-Q2"), "3");  // April to June.
  EXPECT_EQ(outcome("financial_month()", "FY2024"), "12");
  EXPECT_EQ(outcome("prior(financial_month(), 4)", "2024-05"), "10");
  EXPECT_EQ(outcome("listed('summer')", "2024-05"), "true");
  EXPECT_EQ(outcome("prior(listed('summer'))", "2024-05"), "false");
  EXPECT_EQ(outcome("listed('winter')", "2024-05"), "null");
  EXPECT_EQ(Outcome("days_in_period()", CellTable()), "null");
  EXPECT_EQ(Outcome("listed('summer')", CellTable()), "null");
}

TEST(EvaluationTest, Numbers) {
  const Row rows[] = {
      {"three", "3"},
      {"2.5", "2.5"},
      {"three + half", "3.5"},
      {"three - half", "2.5"},
      {"half - three", "-2.5"},
      {"three * half", "1.5"},
      {"three / half", "6"},
      {"1 / 3", "1/3"},
      {"1 / 3 * 3", "1"},
      {"0.1 + 0.2", "0.3"},
      {"2 + 3 * 4", "14"},
      {"(2 + 3) * 4", "20"},
      {"10 - 3 - 2", "5"},
      {"24 / 4 / 2", "3"},
      {"-three", "-3"},
      {"--three", "3"},
      {"-2 * -3", "6"},
      {"abs(half - three)", "2.5"},
      {"abs(three)", "3"},
      {"min(three, half)", "0.5"},
      {"min(half, three)", "0.5"},
      {"max(three, half)", "3"},
      {"max(-1, -2)", "-1"},
      {"if(three > half, 1, 2)", "1"},
      {"if(three < half, 1, 2)", "2"},
      {"coalesce(three, 7)", "3"},
      {"coalesce(nil, 7)", "7"},
      {"coalesce(absent, 7)", "7"},
  };
  const CellTable cells = Cells();
  for (const Row& row : rows) EXPECT_EQ(Outcome(row.text, cells), row.outcome) << row.text;
}

TEST(EvaluationTest, Conditions) {
  const Row rows[] = {
      {"three < half", "false"},      {"half < three", "true"},
      {"three < 3", "false"},         {"three <= 3", "true"},
      {"three <= 2.999999", "false"}, {"three > half", "true"},
      {"three > 3", "false"},         {"three >= 3", "true"},
      {"half >= three", "false"},     {"three = 3.0", "true"},
      {"three = half", "false"},      {"three != half", "true"},
      {"three != 3", "false"},        {"1 / 3 = 2 / 6", "true"},
      {"0.1 + 0.2 = 0.3", "true"},    {"(1 < 2) = (3 < 4)", "true"},
      {"(1 < 2) = (4 < 3)", "false"}, {"(1 < 2) != (4 < 3)", "true"},
      {"is_whole(three)", "true"},    {"is_whole(half)", "false"},
      {"is_whole(1 / 3)", "false"},   {"is_whole(-4 / 2)", "true"},
      {"is_null(three)", "false"},    {"not 1 < 2", "false"},
      {"not 2 < 1", "true"},          {"round(2.5) = 3", "true"},
      {"round(-2.5) = -3", "true"},   {"round(2.499999) = 2", "true"},
      {"round(1 / 3) = 0", "true"},   {"round(-0.4) = 0", "true"},
      {"round(2 / 3) = 1", "true"},   {"round(7) = 7", "true"},
      {"round(-7) = -7", "true"},     {"round(1000 * 655 / 2306) = 284", "true"},
  };
  const CellTable cells = Cells();
  for (const Row& row : rows) EXPECT_EQ(Outcome(row.text, cells), row.outcome) << row.text;
}

TEST(EvaluationTest, NullSpreads) {
  const CellTable cells = Cells();
  for (const char* missing : {"nil", "absent", "(1 / 0)", "sum(nil)", "sum_present(nil)"}) {
    for (const char* operation : {"+", "-", "*", "/", "<", "<=", ">", ">=", "=", "!="}) {
      EXPECT_EQ(Outcome(absl::StrCat(missing, operation, "three"), cells), "null");
      EXPECT_EQ(Outcome(absl::StrCat("three", operation, missing), cells), "null");
      EXPECT_EQ(Outcome(absl::StrCat(missing, operation, missing), cells), "null");
    }
    for (const char* function : {"-", "abs", "round", "is_whole"}) {
      EXPECT_EQ(Outcome(absl::StrCat(function, "(", missing, ")"), cells), "null");
    }
    for (const char* function : {"min", "max"}) {
      EXPECT_EQ(Outcome(absl::StrCat(function, "(three,", missing, ")"), cells), "null");
      EXPECT_EQ(Outcome(absl::StrCat(function, "(", missing, ",three)"), cells), "null");
    }
    EXPECT_EQ(Outcome(absl::StrCat("is_null(", missing, ")"), cells), "true");
    EXPECT_EQ(Outcome(absl::StrCat("is_null(", missing, "< 1)"), cells), "true");
    EXPECT_EQ(Outcome(absl::StrCat("if(", missing, "< 1, 1, 2)"), cells), "null");
    EXPECT_EQ(Outcome(absl::StrCat("if(1 < 2, ", missing, ", 2)"), cells), "null");
    EXPECT_EQ(Outcome(absl::StrCat("if(2 < 1, ", missing, ", 2)"), cells), "2");
    EXPECT_EQ(Outcome(absl::StrCat("coalesce(", missing, ",", missing, ")"), cells), "null");
    EXPECT_EQ(Outcome(absl::StrCat("coalesce(", missing, " < 1, 1 < 2)"), cells), "true");
  }
}

TEST(EvaluationTest, ThreeValuedLogic) {
  const std::string yes = "1 < 2", no = "2 < 1", unknown = "nil < 1";
  const struct {
    std::string left, right;
    const char* conjunction;
    const char* disjunction;
  } rows[] = {
      {yes, yes, "true", "true"},         {yes, no, "false", "true"},
      {no, yes, "false", "true"},         {no, no, "false", "false"},
      {yes, unknown, "null", "true"},     {unknown, yes, "null", "true"},
      {no, unknown, "false", "null"},     {unknown, no, "false", "null"},
      {unknown, unknown, "null", "null"},
  };
  const CellTable cells = Cells();
  for (const auto& row : rows) {
    EXPECT_EQ(Outcome(row.left + " and " + row.right, cells), row.conjunction);
    EXPECT_EQ(Outcome(row.left + " or " + row.right, cells), row.disjunction);
  }
  EXPECT_EQ(Outcome("not " + unknown, cells), "null");
}

TEST(EvaluationTest, DivisionByZeroIsNoted) {
  const auto divided = [](absl::string_view text) {
    return Evaluate(*Expression::Parse(text), Cells(), {}).divided_by_zero;
  };
  EXPECT_TRUE(divided("1 / 0"));
  EXPECT_TRUE(divided("0 / 0"));
  EXPECT_TRUE(divided("coalesce(three / (half - 0.5), 0) = 0"));
  EXPECT_FALSE(divided("three / half"));
  EXPECT_FALSE(divided("nil / 0"));  // The null came first.
  EXPECT_FALSE(divided("if(1 < 2, 1, 1 / 0)"));
}

TEST(EvaluationTest, OverflowIsAnOutcome) {
  const CellTable cells = Cells();
  // 9e12 cubed is 7.3e38, beyond 2^127 = 1.7e38; squared it fits.
  EXPECT_EQ(Outcome("9000000000000 * 9000000000000", cells), "81000000000000000000000000");
  const std::string overflow = "9000000000000 * 9000000000000 * 9000000000000";
  for (const std::string& text :
       {overflow, overflow + " > 0", "is_null(" + overflow + ")", "coalesce(" + overflow + ", 1)",
        "2 < 1 or " + overflow + " > 0", "0 * (" + overflow + ")",
        std::string("0.000001 / 9000000000000 / 9000000000000 / 9000000000000")}) {
    EXPECT_EQ(Outcome(text, cells), "overflow") << text;
  }
  // Not evaluated, no error.
  EXPECT_EQ(Outcome("1 < 2 or " + overflow + " > 0", cells), "true");
  EXPECT_EQ(Outcome("if(1 < 2, 5, " + overflow + ")", cells), "5");
}

// Attendances by department and booked, admissions by department, one figure for the whole return.
CellTable ReturnCells() {
  CellTable cells;
  const auto both = [](const char* department, const char* booked) {
    return std::vector<DimensionValue>{{"department", department}, {"booked", booked}};
  };
  cells.Add("attendances", both("type1", "no"), Of("100"));
  cells.Add("attendances", both("type1", "yes"), Of("20"));
  cells.Add("attendances", both("type2", "no"), Of("5"));
  cells.Add("attendances", both("type2", "yes"), std::nullopt);
  cells.Add("over_four_hours", both("type1", "no"), Of("101"));
  cells.Add("over_four_hours", both("type1", "yes"), Of("3"));
  cells.Add("admissions", {{"department", "type1"}}, Of("60"));
  cells.Add("admissions", {{"department", "type2"}}, Of("6"));
  cells.Add("total", {}, Of("125"));
  return cells;
}

TEST(EvaluationTest, SelectionByBindings) {
  const CellTable cells = ReturnCells();
  const Bindings type1 = {{"department", "type1"}};
  const Bindings type1_no = {{"booked", "no"}, {"department", "type1"}};
  const Bindings type2 = {{"department", "type2"}};
  const Bindings type3 = {{"department", "type3"}};
  const Bindings other = {{"site", "north"}};

  EXPECT_EQ(Outcome("attendances", cells, type1_no), "100");
  EXPECT_EQ(Outcome("over_four_hours <= attendances", cells, type1_no), "false");
  // Admissions have no `booked`: a binding of it does not matter to them.
  EXPECT_EQ(Outcome("admissions", cells, type1_no), "60");
  EXPECT_EQ(Outcome("total", cells, type1_no), "125");
  EXPECT_EQ(Outcome("admissions <= sum(attendances)", cells, type1), "true");

  EXPECT_EQ(Outcome("sum(attendances)", cells, type1), "120");
  EXPECT_EQ(Outcome("sum(attendances)", cells, type2), "null");
  EXPECT_EQ(Outcome("sum_present(attendances)", cells, type2), "5");
  EXPECT_EQ(Outcome("count_present(attendances)", cells, type2), "1");
  EXPECT_EQ(Outcome("admissions <= sum(attendances)", cells, type2), "null");
  EXPECT_EQ(Outcome("sum(attendances)", cells, type3), "null");
  EXPECT_EQ(Outcome("sum_present(attendances)", cells, type3), "null");
  EXPECT_EQ(Outcome("count_present(attendances)", cells, type3), "0");
  EXPECT_EQ(Outcome("admissions", cells, type3), "null");
  EXPECT_EQ(Outcome("count_present(attendances)", cells, other), "3");
  EXPECT_EQ(Outcome("total = sum_present(attendances)", cells), "true");
}

TEST(EvaluationTest, SeveralCellsForABareItemAreAmbiguous) {
  const CellTable cells = ReturnCells();
  EXPECT_EQ(Outcome("attendances", cells), "ambiguous");
  EXPECT_EQ(Outcome("is_null(attendances)", cells), "ambiguous");
  EXPECT_EQ(Outcome("admissions <= attendances", cells, {{"department", "type1"}}), "ambiguous");
  const Evaluation evaluation = Evaluate(*Expression::Parse("total = admissions"), cells, {});
  EXPECT_EQ(evaluation.outcome, EvaluationOutcome::kAmbiguous);
  EXPECT_EQ(evaluation.ambiguous_item, "admissions");
}

// A source may show more than it was asked for.
class CarelessSource : public CellSource {
 public:
  void Visit(absl::string_view item, const Bindings& bindings,
             absl::FunctionRef<void(const SourceCell&)> visitor) const override {
    const DimensionValue north = {"site", "north"}, south = {"site", "south"};
    visitor({absl::MakeConstSpan(&north, 1), Decimal::FromWhole(1)});
    visitor({absl::MakeConstSpan(&south, 1), Decimal::FromWhole(2)});
  }
};

TEST(EvaluationTest, CellsThatDoNotAgreeAreLeftOut) {
  EXPECT_EQ(Outcome("a", CarelessSource(), {{"site", "south"}}), "2");
  EXPECT_EQ(Outcome("sum(a)", CarelessSource(), {}), "3");
}

TEST(CellTableTest, ItemsWithoutADimensionAgreeWithAnyValueOfIt) {
  CellTable cells;
  cells.Add("a", {{"site", "north"}}, Decimal::FromWhole(1));
  cells.Add("a", {}, Decimal::FromWhole(10));
  EXPECT_EQ(Outcome("sum(a)", cells, {{"site", "north"}}), "11");
  EXPECT_EQ(Outcome("sum(a)", cells, {{"site", "south"}}), "10");
}

TEST(EvaluationTest, Verdicts) {
  const auto verdict = [](absl::string_view text) {
    return VerdictOf(Evaluate(*Expression::Parse(text), Cells(), {}));
  };
  EXPECT_EQ(verdict("half <= three"), RuleVerdict::kHolds);
  EXPECT_EQ(verdict("three <= half"), RuleVerdict::kFails);
  EXPECT_EQ(verdict("nil <= three"), RuleVerdict::kNotDecided);
  EXPECT_EQ(verdict("three / 0 = 1"), RuleVerdict::kNotDecided);
  EXPECT_EQ(verdict("three"), RuleVerdict::kFaultyRule);
  EXPECT_EQ(verdict("9000000000000 * 9000000000000 * 9000000000000 > 1"), RuleVerdict::kFaultyRule);
  EXPECT_EQ(VerdictOf(Evaluate(*Expression::Parse("attendances > 1"), ReturnCells(), {})),
            RuleVerdict::kFaultyRule);
}

TEST(EvaluationTest, TheDeepestExpressionEvaluates) {
  const std::string text = std::string(kExpressionDepthMax - 1, '-') + "three";
  EXPECT_EQ(Outcome(text, Cells()), kExpressionDepthMax % 2 == 0 ? "-3" : "3");
}

}  // namespace
}  // namespace onereturn
