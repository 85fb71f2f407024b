// Goal: prior and outside_limits agree with what they stand for, whatever the history. Method:
// random histories with gaps and nulls; prior against plain evaluation over the earlier period,
// outside_limits against limits computed another way, in exact whole numbers.
#include <rapidcheck.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/expression/evaluation.h"
#include "common/expression/testing/periods_held.h"
#include "gtest/gtest.h"

namespace onereturn {
namespace {

bool SameEvaluation(const Evaluation& a, const Evaluation& b) {
  return a.outcome == b.outcome && a.number == b.number && a.boolean == b.boolean &&
         a.ambiguous_item == b.ambiguous_item && a.divided_by_zero == b.divided_by_zero;
}

// One to three cells of `a` and `b` at sites, from few values so that all outcomes come up.
void FillAny(CellTable* cells) {
  for (const char* item : {"a", "b"}) {
    const int count = *rc::gen::inRange(0, 3);
    for (int i = 0; i < count; ++i) {
      const int value = *rc::gen::inRange(-2, 8);
      cells->Add(item, {{"site", i == 0 ? "north" : "south"}},
                 value == 7 ? std::nullopt : std::optional<Decimal>(Decimal::FromWhole(value)));
    }
  }
}

TEST(HistoryPropertyTest, PriorIsTheExpressionOverThatPeriod) {
  const std::vector<std::string> expressions = {
      "a",
      "sum(a) - sum_present(b)",
      "a / b",
      "sum(a) < sum(b) or is_null(b)",
      "if(count_present(a) > 1, sum(a), coalesce(b, -1))",
      "is_whole(a / 2)",
      "round(a / 3)",
      "a * 9000000000000 * 9000000000000 * 9000000000000"};
  constexpr uint32_t kDistances[] = {1, 2, 3, 11, 24, 25, 36};
  size_t held_outcomes[5] = {};
  size_t gaps = 0;
  const auto holds = [&] {
    PeriodsHeld history;
    CellTable now;
    FillAny(&now);
    for (uint32_t before : kDistances) {
      if (*rc::gen::inRange(0, 4) > 0) FillAny(&history.Hold(before));
    }
    for (const std::string& text : expressions) {
      const auto plain = Expression::Parse(text);
      RC_ASSERT(plain.ok());
      for (uint32_t before : kDistances) {
        const auto prior = Expression::Parse(absl::StrCat("prior(", text, ", ", before, ")"));
        RC_ASSERT(prior.ok());
        RC_ASSERT(*Expression::Parse(prior->ToString()) == *prior);
        for (const Bindings& bindings : {Bindings{}, Bindings{{"site", "north"}}}) {
          const Evaluation got = Evaluate(*prior, now, bindings, &history);
          const CellSource* earlier = history.Before(before);
          const Evaluation expected =
              earlier == nullptr ? Evaluation() : Evaluate(*plain, *earlier, bindings);
          RC_ASSERT(SameEvaluation(got, expected));
          earlier == nullptr ? ++gaps : ++held_outcomes[static_cast<int>(got.outcome)];
        }
      }
    }
  };
  EXPECT_TRUE(rc::check("prior is the expression over that period", holds));
  std::printf("%zu gaps; numbers, booleans, nulls, overflows, ambiguous: %zu %zu %zu %zu %zu\n",
              gaps, held_outcomes[0], held_outcomes[1], held_outcomes[2], held_outcomes[3],
              held_outcomes[4]);
  EXPECT_GT(gaps, 200u);
  for (size_t outcome : held_outcomes) EXPECT_GT(outcome, 100u);
}

// How far outside the limits the current value lies, below zero where inside: |x - mean| - 2.66 x
// the average moving range, times 100 n (n - 1) to stay in whole numbers. nullopt where fewer than
// twelve values are known.
std::optional<int64_t> DistanceOutside(const std::vector<std::optional<int64_t>>& newest_first,
                                       int64_t current) {
  std::vector<int64_t> known;  // The newest first, which moving ranges do not mind.
  for (size_t i = 0; i < newest_first.size() && i < 24; ++i) {
    if (newest_first[i].has_value()) known.push_back(*newest_first[i]);
  }
  if (known.size() < 12) return std::nullopt;
  int64_t sum = 0, ranges = 0;
  for (size_t i = 0; i < known.size(); ++i) {
    sum += known[i];
    if (i > 0) ranges += std::abs(known[i] - known[i - 1]);
  }
  const auto n = static_cast<int64_t>(known.size());
  return std::abs(n * current - sum) * 100 * (n - 1) - 266 * n * ranges;
}

TEST(HistoryPropertyTest, OutsideLimitsEqualsTheModel) {
  const Expression expression = *Expression::Parse("outside_limits(sum(x) / 3)");
  size_t outside = 0, inside = 0, not_decided = 0;
  const auto holds = [&] {
    std::vector<std::optional<int64_t>> series;  // The newest first.
    PeriodsHeld history;
    const int spread = *rc::gen::element(1, 3, 50, 1'000'000);
    const int missing = *rc::gen::inRange(0, 60);
    for (uint32_t before = 1; before <= 30; ++before) {
      const bool held = *rc::gen::inRange(0, 100) >= missing;
      const int64_t value = *rc::gen::inRange(-spread, spread + 1);
      series.push_back(held ? std::optional<int64_t>(value) : std::nullopt);
      // Not held, held without a number, or in two cells.
      if (held) {
        history.Hold(before).Add("x", {{"site", "north"}}, Decimal::FromWhole(value - 1));
        history.Hold(before).Add("x", {{"site", "south"}}, Decimal::FromWhole(1));
      } else if (before % 2 == 0) {
        history.Hold(before).Add("x", {{"site", "north"}}, std::nullopt);
      }
    }
    for (int i = 0; i < 10; ++i) {
      const int64_t current = *rc::gen::inRange(-4 * spread, 4 * spread + 1);
      CellTable now;
      now.Add("x", {}, Decimal::FromWhole(current));
      const std::optional<int64_t> expected = DistanceOutside(series, current);
      const Evaluation got = Evaluate(expression, now, {}, &history);
      if (!expected.has_value()) {
        RC_ASSERT(got.outcome == EvaluationOutcome::kNull);
        ++not_decided;
        continue;
      }
      RC_ASSERT(got.outcome == EvaluationOutcome::kBoolean);
      // On the limit itself the doubles may fall to either side.
      if (*expected == 0) continue;
      RC_ASSERT(got.boolean == (*expected > 0));
      ++(got.boolean ? outside : inside);
    }
  };
  EXPECT_TRUE(rc::check("outside_limits equals the model", holds));
  std::printf("%zu outside, %zu inside, %zu not decided\n", outside, inside, not_decided);
  EXPECT_GT(outside, 50u);
  EXPECT_GT(inside, 50u);
  EXPECT_GT(not_decided, 50u);
}

}  // namespace
}  // namespace onereturn
