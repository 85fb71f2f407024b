// Goal: in a file of several organisations, what keeps one return out keeps out no other, and is
// told the same before anything is stored; a file of one organisation is refused for it.
// Method: a caller who acts for RAE and those below it sends RLQ's return, which is taken, and
// RCF's, which is not: for each reason, in each acceptance, judged only and sent.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/commit/request_id.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/timetable/testing/timetable_world.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kColumns[] = "organisation,period,item,department,booked,value\n";
constexpr uint32_t kFirstRow = 2;
constexpr uint32_t kSecondRow = 20;  // After 18 cells.

// RLQ may send June, RCF may not.
struct Refusal {
  Reason reason;
  std::function<void(TimetableWorld&)> prepare;
};

config::v1::DefinitionSet WithoutWindow() {
  config::v1::DefinitionSet set = WithWindows();
  set.mutable_collections(0)->clear_window();
  return set;
}

void HoldFirst(TimetableWorld& world, const config::v1::DefinitionSet& then) {
  world.ingestion.Apply(WithoutWindow());
  ASSERT_THAT(world.Submit("RCF", "2025-06"), IsOk());
  world.ingestion.Apply(then);
}

config::v1::DefinitionSet AskingWhy() {
  config::v1::DefinitionSet set = WithoutWindow();
  set.mutable_collections(0)->set_asks_revision_reason(true);
  return set;
}

void CloseWindow(TimetableWorld& world) {
  ASSERT_THAT(world.RunAt("2025-07-01T09:00:00Z"), IsOk());
  ASSERT_THAT(world.Extend("RLQ", "2025-06", "2025-07-20T16:00:00Z"), IsOk());
  ASSERT_THAT(world.RunAt("2025-07-13T00:00:00Z"), IsOk());
}

std::vector<Refusal> Refusals() {
  return {{Reason::kOdsClosed,
           [](TimetableWorld& world) {
             config::v1::DefinitionSet set = WithoutWindow();
             for (auto& organisation : *set.mutable_organisations()) {
               if (organisation.code() == "RCF") organisation.set_close_date("2025-05-31");
             }
             world.ingestion.Apply(set);
           }},
          {Reason::kPeriodClosed,
           [](TimetableWorld& world) {
             world.ingestion.Apply(WithWindows());
             CloseWindow(world);
           }},
          {Reason::kNotReopened,
           [](TimetableWorld& world) {
             config::v1::DefinitionSet set = WithoutWindow();
             set.mutable_collections(0)->set_sign_off_levels(1);
             HoldFirst(world, set);
           }},
          {Reason::kRevisionReason, [](TimetableWorld& world) { HoldFirst(world, AskingWhy()); }}};
}

std::string JuneOf(const std::string& organisation) {
  std::string text;
  for (const auto& [header, name] : AeColumns()) {
    const Cell cell = AeCell(name, "0");
    std::string department, booked;
    for (const DimensionValue& one : cell.dimensions) {
      (one.dimension == "booked" ? booked : department) = one.value;
    }
    absl::StrAppend(&text, organisation, ",2025-06,", cell.item, ",", department, ",", booked,
                    ",4\n");
  }
  return text;
}

FileSubmission FileBelow(TestIngestion& ingestion, const std::string& rows) {
  FileSubmission file =
      ingestion.AeFile(ingestion.Upload(absl::StrCat(kColumns, rows), "RAE"), "onereturn-long");
  file.may_import = false;
  file.owner = "RAE";
  file.scope = OrganisationScope::Of("RAE", {"RAE", "RCF", "RLQ"});
  return file;
}

// "CODE organisation row".
std::vector<std::string> ErrorsOf(const FileAnswer& answer) {
  std::vector<std::string> errors;
  for (const Finding& finding : answer.findings.kept()) {
    if (finding.severity != Severity::kError) continue;
    errors.push_back(absl::StrCat(finding.code, " ", finding.organisation, " ", finding.place.row));
    EXPECT_THAT(finding.suggestion, testing::Not(IsEmpty()));
  }
  return errors;
}

// "RLQ stored", "RCF kept out".
std::vector<std::string> WhatBecameOf(const FileAnswer& answer) {
  std::vector<std::string> outcomes;
  for (const FileReturnAnswer& one : answer.returns) {
    const bool named = !one.revision.empty() || !one.submission.empty();
    EXPECT_EQ(named, one.sequence > 0) << one.organisation;
    outcomes.push_back(absl::StrCat(one.organisation, one.sequence > 0 ? " stored" : " kept out"));
  }
  return outcomes;
}

std::string RefusedAs(const Refusal& refusal) {
  return absl::StrCat(NameOf(refusal.reason), " RCF ", kSecondRow);
}

TEST(RefusedReturnsTest, ARefusedReturnKeepsOutNoOther) {
  for (const Refusal& refusal : Refusals()) {
    SCOPED_TRACE(NameOf(refusal.reason));
    TimetableWorld world;
    refusal.prepare(world);
    const FileSubmission file = FileBelow(world.ingestion, JuneOf("RLQ") + JuneOf("RCF"));
    const absl::StatusOr<FileAnswer> answer = world.ingestion.submit_file().Run(file);
    ASSERT_THAT(answer, IsOk());
    EXPECT_THAT(ErrorsOf(*answer), ElementsAre(RefusedAs(refusal)));
    EXPECT_THAT(answer->findings.kept()[0].suggestion, HasSubstr("are not held up"));
    EXPECT_THAT(WhatBecameOf(*answer), ElementsAre("RLQ stored", "RCF kept out"));
    EXPECT_EQ(answer->verdict, Verdict::kInvalid);
    ASSERT_TRUE(answer->accepted.has_value()) << "the file's own fact";
    const absl::StatusOr<FileAnswer> repeat = world.ingestion.submit_file().Run(file);
    ASSERT_THAT(repeat, IsOk());
    EXPECT_TRUE(repeat->accepted->replayed);
    EXPECT_EQ(repeat->verdict, Verdict::kInvalid);
  }
}

TEST(RefusedReturnsTest, AllOrNothingARefusedReturnKeepsAllOut) {
  for (const Refusal& refusal : Refusals()) {
    SCOPED_TRACE(NameOf(refusal.reason));
    TimetableWorld world;
    refusal.prepare(world);
    FileSubmission file = FileBelow(world.ingestion, JuneOf("RLQ") + JuneOf("RCF"));
    file.all_or_nothing = true;
    const uint64_t before = world.ingestion.LastSequence();
    const absl::StatusOr<FileAnswer> answer = world.ingestion.submit_file().Run(file);
    ASSERT_THAT(answer, IsOk());
    EXPECT_THAT(ErrorsOf(*answer), ElementsAre(RefusedAs(refusal)));
    EXPECT_THAT(answer->findings.kept()[0].suggestion, HasSubstr("nothing of the file"));
    EXPECT_THAT(WhatBecameOf(*answer), ElementsAre("RLQ kept out", "RCF kept out"));
    EXPECT_EQ(answer->verdict, Verdict::kInvalid);
    EXPECT_FALSE(answer->accepted.has_value());
    EXPECT_EQ(world.ingestion.LastSequence(), before);
  }
}

TEST(RefusedReturnsTest, JudgingOnlySaysTheSame) {
  for (const Refusal& refusal : Refusals()) {
    SCOPED_TRACE(NameOf(refusal.reason));
    TimetableWorld world;
    refusal.prepare(world);
    for (const bool together : {false, true}) {
      FileSubmission file = FileBelow(world.ingestion, JuneOf("RLQ") + JuneOf("RCF"));
      file.all_or_nothing = together;
      file.origin.validate_only = true;
      const uint64_t before = world.ingestion.LastSequence();
      const absl::StatusOr<FileAnswer> answer = world.ingestion.submit_file().Run(file);
      ASSERT_THAT(answer, IsOk());
      EXPECT_THAT(ErrorsOf(*answer), ElementsAre(RefusedAs(refusal)));
      EXPECT_EQ(answer->returns[0].verdict, Verdict::kValid);
      EXPECT_EQ(answer->returns[1].verdict, Verdict::kInvalid);
      EXPECT_EQ(answer->verdict, Verdict::kInvalid);
      EXPECT_EQ(world.ingestion.LastSequence(), before);
    }
  }
}

TEST(RefusedReturnsTest, AFileOfOneOrganisationIsRefused) {
  for (const Refusal& refusal : Refusals()) {
    SCOPED_TRACE(NameOf(refusal.reason));
    TimetableWorld world;
    refusal.prepare(world);
    for (const bool together : {false, true}) {
      for (const bool validate_only : {true, false}) {
        FileSubmission file = FileBelow(world.ingestion, JuneOf("RCF"));
        file.all_or_nothing = together;
        file.origin.validate_only = validate_only;
        EXPECT_THAT(world.ingestion.submit_file().Run(file), HasReason(refusal.reason));
      }
    }
  }
}

TEST(RefusedReturnsTest, APeriodThatIsNotOpenRefusesEachReturn) {
  TimetableWorld world;
  world.ingestion.Apply(WithWindows());
  const uint64_t before = world.ingestion.LastSequence();
  const auto answer =
      world.ingestion.submit_file().Run(FileBelow(world.ingestion, JuneOf("RLQ") + JuneOf("RCF")));
  ASSERT_THAT(answer, IsOk());
  EXPECT_THAT(ErrorsOf(*answer), ElementsAre(absl::StrCat("PERIOD_NOT_OPEN RLQ ", kFirstRow),
                                             absl::StrCat("PERIOD_NOT_OPEN RCF ", kSecondRow)));
  EXPECT_FALSE(answer->accepted.has_value());
  EXPECT_EQ(world.ingestion.LastSequence(), before);
}

// What is held already, and what gives a reason, is taken as ever.
TEST(RefusedReturnsTest, WhatIsHeldAlreadyAndWhatSaysWhyAreTaken) {
  TimetableWorld world;
  HoldFirst(world, AskingWhy());
  FileSubmission file = FileBelow(world.ingestion, JuneOf("RLQ") + JuneOf("RCF"));
  file.reason = returns::v1::REVISION_REASON_CORRECTION;
  EXPECT_THAT(WhatBecameOf(world.ingestion.submit_file().Run(file).value()),
              ElementsAre("RLQ stored", "RCF stored"));
  const absl::StatusOr<FileAnswer> again =
      world.ingestion.submit_file().Run(FileBelow(world.ingestion, JuneOf("RLQ") + JuneOf("RCF")));
  ASSERT_THAT(again, IsOk());
  EXPECT_THAT(ErrorsOf(*again), IsEmpty());
  EXPECT_TRUE(again->returns[0].unchanged && again->returns[1].unchanged);
}

// The file broke off after RCF's return was stored, and then the window closed on it.
TEST(RefusedReturnsTest, ARepeatNamesWhatTheFirstRunStored) {
  TimetableWorld world;
  world.ingestion.Apply(WithWindows());
  ASSERT_THAT(world.RunAt("2025-07-01T09:00:00Z"), IsOk());
  const std::string rows = JuneOf("RLQ") + JuneOf("RCF");
  const FileSubmission file = FileBelow(world.ingestion, rows);
  std::map<std::string, std::string> figures;
  for (const auto& [header, name] : AeColumns()) figures[name] = "4";
  ReturnSubmission stored = world.ingestion.AeReturn("RCF", "2025-06", figures);
  stored.origin.request_id = DerivedRequestId(file.origin.request_id, "RAE", "RCF");
  stored.origin.derived_id = true;
  const Digest bytes = Sha256(absl::StrCat(kColumns, rows));
  const std::string zero(1, '\0');
  stored.origin.digest = Sha256(
      absl::StrCat(DigestBytes(bytes), "MSitAE", zero, "onereturn-long", zero, "2", zero, "RCF"));
  ASSERT_THAT(world.ingestion.Submit(stored), IsOk());
  CloseWindow(world);
  FileSubmission repeat = FileBelow(world.ingestion, rows);  // The first upload has expired.
  repeat.origin = file.origin;
  const absl::StatusOr<FileAnswer> answer = world.ingestion.submit_file().Run(repeat);
  ASSERT_THAT(answer, IsOk());
  EXPECT_THAT(ErrorsOf(*answer), IsEmpty());
  EXPECT_THAT(WhatBecameOf(*answer), ElementsAre("RLQ stored", "RCF stored"));
  EXPECT_TRUE(answer->returns[1].replayed);
}

// What refuses a return comes while the file is being stored: RCF sends other figures meanwhile.
TEST(RefusedReturnsTest, WhatIsRefusedAtTheCommitIsARowToo) {
  TimetableWorld world;
  world.ingestion.Apply(AskingWhy());
  const FileSubmission file = FileBelow(world.ingestion, JuneOf("RLQ") + JuneOf("RCF"));
  FileRun run;
  std::future<absl::StatusOr<ReturnAnswer>> meanwhile;
  std::future<absl::StatusOr<FileAnswer>> taken;
  {
    CommitterHold hold(&world.ingestion.committer());
    meanwhile = world.ingestion.BeginSubmit(world.ingestion.AeReturn("RCF", "2025-06"));
    taken = std::async(std::launch::async,
                       [&] { return world.ingestion.submit_file().Run(file, &run); });
    while (run.state().stage != FileStage::kStoring) std::this_thread::yield();
  }
  ASSERT_THAT(meanwhile.get(), IsOk());
  const absl::StatusOr<FileAnswer> answer = taken.get();
  ASSERT_THAT(answer, IsOk());
  EXPECT_THAT(ErrorsOf(*answer), ElementsAre(absl::StrCat("REVISION_REASON RCF ", kSecondRow)));
  EXPECT_THAT(WhatBecameOf(*answer), ElementsAre("RLQ stored", "RCF kept out"));
  EXPECT_EQ(answer->verdict, Verdict::kInvalid);
  EXPECT_TRUE(answer->accepted.has_value());
}

}  // namespace
}  // namespace onereturn::ingestion
