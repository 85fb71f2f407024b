// The life of a request: every step in every state, who may take it, repeats and races.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/requests/register/read_requests.h"
#include "services/ingestion/app/requests/testing/requests_world.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class RequestLifeTest : public ::testing::Test, protected RequestsWorld {
 protected:
  // The step as who may take it would; a draft is one that changes something.
  Answer Take(RequestAction action, const std::string& name) {
    switch (action) {
      case RequestAction::kDraft: {
        requests::v1::DataRequest changed = Draft();
        changed.set_name(name);
        changed.set_title(absl::StrCat("Beds ", ++drafts_));
        return Draft(changed);
      }
      case RequestAction::kMatch:
        return Match(name);
      case RequestAction::kReply:
        return Reply(name, "Y63", true);
      case RequestAction::kClose:
        return Close(name, true);
      case RequestAction::kDecide:
        return Decide(name);
      default:
        return End(name);
    }
  }

  int drafts_ = 0;
};

// By hand from docs/collect-once.md: in which state each step leaves a request; absent: refused.
using After = std::map<requests::v1::RequestState, requests::v1::RequestState>;
const std::map<RequestAction, After>& Life() {
  static const auto& life = *new std::map<RequestAction, After>{
      {RequestAction::kDraft,
       {{requests::v1::REQUEST_STATE_DRAFT, requests::v1::REQUEST_STATE_DRAFT},
        {requests::v1::REQUEST_STATE_MATCHED, requests::v1::REQUEST_STATE_DRAFT},
        {requests::v1::REQUEST_STATE_CONSULTED, requests::v1::REQUEST_STATE_DRAFT},
        {requests::v1::REQUEST_STATE_APPROVED, requests::v1::REQUEST_STATE_DRAFT}}},
      // Of one that was matched: the match is another now.
      {RequestAction::kMatch,
       {{requests::v1::REQUEST_STATE_DRAFT, requests::v1::REQUEST_STATE_MATCHED},
        {requests::v1::REQUEST_STATE_MATCHED, requests::v1::REQUEST_STATE_MATCHED},
        {requests::v1::REQUEST_STATE_CONSULTED, requests::v1::REQUEST_STATE_MATCHED},
        {requests::v1::REQUEST_STATE_APPROVED, requests::v1::REQUEST_STATE_MATCHED}}},
      {RequestAction::kReply,
       {{requests::v1::REQUEST_STATE_MATCHED, requests::v1::REQUEST_STATE_MATCHED},
        {requests::v1::REQUEST_STATE_CONSULTED, requests::v1::REQUEST_STATE_CONSULTED}}},
      {RequestAction::kClose,
       {{requests::v1::REQUEST_STATE_MATCHED, requests::v1::REQUEST_STATE_CONSULTED}}},
      {RequestAction::kDecide,
       {{requests::v1::REQUEST_STATE_CONSULTED, requests::v1::REQUEST_STATE_APPROVED}}},
      {RequestAction::kEnd,
       {{requests::v1::REQUEST_STATE_DRAFT, requests::v1::REQUEST_STATE_ENDED},
        {requests::v1::REQUEST_STATE_MATCHED, requests::v1::REQUEST_STATE_ENDED},
        {requests::v1::REQUEST_STATE_CONSULTED, requests::v1::REQUEST_STATE_ENDED},
        {requests::v1::REQUEST_STATE_APPROVED, requests::v1::REQUEST_STATE_ENDED},
        {requests::v1::REQUEST_STATE_REFUSED, requests::v1::REQUEST_STATE_ENDED},
        {requests::v1::REQUEST_STATE_ISSUED, requests::v1::REQUEST_STATE_ENDED},
        {requests::v1::REQUEST_STATE_ANSWERED, requests::v1::REQUEST_STATE_ENDED},
        {requests::v1::REQUEST_STATE_REVIEW, requests::v1::REQUEST_STATE_ENDED}}}};
  return life;
}

TEST_F(RequestLifeTest, EveryStepInEveryState) {
  for (const auto& [action, after] : Life()) {
    for (int s = requests::v1::REQUEST_STATE_DRAFT; s <= requests::v1::REQUEST_STATE_ENDED; ++s) {
      const auto state = static_cast<requests::v1::RequestState>(s);
      SCOPED_TRACE(
          absl::StrCat(RequestActionName(action), " in ", requests::v1::RequestState_Name(state)));
      matching().Tell(kAllHeld);
      const std::string name = InState(state);
      ASSERT_EQ(Now(name).state(), state);
      matching().Tell(kSomeAsked);
      const uint64_t before = ingestion().LastSequence();
      const Answer answer = Take(action, name);
      const auto expected = after.find(state);
      if (expected == after.end()) {
        EXPECT_THAT(answer, HasReason(Reason::kRequestState));
        EXPECT_THAT(DetailsOf(answer.status())->preconditions, SizeIs(1));
        EXPECT_EQ(Now(name).state(), state);
        EXPECT_EQ(ingestion().LastSequence(), before);
      } else {
        ASSERT_THAT(answer, IsOk());
        EXPECT_EQ(answer->request.state(), expected->second);
        EXPECT_EQ(Now(name).SerializeAsString(), answer->request.SerializeAsString());
        EXPECT_EQ(ingestion().LastSequence(), before + 1);
        EXPECT_EQ(answer->request.etag(), EtagOf(before + 1));
      }
    }
  }
}

TEST_F(RequestLifeTest, AStepThatIsNotOpenIsRefusedInPlainWords) {
  const std::string name = InState(requests::v1::REQUEST_STATE_MATCHED);
  const Answer early = Decide(name);
  EXPECT_THAT(early, HasReason(Reason::kRequestState));
  EXPECT_EQ(early.status().message(),
            absl::StrCat(name, " is in state matched, in which it is not open to decide"));
  EXPECT_EQ(DetailsOf(early.status())->preconditions[0].description,
            "is in state matched: it is open to draft, match, reply, close the consultation, end");
}

// Random steps: what is answered is what the table says, and the newest row is what was answered.
TEST_F(RequestLifeTest, TheTableHoldsOverRandomSteps) {
  std::mt19937 random(20250615);
  const RequestAction actions[] = {RequestAction::kDraft,  RequestAction::kMatch,
                                   RequestAction::kReply,  RequestAction::kClose,
                                   RequestAction::kDecide, RequestAction::kEnd};
  for (int walk = 0; walk < 20; ++walk) {
    matching().Tell(kSomeAsked);
    const std::string name = Draft(Draft())->request.name();
    requests::v1::RequestState model = requests::v1::REQUEST_STATE_DRAFT;
    for (int step = 0; step < 25; ++step) {
      // Ending is rare, or the walks are short.
      const RequestAction action = actions[random() % (random() % 8 == 0 ? 6 : 5)];
      // Another match each time: one that stays the same changes nothing.
      matching().Tell(absl::StrCat(kSomeAsked, "lines { line: 1 exact: ", step, " }"));
      const Answer answer = Take(action, name);
      const After& after = Life().at(action);
      const auto expected = after.find(model);
      ASSERT_EQ(answer.ok(), expected != after.end())
          << RequestActionName(action) << " in " << requests::v1::RequestState_Name(model) << ": "
          << answer.status();
      if (answer.ok()) model = expected->second;
      ASSERT_EQ(Now(name).state(), model);
    }
  }
}

TEST_F(RequestLifeTest, FromDraftToApproval) {
  matching().Tell(kSomeAsked);
  requests::v1::DataRequest draft = Draft();
  draft.add_consultees("RCF");
  const Answer drafted = Draft(draft);
  ASSERT_THAT(drafted, IsOk());
  const std::string name = drafted->request.name();
  EXPECT_EQ(name, "requests/001-00");
  EXPECT_EQ(drafted->request.reference(), "001-00");
  EXPECT_EQ(drafted->request.drafted().system(), kDesk);
  EXPECT_EQ(drafted->request.drafted().body(), "X24");
  EXPECT_TRUE(drafted->request.drafted().has_time());
  const Answer matched = Match(name);
  ASSERT_THAT(matched, IsOk());
  EXPECT_EQ(matched->match.gaps_size(), 2);
  EXPECT_EQ(matched->request.match().digest().size(), 32u);
  EXPECT_GT(matched->request.match().sequence(), 0u);
  const Answer early = Close(name);
  EXPECT_THAT(early, HasReason(Reason::kRepliesOutstanding));
  // RCF's part is awaited: its region is asked nothing.
  EXPECT_THAT(DetailsOf(early.status())->preconditions,
              ElementsAre(PreconditionViolation{"organisations/RCF", "has not replied"},
                          PreconditionViolation{"organisations/Y63",
                                                "has not replied as the region that filters"}));
  EXPECT_THAT(Reply(name, "RLQ"), HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(Reply(name, "Y63"), HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(Reply(name, "Y62", true), HasReason(Reason::kFieldInvalid));
  ASSERT_THAT(Reply(name, "RCF"), IsOk());
  const Answer objected = Reply(name, "Y63", true, catalogue::v1::OPINION_OBJECT);
  ASSERT_THAT(objected, IsOk());
  EXPECT_EQ(objected->request.replies(1).step().body(), "Y63");
  ASSERT_THAT(Close(name), IsOk());
  EXPECT_THAT(Decide(name), HasReason(Reason::kConcernsOpen));
  requests::v1::DecideRequestRequest despite = Decision(name);
  despite.set_reason("Y63 objects to the hours, which are two a year");
  const Answer approved = Decide(despite);
  ASSERT_THAT(approved, IsOk());
  EXPECT_EQ(approved->request.state(), requests::v1::REQUEST_STATE_APPROVED);
  EXPECT_EQ(approved->request.decided().body(), "X30");
  // Each step can be read as it was.
  EXPECT_EQ(
      GetDataRequest(ingestion().store(), name, drafted->request.drafted().sequence())->state(),
      requests::v1::REQUEST_STATE_DRAFT);
  feed::v1::Entry entry;
  ASSERT_TRUE(entry.ParseFromString(approved->accepted->receipt.entry));
  EXPECT_EQ(entry.kind(), feed::v1::ENTRY_KIND_REQUEST_DECIDED);
  EXPECT_EQ(entry.name(), name);
}

TEST_F(RequestLifeTest, ARegionThatAgreesAgainLiftsItsObjection) {
  matching().Tell(kSomeAsked);
  const std::string name = InState(requests::v1::REQUEST_STATE_CONSULTED);
  ASSERT_THAT(Reply(name, "Y63", true, catalogue::v1::OPINION_OBJECT), IsOk());
  EXPECT_THAT(Decide(name), HasReason(Reason::kConcernsOpen));
  ASSERT_THAT(Reply(name, "Y63", true, catalogue::v1::OPINION_COMMENT), IsOk());
  EXPECT_THAT(Decide(name), HasReason(Reason::kConcernsOpen));
  ASSERT_THAT(Reply(name, "Y63", true), IsOk());
  EXPECT_THAT(Decide(name), IsOk());
}

TEST_F(RequestLifeTest, RepliesToAnEarlierDraftStayAndDoNotCount) {
  matching().Tell(kSomeAsked);
  const std::string name = InState(requests::v1::REQUEST_STATE_MATCHED);
  ASSERT_THAT(Reply(name, "Y63", true), IsOk());
  ASSERT_THAT(Take(RequestAction::kDraft, name), IsOk());
  EXPECT_THAT(Now(name).replies(), SizeIs(1));
  EXPECT_FALSE(Now(name).has_match());
  ASSERT_THAT(Match(name), IsOk());
  EXPECT_THAT(Close(name), HasReason(Reason::kRepliesOutstanding));
  ASSERT_THAT(Reply(name, "Y63", true), IsOk());
  EXPECT_THAT(Close(name), IsOk());
}

TEST_F(RequestLifeTest, WhatStaysTheSameChangesNothing) {
  const std::string name = InState(requests::v1::REQUEST_STATE_CONSULTED);
  const uint64_t before = ingestion().LastSequence();
  const Answer matched = Match(name);
  ASSERT_THAT(matched, IsOk());
  EXPECT_TRUE(matched->unchanged);
  EXPECT_EQ(matched->request.state(), requests::v1::REQUEST_STATE_CONSULTED);
  requests::v1::DataRequest same = Draft();
  same.set_name(name);
  const Answer drafted = Draft(same);
  ASSERT_THAT(drafted, IsOk());
  EXPECT_TRUE(drafted->unchanged);
  EXPECT_EQ(drafted->request.state(), requests::v1::REQUEST_STATE_CONSULTED);
  EXPECT_EQ(ingestion().LastSequence(), before);
}

TEST_F(RequestLifeTest, ARepeatGetsItsFirstAnswer) {
  requests::v1::DraftRequestRequest draft;
  draft.set_request_id("draft-1");
  *draft.mutable_data_request() = Draft();
  const Answer first = Ask(&DataRequests::Draft, By("X24"), draft);
  ASSERT_THAT(first, IsOk());
  requests::v1::MatchRequestRequest match;
  match.set_request_id("match-1");
  match.set_name(first->request.name());
  const Answer matched = Ask(&DataRequests::Match, By("X24"), match);
  ASSERT_THAT(matched, IsOk());
  const Answer again = Ask(&DataRequests::Draft, By("X24"), draft);
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(again->accepted->replayed);
  EXPECT_EQ(again->request.SerializeAsString(), first->request.SerializeAsString());
  const Answer matched_again = Ask(&DataRequests::Match, By("X24"), match);
  ASSERT_THAT(matched_again, IsOk());
  EXPECT_EQ(matched_again->match.summary().digest(), matched->request.match().digest());
  match.set_name("requests/002-00");
  EXPECT_THAT(Ask(&DataRequests::Match, By("X24"), match), HasReason(Reason::kRequestIdReused));
}

TEST_F(RequestLifeTest, OfTwoDecisionsOneIsTaken) {
  const std::string name = InState(requests::v1::REQUEST_STATE_CONSULTED);
  const uint64_t before = ingestion().LastSequence();
  CommitterHold hold(&ingestion().committer());
  auto first = Begin(&DataRequests::Decide, By("X30", kStewards), Decision(name, true));
  auto second = Begin(&DataRequests::Decide, By("Y62", kStewards), Decision(name, false));
  hold.Release();
  EXPECT_THAT(first.get(), IsOk());
  EXPECT_THAT(second.get(), HasReason(Reason::kRequestState));
  EXPECT_EQ(Now(name).state(), requests::v1::REQUEST_STATE_APPROVED);
  EXPECT_EQ(ingestion().LastSequence(), before + 1);
}

TEST_F(RequestLifeTest, TwoNewRequestsTakeTwoNumbers) {
  requests::v1::DraftRequestRequest draft;
  *draft.mutable_data_request() = Draft();
  CommitterHold hold(&ingestion().committer());
  auto first = Begin(&DataRequests::Draft, By("X24"), draft);
  auto second = Begin(&DataRequests::Draft, By("X24"), draft);
  hold.Release();
  EXPECT_EQ(first.get()->request.name(), "requests/001-00");
  EXPECT_EQ(second.get()->request.name(), "requests/002-00");
}

TEST_F(RequestLifeTest, AnEtagThatIsNotTheNewestIsRefused) {
  const std::string name = InState(requests::v1::REQUEST_STATE_DRAFT);
  requests::v1::MatchRequestRequest match;
  match.set_name(name);
  match.set_etag(EtagOf(1));
  EXPECT_THAT(Ask(&DataRequests::Match, By("X24"), match), HasReason(Reason::kEtagMismatch));
  match.set_etag(Now(name).etag());
  EXPECT_THAT(Ask(&DataRequests::Match, By("X24"), match), IsOk());
  EXPECT_THAT(Match("requests/077-00"), HasReason(Reason::kNotFound));
  EXPECT_THAT(Match("requests/7"), HasReason(Reason::kNotFound));
}

TEST_F(RequestLifeTest, WhatExpiredGoesNoFurtherAndCanBeEnded) {
  const std::string draft = InState(requests::v1::REQUEST_STATE_DRAFT);
  const std::string matched = InState(requests::v1::REQUEST_STATE_MATCHED);
  const std::string consulted = InState(requests::v1::REQUEST_STATE_CONSULTED);
  ingestion().clock().Set(ParseTimestamp("2026-04-01T00:00:00Z").value());
  // The day is that of what the committer promises.
  Define(SmallItem("wards"));
  EXPECT_THAT(Match(draft), HasReason(Reason::kRequestExpired));
  EXPECT_THAT(Close(matched, true), HasReason(Reason::kRequestExpired));
  EXPECT_THAT(Decide(consulted), HasReason(Reason::kRequestExpired));
  EXPECT_THAT(Decide(consulted, false), IsOk());
  EXPECT_THAT(End(draft), IsOk());
}

TEST_F(RequestLifeTest, ItsBodyAloneTakesItsSteps) {
  for (const requests::v1::RequestState state :
       {requests::v1::REQUEST_STATE_DRAFT, requests::v1::REQUEST_STATE_MATCHED,
        requests::v1::REQUEST_STATE_CONSULTED}) {
    const std::string name = InState(state);
    EXPECT_THAT(Match(name, "X30"), HasReason(Reason::kOrgScope));
    EXPECT_THAT(End(name, "X30"), HasReason(Reason::kOrgScope));
    EXPECT_THAT(End(name, "X26"), HasReason(Reason::kOrgScope));
  }
  EXPECT_THAT(Close(InState(requests::v1::REQUEST_STATE_MATCHED), true, "X30"),
              HasReason(Reason::kOrgScope));
  requests::v1::DataRequest taken = Draft();
  taken.set_name(InState(requests::v1::REQUEST_STATE_DRAFT));
  taken.set_requesting_body("X30");
  EXPECT_THAT(Draft(taken, "X30"), HasReason(Reason::kOrgScope));
}

TEST_F(RequestLifeTest, ASuccessorHasTheRequestFromTheDayOfTheMerger) {
  requests::v1::DataRequest draft = Draft();
  draft.set_requesting_body("X30");
  const std::string name = Draft(draft, "X30")->request.name();
  Define(Parse<catalogue::v1::Organisation>(
      R"(code: "X30" display_name: "Department" type: ORGANISATION_TYPE_NATIONAL_BODY
         close_date: "2025-06-30" successions { successor: "X24" effective_date: "2025-07-01" })"));
  EXPECT_THAT(Match(name, "X24"), HasReason(Reason::kOrgScope));
  EXPECT_THAT(Match(name, "X30"), IsOk());
  ingestion().clock().Set(ParseTimestamp("2025-07-01T10:00:00Z").value());
  Define(SmallItem("wards"));
  EXPECT_THAT(Close(name, true, "X30"), HasReason(Reason::kOrgScope));
  EXPECT_THAT(Close(name, true, "X24"), IsOk());
  EXPECT_EQ(Now(name).consulted().body(), "X24");
  // Neither of them decides it, nor who became one of them.
  for (const char* body : {"X30", "X24", ""}) {
    EXPECT_THAT(Decide(name, true, body), HasReason(Reason::kSelfApproval)) << body;
  }
  // It may be put in the successor's name.
  draft.set_name(name);
  draft.set_requesting_body("X24");
  EXPECT_THAT(Draft(draft, "X24"), IsOk());
  EXPECT_EQ(Now(name).requesting_body(), "X24");
  draft.set_requesting_body("Y62");
  EXPECT_THAT(Draft(draft, "X24"), HasReason(Reason::kFieldInvalid));
}

TEST_F(RequestLifeTest, NobodyDecidesWhatIsHisOwn) {
  const std::string name = InState(requests::v1::REQUEST_STATE_CONSULTED);
  // X25 became X26, which became X24.
  for (const char* body : {"X24", "X26", "X25", ""}) {
    EXPECT_THAT(Decide(name, true, body), HasReason(Reason::kSelfApproval)) << body;
    EXPECT_THAT(Decide(name, false, body), HasReason(Reason::kSelfApproval)) << body;
  }
  // The same system for another body.
  EXPECT_THAT(Ask(&DataRequests::Decide, By("X30", kDesk), Decision(name)),
              HasReason(Reason::kSelfApproval));
  EXPECT_THAT(Decide(name, true, "X30"), IsOk());
}

// Two bodies that become one: neither decides for the other, nor for what they became.
TEST_F(RequestLifeTest, NobodyDecidesWhatIsOfWhoBecomesOneWithHim) {
  for (const char* code : {"X40", "X41"}) {
    Define(Parse<catalogue::v1::Organisation>(absl::StrCat(
        R"(code: ")", code, R"(" display_name: "Body" type: ORGANISATION_TYPE_NATIONAL_BODY
           successions { successor: "X42" effective_date: "2025-07-01" })")));
  }
  requests::v1::DataRequest draft = Draft();
  draft.set_requesting_body("X40");
  const std::string name = Draft(draft, "X40")->request.name();
  ASSERT_THAT(Match(name, "X40"), IsOk());
  ASSERT_THAT(Close(name, true, "X40"), IsOk());
  for (const char* body : {"X40", "X41", "X42"}) {
    EXPECT_THAT(Decide(name, true, body), HasReason(Reason::kSelfApproval)) << body;
  }
  EXPECT_THAT(Decide(name, true, "X30"), IsOk());
}

TEST_F(RequestLifeTest, ADecisionSpendsItsTokenOnceAndGivesItBack) {
  const std::string name = InState(requests::v1::REQUEST_STATE_CONSULTED);
  int spent = 0;
  OfficerOrigin origin = By("X30", kStewards);
  origin.spend_token = [&spent] {
    ++spent;
    return absl::OkStatus();
  };
  origin.return_token = [&spent] { --spent; };
  requests::v1::DecideRequestRequest bad = Decision(name);
  bad.clear_reason();
  EXPECT_THAT(Ask(&DataRequests::Decide, origin, bad), HasReason(Reason::kFieldInvalid));
  EXPECT_EQ(spent, 0);
  EXPECT_THAT(Ask(&DataRequests::Decide, origin, Decision(name)), IsOk());
  EXPECT_EQ(spent, 1);
}

}  // namespace
}  // namespace onereturn::ingestion
