// Files that are merged into what is held, that take cells out of it, and that are accepted all or
// nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/commit/request_id.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/files/returns_in_flight.h"
#include "services/ingestion/app/testing/test_ingestion.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr char kHeader[] =
    "organisation,period,item,department,booked,value,null_reason,explanation\n";
constexpr char kSparse[] = "ae_admissions_via_ae";

std::string RowOf(const std::string& organisation, const std::string& name,
                  const std::string& value, const std::string& explanation = "") {
  const Cell cell = AeCell(name, "0");
  std::string department, booked;
  for (const DimensionValue& one : cell.dimensions) {
    (one.dimension == "booked" ? booked : department) = one.value;
  }
  return absl::StrCat(organisation, ",2023-06,", cell.item, ",", department, ",", booked, ",",
                      value, ",,", explanation, "\n");
}

// All 18 cells: 4 in each but those named.
std::string WholeOf(const std::string& organisation,
                    const std::map<std::string, std::string>& figures = {}) {
  std::string text;
  for (const auto& [header, name] : AeColumns()) {
    const auto given = figures.find(name);
    text += RowOf(organisation, name, given == figures.end() ? "4" : given->second);
  }
  return text;
}

class FileModesTest : public ::testing::Test {
 protected:
  explicit FileModesTest(CommitterOptions options = {}) : ingestion_(std::move(options)) {
    config::v1::DefinitionSet set = EnglandOf({"RLQ", "RVW", "RCF"});
    for (auto& item : *set.mutable_items()) {
      if (item.code() == kSparse) item.mutable_dimensions(0)->set_sparse(true);
    }
    ingestion_.Apply(set);
  }

  FileSubmission File(const std::string& rows, SubmitMode mode = SubmitMode::kReplace,
                      bool all_or_nothing = false) {
    FileSubmission file =
        ingestion_.AeFile(ingestion_.Upload(absl::StrCat(kHeader, rows)), "onereturn-long");
    file.mode = mode;
    file.all_or_nothing = all_or_nothing;
    return file;
  }
  absl::StatusOr<FileAnswer> Run(const FileSubmission& file, FileRun* run = nullptr) {
    return ingestion_.submit_file().Run(file, run);
  }
  FileAnswer MustRun(const FileSubmission& file, FileRun* run = nullptr) {
    absl::StatusOr<FileAnswer> answer = Run(file, run);
    EXPECT_THAT(answer, IsOk());
    return answer.ok() ? *std::move(answer) : FileAnswer();
  }

  feed::v1::ReturnAccepted Held(const std::string& organisation) {
    const ReturnKey key{"MSitAE", "2023-06", organisation};
    const ReturnHeadState head = HeadOf(ingestion_.store(), key).value();
    if (head.newest.number == 0) return {};
    return ReturnOfEntry(EntryBytes(ingestion_.store(), head.newest.sequence).value()).value();
  }
  // The figures held that are not 4: "item|department=value".
  std::vector<std::string> OtherThanFour(const std::string& organisation) {
    std::vector<std::string> others;
    for (const Cell& cell : ingestion_.CellsOf(Held(organisation))) {
      if (cell.value == Decimal::FromWhole(4)) continue;
      others.push_back(absl::StrCat(DescribeCell(cell), "=", cell.value->ToString()));
    }
    return others;
  }

  TestIngestion ingestion_;
};

std::vector<std::string> CodesOf(const Findings& findings) {
  std::vector<std::string> codes;
  for (const Finding& finding : findings.kept()) {
    if (finding.severity != Severity::kError) continue;
    codes.push_back(absl::StrCat(finding.code, " ", finding.place.row));
  }
  return codes;
}

// Each against RLQ's whole return of fours, which stays revision 1 where a case is refused.
TEST_F(FileModesTest, TheWholeThatResultsIsJudged) {
  struct Case {
    const char* name;
    SubmitMode mode;
    std::string rows;
    std::vector<std::string> codes;  // "CODE row"; none: it is taken.
    std::vector<std::string> others = {};
    uint64_t cells = 18;
    bool unchanged = false;
  };
  const std::string attended = "ae_attendances|type1|no";
  const std::string waited = "ae_over_four_hours|type1|no";
  const std::string admitted = "ae_admissions_via_ae|type2";
  const std::vector<Case> cases = {
      {"a figure merged",
       SubmitMode::kMerge,
       RowOf("RLQ", attended, "9"),
       {},
       {"ae_attendances [booked=no, department=type1]=9"}},
      {"two, of which one breaks a rule with a held one",
       SubmitMode::kMerge,
       RowOf("RLQ", "ae_waits_over_twelve_hours", "3") + RowOf("RLQ", waited, "5"),
       {"AE02 3"}},
      {"what is held, merged", SubmitMode::kMerge, RowOf("RLQ", waited, "4"), {}, {}, 18, true},
      {"one figure merged twice",
       SubmitMode::kMerge,
       RowOf("RLQ", attended, "9") + RowOf("RLQ", attended, "8"),
       {"CELL_DUPLICATE 3"}},
      {"an item that there is not, merged",
       SubmitMode::kMerge,
       "RLQ,2023-06,ae_elsewhere,,,4,,\n",
       {"CELL_UNKNOWN_ITEM 2"}},
      {"no figure, merged", SubmitMode::kMerge, RowOf("RLQ", attended, "x"), {"CELL_VALUE 2"}},
      {"a cell that is not owed, taken out",
       SubmitMode::kDelete,
       RowOf("RLQ", admitted, "77"),
       {},
       {},
       17},
      {"an owed one, taken out",
       SubmitMode::kDelete,
       RowOf("RLQ", attended, "4"),
       {"CELL_MISSING 0"}},
      {"one that is not held, and one that is",
       SubmitMode::kDelete,
       RowOf("RLQ", "ae_admissions_via_ae|type9", "4") + RowOf("RLQ", admitted, "4"),
       {"CELL_NOT_HELD 2"}},
      {"one that is named twice, taken out",
       SubmitMode::kDelete,
       RowOf("RLQ", admitted, "4") + RowOf("RLQ", admitted, "4"),
       {},
       {},
       17},
      {"one with an unreadable value, to be taken out",
       SubmitMode::kDelete,
       RowOf("RLQ", admitted, "x"),
       {"CELL_VALUE 2"}},
      {"a whole return, taken out", SubmitMode::kDelete, WholeOf("RLQ"),
       std::vector<std::string>(15, "CELL_MISSING 0")},
      {"without the cells that are not owed, anew",
       SubmitMode::kReplace,
       WholeOf("RLQ").substr(0, WholeOf("RLQ").find("RLQ,2023-06,ae_admissions")) +
           RowOf("RLQ", "ae_other_emergency_admissions", "4"),
       {},
       {},
       15},
  };
  for (const Case& one : cases) {
    // From the same beginning, whatever came before.
    MustRun(File(WholeOf("RLQ")));
    const uint32_t revision = Held("RLQ").revision();
    for (const bool together : {false, true}) {
      FileSubmission judged = File(one.rows, one.mode, together);
      judged.origin.validate_only = true;
      EXPECT_EQ(CodesOf(MustRun(judged).findings), one.codes) << one.name;
    }
    for (const bool together : {false, true}) {
      if (together) MustRun(File(WholeOf("RLQ")));
      const uint32_t before = Held("RLQ").revision();
      const FileAnswer answer = MustRun(File(one.rows, one.mode, together));
      EXPECT_EQ(CodesOf(answer.findings), one.codes) << one.name;
      ASSERT_THAT(answer.returns, SizeIs(1)) << one.name;
      EXPECT_EQ(answer.returns[0].unchanged, one.unchanged) << one.name;
      const bool taken = one.codes.empty();
      EXPECT_EQ(answer.accepted.has_value(), taken) << one.name;
      EXPECT_EQ(answer.verdict == Verdict::kInvalid, !taken) << one.name;
      EXPECT_EQ(Held("RLQ").revision(), before + (taken && !one.unchanged ? 1 : 0)) << one.name;
      if (!taken) continue;
      EXPECT_EQ(Held("RLQ").cell_count(), one.cells) << one.name;
      EXPECT_EQ(OtherThanFour("RLQ"), one.others) << one.name;
      EXPECT_THAT(answer.returns[0].revision,
                  HasSubstr(absl::StrCat("revisions/", Held("RLQ").revision())));
    }
    EXPECT_GE(Held("RLQ").revision(), revision);
  }
}

TEST_F(FileModesTest, WhereNothingIsHeldMergingIsSendingAndNothingCanBeTakenOut) {
  EXPECT_THAT(
      CodesOf(MustRun(File(RowOf("RVW", kSparse + std::string("|type1"), "4"), SubmitMode::kMerge))
                  .findings),
      SizeIs(15));
  EXPECT_THAT(
      CodesOf(MustRun(File(RowOf("RVW", kSparse + std::string("|type1"), "4"), SubmitMode::kDelete))
                  .findings),
      testing::Contains("CELL_NOT_HELD 2"));
  EXPECT_THAT(MustRun(File(WholeOf("RVW"), SubmitMode::kMerge)).returns[0].revision,
              HasSubstr("revisions/1"));
}

TEST_F(FileModesTest, ReasonsStayBesideTheFiguresThatStay) {
  std::string rows = WholeOf("RLQ");
  rows.replace(0, rows.find('\n') + 1,
               RowOf("RLQ", AeColumns()[0].second, "9", "a new department"));
  MustRun(File(rows));
  MustRun(File(RowOf("RLQ", "ae_attendances|type2|no", "6", "counted again"), SubmitMode::kMerge));
  std::vector<std::string> texts;
  const feed::v1::ReturnAccepted held = Held("RLQ");
  for (const auto& one : held.explanations()) texts.push_back(one.text());
  EXPECT_THAT(texts, ElementsAre("counted again", "a new department"));
  MustRun(File(RowOf("RLQ", AeColumns()[0].second, "8"), SubmitMode::kMerge));
  const feed::v1::ReturnAccepted next = Held("RLQ");
  ASSERT_THAT(next.explanations(), SizeIs(1));
  EXPECT_EQ(next.explanations(0).text(), "counted again");
}

// Each is judged on what the other made of the return, whoever comes first.
TEST_F(FileModesTest, TwoMergesAtOnceLoseNothing) {
  for (const bool together : {false, true}) {
    MustRun(File(WholeOf("RLQ") + WholeOf("RVW")));
    std::vector<std::future<absl::StatusOr<FileAnswer>>> answers;
    for (const char* name : {"ae_attendances|type1|no", "ae_attendances|type2|no"}) {
      const FileSubmission file =
          File(RowOf("RLQ", name, "7") + RowOf("RVW", name, "7"), SubmitMode::kMerge, together);
      answers.push_back(std::async(std::launch::async, [this, file] { return Run(file); }));
    }
    for (auto& answer : answers) EXPECT_THAT(answer.get(), IsOk());
    for (const char* organisation : {"RLQ", "RVW"}) {
      EXPECT_THAT(OtherThanFour(organisation),
                  ElementsAre("ae_attendances [booked=no, department=type1]=7",
                              "ae_attendances [booked=no, department=type2]=7"));
    }
  }
}

TEST_F(FileModesTest, OneFaultKeepsAllOut) {
  const uint64_t before = ingestion_.LastSequence();
  const std::string rows =
      WholeOf("RLQ") + WholeOf("RVW", {{"ae_over_four_hours|type1|no", "5"}}) + WholeOf("RCF");
  const FileSubmission file = File(rows, SubmitMode::kReplace, true);
  const uint64_t uploaded = ingestion_.LastSequence();
  EXPECT_EQ(uploaded, before);
  const FileAnswer answer = MustRun(file);
  EXPECT_EQ(answer.verdict, Verdict::kInvalid);
  EXPECT_FALSE(answer.accepted.has_value());
  // At the first of the two figures that the rule reads.
  EXPECT_THAT(CodesOf(answer.findings), ElementsAre("AE02 20"));
  std::vector<std::string> verdicts;
  for (const FileReturnAnswer& one : answer.returns) {
    EXPECT_EQ(one.sequence, 0u);
    EXPECT_EQ(one.revision, "");
    verdicts.push_back(one.verdict == Verdict::kInvalid ? "refused" : "valid");
  }
  EXPECT_THAT(verdicts, ElementsAre("valid", "refused", "valid"));
  EXPECT_EQ(ingestion_.LastSequence(), before);
  // Not even the request id is kept: mended, the same file goes under it.
  FileSubmission mended = File(WholeOf("RLQ") + WholeOf("RVW"), SubmitMode::kReplace, true);
  mended.origin.request_id = file.origin.request_id;
  EXPECT_TRUE(MustRun(mended).accepted.has_value());
}

TEST_F(FileModesTest, WhetherOtherRowsWaitIsSaidAsItIs) {
  for (const bool together : {false, true}) {
    const FileAnswer answer =
        MustRun(File(WholeOf("RLQ") + WholeOf("RZZ"), SubmitMode::kReplace, together));
    ASSERT_THAT(CodesOf(answer.findings), ElementsAre("ODS_UNKNOWN 20"));
    EXPECT_THAT(answer.findings.kept()[0].suggestion,
                HasSubstr(together ? "nothing of the file is taken" : "are not held up"));
    EXPECT_EQ(answer.accepted.has_value(), !together);
  }
}

TEST_F(FileModesTest, AllAreOneStepAndTheFilesFactComesLast) {
  MustRun(File(WholeOf("RVW")));
  const FileSubmission file = File(WholeOf("RLQ") + WholeOf("RVW") + WholeOf("RCF"),
                                   SubmitMode::kReplace, /*all_or_nothing=*/true);
  const uint64_t before = ingestion_.LastSequence();
  const FileAnswer answer = MustRun(file);
  ASSERT_TRUE(answer.accepted.has_value());
  ASSERT_THAT(answer.returns, SizeIs(3));
  EXPECT_EQ(answer.returns[0].sequence, before + 1);
  EXPECT_TRUE(answer.returns[1].unchanged);
  EXPECT_LE(answer.returns[1].sequence, before);
  EXPECT_EQ(answer.returns[2].sequence, before + 2);
  EXPECT_EQ(answer.accepted->placement.sequence, before + 3);
  EXPECT_EQ(answer.returns[0].revision, "organisations/RLQ/returns/MSitAE.2023-06/revisions/1");
  EXPECT_EQ(answer.returns[1].revision, "organisations/RVW/returns/MSitAE.2023-06/revisions/1");
  feed::v1::Entry entry;
  feed::v1::FileImported fact;
  ASSERT_TRUE(entry.ParseFromString(answer.accepted->receipt.entry) &&
              fact.ParseFromString(entry.fact()));
  EXPECT_EQ(fact.accepted_rows(), 3u);
  EXPECT_EQ(fact.acceptance(), returns::v1::ACCEPTANCE_ALL_OR_NOTHING);
  EXPECT_EQ(Held("RLQ").cell_count(), 18u);
  EXPECT_EQ(OtherThanFour("RCF"), std::vector<std::string>());

  const FileAnswer repeat = MustRun(file);
  EXPECT_TRUE(repeat.accepted->replayed);
  EXPECT_EQ(repeat.accepted->placement.sequence, before + 3);
  EXPECT_EQ(ingestion_.LastSequence(), before + 3);
  // The id of what was as it is held is kept too: a repeat never undoes what came after.
  const std::optional<AcceptedRequest> kept =
      FindRequest(ingestion_.store(), "RVW",
                  DerivedRequestId(file.origin.request_id, kLoader, "RVW"))
          .value();
  ASSERT_TRUE(kept.has_value());
  EXPECT_EQ(kept->sequence, answer.returns[1].sequence);
}

TEST_F(FileModesTest, ManyCopiesAtOnceMakeOneFact) {
  const FileSubmission file = File(WholeOf("RLQ") + WholeOf("RVW"), SubmitMode::kReplace, true);
  const uint64_t before = ingestion_.LastSequence();
  std::vector<std::future<absl::StatusOr<FileAnswer>>> answers;
  for (int i = 0; i < 4; ++i) {
    answers.push_back(std::async(std::launch::async, [this, file] { return Run(file); }));
  }
  int fresh = 0;
  for (auto& future : answers) {
    const absl::StatusOr<FileAnswer> answer = future.get();
    ASSERT_THAT(answer, IsOk());
    fresh += answer->accepted->replayed ? 0 : 1;
    EXPECT_EQ(answer->accepted->placement.sequence, before + 3);
    EXPECT_THAT(answer->returns, SizeIs(answer->accepted->replayed ? 0 : 2));
  }
  EXPECT_EQ(fresh, 1);
  EXPECT_EQ(ingestion_.LastSequence(), before + 3);
}

// Part of a file that was to be accepted one by one: under its id nothing is made whole silently.
TEST_F(FileModesTest, AnIdThatServedAReturnHoldsUpTheWhole) {
  const FileSubmission file = File(WholeOf("RLQ") + WholeOf("RVW"), SubmitMode::kReplace, true);
  ReturnSubmission own = ingestion_.AeReturn("RVW", "2023-07");
  own.origin.request_id = DerivedRequestId(file.origin.request_id, kLoader, "RVW");
  own.origin.derived_id = true;
  ASSERT_TRUE(ingestion_.Submit(own)->accepted.has_value());
  const uint64_t before = ingestion_.LastSequence();
  EXPECT_THAT(Run(file).status(), HasReason(Reason::kRequestIdReused));
  EXPECT_EQ(ingestion_.LastSequence(), before);
}

TEST_F(FileModesTest, MoreThanAreKeptTogetherAreRefusedWithTheLimit) {
  std::string rows;
  for (size_t i = 0; i <= kMostFactsTogether; ++i) {
    absl::StrAppend(&rows, "X", i, ",2023-06,ae_other_emergency_admissions,,,4,,\n");
  }
  for (const bool validate_only : {true, false}) {
    FileSubmission file = File(rows, SubmitMode::kReplace, true);
    file.origin.validate_only = validate_only;
    const absl::Status status = Run(file).status();
    EXPECT_THAT(status, HasReason(Reason::kTooManyItems));
    EXPECT_THAT(std::string(status.message()), HasSubstr("2000"));
  }
}

// Memory: of large returns few are on their way at a time, however few those are.
TEST(ReturnsInFlightTest, WaitsWhileTooManyCellsAreOnTheirWay) {
  ReturnsInFlight in_flight;
  bool ended = false;
  in_flight.Begin(ReturnsInFlight::kMostCells + 1);  // Alone it may have more.
  in_flight.Again([&] {
    ended = true;
    in_flight.End(0, ReturnsInFlight::kMostCells + 1, ReturnAnswer());
  });
  in_flight.Begin(1);  // The thread that waits does what is to be done again.
  EXPECT_TRUE(ended);
  in_flight.Begin(ReturnsInFlight::kMostCells - 1);  // Beside the other one there is room.
  in_flight.End(1, 1, ReturnAnswer());
  in_flight.End(2, ReturnsInFlight::kMostCells - 1, ReturnAnswer());
  EXPECT_THAT(in_flight.WaitForAll(), SizeIs(3));
}

struct Seen {
  std::mutex mutex;
  const FileRun* run = nullptr;
  std::vector<FileState> states;  // As each group of the committer found it.
};

class RunOfFileTest : public FileModesTest {
 protected:
  explicit RunOfFileTest(std::shared_ptr<Seen> seen = std::make_shared<Seen>())
      : FileModesTest(Watched(seen)), seen_(std::move(seen)) {}

  static CommitterOptions Watched(const std::shared_ptr<Seen>& seen) {
    CommitterOptions options;
    options.on_head = [seen](const SignedHead&) {
      std::lock_guard<std::mutex> lock(seen->mutex);
      if (seen->run != nullptr) seen->states.push_back(seen->run->state());
      return absl::OkStatus();
    };
    return options;
  }
  void Watch(const FileRun* run) {
    std::lock_guard<std::mutex> lock(seen_->mutex);
    seen_->run = run;
  }

  std::shared_ptr<Seen> seen_;
};

TEST_F(RunOfFileTest, WhoWatchesSeesHowFarItIs) {
  const std::string rows =
      WholeOf("RLQ") + WholeOf("RVW", {{"ae_over_four_hours|type1|no", "5"}}) + WholeOf("RCF");
  const FileSubmission file = File(rows);
  FileRun run;
  EXPECT_EQ(run.state().stage, FileStage::kWaiting);
  Watch(&run);
  MustRun(file, &run);
  Watch(nullptr);
  ASSERT_FALSE(seen_->states.empty());
  for (const FileState& state : seen_->states) {
    EXPECT_EQ(state.stage, FileStage::kStoring);
    EXPECT_EQ(state.file_bytes, rows.size() + std::string(kHeader).size());
    EXPECT_EQ(state.judged_returns, 3u);
    EXPECT_EQ(state.returns_to_store, 2u);
    EXPECT_LE(state.stored_returns, 2u);
  }
  // The file's own fact is the last.
  EXPECT_EQ(seen_->states.back().stored_returns, 2u);
  EXPECT_EQ(seen_->states.back().read_bytes, seen_->states.back().file_bytes);
}

}  // namespace
}  // namespace onereturn::ingestion
