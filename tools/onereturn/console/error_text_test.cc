// Goal: an error says what is wrong, why and what to do, and scripts can tell its kind.
#include "tools/onereturn/console/error_text.h"

#include "common/status/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/onereturn/connection/session.h"

namespace onereturn::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ErrorText, NamesReasonFieldsAndRemedy) {
  const absl::Status status = Error(Reason::kFieldInvalid, "two cells cannot be read")
                                  .Field("cells[3]", "has a separator")
                                  .With("limit", 5);
  EXPECT_EQ(ErrorText(status),
            "onereturn: two cells cannot be read\n"
            "  reason: FIELD_INVALID (INVALID_ARGUMENT)\n"
            "  cells[3]: has a separator\n"
            "  limit: 5\n"
            "  what to do: Correct the fields that are listed.\n");
}

// The fault's own remedy stands in the place of the reason's, and once.
TEST(ErrorText, TheRemedyOfTheFaultItself) {
  const absl::Status status = Error(Reason::kFileLayout, "the file is empty").Remedy("Export it.");
  EXPECT_EQ(ErrorText(status),
            "onereturn: the file is empty\n  reason: FILE_LAYOUT (INVALID_ARGUMENT)\n"
            "  what to do: Export it.\n");
  EXPECT_THAT(ErrorJson(status), HasSubstr("\"remedy\":\"Export it.\",\"exit_code\""));
}

TEST(ErrorText, PlaceComesFirstAndDetailsStay) {
  const absl::Status status =
      Within("msitae.textproto, collection X", Error(Reason::kHomeCollection, "has a home"));
  EXPECT_EQ(status.message(), "msitae.textproto, collection X: has a home");
  EXPECT_EQ(ReasonOf(status), Reason::kHomeCollection);
  EXPECT_TRUE(Within("x", absl::OkStatus()).ok());
}

TEST(ErrorText, NothingOfAMessageControlsTheTerminal) {
  EXPECT_THAT(ErrorText(absl::InternalError("\x1b[31m")), Not(HasSubstr("\x1b")));
}

TEST(ErrorText, ExitCodes) {
  EXPECT_EQ(ExitCodeOf(UsageError("no", "do")), ExitCode::kUsage);
  EXPECT_EQ(ExitCodeOf(Error(Reason::kFieldInvalid, "x")), ExitCode::kInvalidData);
  EXPECT_EQ(ExitCodeOf(Error(Reason::kDefinitionUnknown, "x")), ExitCode::kInvalidData);
  EXPECT_EQ(ExitCodeOf(Error(Reason::kRequestIdReused, "x")), ExitCode::kInvalidData);
  EXPECT_EQ(ExitCodeOf(Error(Reason::kFeedBroken, "x")), ExitCode::kInvalidData);
  EXPECT_EQ(ExitCodeOf(Error(Reason::kOrgScope, "x")), ExitCode::kRefused);
  EXPECT_EQ(ExitCodeOf(Error(Reason::kSvidInvalid, "x")), ExitCode::kRefused);
  EXPECT_EQ(ExitCodeOf(absl::UnavailableError("x")), ExitCode::kRefused);
  EXPECT_EQ(ExitCodeOf(Error(Reason::kNotFound, "x")), ExitCode::kNotFound);
}

TEST(ErrorText, JsonHasStableKeys) {
  EXPECT_EQ(ErrorJson(Error(Reason::kNotFound, "no \"x\"")),
            "{\"error\":{\"code\":\"NOT_FOUND\",\"reason\":\"NOT_FOUND\",\"message\":\"no "
            "\\\"x\\\"\",\"fields\":[],\"metadata\":{},\"remedy\":\"Check the "
            "name.\",\"exit_code\":4}}\n");
}

TEST(ErrorOfCall, WhoDidNotAnswerAndWhatToDo) {
  config::v1::Peer peer;
  peer.set_service("metrics");
  peer.set_address("127.0.0.1:7402");
  const absl::Status status =
      ErrorOfCall(grpc::Status(grpc::StatusCode::UNAVAILABLE, "refused"), peer);
  EXPECT_EQ(status.message(), "the metrics service at 127.0.0.1:7402 cannot be reached: refused");
  EXPECT_THAT(ErrorText(status), HasSubstr("metricsd --config"));
}

TEST(WaitBeforeRetry, OnlyForWhatPasses) {
  EXPECT_EQ(WaitBeforeRetry(Error(Reason::kFieldInvalid, "x"), 1).count(), 0);
  EXPECT_EQ(WaitBeforeRetry(absl::UnavailableError("x"), 1).count(), 0);
  EXPECT_GT(WaitBeforeRetry(Error(Reason::kCommitConflict, "x"), 1).count(), 0);
  EXPECT_GE(WaitBeforeRetry(Error(Reason::kQueueFull, "x").RetryAfter(absl::Milliseconds(700)), 1)
                .count(),
            700);
  // One's share of calls a second comes back at once, that of a day's uploads does not.
  EXPECT_GE(
      WaitBeforeRetry(Error(Reason::kOrgQuota, "x").RetryAfter(absl::Milliseconds(50)), 1).count(),
      50);
  EXPECT_EQ(WaitBeforeRetry(Error(Reason::kOrgQuota, "x").RetryAfter(absl::Hours(3)), 1).count(),
            0);
  for (int attempt = 1; attempt < 40; ++attempt) {
    EXPECT_LE(WaitBeforeRetry(Error(Reason::kOverloaded, "x"), attempt).count(), 1'000);
  }
}

}  // namespace
}  // namespace onereturn::client
