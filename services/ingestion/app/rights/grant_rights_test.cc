#include "services/ingestion/app/rights/grant_rights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/error.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/rights/load_rights.h"
#include "services/ingestion/app/rights/record_rights_file.h"
#include "services/ingestion/app/rights/testing/grant_rights_fixture.h"
#include "services/ingestion/store/grant_table.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_F(GrantRightsTest, OneProposesAnotherApprovesAndEitherRevokes) {
  const GrantAnswer proposed = Propose(By(kAnna, "1"), Proposal(kCarlsGrant)).value();
  EXPECT_EQ(proposed.grant.name(), "grants/1");
  EXPECT_EQ(proposed.grant.state(), rights::v1::GRANT_STATE_PROPOSED);
  EXPECT_EQ(proposed.grant.reach(), rights::v1::REACH_OWN);
  EXPECT_EQ(proposed.grant.proposed().person(), kAnna);
  EXPECT_TRUE(proposed.grant.proposed().has_time());
  EXPECT_THAT(CarlReads(rights_), HasReason(Reason::kPermission));

  const GrantAnswer approved = Decide(By(kBen, "2"), "grants/1").value();
  EXPECT_EQ(approved.grant.state(), rights::v1::GRANT_STATE_APPROVED);
  EXPECT_THAT(CarlReads(rights_), IsOk()) << "at once";
  feed::v1::Entry entry;
  ASSERT_TRUE(entry.ParseFromString(approved.accepted->receipt.entry));
  EXPECT_EQ(entry.kind(), feed::v1::ENTRY_KIND_GRANT_DECIDED);
  EXPECT_EQ(entry.person(), kBen);
  EXPECT_EQ(entry.actor(), kDesk);
  EXPECT_EQ(entry.role(), rights::v1::ROLE_RIGHTS_OFFICER);

  EXPECT_EQ(Revoke(By(kAnna, "3"), "grants/1").value().grant.state(),
            rights::v1::GRANT_STATE_REVOKED);
  EXPECT_THAT(CarlReads(rights_), HasReason(Reason::kPermission)) << "at once";
  EXPECT_THAT(Revoke(By(kAnna, "4"), "grants/1"), HasReason(Reason::kGrantState));
  EXPECT_THAT(Decide(By(kBen, "5"), "grants/1"), HasReason(Reason::kGrantState));

  const rights::v1::Grant held =
      ListGrants(ingestion_.store(), OrganisationScope::National(), {}, "", 10).value().rows.at(0);
  EXPECT_EQ(held.proposed().person(), kAnna);
  EXPECT_EQ(held.decided().person(), kBen);
  EXPECT_EQ(held.revoked().reason(), "left");
}

TEST_F(GrantRightsTest, ADecisionThatIsTakenSpendsTheTokenOnce) {
  int spent = 0;
  absl::Status answer;
  const auto by = [&](const std::string& person, const std::string& content) {
    OfficerOrigin origin = By(person, content);
    origin.spend_token = [&spent, &answer] {
      ++spent;
      return answer;
    };
    return origin;
  };
  ASSERT_THAT(Propose(by(kAnna, "1"), Proposal(kCarlsGrant)), IsOk());
  ASSERT_THAT(Propose(by(kAnna, "2"), Proposal(kCarlsGrant)), IsOk());
  EXPECT_THAT(Decide(by(kAnna, "3"), "grants/1"), HasReason(Reason::kSelfApproval));
  EXPECT_THAT(Decide(by(kBen, "4"), "grants/3"), HasReason(Reason::kNotFound));
  EXPECT_THAT(Decide(by(kBen, "5"), "grants/1", true, "\"7\""), HasReason(Reason::kEtagMismatch));
  EXPECT_THAT(Decide(by(kBen, "6"), "grants/1", true, "", "no id"), HasReason(Reason::kRequestId));
  EXPECT_EQ(spent, 0) << "a proposal is no decision, and what is refused spends nothing";

  ASSERT_THAT(Decide(by(kBen, "7"), "grants/1", true, "", "first"), IsOk());
  EXPECT_EQ(spent, 1);
  // From now on the token is spent.
  answer = Error(Reason::kTokenReplay, "spent");
  const Answer again = Decide(by(kBen, "7"), "grants/1", true, "", "first");
  ASSERT_THAT(again, IsOk()) << "the answer was lost, and the request sent again";
  EXPECT_TRUE(again->accepted->replayed);
  EXPECT_THAT(Decide(by(kBen, "8"), "grants/2"), HasReason(Reason::kTokenReplay));
  EXPECT_THAT(Decide(by(kBen, "8"), "grants/2", false), HasReason(Reason::kTokenReplay));
  EXPECT_EQ(
      ListGrants(ingestion_.store(), OrganisationScope::National(), {}, "", 10)->rows.at(1).state(),
      rights::v1::GRANT_STATE_PROPOSED);
  rights::v1::DecideGrantRequest judged;
  judged.set_name("grants/2");
  judged.set_approve(true);
  judged.set_reason("checked");
  judged.set_request_id("judged");
  judged.set_validate_only(true);
  EXPECT_THAT(
      Wait([&](GrantRights::Done done) { grants_.Decide(by(kBen, "9"), judged, std::move(done)); }),
      IsOk());
  EXPECT_THAT(Revoke(by(kBen, "10"), "grants/2"), IsOk()) << "taking away takes no new sign-in";
}

TEST_F(GrantRightsTest, TheSameBytesToAnotherMethodAreAnotherRequest) {
  // Refusing without "approve" and revoking can be the same bytes, and their answers are not.
  ASSERT_THAT(Propose(By(kAnna, "1"), Proposal(kCarlsGrant)), IsOk());
  ASSERT_THAT(Decide(By(kBen, "the same"), "grants/1", false, "", absl::StrCat("r", requests_ + 1)),
              IsOk());
  EXPECT_THAT(Revoke(By(kBen, "the same"), "grants/1"), HasReason(Reason::kRequestIdReused));
}

TEST_F(GrantRightsTest, NobodyDecidesHisOwnProposalOrAboutHimself) {
  ASSERT_THAT(Propose(By(kAnna, "1"), Proposal(kCarlsGrant)), IsOk());
  EXPECT_THAT(Decide(By(kAnna, "2"), "grants/1"), HasReason(Reason::kSelfApproval));
  EXPECT_THAT(Decide(By("", "3"), "grants/1"), HasReason(Reason::kSelfApproval))
      << "the desk's key may be Anna's";
  EXPECT_THAT(Propose(By(kAnna, "4"),
                      Proposal(R"(principal: "https://id.example#p-0001" role: ROLE_STEWARD)")),
              HasReason(Reason::kSelfApproval));
  ASSERT_THAT(Propose(By(kAnna, "5"),
                      Proposal(R"(principal: "https://id.example#p-0002" role: ROLE_STEWARD)")),
              IsOk());
  EXPECT_THAT(Decide(By(kBen, "6"), "grants/2"), HasReason(Reason::kSelfApproval));
}

TEST_F(GrantRightsTest, ARefusedGrantGivesNothing) {
  ASSERT_THAT(Propose(By(kAnna, "1"), Proposal(kCarlsGrant)), IsOk());
  EXPECT_EQ(Decide(By(kBen, "2"), "grants/1", false).value().grant.state(),
            rights::v1::GRANT_STATE_REFUSED);
  EXPECT_THAT(CarlReads(rights_), HasReason(Reason::kPermission));
  EXPECT_THAT(Decide(By(kBen, "3"), "grants/1"), HasReason(Reason::kGrantState));
}

TEST_F(GrantRightsTest, AnOfficerOfOneOrganisationGrantsItsRolesAlone) {
  const OrganisationScope own = OrganisationScope::Only("RLQ");
  EXPECT_THAT(Propose(By(kAnna, "1", own), Proposal(kCarlsGrant)), IsOk());
  EXPECT_THAT(Propose(By(kAnna, "2", own), Proposal(R"(principal: "https://id.example#p-0003"
                                                       role: ROLE_STEWARD organisation: "RLQ")")),
              HasReason(Reason::kPermission));
  EXPECT_THAT(
      Propose(By(kAnna, "3", own), Proposal(absl::StrCat(kCarlsGrant, " reach: REACH_ACT_BELOW"))),
      HasReason(Reason::kPermission));
  ASSERT_THAT(Propose(By(kAnna, "4"), Proposal(R"(principal: "https://id.example#p-0003"
                                                  role: ROLE_SUBMITTER organisation: "RCF")")),
              IsOk());
  EXPECT_EQ(Decide(By(kBen, "5", own), "grants/2").status(), NotFound("grants/2")) << "not its own";
  EXPECT_EQ(Decide(By(kBen, "6", own), "grants/9").status(), NotFound("grants/9"));
  EXPECT_EQ(Decide(By(kBen, "7", own), "grants/01").status(), NotFound("grants/01"));
  EXPECT_THAT(ListGrants(ingestion_.store(), own, {}, "", 10).value().rows.size(), 1);
  EXPECT_THAT(Decide(By(kBen, "8", own), "grants/1"), IsOk());
}

TEST_F(GrantRightsTest, AProposalIsJudgedWhole) {
  const auto fields = [&](const std::string& grant) {
    const absl::Status status = Propose(By(kAnna, grant), Proposal(grant)).status();
    EXPECT_THAT(status, HasReason(Reason::kFieldInvalid)) << grant;
    std::vector<std::string> names;
    const ErrorDetails details = DetailsOf(status).value();
    for (const FieldViolation& one : details.fields) names.push_back(one.field);
    return names;
  };
  EXPECT_THAT(fields(""), ElementsAre("grant.principal", "grant.role"));
  EXPECT_THAT(fields(R"(principal: "carl" role: ROLE_SERVICE)"),
              ElementsAre("grant.principal", "grant.role"));
  EXPECT_THAT(fields(R"(principal: "urn:id#p-0004" role: ROLE_APPROVER)"),
              ElementsAre("grant.organisation"));
  EXPECT_THAT(fields(R"(principal: "urn:id#p-0004" role: ROLE_ANALYST reach: REACH_ACT_BELOW)"),
              ElementsAre("grant.reach"));
  EXPECT_THAT(fields(R"(principal: "urn:id#p-0004" role: ROLE_ANALYST valid_from: "2026-02-30"
                        valid_until: "2026-01-01" collections: "A" collections: "A")"),
              ElementsAre("grant.valid_from", "grant.valid_until", "grant.collections[1]"));
  EXPECT_THAT(Propose(By(kAnna, "o"), Proposal(R"(principal: "urn:id#p-0004" role: ROLE_ANALYST
                                                   state: GRANT_STATE_APPROVED)")),
              HasReason(Reason::kOutputOnly));
  EXPECT_THAT(
      Propose(By(kAnna, "u"),
              Proposal(R"(principal: "urn:id#p-0004" role: ROLE_ANALYST organisation: "RZZ")")),
      HasReason(Reason::kOdsUnknown));
  EXPECT_THAT(
      Propose(By(kAnna, "c"),
              Proposal(R"(principal: "urn:id#p-0004" role: ROLE_ANALYST collections: "None")")),
      HasReason(Reason::kDefinitionUnknown));
  EXPECT_THAT(
      ListGrants(ingestion_.store(), OrganisationScope::National(), {}, "", 10).value().rows,
      IsEmpty());
}

TEST_F(GrantRightsTest, ThePersonIsNamedByAPseudonymAlone) {
  for (const std::string subject :
       {"anna", "anna.smith@trust.nhs.uk", "Anna Smith 1", "9434765919", "943-476-5919"}) {
    const std::string id = absl::StrCat("https://id.example#", subject);
    const absl::Status status =
        Propose(By(kAnna, subject),
                Proposal(absl::StrCat("role: ROLE_ANALYST principal: \"", id, "\"")))
            .status();
    EXPECT_THAT(status, HasReason(Reason::kFieldInvalid)) << subject;
    EXPECT_EQ(status.ToString().find(subject), std::string::npos);
    config::v1::RightsFile file;
    file.add_principals()->set_person(id);
    file.mutable_principals(0)->set_role(rights::v1::ROLE_ANALYST);
    EXPECT_THAT(Rights::FromProto(file), HasReason(Reason::kFieldInvalid)) << subject;
  }
}

TEST_F(GrantRightsTest, AReasonWithMarksOfAPersonIsNotTaken) {
  const std::string reason = "asked for by 943 476 5919";
  rights::v1::ProposeGrantRequest proposal = Proposal(kCarlsGrant);
  proposal.set_reason(reason);
  EXPECT_THAT(Propose(By(kAnna, "1"), proposal), HasReason(Reason::kPersonalData));
  ASSERT_THAT(Propose(By(kAnna, "2"), Proposal(kCarlsGrant)), IsOk());
  rights::v1::DecideGrantRequest decision;
  decision.set_request_id("d");
  decision.set_name("grants/1");
  decision.set_reason("lives in SW1A 2AA");
  EXPECT_THAT(Wait([&](GrantRights::Done done) { grants_.Decide(By(kBen, "3"), decision, done); }),
              HasReason(Reason::kPersonalData));
  rights::v1::RevokeGrantRequest revocation;
  revocation.set_request_id("r");
  revocation.set_name("grants/1");
  revocation.set_reason(reason);
  EXPECT_THAT(
      Wait([&](GrantRights::Done done) { grants_.Revoke(By(kBen, "4"), revocation, done); }),
      HasReason(Reason::kPersonalData));
}

TEST_F(GrantRightsTest, OnlyJudgedNothingIsKept) {
  rights::v1::ProposeGrantRequest request = Proposal(kCarlsGrant);
  request.set_validate_only(true);
  const uint64_t before = ingestion_.LastSequence();
  const GrantAnswer judged = Propose(By(kAnna, "1"), request).value();
  EXPECT_EQ(judged.grant.name(), "grants/1");
  EXPECT_FALSE(judged.accepted.has_value());
  EXPECT_EQ(ingestion_.LastSequence(), before);
}

TEST_F(GrantRightsTest, AStartFindsWhatWasGranted) {
  ASSERT_THAT(Propose(By(kAnna, "1"), Proposal(kCarlsGrant)), IsOk());
  ASSERT_THAT(Decide(By(kBen, "2"), "grants/1"), IsOk());
  RightsSource fresh(Rights::FromProto(OfficersFile()).value());
  EXPECT_THAT(CarlReads(fresh), HasReason(Reason::kPermission));
  ASSERT_THAT(LoadRights(ingestion_.store(), &fresh), IsOk());
  EXPECT_THAT(CarlReads(fresh), IsOk());
  EXPECT_EQ(fresh.Current()->version(), ingestion_.LastSequence());
}

TEST_F(GrantRightsTest, GrantsAreListedOnPagesOfAnySize) {
  for (int i = 0; i < 5; ++i) {
    ASSERT_THAT(Propose(By(kAnna, std::to_string(i)), Proposal(kCarlsGrant)), IsOk());
  }
  for (size_t limit = 1; limit <= 6; ++limit) {
    std::vector<std::string> names;
    std::string after;
    do {
      const auto page =
          ListGrants(ingestion_.store(), OrganisationScope::National(), {}, after, limit).value();
      for (const rights::v1::Grant& grant : page.rows) names.push_back(grant.name());
      after = page.after;
    } while (!after.empty());
    EXPECT_THAT(names, ElementsAre("grants/1", "grants/2", "grants/3", "grants/4", "grants/5"));
  }
}

// Whatever field of the file changes, also one that is added to it one day, the ledger tells it.
TEST_F(GrantRightsTest, EveryFieldOfTheRightsFileIsRecorded) {
  config::v1::RightsFile file;
  auto* principal = file.add_principals();
  principal->set_role(rights::v1::ROLE_SUBMITTER);
  const google::protobuf::Descriptor* fields = config::v1::Principal::descriptor();
  for (int i = 0; i < fields->field_count(); ++i) {
    const google::protobuf::FieldDescriptor* field = fields->field(i);
    const google::protobuf::Reflection* reflection = principal->GetReflection();
    switch (field->cpp_type()) {
      case google::protobuf::FieldDescriptor::CPPTYPE_STRING:
        reflection->SetString(principal, field, absl::StrCat("changed-", field->name()));
        break;
      case google::protobuf::FieldDescriptor::CPPTYPE_BOOL:
        reflection->SetBool(principal, field, true);
        break;
      case google::protobuf::FieldDescriptor::CPPTYPE_ENUM:
        reflection->SetEnumValue(principal, field, 3);
        break;
      default:
        FAIL() << "say here how " << field->name() << " is changed";
    }
    EXPECT_TRUE(
        RecordRightsFile(file, "spiffe://onereturn.example/ingestion", ingestion_.store(), writer_)
            .value())
        << field->name();
    feed::v1::Entry entry;
    rights::v1::RightsConfigured fact;
    ASSERT_TRUE(
        entry.ParseFromString(EntryBytes(ingestion_.store(), ingestion_.LastSequence()).value()));
    ASSERT_TRUE(fact.ParseFromString(entry.fact()));
    if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_STRING) {
      EXPECT_THAT(fact.DebugString(),
                  ::testing::HasSubstr(absl::StrCat("changed-", field->name())));
    }
  }
}

TEST_F(GrantRightsTest, TheRightsFileIsRecordedWhenItHasChanged) {
  const auto record = [&](const config::v1::RightsFile& file) {
    return RecordRightsFile(file, "spiffe://onereturn.example/ingestion", ingestion_.store(),
                            writer_)
        .value();
  };
  const uint64_t before = ingestion_.LastSequence();
  EXPECT_TRUE(record(OfficersFile()));
  EXPECT_FALSE(record(OfficersFile()));
  EXPECT_EQ(ingestion_.LastSequence(), before + 1);
  config::v1::RightsFile longer = OfficersFile();
  for (int i = 0; i < 1'000; ++i) {
    auto* principal = longer.add_principals();
    principal->set_spiffe_id(absl::StrCat("spiffe://onereturn.example/organisation/", i));
    principal->set_role(rights::v1::ROLE_SUBMITTER);
    principal->set_organisation("RLQ");
  }
  EXPECT_TRUE(record(longer));
  EXPECT_GT(ingestion_.LastSequence(), before + 2) << "in several parts";
  EXPECT_FALSE(record(longer));
  const uint64_t between = ingestion_.LastSequence();
  EXPECT_TRUE(record(OfficersFile())) << "back to the first";
  EXPECT_EQ(ingestion_.LastSequence(), between + 1);
  EXPECT_FALSE(record(OfficersFile()));
  // The same changes once more are changes again: each stands in the ledger.
  for (int round = 0; round < 2; ++round) {
    const uint64_t first = ingestion_.LastSequence();
    EXPECT_TRUE(record(longer));
    EXPECT_GT(ingestion_.LastSequence(), first + 1);
    EXPECT_FALSE(record(longer));
    const uint64_t second = ingestion_.LastSequence();
    EXPECT_TRUE(record(OfficersFile()));
    EXPECT_EQ(ingestion_.LastSequence(), second + 1);
    EXPECT_FALSE(record(OfficersFile()));
  }
}

}  // namespace
}  // namespace onereturn::ingestion
