// Goal: a sign-off is lent for a time by who holds it himself, and by nobody else; and returns are
// sent on behalf of others by a scoped grant alone.
#include "services/ingestion/app/rights/delegate_sign_off.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/ingestion/app/rights/load_rights.h"
#include "services/ingestion/app/rights/testing/grant_rights_fixture.h"

namespace onereturn::ingestion {
namespace {

constexpr char kDora[] = "https://id.example#p-0004";
constexpr char kEmil[] = "https://id.example#p-0005";
const CivilDay kToday{2026, 5, 1};

class DelegateSignOffTest : public GrantRightsTest {
 protected:
  DelegateSignOffTest() {
    Give(absl::StrCat("principal: \"", kDora,
                      "\" role: ROLE_APPROVER organisation: \"RLQ\" reach: REACH_OWN"));
  }
  // Proposed by one officer, approved by the other; its name.
  std::string Give(const std::string& grant) {
    const Answer proposed = Propose(By(kAnna, grant + "?"), Proposal(grant));
    EXPECT_THAT(proposed, IsOk());
    EXPECT_THAT(Decide(By(kBen, grant + "!"), proposed->grant.name()), IsOk());
    return proposed->grant.name();
  }
  OfficerOrigin Approver(const std::string& person) {
    OfficerOrigin origin =
        By(person, absl::StrCat("delegation ", ++requests_), OrganisationScope::Only("RLQ"));
    origin.role = rights::v1::ROLE_APPROVER;
    return origin;
  }
  rights::v1::DelegateSignOffRequest To(const std::string& principal, const std::string& until) {
    rights::v1::DelegateSignOffRequest request;
    request.set_request_id(absl::StrCat("r", ++requests_));
    request.set_principal(principal);
    request.set_organisation("RLQ");
    request.set_valid_until(until);
    request.set_reason("on leave");
    return request;
  }
  Answer Delegate(const std::string& person, const rights::v1::DelegateSignOffRequest& request) {
    return Wait([&](GrantRights::Done done) {
      delegations_.Delegate(Approver(person), kToday, request, std::move(done));
    });
  }
  Answer End(const std::string& person, const std::string& name) {
    rights::v1::EndDelegationRequest request;
    request.set_request_id(absl::StrCat("r", ++requests_));
    request.set_name(name);
    request.set_reason("back again");
    return Wait([&](GrantRights::Done done) {
      delegations_.End(Approver(person), request, std::move(done));
    });
  }
  // May Carl sign for RLQ?
  absl::Status CarlSigns(const CivilDay& day, const std::string& collection = "MSitAE") {
    const auto caller =
        rights_.Current()->Admit(Principal{kDesk, Person{kCarl, "RLQ"}, {}},
                                 Question{options::v1::PERMISSION_RETURNS_SIGN, day, true, true});
    if (!caller.ok()) return caller.status();
    EXPECT_TRUE(caller->scope.Covers("RLQ"));
    EXPECT_FALSE(caller->scope.Covers("RCF"));
    return caller->CheckCollection("RLQ", collection);
  }

  DelegateSignOff delegations_{&writer_, &rights_};
};

TEST_F(DelegateSignOffTest, ItHoldsAtOnceUntilItsLastDay) {
  EXPECT_THAT(CarlSigns(kToday), HasReason(Reason::kPermission));
  const Answer given = Delegate(kDora, To(kCarl, "2026-05-14"));
  ASSERT_THAT(given, IsOk());
  EXPECT_EQ(given->grant.delegated_by(), kDora);
  EXPECT_EQ(given->grant.state(), rights::v1::GRANT_STATE_APPROVED);
  EXPECT_THAT(CarlSigns(kToday), IsOk());
  EXPECT_THAT(CarlSigns(CivilDay{2026, 5, 14}), IsOk());
  EXPECT_THAT(CarlSigns(CivilDay{2026, 5, 15}), HasReason(Reason::kPermission));
  // A start of the service finds the same.
  RightsSource again(Rights::FromProto(OfficersFile()).value());
  ASSERT_THAT(LoadRights(ingestion_.store(), &again), IsOk());
  EXPECT_EQ(again.Current()->GrantsOf(kCarl, kToday).size(), 1u);
}

TEST_F(DelegateSignOffTest, ForSomeCollectionsAlone) {
  rights::v1::DelegateSignOffRequest request = To(kCarl, "2026-05-14");
  request.add_collections("MSitAE");
  ASSERT_THAT(Delegate(kDora, request), IsOk());
  EXPECT_THAT(CarlSigns(kToday), IsOk());
  EXPECT_THAT(CarlSigns(kToday, "KH03"), HasReason(Reason::kCollectionGrant));
}

TEST_F(DelegateSignOffTest, OnlyWhatOneHoldsOneself) {
  EXPECT_THAT(Delegate(kEmil, To(kCarl, "2026-05-14")), HasReason(Reason::kPermission));
  EXPECT_THAT(Delegate(kDora, To(kDora, "2026-05-14")), HasReason(Reason::kSelfApproval));
  ASSERT_THAT(Delegate(kDora, To(kCarl, "2026-05-14")), IsOk());
  EXPECT_THAT(Delegate(kCarl, To(kEmil, "2026-05-14")), HasReason(Reason::kPermission))
      << "what was delegated is not passed on";
}

TEST_F(DelegateSignOffTest, AtMostNinetyTwoDaysAhead) {
  EXPECT_THAT(Delegate(kDora, To(kCarl, "2026-08-02")), HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(Delegate(kDora, To(kCarl, "2026-04-30")), HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(Delegate(kDora, To(kCarl, "soon")), HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(Delegate(kDora, To(kCarl, "")), HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(Delegate(kDora, To(kCarl, "2026-08-01")), IsOk());  // 1 May and 92 days.
}

TEST_F(DelegateSignOffTest, EndedByTheDelegatorOrAnOfficer) {
  const Answer first = Delegate(kDora, To(kCarl, "2026-05-14"));
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(End(kEmil, first->grant.name()), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(End(kDora, "grants/1"), StatusIs(absl::StatusCode::kNotFound))
      << "her own right was not given by herself";
  ASSERT_THAT(End(kDora, first->grant.name()), IsOk());
  EXPECT_THAT(CarlSigns(kToday), HasReason(Reason::kPermission));
  EXPECT_THAT(End(kDora, first->grant.name()), HasReason(Reason::kGrantState));
  const Answer second = Delegate(kDora, To(kCarl, "2026-05-14"));
  ASSERT_THAT(second, IsOk());
  ASSERT_THAT(Revoke(By(kAnna, "officer"), second->grant.name()), IsOk());
  EXPECT_THAT(CarlSigns(kToday), HasReason(Reason::kPermission));
}

TEST_F(DelegateSignOffTest, ItEndsWithTheRightItComesFrom) {
  ASSERT_THAT(Delegate(kDora, To(kCarl, "2026-05-14")), IsOk());
  ASSERT_THAT(CarlSigns(kToday), IsOk());
  ASSERT_THAT(Revoke(By(kAnna, "left"), "grants/1"), IsOk());
  EXPECT_THAT(CarlSigns(kToday), HasReason(Reason::kPermission));
}

// An ICB's officer sends for a provider below it by a grant that acts below, and not by another.
TEST_F(DelegateSignOffTest, OnBehalfOfAProviderByAGrantThatActsBelow) {
  config::v1::DefinitionSet set = EnglandCatalogue();
  catalogue::v1::Organisation icb;
  std::string provider;
  for (const auto& organisation : set.organisations()) {
    for (const auto& tie : organisation.relationships()) {
      if (tie.kind() == catalogue::v1::RELATIONSHIP_KIND_PROVIDER_TO_ICB && tie.to_date().empty() &&
          provider.empty()) {
        provider = organisation.code();
        icb.set_code(tie.parent());
      }
    }
  }
  ASSERT_FALSE(provider.empty());
  uint64_t sequence = 1'000'000;
  for (const auto& organisation : set.organisations()) {
    ASSERT_THAT(rights_.PutOrganisation(organisation, ++sequence), IsOk());
    if (organisation.code() != icb.code()) continue;
    ASSERT_THAT(ingestion_.DefineOne(organisation), IsOk());
  }
  const auto sends_for = [&](const std::string& organisation) {
    const auto caller = rights_.Current()->Admit(
        Principal{kDesk, Person{kEmil, icb.code()}, {}},
        Question{options::v1::PERMISSION_RETURNS_SUBMIT, kToday, true, true});
    return caller.ok() && caller->scope.Covers(organisation);
  };
  const std::string grant = absl::StrCat("role: ROLE_SUBMITTER organisation: \"", icb.code(),
                                         "\" reach: REACH_ACT_BELOW principal: \"");
  const std::string reading =
      Give(absl::StrCat("role: ROLE_SUBMITTER organisation: \"", icb.code(),
                        "\" reach: REACH_READ_BELOW ", "principal: \"", kEmil, "\""));
  EXPECT_TRUE(sends_for(icb.code()));
  EXPECT_FALSE(sends_for(provider)) << "each signs and sends for itself";
  ASSERT_THAT(Revoke(By(kAnna, "other"), reading), IsOk());
  Give(absl::StrCat(grant, kEmil, "\""));
  EXPECT_TRUE(sends_for(provider));
  EXPECT_FALSE(sends_for("E08000035")) << "a council is below no ICB";
}

}  // namespace
}  // namespace onereturn::ingestion
