// Goal: a receipt that could not be checked is told apart from one that does not hold.
#include "tools/onereturn/console/proof_text.h"

#include "gtest/gtest.h"

namespace onereturn::client {
namespace {

TEST(ProofText, AReceiptThatHolds) {
  EXPECT_EQ(ProofWords(absl::OkStatus()), "verified");
  EXPECT_EQ(ProofExitCode(absl::OkStatus()), ExitCode::kOk);
}

// Also what a service says it does not have: it has the keys that signed its own receipt.
TEST(ProofText, AReceiptThatDoesNotHold) {
  for (const absl::Status& lie :
       {absl::DataLossError("another request"), absl::FailedPreconditionError("another request"),
        absl::InvalidArgumentError("another request"), absl::NotFoundError("another request")}) {
    EXPECT_TRUE(WasChecked(lie)) << lie;
    EXPECT_EQ(ProofWords(lie), "NOT VERIFIED: another request");
    EXPECT_EQ(ProofExitCode(lie), ExitCode::kInvalidData) << lie;
  }
}

TEST(ProofText, AServiceThatIsGoneProvesNothingEitherWay) {
  for (const absl::Status& gone : {absl::UnavailableError("ingestion does not answer"),
                                   absl::DeadlineExceededError("ingestion does not answer"),
                                   absl::PermissionDeniedError("ingestion does not answer")}) {
    EXPECT_FALSE(WasChecked(gone)) << gone;
    EXPECT_EQ(ProofWords(gone), "not checked: ingestion does not answer");
    EXPECT_EQ(ProofExitCode(gone), ExitCode::kRefused) << gone;
  }
}

TEST(ProofText, AProfileWithoutAKeyIsWrongUsage) {
  const absl::Status without = UsageError("the profile has no public key", "Add it.");
  EXPECT_EQ(ProofWords(without), "not checked: the profile has no public key");
  EXPECT_EQ(ProofExitCode(without), ExitCode::kUsage);
}

}  // namespace
}  // namespace onereturn::client
