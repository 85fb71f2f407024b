// Goal: what was read of a review is read once for a position, and memory is bounded.
#include "services/ingestion/app/reviews/recent_reviews.h"

#include <gtest/gtest.h>

#include "services/ingestion/app/reviews/testing/review_fixture.h"

namespace onereturn::ingestion {
namespace {

class RecentReviewsTest : public ReviewTest {
 protected:
  RecentReviewsTest() { SendMarch(); }

  RecentReviews::Content ReadFor(RecentReviews* recent, const std::string& commissioner,
                                 uint64_t sequence) {
    return recent->Read(ingestion_.store(), {"Waits", "2025-03", commissioner}, sequence).value();
  }
  bool IsKept(RecentReviews* recent, const std::string& commissioner, uint64_t sequence) {
    return recent->Find(ingestion_.store(), {"Waits", "2025-03", commissioner}, sequence).value() !=
           nullptr;
  }
};

TEST_F(RecentReviewsTest, AnotherPositionAndAnotherCommissionerAreReadForThemselves) {
  RecentReviews recent;
  const uint64_t before = ingestion_.LastSequence();
  const auto first = ReadFor(&recent, "QE1", before);
  EXPECT_EQ(ReadFor(&recent, "QE1", before), first);
  EXPECT_NE(ReadFor(&recent, "QE2", before), first);
  SendWaits("RBB", {{"00L", "MRI", "6"}});
  const auto later = ReadFor(&recent, "QE1", ingestion_.LastSequence());
  EXPECT_NE(later, first);
  EXPECT_NE(later->digest, first->digest);
  EXPECT_EQ(ReadFor(&recent, "QE1", before)->digest, first->digest);
  EXPECT_THAT(recent.Read(ingestion_.store(), {"None", "2025-03", "QE1"}, before),
              HasReason(Reason::kNotFound));
}

TEST_F(RecentReviewsTest, WhatNothingWasAcceptedOfIsNotReadAgain) {
  RecentReviews recent;
  const uint64_t before = ingestion_.LastSequence();
  const auto first = ReadFor(&recent, "QE1", before);
  SendBeds("RAA", "2025-03", 5);
  SendWaits("RAA", {{"00L", "MRI", "6"}}, "2025-04");
  EXPECT_EQ(ReadFor(&recent, "QE1", ingestion_.LastSequence()), first);
  // Of the period before: RCC, which holds nothing of March, is awaited.
  SendWaits("RCC", {{"00L", "MRI", "6"}}, "2025-02");
  const auto later = ReadFor(&recent, "QE1", ingestion_.LastSequence());
  EXPECT_NE(later, first);
  EXPECT_EQ(later->digest, first->digest);
  EXPECT_EQ(ReadFor(&recent, "QE1", before), first) << "an earlier position is never answered by "
                                                       "what came later";
  Define(SmallItem("another"));
  EXPECT_FALSE(IsKept(&recent, "QE1", ingestion_.LastSequence()));
}

// QE1's has 3 cells in 4 figures and 2 of its own in 2: 5 x 8 + 6. There is room for two reviews.
TEST_F(RecentReviewsTest, WhatWasUsedLastIsKept) {
  constexpr size_t kWeight = RecentReviews::kFiguresAReview + 5 * RecentReviews::kFiguresACell + 6;
  RecentReviews recent(2 * kWeight);
  const uint64_t first = ingestion_.LastSequence() - 2;
  for (const uint64_t at : {first + 2, first + 1}) ReadFor(&recent, "QE1", at);
  ReadFor(&recent, "QE1", first + 2);
  ReadFor(&recent, "QE1", first);
  EXPECT_TRUE(IsKept(&recent, "QE1", first + 2));
  EXPECT_FALSE(IsKept(&recent, "QE1", first + 1));
  EXPECT_TRUE(IsKept(&recent, "QE1", first));
  RecentReviews exact(kWeight);
  ReadFor(&exact, "QE1", first + 2);
  EXPECT_TRUE(IsKept(&exact, "QE1", first + 2));
  RecentReviews small(kWeight - 1);
  EXPECT_NE(ReadFor(&small, "QE1", first + 2), nullptr);
  EXPECT_FALSE(IsKept(&small, "QE1", first + 2)) << "what is larger than all is not kept";
}

}  // namespace
}  // namespace onereturn::ingestion
