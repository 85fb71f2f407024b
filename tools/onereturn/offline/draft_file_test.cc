#include "tools/onereturn/offline/draft_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/definitions/collection_builder.h"

namespace onereturn::client {
namespace {

constexpr int kWards = 1'500;  // More than there are findings that are kept.

// A figure that is owed of each ward, in rows.
ingestion::Collection Wards() {
  catalogue::v1::DataItem item;
  item.set_code("seen");
  catalogue::v1::Dimension* ward = item.add_dimensions();
  ward->set_code("ward");
  for (int i = 1; i <= kWards; ++i) ward->add_values()->set_code(absl::StrCat("w", i));
  catalogue::v1::Collection collection;
  collection.set_code("WARDS");
  collection.set_display_name("Wards");
  collection.set_version(1);
  collection.set_period_kind(catalogue::v1::PERIOD_KIND_MONTH);
  collection.add_items("seen");
  catalogue::v1::Layout* layout = collection.add_layouts();
  layout->set_code("long");
  layout->mutable_long_()->add_dimensions("ward");
  return ingestion::BuildCollection(
             collection,
             [item](const std::string& /*code*/) {
               return absl::StatusOr<std::optional<catalogue::v1::DataItem>>(item);
             })
      .value();
}

// All wards blank but the last, whose figure is `last`.
absl::StatusOr<DraftFile> ReadWithLast(const std::string& last) {
  std::string text = "organisation,period,item,ward,value\n";
  for (int i = 1; i <= kWards; ++i) {
    absl::StrAppend(&text, "RLQ,2025-06,seen,w", i, ",", i == kWards ? last : "", "\n");
  }
  return ReadDraftFile(Wards(), "long", {}, text);
}

TEST(DraftFileTest, WhatIsBlankIsLeftOutHoweverMuchItIs) {
  const auto draft = ReadWithLast("7");
  ASSERT_THAT(draft, IsOk());
  EXPECT_EQ(draft->faults.count(), 0u);
  ASSERT_EQ(draft->cells.size(), 1u);
  EXPECT_EQ(draft->cells[0].dimensions[0].value, absl::StrCat("w", kWards));
  EXPECT_EQ(draft->cells[0].value->millionths(), 7'000'000);
}

TEST(DraftFileTest, AFigureThatCannotBeReadIsAFaultBehindManyBlanks) {
  const auto draft = ReadWithLast("seven");
  ASSERT_THAT(draft, IsOk());
  EXPECT_EQ(draft->faults.count(), 1u);
  EXPECT_THAT(draft->faults.kept()[0].message, ::testing::HasSubstr("One more figure"));
}

}  // namespace
}  // namespace onereturn::client
