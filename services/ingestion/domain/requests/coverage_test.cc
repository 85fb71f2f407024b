#include "services/ingestion/domain/requests/coverage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace onereturn::ingestion {
namespace {

using ::testing::Eq;
using ::testing::IsNull;
using ::testing::NotNull;

Period MonthOf(int month) { return Period::Month(2025, month).value(); }

HeldRevision Revision(uint32_t number, uint32_t version = 1) {
  HeldRevision revision;
  revision.number = number;
  revision.collection_version = version;
  return revision;
}

TEST(Coverage, NothingIsHeldAtFirst) {
  const Coverage coverage;
  EXPECT_THAT(coverage.Of("MON", MonthOf(4)), IsNull());
  EXPECT_THAT(coverage.Find("MON", MonthOf(4), "RXX"), IsNull());
  EXPECT_THAT(coverage.NumberOf("RXX"), Eq(std::nullopt));
  EXPECT_THAT(coverage.FirstPeriod("MON", "RXX"), Eq(std::nullopt));
  EXPECT_THAT(coverage.SendersOf("MON"), IsNull());
  EXPECT_THAT(coverage.PeriodsOf("MON"), IsNull());
}

TEST(Coverage, TheNewestRevisionCounts) {
  Coverage coverage;
  coverage.Take("MON", MonthOf(4), "RXX", Revision(2, 7));
  coverage.Take("MON", MonthOf(4), "RXX", Revision(1, 3));
  coverage.Take("MON", MonthOf(4), "RXX", Revision(2, 9));
  ASSERT_THAT(coverage.Find("MON", MonthOf(4), "RXX"), NotNull());
  EXPECT_EQ(coverage.Find("MON", MonthOf(4), "RXX")->collection_version, 7u);
  coverage.Take("MON", MonthOf(4), "RXX", Revision(3, 9));
  EXPECT_EQ(coverage.Find("MON", MonthOf(4), "RXX")->number, 3u);
}

TEST(Coverage, BitsSayOfWhomAReturnIsHeld) {
  Coverage coverage;
  for (int i = 0; i < 130; ++i) {
    coverage.Take("MON", MonthOf(i % 2 + 1), "R" + std::to_string(i), Revision(1));
  }
  const PeriodCoverage* january = coverage.Of("MON", MonthOf(1));
  ASSERT_THAT(january, NotNull());
  for (int i = 0; i < 130; ++i) {
    const uint32_t number = coverage.NumberOf("R" + std::to_string(i)).value();
    const size_t word = number / 64;
    const bool bit = word < january->held().size() && (january->held()[word] >> number % 64 & 1);
    EXPECT_EQ(bit, i % 2 == 0) << i;
    EXPECT_EQ(january->Find(number) != nullptr, i % 2 == 0) << i;
    EXPECT_EQ(coverage.CodeOf(number), "R" + std::to_string(i));
  }
  EXPECT_THAT(january->Find(5'000), IsNull());
}

TEST(Coverage, TheFirstPeriodIsTheEarliestWheneverItCame) {
  Coverage coverage;
  coverage.Take("MON", MonthOf(6), "RXX", Revision(1));
  coverage.Take("MON", MonthOf(4), "RXX", Revision(1));
  coverage.Take("MON", MonthOf(5), "RXX", Revision(1));
  EXPECT_EQ(coverage.FirstPeriod("MON", "RXX"), MonthOf(4));
  EXPECT_EQ(coverage.SendersOf("MON")->size(), 1u);
  EXPECT_EQ(coverage.PeriodsOf("MON")->size(), 3u);
  EXPECT_THAT(coverage.FirstPeriod("WEEK", "RXX"), Eq(std::nullopt));
}

}  // namespace
}  // namespace onereturn::ingestion
