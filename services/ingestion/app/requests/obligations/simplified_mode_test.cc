// Simplified mode: who may leave what out while it is on, what it suspends, and how it ends.
#include "services/ingestion/app/requests/obligations/simplified_mode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "common/feed/wire.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/requests/obligations/keep_requests.h"
#include "services/ingestion/app/requests/obligations/obligation_message.h"
#include "services/ingestion/app/requests/obligations/suspended_obligations.h"
#include "services/ingestion/app/requests/testing/requests_world.h"
#include "services/ingestion/app/returns/judge_held.h"
#include "services/ingestion/app/testing/small_obligation.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kKeeper[] = "spiffe://onereturn.example/ingestion";
constexpr char kEnd[] = "2025-12-31T00:00:00Z";

requests::v1::SimplifiedMode On(const std::string& end = kEnd,
                                const std::string& reason = "a pandemic") {
  requests::v1::SimplifiedMode mode;
  mode.set_on(true);
  mode.set_reason(reason);
  *mode.mutable_end_time() = ToWire(ParseTimestamp(end).value());
  return mode;
}

requests::v1::SimplifiedMode Off(const std::string& reason = "it is over") {
  requests::v1::SimplifiedMode mode;
  mode.set_reason(reason);
  return mode;
}

// Desirable are the beds, and the wards; the deaths are not, and are in the collection Both with
// the wards.
class SimplifiedWorld : public RequestsWorld {
 public:
  explicit SimplifiedWorld(CommitterOptions options = {})
      : RequestsWorld(nullptr, std::move(options)) {
    Define(
        Parse<requests::v1::RequestRules>("code: 'england' near_duplicate_from: 450 "
                                          "challenge_days: 10 review_days: 30 source: 'test'"));
    catalogue::v1::DataItem deaths = SmallItem("deaths");
    deaths.set_essential(true);
    Define(deaths);
    Define(SmallItem("wards"));
    catalogue::v1::Collection both = SmallCollection("Both", {"wards", "deaths"});
    *both.add_rules() = SmallRule("B1", "sum(deaths) <= sum(wards)");
    *both.add_rules() = SmallRule("B2", "deaths < 100");
    Define(both);
  }

  using ModeAnswer = absl::StatusOr<SimplifiedModeAnswer>;
  std::future<ModeAnswer> BeginSet(const requests::v1::SimplifiedMode& mode,
                                   const std::string& request_id = "",
                                   OfficerOrigin origin = OfficerOrigin()) {
    requests::v1::SetSimplifiedModeRequest request;
    *request.mutable_mode() = mode;
    request.set_request_id(request_id.empty() ? absl::StrCat("mode-", ++modes_) : request_id);
    origin.actor = Actor{kStewards, ""};
    origin.role = rights::v1::ROLE_STEWARD;
    origin.digest = Sha256(request.SerializeAsString());
    auto promise = std::make_shared<std::promise<ModeAnswer>>();
    setting_.Set(origin, request,
                 [promise](ModeAnswer answer) { promise->set_value(std::move(answer)); });
    return promise->get_future();
  }
  ModeAnswer Set(const requests::v1::SimplifiedMode& mode, const std::string& request_id = "") {
    return BeginSet(mode, request_id).get();
  }
  requests::v1::SimplifiedMode ModeAt(uint64_t sequence) {
    return GetSimplifiedMode(ingestion().store(), sequence).value();
  }

  ReturnSubmission ReturnOf(const std::vector<std::pair<std::string, int>>& figures) {
    const Timestamp now = ingestion().clock().Now();
    ReturnSubmission sent = SmallReturn(&ingestion(), "Both", "RLQ", "2025-05", figures);
    ingestion().clock().Set(now);
    return sent;
  }
  ReturnAnswer Send(const std::vector<std::pair<std::string, int>>& figures) {
    return ingestion().Submit(ReturnOf(figures)).value();
  }
  // The findings of the newest revision, judged again.
  std::vector<std::string> HeldFindings() {
    const ReturnKey key{"Both", "2025-05", "RLQ"};
    const RevisionPlace place =
        FindRevision(ingestion().store(), OrganisationScope::National(), key, kNewest)
            .value()
            .value();
    return Codes(JudgeHeld(ingestion().store(), key, place, true).value().findings);
  }
  static std::vector<std::string> Codes(const Findings& findings) {
    std::vector<std::string> codes;
    for (const Finding& finding : findings.kept()) codes.push_back(finding.code);
    return codes;
  }

  // Puts obligations there as an issue leaves them.
  void Owe(const std::string& request, const std::string& collection,
           const std::vector<std::string>& organisations, const std::vector<std::string>& items) {
    const storage::v1::ObligationRecord record = SmallObligation(ingestion(), items);
    WriteRows(&ingestion(), [&](WriteBatch* batch) {
      for (const std::string& organisation : organisations) {
        PutObligation({{collection, "2025-05", organisation}, DataRequestNumber(request)}, record,
                      batch);
      }
    });
  }
  // "organisation collection" of those that are released as suspended.
  std::vector<std::string> Suspended() {
    std::vector<std::string> suspended;
    ONERETURN_CHECK(VisitObligationsInOrder(
                        ingestion().store(), "", "",
                        [&](const ObligationKey& key,
                            const storage::v1::ObligationRecord& record) -> absl::StatusOr<bool> {
                          if (record.release_reason() == requests::v1::RELEASE_REASON_SUSPENDED) {
                            suspended.push_back(
                                absl::StrCat(key.key.organisation, " ", key.key.collection));
                          }
                          return true;
                        })
                        .ok());
    return suspended;
  }
  absl::Status Keep() { return keeper_.Run(); }
  void SetClock(const std::string& time) { ingestion().clock().Set(ParseTimestamp(time).value()); }

 private:
  const SetSimplifiedMode setting_{&ingestion().store(), &ingestion().writer(),
                                   &ingestion().committer()};
  KeepRequests keeper_{&ingestion().store(), &ingestion().writer(), &ingestion().clock(), kKeeper};
  int modes_ = 0;
};

class SimplifiedModeTest : public ::testing::Test, protected SimplifiedWorld {};

TEST_F(SimplifiedModeTest, IsReadAsItWasAtAnyPosition) {
  const uint64_t before = ingestion().LastSequence();
  const auto on = Set(On());
  ASSERT_THAT(on, IsOk());
  EXPECT_EQ(on->mode.sequence(), before + 1);
  ASSERT_THAT(Set(On("2026-01-31T00:00:00Z")), IsOk());  // Prolonged.
  ASSERT_THAT(Set(Off()), IsOk());
  EXPECT_FALSE(ModeAt(before).on());
  EXPECT_EQ(ModeAt(before).sequence(), 0u);
  EXPECT_EQ(ModeAt(before + 1).SerializeAsString(), on->mode.SerializeAsString());
  EXPECT_EQ(FromWire(ModeAt(before + 2).end_time()).value(),
            ParseTimestamp("2026-01-31T00:00:00Z").value());
  EXPECT_FALSE(ModeAt(before + 3).on());
  EXPECT_EQ(ModeAt(before + 3).reason(), "it is over");
}

TEST_F(SimplifiedModeTest, WhatIsWrongIsRefused) {
  EXPECT_THAT(Set(On(kEnd, "")), HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(Set(On(kEnd, std::string(1'001, 'a'))), HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(Set(On(kEnd, "as 943 476 5919 says")), HasReason(Reason::kPersonalData));
  // The ledger has come to 2025-06-15T15:06:40Z.
  EXPECT_THAT(Set(On("2025-06-15T15:06:40Z")), HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(Set(On("2026-06-16T15:06:41Z")), HasReason(Reason::kFieldInvalid));
  requests::v1::SimplifiedMode endless = On();
  endless.clear_end_time();
  EXPECT_THAT(Set(endless), HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(Set(Off()), HasReason(Reason::kRequestState));  // It is off.
  EXPECT_FALSE(ModeAt(kNewest).on());
  ASSERT_THAT(Set(On("2026-06-16T15:06:40Z", std::string(1'000, 'a'))), IsOk());
  EXPECT_THAT(Set(Off("")), HasReason(Reason::kFieldInvalid));
  requests::v1::SimplifiedMode off = Off();
  *off.mutable_end_time() = On().end_time();
  EXPECT_THAT(Set(off), HasReason(Reason::kFieldInvalid));
  EXPECT_TRUE(ModeAt(kNewest).on());
}

TEST_F(SimplifiedModeTest, TheSameAgainChangesNothing) {
  ASSERT_THAT(Set(On(), "once"), IsOk());
  const uint64_t set = ingestion().LastSequence();
  const auto repeat = Set(On(), "once");
  ASSERT_THAT(repeat, IsOk());
  EXPECT_TRUE(repeat->accepted.replayed);
  EXPECT_EQ(repeat->mode.sequence(), set);
  const auto other_id = Set(On(), "twice");
  ASSERT_THAT(other_id, IsOk());
  EXPECT_EQ(other_id->mode.sequence(), set);
  EXPECT_EQ(ingestion().LastSequence(), set);
  EXPECT_THAT(Set(Off(), "once"), HasReason(Reason::kRequestIdReused));
}

TEST_F(SimplifiedModeTest, ADecisionSpendsItsToken) {
  int spent = 0;
  OfficerOrigin origin;
  origin.spend_token = [&spent] {
    ++spent;
    return absl::OkStatus();
  };
  origin.return_token = [&spent] { --spent; };
  EXPECT_THAT(BeginSet(Off(), "", origin).get(), HasReason(Reason::kRequestState));
  EXPECT_EQ(spent, 0);
  EXPECT_THAT(BeginSet(On(), "", origin).get(), IsOk());
  EXPECT_EQ(spent, 1);
}

TEST_F(SimplifiedModeTest, AReturnMayLeaveDesirableItemsOut) {
  EXPECT_THAT(Codes(Send({{"deaths", 3}}).findings), ElementsAre("CELL_MISSING"));
  ASSERT_THAT(Set(On()), IsOk());
  const ReturnAnswer answer = Send({{"deaths", 3}});
  ASSERT_TRUE(answer.accepted.has_value());
  EXPECT_EQ(answer.verdict, Verdict::kValid);
  ASSERT_THAT(Codes(answer.findings), ElementsAre("SIMPLIFIED_MODE"));
  EXPECT_EQ(answer.findings.kept()[0].severity, Severity::kInfo);
  // Once it is over, the return stays as it was judged, and the next is judged as ever.
  ASSERT_THAT(Set(Off()), IsOk());
  EXPECT_THAT(HeldFindings(), ElementsAre("SIMPLIFIED_MODE"));
  EXPECT_FALSE(Send({{"deaths", 4}}).accepted.has_value());
}

TEST_F(SimplifiedModeTest, WhatIsSentIsJudgedAsEver) {
  ASSERT_THAT(Set(On()), IsOk());
  EXPECT_THAT(Codes(Send({{"wards", 3}}).findings), ElementsAre("CELL_MISSING"));  // The deaths.
  EXPECT_THAT(Codes(Send({{"wards", 3}, {"deaths", 4}}).findings), ElementsAre("B1"));
  EXPECT_THAT(Codes(Send({{"deaths", 100}}).findings), ElementsAre("SIMPLIFIED_MODE", "B2"));
  EXPECT_THAT(Codes(Send({{"wards", 4}, {"deaths", 3}}).findings), IsEmpty());
}

TEST_F(SimplifiedModeTest, AReturnJudgedInItIsJudgedAgainWhereItEndsMeanwhile) {
  ASSERT_THAT(Set(On()), IsOk());
  ReturnSubmission sent = ReturnOf({{"deaths", 3}});
  CommitterHold hold(&ingestion().committer());
  std::future<ModeAnswer> off = BeginSet(Off());
  std::future<absl::StatusOr<ReturnAnswer>> answer = ingestion().BeginSubmit(std::move(sent));
  hold.Release();
  ASSERT_THAT(off.get(), IsOk());
  const absl::StatusOr<ReturnAnswer> judged = answer.get();
  ASSERT_THAT(judged, IsOk());
  EXPECT_FALSE(judged->accepted.has_value());
  EXPECT_THAT(Codes(judged->findings), ElementsAre("CELL_MISSING"));
}

TEST_F(SimplifiedModeTest, SuspendsObligationsOfDesirableItemsAlone) {
  const std::string name = InState(requests::v1::REQUEST_STATE_ISSUED);
  Owe(name, "Both", {"RLQ"}, {"wards", "deaths"});
  Owe(name, "SitRep", {"RLQ", "RCF"}, {"beds"});
  ASSERT_THAT(Keep(), IsOk());
  EXPECT_THAT(Suspended(), IsEmpty());
  ASSERT_THAT(Set(On()), IsOk());
  ASSERT_THAT(Keep(), IsOk());
  EXPECT_THAT(Suspended(), ElementsAre("RCF SitRep", "RLQ SitRep"));
  const uint64_t done = ingestion().LastSequence();
  ASSERT_THAT(Keep(), IsOk());
  EXPECT_EQ(ingestion().LastSequence(), done);
  // What is issued while it is on, too.
  const std::string later = InState(requests::v1::REQUEST_STATE_ISSUED);
  Owe(later, "SitRep", {"RVW"}, {"beds"});
  ASSERT_THAT(Keep(), IsOk());
  EXPECT_THAT(Suspended(), ElementsAre("RCF SitRep", "RLQ SitRep", "RVW SitRep"));
  // They do not come back.
  ASSERT_THAT(Set(Off()), IsOk());
  ASSERT_THAT(Keep(), IsOk());
  EXPECT_THAT(Suspended(), SizeIs(3));
}

TEST_F(SimplifiedModeTest, EndsByItselfOnce) {
  ASSERT_THAT(Set(On()), IsOk());
  SetClock("2025-12-30T23:59:59Z");
  ASSERT_THAT(Keep(), IsOk());
  EXPECT_TRUE(ModeAt(kNewest).on());
  const uint64_t before = ingestion().LastSequence();
  SetClock(kEnd);
  ASSERT_THAT(Keep(), IsOk());
  EXPECT_FALSE(ModeAt(kNewest).on());
  EXPECT_EQ(ModeAt(kNewest).sequence(), before + 1);
  EXPECT_TRUE(ModeAt(before).on());
  SetClock("2026-01-01T00:00:00Z");
  ASSERT_THAT(Keep(), IsOk());
  EXPECT_EQ(ingestion().LastSequence(), before + 1);
  // Another life of it.
  ASSERT_THAT(Set(On("2026-03-01T00:00:00Z")), IsOk());
  SetClock("2026-03-01T00:00:00Z");
  ASSERT_THAT(Keep(), IsOk());
  EXPECT_FALSE(ModeAt(kNewest).on());
}

TEST_F(SimplifiedModeTest, WhatAsksForDesirableItemsAloneIsNotIssued) {
  const auto plan_of = [](const std::vector<std::string>& items) {
    IssuePlan plan;
    if (items.empty()) return plan;
    plan.obligations = 1;
    requests::v1::ObligationGroup* group = plan.parts.emplace_back().add_groups();
    group->set_period("2025-05");
    for (const std::string& item : items) group->add_items(item);
    return plan;
  };
  const auto check = [this](const IssuePlan& plan, bool new_is_essential = false) {
    catalogue::v1::DataItem made = SmallItem("made");
    made.set_essential(new_is_essential);
    CatalogueTime time(&ingestion().store());
    std::vector<ReadCheck> read_set;
    const absl::Status status =
        CheckNotSuspended(ingestion().store(), "requests/001-00", plan, {made}, &time, &read_set);
    EXPECT_THAT(read_set, SizeIs(1));
    return status;
  };
  EXPECT_THAT(check(plan_of({"beds"})), IsOk());
  ASSERT_THAT(Set(On()), IsOk());
  EXPECT_THAT(check(plan_of({"beds"})), HasReason(Reason::kRequestState));
  EXPECT_THAT(check(plan_of({"beds"})).message(), HasSubstr("until 2025-12-31 00:00:00 GMT,"));
  ASSERT_THAT(Set(On("2025-07-01T22:30:00Z")), IsOk());
  EXPECT_THAT(check(plan_of({"beds"})).message(), HasSubstr("until 2025-07-01 23:30:00 BST,"));
  EXPECT_THAT(check(plan_of({"beds", "made"})), HasReason(Reason::kRequestState));
  EXPECT_THAT(check(plan_of({"beds", "made"}), true), IsOk());
  EXPECT_THAT(check(plan_of({"beds", "deaths"})), IsOk());
  EXPECT_THAT(check(plan_of({})), IsOk());  // All is held.
  ASSERT_THAT(Set(Off()), IsOk());
  EXPECT_THAT(check(plan_of({"beds"})), IsOk());
}

// Of three facts of releases the first, or the second too, is on disk, and its writer is never
// told.
TEST(SimplifiedModeKillTest, AfterAnyReleaseTheRestFollowsOnce) {
  std::vector<std::string> organisations;
  for (int i = 0; i < 1'100; ++i) organisations.push_back(absl::StrCat("R", 10'000 + i));
  for (size_t kill = 1; kill <= 2; ++kill) {
    std::atomic<bool> armed{false};
    std::atomic<size_t> commits{0};
    CommitterOptions options;
    options.on_head = [&](const SignedHead&) -> absl::Status {
      if (!armed || ++commits < kill) return absl::OkStatus();
      return Error(Reason::kLedgerBehind, "killed");
    };
    SimplifiedWorld world(std::move(options));
    const std::string name = world.InState(requests::v1::REQUEST_STATE_ISSUED);
    world.Owe(name, "SitRep", organisations, {"beds"});
    ASSERT_THAT(world.Set(On()), IsOk());
    const uint64_t before = world.ingestion().LastSequence();
    armed = true;
    EXPECT_THAT(world.Keep(), HasReason(Reason::kLedgerBehind)) << kill;
    CommitterOptions plain;
    plain.service = "ingestion";
    plain.on_fatal = [](const absl::Status&) { ONERETURN_CHECK(false); };
    const auto committer = Committer::Start(&world.ingestion().store(), &world.ingestion().clock(),
                                            KeyFromSeed(std::string(64, '7')), std::move(plain))
                               .value();
    const FactWriter writer(&world.ingestion().store(), committer.get(), nullptr);
    KeepRequests keeper(&world.ingestion().store(), &writer, &world.ingestion().clock(), kKeeper);
    ASSERT_THAT(keeper.Run(), IsOk());
    EXPECT_THAT(world.Suspended(), SizeIs(1'100));
    // 500, 500 and 100; then the request, of which nothing is open, is answered.
    EXPECT_EQ(world.ingestion().LastSequence(), before + 4) << kill;
  }
}

}  // namespace
}  // namespace onereturn::ingestion
