// Steps of grants that meet others: repeated, too late, by whom they are not.
#include <gtest/gtest.h>

#include "common/status/error.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/rights/testing/grant_rights_fixture.h"

namespace onereturn::ingestion {
namespace {

class GrantStepsTest : public GrantRightsTest {};

TEST_F(GrantStepsTest, ADecisionThatCameTooLateGivesTheTokenBack) {
  ASSERT_THAT(Propose(By(kAnna, "1"), Proposal(kCarlsGrant)), IsOk());
  int held = 0;
  OfficerOrigin slow = By(kBen, "2");
  slow.spend_token = [&] {
    ++held;
    // Just now somebody else decides.
    EXPECT_THAT(Decide(By("https://id.example#p-0009", "3"), "grants/1", false), IsOk());
    return absl::OkStatus();
  };
  slow.return_token = [&held] { --held; };
  EXPECT_THAT(Decide(slow, "grants/1"), HasReason(Reason::kCommitConflict));
  EXPECT_EQ(held, 0);
  slow.spend_token = [&held] {
    ++held;
    return absl::OkStatus();
  };
  EXPECT_THAT(Decide(slow, "grants/1"), HasReason(Reason::kGrantState));
  EXPECT_EQ(held, 0);
  ASSERT_THAT(Propose(By(kAnna, "4"), Proposal(kCarlsGrant)), IsOk());
  EXPECT_THAT(Decide(slow, "grants/2"), IsOk());
  EXPECT_EQ(held, 1) << "what was decided spends it";
}

TEST_F(GrantStepsTest, AnOfficerOfOneOrganisationTakesItsRolesAlone) {
  const OrganisationScope own = OrganisationScope::Only("RLQ");
  ASSERT_THAT(Propose(By(kAnna, "1"), Proposal(R"(principal: "https://id.example#p-0003"
                                                  role: ROLE_AUDITOR organisation: "RLQ")")),
              IsOk());
  EXPECT_THAT(Revoke(By(kBen, "2", own), "grants/1"), HasReason(Reason::kPermission));
  EXPECT_THAT(Revoke(By(kBen, "3"), "grants/1"), IsOk());
  ASSERT_THAT(Propose(By(kAnna, "4"), Proposal(kCarlsGrant)), IsOk());
  EXPECT_THAT(Revoke(By(kBen, "5", own), "grants/2"), IsOk());
}

TEST_F(GrantStepsTest, ASystemWhoseNameHoldsAnNhsNumber) {
  for (const char* id : {"spiffe://x.nhs.uk/person/943-476-5919", "spiffe://x/p9434765919"}) {
    const absl::Status status =
        Propose(By(kAnna, id), Proposal(absl::StrCat("role: ROLE_ANALYST principal: \"", id, "\"")))
            .status();
    EXPECT_THAT(status, HasReason(Reason::kPersonalData)) << id;
    EXPECT_EQ(status.ToString().find("943"), std::string::npos);
    config::v1::RightsFile file;
    file.add_principals()->set_spiffe_id(id);
    file.mutable_principals(0)->set_role(rights::v1::ROLE_ANALYST);
    EXPECT_THAT(Rights::FromProto(file), HasReason(Reason::kFieldInvalid)) << id;
  }
}

TEST_F(GrantStepsTest, ARepeatGetsItsFirstAnswerAndChangesNothing) {
  const rights::v1::ProposeGrantRequest request = Proposal(kCarlsGrant);
  const GrantAnswer first = Propose(By(kAnna, "1"), request).value();
  ASSERT_THAT(Decide(By(kBen, "2"), "grants/1", true, first.grant.etag(), "d"), IsOk());
  ASSERT_THAT(Revoke(By(kBen, "3"), "grants/1"), IsOk());
  const GrantAnswer repeat = Propose(By(kAnna, "1"), request).value();
  EXPECT_TRUE(repeat.accepted->replayed);
  EXPECT_EQ(repeat.grant.SerializeAsString(), first.grant.SerializeAsString());
  const GrantAnswer again =
      Decide(By(kBen, "2"), "grants/1", true, first.grant.etag(), "d").value();
  EXPECT_TRUE(again.accepted->replayed);
  EXPECT_THAT(CarlReads(rights_), HasReason(Reason::kPermission)) << "it stays revoked";
}

TEST_F(GrantStepsTest, ADecisionNamesWhatItSaw) {
  const GrantAnswer first = Propose(By(kAnna, "1"), Proposal(kCarlsGrant)).value();
  EXPECT_THAT(Decide(By(kBen, "2"), "grants/1", true, "\"1\""), HasReason(Reason::kEtagMismatch));
  EXPECT_THAT(Decide(By(kBen, "3"), "grants/1", true, first.grant.etag()), IsOk());
}

}  // namespace
}  // namespace onereturn::ingestion
