#include "services/ingestion/app/requests/matching/catalogue_picture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/testing/small_catalogue.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;

class CataloguePictureTest : public ::testing::Test {
 protected:
  CataloguePictureTest()
      : picture_(
            [this](const Reader&, uint64_t) -> absl::StatusOr<SaidForMatching> { return said_; }) {
    Must(ingestion_.DefineOne(SmallProvider("RCF")));
    Must(ingestion_.DefineOne(SmallItem("beds")));
    Must(ingestion_.DefineOne(SmallItem("wards")));
    Must(ingestion_.DefineOne(SmallCollection("Beds", {"beds"})));
  }

  template <typename Answer>
  static void Must(const Answer& answer) {
    ASSERT_THAT(answer, IsOk());
  }

  TestIngestion ingestion_;
  SaidForMatching said_;
  CataloguePicture picture_;
};

TEST_F(CataloguePictureTest, IsMadeOnceUntilTheCatalogueChanges) {
  const auto first = picture_.At(ingestion_.store().TakeSnapshot());
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ((*first)->items.size(), 2u);
  EXPECT_EQ((*first)->organisations.count("RCF"), 1u);
  // Returns are no part of it.
  Must(ingestion_.Submit(SmallReturn(&ingestion_, "Beds", "RCF", "2025-04", {{"beds", 1}})));
  EXPECT_EQ(picture_.At(ingestion_.store()).value(), *first);
  Must(ingestion_.DefineOne(SmallCollection("Beds", {"beds", "wards"})));
  const auto second = picture_.At(ingestion_.store()).value();
  EXPECT_NE(second, *first);
  // A version that is for no period any more still says what was returned by it.
  const CollectionOverTime& beds = second->collections.at("Beds");
  EXPECT_EQ(beds.stretches.size(), 1u);
  EXPECT_THAT(beds.items_of_version.at(1), ElementsAre("beds"));
  EXPECT_THAT(beds.items_of_version.at(2), ElementsAre("beds", "wards"));
}

TEST_F(CataloguePictureTest, AnEarlierStateIsAsItWas) {
  const uint64_t before = ingestion_.LastSequence();
  const Snapshot old = ingestion_.store().TakeSnapshot();
  Must(ingestion_.DefineOne(SmallItem("chairs")));
  EXPECT_EQ(picture_.At(ingestion_.store()).value()->items.count("chairs"), 1u);
  EXPECT_EQ(picture_.At(ingestion_.store(), before).value()->items.count("chairs"), 0u);
  EXPECT_EQ(picture_.At(old).value()->items.count("chairs"), 0u);
  EXPECT_EQ(picture_.At(ingestion_.store()).value()->items.count("chairs"), 1u);
}

TEST_F(CataloguePictureTest, WhatStewardsSaidIsInIt) {
  const auto before = picture_.At(ingestion_.store()).value();
  said_.rules.notice_days_new = 180;
  said_.likenesses["description"]["beds"].same = true;
  const auto after = picture_.At(ingestion_.store()).value();
  EXPECT_EQ(after->rules.notice_days_new, 180u);
  EXPECT_TRUE(after->likenesses.at("description").at("beds").same);
  EXPECT_EQ(after->items.size(), 2u);
  EXPECT_EQ(before->rules.notice_days_new, 0u);
  EXPECT_EQ(picture_.At(ingestion_.store()).value(), after);
}

}  // namespace
}  // namespace onereturn::ingestion
