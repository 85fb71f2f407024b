// Goal: a relationship holds on its first and its last day, and on no day beside them.
#include "services/ingestion/definitions/relationships.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr auto kToIcb = catalogue::v1::RELATIONSHIP_KIND_PROVIDER_TO_ICB;
constexpr auto kToRegion = catalogue::v1::RELATIONSHIP_KIND_ICB_TO_REGION;

CivilDay Day(const char* text) { return CivilDay::Parse(text).value(); }

// 42 boards became 36 on 1 April 2026.
TEST(RelationshipsTest, AProviderThatMovedHasOneBoardOnEachDay) {
  catalogue::v1::Organisation provider;
  const auto add = [&](auto kind, const char* parent, const char* from, const char* to) {
    catalogue::v1::Relationship* one = provider.add_relationships();
    one->set_kind(kind);
    one->set_parent(parent);
    one->set_from_date(from);
    one->set_to_date(to);
  };
  add(kToIcb, "QE1", "2022-07-01", "2026-03-31");
  add(kToIcb, "QE2", "2026-04-01", "");
  add(kToRegion, "Y56", "2022-07-01", "");
  const auto on = [&](const char* day) {
    return ParentsOn(provider.relationships(), kToIcb, Day(day));
  };
  EXPECT_THAT(on("2022-06-30"), IsEmpty());
  EXPECT_THAT(on("2022-07-01"), ElementsAre("QE1"));
  EXPECT_THAT(on("2026-03-31"), ElementsAre("QE1"));
  EXPECT_THAT(on("2026-04-01"), ElementsAre("QE2"));
  EXPECT_THAT(on("2099-12-31"), ElementsAre("QE2"));
}

}  // namespace
}  // namespace onereturn::ingestion
