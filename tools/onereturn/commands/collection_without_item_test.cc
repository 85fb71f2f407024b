#include "tools/onereturn/commands/collection_without_item.h"

#include <google/protobuf/text_format.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace onereturn::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Two items; each has a column, a rule and minutes of its own, and some are of both.
constexpr char kWard[] = R"text(
  code: "WARD" items: "beds" items: "falls"
  item_minutes { item: "beds" minutes { gathering: 1 } }
  item_minutes { item: "falls" minutes { gathering: 2 } }
  rules { code: "W1" message: "Whole falls." expression: "is_whole(falls)" }
  rules { code: "W2" message: "Whole beds." expression: "is_whole(beds[kind = 'falls'])" }
  rules { code: "W3" message: "More falls than beds." expression: "falls <= beds" }
  layouts { code: "flat" wide {
    columns { header: "Beds" cell { item: "beds" } }
    columns { header: "Falls" cell { item: "falls" } } } }
  layouts { code: "older" wide {
    columns { header: "Beds" cell { item: "beds" } }
    cells_without_column { cell { item: "falls" } } } }
  layouts { code: "falls-alone" wide { columns { header: "Falls" cell { item: "falls" } } } }
  layouts { code: "by-row" wide {
    shapes { selected_by: "B" columns { header: "Beds" cell { item: "beds" } }
             columns { header: "Falls" cell { item: "falls" } }
             checks { header: "All" terms: "Beds" terms: "Falls" } }
    shapes { selected_by: "F" columns { header: "Falls" cell { item: "falls" } }
             checks { header: "All falls" terms: "Falls" } } } }
  layouts { code: "long" long {} }
  not_collected { organisation: "RLQ" items: "falls" reason: "a trial" }
  not_collected { organisation: "RCF" items: "falls" items: "beds" reason: "a fire" })text";

catalogue::v1::Collection Ward() {
  catalogue::v1::Collection collection;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(kWard, &collection));
  return collection;
}

TEST(CollectionWithoutItemTest, WhatIsOfTheItemAloneIsTakenOutAndSaid) {
  const CollectionWithoutItem made = WithoutItem(Ward(), "falls", {});
  EXPECT_THAT(
      made.left_out,
      ElementsAre(
          "rule W1: Whole falls.", "layout flat, column \"Falls\"",
          "layout older, 1 of its cells without a column", "layout falls-alone, column \"Falls\"",
          "layout falls-alone as a whole", "layout by-row, rows of B, column \"Falls\"",
          "layout by-row, rows of F, column \"Falls\"",
          "layout by-row, rows of F, the sum \"All falls\"", "layout by-row, rows of F as a whole",
          "that RLQ is not asked for it: a trial", "that RCF is not asked for it: a fire"));
  EXPECT_THAT(made.collection.items(), ElementsAre("beds"));
  ASSERT_EQ(made.collection.item_minutes_size(), 1);
  EXPECT_EQ(made.collection.item_minutes(0).item(), "beds");
  ASSERT_EQ(made.collection.layouts_size(), 4);
  EXPECT_EQ(made.collection.layouts(0).wide().columns_size(), 1);
  EXPECT_EQ(made.collection.layouts(2).wide().shapes_size(), 1);
  ASSERT_EQ(made.collection.not_collected_size(), 1);
  EXPECT_THAT(made.collection.not_collected(0).items(), ElementsAre("beds"));
}

TEST(CollectionWithoutItemTest, RowsThatNothingSelectsAreNotNamed) {
  catalogue::v1::Collection collection;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"text(code: "WARD" items: "beds" items: "falls"
             layouts { code: "all" wide { shapes {
               columns { header: "Beds" cell { item: "beds" } }
               columns { header: "Falls" cell { item: "falls" } } } } }
             layouts { code: "alone" wide { shapes {
               columns { header: "Falls" cell { item: "falls" } } } } })text",
      &collection));
  EXPECT_THAT(WithoutItem(collection, "falls", {}).left_out,
              ElementsAre("layout all, column \"Falls\"", "layout alone, column \"Falls\"",
                          "layout alone as a whole"));
}

TEST(CollectionWithoutItemTest, WhatIsOfOthersTooIsForHand) {
  const CollectionWithoutItem made = WithoutItem(Ward(), "falls", {});
  EXPECT_THAT(made.by_hand,
              ElementsAre("rule W3, which reads beds too",
                          "layout by-row, rows of B, the sum \"All\", which adds up other columns "
                          "too"));
  EXPECT_EQ(made.collection.rules_size(), 2);
}

TEST(CollectionWithoutItemTest, ARuleThatIsNamedIsTakenOutThoughItReadsOthers) {
  const CollectionWithoutItem made = WithoutItem(Ward(), "falls", {"W3", "W9"});
  EXPECT_THAT(made.by_hand, ElementsAre(HasSubstr("the sum")));
  ASSERT_EQ(made.collection.rules_size(), 1);
  EXPECT_EQ(made.collection.rules(0).code(), "W2");
}

TEST(CollectionWithoutItemTest, NothingElseIsTouched) {
  const CollectionWithoutItem made = WithoutItem(Ward(), "none", {});
  EXPECT_THAT(made.left_out, IsEmpty());
  EXPECT_THAT(made.by_hand, IsEmpty());
  EXPECT_EQ(made.collection.SerializeAsString(), Ward().SerializeAsString());
}

}  // namespace
}  // namespace onereturn::client
