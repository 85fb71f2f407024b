// Rows of the register: what each step left, names, counts, likenesses.
#include "services/ingestion/store/request_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/testing/status_matchers.h"
#include "common/storage/store.h"
#include "services/ingestion/store/families.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;

class RequestTableTest : public ::testing::Test {
 protected:
  RequestTableTest() {
    StoreOptions options;
    options.path = "/store";
    options.service = "ingestion";
    options.column_families = Families();
    options.memory_files = MemoryFiles::Create();
    store_ = Store::Create(options).value();
  }
  void Step(uint64_t number, uint64_t sequence, const std::string& title) {
    requests::v1::DataRequest request;
    request.set_title(title);
    WriteBatch batch;
    PutDataRequest(number, sequence, request, &batch);
    ASSERT_THAT(store_->Write(batch, Durability::kSynced), IsOk());
  }
  std::vector<std::string> TitlesAt(uint64_t sequence, uint64_t after = 0) {
    std::vector<std::string> titles;
    EXPECT_THAT(VisitDataRequests(*store_, after, sequence,
                                  [&](uint64_t, const requests::v1::DataRequest& request) {
                                    titles.push_back(request.title());
                                    return true;
                                  }),
                IsOk());
    return titles;
  }

  std::unique_ptr<Store> store_;
};

TEST_F(RequestTableTest, EachStepStaysReadable) {
  Step(1, 10, "drafted");
  Step(2, 11, "another");
  Step(1, 15, "matched");
  EXPECT_EQ(FindDataRequest(*store_, 1).value()->request.title(), "matched");
  EXPECT_FALSE(FindDataRequest(*store_, 3).value().has_value());
  EXPECT_FALSE(DataRequestAt(*store_, 1, 9).value().has_value());
  EXPECT_EQ(DataRequestAt(*store_, 1, 10).value()->title(), "drafted");
  EXPECT_EQ(DataRequestAt(*store_, 1, 14).value()->title(), "drafted");
  EXPECT_EQ(DataRequestAt(*store_, 1, UINT64_MAX).value()->title(), "matched");
  EXPECT_THAT(TitlesAt(UINT64_MAX), ElementsAre("matched", "another"));
  EXPECT_THAT(TitlesAt(10), ElementsAre("drafted"));
  EXPECT_THAT(TitlesAt(UINT64_MAX, 1), ElementsAre("another"));
}

TEST_F(RequestTableTest, TheCheckHoldsUntilTheNextStep) {
  Step(1, 10, "drafted");
  const ReadCheck before = FindDataRequest(*store_, 1).value()->check;
  EXPECT_EQ(store_->Get(before.family, before.key).value(), before.expected);
  Step(1, 11, "matched");
  EXPECT_NE(store_->Get(before.family, before.key).value(), before.expected);
}

TEST(RequestNameTest, NamesAreCanonical) {
  EXPECT_EQ(DataRequestName(1), "requests/001-00");
  EXPECT_EQ(DataRequestName(1234), "requests/1234-00");
  EXPECT_EQ(DataRequestNumber("requests/001-00"), 1u);
  EXPECT_EQ(DataRequestNumber("requests/1234-00"), 1234u);
  for (const char* other : {"", "requests/1-00", "requests/0001-00", "requests/001-01",
                            "requests/-01-00", "request/001-00", "requests/000-00 "}) {
    EXPECT_EQ(DataRequestNumber(other), 0u) << other;
  }
}

TEST_F(RequestTableTest, LikenessesAreFoundByDescriptionAndItem) {
  const LikenessKey first{std::string(64, 'a'), "ae_attendances"};
  const LikenessKey second{std::string(64, 'b'), "beds"};
  EXPECT_FALSE(FindStoredLikeness(*store_, first).value().has_value());
  requests::v1::Likeness likeness;
  likeness.set_likeness(874);
  WriteBatch batch;
  PutLikeness(second, likeness, &batch);
  PutLikeness(first, likeness, &batch);
  ASSERT_THAT(store_->Write(batch, Durability::kSynced), IsOk());
  EXPECT_EQ(FindStoredLikeness(*store_, first).value()->likeness.likeness(), 874u);
  std::vector<std::string> items;
  ASSERT_THAT(VisitLikenesses(*store_, "",
                              [&](const LikenessKey& key, const requests::v1::Likeness&) {
                                items.push_back(key.item);
                                return true;
                              }),
              IsOk());
  EXPECT_THAT(items, ElementsAre("ae_attendances", "beds"));
  EXPECT_EQ(ParseLikenessName(LikenessName(first))->item, "ae_attendances");
  EXPECT_FALSE(ParseLikenessName("likenesses/aa.beds").has_value());
}

}  // namespace
}  // namespace onereturn::ingestion
