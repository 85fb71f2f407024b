#include "common/cells/cell.h"

#include <gtest/gtest.h>

namespace onereturn {
namespace {

TEST(CellTest, IsDescribedForPeople) {
  EXPECT_EQ(DescribeCell({.item = "AE01", .dimensions = {}, .value = std::nullopt}), "AE01");
  EXPECT_EQ(
      DescribeCell(
          {.item = "AE01", .dimensions = {{"age", "0-17"}, {"sex", "F"}}, .value = std::nullopt}),
      "AE01 [age=0-17, sex=F]");
}

TEST(CellTest, EqualityLooksAtTheNullReasonOnlyWithoutAValue) {
  Cell a{.item = "AE01", .dimensions = {}, .value = Decimal::FromWhole(3)};
  Cell b = a;
  b.null_reason = NullReason::kWithheld;
  EXPECT_EQ(a, b);
  a.value.reset();
  EXPECT_NE(a, b);
  b.value.reset();
  EXPECT_NE(a, b);
  a.null_reason = NullReason::kWithheld;
  EXPECT_EQ(a, b);
  a.dimensions.push_back({"age", "0-17"});
  EXPECT_NE(a, b);
}

TEST(CellTest, NullReasonsAreNeverRenumbered) {
  EXPECT_EQ(static_cast<int>(NullReason::kNotCollected), 1);
  EXPECT_EQ(static_cast<int>(NullReason::kNotApplicable), 2);
  EXPECT_EQ(static_cast<int>(NullReason::kWithheld), 3);
  EXPECT_EQ(static_cast<int>(NullReason::kSuppressedAtSource), 4);
}

}  // namespace
}  // namespace onereturn
