#include "common/status/testing/status_matchers.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace onereturn {
namespace {

using ::testing::ElementsAre;
using ::testing::Gt;
using ::testing::Not;
using ::testing::Pointee;

absl::StatusOr<std::vector<int>> Numbers() { return std::vector<int>{1, 2}; }
absl::StatusOr<int> Refused() { return Error(Reason::kPageToken, "not yours"); }

TEST(StatusMatchersTest, WorkOnStatus) {
  EXPECT_THAT(absl::OkStatus(), IsOk());
  EXPECT_THAT(absl::NotFoundError(""), Not(IsOk()));
  EXPECT_THAT(absl::NotFoundError(""), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(absl::OkStatus(), Not(StatusIs(absl::StatusCode::kNotFound)));
  const absl::Status status = Error(Reason::kOrgScope, "not yours");
  EXPECT_THAT(status, HasReason(Reason::kOrgScope));
  EXPECT_THAT(status, Not(HasReason(Reason::kPermission)));
  EXPECT_THAT(absl::OkStatus(), Not(HasReason(Reason::kInternal)));
  EXPECT_THAT(absl::InternalError("plain"), Not(HasReason(Reason::kInternal)));
}

TEST(StatusMatchersTest, WorkOnStatusOr) {
  EXPECT_THAT(Numbers(), IsOk());
  EXPECT_THAT(Numbers(), IsOkAndHolds(ElementsAre(1, 2)));
  EXPECT_THAT(Numbers(), Not(IsOkAndHolds(ElementsAre(1))));
  EXPECT_THAT(Refused(), Not(IsOkAndHolds(1)));
  EXPECT_THAT(Refused(), Not(IsOk()));
  EXPECT_THAT(Refused(), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Refused(), HasReason(Reason::kPageToken));
  const absl::StatusOr<int> one = 1;
  EXPECT_THAT(one, IsOkAndHolds(1));
  EXPECT_THAT(one, IsOkAndHolds(Gt(0)));
  EXPECT_THAT(absl::StatusOr<std::string>("text"), IsOkAndHolds("text"));
  EXPECT_THAT(absl::StatusOr<std::unique_ptr<int>>(std::make_unique<int>(3)),
              IsOkAndHolds(Pointee(3)));
}

TEST(StatusMatchersTest, SayWhatWasWrong) {
  ::testing::StringMatchResultListener listener;
  const absl::Status status = Error(Reason::kPageToken, "not yours");
  EXPECT_FALSE(::testing::ExplainMatchResult(HasReason(Reason::kOrgScope), status, &listener));
  EXPECT_THAT(listener.str(), ::testing::HasSubstr("not yours"));
  EXPECT_THAT(listener.str(), ::testing::HasSubstr("PAGE_TOKEN"));
}

}  // namespace
}  // namespace onereturn
