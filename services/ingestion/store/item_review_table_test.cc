// Rows of reviews of items: what each fact left, in which order, and their names.
#include "services/ingestion/store/item_review_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/testing/status_matchers.h"
#include "common/storage/store.h"
#include "services/ingestion/store/families.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;

class ItemReviewTableTest : public ::testing::Test {
 protected:
  ItemReviewTableTest() {
    StoreOptions options;
    options.path = "/store";
    options.service = "ingestion";
    options.column_families = Families();
    options.memory_files = MemoryFiles::Create();
    store_ = Store::Create(options).value();
  }
  void Put(uint64_t sequence, const std::string& item, const std::string& home) {
    requests::v1::ItemReview review;
    review.set_item(item);
    review.set_collection(home);
    WriteBatch batch;
    PutItemReview(sequence, review, &batch);
    ASSERT_THAT(store_->Write(batch, Durability::kSynced), IsOk());
  }
  std::vector<std::string> HomesAt(uint64_t sequence, const std::string& after = "") {
    std::vector<std::string> homes;
    EXPECT_THAT(VisitItemReviews(*store_, after, sequence,
                                 [&](const requests::v1::ItemReview& review) {
                                   homes.push_back(review.collection());
                                   return true;
                                 }),
                IsOk());
    return homes;
  }

  std::unique_ptr<Store> store_;
};

TEST_F(ItemReviewTableTest, EachFactStaysReadableInOrderOfItems) {
  Put(10, "beds", "opened");
  Put(11, "beds_closed", "another");
  Put(15, "beds", "kept");
  EXPECT_EQ(FindItemReview(*store_, "beds").value().review->collection(), "kept");
  EXPECT_FALSE(FindItemReview(*store_, "bed").value().review.has_value());
  EXPECT_FALSE(ItemReviewAt(*store_, "beds", 9).value().has_value());
  EXPECT_EQ(ItemReviewAt(*store_, "beds", 14).value()->collection(), "opened");
  EXPECT_THAT(HomesAt(UINT64_MAX), ElementsAre("kept", "another"));
  EXPECT_THAT(HomesAt(10), ElementsAre("opened"));
  EXPECT_THAT(HomesAt(UINT64_MAX, "beds"), ElementsAre("another"));
}

TEST_F(ItemReviewTableTest, TheKeysAreThoseOfTheFormat) {
  Put(1, "ab", "home");
  EXPECT_EQ(FindItemReview(*store_, "ab").value().check.key, std::string("\x30"
                                                                         "ab\0\1",
                                                                         5));
}

TEST_F(ItemReviewTableTest, OnlyItsOwnNamesAreRead) {
  EXPECT_EQ(ItemReviewName({"beds", 3}), "items/beds/reviews/3");
  EXPECT_EQ(ParseItemReviewName("items/beds/reviews/3").item, "beds");
  EXPECT_EQ(ParseItemReviewName("items/beds/reviews/3").number, 3u);
  for (const char* name : {"items/beds", "items/beds/reviews/0", "items/beds/reviews/03",
                           "items/beds/reviews/x", "collections/beds/reviews/1", ""}) {
    EXPECT_EQ(ParseItemReviewName(name).number, 0u) << name;
  }
}

}  // namespace
}  // namespace onereturn::ingestion
