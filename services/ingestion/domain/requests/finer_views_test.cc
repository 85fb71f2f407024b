// Which finer view of an item a line asks for.
#include "services/ingestion/domain/requests/finer_views.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/ingestion/domain/requests/testing/request_world.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// "count" by age, of April 2025, and "plain" by week, of two weeks: as earlier requests made them.
RequestWorld AskedBefore() {
  RequestWorld world = Hospitals();
  KnownItem& by_age = world.Item("r1");
  by_age.refines = "count";
  RequestWorld::Dimension(by_age, "age", {"old", "young"}, false);
  KnownItem& weekly = world.Item("r2");
  weekly.refines = "plain";
  world.Collect("R1", PeriodKind::kMonth, {"r1"}).stretches[0].days = {DayOf("2025-04-01"),
                                                                       DayOf("2025-05-01")};
  world.Collect("R2", PeriodKind::kWeek, {"r2"}).stretches[0].days = {PeriodOf("2025-W18").start(),
                                                                      PeriodOf("2025-W20").start()};
  world.Hold("R1", {"2025-04"}, {"RA"});
  world.Hold("R2", {"2025-W18"}, {"RA"});
  return world;
}

const AskedDimension kAge{"age", {"old", "young"}};

TEST(FinerViews, TheSameDetailIsTheItemThatWasMadeOfIt) {
  const MatchResult match =
      AskedBefore().Match(AskFor({LineBy("count", {kAge})}, {"RA", "RB"}, {"2025-04"}));
  EXPECT_EQ(match.lines[0].item, "r1");
  EXPECT_TRUE(match.lines[0].is_item);
  EXPECT_EQ(match.lines[0].new_figure, "");
  EXPECT_EQ(match.blocks[0].coverage, CoverageClass::kExact);
  ASSERT_EQ(match.gaps.size(), 1u);  // RB was not asked yet: at the same home.
  EXPECT_EQ(match.gaps[0].collection, "R1");
  EXPECT_EQ(match.change_class, ChangeClass::kExistingItems);
}

TEST(FinerViews, AShorterPeriodIsTheItemThatWasMadeOfIt) {
  const MatchResult match = AskedBefore().Match(AskFor({LineOf("plain")}, {"RA"}, {"2025-W18"}));
  EXPECT_EQ(match.lines[0].item, "r2");
  EXPECT_EQ(match.blocks[0].coverage, CoverageClass::kExact);
  EXPECT_THAT(match.gaps, IsEmpty());
}

TEST(FinerViews, WhatTheItemGivesItGives) {
  const MatchResult match = AskedBefore().Match(AskFor({LineOf("plain")}, {"RA"}, {"2025-04"}));
  EXPECT_EQ(match.lines[0].item, "plain");
}

TEST(FinerViews, MoreThanTheViewHasIsNotTheView) {
  const RequestWorld world = AskedBefore();
  const auto item_of = [&](const AskLine& line, const std::vector<std::string>& periods) {
    return world.Match(AskFor({line}, {"RA"}, periods)).lines[0].item;
  };
  // Another value, another dimension beside it, a period that its home does not have.
  EXPECT_EQ(item_of(LineBy("count", {{"age", {"middle", "old"}}}), {"2025-04"}), "count");
  EXPECT_EQ(item_of(LineBy("count", {kAge, {"booked", {}}}), {"2025-04"}), "count");
  EXPECT_EQ(item_of(LineBy("count", {kAge}), {"2025-04", "2025-05"}), "count");
  // The ages do not add up to the whole of the week's count.
  EXPECT_EQ(item_of(LineBy("count", {}), {"2025-04"}), "count");
}

TEST(FinerViews, OfSeveralTheFirstCodeThatGivesAll) {
  RequestWorld world = AskedBefore();
  for (const char* code : {"r0", "r10"}) {
    KnownItem& other = world.Item(code);
    other.refines = "plain";
    world.Collect(absl::StrCat("R", code), PeriodKind::kWeek, {code});
  }
  RequestWorld::Dimension(world.catalogue.items["r0"].front(), "age", {"old"}, false);
  const MatchResult match = world.Match(AskFor({LineOf("plain")}, {"RA"}, {"2025-W18"}));
  EXPECT_EQ(match.lines[0].item, "r10");
}

// A line that leaves the code out: by its meaning.
TEST(FinerViews, ADescriptionOfTheItemIsTheViewToo) {
  RequestWorld world = AskedBefore();
  KnownItem& plain = world.catalogue.items["plain"].front();
  plain.meaning = ItemMeaning{"attendance", "count", "", ""};
  AskLine line;
  line.described = DescribedItem{"Visits", *plain.meaning, plain.unit, {}, "Visits of the week."};
  const MatchResult match = world.Match(AskFor({line}, {"RA"}, {"2025-W18"}));
  EXPECT_EQ(match.lines[0].item, "r2");
  EXPECT_EQ(match.blocks[0].coverage, CoverageClass::kExact);
  EXPECT_THAT(match.concerns, IsEmpty());
}

TEST(FinerViews, LinesThatAreOneViewAreAskedOnce) {
  const MatchResult match = AskedBefore().Match(
      AskFor({LineBy("count", {kAge}), LineBy("count", {{"age", {"old"}}}), LineOf("r1")}, {"RB"},
             {"2025-04"}));
  ASSERT_EQ(match.gaps.size(), 1u);
  EXPECT_THAT(match.gaps[0].items, ElementsAre("r1"));
}

}  // namespace
}  // namespace onereturn::ingestion
