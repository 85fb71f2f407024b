#include "services/ingestion/app/files/submit_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_replace.h"
#include "common/commit/request_id.h"
#include "common/ledger/receipt.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/testing/test_ingestion.h"
#include "services/ingestion/domain/testing/ae_files.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class SubmitFileTest : public ::testing::Test {
 protected:
  SubmitFileTest() { ingestion_.Apply(EnglandOf({"RLQ", "RVW", "RCF", "RDY"})); }

  absl::StatusOr<FileAnswer> Run(const std::string& bytes,
                                 const std::string& layout = "published-22") {
    return ingestion_.submit_file().Run(ingestion_.AeFile(ingestion_.Upload(bytes), layout));
  }

  TestIngestion ingestion_;
};

std::string WordsOf(const absl::Status& status) {
  std::string words(status.message());
  if (std::optional<ErrorDetails> details = DetailsOf(status); details.has_value()) {
    for (const FieldViolation& field : details->fields) {
      absl::StrAppend(&words, "\n", field.field, ": ", field.description);
    }
  }
  return words;
}

// A whole return in the long layout.
std::string LongFileOf(const std::string& organisation) {
  std::string text = "organisation,period,item,department,booked,value,null_reason\n";
  for (const auto& [header, name] : AeColumns()) {
    const Cell cell = AeCell(name, "0");
    std::string department;
    std::string booked;
    for (const DimensionValue& value : cell.dimensions) {
      (value.dimension == "booked" ? booked : department) = value.value;
    }
    absl::StrAppend(&text, organisation, ",2023-06,", cell.item, ",", department, ",", booked,
                    ",4,\n");
  }
  return text;
}

std::vector<std::string> Outcomes(const FileAnswer& answer) {
  std::vector<std::string> outcomes;
  for (const FileReturnAnswer& one : answer.returns) {
    outcomes.push_back(absl::StrCat(one.organisation, one.sequence > 0 ? " stored" : " kept out"));
    EXPECT_EQ(one.verdict == Verdict::kInvalid, one.sequence == 0) << one.organisation;
    EXPECT_EQ(one.revision.empty(), one.sequence == 0) << one.organisation;
  }
  return outcomes;
}

TEST_F(SubmitFileTest, EachRowIsAFactOfItsOwnAndTheFilesComesLast) {
  const uint64_t before = ingestion_.LastSequence();
  const std::string bytes = TextOf(SoundRecords());
  const FileSubmission submission = ingestion_.AeFile(ingestion_.Upload(bytes));
  const absl::StatusOr<FileAnswer> answer = ingestion_.submit_file().Run(submission);
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->verdict, Verdict::kValid);
  EXPECT_EQ(answer->period, "2023-06");
  EXPECT_THAT(Outcomes(*answer), ElementsAre("RLQ stored", "RVW stored", "RCF stored"));
  EXPECT_EQ(ingestion_.LastSequence(), before + 4);
  EXPECT_EQ(answer->accepted->placement.sequence, before + 4);
  EXPECT_EQ(answer->returns[1].revision, "organisations/RVW/returns/MSitAE.2023-06/revisions/1");
  for (const FileReturnAnswer& one : answer->returns) {
    const Accepted accepted = ingestion_.committer().ReceiptOf(one.sequence).value();
    EXPECT_THAT(VerifyReceipt(accepted.receipt, ingestion_.committer().verifying_key()), IsOk());
    feed::v1::Entry entry;
    ASSERT_TRUE(entry.ParseFromString(accepted.receipt.entry));
    EXPECT_EQ(entry.request_id(),
              DerivedRequestId(submission.origin.request_id, kLoader, one.organisation));
    EXPECT_EQ(entry.organisation(), one.organisation);
    const feed::v1::ReturnAccepted fact = ReturnOfEntry(accepted.receipt.entry).value();
    EXPECT_EQ(fact.origin(), returns::v1::ORIGIN_IMPORT);
    const Digest file_digest = Sha256(bytes);
    EXPECT_EQ(fact.file_digest(), DigestBytes(file_digest));
    EXPECT_THAT(ingestion_.CellsOf(fact), SizeIs(18));
  }
  feed::v1::Entry entry;
  feed::v1::FileImported fact;
  ASSERT_TRUE(entry.ParseFromString(answer->accepted->receipt.entry));
  EXPECT_EQ(entry.kind(), feed::v1::ENTRY_KIND_FILE_IMPORTED);
  ASSERT_TRUE(fact.ParseFromString(entry.fact()));
  EXPECT_EQ(fact.accepted_rows(), 3u);
  EXPECT_EQ(fact.refused_rows(), 0u);
  EXPECT_EQ(fact.layout(), "published-22");
}

TEST_F(SubmitFileTest, TheSameCellsInEveryFormThatComes) {
  ASSERT_THAT(Run(TextOf(SoundRecords())), IsOk());
  for (const GoodFile& file : GoodFiles()) {
    if (file.name == "with columns in another order") continue;  // Those are other figures.
    const absl::StatusOr<FileAnswer> answer = Run(file.bytes);
    ASSERT_THAT(answer, IsOk()) << file.name;
    for (const FileReturnAnswer& one : answer->returns) EXPECT_TRUE(one.unchanged) << file.name;
  }
}

TEST_F(SubmitFileTest, AFileThatIsWrongAsAWholeStoresNothing) {
  std::vector<BadFile> files = BadFiles();
  files.push_back({"an organisation twice",
                   Spoilt([](Records& r) { r[3] = PublishedRow("RLQ", 20); }),
                   Reason::kFileRepeatedRow,
                   {"RLQ stands in rows 2 and 4"}});
  const uint64_t before = ingestion_.LastSequence();
  for (const BadFile& file : files) {
    const absl::Status status = Run(file.bytes).status();
    EXPECT_THAT(status, HasReason(file.reason)) << file.name;
    for (const std::string& words : file.words) {
      EXPECT_THAT(WordsOf(status), HasSubstr(words)) << file.name;
    }
    EXPECT_EQ(ingestion_.LastSequence(), before) << file.name;
  }
}

TEST_F(SubmitFileTest, ARowThatIsWrongKeepsOutItsOwnReturnAndNoOther) {
  std::vector<BadRow> rows = BadFigures();
  rows.push_back(SpoiltFigure("below nought", "-5", "AE01"));
  rows.push_back(SpoiltFigure("a half", "0.5", "AE01"));
  rows.push_back(SpoiltFigure("more over four hours than attendances", "66", "AE02"));
  rows.push_back(SpoiltCode("a code that no list holds", "ZZ9", "ODS_UNKNOWN"));
  rows.push_back(SpoiltCode("lower case", "rvw", "ODS_FORMAT"));
  rows.push_back(SpoiltCode("no code", "", "ODS_FORMAT"));
  rows.push_back(SpoiltCode("a dash", "-", "ODS_FORMAT"));
  int month = 0;
  for (BadRow& bad : rows) {
    // A month of its own, so that what is stored of the other rows is new each time.
    static const char* kMonths[] = {"JANUARY",   "FEBRUARY", "MARCH",    "APRIL",
                                    "MAY",       "JUNE",     "JULY",     "AUGUST",
                                    "SEPTEMBER", "OCTOBER",  "NOVEMBER", "DECEMBER"};
    bad.bytes = absl::StrReplaceAll(
        bad.bytes, {{"JUNE-2023", absl::StrCat(kMonths[month % 12], "-", 2024 + month / 12)}});
    month += 2;  // No two side by side: no rule has a month before to look at.
    const uint64_t before = ingestion_.LastSequence();
    const absl::StatusOr<FileAnswer> answer = Run(bad.bytes);
    ASSERT_THAT(answer, IsOk()) << bad.name;
    EXPECT_EQ(answer->verdict, Verdict::kInvalid) << bad.name;
    ASSERT_THAT(answer->findings.kept(), SizeIs(1)) << bad.name;
    const Finding& finding = answer->findings.kept()[0];
    EXPECT_EQ(finding.code, bad.code) << bad.name;
    EXPECT_EQ(finding.severity, Severity::kError) << bad.name;
    EXPECT_EQ(finding.place.row, bad.row) << bad.name;
    // A rule over two figures shows the first of them.
    EXPECT_EQ(finding.place.column, bad.code == "AE02" ? 10u : bad.column) << bad.name;
    EXPECT_EQ(finding.organisation, bad.organisation) << bad.name;
    EXPECT_FALSE(finding.suggestion.empty());
    EXPECT_THAT(Outcomes(*answer),
                ElementsAre("RLQ stored", bad.organisation + " kept out", "RCF stored"))
        << bad.name;
    EXPECT_EQ(ingestion_.LastSequence(), before + 3) << bad.name;
    feed::v1::Entry entry;
    feed::v1::FileImported fact;
    ASSERT_TRUE(entry.ParseFromString(answer->accepted->receipt.entry) &&
                fact.ParseFromString(entry.fact()));
    EXPECT_EQ(fact.accepted_rows(), 2u);
    EXPECT_EQ(fact.refused_rows(), 1u);
  }
}

// A figure that cannot be read hides no other fault of its row, and is no fault of another kind.
TEST_F(SubmitFileTest, EveryFaultOfARowComesAtOnce) {
  const absl::StatusOr<FileAnswer> answer = Run(Spoilt([](Records& r) {
    r[2][kFirstFigure] = "1,000";
    r[2][kFirstFigure + 7] = "-1";         // No figure may be negative: AE01.
    r[2][kFirstFigure + 10] = "99999999";  // More over four hours than attended: AE02.
    for (size_t column : {kFirstFigure + 7, kFirstFigure + 10}) {
      int64_t sum = 0;
      for (size_t row = 1; row <= 3; ++row) sum += std::stoll(r[row][column]);
      r[4][column] = absl::StrCat(sum);
    }
  }));
  ASSERT_THAT(answer, IsOk());
  std::vector<std::string> codes;
  for (const Finding& finding : answer->findings.kept()) {
    EXPECT_EQ(finding.place.row, 3u);
    codes.push_back(finding.code);
  }
  EXPECT_THAT(codes, ElementsAre("CELL_VALUE", "AE01", "AE02"));
}

TEST_F(SubmitFileTest, WhereEveryRowIsWrongNothingIsStored) {
  const uint64_t before = ingestion_.LastSequence();
  const absl::StatusOr<FileAnswer> answer = Run(Spoilt([](Records& r) {
    for (size_t i = 1; i <= 3; ++i) r[i][1] = absl::StrCat("ZZ", i);
  }));
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->verdict, Verdict::kInvalid);
  EXPECT_EQ(answer->findings.count(), 3u);
  EXPECT_FALSE(answer->accepted.has_value());
  EXPECT_EQ(ingestion_.LastSequence(), before);
}

TEST_F(SubmitFileTest, NamesInPlaceOfCodesAreShownInPart) {
  std::string name = "MRS ";
  for (int i = 0; i < 50; ++i) name += "\xC3\x89";
  const absl::StatusOr<FileAnswer> answer = Run(Spoilt([&](Records& r) { r[2][1] = name; }));
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->returns[1].organisation, "MRS \xC3\x89\xC3\x89\xC3\x89\xC3\x89");
  EXPECT_EQ(answer->findings.kept()[0].organisation, answer->returns[1].organisation);
}

TEST_F(SubmitFileTest, NotCollectedFiguresAreTakenOutAfterTheTotalWasChecked) {
  Records records = SoundRecords();
  for (size_t i = 1; i <= 3; ++i) records[i][0] = "MSitAE-MAY-2023";
  const absl::StatusOr<FileAnswer> answer = Run(TextOf(records));
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->verdict, Verdict::kValid);
  for (const FileReturnAnswer& one : answer->returns) {
    const Accepted accepted = ingestion_.committer().ReceiptOf(one.sequence).value();
    const std::vector<Cell> cells =
        ingestion_.CellsOf(ReturnOfEntry(accepted.receipt.entry).value());
    const int64_t nulls = std::count_if(cells.begin(), cells.end(),
                                        [](const Cell& cell) { return !cell.value.has_value(); });
    EXPECT_EQ(nulls, one.organisation == "RVW" ? 6 : 0);
  }
}

TEST_F(SubmitFileTest, AReturnThatNobodyOwesIsTakenFromAPublishedFileWithANote) {
  Records records = SoundRecords();
  records.insert(records.begin() + 1, PublishedRow("RDY", 10, "MSitAE-MARCH-2022"));
  for (size_t i = 2; i <= 4; ++i) records[i][0] = "MSitAE-MARCH-2022";
  records.back() = TotalOf({records.begin(), records.end() - 1});
  const absl::StatusOr<FileAnswer> answer = Run(TextOf(records));
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->verdict, Verdict::kValid);
  EXPECT_EQ(answer->findings.count(), 4u);
  for (const Finding& finding : answer->findings.kept()) {
    EXPECT_EQ(finding.code, "NOT_IN_FRAME");
    EXPECT_EQ(finding.severity, Severity::kInfo);
  }
  EXPECT_THAT(answer->returns, SizeIs(4));
}

TEST_F(SubmitFileTest, ARepeatIsReplayedAndOtherContentRefused) {
  const FileSubmission submission = ingestion_.AeFile(ingestion_.Upload(TextOf(SoundRecords())));
  const absl::StatusOr<FileAnswer> first = ingestion_.submit_file().Run(submission);
  ASSERT_THAT(first, IsOk());
  EXPECT_FALSE(first->accepted->replayed);
  const uint64_t last = ingestion_.LastSequence();
  const absl::StatusOr<FileAnswer> second = ingestion_.submit_file().Run(submission);
  ASSERT_THAT(second, IsOk());
  EXPECT_TRUE(second->accepted->replayed);
  EXPECT_EQ(second->accepted->placement.sequence, last);
  EXPECT_EQ(second->accepted->receipt.entry, first->accepted->receipt.entry);
  FileSubmission other = submission;
  other.origin.digest = Sha256("other bytes");
  const absl::Status reused = ingestion_.submit_file().Run(other).status();
  EXPECT_THAT(reused, HasReason(Reason::kRequestIdReused));
  EXPECT_THAT(reused, StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_EQ(ingestion_.LastSequence(), last);
}

// A crash after some of the rows: what is there is replayed, the rest is made. The digest under
// which a row is known is stored for ever, so its form is written out here.
TEST_F(SubmitFileTest, ARepeatAfterPartOfAFileContinues) {
  const Records records = SoundRecords();
  const std::string bytes = TextOf(records);
  const FileSubmission submission = ingestion_.AeFile(ingestion_.Upload(bytes));
  std::map<std::string, std::string> figures;
  for (size_t i = 0; i < AeColumns().size(); ++i) {
    figures[AeColumns()[i].second] = records[1][kFirstFigure + i];
  }
  ReturnSubmission first = ingestion_.AeReturn("RLQ", "2023-06", figures);
  first.origin.request_id = DerivedRequestId(submission.origin.request_id, kLoader, "RLQ");
  first.origin.derived_id = true;
  const Digest file_digest = Sha256(bytes);
  first.origin.digest =
      Sha256(absl::StrCat(DigestBytes(file_digest), "MSitAE", std::string(1, '\0'), "published-22",
                          std::string(1, '\0'), "2", std::string(1, '\0'), "RLQ"));
  first.submission.origin = Origin::kImport;
  ASSERT_THAT(ingestion_.Submit(first), IsOk());
  const uint64_t last = ingestion_.LastSequence();

  const absl::StatusOr<FileAnswer> answer = ingestion_.submit_file().Run(submission);
  ASSERT_THAT(answer, IsOk());
  EXPECT_THAT(Outcomes(*answer), ElementsAre("RLQ stored", "RVW stored", "RCF stored"));
  EXPECT_TRUE(answer->returns[0].replayed);
  EXPECT_EQ(answer->returns[0].sequence, last);
  EXPECT_FALSE(answer->returns[1].replayed);
  EXPECT_FALSE(answer->accepted->replayed);
  EXPECT_EQ(ingestion_.LastSequence(), last + 3);
}

TEST_F(SubmitFileTest, ARepeatOfAFileWithAFaultyRowSaysSo) {
  const FileSubmission submission =
      ingestion_.AeFile(ingestion_.Upload(Spoilt([](Records& r) { r[2][1] = "ZZ9"; })));
  EXPECT_EQ(ingestion_.submit_file().Run(submission)->verdict, Verdict::kInvalid);
  const absl::StatusOr<FileAnswer> repeat = ingestion_.submit_file().Run(submission);
  ASSERT_THAT(repeat, IsOk());
  EXPECT_TRUE(repeat->accepted->replayed);
  EXPECT_EQ(repeat->verdict, Verdict::kInvalid);
}

// Nobody keeps its row out of an import by taking the id that it will have.
TEST_F(SubmitFileTest, AnOrganisationsOwnIdsHoldUpNoImport) {
  const FileSubmission submission = ingestion_.AeFile(ingestion_.Upload(TextOf(SoundRecords())));
  const std::string& id = submission.origin.request_id;
  ReturnSubmission own = ingestion_.AeReturn("RVW", "2023-07");
  own.origin.request_id = id + ".RVW";
  ASSERT_TRUE(ingestion_.Submit(own)->accepted.has_value());
  own.origin.request_id = DerivedRequestId(id, kLoader, "RVW");
  EXPECT_THAT(ingestion_.Submit(own), HasReason(Reason::kRequestId));
  // By a file of its own under the same id.
  FileSubmission file =
      ingestion_.AeFile(ingestion_.Upload(LongFileOf("RVW"), "RVW"), "onereturn-long");
  file.may_import = false;
  file.scope = OrganisationScope::Only("RVW");
  file.owner = "RVW";
  file.origin.actor = "spiffe://onereturn.example/rvw";
  file.origin.request_id = id;
  EXPECT_TRUE(ingestion_.submit_file().Run(file)->accepted.has_value());
  const absl::StatusOr<FileAnswer> answer = ingestion_.submit_file().Run(submission);
  ASSERT_THAT(answer, IsOk());
  EXPECT_THAT(Outcomes(*answer), ElementsAre("RLQ stored", "RVW stored", "RCF stored"));
}

// A file that broke off, and another one sent under its id.
TEST_F(SubmitFileTest, AnIdThatServedOtherRowsHoldsUpThatRowAlone) {
  const FileSubmission submission = ingestion_.AeFile(ingestion_.Upload(TextOf(SoundRecords())));
  ReturnSubmission own = ingestion_.AeReturn("RVW", "2023-07");
  own.origin.request_id = DerivedRequestId(submission.origin.request_id, kLoader, "RVW");
  own.origin.derived_id = true;
  ASSERT_TRUE(ingestion_.Submit(own)->accepted.has_value());
  const absl::StatusOr<FileAnswer> answer = ingestion_.submit_file().Run(submission);
  ASSERT_THAT(answer, IsOk());
  EXPECT_THAT(Outcomes(*answer), ElementsAre("RLQ stored", "RVW kept out", "RCF stored"));
  ASSERT_EQ(answer->findings.count(), 1u);
  const Finding& finding = answer->findings.kept()[0];
  EXPECT_EQ(finding.code, "REQUEST_ID_REUSED");
  EXPECT_EQ(finding.organisation, "RVW");
  EXPECT_EQ(finding.place.row, 3u);
  EXPECT_THAT(finding.suggestion, HasSubstr("request_id"));
}

TEST_F(SubmitFileTest, ValidateOnlyStoresNothing) {
  const uint64_t before = ingestion_.LastSequence();
  FileSubmission submission = ingestion_.AeFile(ingestion_.Upload(TextOf(SoundRecords())));
  submission.origin.validate_only = true;
  const absl::StatusOr<FileAnswer> answer = ingestion_.submit_file().Run(submission);
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->verdict, Verdict::kValid);
  EXPECT_THAT(answer->returns, SizeIs(3));
  EXPECT_FALSE(answer->accepted.has_value());
  EXPECT_EQ(ingestion_.LastSequence(), before);
  submission.origin.validate_only = false;
  EXPECT_THAT(ingestion_.submit_file().Run(submission), IsOk());
}

TEST_F(SubmitFileTest, AnOrganisationSendsItsOwnRowsOnly) {
  auto own = [this](const std::string& bytes) {
    FileSubmission submission =
        ingestion_.AeFile(ingestion_.Upload(bytes, "RLQ"), "onereturn-long");
    submission.may_import = false;
    submission.scope = OrganisationScope::Only("RLQ");
    submission.owner = "RLQ";
    return submission;
  };
  const std::string text = LongFileOf("RLQ");
  const uint64_t before = ingestion_.LastSequence();
  const absl::Status other =
      ingestion_.submit_file().Run(own(text + "RVW,2023-06,ae_attendances,type1,no,4,\n")).status();
  EXPECT_THAT(other, HasReason(Reason::kOrgScope));
  EXPECT_THAT(other, StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_EQ(ingestion_.LastSequence(), before);
  const absl::StatusOr<FileAnswer> answer = ingestion_.submit_file().Run(own(text));
  ASSERT_THAT(answer, IsOk());
  ASSERT_THAT(answer->returns, SizeIs(1));
  const Accepted accepted = ingestion_.committer().ReceiptOf(answer->returns[0].sequence).value();
  EXPECT_EQ(ReturnOfEntry(accepted.receipt.entry)->origin(), returns::v1::ORIGIN_SUBMITTED);
  // Another owner's upload is not there.
  FileSubmission stranger = own(text);
  stranger.owner = "RVW";
  EXPECT_THAT(ingestion_.submit_file().Run(stranger).status(), HasReason(Reason::kNotFound));
}

TEST_F(SubmitFileTest, TheEnvelopeIsCheckedFirst) {
  const std::string upload = ingestion_.Upload(TextOf(SoundRecords()));
  const uint64_t before = ingestion_.LastSequence();
  FileSubmission submission = ingestion_.AeFile(upload);
  submission.origin.request_id = std::string(101, 'x');
  EXPECT_THAT(ingestion_.submit_file().Run(submission).status(), HasReason(Reason::kRequestId));
  submission = ingestion_.AeFile("no-such-upload");
  EXPECT_THAT(ingestion_.submit_file().Run(submission).status(), HasReason(Reason::kNotFound));
  submission = ingestion_.AeFile(upload, "published-23");
  EXPECT_THAT(ingestion_.submit_file().Run(submission).status(), HasReason(Reason::kFileLayout));
  submission = ingestion_.AeFile(upload);
  submission.collection = "DM01";
  EXPECT_THAT(ingestion_.submit_file().Run(submission).status(),
              HasReason(Reason::kDefinitionUnknown));
  const Digest digest = Sha256("abc");
  const UploadState half =
      ingestion_.CreateUpload(kLoader, "half", 3, std::string(DigestBytes(digest))).value();
  EXPECT_THAT(ingestion_.submit_file().Run(ingestion_.AeFile(half.id)).status(),
              HasReason(Reason::kUploadIncomplete));
  EXPECT_EQ(ingestion_.LastSequence(), before);
}

TEST_F(SubmitFileTest, TwoCopiesOfOneImportAtOnceMakeOneFact) {
  const FileSubmission submission = ingestion_.AeFile(ingestion_.Upload(TextOf(SoundRecords())));
  const uint64_t before = ingestion_.LastSequence();
  std::vector<std::future<absl::StatusOr<FileAnswer>>> answers;
  for (int i = 0; i < 4; ++i) {
    answers.push_back(std::async(std::launch::async, [this, submission] {
      return ingestion_.submit_file().Run(submission);
    }));
  }
  int fresh = 0;
  for (auto& future : answers) {
    const absl::StatusOr<FileAnswer> answer = future.get();
    ASSERT_THAT(answer, IsOk());
    fresh += answer->accepted->replayed ? 0 : 1;
    EXPECT_EQ(answer->accepted->placement.sequence, ingestion_.LastSequence());
  }
  EXPECT_EQ(fresh, 1);
  EXPECT_EQ(ingestion_.LastSequence(), before + 4);
}

}  // namespace
}  // namespace onereturn::ingestion
