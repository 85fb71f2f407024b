#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "common/identity/organisation_ties.h"
#include "common/identity/rights.h"
#include "common/identity/rights_source.h"
#include "common/identity/two_persons.h"
#include "common/status/testing/status_matchers.h"

namespace onereturn {
namespace {

using namespace options::v1;  // NOLINT: the names are long.
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kGateway[] = "spiffe://a.example/gateway";  // National, of the file.
constexpr char kTrust[] = "spiffe://a.example/trust";      // RAA's submitter, of the file.
constexpr char kIcb[] = "spiffe://a.example/icb";          // QAA's submitter, of the file.
constexpr char kService[] = "spiffe://a.example/metrics";  // A service, of the file.
constexpr char kPerson[] = "https://id.example#4711";      // Only granted.

CivilDay Day(const char* text) { return CivilDay::Parse(text).value(); }

config::v1::RightsFile File() {
  config::v1::RightsFile file;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(R"(
      principals { spiffe_id: "spiffe://a.example/gateway" role: ROLE_PUBLIC_READER }
      principals { spiffe_id: "spiffe://a.example/trust" role: ROLE_SUBMITTER organisation: "RAA" }
      principals { spiffe_id: "spiffe://a.example/icb" role: ROLE_SUBMITTER organisation: "QAA" }
      principals { spiffe_id: "spiffe://a.example/metrics" role: ROLE_SERVICE })",
                                                            &file));
  return file;
}

void Add(const std::string& text, OrganisationTies::Lives* lives) {
  catalogue::v1::Organisation organisation;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &organisation)) << text;
  (*lives)[organisation.code()] =
      std::make_shared<const OrganisationLife>(OrganisationLife::FromProto(organisation).value());
}

// RAA is QAA's until 2026-03-31, then QBB's, which QAA was merged into; RBB is QAA's to its end.
// Both ICBs are Y1's. RZZ names an ICB that is not defined.
std::shared_ptr<const OrganisationTies> Ties() {
  OrganisationTies::Lives lives;
  Add(R"(code: "Y1")", &lives);
  Add(R"(code: "QAA" open_date: "2022-07-01" close_date: "2026-03-31"
      relationships { kind: RELATIONSHIP_KIND_ICB_TO_REGION parent: "Y1" from_date: "2022-07-01" }
      successions { successor: "QBB" effective_date: "2026-04-01" })",
      &lives);
  Add(R"(code: "QBB" open_date: "2026-04-01"
      relationships { kind: RELATIONSHIP_KIND_ICB_TO_REGION parent: "Y1" from_date: "2026-04-01" })",
      &lives);
  Add(R"(code: "RAA" relationships { kind: RELATIONSHIP_KIND_PROVIDER_TO_ICB parent: "QAA"
        from_date: "2022-07-01" to_date: "2026-03-31" }
      relationships { kind: RELATIONSHIP_KIND_PROVIDER_TO_ICB parent: "QBB" from_date: "2026-04-01" })",
      &lives);
  Add(R"(code: "RBB" relationships { kind: RELATIONSHIP_KIND_PROVIDER_TO_ICB parent: "QAA"
        from_date: "2020-01-01" })",
      &lives);
  Add(R"(code: "RZZ" relationships { kind: RELATIONSHIP_KIND_PROVIDER_TO_ICB parent: "QZZ"
        from_date: "2020-01-01" })",
      &lives);
  return std::make_shared<const OrganisationTies>(lives);
}

Grant Of(const std::string& principal, rights::v1::Role role, const std::string& organisation,
         rights::v1::Reach reach = rights::v1::REACH_OWN) {
  static int number = 0;
  Grant grant;
  grant.name = "grants/" + std::to_string(++number);
  grant.principal = principal;
  grant.role = role;
  grant.organisation = organisation;
  grant.reach = reach;
  return grant;
}

Rights With(std::vector<Grant> grants, std::vector<std::string> known = {}) {
  return Rights::FromProto(File()).value().With(9, std::move(grants), std::move(known), Ties());
}

Principal System(const char* spiffe_id, rights::v1::Role named = rights::v1::ROLE_UNSPECIFIED) {
  return Principal{spiffe_id, std::nullopt, named};
}

Principal PersonAt(const char* spiffe_id, rights::v1::Role named = rights::v1::ROLE_UNSPECIFIED) {
  return Principal{spiffe_id, Person{kPerson, "X24"}, named};
}

Question Ask(Permission permission, const char* day = "2026-01-15") {
  return Question{permission, Day(day), false, true};
}

TEST(OrganisationTiesTest, BelowFollowsTheDay) {
  const auto ties = Ties();
  EXPECT_THAT(*ties->Below("QAA", Day("2026-03-31")), ElementsAre("RAA", "RBB"));
  EXPECT_THAT(*ties->Below("QAA", Day("2026-04-01")), IsEmpty()) << "it has closed";
  EXPECT_THAT(*ties->Below("QBB", Day("2026-03-31")), IsEmpty()) << "it is not open yet";
  EXPECT_THAT(*ties->Below("QBB", Day("2026-04-01")), ElementsAre("RAA"));
  EXPECT_THAT(*ties->Below("Y1", Day("2026-03-31")), ElementsAre("QAA", "RAA", "RBB"));
  EXPECT_THAT(*ties->Below("Y1", Day("2026-04-01")), ElementsAre("QBB", "RAA"));
  EXPECT_THAT(*ties->Below("Y1", Day("2022-06-30")), IsEmpty()) << "no ICB was open";
  EXPECT_THAT(*ties->Below("RAA", Day("2026-01-01")), IsEmpty());
  EXPECT_THAT(*ties->Below("QZZ", Day("2026-01-01")), IsEmpty()) << "it is not defined";
}

TEST(OrganisationTiesTest, ACircleEnds) {
  OrganisationTies::Lives lives;
  Add(R"(code: "QAA" relationships { kind: RELATIONSHIP_KIND_ICB_TO_REGION parent: "QBB"
        from_date: "2020-01-01" })",
      &lives);
  Add(R"(code: "QBB" relationships { kind: RELATIONSHIP_KIND_ICB_TO_REGION parent: "QAA"
        from_date: "2020-01-01" })",
      &lives);
  EXPECT_THAT(*OrganisationTies(lives).Below("QAA", Day("2026-01-01")), ElementsAre("QBB"));
}

TEST(DecisionTest, AnIcbReadsWhatItCommissionsAndWritesItsOwn) {
  const Rights rights = With({});
  const Caller reads = rights.Admit(System(kIcb), Ask(PERMISSION_RETURNS_READ)).value();
  EXPECT_THAT(reads.scope.organisations(), ElementsAre("QAA", "RAA", "RBB"));
  EXPECT_EQ(reads.scope.organisation(), "QAA");
  const Caller writes = rights.Admit(System(kIcb), Ask(PERMISSION_RETURNS_SUBMIT)).value();
  EXPECT_THAT(writes.scope.organisations(), ElementsAre("QAA"));
  const Caller audit = rights.Admit(System(kIcb), Ask(PERMISSION_AUDIT_READ)).value();
  EXPECT_THAT(audit.scope.organisations(), ElementsAre("QAA")) << "the access log is its own";
  const Caller later =
      rights.Admit(System(kIcb), Ask(PERMISSION_RETURNS_READ, "2026-04-01")).value();
  EXPECT_THAT(later.scope.organisations(), ElementsAre("QAA")) << "the successor's are not its own";
}

TEST(DecisionTest, OnlyAGrantThatSaysSoWritesBelow) {
  const Rights rights =
      With({Of(kPerson, rights::v1::ROLE_SUBMITTER, "QAA", rights::v1::REACH_ACT_BELOW)});
  const Caller writes = rights.Admit(PersonAt(kGateway), Ask(PERMISSION_RETURNS_SUBMIT)).value();
  EXPECT_THAT(writes.scope.organisations(), ElementsAre("QAA", "RAA", "RBB"));
  EXPECT_EQ(writes.person, kPerson);
}

TEST(DecisionTest, AGrantHoldsOnItsDays) {
  Grant grant = Of(kPerson, rights::v1::ROLE_ANALYST, "");
  grant.from = Day("2026-02-01");
  grant.until = Day("2026-02-28");
  const Rights rights = With({grant});
  for (const char* day : {"2026-01-31", "2026-03-01"}) {
    EXPECT_THAT(rights.Admit(PersonAt(kGateway), Ask(PERMISSION_RETURNS_READ, day)),
                HasReason(Reason::kPermission))
        << day;
  }
  for (const char* day : {"2026-02-01", "2026-02-28"}) {
    EXPECT_THAT(rights.Admit(PersonAt(kGateway), Ask(PERMISSION_RETURNS_READ, day)), IsOk()) << day;
  }
}

TEST(DecisionTest, ATokenAddsNothingThatWasNotGranted) {
  const Rights rights = With({});
  EXPECT_THAT(rights.Admit(PersonAt(kIcb), Ask(PERMISSION_RETURNS_READ)),
              HasReason(Reason::kPermission))
      << "the system may, the person may not";
  const Caller own = rights.Admit(PersonAt(kIcb), Ask(PERMISSION_OWN_RIGHTS_READ)).value();
  EXPECT_EQ(own.role, rights::v1::ROLE_UNSPECIFIED);
  EXPECT_FALSE(own.scope.national());
}

TEST(DecisionTest, APersonReachesNoFurtherThanTheSystem) {
  const Rights rights = With({Of(kPerson, rights::v1::ROLE_ANALYST, ""),
                              Of("https://id.example#p-0009", rights::v1::ROLE_APPROVER, "RZZ")});
  EXPECT_TRUE(
      rights.Admit(PersonAt(kGateway), Ask(PERMISSION_RETURNS_READ)).value().scope.national());
  EXPECT_THAT(
      rights.Admit(PersonAt(kTrust), Ask(PERMISSION_RETURNS_READ)).value().scope.organisations(),
      ElementsAre("RAA"));
  const Principal elsewhere{kTrust, Person{"https://id.example#p-0009", "RZZ"}, {}};
  EXPECT_THAT(rights.Admit(elsewhere, Ask(PERMISSION_RETURNS_READ)),
              HasReason(Reason::kPermission));
}

TEST(DecisionTest, APersonTouchesNoCollectionThatTheSystemDoesNot) {
  constexpr char kDesk[] = "spiffe://a.example/desk";  // Granted one collection alone.
  Grant desk = Of(kDesk, rights::v1::ROLE_ANALYST, "RAA");
  desk.collections = {"MSitAE"};
  Question question = Ask(PERMISSION_RETURNS_READ);
  question.names_collection = true;
  const Rights all = With({desk, Of(kPerson, rights::v1::ROLE_ANALYST, "")});
  const Caller caller = all.Admit(PersonAt(kDesk), question).value();
  EXPECT_THAT(caller.CheckCollection("RAA", "MSitAE"), IsOk());
  EXPECT_THAT(caller.CheckCollection("RAA", "RTT"), HasReason(Reason::kCollectionGrant));
  EXPECT_THAT(caller.CheckCollection("", "RTT"), HasReason(Reason::kCollectionGrant));
  EXPECT_THAT(all.Admit(PersonAt(kGateway), question)->CheckCollection("RAA", "RTT"), IsOk());
  // What each of the two may touch is another.
  Grant other = Of(kPerson, rights::v1::ROLE_ANALYST, "");
  other.collections = {"RTT"};
  const Caller neither = With({desk, other}).Admit(PersonAt(kDesk), question).value();
  EXPECT_THAT(neither.CheckCollection("RAA", "MSitAE"), HasReason(Reason::kCollectionGrant));
  EXPECT_THAT(neither.CheckCollection("RAA", "RTT"), HasReason(Reason::kCollectionGrant));
  // Nor does the desk's right say anything of a method that concerns no collection.
  EXPECT_THAT(all.Admit(PersonAt(kDesk), Ask(PERMISSION_RETURNS_READ)),
              HasReason(Reason::kPermission));
}

TEST(DecisionTest, AServiceNeedsThePermissionItself) {
  const Rights rights = With({Of(kPerson, rights::v1::ROLE_ASSESSOR, "")});
  EXPECT_THAT(rights.Admit(PersonAt(kService), Ask(PERMISSION_METRICS_READ)), IsOk());
  EXPECT_THAT(rights.Admit(PersonAt(kService), Ask(PERMISSION_ASSESSMENTS_WRITE)),
              HasReason(Reason::kPermission));
}

TEST(DecisionTest, EachActIsUnderOneRole) {
  const Rights rights = With({Of(kPerson, rights::v1::ROLE_SUBMITTER, "RAA"),
                              Of(kPerson, rights::v1::ROLE_APPROVER, "RBB"),
                              Of(kPerson, rights::v1::ROLE_NATIONAL_LOADER, "")});
  const absl::Status ambiguous =
      rights.Admit(PersonAt(kGateway), Ask(PERMISSION_RETURNS_SUBMIT)).status();
  EXPECT_THAT(ambiguous, HasReason(Reason::kRoleAmbiguous));
  EXPECT_THAT(DetailsOf(ambiguous)->metadata,
              ElementsAre(std::make_pair("roles", "submitter, national-loader")));
  const Caller named =
      rights.Admit(PersonAt(kGateway, rights::v1::ROLE_SUBMITTER), Ask(PERMISSION_RETURNS_SUBMIT))
          .value();
  EXPECT_EQ(named.role, rights::v1::ROLE_SUBMITTER);
  EXPECT_THAT(named.scope.organisations(), ElementsAre("RAA"));
  EXPECT_THAT(
      rights.Admit(PersonAt(kGateway, rights::v1::ROLE_APPROVER), Ask(PERMISSION_RETURNS_SUBMIT)),
      HasReason(Reason::kPermission));
  EXPECT_THAT(
      rights.Admit(PersonAt(kGateway, rights::v1::ROLE_STEWARD), Ask(PERMISSION_CATALOGUE_READ)),
      HasReason(Reason::kPermission))
      << "not granted";
  // A read: the national one, though its number is not the lowest.
  EXPECT_EQ(rights.Admit(PersonAt(kGateway), Ask(PERMISSION_RETURNS_READ)).value().role,
            rights::v1::ROLE_NATIONAL_LOADER);
}

// Whoever signs for another by delegation goes on working for his own.
TEST(DecisionTest, OfSeveralRolesThoseCountThatReachTheOrganisationThatIsNamed) {
  const Rights rights = With({Of(kPerson, rights::v1::ROLE_SUBMITTER, "RAA"),
                              Of(kPerson, rights::v1::ROLE_APPROVER, "RBB")});
  const auto role_for = [&](Permission permission, const char* organisation) {
    Question question = Ask(permission);
    question.organisation = organisation;
    const auto caller = rights.Admit(PersonAt(kGateway), question);
    return caller.ok() ? RoleName(caller->role) : std::string(NameOf(ReasonOf(caller.status())));
  };
  for (const Permission permission : {PERMISSION_RETURNS_UNSIGNED_READ, PERMISSION_RETURNS_READ}) {
    EXPECT_EQ(role_for(permission, "RAA"), "submitter");
    EXPECT_EQ(role_for(permission, "RBB"), "approver");
  }
  // Of one that none reaches, nothing is told by it.
  EXPECT_EQ(role_for(PERMISSION_RETURNS_UNSIGNED_READ, "RCC"), "ROLE_AMBIGUOUS");
  EXPECT_EQ(role_for(PERMISSION_RETURNS_UNSIGNED_READ, ""), "ROLE_AMBIGUOUS");
  EXPECT_EQ(role_for(PERMISSION_RETURNS_READ, "RCC"), "submitter");
}

TEST(DecisionTest, AReadUnderSeveralRolesTakesOneAndNotTheirUnion) {
  const Rights rights = With({Of(kPerson, rights::v1::ROLE_APPROVER, "RBB"),
                              Of(kPerson, rights::v1::ROLE_SUBMITTER, "RAA")});
  const Caller reads = rights.Admit(PersonAt(kGateway), Ask(PERMISSION_RETURNS_READ)).value();
  EXPECT_EQ(reads.role, rights::v1::ROLE_SUBMITTER) << "the lowest number";
  EXPECT_THAT(reads.scope.organisations(), ElementsAre("RAA"));
}

TEST(DecisionTest, WhoWasNeverNamedIsUnknown) {
  const Rights rights = With({}, {"spiffe://a.example/revoked"});
  EXPECT_THAT(rights.Admit(System("spiffe://a.example/none"), Ask(PERMISSION_LEDGER_READ)),
              HasReason(Reason::kIdentityUnknown));
  EXPECT_THAT(rights.Admit(System("spiffe://a.example/revoked"), Ask(PERMISSION_LEDGER_READ)),
              HasReason(Reason::kPermission));
}

TEST(DecisionTest, AGrantForSomeCollectionsPermitsThoseAlone) {
  Grant some = Of(kPerson, rights::v1::ROLE_ANALYST, "RAA");
  some.collections = {"MSitAE"};
  const Rights rights = With({some, Of(kPerson, rights::v1::ROLE_ANALYST, "RBB")});
  Question question = Ask(PERMISSION_RETURNS_READ);
  const Caller unnamed = rights.Admit(PersonAt(kGateway), question).value();
  EXPECT_THAT(unnamed.scope.organisations(), ElementsAre("RBB")) << "the method names none";
  EXPECT_THAT(unnamed.CheckCollection("RBB", "RTT"), IsOk());
  question.names_collection = true;
  const Caller caller = rights.Admit(PersonAt(kGateway), question).value();
  EXPECT_THAT(caller.scope.organisations(), ElementsAre("RAA", "RBB"));
  EXPECT_THAT(caller.CheckCollection("RAA", "MSitAE"), IsOk());
  EXPECT_THAT(caller.CheckCollection("RBB", "RTT"), IsOk());
  EXPECT_THAT(caller.CheckCollection("RAA", "RTT"), HasReason(Reason::kCollectionGrant));
  EXPECT_THAT(caller.CheckCollection("", "MSitAE"), IsOk()) << "in each of them";
  EXPECT_THAT(caller.CheckCollection("", "RTT"), HasReason(Reason::kCollectionGrant));
  const Rights bounded = With({some});
  EXPECT_THAT(bounded.Admit(PersonAt(kGateway), Ask(PERMISSION_RETURNS_READ)),
              HasReason(Reason::kPermission));
  EXPECT_THAT(bounded.Admit(PersonAt(kGateway), Ask(PERMISSION_CATALOGUE_READ)), IsOk())
      << "definitions are the same for everybody";
}

TEST(DecisionTest, CutOffTheFilesOperatorGoesOn) {
  constexpr char kRunning[] = "spiffe://a.example/operations";
  config::v1::RightsFile file = File();
  config::v1::Principal* principal = file.add_principals();
  principal->set_spiffe_id(kRunning);
  principal->set_role(rights::v1::ROLE_OPERATOR);
  const Rights rights = Rights::FromProto(file).value().With(
      7, {Of(kTrust, rights::v1::ROLE_OPERATOR, "")}, {}, nullptr);
  Question question = Ask(PERMISSION_OPERATE);
  EXPECT_THAT(rights.Admit(System(kTrust), question), IsOk());
  question.fresh = false;
  EXPECT_EQ(rights.Admit(System(kRunning), question).value().role, rights::v1::ROLE_OPERATOR);
  EXPECT_THAT(rights.Admit(System(kTrust), question), HasReason(Reason::kRightsStale))
      << "only a grant allows it";
}

TEST(DecisionTest, CutOffOnlyReadsOfTheFileGoOn) {
  const Rights rights = With(
      {Of(kPerson, rights::v1::ROLE_ANALYST, ""), Of(kTrust, rights::v1::ROLE_ANALYST, "RBB")});
  const auto stale = [&](const Principal& principal, Permission permission) {
    Question question = Ask(permission);
    question.fresh = false;
    return rights.Admit(principal, question);
  };
  EXPECT_THAT(stale(System(kTrust), PERMISSION_RETURNS_SUBMIT), HasReason(Reason::kRightsStale));
  EXPECT_THAT(stale(PersonAt(kGateway), PERMISSION_RETURNS_READ), HasReason(Reason::kRightsStale));
  EXPECT_THAT(stale(System(kTrust), PERMISSION_METRICS_READ), HasReason(Reason::kRightsStale))
      << "only the grant allows it";
  EXPECT_THAT(stale(System(kTrust), PERMISSION_OPERATE), HasReason(Reason::kPermission));
  EXPECT_THAT(stale(System(kTrust), PERMISSION_RETURNS_READ).value().scope.organisations(),
              ElementsAre("RAA"));
}

TEST(RightsSourceTest, IsFreshForAMinuteAfterItWasHeard) {
  RightsSource source(Rights::FromProto(File()).value());
  EXPECT_TRUE(source.Fresh(Timestamp::FromSeconds(1'000'000))) << "nobody is followed";
  source.NoteHeard(Timestamp::FromSeconds(100));
  EXPECT_TRUE(source.Fresh(Timestamp::FromSeconds(160)));
  EXPECT_FALSE(source.Fresh(Timestamp{160'000'001}));
  source.NoteHeard(Timestamp::FromSeconds(150));
  EXPECT_TRUE(source.Fresh(Timestamp::FromSeconds(210)));
}

// Otherwise rights that were taken away would go on for as long as the clock was set back.
TEST(RightsSourceTest, AClockThatIsSetBackMakesNothingFresh) {
  RightsSource source{Rights()};
  source.NoteHeard(Timestamp::FromSeconds(10'000));
  EXPECT_TRUE(source.Fresh(Timestamp::FromSeconds(9'940)));
  EXPECT_FALSE(source.Fresh(Timestamp{9'939'999'999}));
  source.NoteHeard(Timestamp::FromSeconds(6'400));
  EXPECT_TRUE(source.Fresh(Timestamp::FromSeconds(6'401))) << "heard by the clock as it is now";
}

TEST(TwoPersonsTest, NobodyDecidesWhatIsHisOwn) {
  const Actor anna{kGateway, "https://id.example#p-0001"};
  const Actor anna_elsewhere{kTrust, "https://id.example#p-0001"};
  const Actor ben{kGateway, "https://id.example#p-0002"};
  const Actor gateway{kGateway, ""};
  const Actor trust{kTrust, ""};
  EXPECT_THAT(CheckTwoPersons(anna, ben), IsOk());
  EXPECT_THAT(CheckTwoPersons(gateway, trust), IsOk());
  EXPECT_THAT(CheckTwoPersons(anna, trust), IsOk());
  EXPECT_THAT(CheckTwoPersons(anna, anna_elsewhere), HasReason(Reason::kSelfApproval));
  EXPECT_THAT(CheckTwoPersons(gateway, gateway), HasReason(Reason::kSelfApproval));
  EXPECT_THAT(CheckTwoPersons(anna, gateway), HasReason(Reason::kSelfApproval));
  EXPECT_THAT(CheckTwoPersons(gateway, anna), HasReason(Reason::kSelfApproval));
  EXPECT_THAT(CheckNotForOneself(anna, "https://id.example#p-0001"),
              HasReason(Reason::kSelfApproval));
  EXPECT_THAT(CheckNotForOneself(anna, kGateway), HasReason(Reason::kSelfApproval));
  EXPECT_THAT(CheckNotForOneself(anna, "https://id.example#p-0002"), IsOk());
}

TEST(RolesTest, NamesAreReadAsTheyAreWritten) {
  for (int i = 0; i < rights::v1::Role_descriptor()->value_count(); ++i) {
    const auto role =
        static_cast<rights::v1::Role>(rights::v1::Role_descriptor()->value(i)->number());
    EXPECT_EQ(RoleFromName(RoleName(role)), role);
    EXPECT_EQ(RoleFromName(rights::v1::Role_Name(role)), role);
  }
  EXPECT_EQ(RoleName(rights::v1::ROLE_RIGHTS_OFFICER), "rights-officer");
  EXPECT_EQ(RoleFromName("admin"), rights::v1::ROLE_UNSPECIFIED);
}

}  // namespace
}  // namespace onereturn
