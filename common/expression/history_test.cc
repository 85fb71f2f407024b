// Goal: prior and outside_limits mean what evaluation.h states, at gaps, nulls and errors too.
// Method: tables over small histories; limits worked out by hand or known from the published
// examples of the method.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/expression/evaluation.h"
#include "common/expression/testing/periods_held.h"
#include "gtest/gtest.h"

namespace onereturn {
namespace {

std::string OutcomeBefore(absl::string_view text, const CellSource& cells,
                          const CellHistory* history, const Bindings& bindings = {}) {
  const auto expression = Expression::Parse(text);
  if (!expression.ok()) return std::string(expression.status().message());
  const Evaluation evaluation = Evaluate(*expression, cells, bindings, history);
  if (evaluation.outcome == EvaluationOutcome::kNumber) return evaluation.number.ToString();
  if (evaluation.outcome == EvaluationOutcome::kBoolean) {
    return evaluation.boolean ? "true" : "false";
  }
  return std::string(EvaluationOutcomeName(evaluation.outcome));
}

Decimal Figure(absl::string_view text) { return *Decimal::Parse(text); }

struct HistoryRow {
  const char* text;
  const char* outcome;
};

// Now 9; one before 7, with a null and two sites; two before not held; three before 5 and a zero;
// 36 before 1, 37 before 2.
CellTable CellsNow() {
  CellTable cells;
  cells.Add("a", {}, Figure("9"));
  cells.Add("zero", {}, Figure("4"));
  cells.Add("nil", {}, Figure("1"));
  cells.Add("many", {{"site", "north"}}, Figure("10"));
  return cells;
}

PeriodsHeld CellsBefore() {
  PeriodsHeld history;
  history.Hold(1).Add("a", {}, Figure("7"));
  history.Hold(1).Add("nil", {}, std::nullopt);
  history.Hold(1).Add("many", {{"site", "north"}}, Figure("20"));
  history.Hold(1).Add("many", {{"site", "south"}}, Figure("300"));
  history.Hold(3).Add("a", {}, Figure("5"));
  history.Hold(3).Add("zero", {}, Figure("0"));
  history.Hold(36).Add("a", {}, Figure("1"));
  history.Hold(37).Add("a", {}, Figure("2"));
  return history;
}

TEST(PriorTest, IsTheValueOfThatPeriodAndNullAtAGap) {
  const HistoryRow rows[] = {
      {"prior(a)", "7"},
      {"prior(a, 1)", "7"},
      {"prior(a, 2)", "null"},
      {"prior(a, 3)", "5"},
      {"prior(a, 35)", "null"},
      {"prior(a, 36)", "1"},
      {"a - prior(a)", "2"},
      {"prior(a) - a", "-2"},
      {"a + prior(a) + prior(a, 3)", "21"},
      {"a + prior(a, 2)", "null"},
      {"prior(a * a - 1)", "48"},
      {"(a - prior(a)) / prior(a)", "2/7"},
      {"prior(a > 8)", "false"},
      {"a > 8 and not prior(a > 8)", "true"},
      {"prior(if(a > 8, 1, 0))", "0"},
      {"coalesce(prior(a, 2), prior(a, 3))", "5"},
      {"is_null(prior(a, 2))", "true"},
      {"is_null(prior(a))", "false"},
      {"prior(nil)", "null"},
      {"prior(is_null(nil))", "true"},
      // Held, but without the item; and nothing is known of a period that is not held.
      {"prior(zero)", "null"},
      {"prior(count_present(zero))", "0"},
      {"prior(count_present(zero), 2)", "null"},
      {"prior(is_null(a), 2)", "null"},
      {"prior(5)", "5"},
      {"prior(5, 2)", "null"},
  };
  const CellTable cells = CellsNow();
  const PeriodsHeld history = CellsBefore();
  for (const HistoryRow& row : rows) {
    EXPECT_EQ(OutcomeBefore(row.text, cells, &history), row.outcome) << row.text;
  }
}

TEST(PriorTest, WithoutAHistoryNoPeriodIsHeld) {
  const CellTable cells = CellsNow();
  EXPECT_EQ(OutcomeBefore("prior(a)", cells, nullptr), "null");
  EXPECT_EQ(OutcomeBefore("prior(5)", cells, nullptr), "null");
  EXPECT_EQ(OutcomeBefore("outside_limits(a)", cells, nullptr), "null");
  EXPECT_EQ(OutcomeBefore("coalesce(prior(a), a)", cells, nullptr), "9");
}

TEST(PriorTest, TheBindingsAreTheSame) {
  const CellTable cells = CellsNow();
  const PeriodsHeld history = CellsBefore();
  EXPECT_EQ(OutcomeBefore("many - prior(many)", cells, &history, {{"site", "north"}}), "-10");
  EXPECT_EQ(OutcomeBefore("prior(many)", cells, &history, {{"site", "south"}}), "300");
  EXPECT_EQ(OutcomeBefore("prior(sum(many))", cells, &history), "320");
}

TEST(PriorTest, AnErrorBeforeIsTheOutcomeOfTheWhole) {
  const CellTable cells = CellsNow();
  const PeriodsHeld history = CellsBefore();
  EXPECT_EQ(OutcomeBefore("many", cells, &history), "10");
  EXPECT_EQ(OutcomeBefore("prior(many)", cells, &history), "ambiguous");
  EXPECT_EQ(OutcomeBefore("is_null(prior(many))", cells, &history), "ambiguous");
  EXPECT_EQ(OutcomeBefore("if(a > 8, 1, prior(many))", cells, &history), "1");
  EXPECT_EQ(OutcomeBefore("outside_limits(many)", cells, &history), "ambiguous");
  EXPECT_EQ(
      OutcomeBefore("prior(a * 9000000000000 * 9000000000000 * 9000000000000)", cells, &history),
      "overflow");
  const auto divided = [&](absl::string_view text) {
    return Evaluate(*Expression::Parse(text), cells, {}, &history).divided_by_zero;
  };
  EXPECT_FALSE(divided("a / zero"));
  EXPECT_TRUE(divided("prior(a / zero, 3)"));
  EXPECT_TRUE(divided("outside_limits(a / zero)"));
}

// The values as a history, the last of them `newest` periods before and each `step` apart.
PeriodsHeld SeriesBefore(const std::vector<std::string>& values, uint32_t newest = 1,
                         uint32_t step = 1) {
  PeriodsHeld history;
  uint32_t before = newest;
  for (auto value = values.rbegin(); value != values.rend(); ++value, before += step) {
    history.Hold(before).Add("x", {}, Figure(*value));
  }
  return history;
}

std::string OutsideLimits(absl::string_view current, const CellHistory& history) {
  CellTable cells;
  cells.Add("x", {}, Figure(current));
  return OutcomeBefore("outside_limits(x)", cells, &history);
}

// 10, 12, 10, 12, ...: mean 11, each moving range 2, so limits 11 -/+ 2.66 x 2 = 5.68 and 16.32.
std::vector<std::string> Alternating(size_t count) {
  std::vector<std::string> values;
  for (size_t i = 0; i < count; ++i) values.push_back(i % 2 == 0 ? "10" : "12");
  return values;
}

TEST(OutsideLimitsTest, LimitsWorkedOutByHand) {
  const PeriodsHeld history = SeriesBefore(Alternating(12));
  EXPECT_EQ(OutsideLimits("11", history), "false");
  EXPECT_EQ(OutsideLimits("16.319999", history), "false");
  EXPECT_EQ(OutsideLimits("16.320001", history), "true");
  EXPECT_EQ(OutsideLimits("5.680001", history), "false");
  EXPECT_EQ(OutsideLimits("5.679999", history), "true");
  EXPECT_EQ(OutsideLimits("-16", history), "true");
}

TEST(FiguresSeenTest, WhatWasLookedAtOnceInTheOrderOfTheText) {
  const PeriodsHeld history = SeriesBefore(Alternating(12));
  CellTable cells;
  cells.Add("x", {}, Figure("20.5"));
  cells.Add("y", {}, std::nullopt);
  const Expression expression =
      *Expression::Parse("not (x - prior(x, 2) > 3 and outside_limits(x)) or sum(y) / 2 > x");
  const std::vector<SeenFigure> seen = FiguresSeen(expression, cells, {}, {&history}, 9);
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_EQ(seen[0].text, "x");
  EXPECT_EQ(seen[0].value->ToString(), "20.5");
  ASSERT_TRUE(seen[0].limits.has_value());
  EXPECT_NEAR(seen[0].limits->lower, 5.68, 1e-9);
  EXPECT_NEAR(seen[0].limits->upper, 16.32, 1e-9);
  EXPECT_EQ(seen[0].limits->values, 12u);
  EXPECT_EQ(seen[1].text, "prior(x, 2)");
  EXPECT_EQ(seen[1].value->ToString(), "10");
  EXPECT_FALSE(seen[1].limits.has_value());
  EXPECT_EQ(seen[2].text, "sum(y)");
  EXPECT_FALSE(seen[2].value.has_value());
  EXPECT_EQ(FiguresSeen(expression, cells, {}, {&history}, 2).size(), 2u);
}

TEST(OutsideLimitsTest, PublishedExamplesWithoutScreening) {
  const PeriodsHeld vignette = SeriesBefore(
      {"1", "2", "1", "2", "10", "1", "2", "1", "2", "1", "2", "1", "2", "1", "2", "1", "2", "1"});
  EXPECT_EQ(OutsideLimits("6.951503", vignette), "false");
  EXPECT_EQ(OutsideLimits("6.951504", vignette), "true");
  EXPECT_EQ(OutsideLimits("-3.062614", vignette), "false");
  EXPECT_EQ(OutsideLimits("-3.062615", vignette), "true");
  // Screened, the limits of these would be 73.146857 and 76.338857.
  const PeriodsHeld rates = SeriesBefore({"76.2", "75.8", "74.9", "75.5", "76.1", "75.0", "74.2",
                                          "73.9", "74.6", "75.3", "75.1", "74.8", "70.1", "74.9"});
  EXPECT_EQ(OutsideLimits("71.44855", rates), "false");
  EXPECT_EQ(OutsideLimits("71.448548", rates), "true");
  EXPECT_EQ(OutsideLimits("78.037164", rates), "false");
  EXPECT_EQ(OutsideLimits("78.037166", rates), "true");
}

TEST(OutsideLimitsTest, LimitsOfAConstantSeriesAreItsValue) {
  const PeriodsHeld history = SeriesBefore(std::vector<std::string>(13, "0.1"));
  EXPECT_EQ(OutsideLimits("0.1", history), "false");
  EXPECT_EQ(OutsideLimits("0.100001", history), "true");
  EXPECT_EQ(OutsideLimits("0.099999", history), "true");
}

TEST(OutsideLimitsTest, NotDecidedBelowTwelveKnownValues) {
  EXPECT_EQ(OutsideLimits("1000", SeriesBefore({})), "null");
  EXPECT_EQ(OutsideLimits("1000", SeriesBefore(Alternating(11))), "null");
  EXPECT_EQ(OutsideLimits("1000", SeriesBefore(Alternating(12))), "true");
  // Twelve periods, one of them without a number.
  PeriodsHeld with_null = SeriesBefore(Alternating(11));
  with_null.Hold(12).Add("x", {}, std::nullopt);
  EXPECT_EQ(OutsideLimits("1000", with_null), "null");
  with_null.Hold(13).Add("x", {}, Figure("12"));
  EXPECT_EQ(OutsideLimits("1000", with_null), "true");
}

TEST(OutsideLimitsTest, NotDecidedWhereTheCurrentValueIsNull) {
  const PeriodsHeld history = SeriesBefore(Alternating(12));
  CellTable cells;
  EXPECT_EQ(OutcomeBefore("outside_limits(x)", cells, &history), "null");
  cells.Add("x", {}, std::nullopt);
  EXPECT_EQ(OutcomeBefore("outside_limits(x)", cells, &history), "null");
}

TEST(OutsideLimitsTest, MissingPeriodsAreLeftOutAndTheMovingRangeSpansThem) {
  // Every second period: the same twelve values, the same limits.
  const PeriodsHeld gaps = SeriesBefore(Alternating(12), 2, 2);
  EXPECT_EQ(OutsideLimits("16.319999", gaps), "false");
  EXPECT_EQ(OutsideLimits("16.320001", gaps), "true");
  // Six tens, then six twelves: mean 11, one moving range of 2 in eleven, wherever the gap is.
  const std::vector<std::string> step = {"10", "10", "10", "10", "10", "10",
                                         "12", "12", "12", "12", "12", "12"};
  PeriodsHeld apart = SeriesBefore(step);
  EXPECT_EQ(OutsideLimits("11.483", apart), "false");  // 2.66 x 2 / 11 = 0.483636...
  EXPECT_EQ(OutsideLimits("11.484", apart), "true");
  PeriodsHeld with_gap;
  for (uint32_t before = 1; before <= 6; ++before) {
    with_gap.Hold(before).Add("x", {}, Figure("12"));
    with_gap.Hold(before + 10).Add("x", {}, Figure("10"));
  }
  EXPECT_EQ(OutsideLimits("11.483", with_gap), "false");
  EXPECT_EQ(OutsideLimits("11.484", with_gap), "true");
}

TEST(OutsideLimitsTest, LooksTwentyFourPeriodsBackAndNoFurther) {
  PeriodsHeld history = SeriesBefore(Alternating(24));
  history.Hold(25).Add("x", {}, Figure("1000000"));
  EXPECT_EQ(OutsideLimits("16.32001", history), "true");
  EXPECT_EQ(OutsideLimits("16.31999", history), "false");
  // Twelve values, of which the oldest is too old: eleven.
  EXPECT_EQ(OutsideLimits("1000", SeriesBefore(Alternating(12), 3, 2)), "null");
}

TEST(OutsideLimitsTest, OfAnExpressionAndInsideOne) {
  PeriodsHeld history;
  for (uint32_t before = 1; before <= 12; ++before) {
    history.Hold(before).Add("waiting", {{"site", "north"}}, Figure(before % 2 == 0 ? "1" : "1.2"));
    history.Hold(before).Add("waiting", {{"site", "south"}}, Figure("0"));
    history.Hold(before).Add("places", {}, Figure("0.1"));
  }
  CellTable cells;  // 16.4 against limits of 5.68 and 16.32.
  cells.Add("waiting", {{"site", "north"}}, Figure("1"));
  cells.Add("waiting", {{"site", "south"}}, Figure("0.64"));
  cells.Add("places", {}, Figure("0.1"));
  const std::string outside = "outside_limits(sum(waiting) / places)";
  EXPECT_EQ(OutcomeBefore(outside, cells, &history), "true");
  EXPECT_EQ(
      OutcomeBefore(absl::StrCat("not (", outside, " and sum(waiting) > 1.5)"), cells, &history),
      "false");
  EXPECT_EQ(
      OutcomeBefore(absl::StrCat("not (", outside, " and sum(waiting) > 2)"), cells, &history),
      "true");
  EXPECT_EQ(OutcomeBefore("outside_limits(waiting)", cells, &history, {{"site", "south"}}), "true");
}

TEST(HistoryTest, HowFarBackAnExpressionReads) {
  const std::pair<const char*, uint32_t> rows[] = {
      {"a <= b", 0},
      {"prior(a) < b", 1},
      {"prior(a, 7) + prior(b, 3)", 7},
      {"prior(a, 36)", 36},
      {"outside_limits(a)", 24},
      {"outside_limits(a) and a > prior(a, 12)", 24},
      {"outside_limits(a) and a > prior(a, 25)", 25},
  };
  for (const auto& [text, periods] : rows) {
    EXPECT_EQ(Expression::Parse(text)->PriorPeriods(), periods) << text;
  }
}

}  // namespace
}  // namespace onereturn
