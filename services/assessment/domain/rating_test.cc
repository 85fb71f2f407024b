#include "services/assessment/domain/rating.h"

#include <rapidcheck.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/assessment/domain/testing/example_framework.h"

namespace onereturn::assessment {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// `groups` are (how many statements, their score), from QS1 on.
StatementScores Scores(const std::vector<std::pair<int, uint32_t>>& groups) {
  StatementScores scores;
  int number = 0;
  for (const auto& [count, score] : groups) {
    for (int i = 0; i < count; ++i) scores[absl::StrCat("QS", ++number)] = score;
  }
  return scores;
}

struct GoldenCase {
  std::vector<std::pair<int, uint32_t>> scores;
  uint32_t sum;
  uint32_t percent;
  const char* band;
  const char* rating;
};

TEST(RatingTest, AgreesWithThePublishedMethod) {
  const GoldenCase cases[] = {
      {{{17, 3}}, 51, 75, "good", "good"},
      {{{16, 3}, {1, 1}}, 49, 72, "good", "requires_improvement"},  // 72.06
      {{{17, 4}}, 68, 100, "outstanding", "outstanding"},
      {{{9, 2}, {8, 3}}, 42, 62, "requires_improvement", "requires_improvement"},  // 61.76
      {{{8, 2}, {9, 3}}, 43, 63, "good", "good"},                                  // 63.24
      {{{17, 1}}, 17, 25, "inadequate", "inadequate"},
      // Between the bands as published: 38.24 and 39.71; 86.76 and 88.24.
      {{{8, 1}, {9, 2}}, 26, 38, "inadequate", "inadequate"},
      {{{7, 1}, {10, 2}}, 27, 40, "requires_improvement", "requires_improvement"},
      {{{9, 3}, {8, 4}}, 59, 87, "good", "good"},
      {{{8, 3}, {9, 4}}, 60, 88, "outstanding", "outstanding"},
      // Outstanding by percentage with a low score: 97.06 and 95.59.
      {{{16, 4}, {1, 2}}, 66, 97, "outstanding", "good"},
      {{{16, 4}, {1, 1}}, 65, 96, "outstanding", "good"},
      // A low score limits nothing below the bands that have a limiter: 39.71.
      {{{16, 1}, {1, 4}}, 20, 29, "inadequate", "inadequate"},
  };
  for (const GoldenCase& golden : cases) {
    const Rating rating = RatingOf(ExampleFramework(), Scores(golden.scores));
    EXPECT_EQ(rating.scored, 17u);
    EXPECT_EQ(rating.statements, 17u);
    EXPECT_TRUE(rating.complete);
    EXPECT_EQ(rating.sum, golden.sum);
    EXPECT_EQ(rating.percent, golden.percent);
    EXPECT_EQ(rating.band, golden.band);
    EXPECT_EQ(rating.rating, golden.rating);
    EXPECT_EQ(rating.limited_by.empty(), rating.band == rating.rating);
  }
}

TEST(RatingTest, RoundsHalfUp) {
  EXPECT_EQ(WholePercent(1, 8, 1), 13u);  // 12.5
  EXPECT_EQ(WholePercent(3, 8, 1), 38u);  // 37.5
  EXPECT_EQ(WholePercent(1, 4, 1), 25u);
  EXPECT_EQ(WholePercent(1, 3, 1), 33u);      // 33.33
  EXPECT_EQ(WholePercent(2, 3, 1), 67u);      // 66.67
  EXPECT_EQ(WholePercent(249, 4, 250), 25u);  // 24.9
  EXPECT_EQ(WholePercent(0, 4, 17), 0u);
  EXPECT_EQ(WholePercent(100 * 128, 100, 128), 100u);
}

TEST(RatingTest, SaysWhatLimited) {
  StatementScores scores = Scores({{17, 3}});
  scores["QS4"] = 1;
  scores["QS12"] = 1;
  EXPECT_THAT(RatingOf(ExampleFramework(), scores).limited_by,
              "Good by percentage, limited to Requires improvement: score of 1 for QS4, QS12");
}

TEST(RatingTest, TakesTheHardestOfSeveralLimiters) {
  for (bool reversed : {false, true}) {
    Framework framework = ExampleFramework();
    framework.limiters.push_back({"outstanding", 1, "inadequate"});
    if (reversed) std::reverse(framework.limiters.begin(), framework.limiters.end());
    const Rating rating = RatingOf(framework, Scores({{1, 1}, {16, 4}}));
    EXPECT_EQ(rating.band, "outstanding");
    EXPECT_EQ(rating.rating, "inadequate");
    EXPECT_THAT(rating.limited_by, AllOf(HasSubstr("Inadequate"), HasSubstr("QS1")));
    EXPECT_EQ(RatingOf(framework, Scores({{1, 2}, {16, 4}})).rating, "good");
  }
}

TEST(RatingTest, GivesNothingBeforeEveryStatementIsScored) {
  const Rating none = RatingOf(ExampleFramework(), {});
  EXPECT_EQ(none, (Rating{0, 17, false, 0, 0, "", "", ""}));
  const Rating most = RatingOf(ExampleFramework(), Scores({{16, 3}}));
  EXPECT_EQ(most, (Rating{16, 17, false, 48, 0, "", "", ""}));
}

TEST(RatingTest, AnUnratedFrameworkHasAPercentageAndNoRating) {
  Framework framework = ExampleFramework();
  framework.rated = false;
  EXPECT_EQ(RatingOf(framework, Scores({{16, 3}, {1, 1}})),
            (Rating{17, 17, true, 49, 72, "", "", ""}));
}

StatementScores RandomScores() {
  StatementScores scores;
  for (int i = 1; i <= 17; ++i) scores[absl::StrCat("QS", i)] = *rc::gen::inRange<uint32_t>(1, 5);
  return scores;
}

TEST(RatingTest, RisesWithEveryScore) {
  EXPECT_TRUE(rc::check("one score higher lowers neither percentage, band nor rating", [] {
    const Framework framework = ExampleFramework();
    StatementScores scores = RandomScores();
    const Rating before = RatingOf(framework, scores);
    uint32_t& raised = scores[absl::StrCat("QS", *rc::gen::inRange(1, 18))];
    raised = std::min(raised + 1, 4u);
    const Rating after = RatingOf(framework, scores);
    RC_ASSERT(after.percent >= before.percent);
    RC_ASSERT((framework.BandIndex(after.band) >= framework.BandIndex(before.band)));
    RC_ASSERT((framework.BandIndex(after.rating) >= framework.BandIndex(before.rating)));
  }));
}

TEST(RatingTest, ALimiterNeverRaises) {
  EXPECT_TRUE(rc::check("the rating is never above the band, whatever the limiters", [] {
    Framework framework = ExampleFramework();
    framework.limiters.clear();
    const int count = *rc::gen::inRange(0, 6);
    for (int i = 0; i < count; ++i) {
      const size_t band = *rc::gen::inRange<size_t>(1, 4);
      const size_t limited_to = *rc::gen::inRange<size_t>(0, band);
      framework.limiters.push_back({framework.bands[band].code, *rc::gen::inRange<uint32_t>(1, 5),
                                    framework.bands[limited_to].code});
    }
    RC_ASSERT(framework.Check().ok());
    const Rating rating = RatingOf(framework, RandomScores());
    RC_ASSERT((framework.BandIndex(rating.rating) <= framework.BandIndex(rating.band)));
    RC_ASSERT(rating.limited_by.empty() == (rating.rating == rating.band));
  }));
}

TEST(RatingTest, ThePercentageIsTheRoundedQuotient) {
  EXPECT_TRUE(rc::check("2 x most x percent is within most of 200 x sum, half going up", [] {
    const uint32_t highest = *rc::gen::inRange<uint32_t>(1, 101);
    const uint64_t statements = *rc::gen::inRange<uint64_t>(1, 129);
    const int64_t most = static_cast<int64_t>(highest * statements);
    const int64_t sum = *rc::gen::inRange<int64_t>(0, most + 1);
    const int64_t percent = WholePercent(static_cast<uint64_t>(sum), highest, statements);
    const int64_t twice_error = 200 * sum - 2 * most * percent;
    RC_ASSERT(twice_error >= -most);
    RC_ASSERT(twice_error < most);
  }));
}

}  // namespace
}  // namespace onereturn::assessment
