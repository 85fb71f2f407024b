#include "services/ingestion/app/returns/submit_return.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/ledger/receipt.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/testing/test_ingestion.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class SubmitReturnTest : public ::testing::Test {
 protected:
  SubmitReturnTest() { ingestion_.Apply(EnglandOf({"RLQ", "RVW", "RCF", "RDY"})); }

  // A collection that asks for an explanation above 1,000 attendances of a kind.
  void AskForExplanations() {
    catalogue::v1::Collection collection = EnglandOf({"RLQ", "RVW", "RCF", "RDY"}).collections(0);
    auto* rule = collection.add_rules();
    rule->set_code("EX01");
    rule->set_severity(common::v1::SEVERITY_EXPLAIN);
    rule->set_message("More than are usual.");
    rule->set_suggestion("Say why.");
    rule->set_expression("cell <= 1000");
    rule->set_each_cell(true);
    ASSERT_THAT(ingestion_.DefineOne(collection), IsOk());
  }

  TestIngestion ingestion_;
};

std::vector<std::string> Codes(const ReturnAnswer& answer) {
  std::vector<std::string> codes;
  for (const Finding& finding : answer.findings.kept()) codes.push_back(finding.code);
  return codes;
}

TEST_F(SubmitReturnTest, AValidReturnIsAFactWithAReceiptThatVerifies) {
  const uint64_t before = ingestion_.LastSequence();
  const ReturnSubmission submission =
      ingestion_.AeReturn("RLQ", "2023-06", {{"ae_attendances|type1|no", "5536"}});
  const absl::StatusOr<ReturnAnswer> answer = ingestion_.Submit(submission);
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->verdict, Verdict::kValid);
  EXPECT_THAT(Codes(*answer), IsEmpty());
  EXPECT_FALSE(answer->unchanged);
  ASSERT_TRUE(answer->accepted.has_value());
  EXPECT_FALSE(answer->accepted->replayed);
  EXPECT_EQ(answer->accepted->placement.sequence, before + 1);
  EXPECT_EQ(ingestion_.LastSequence(), before + 1);
  EXPECT_THAT(VerifyReceipt(answer->accepted->receipt, ingestion_.committer().verifying_key()),
              IsOk());

  feed::v1::Entry entry;
  ASSERT_TRUE(entry.ParseFromString(answer->accepted->receipt.entry));
  EXPECT_EQ(entry.kind(), feed::v1::ENTRY_KIND_RETURN_ACCEPTED);
  EXPECT_EQ(entry.actor(), kLoader);
  EXPECT_EQ(entry.organisation(), "RLQ");
  EXPECT_EQ(entry.request_id(), submission.origin.request_id);
  EXPECT_EQ(entry.request_digest(), DigestBytes(submission.origin.digest));
  EXPECT_EQ(entry.name(), "organisations/RLQ/returns/MSitAE.2023-06/revisions/1");
  const feed::v1::ReturnAccepted fact = ReturnOfEntry(answer->accepted->receipt.entry).value();
  EXPECT_EQ(fact.SerializeAsString(), answer->fact.SerializeAsString());
  EXPECT_EQ(fact.collection_version(), 1u);
  EXPECT_EQ(fact.period(), "2023-06");
  EXPECT_EQ(fact.status(), returns::v1::REVISION_STATUS_FINAL);
  EXPECT_EQ(fact.origin(), returns::v1::ORIGIN_SUBMITTED);
  EXPECT_EQ(fact.cell_count(), 18u);
  std::vector<Cell> stored = ingestion_.CellsOf(fact);
  std::vector<Cell> sent = submission.submission.cells;
  EXPECT_THAT(stored, ::testing::UnorderedElementsAreArray(sent));
}

// The receipt of another service's key, or one byte of the entry changed, proves nothing.
TEST_F(SubmitReturnTest, AChangedReceiptDoesNotVerify) {
  const ReturnAnswer answer = ingestion_.Submit(ingestion_.AeReturn("RLQ", "2023-06")).value();
  Receipt forged = answer.accepted->receipt;
  forged.entry.back() ^= 1;
  EXPECT_THAT(VerifyReceipt(forged, ingestion_.committer().verifying_key()),
              ::testing::Not(IsOk()));
  const SigningKey other = KeyFromSeed(std::string(64, '8'));
  EXPECT_THAT(VerifyReceipt(answer.accepted->receipt, other.verifying_key()),
              ::testing::Not(IsOk()));
}

TEST_F(SubmitReturnTest, AnInvalidReturnStoresNothingNotEvenItsId) {
  const uint64_t before = ingestion_.LastSequence();
  ReturnSubmission submission = ingestion_.AeReturn(
      "RLQ", "2023-06",
      {{"ae_over_four_hours|type1|no", "1"}, {"ae_waits_over_twelve_hours", "-1"}});
  const absl::StatusOr<ReturnAnswer> answer = ingestion_.Submit(submission);
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->verdict, Verdict::kInvalid);
  EXPECT_THAT(Codes(*answer), ElementsAre("AE01", "AE02"));
  EXPECT_FALSE(answer->accepted.has_value());
  EXPECT_EQ(ingestion_.LastSequence(), before);
  // The id is free: the corrected return may use it, with other bytes.
  submission.submission.cells = AeCells();
  submission.origin.digest = Sha256("corrected");
  EXPECT_EQ(ingestion_.Submit(submission)->accepted->placement.sequence, before + 1);
}

TEST_F(SubmitReturnTest, TheCataloguesRulesAndHolesAreJudged) {
  struct Case {
    const char* organisation;
    const char* period;
    std::map<std::string, std::string> figures;
    std::vector<std::string> codes;
    Verdict verdict;
  };
  const std::vector<std::string> hole(6, "CELL_NOT_COLLECTED");
  for (const Case& one : std::vector<Case>{
           {"RLQ", "2023-06", {{"ae_admissions_via_ae|other", "3"}}, {"AE03"}, Verdict::kValid},
           {"RLQ", "2023-06", {{"ae_waits_over_twelve_hours", "3"}}, {"AE04"}, Verdict::kValid},
           {"RVW", "2023-05", {}, hole, Verdict::kInvalid},
           {"RVW", "2023-06", {}, {}, Verdict::kValid},
           {"RLQ", "2022-03", {}, {"NOT_IN_FRAME"}, Verdict::kInvalid},
           {"RLQ", "2022-04", {}, {}, Verdict::kValid},
       }) {
    const absl::StatusOr<ReturnAnswer> answer =
        ingestion_.Submit(ingestion_.AeReturn(one.organisation, one.period, one.figures));
    ASSERT_THAT(answer, IsOk());
    EXPECT_EQ(Codes(*answer), one.codes) << one.organisation << one.period;
    EXPECT_EQ(answer->verdict, one.verdict);
    EXPECT_EQ(answer->accepted.has_value(), one.verdict != Verdict::kInvalid);
  }
}

TEST_F(SubmitReturnTest, ARepeatIsReplayedWhateverHasChangedSince) {
  const ReturnSubmission submission = ingestion_.AeReturn("RLQ", "2023-06");
  const ReturnAnswer first = ingestion_.Submit(submission).value();
  ASSERT_THAT(
      ingestion_.Submit(ingestion_.AeReturn("RLQ", "2023-06", {{"ae_attendances|type1|no", "7"}})),
      IsOk());
  catalogue::v1::Collection stricter = EnglandOf({"RLQ", "RVW", "RCF", "RDY"}).collections(0);
  stricter.mutable_rules(0)->set_expression("cell > 0");
  ASSERT_THAT(ingestion_.DefineOne(stricter), IsOk());
  const uint64_t last = ingestion_.LastSequence();

  const absl::StatusOr<ReturnAnswer> repeat = ingestion_.Submit(submission);
  ASSERT_THAT(repeat, IsOk());
  EXPECT_TRUE(repeat->accepted->replayed);
  EXPECT_EQ(repeat->accepted->placement.sequence, first.accepted->placement.sequence);
  EXPECT_EQ(repeat->accepted->placement.time, first.accepted->placement.time);
  EXPECT_EQ(repeat->accepted->receipt.entry, first.accepted->receipt.entry);
  EXPECT_EQ(repeat->accepted->receipt.leaf_hash, first.accepted->receipt.leaf_hash);
  EXPECT_EQ(repeat->fact.revision(), 1u);
  EXPECT_THAT(VerifyReceipt(repeat->accepted->receipt, ingestion_.committer().verifying_key()),
              IsOk());
  ReturnSubmission other = submission;
  other.origin.digest = Sha256("other bytes");
  const absl::Status reused = ingestion_.Submit(other).status();
  EXPECT_THAT(reused, HasReason(Reason::kRequestIdReused));
  EXPECT_THAT(reused, StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_EQ(ingestion_.LastSequence(), last);
}

TEST_F(SubmitReturnTest, ARequestIdIsTheOrganisationsOwn) {
  const ReturnSubmission first = ingestion_.AeReturn("RLQ", "2023-06");
  ReturnSubmission second = ingestion_.AeReturn("RCF", "2023-06");
  second.origin.request_id = first.origin.request_id;
  ASSERT_THAT(ingestion_.Submit(first), IsOk());
  const absl::StatusOr<ReturnAnswer> answer = ingestion_.Submit(second);
  ASSERT_THAT(answer, IsOk());
  EXPECT_FALSE(answer->accepted->replayed);
}

TEST_F(SubmitReturnTest, TheSameCellsUnderAnotherIdChangeNothing) {
  const ReturnAnswer first = ingestion_.Submit(ingestion_.AeReturn("RLQ", "2023-06")).value();
  ReturnSubmission again = ingestion_.AeReturn("RLQ", "2023-06");
  std::reverse(again.submission.cells.begin(), again.submission.cells.end());
  const ReturnAnswer second = ingestion_.Submit(again).value();
  EXPECT_TRUE(second.unchanged);
  EXPECT_FALSE(second.accepted->replayed);
  EXPECT_EQ(second.accepted->placement.sequence, first.accepted->placement.sequence);
  EXPECT_EQ(ingestion_.LastSequence(), first.accepted->placement.sequence);
  // Another status, or other cells, are another revision.
  ReturnSubmission provisional = ingestion_.AeReturn("RLQ", "2023-06");
  provisional.status = returns::v1::REVISION_STATUS_PROVISIONAL;
  EXPECT_EQ(ingestion_.Submit(provisional)->fact.revision(), 2u);
  ReturnSubmission other =
      ingestion_.AeReturn("RLQ", "2023-06", {{"ae_attendances|type1|no", "1"}});
  EXPECT_EQ(ingestion_.Submit(other)->fact.revision(), 3u);
  // And back again is one more, though the cells are those of revision 1.
  const ReturnAnswer back = ingestion_.Submit(ingestion_.AeReturn("RLQ", "2023-06")).value();
  EXPECT_EQ(back.fact.revision(), 4u);
  EXPECT_EQ(back.fact.cell_digest(), first.fact.cell_digest());
}

TEST_F(SubmitReturnTest, AStaleEtagIsAborted) {
  ReturnSubmission submission = ingestion_.AeReturn("RLQ", "2023-06");
  submission.etag = "\"0\"";
  const ReturnAnswer first = ingestion_.Submit(submission).value();
  submission = ingestion_.AeReturn("RLQ", "2023-06", {{"ae_attendances|type1|no", "1"}});
  submission.etag = "\"0\"";
  const absl::Status stale = ingestion_.Submit(submission).status();
  EXPECT_THAT(stale, HasReason(Reason::kEtagMismatch));
  EXPECT_THAT(stale, StatusIs(absl::StatusCode::kAborted));
  EXPECT_EQ(DetailsOf(stale)->metadata[0].second, EtagOf(first.accepted->placement.sequence));
  submission.etag = EtagOf(first.accepted->placement.sequence);
  EXPECT_EQ(ingestion_.Submit(submission)->fact.revision(), 2u);
}

TEST_F(SubmitReturnTest, TheEnvelopeHasItsOwnErrors) {
  const uint64_t before = ingestion_.LastSequence();
  struct Case {
    std::function<void(ReturnSubmission&)> spoil;
    Reason reason;
  };
  for (const Case& bad : std::vector<Case>{
           {[](ReturnSubmission& s) { s.origin.request_id = ""; }, Reason::kRequestId},
           {[](ReturnSubmission& s) { s.origin.request_id = "a\tb"; }, Reason::kRequestId},
           {[](ReturnSubmission& s) { s.collection = "DM01"; }, Reason::kDefinitionUnknown},
           {[](ReturnSubmission& s) { s.period = "June 2023"; }, Reason::kPeriod},
           {[](ReturnSubmission& s) { s.period = "2023-Q2"; }, Reason::kPeriod},
           {[](ReturnSubmission& s) { s.submission.organisation = "RXX"; }, Reason::kOdsUnknown},
           {[](ReturnSubmission& s) { s.submission.organisation = "rlq"; }, Reason::kOdsFormat},
           {[](ReturnSubmission& s) { s.submission.organisation = ""; }, Reason::kOdsFormat},
       }) {
    ReturnSubmission submission = ingestion_.AeReturn("RLQ", "2023-06");
    bad.spoil(submission);
    EXPECT_THAT(ingestion_.Submit(submission).status(), HasReason(bad.reason));
  }
  EXPECT_EQ(ingestion_.LastSequence(), before);
}

TEST_F(SubmitReturnTest, ValidateOnlyStoresNothing) {
  const uint64_t before = ingestion_.LastSequence();
  ReturnSubmission submission = ingestion_.AeReturn("RLQ", "2023-06");
  submission.origin.validate_only = true;
  const absl::StatusOr<ReturnAnswer> answer = ingestion_.Submit(submission);
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->verdict, Verdict::kValid);
  EXPECT_FALSE(answer->accepted.has_value());
  EXPECT_EQ(ingestion_.LastSequence(), before);
}

TEST_F(SubmitReturnTest, ExplanationsAreKeptBesideTheValue) {
  AskForExplanations();
  ReturnSubmission submission =
      ingestion_.AeReturn("RLQ", "2023-06", {{"ae_attendances|type1|no", "1001"}});
  const ReturnAnswer owed = ingestion_.Submit(submission).value();
  EXPECT_EQ(owed.verdict, Verdict::kValidWithExplanations);
  EXPECT_THAT(owed.findings.kept()[0].suggestion, HasSubstr("EXPLANATION_OWED"));
  EXPECT_TRUE(owed.accepted.has_value()) << "an explanation owed never blocks";
  // The same cells with the reason: a revision, for the reason is to be kept.
  submission = ingestion_.AeReturn("RLQ", "2023-06", {{"ae_attendances|type1|no", "1001"}});
  submission.submission.explanations = {
      {"EX01", AeCell("ae_attendances|type1|no", "1001"), "A marathon passed by."}};
  const ReturnAnswer given = ingestion_.Submit(submission).value();
  EXPECT_EQ(given.verdict, Verdict::kValidWithExplanations);
  EXPECT_EQ(given.findings.kept()[0].suggestion, "Say why.");
  EXPECT_EQ(given.fact.revision(), 2u);
  ASSERT_EQ(given.fact.explanations_size(), 1);
  EXPECT_EQ(given.fact.explanations(0).text(), "A marathon passed by.");
  EXPECT_EQ(given.fact.explanations(0).cell().item(), "ae_attendances");
  EXPECT_EQ(given.fact.explanations(0).cell().dimensions_size(), 2);
  const ReturnAnswer repeat = ingestion_.Submit(submission).value();
  EXPECT_TRUE(repeat.accepted->replayed);
  EXPECT_EQ(repeat.verdict, Verdict::kValidWithExplanations);
}

TEST_F(SubmitReturnTest, TenWithTheSameEtagLeaveOneWinner) {
  for (const char* period : {"2023-06", "2023-07", "2023-08", "2023-09", "2023-10"}) {
    const uint64_t before = ingestion_.LastSequence();
    std::vector<std::future<absl::StatusOr<ReturnAnswer>>> answers;
    for (int i = 0; i < 10; ++i) {
      ReturnSubmission submission =
          ingestion_.AeReturn("RLQ", period, {{"ae_attendances|type1|no", absl::StrCat(100 + i)}});
      submission.etag = "\"0\"";
      answers.push_back(std::async(std::launch::async,
                                   [this, submission] { return ingestion_.Submit(submission); }));
    }
    int winners = 0;
    for (auto& future : answers) {
      const absl::StatusOr<ReturnAnswer> answer = future.get();
      if (answer.ok()) {
        ++winners;
        EXPECT_EQ(answer->fact.revision(), 1u);
      } else {
        EXPECT_THAT(answer.status(), StatusIs(absl::StatusCode::kAborted));
      }
    }
    EXPECT_EQ(winners, 1);
    EXPECT_EQ(ingestion_.LastSequence(), before + 1);
  }
}

// All ten judged before the first is committed: nine meet the winner in the committer.
TEST_F(SubmitReturnTest, TenInOneGroupWithTheSameEtagLeaveOneWinner) {
  const uint64_t before = ingestion_.LastSequence();
  std::vector<std::future<absl::StatusOr<ReturnAnswer>>> answers;
  {
    CommitterHold hold(&ingestion_.committer());
    for (int i = 0; i < 10; ++i) {
      ReturnSubmission submission = ingestion_.AeReturn(
          "RLQ", "2023-06", {{"ae_attendances|type1|no", absl::StrCat(100 + i)}});
      submission.etag = "\"0\"";
      answers.push_back(ingestion_.BeginSubmit(submission));
    }
  }
  EXPECT_THAT(answers[0].get(), IsOk());
  for (int i = 1; i < 10; ++i) {
    EXPECT_THAT(answers[i].get().status(), HasReason(Reason::kEtagMismatch));
  }
  EXPECT_EQ(ingestion_.LastSequence(), before + 1);
}

TEST_F(SubmitReturnTest, TenCopiesOfOneRequestMakeOneFactAndNineReplays) {
  int round = 0;
  for (const char* period : {"2023-06", "2023-07", "2023-08", "2023-09", "2023-10", "2023-11"}) {
    ++round;
    const uint64_t before = ingestion_.LastSequence();
    ReturnSubmission submission = ingestion_.AeReturn("RLQ", period);
    // In every other round with an etag: it is stale once the first copy is in, and yet they all
    // are that request.
    if (round % 2 == 0) submission.etag = "\"0\"";
    std::vector<std::future<absl::StatusOr<ReturnAnswer>>> answers;
    for (int i = 0; i < 10; ++i) {
      answers.push_back(std::async(std::launch::async,
                                   [this, submission] { return ingestion_.Submit(submission); }));
    }
    int replays = 0;
    for (auto& future : answers) {
      const absl::StatusOr<ReturnAnswer> answer = future.get();
      ASSERT_THAT(answer, IsOk());
      EXPECT_EQ(answer->accepted->placement.sequence, before + 1);
      EXPECT_EQ(answer->fact.revision(), 1u);
      EXPECT_FALSE(answer->unchanged);
      replays += answer->accepted->replayed ? 1 : 0;
    }
    EXPECT_EQ(replays, 9);
    EXPECT_EQ(ingestion_.LastSequence(), before + 1);
  }
}

TEST_F(SubmitReturnTest, TenCopiesInOneGroupMakeOneFactAndNineReplays) {
  const ReturnSubmission submission = ingestion_.AeReturn("RLQ", "2023-06");
  std::vector<std::future<absl::StatusOr<ReturnAnswer>>> answers;
  {
    CommitterHold hold(&ingestion_.committer());
    for (int i = 0; i < 10; ++i) answers.push_back(ingestion_.BeginSubmit(submission));
  }
  int replays = 0;
  for (auto& future : answers) {
    const absl::StatusOr<ReturnAnswer> answer = future.get();
    ASSERT_THAT(answer, IsOk());
    replays += answer->accepted->replayed ? 1 : 0;
    EXPECT_EQ(answer->fact.SerializeAsString(),
              ReturnOfEntry(answer->accepted->receipt.entry)->SerializeAsString());
  }
  EXPECT_EQ(replays, 9);
}

// Judged by the old catalogue, committed after the new one: judged again, by the new one.
TEST_F(SubmitReturnTest, ACatalogueThatChangedBeforeTheCommitIsJudgedAgain) {
  catalogue::v1::Collection stricter = EnglandOf({"RLQ", "RVW", "RCF", "RDY"}).collections(0);
  stricter.mutable_rules(0)->set_expression("cell >= 0 and cell < 1000");
  std::promise<absl::Status> defined;
  std::future<absl::StatusOr<ReturnAnswer>> refused;
  std::future<absl::StatusOr<ReturnAnswer>> taken;
  {
    CommitterHold hold(&ingestion_.committer());
    ingestion_.Begin(ingestion_.FreshOrigin(), stricter,
                     [&defined](auto answer) { defined.set_value(answer.status()); });
    refused = ingestion_.BeginSubmit(
        ingestion_.AeReturn("RLQ", "2023-06", {{"ae_attendances|type1|no", "1000"}}));
    taken = ingestion_.BeginSubmit(
        ingestion_.AeReturn("RCF", "2023-06", {{"ae_attendances|type1|no", "999"}}));
  }
  ASSERT_THAT(defined.get_future().get(), IsOk());
  const absl::StatusOr<ReturnAnswer> bad = refused.get();
  ASSERT_THAT(bad, IsOk());
  EXPECT_EQ(bad->verdict, Verdict::kInvalid);
  EXPECT_THAT(Codes(*bad), ElementsAre("AE01"));
  EXPECT_FALSE(bad->accepted.has_value());
  const absl::StatusOr<ReturnAnswer> good = taken.get();
  ASSERT_THAT(good, IsOk());
  EXPECT_EQ(good->verdict, Verdict::kValid);
  EXPECT_EQ(good->fact.collection_version(), 2u);
}

// Without an etag the last of two racing writers comes after the first, and both are kept.
TEST_F(SubmitReturnTest, TwoWithoutAnEtagBecomeTwoRevisions) {
  std::future<absl::StatusOr<ReturnAnswer>> first;
  std::future<absl::StatusOr<ReturnAnswer>> second;
  {
    CommitterHold hold(&ingestion_.committer());
    first = ingestion_.BeginSubmit(
        ingestion_.AeReturn("RLQ", "2023-06", {{"ae_attendances|type1|no", "1"}}));
    second = ingestion_.BeginSubmit(
        ingestion_.AeReturn("RLQ", "2023-06", {{"ae_attendances|type1|no", "2"}}));
  }
  EXPECT_EQ(first.get()->fact.revision(), 1u);
  EXPECT_EQ(second.get()->fact.revision(), 2u);
}

TEST_F(SubmitReturnTest, WhereThereIsNoRoomToJudgeAgainTheConflictIsTold) {
  std::promise<absl::Status> told;
  std::future<absl::StatusOr<ReturnAnswer>> first;
  {
    CommitterHold hold(&ingestion_.committer());
    first = ingestion_.BeginSubmit(
        ingestion_.AeReturn("RLQ", "2023-06", {{"ae_attendances|type1|no", "1"}}));
    ingestion_.submit_return().Run(
        ingestion_.AeReturn("RLQ", "2023-06", {{"ae_attendances|type1|no", "2"}}),
        [&told](absl::StatusOr<ReturnAnswer> answer) { told.set_value(answer.status()); },
        [](const std::function<void()>&) { return false; });
  }
  ASSERT_THAT(first.get(), IsOk());
  const absl::Status status = told.get_future().get();
  EXPECT_THAT(status, HasReason(Reason::kCommitConflict));
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kAborted));
}

}  // namespace
}  // namespace onereturn::ingestion
