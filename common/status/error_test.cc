#include "common/status/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(ErrorTest, BecomesAStatusWithTheCodeOfItsReason) {
  const absl::Status status = Error(Reason::kRequestIdReused, "request r1 was used before");
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(status.message(), "request r1 was used before");
  EXPECT_EQ(ReasonOf(status), Reason::kRequestIdReused);
}

absl::StatusOr<int> Fail() { return Error(Reason::kRange, "no number").With("text", "x"); }
absl::StatusOr<int> Forward() {
  ASSIGN_OR_RETURN(const int value, Fail());
  return value + 1;
}

TEST(ErrorTest, TravelsThroughStatusOrWithItsDetails) {
  const absl::StatusOr<int> result = Forward();
  ASSERT_FALSE(result.ok());
  const auto details = DetailsOf(result.status());
  ASSERT_TRUE(details.has_value());
  EXPECT_EQ(details->reason, Reason::kRange);
  EXPECT_THAT(details->metadata, ElementsAre(Pair("text", "x")));
}

TEST(ErrorTest, GivesBackEveryDetail) {
  const absl::Status status = Error(Reason::kFieldInvalid, "two cells cannot be read")
                                  .With("organisation", "RCF")
                                  .With("count", 2)
                                  .With("organisation", "RAE")
                                  .Field("cells[3].value", "has a separator")
                                  .Field("cells[7].item", "is empty")
                                  .Precondition("returns/RAE/2025-04", "is locked")
                                  .RetryAfter(absl::Milliseconds(1'500));
  const auto details = DetailsOf(status);
  ASSERT_TRUE(details.has_value());
  EXPECT_THAT(details->metadata, ElementsAre(Pair("organisation", "RAE"), Pair("count", "2")));
  EXPECT_THAT(details->fields, ElementsAre(FieldViolation{"cells[3].value", "has a separator"},
                                           FieldViolation{"cells[7].item", "is empty"}));
  EXPECT_EQ(details->fields_total, 2u);
  EXPECT_THAT(details->preconditions,
              ElementsAre(PreconditionViolation{"returns/RAE/2025-04", "is locked"}));
  EXPECT_EQ(details->preconditions_total, 1u);
  EXPECT_EQ(details->retry_after, absl::Milliseconds(1'500));
}

TEST(ErrorTest, KeepsSixtyFourViolationsAndCountsTheRest) {
  Error error(Reason::kFieldInvalid, "many");
  for (int i = 0; i < 200; ++i) {
    error.Field(absl::StrCat("cells[", i, "]"), "wrong");
    error.Precondition(absl::StrCat("returns/", i), "locked");
  }
  EXPECT_EQ(error.fields_total(), 200u);
  const auto details = DetailsOf(error);
  ASSERT_TRUE(details.has_value());
  EXPECT_EQ(details->fields.size(), 64u);
  EXPECT_EQ(details->fields.back().field, "cells[63]");
  EXPECT_EQ(details->fields_total, 200u);
  EXPECT_EQ(details->preconditions.size(), 64u);
  EXPECT_EQ(details->preconditions_total, 200u);
}

TEST(ErrorTest, BoundsTheDelay) {
  EXPECT_EQ(DetailsOf(Error(Reason::kQueueFull, "").RetryAfter(-absl::Seconds(1)))->retry_after,
            absl::ZeroDuration());
  EXPECT_EQ(
      DetailsOf(Error(Reason::kQueueFull, "").RetryAfter(absl::InfiniteDuration()))->retry_after,
      absl::Hours(24 * 365));
  EXPECT_EQ(DetailsOf(Error(Reason::kQueueFull, ""))->retry_after, std::nullopt);
}

TEST(DetailsOfTest, NothingForWhatNoErrorBuilt) {
  EXPECT_EQ(DetailsOf(absl::OkStatus()), std::nullopt);
  EXPECT_EQ(DetailsOf(absl::NotFoundError("plain")), std::nullopt);
  EXPECT_EQ(ReasonOf(absl::NotFoundError("plain")), Reason::kInternal);
}

TEST(NotFoundTest, SaysNothing) {
  EXPECT_EQ(ReasonOf(NotFound()), Reason::kNotFound);
  EXPECT_EQ(NotFound("collection X").message(),
            "there is no collection X, or it is not yours to see");
  EXPECT_LT(NotFound(std::string(5'000, 'x')).message().size(), 300u);
  EXPECT_TRUE(DetailsOf(NotFound())->metadata.empty());
  EXPECT_TRUE(DetailsOf(NotFound())->fields.empty());
}

TEST(ReasonOfDeathTest, AnOkStatusHasNone) {
  EXPECT_DEATH(ReasonOf(absl::OkStatus()), "!status.ok\\(\\)");
}

TEST(ErrorPropertyTest, AnyDetailsComeBackUnchanged) {
  EXPECT_TRUE(rc::check([](const std::vector<std::pair<std::string, std::string>>& pairs,
                           uint8_t reason_number, uint32_t micros) {
    const Reason reason = AllReasons()[reason_number % AllReasons().size()].reason;
    Error error(reason, "message");
    for (const auto& [first, second] : pairs) {
      error.With(first, second).Field(first, second).Precondition(first, second);
    }
    error.RetryAfter(absl::Microseconds(micros));
    const auto details = DetailsOf(error);
    RC_ASSERT(details.has_value());
    RC_ASSERT(details->reason == reason);
    RC_ASSERT(details->fields_total == pairs.size());
    RC_ASSERT(details->fields.size() == std::min(pairs.size(), kMaxKeptViolations));
    for (size_t i = 0; i < details->fields.size(); ++i) {
      RC_ASSERT(details->fields[i].field == pairs[i].first);
      RC_ASSERT(details->preconditions[i].description == pairs[i].second);
    }
    RC_ASSERT(*details->retry_after == absl::Microseconds(micros));
  }));
}

TEST(ErrorTest, TakesTheReasonOnWhichAllItsFieldsAgree) {
  const auto reason_of = [](const Error& error) { return ReasonOf(error.ToStatus()); };
  EXPECT_EQ(reason_of(Error(Reason::kFieldInvalid, "").Field(Reason::kMissing, "a", "is missing")),
            Reason::kMissing);
  EXPECT_EQ(reason_of(Error(Reason::kFieldInvalid, "")
                          .Field(Reason::kMissing, "a", "is missing")
                          .Field(Reason::kMissing, "b", "is missing")),
            Reason::kMissing);
  EXPECT_EQ(reason_of(Error(Reason::kFieldInvalid, "")
                          .Field(Reason::kMissing, "a", "is missing")
                          .Field(Reason::kLength, "b", "is too long")),
            Reason::kFieldInvalid);
  EXPECT_EQ(reason_of(Error(Reason::kFieldInvalid, "")
                          .Field(Reason::kMissing, "a", "is missing")
                          .Field("b", "is odd")
                          .Field(Reason::kMissing, "c", "is missing")),
            Reason::kFieldInvalid);
}

}  // namespace
}  // namespace onereturn
