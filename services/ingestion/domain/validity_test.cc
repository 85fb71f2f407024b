#include "services/ingestion/domain/validity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "absl/strings/str_cat.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Period At(const std::string& text) { return Period::Parse(text).value(); }
CivilDay Day(const std::string& text) { return CivilDay::Parse(text).value(); }

TEST(ValidityTest, OneVersionWithoutDatesIsForAllTime) {
  const auto stretches = StretchesOf({Validity{}});
  ASSERT_THAT(stretches, SizeIs(1));
  EXPECT_EQ(stretches[0].days, DayRange{});
  EXPECT_EQ(StretchOn(stretches, CivilDay::Earliest())->version, 0u);
  EXPECT_EQ(StretchOn(stretches, CivilDay::Latest())->version, 0u);
  EXPECT_THAT(StretchesOf({}), IsEmpty());
  EXPECT_EQ(StretchOn({}, Day("2024-01-01")), nullptr);
}

TEST(ValidityTest, NextYearsVersionLeavesThisYearToTheOneBefore) {
  // The newest first: stored today for next year, and what was from ever.
  const auto stretches = StretchesOf({{At("2027-04"), std::nullopt}, {}});
  ASSERT_THAT(stretches, SizeIs(2));
  EXPECT_EQ(StretchOn(stretches, At("2027-03").start())->version, 1u);
  EXPECT_EQ(StretchOn(stretches, At("2027-04").start())->version, 0u);
  EXPECT_EQ(TextOf(stretches[0].days), "up to 2027-03-31");
  EXPECT_EQ(TextOf(stretches[1].days), "from 2027-04-01 on");
  // A later version for all time replaces both.
  const auto replaced = StretchesOf({{}, {At("2027-04"), std::nullopt}, {}});
  ASSERT_THAT(replaced, SizeIs(1));
  EXPECT_EQ(StretchOn(replaced, At("2028-01").start())->version, 0u);
  EXPECT_EQ(TextOf(replaced[0].days), "all time");
}

TEST(ValidityTest, BeforeTheFirstDatedVersionThereIsNone) {
  const auto stretches = StretchesOf({{At("2027-04"), std::nullopt}});
  EXPECT_EQ(StretchOn(stretches, At("2027-03").start()), nullptr);
}

TEST(ValidityTest, RetirementEndsTheUseAndNotTheVersion) {
  const auto stretches =
      StretchesOf({{At("2028-04"), std::nullopt}, {At("2026-04"), At("2027-04")}, {}});
  ASSERT_THAT(stretches, SizeIs(3));
  EXPECT_EQ(TextOf(*stretches[1].InUse()), "2026-04-01 to 2027-03-31");
  EXPECT_EQ(TextOf(stretches[1].days), "2026-04-01 to 2028-03-31");
  EXPECT_EQ(TextOf(*stretches[2].InUse()), "from 2028-04-01 on");
  // Retired from its own first period: never in use.
  const auto never = StretchesOf({{At("2026-04"), At("2026-04")}});
  EXPECT_FALSE(never[0].InUse().has_value());
}

TEST(ValidityTest, RangesThatTouchDoNotOverlap) {
  const DayRange early{CivilDay::Earliest(), Day("2027-04-01")};
  const DayRange late{Day("2027-04-01"), std::nullopt};
  EXPECT_FALSE(early.Overlaps(late));
  EXPECT_FALSE(late.Overlaps(early));
  EXPECT_TRUE(early.Overlaps(DayRange{}));
  EXPECT_TRUE((DayRange{Day("2027-03-31"), Day("2027-04-01")}.Overlaps(early)));
}

TEST(ValidityTest, TextsAreReadAndRefused) {
  EXPECT_FALSE(ReadValidity("", "")->from.has_value());
  EXPECT_EQ(ReadValidity("2027-04", "2028-04")->retired_from, At("2028-04"));
  EXPECT_FALSE(ReadValidity("April", "").ok());
  EXPECT_FALSE(ReadValidity("", "2027-13").ok());
}

// The stretches say for every day what the words say: the newest version whose first period does
// not begin after it. They stand in order and never overlap.
TEST(ValidityProperty, StretchesAreTheNewestVersionForEachDay) {
  const auto holds = [] {
    std::vector<Validity> versions;
    const int count = *rc::gen::inRange(0, 7);
    for (int i = 0; i < count; ++i) {
      Validity one;
      const int month = *rc::gen::inRange(0, 13);  // 0: from ever.
      if (month > 0) one.from = Period::Month(2027, month).value();
      versions.push_back(one);
    }
    const auto stretches = StretchesOf(versions);
    for (size_t i = 1; i < stretches.size(); ++i) {
      RC_ASSERT(stretches[i - 1].days.before == stretches[i].days.from);
    }
    for (int month = 1; month <= 12; ++month) {
      const Period period = Period::Month(2027, month).value();
      std::optional<size_t> expected;
      for (size_t i = versions.size(); i-- > 0;) {
        if (!versions[i].from.has_value() || versions[i].from->start() <= period.start()) {
          expected = i;  // A newer one that fits takes its place.
        }
      }
      const Stretch* found = StretchOn(stretches, period.start());
      RC_ASSERT((found != nullptr) == expected.has_value());
      if (found != nullptr) RC_ASSERT(found->version == *expected);
    }
  };
  EXPECT_TRUE(rc::check("newest version for each day", holds));
}

}  // namespace
}  // namespace onereturn::ingestion
