// Goal: a return of a collection with signatures is accepted by the last of them and by nothing
// else, and the ledger names everybody who had a part in it.
#include "services/ingestion/app/returns/sign_return.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "services/ingestion/app/returns/testing/sign_off_fixture.h"

namespace onereturn::ingestion {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

class SignReturnTest : public SignOffTest {};

feed::v1::Entry EntryOf(const Receipt& receipt) {
  feed::v1::Entry entry;
  EXPECT_TRUE(entry.ParseFromString(receipt.entry));
  return entry;
}

TEST_F(SignReturnTest, TheLastSignatureAcceptsAndNamesEverybody) {
  const absl::StatusOr<ReturnAnswer> submitted =
      ingestion_.Submit(March({{"ae_attendances|type1|no", "5536"}}));
  ASSERT_THAT(submitted, IsOk());
  EXPECT_TRUE(submitted->waits);
  const feed::v1::Entry entry = EntryOf(submitted->accepted->receipt);
  EXPECT_EQ(entry.kind(), feed::v1::ENTRY_KIND_RETURN_SUBMITTED);
  EXPECT_EQ(entry.name(), kMarchSubmission);
  EXPECT_THAT(Accepted(), StatusIs(absl::StatusCode::kNotFound)) << "nobody has signed it yet";

  const std::string digest = submitted->fact.cell_digest();
  const Answer first = Sign(By(kDirector), digest, 1);
  ASSERT_THAT(first, IsOk());
  ASSERT_TRUE(first->submission.has_value());
  EXPECT_EQ(first->submission->next_level(), 2u);
  EXPECT_EQ(Waiting()->SerializeAsString(), first->submission->SerializeAsString());
  EXPECT_THAT(Accepted(), StatusIs(absl::StatusCode::kNotFound));

  const Answer last = Sign(By(kChief), digest, 2);
  ASSERT_THAT(last, IsOk());
  ASSERT_TRUE(last->accepted_return.has_value());
  const returns::v1::Revision& revision = last->accepted_return->revision();
  EXPECT_EQ(revision.number(), 1u);
  EXPECT_EQ(revision.cell_digest(), digest);
  ASSERT_EQ(revision.sign_offs_size(), 3);
  const char* const persons[] = {kOfficer, kDirector, kChief};
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(revision.sign_offs(i).level(), static_cast<uint32_t>(i));
    EXPECT_EQ(revision.sign_offs(i).person(), persons[i]);
    EXPECT_EQ(revision.sign_offs(i).sequence(), entry.sequence() + static_cast<uint64_t>(i));
  }
  EXPECT_EQ(revision.sequence(), entry.sequence() + 2);
  EXPECT_EQ(Accepted()->SerializeAsString(), last->accepted_return->SerializeAsString());
  const feed::v1::ReturnAccepted fact = ReturnOfEntry(last->accepted->receipt.entry).value();
  EXPECT_EQ(fact.submission(), entry.sequence());
  EXPECT_EQ(ingestion_.CellsOf(fact).size(), 18u);
  EXPECT_THAT(Waiting(), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Sign(By(kChief), digest, 2), HasReason(Reason::kSignOffState));
}

TEST_F(SignReturnTest, NobodySignsWhatIsHisOwnOrTwice) {
  const std::string digest = SubmitMarch();
  EXPECT_THAT(Sign(By(kOfficer), digest, 1), HasReason(Reason::kSelfApproval));
  RequestOrigin desk_alone = By("");
  EXPECT_THAT(Sign(desk_alone, digest, 1), HasReason(Reason::kSelfApproval))
      << "a desk without a person is whoever sits at it";
  ASSERT_THAT(Sign(By(kDirector), digest, 1), IsOk());
  RequestOrigin elsewhere = By(kDirector);
  elsewhere.actor = "spiffe://onereturn.example/organisation/RLQ/other-desk";
  EXPECT_THAT(Sign(elsewhere, digest, 2), HasReason(Reason::kSelfApproval));
  EXPECT_THAT(Sign(By(kChief), digest, 1), HasReason(Reason::kSignOffState));
  EXPECT_THAT(Sign(By(kChief), digest, 2), IsOk());
}

TEST_F(SignReturnTest, ANewSubmissionVoidsTheSignaturesOfTheOneBefore) {
  const std::string old_digest = SubmitMarch();
  ASSERT_THAT(Sign(By(kDirector), old_digest, 1), IsOk());
  const std::string digest = SubmitMarch({{"ae_attendances|type1|no", "7"}});
  EXPECT_NE(digest, old_digest);
  EXPECT_THAT(Sign(By(kChief), old_digest, 2), HasReason(Reason::kContentChanged));
  EXPECT_THAT(Sign(By(kChief), digest, 2), HasReason(Reason::kSignOffState));
  ASSERT_THAT(Waiting(), IsOk());
  EXPECT_EQ(Waiting()->sign_offs_size(), 1);
  EXPECT_THAT(Sign(By(kDirector), digest, 1), IsOk());
}

TEST_F(SignReturnTest, TheSameSubmissionAgainKeepsItsSignatures) {
  const std::string digest = SubmitMarch();
  ASSERT_THAT(Sign(By(kDirector), digest, 1), IsOk());
  const uint64_t before = ingestion_.LastSequence();
  const absl::StatusOr<ReturnAnswer> again = ingestion_.Submit(March());
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(again->unchanged);
  EXPECT_TRUE(again->waits);
  EXPECT_EQ(ingestion_.LastSequence(), before);
  EXPECT_EQ(Waiting()->next_level(), 2u);
}

TEST_F(SignReturnTest, ARepeatIsAnsweredAsTheFirst) {
  const ReturnSubmission submission = March();
  const absl::StatusOr<ReturnAnswer> submitted = ingestion_.Submit(submission);
  ASSERT_THAT(submitted, IsOk());
  const std::string digest = submitted->fact.cell_digest();
  const RequestOrigin first = By(kDirector);
  const RequestOrigin last = By(kChief);
  ASSERT_THAT(Sign(first, digest, 1), IsOk());
  const Answer accepted = Sign(last, digest, 2);
  ASSERT_THAT(accepted, IsOk());
  const uint64_t end = ingestion_.LastSequence();
  EXPECT_TRUE(Sign(first, digest, 1)->accepted->replayed);
  const Answer again = Sign(last, digest, 2);
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(again->accepted->replayed);
  EXPECT_EQ(again->accepted_return->SerializeAsString(),
            accepted->accepted_return->SerializeAsString());
  const absl::StatusOr<ReturnAnswer> resubmitted = ingestion_.Submit(submission);
  ASSERT_THAT(resubmitted, IsOk());
  EXPECT_TRUE(resubmitted->accepted->replayed);
  EXPECT_TRUE(resubmitted->waits);
  EXPECT_EQ(ingestion_.LastSequence(), end);
}

TEST_F(SignReturnTest, WhatWasSignedIsReopenedWithAReasonBeforeItIsSentAgain) {
  AcceptMarch();
  EXPECT_THAT(ingestion_.Submit(March({{"ae_attendances|type1|no", "7"}})),
              HasReason(Reason::kNotReopened));
  EXPECT_TRUE(ingestion_.Submit(March())->unchanged) << "the same is no new revision";
  EXPECT_THAT(Reopen(kMarch, ""), HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(Reopen(kMarch, "for Mr 943 476 5919"), HasReason(Reason::kPersonalData));
  EXPECT_THAT(Reopen("organisations/RLQ/returns/MSitAE.2024-04"),
              StatusIs(absl::StatusCode::kNotFound));
  ASSERT_THAT(Reopen(kMarch), IsOk());
  const auto open = Reopen(kMarch);
  EXPECT_THAT(open, HasReason(Reason::kSignOffState));
  EXPECT_THAT(DetailsOf(open.status())->metadata,
              Contains(Pair("remedy", HasSubstr("Submit the return again"))));
  AcceptMarch({{"ae_attendances|type1|no", "7"}});
  EXPECT_EQ(Accepted()->revision().number(), 2u);
  EXPECT_THAT(ingestion_.Submit(March({{"ae_attendances|type1|no", "8"}})),
              HasReason(Reason::kNotReopened))
      << "it was open for one revision";
}

TEST_F(SignReturnTest, ASubmissionIsSentBackOrWithdrawn) {
  const std::string digest = SubmitMarch();
  EXPECT_THAT(SendBack(std::string(32, 'x'), "wrong"), HasReason(Reason::kContentChanged));
  EXPECT_THAT(SendBack(digest, ""), HasReason(Reason::kFieldInvalid));
  ASSERT_THAT(SendBack(digest, "type 1 is missing"), IsOk());
  ASSERT_THAT(Waiting(), IsOk());
  EXPECT_EQ(Waiting()->state(), returns::v1::SUBMISSION_STATE_SENT_BACK);
  EXPECT_EQ(Waiting()->sent_back_reason(), "type 1 is missing");
  EXPECT_EQ(Waiting()->next_level(), 0u);
  EXPECT_THAT(Sign(By(kDirector), digest, 1), HasReason(Reason::kSignOffState));
  EXPECT_EQ(SubmitMarch(), digest) << "the same may be sent again";
  ASSERT_THAT(Withdraw(digest), IsOk());
  EXPECT_THAT(Waiting(), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Withdraw(digest), HasReason(Reason::kSignOffState));
}

TEST_F(SignReturnTest, ToEndItInTheOtherWayIsAnotherRequest) {
  const std::string digest = SubmitMarch();
  const RequestOrigin origin = By(kOfficer);
  returns::v1::SendReturnBackRequest back;
  back.set_name(kMarchSubmission);
  back.set_cell_digest(digest);
  back.set_reason("not yet");
  returns::v1::WithdrawSubmissionRequest withdraw;
  ASSERT_TRUE(withdraw.ParseFromString(back.SerializeAsString())) << "the same bytes";
  ASSERT_THAT(Wait([&](SignReturn::Done done) {
                ingestion_.sign_return().SendBack(origin, back, std::move(done));
              }),
              IsOk());
  EXPECT_THAT(Wait([&](SignReturn::Done done) {
                ingestion_.sign_return().Withdraw(origin, withdraw, std::move(done));
              }),
              HasReason(Reason::kRequestIdReused));
  EXPECT_EQ(Waiting()->state(), returns::v1::SUBMISSION_STATE_SENT_BACK);
}

// Cells alone are what the digest covers: the status and the reasons are covered by the sequence.
TEST_F(SignReturnTest, TheSameFiguresSentAnewAreNotWhatWasRead) {
  const std::string digest = SubmitMarch();
  const uint64_t read = Waiting()->sequence();
  ASSERT_THAT(Withdraw(digest), IsOk());
  ASSERT_EQ(SubmitMarch(), digest);
  returns::v1::SignReturnRequest request;
  request.set_name(kMarchSubmission);
  request.set_cell_digest(digest);
  request.set_level(1);
  const auto sign = [&](uint64_t sequence) {
    request.set_sequence(sequence);
    return Wait([&](SignReturn::Done done) {
      ingestion_.sign_return().Sign(By(kDirector), request, std::move(done));
    });
  };
  EXPECT_THAT(sign(read), HasReason(Reason::kContentChanged));
  EXPECT_THAT(sign(Waiting()->sequence()), IsOk());
}

TEST_F(SignReturnTest, ByRulesThatHaveChangedItIsSubmittedAgain) {
  const std::string digest = SubmitMarch();
  ASSERT_THAT(Sign(By(kDirector), digest, 1), IsOk());
  config::v1::DefinitionSet set = EnglandOf({"RLQ", "RCF"});
  set.mutable_collections(0)->set_sign_off_levels(2);
  set.mutable_collections(0)->set_display_name("By other rules");
  ASSERT_THAT(ingestion_.DefineOne(set.collections(0)), IsOk());
  EXPECT_THAT(Sign(By(kChief), digest, 2), HasReason(Reason::kSignOffState));
  EXPECT_THAT(Accepted(), StatusIs(absl::StatusCode::kNotFound));
  ASSERT_THAT(Withdraw(digest), IsOk());
  ASSERT_EQ(SubmitMarch(), digest);
  EXPECT_THAT(Sign(By(kDirector), digest, 1), IsOk());
  EXPECT_THAT(Sign(By(kChief), digest, 2), IsOk());
}

// Otherwise the figures that were sent last would be lost, and those before them be signed.
TEST_F(SignReturnTest, TheFiguresThatAreHeldReplaceOthersThatWait) {
  AcceptMarch();
  ASSERT_THAT(Reopen(kMarch), IsOk());
  const std::string other = SubmitMarch({{"ae_attendances|type1|no", "7"}});
  const std::string held = SubmitMarch();
  EXPECT_EQ(held, Accepted()->revision().cell_digest());
  EXPECT_THAT(Sign(By(kDirector), other, 1), HasReason(Reason::kContentChanged));
}

// A national body publishes the figure while it waits: what would be signed follows another one.
TEST_F(SignReturnTest, AnImportNeedsNoSignatureAndOvertakesWhatWaits) {
  const std::string digest = SubmitMarch({{"ae_attendances|type1|no", "7"}});
  ReturnSubmission imported = ingestion_.AeReturn("RLQ", "2024-03");
  imported.submission.origin = Origin::kImport;
  const absl::StatusOr<ReturnAnswer> answer = ingestion_.Submit(imported);
  ASSERT_THAT(answer, IsOk());
  EXPECT_FALSE(answer->waits);
  EXPECT_EQ(Accepted()->revision().sign_offs_size(), 0);
  const auto overtaken = Sign(By(kDirector), digest, 1);
  EXPECT_THAT(overtaken, HasReason(Reason::kEtagMismatch));
  EXPECT_THAT(std::string(overtaken.status().message()),
              testing::HasSubstr("reopen the return, with a reason, then submit it again"));
  // And that is the whole way.
  ASSERT_THAT(Reopen(kMarch), IsOk());
  SubmitMarch({{"ae_attendances|type1|no", "7"}});
}

// Else figures that nobody sent again would come back.
TEST_F(SignReturnTest, AMergeIsNotJoinedToWhatWasOvertaken) {
  SubmitMarch({{"ae_attendances|type1|no", "100"}});
  ReturnSubmission imported =
      ingestion_.AeReturn("RLQ", "2024-03", {{"ae_attendances|type1|no", "777"}});
  imported.submission.origin = Origin::kImport;
  ASSERT_THAT(ingestion_.Submit(imported), IsOk());
  ASSERT_THAT(Reopen(kMarch), IsOk());
  ReturnSubmission merged = March({{"ae_attendances|type2|no", "5"}});
  merged.joining.mode = SubmitMode::kMerge;
  std::vector<Cell>& cells = merged.submission.cells;
  cells.erase(std::remove_if(cells.begin(), cells.end(),
                             [](const Cell& cell) { return cell.value != Decimal::FromWhole(5); }),
              cells.end());
  ASSERT_EQ(cells.size(), 1u);
  const absl::StatusOr<ReturnAnswer> answer = ingestion_.Submit(merged);
  ASSERT_THAT(answer, IsOk());
  ASSERT_TRUE(answer->waits);
  size_t found = 0;
  for (const Cell& cell : ingestion_.CellsOf(answer->fact)) {
    if (cell.value == Decimal::FromWhole(777) || cell.value == Decimal::FromWhole(5)) ++found;
    EXPECT_NE(cell.value, Decimal::FromWhole(100));
  }
  EXPECT_EQ(found, 2u);
}

TEST_F(SignReturnTest, WhatIsWrongInAStepIsSaidAtOnce) {
  SubmitMarch();
  const Answer answer = Sign(By(kDirector), "short", 0);
  ASSERT_THAT(answer, HasReason(Reason::kFieldInvalid));
  EXPECT_EQ(DetailsOf(answer.status())->fields.size(), 2u);
  returns::v1::SignReturnRequest elsewhere;
  elsewhere.set_name("organisations/RLQ/returns/MSitAE.2024-03/draft");
  EXPECT_THAT(Wait([&](SignReturn::Done done) {
                ingestion_.sign_return().Sign(By(kDirector), elsewhere, std::move(done));
              }),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(SignReturnTest, OnlyJudgedNothingIsKept) {
  const std::string digest = SubmitMarch();
  const uint64_t before = ingestion_.LastSequence();
  RequestOrigin origin = By(kDirector);
  origin.validate_only = true;
  const Answer answer = Sign(origin, digest, 1);
  ASSERT_THAT(answer, IsOk());
  EXPECT_FALSE(answer->accepted.has_value());
  EXPECT_EQ(answer->submission->next_level(), 1u);
  EXPECT_EQ(ingestion_.LastSequence(), before);
}

TEST_F(SignReturnTest, ListsAreOfTheScopeInOrderAndPaged) {
  SubmitMarch();
  ReturnSubmission other = ingestion_.AeReturn("RCF", "2024-03");
  ASSERT_THAT(ingestion_.Submit(other), IsOk());
  ReturnSubmission april = ingestion_.AeReturn("RLQ", "2024-04");
  ASSERT_THAT(ingestion_.Submit(april), IsOk());
  const auto names = [&](const OrganisationScope& scope, const std::string& collection) {
    std::string text;
    std::string after;
    do {
      auto page = ListSubmissions(ingestion_.store(), scope, collection, after, 1).value();
      for (const auto& row : page.rows) {
        absl::StrAppend(&text, row.organisation(), " ", row.period(), ";");
      }
      after = page.after;
    } while (!after.empty());
    return text;
  };
  EXPECT_EQ(names(OrganisationScope::Only("RLQ"), ""), "RLQ 2024-03;RLQ 2024-04;");
  EXPECT_EQ(names(OrganisationScope::National(), "MSitAE"), "RCF 2024-03;RLQ 2024-03;RLQ 2024-04;");
  EXPECT_EQ(names(OrganisationScope::Only("RLQ"), "KH03"), "");
  EXPECT_EQ(names(OrganisationScope::Only("RDY"), ""), "");
  EXPECT_THAT(GetSubmission(ingestion_.store(), OrganisationScope::Only("RCF"), kMarchSubmission),
              StatusIs(absl::StatusCode::kNotFound));
}

// A file of an organisation's own waits too, and says so.
TEST_F(SignReturnTest, AFileOfTheOrganisationsOwnWaits) {
  std::string header = "organisation,period,item,booked,department,value\n";
  std::string rows;
  for (const Cell& cell : AeCells()) {
    std::map<std::string, std::string> values;
    for (const DimensionValue& one : cell.dimensions) values[one.dimension] = one.value;
    absl::StrAppend(&rows, "RLQ,2024-03,", cell.item, ",", values["booked"], ",",
                    values["department"], ",0\n");
  }
  FileSubmission file =
      ingestion_.AeFile(ingestion_.Upload(header + rows, "RLQ"), "onereturn-long");
  file.scope = OrganisationScope::Only("RLQ");
  file.may_import = false;
  file.owner = "RLQ";
  const absl::StatusOr<FileAnswer> answer = ingestion_.submit_file().Run(file);
  ASSERT_THAT(answer, IsOk());
  ASSERT_EQ(answer->returns.size(), 1u);
  EXPECT_EQ(answer->returns[0].submission, kMarchSubmission);
  EXPECT_EQ(answer->returns[0].revision, "");
  EXPECT_THAT(Waiting(), IsOk());
}

// A part that is sent while another waits for its signature comes to it; what an import merges
// comes to what is accepted.
TEST_F(SignReturnTest, MergingGoesOnFromWhatWaits) {
  const auto figures = [this](const feed::v1::ReturnAccepted& fact) {
    std::string text;
    for (const Cell& cell : ingestion_.CellsOf(fact)) {
      if (cell.value == Decimal()) continue;
      text += DescribeCell(cell) + "=" + cell.value->ToString() + ";";
    }
    return text;
  };
  const auto part = [this](const std::string& name, Origin origin) {
    ReturnSubmission submission = March();
    submission.submission.cells = {AeCell(name, "30")};
    submission.submission.origin = origin;
    submission.joining.mode = SubmitMode::kMerge;
    return submission;
  };
  AcceptMarch({{"ae_attendances|type1|no", "10"}});
  ASSERT_THAT(Reopen(kMarch), IsOk());
  SubmitMarch({{"ae_attendances|type1|no", "20"}});
  const auto merged = ingestion_.Submit(part("ae_attendances|type2|no", Origin::kSubmitted));
  ASSERT_THAT(merged, IsOk());
  EXPECT_TRUE(merged->waits);
  EXPECT_EQ(figures(merged->fact),
            "ae_attendances [booked=no, department=type1]=20;"
            "ae_attendances [booked=no, department=type2]=30;");
  const auto imported = ingestion_.Submit(part("ae_attendances|other|no", Origin::kImport));
  ASSERT_THAT(imported, IsOk());
  EXPECT_FALSE(imported->waits);
  EXPECT_EQ(figures(imported->fact),
            "ae_attendances [booked=no, department=other]=30;"
            "ae_attendances [booked=no, department=type1]=10;");
}

}  // namespace
}  // namespace onereturn::ingestion
