// Issuing: what is held is given, the gap is owed, and each minute is booked once.
#include "services/ingestion/app/requests/issue/issue_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/ledger/receipt.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/requests/register/read_requests.h"
#include "services/ingestion/app/requests/testing/issue_world.h"
#include "services/ingestion/definitions/minutes_messages.h"
#include "services/ingestion/store/timetable_table.h"

namespace onereturn::ingestion {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kMonths[][8] = {"2025-04", "2025-05"};

class IssueRequestTest : public ::testing::Test, protected IssueWorld {
 protected:
  void SendBoth(const std::string& organisation) {
    for (const char* month : kMonths) {
      ASSERT_THAT(Send("Acute", organisation, month, {{"admissions", 40}, {"wards", 3}}), IsOk());
    }
  }
};

// By hand: each of four returns is 120 minutes (90 of gathering, 30 of quality assurance), and 10
// of gathering for admissions.
TEST_F(IssueRequestTest, WhatIsWhollyHeldCostsNobodyAnything) {
  SendBoth("RLQ");
  SendBoth("RCF");
  const std::string name = Approved(Asking({"admissions"}, {"RLQ", "RCF"}));
  const uint64_t before = ingestion().LastSequence();
  const Answer issued = Issue(name);
  ASSERT_THAT(issued, IsOk());
  EXPECT_EQ(issued->request.state(), requests::v1::REQUEST_STATE_ISSUED);
  const requests::v1::IssueStatement& statement = issued->request.issue();
  EXPECT_THAT(statement.organisations(), ElementsAre("RCF", "RLQ"));
  EXPECT_EQ(statement.sources(), 4u);
  EXPECT_EQ(statement.sources_digest().size(), 32u);
  EXPECT_EQ(statement.provider_minutes(), 0u);
  EXPECT_EQ(statement.avoided().gathering(), 400u);
  EXPECT_EQ(statement.avoided().quality_assurance(), 120u);
  EXPECT_EQ(MinutesOf(statement.avoided()).Total(), 520u);
  EXPECT_EQ(MinutesOf(statement.outstanding()).Total(), 0u);
  EXPECT_EQ(statement.obligations(), 0u);
  EXPECT_EQ(statement.obligation_parts(), 1u);  // Which says what was avoided.
  EXPECT_EQ(statement.new_collection(), "");
  EXPECT_THAT(ObligationsAt(name), IsEmpty());
  EXPECT_EQ(AccountAt(name, "RLQ"), "0 260 0 0");
  EXPECT_EQ(AccountAt(name, "RCF"), "0 260 0 0");
  EXPECT_THAT(
      VerifyReceipt(issued->accepted->receipt, KeyFromSeed(std::string(64, '7')).verifying_key()),
      IsOk());
  feed::v1::Entry entry;
  ASSERT_TRUE(entry.ParseFromString(issued->accepted->receipt.entry));
  EXPECT_EQ(entry.kind(), feed::v1::ENTRY_KIND_REQUEST_ISSUED);
  EXPECT_EQ(entry.sequence(), issued->request.issued().sequence());
  EXPECT_EQ(AccountAt(name, "RLQ", before), "0 0 0 0");
  EXPECT_EQ(GetDataRequest(ingestion().store(), name, before)->state(),
            requests::v1::REQUEST_STATE_APPROVED);
}

// A window that cannot be read is neither open nor closed.
TEST_F(IssueRequestTest, AMatchOnWhatCannotBeReadIsAnError) {
  const std::string name = Approved(Asking({"visits"}, {"RAE"}));
  const ReadCheck window = FindWindow(ingestion().store(), {"Timed", "2025-05"})->check;
  auto written = std::make_shared<std::promise<absl::Status>>();
  PlainWrite damage;
  damage.batch.Put(window.family, window.key, "\xff");
  damage.done = [written](absl::Status status) { written->set_value(std::move(status)); };
  ASSERT_THAT(ingestion().committer().Write(std::move(damage)), IsOk());
  ASSERT_THAT(written->get_future().get(), IsOk());
  EXPECT_THAT(Issue(name), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(Match(name), StatusIs(absl::StatusCode::kDataLoss));
}

TEST_F(IssueRequestTest, TheDigestIsOfTheRevisions) {
  SendBoth("RLQ");
  const std::string first = Issued(Asking({"admissions"}, {"RLQ"}));
  const std::string same = Issued(Asking({"wards"}, {"RLQ"}));
  ASSERT_THAT(Send("Acute", "RLQ", "2025-04", {{"admissions", 41}, {"wards", 3}}), IsOk());
  const std::string later = Issued(Asking({"admissions"}, {"RLQ"}));
  EXPECT_EQ(Now(first).issue().sources_digest(), Now(same).issue().sources_digest());
  EXPECT_NE(Now(first).issue().sources_digest(), Now(later).issue().sources_digest());
}

TEST_F(IssueRequestTest, ARepeatGetsTheSameReceipt) {
  const std::string name = Approved(Asking({"admissions"}, {"RLQ"}));
  const Answer first = BeginIssue(IssueOf(name, "issue")).get();
  ASSERT_THAT(first, IsOk());
  const uint64_t after = ingestion().LastSequence();
  const Answer again = BeginIssue(IssueOf(name, "issue")).get();
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(again->accepted->replayed);
  EXPECT_EQ(again->accepted->receipt.entry, first->accepted->receipt.entry);
  EXPECT_EQ(again->request.SerializeAsString(), first->request.SerializeAsString());
  EXPECT_EQ(ingestion().LastSequence(), after);
  EXPECT_THAT(BeginIssue(IssueOf("requests/002-00", "issue")).get(),
              HasReason(Reason::kRequestIdReused));
}

TEST_F(IssueRequestTest, OfTwoIssuesOneIsTaken) {
  const std::string name = Approved(Asking({"admissions"}, {"RLQ"}));
  CommitterHold hold(&ingestion().committer());
  auto first = BeginIssue(IssueOf(name, "one"));
  auto second = BeginIssue(IssueOf(name, "two"));
  hold.Release();
  EXPECT_THAT(first.get(), IsOk());
  EXPECT_THAT(second.get(), HasReason(Reason::kRequestState));
  EXPECT_THAT(EntriesOf(feed::v1::ENTRY_KIND_REQUEST_ISSUED), SizeIs(1));
  EXPECT_THAT(EntriesOf(feed::v1::ENTRY_KIND_OBLIGATIONS_CREATED), SizeIs(1));
}

// A second request is booked as what it is, though it was matched before the first was there.
TEST_F(IssueRequestTest, OfTwoRequestsForTheSameEachIsMatchedOnTheOther) {
  const std::string first = Approved(Asking({"admissions"}, {"RLQ"}));
  const std::string second = Approved(Asking({"admissions"}, {"RLQ"}));
  CommitterHold hold(&ingestion().committer());
  auto one = BeginIssue(IssueOf(first, "one"));
  auto two = BeginIssue(IssueOf(second, "two"));
  hold.Release();
  ASSERT_THAT(one.get(), IsOk());
  const Answer taken = two.get();
  ASSERT_THAT(taken, IsOk());
  EXPECT_EQ(MinutesOf(taken->request.issue().outstanding()).Total(), 0u);
  EXPECT_EQ(AccountAt(first, "RLQ"), "0 0 260 0");
  EXPECT_EQ(AccountAt(second, "RLQ"), "0 260 0 0");
}

// By hand: 130 minutes a return, two returns each. There is no window: they are due at the end of
// 30 September, which in London is 22:59:59 UTC.
TEST_F(IssueRequestTest, AGapIsOwedByEachOrganisation) {
  const std::string name = Issued(Asking({"admissions"}, {"RLQ", "RCF", "RAE"}));
  EXPECT_THAT(ObligationsAt(name),
              ElementsAre("RAE Acute 2025-04 OUTSTANDING", "RAE Acute 2025-05 OUTSTANDING",
                          "RCF Acute 2025-04 OUTSTANDING", "RCF Acute 2025-05 OUTSTANDING",
                          "RLQ Acute 2025-04 OUTSTANDING", "RLQ Acute 2025-05 OUTSTANDING"));
  EXPECT_EQ(Now(name).issue().obligations(), 6u);
  EXPECT_EQ(MinutesOf(Now(name).issue().outstanding()).Total(), 780u);
  for (const requests::v1::Obligation& one : MessagesAt(name)) {
    EXPECT_EQ(FromWire(one.due_time()).value(), ParseTimestamp("2025-09-30T22:59:59Z").value());
    EXPECT_THAT(one.items(), ElementsAre("admissions"));
    EXPECT_EQ(one.return_minutes().quality_assurance(), 30u);
    EXPECT_EQ(one.item_minutes().gathering(), 10u);
    EXPECT_EQ(one.requesting_body(), "X24");
    EXPECT_EQ(ObligationName(*ParseObligationName(one.name())), one.name());
  }
  EXPECT_EQ(AccountAt(name, "RAE"), "0 0 260 0");
}

TEST_F(IssueRequestTest, WhoAsksForTheSameLaterIsChargedWithNothing) {
  const std::string first = Issued(Asking({"admissions"}, {"RLQ", "RCF"}));
  requests::v1::DataRequest more = Asking({"admissions", "wards"}, {"RLQ", "RCF"});
  const std::string same = Issued(Asking({"admissions"}, {"RLQ", "RCF"}));
  const std::string wards = Issued(more);
  EXPECT_THAT(ObligationsAt(same), Each(EndsWith("AWAITED")));
  EXPECT_THAT(ObligationsAt(wards), Each(EndsWith("OUTSTANDING")));
  EXPECT_EQ(AccountAt(first, "RLQ"), "0 0 260 0");
  EXPECT_EQ(AccountAt(same, "RLQ"), "0 260 0 0");
  // Wards alone are its own: 5 minutes of each return.
  EXPECT_EQ(AccountAt(wards, "RLQ"), "0 260 10 0");
  EXPECT_EQ(MinutesOf(Now(wards).issue().outstanding()).Total(), 20u);
  EXPECT_EQ(Now(same).issue().match().change_class(), requests::v1::CHANGE_CLASS_NONE);

  const uint64_t before = ingestion().LastSequence();
  ASSERT_THAT(Send("Acute", "RLQ", "2025-04", {{"admissions", 40}, {"wards", 3}}), IsOk());
  EXPECT_EQ(AccountAt(first, "RLQ"), "130 0 130 0");
  EXPECT_EQ(AccountAt(same, "RLQ"), "0 260 0 0");
  EXPECT_EQ(AccountAt(wards, "RLQ"), "5 260 5 0");
  EXPECT_THAT(ObligationsAt(first),
              ElementsAre("RCF Acute 2025-04 OUTSTANDING", "RCF Acute 2025-05 OUTSTANDING",
                          "RLQ Acute 2025-04 COLLECTED", "RLQ Acute 2025-05 OUTSTANDING"));
  EXPECT_THAT(ObligationsAt(same),
              ElementsAre("RCF Acute 2025-04 AWAITED", "RCF Acute 2025-05 AWAITED",
                          "RLQ Acute 2025-04 SHARED", "RLQ Acute 2025-05 AWAITED"));

  // Who asked first goes: what has not come is the second's, and the third's wards stay its own.
  ASSERT_THAT(End(first), IsOk());
  EXPECT_EQ(AccountAt(first, "RLQ"), "130 0 0 130");
  EXPECT_EQ(AccountAt(same, "RLQ"), "0 130 130 0");
  EXPECT_EQ(AccountAt(wards, "RLQ"), "5 260 5 0");
  EXPECT_EQ(AccountAt(first, "RCF"), "0 0 0 260");
  EXPECT_EQ(AccountAt(same, "RCF"), "0 0 260 0");
  EXPECT_EQ(MessagesAt(first)[0].release_reason(), requests::v1::RELEASE_REASON_WITHDRAWN);
  ASSERT_THAT(End(same), IsOk());
  EXPECT_EQ(AccountAt(wards, "RLQ"), "5 130 135 0");
  // Each can be read as it was.
  EXPECT_EQ(AccountAt(first, "RLQ", before), "0 0 260 0");
  EXPECT_EQ(AccountAt(same, "RCF", before), "0 260 0 0");
  EXPECT_THAT(ObligationsAt(same, before), Each(EndsWith("AWAITED")));
  EXPECT_EQ(MessagesAt(first, before)[0].release_reason(),
            requests::v1::RELEASE_REASON_UNSPECIFIED);
}

// A return of 120 minutes with admissions (10), and with wards (5) for a second request: the second
// is charged with its wards alone.
TEST_F(IssueRequestTest, EachMinuteOfAReturnIsChargedOnce) {
  const std::string first = Issued(Asking({"admissions"}, {"RLQ"}));
  const std::string second = Issued(Asking({"admissions", "wards"}, {"RLQ"}));
  const auto minutes = [](const requests::v1::Obligation& one) {
    return MinutesOf(one.charged_minutes()).Total();
  };
  EXPECT_EQ(minutes(MessagesAt(first)[0]), 130u);
  EXPECT_EQ(minutes(MessagesAt(second)[0]), 5u);
  ASSERT_THAT(Send("Acute", "RLQ", "2025-04", {{"admissions", 40}, {"wards", 3}}), IsOk());
  EXPECT_EQ(minutes(MessagesAt(first)[0]), 130u) << "it came";
  EXPECT_EQ(minutes(MessagesAt(second)[0]), 5u);
  ASSERT_THAT(End(first), IsOk());
  EXPECT_EQ(minutes(MessagesAt(first)[1]), 0u) << "it was released";
  EXPECT_EQ(minutes(MessagesAt(second)[1]), 135u);
}

// The second asks for it by 20 August; it is due on 30 September, before and after the first ends.
TEST_F(IssueRequestTest, ASecondRequestDoesNotGetRoundTheNoticeOfTheFirst) {
  const std::string first = Issued(Asking({"admissions"}, {"RLQ"}));
  requests::v1::DataRequest sooner = Asking({"admissions"}, {"RLQ"});
  sooner.set_due_date("2025-08-20");
  const std::string second = Issued(sooner);
  EXPECT_THAT(Now(second).issue().match().concerns(),
              ElementsAre(requests::v1::CONCERN_KIND_CONFLICT_DATE));
  const Timestamp due = ParseTimestamp("2025-09-30T22:59:59Z").value();
  const auto is_due_then = [due](const requests::v1::Obligation& one) {
    return FromWire(one.due_time()).value() == due;
  };
  EXPECT_THAT(MessagesAt(second), Each(::testing::Truly(is_due_then)));
  ASSERT_THAT(End(first), IsOk());
  EXPECT_THAT(ObligationsAt(second), Each(EndsWith("OUTSTANDING")));
  EXPECT_THAT(MessagesAt(second), Each(::testing::Truly(is_due_then)));
}

TEST_F(IssueRequestTest, AReturnIsOwedOnceForAllItsItems) {
  Issued(Asking({"admissions"}, {"RLQ"}));
  OwedForRequests owed(&ingestion().store(), ingestion().LastSequence());
  const PartKey part{"Acute", Period::Parse("2025-04").value(), "RLQ"};
  EXPECT_EQ(owed.DueOf(part, "admissions"), ParseTimestamp("2025-09-30T22:59:59Z").value());
  EXPECT_EQ(owed.DueOf(part, "wards"), std::nullopt);
  EXPECT_TRUE(owed.DueOf(part, "").has_value());
  EXPECT_EQ(owed.DueOf({"Acute", Period::Parse("2025-04").value(), "RCF"}, ""), std::nullopt);
  EXPECT_EQ(owed.DueOf({"Acute", Period::Parse("2025-06").value(), "RLQ"}, ""), std::nullopt);
  EXPECT_EQ(owed.DueOf({"", Period::Parse("2025-04").value(), "RLQ"}, ""), std::nullopt);
  EXPECT_THAT(owed.status(), IsOk());
}

// Where the frames name who is asked, the collection is charged, and nobody else.
TEST_F(IssueRequestTest, WhatTheCollectionItselfAsksForIsChargedToNobody) {
  requests::v1::DataRequest june = Asking({"visits"}, {"RAE"});
  june.set_from_period("2025-06");
  june.set_to_period("2025-06");
  const std::string name = Issued(june);
  EXPECT_THAT(ObligationsAt(name), ElementsAre("RAE Timed 2025-06 AWAITED"));
  EXPECT_EQ(AccountAt(name, "RAE"), "0 67 0 0");
  // Its own window's moments: 17:00 on Wednesday 2 July.
  EXPECT_EQ(FromWire(MessagesAt(name)[0].due_time()).value(),
            ParseTimestamp("2025-07-02T16:00:00Z").value());
}

TEST_F(IssueRequestTest, WhoAsksTooMuchNowIsToMatchAnew) {
  // Approved while another request owed it; that one ended since.
  const std::string first = Issued(Asking({"admissions"}, {"RCF"}));
  const std::string second = Approved(Asking({"admissions"}, {"RCF"}));
  ASSERT_THAT(End(first), IsOk());
  const uint64_t before = ingestion().LastSequence();
  const Answer refused = Issue(second);
  EXPECT_THAT(refused, HasReason(Reason::kMatchChanged));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("260"));
  EXPECT_EQ(ingestion().LastSequence(), before);
  EXPECT_EQ(Now(second).state(), requests::v1::REQUEST_STATE_APPROVED);
  EXPECT_THAT(Match(second), IsOk());
}

// One leaves and another comes, of another region: no more is asked in all.
TEST_F(IssueRequestTest, WhoWasNotApprovedIsNotAsked) {
  requests::v1::DataRequest of_all = Asking({"admissions"}, {});
  of_all.mutable_selector()->add_types(catalogue::v1::ORGANISATION_TYPE_PROVIDER);
  const std::string name = Approved(of_all);
  const uint64_t returns = Now(name).match().parts();
  catalogue::v1::Organisation closed = SmallProvider("RAE");
  closed.set_close_date("2025-01-01");
  Define(closed);
  Define(SmallProvider("RXX"));
  const Answer refused = Issue(name);
  EXPECT_THAT(refused, HasReason(Reason::kMatchChanged));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("such as of RXX"));
  // Matched and approved anew it is as much.
  EXPECT_EQ(Match(name)->request.match().parts(), returns);
}

// The same where an earlier request is charged with the return: it is this one's once that ends.
TEST_F(IssueRequestTest, WhoWasNotApprovedIsNotAskedBesideAnother) {
  Define(SmallProvider("RXX"));
  const std::string earlier = Issued(Asking({"admissions"}, {"RXX"}));
  requests::v1::DataRequest within = Asking({"admissions"}, {});
  within.mutable_selector()->add_types(catalogue::v1::ORGANISATION_TYPE_PROVIDER);
  within.mutable_selector()->set_within("Y63");
  const std::string name = Approved(within);
  const auto below = [](const std::string& code, const std::string& region) {
    catalogue::v1::Organisation provider = SmallProvider(code);
    auto* tie = provider.add_relationships();
    tie->set_kind(catalogue::v1::RELATIONSHIP_KIND_PROVIDER_TO_REGION);
    tie->set_parent(region);
    tie->set_from_date("2020-04-01");
    tie->set_lead(true);
    return provider;
  };
  // RAE, the only one below Y63, leaves it, and RXX comes.
  Define(below("RAE", "Y62"));
  Define(below("RXX", "Y63"));
  EXPECT_THAT(Issue(name), HasReason(Reason::kMatchChanged));
}

// A month goes by in which nothing is accepted: the notice counts from the issue.
TEST_F(IssueRequestTest, NoticeCountsFromTheDayOfTheIssue) {
  requests::v1::DataRequest ask = Asking({"visits"}, {"RLQ"});
  ask.set_from_period("2025-05");
  ask.set_to_period("2025-05");
  const std::string first = Approved(ask);
  const uint64_t before = ingestion().LastSequence();
  ingestion().clock().Set(ParseTimestamp("2025-07-20T12:00:00Z").value());
  ASSERT_EQ(ingestion().LastSequence(), before);
  ASSERT_THAT(Issue(first), IsOk());
  // 28 days end on 17 August: at 17:00 on Tuesday 2 September, the second working day.
  EXPECT_EQ(FromWire(MessagesAt(first)[0].due_time()).value(),
            ParseTimestamp("2025-09-02T16:00:00Z").value());
}

TEST_F(IssueRequestTest, WhatHasNoMinutesIsNotAskedUnseenEither) {
  const std::string first = Issued(Asking({"beds"}, {"RCF"}));
  const std::string second = Approved(Asking({"beds"}, {"RCF"}));
  ASSERT_THAT(End(first), IsOk());
  EXPECT_THAT(Issue(second), HasReason(Reason::kMatchChanged));
  requests::v1::DataRequest of_all = Asking({"beds"}, {});
  of_all.mutable_selector()->add_types(catalogue::v1::ORGANISATION_TYPE_PROVIDER);
  const std::string all = Approved(of_all);
  catalogue::v1::Organisation opened = SmallProvider("RXX");
  opened.set_open_date("2025-01-01");
  Define(opened);
  EXPECT_THAT(Issue(all), HasReason(Reason::kMatchChanged));
}

TEST_F(IssueRequestTest, WhoMayNotIssue) {
  const std::string draft = InState(requests::v1::REQUEST_STATE_CONSULTED);
  EXPECT_THAT(Issue(draft), HasReason(Reason::kRequestState));
  EXPECT_THAT(Issue("requests/077-00"), HasReason(Reason::kNotFound));
  const std::string name = Approved(Asking({"admissions"}, {"RLQ"}));
  EXPECT_THAT(Issue(name, "X30"), HasReason(Reason::kOrgScope));
  requests::v1::IssueRequestRequest old = IssueOf(name, "old");
  old.set_etag(EtagOf(1));
  EXPECT_THAT(BeginIssue(old).get(), HasReason(Reason::kEtagMismatch));
  ingestion().clock().Set(ParseTimestamp("2026-04-01T00:00:00Z").value());
  Define(SmallItem("later"));  // The day is that of the newest fact.
  EXPECT_THAT(Issue(name), HasReason(Reason::kRequestExpired));
}

// X30, which approved it, merges into X24, which asks.
TEST_F(IssueRequestTest, WhoHasMergedWithTheApproverIssuesNothing) {
  requests::v1::DataRequest draft = Asking({"admissions"}, {"RLQ"});
  const std::string name = Approved(draft);
  Define(Parse<catalogue::v1::Organisation>(
      R"(code: "X30" display_name: "Department" type: ORGANISATION_TYPE_NATIONAL_BODY
         close_date: "2025-06-14" successions { successor: "X24" effective_date: "2025-06-15" })"));
  const uint64_t before = ingestion().LastSequence();
  EXPECT_THAT(Issue(name), HasReason(Reason::kSelfApproval));
  EXPECT_EQ(ingestion().LastSequence(), before);
  EXPECT_EQ(Now(name).state(), requests::v1::REQUEST_STATE_APPROVED);
  // Drafted anew as it is, and decided by a body that stands alone.
  draft.set_name(name);
  Say(Draft(draft, "X24"));
  Say(Match(name));
  Say(Close(name, true));
  Say(Decide(name, true, "Y62"));
  EXPECT_THAT(Issue(name), IsOk());
}

// 30 September is less than 28 days from the 3rd.
TEST_F(IssueRequestTest, WhatIsNotSettledAnyMoreIsNotIssued) {
  const std::string name = Approved(Asking({"admissions"}, {"RLQ"}));
  ingestion().clock().Set(ParseTimestamp("2025-09-03T12:00:00Z").value());
  Define(SmallItem("later"));
  EXPECT_THAT(Issue(name), HasReason(Reason::kConcernsOpen));
}

TEST_F(IssueRequestTest, ItemsAreGivenToWhoHasARightToThem) {
  SendBoth("RLQ");
  catalogue::v1::DataItem item = SmallItem("admissions");
  item.set_additive_over_organisations(true);
  item.set_additive_over_time(true);
  *item.add_reuse_rights() = Parse<catalogue::v1::ReuseRight>(
      R"(body: "X24" purposes: PURPOSE_ACCOUNTABILITY_TO_PARLIAMENT
         terms: "not below a region")");
  Define(item);
  EXPECT_THAT(Now(Issued(Asking({"admissions"}, {"RLQ"}))).issue().reuse_terms(),
              ElementsAre("not below a region"));
  requests::v1::DataRequest other = Asking({"admissions"}, {"RLQ"});
  other.set_purpose(common::v1::PURPOSE_FUNDING);
  const Answer refused = Issue(Approved(other));
  EXPECT_THAT(refused, HasReason(Reason::kReuseRefused));
  EXPECT_THAT(
      DetailsOf(refused.status())->preconditions,
      ElementsAre(PreconditionViolation{
          "items/admissions", "states no right of reuse for X24 for the purpose \"funding\""}));
  other = Asking({"admissions"}, {"RLQ"});
  other.set_requesting_body("X30");
  EXPECT_THAT(Issue(Approved(other), "X30"), HasReason(Reason::kReuseRefused));
  EXPECT_THAT(Issued(Asking({"wards"}, {"RLQ"})), HasSubstr("requests/"));
}

// Until April everybody may use it, from May on X30 alone.
TEST_F(IssueRequestTest, RightsAreThoseOfEachPeriod) {
  catalogue::v1::DataItem item = SmallItem("admissions");
  item.set_additive_over_organisations(true);
  item.set_additive_over_time(true);
  item.set_valid_from_period("2025-05");
  *item.add_reuse_rights() = Parse<catalogue::v1::ReuseRight>(R"(body: "X30" terms: "ours")");
  Define(item);
  EXPECT_THAT(Issue(Approved(Asking({"admissions"}, {"RLQ"}))), HasReason(Reason::kReuseRefused));
  requests::v1::DataRequest april = Asking({"admissions"}, {"RLQ"});
  april.set_to_period("2025-04");
  EXPECT_THAT(Issue(Approved(april)), IsOk());
}

TEST_F(IssueRequestTest, OnlyJudgedItWritesNothing) {
  const std::string name = Approved(Asking({"admissions"}, {"RLQ"}));
  const uint64_t before = ingestion().LastSequence();
  requests::v1::IssueRequestRequest request = IssueOf(name, "judged");
  request.set_validate_only(true);
  const Answer judged = BeginIssue(request).get();
  ASSERT_THAT(judged, IsOk());
  EXPECT_FALSE(judged->accepted.has_value());
  EXPECT_EQ(judged->request.issue().obligations(), 2u);
  EXPECT_EQ(ingestion().LastSequence(), before);
  EXPECT_THAT(Issue(name), IsOk());
}

}  // namespace
}  // namespace onereturn::ingestion
