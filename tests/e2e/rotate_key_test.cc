// `rotate-key`: receipts go on to verify with the key of the profile, and the services follow.
// Tests after it find another key.
#include "common/status/testing/status_matchers.h"
#include "onereturn/operations/v1/operations.pb.h"
#include "onereturn/returns/v1/returns_service.pb.h"
#include "tests/e2e/demonstration.h"

namespace onereturn {
namespace {

using ::testing::AllOf;
using ::testing::Field;
using ::testing::HasSubstr;

class RotateKeyTest : public DemonstrationTest {
 protected:
  ClientRun Rotate(const std::string& service, const std::string& id) {
    return demo_.As(kOperator, {"rotate-key", "--service", service, "--request-id", id});
  }
};

TEST_F(RotateKeyTest, ReceiptsVerifyWithTheEarlierKeyAndTheServicesFollow) {
  const auto rotated = demo_.Ask<operations::v1::RotateSigningKeyResponse>(
      kOperator, {"rotate-key", "--service", "ingestion", "--request-id", "turn"});
  EXPECT_NE(rotated.key_id(), demo_.suite().verifying_key("ingestion").key_id());
  EXPECT_EQ(rotated.receipt().head().key_id(), rotated.key_id());
  const ClientRun repeat = Rotate("ingestion", "turn");
  EXPECT_THAT(repeat, AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr(rotated.key_id()))));
  EXPECT_THAT(Rotate("ingestion", "again"),
              AllOf(ExitedWith(1), Field(&ClientRun::err, HasSubstr("KEY_NOT_GIVEN"))));

  // The profile names the first key alone.
  EXPECT_THAT(
      demo_.As(kAnalyst, {"returns", kIcbProvider, "--collection", "MSitAE", "--period", "2024-03",
                          "--receipt"}),
      AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("holds, by key " + rotated.key_id()))));
  // Metrics has taken the entry under a head of the new key.
  EXPECT_THAT(demo_.As(kAnalyst, {"league", kFourHours, "--period", "2024-03", "--at-least",
                                  rotated.receipt().position()}),
              ExitedWith(0));
  EXPECT_THAT(demo_.As(kOperator, {"status"}), ExitedWith(0));

  // A start later both keys are still configured. The repeat gets the same key, and nothing turns
  // back to the earlier one.
  ASSERT_THAT(demo_.suite().Stop("ingestion"), IsOk());
  ASSERT_THAT(demo_.suite().Start("ingestion"), IsOk());
  const auto later = demo_.Ask<operations::v1::RotateSigningKeyResponse>(
      kOperator, {"rotate-key", "--service", "ingestion", "--request-id", "turn"});
  EXPECT_EQ(later.receipt().entry(), rotated.receipt().entry());
  EXPECT_EQ(later.key_id(), rotated.key_id());
  EXPECT_EQ(later.public_key_pem(), rotated.public_key_pem());
  EXPECT_THAT(Rotate("ingestion", "back"),
              AllOf(ExitedWith(1), Field(&ClientRun::err, HasSubstr("KEY_NOT_GIVEN"))));
}

TEST_F(RotateKeyTest, OnlyAnOperatorTurnsToAnotherKey) {
  EXPECT_THAT(demo_.As(kAnalyst, {"rotate-key", "--service", "metrics", "--request-id", "turn"}),
              ExitedWith(3));
}

}  // namespace
}  // namespace onereturn
