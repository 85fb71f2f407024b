// Goal: what is joined to what is held is taken once however often it is sent, says what of the
// held stands in its way, and leaves what it does not speak of: also how firm the figures are.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/commit/request_id.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/returns/testing/sign_off_fixture.h"
#include "services/ingestion/app/returns/undo_revision.h"
#include "services/ingestion/app/testing/small_catalogue.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kLongColumns[] = "organisation,period,item,value\n";

// Beds and wards, and clinics, which a later version no longer asks for. The layout "beds" is of a
// part.
class JoinedReturnsTest : public ::testing::Test {
 protected:
  JoinedReturnsTest() {
    Define({"beds", "wards", "clinics"});
    ingestion_.clock().Set(ParseTimestamp("2030-01-01T00:00:00Z").value());
  }

  void Define(const std::vector<std::string>& items) {
    config::v1::DefinitionSet set;
    for (const char* code : {"RLQ", "RVW"}) *set.add_organisations() = SmallProvider(code);
    for (const std::string& item : items) *set.add_items() = SmallItem(item);
    catalogue::v1::Collection collection = SmallCollection("KH03", items);
    auto* layout = collection.add_layouts();
    layout->set_code("onereturn-long");
    layout->mutable_long_();
    layout = collection.add_layouts();
    layout->set_code("beds");
    auto* wide = layout->mutable_wide();
    wide->set_organisation_header("org");
    wide->set_period_header("period");
    wide->set_period_format(catalogue::v1::PERIOD_FORMAT_CANONICAL);
    wide->set_keeps_other_items(true);
    auto* column = wide->add_columns();
    column->set_header("beds");
    column->mutable_cell()->set_item("beds");
    *set.add_collections() = collection;
    ingestion_.Apply(set);
  }

  FileSubmission FileOf(const std::string& text, const std::string& layout, SubmitMode mode) {
    FileSubmission file = ingestion_.AeFile(ingestion_.Upload(text), layout);
    file.collection = "KH03";
    file.mode = mode;
    return file;
  }
  FileSubmission LongFile(const std::string& rows, SubmitMode mode) {
    return FileOf(absl::StrCat(kLongColumns, rows), "onereturn-long", mode);
  }
  absl::StatusOr<FileAnswer> Run(const FileSubmission& file) {
    return ingestion_.submit_file().Run(file);
  }
  void Hold(const std::string& organisation,
            returns::v1::RevisionStatus status = returns::v1::REVISION_STATUS_FINAL) {
    ReturnSubmission whole = SmallReturn(&ingestion_, "KH03", organisation, "2026-03",
                                         {{"beds", 4}, {"wards", 4}, {"clinics", 4}});
    whole.status = status;
    ASSERT_THAT(ingestion_.Submit(whole), IsOk());
  }
  feed::v1::ReturnAccepted Held(const std::string& organisation) {
    const ReturnHeadState head =
        HeadOf(ingestion_.store(), {"KH03", "2026-03", organisation}).value();
    if (head.newest.number == 0) return {};
    return ReturnOfEntry(EntryBytes(ingestion_.store(), head.newest.sequence).value()).value();
  }
  returns::v1::RevisionStatus StatusHeld() { return Held("RLQ").status(); }

  TestIngestion ingestion_;
};

std::vector<Finding> ErrorsIn(const Findings& findings) {
  std::vector<Finding> errors;
  for (const Finding& finding : findings.kept()) {
    if (finding.severity == Severity::kError) errors.push_back(finding);
  }
  return errors;
}

// The first run ended after RLQ's cell was taken out.
TEST_F(JoinedReturnsTest, WhatTheFirstRunTookOutIsNotMissedByItsRepeat) {
  Hold("RLQ");
  Hold("RVW");
  Define({"beds", "wards"});
  const std::string rows = "RLQ,2026-03,clinics,4\nRVW,2026-03,clinics,4\n";
  const FileSubmission file = LongFile(rows, SubmitMode::kDelete);
  ReturnSubmission first = SmallReturn(&ingestion_, "KH03", "RLQ", "2026-03", {{"clinics", 4}});
  first.joining.mode = SubmitMode::kDelete;
  first.origin.request_id = DerivedRequestId(file.origin.request_id, kLoader, "RLQ");
  first.origin.derived_id = true;
  const Digest bytes = Sha256(absl::StrCat(kLongColumns, rows));
  const std::string zero(1, '\0');
  first.origin.digest = Sha256(absl::StrCat(DigestBytes(bytes), "KH03", zero, "onereturn-long",
                                            zero, "2", zero, "RLQ", zero, "mode 3"));
  ASSERT_TRUE(ingestion_.Submit(first)->accepted.has_value());
  const uint64_t stored = ingestion_.LastSequence();

  const absl::StatusOr<FileAnswer> answer = Run(file);
  ASSERT_THAT(answer, IsOk());
  EXPECT_THAT(ErrorsIn(answer->findings), IsEmpty());
  EXPECT_EQ(answer->verdict, Verdict::kValid);
  ASSERT_THAT(answer->returns, SizeIs(2));
  EXPECT_TRUE(answer->returns[0].replayed);
  EXPECT_EQ(answer->returns[0].sequence, stored);
  EXPECT_FALSE(answer->returns[1].replayed);
  EXPECT_EQ(answer->returns[1].sequence, stored + 1);
  EXPECT_EQ(Held("RLQ").cell_count(), 2u);
  EXPECT_EQ(Held("RVW").cell_count(), 2u);
  // And so for ever.
  EXPECT_EQ(Run(file)->verdict, Verdict::kValid);
  EXPECT_EQ(ingestion_.LastSequence(), stored + 2);
}

// Judged only, nothing is looked up: it says what a new request would be told.
TEST_F(JoinedReturnsTest, WhatIsJudgedOnlyIsJudgedOnWhatIsHeld) {
  Hold("RLQ");
  Define({"beds", "wards"});
  FileSubmission file = LongFile("RLQ,2026-03,clinics,4\n", SubmitMode::kDelete);
  ASSERT_TRUE(Run(file)->accepted.has_value());
  file.origin.validate_only = true;
  const std::vector<Finding> errors = ErrorsIn(Run(file)->findings);
  ASSERT_THAT(errors, SizeIs(1));
  EXPECT_EQ(errors[0].code, "CELL_NOT_HELD");
}

TEST_F(JoinedReturnsTest, AHeldItemThatIsNoLongerAskedForIsNamedWithTheWayOut) {
  Hold("RLQ");
  Define({"beds", "wards"});
  const std::string merged = "RLQ,2026-03,beds,5\n";
  const std::vector<Finding> errors = ErrorsIn(Run(LongFile(merged, SubmitMode::kMerge))->findings);
  ASSERT_THAT(errors, SizeIs(1));
  EXPECT_EQ(errors[0].code, "CELL_UNKNOWN_ITEM");
  EXPECT_THAT(errors[0].message, HasSubstr("clinics is held"));
  EXPECT_THAT(errors[0].message, HasSubstr("KH03 no longer asks for it"));
  EXPECT_THAT(errors[0].suggestion, HasSubstr("--mode delete"));
  EXPECT_THAT(errors[0].suggestion, HasSubstr("--mode replace"));
  // What the file itself names is told as ever.
  const std::vector<Finding> own =
      ErrorsIn(Run(LongFile("RLQ,2026-03,clinics,5\n", SubmitMode::kMerge))->findings);
  ASSERT_THAT(own, SizeIs(1));
  EXPECT_THAT(own[0].suggestion, HasSubstr("Use an item code of the collection"));
  EXPECT_EQ(own[0].place.row, 2u);

  ASSERT_TRUE(Run(LongFile("RLQ,2026-03,clinics,4\n", SubmitMode::kDelete))->accepted.has_value());
  EXPECT_TRUE(Run(LongFile(merged, SubmitMode::kMerge))->accepted.has_value());
  EXPECT_EQ(Held("RLQ").cell_count(), 2u);
}

TEST_F(JoinedReturnsTest, AnUndoSaysThatWhatItBringsBackIsNoLongerAskedFor) {
  Hold("RLQ");
  Define({"beds", "wards"});
  returns::v1::UndoRevisionRequest request;
  request.set_name("organisations/RLQ/returns/KH03.2026-03/revisions/1");
  request.set_reason_text("sent in error");
  const absl::StatusOr<ReturnAnswer> answer =
      ingestion_.Submit(UndoOf(ingestion_.store(), OrganisationScope::Only("RLQ"), request,
                               ingestion_.FreshOrigin(), Origin::kSubmitted)
                            .value());
  ASSERT_THAT(answer, IsOk());
  const std::vector<Finding> errors = ErrorsIn(answer->findings);
  ASSERT_THAT(errors, SizeIs(1));
  EXPECT_THAT(errors[0].message, HasSubstr("no longer asks for it"));
  EXPECT_THAT(errors[0].suggestion, HasSubstr("--mode replace"));
}

TEST_F(JoinedReturnsTest, WhatComesToTheHeldIsAsFirmAsThat) {
  const auto unsaid = returns::v1::REVISION_STATUS_UNSPECIFIED;
  const auto provisional = returns::v1::REVISION_STATUS_PROVISIONAL;
  struct Case {
    const char* name;
    FileSubmission file;
    returns::v1::RevisionStatus given;
    returns::v1::RevisionStatus expected;
  };
  const FileSubmission merged = LongFile("RLQ,2026-03,beds,5\n", SubmitMode::kMerge);
  const FileSubmission whole = LongFile(
      "RLQ,2026-03,beds,6\nRLQ,2026-03,wards,4\nRLQ,2026-03,clinics,4\n", SubmitMode::kReplace);
  const Case cases[] = {
      {"merged", merged, unsaid, provisional},
      {"of a part", FileOf("org,period,beds\nRLQ,2026-03,7\n", "beds", SubmitMode::kReplace),
       unsaid, provisional},
      {"merged, and said", merged, returns::v1::REVISION_STATUS_ESTIMATED,
       returns::v1::REVISION_STATUS_ESTIMATED},
      {"whole", whole, unsaid, returns::v1::REVISION_STATUS_FINAL},
  };
  for (Case one : cases) {
    Hold("RLQ", provisional);
    one.file.origin = ingestion_.FreshOrigin();
    one.file.status = one.given;
    const absl::StatusOr<FileAnswer> answer = Run(one.file);
    ASSERT_THAT(answer, IsOk()) << one.name;
    EXPECT_TRUE(answer->accepted.has_value()) << one.name;
    EXPECT_EQ(StatusHeld(), one.expected) << one.name;
  }
}

TEST_F(JoinedReturnsTest, WhatIsTakenOutLeavesTheOthersAsFirmAsTheyAre) {
  Hold("RLQ", returns::v1::REVISION_STATUS_PROVISIONAL);
  Define({"beds", "wards"});
  FileSubmission file = LongFile("RLQ,2026-03,clinics,4\n", SubmitMode::kDelete);
  file.status = returns::v1::REVISION_STATUS_UNSPECIFIED;
  ASSERT_TRUE(Run(file)->accepted.has_value());
  EXPECT_EQ(StatusHeld(), returns::v1::REVISION_STATUS_PROVISIONAL);
  EXPECT_EQ(Held("RLQ").cell_count(), 2u);
}

TEST_F(JoinedReturnsTest, WhereNothingIsHeldWhatIsMergedIsFinal) {
  ReturnSubmission sent = SmallReturn(&ingestion_, "KH03", "RLQ", "2026-03",
                                      {{"beds", 4}, {"wards", 4}, {"clinics", 4}});
  sent.joining.mode = SubmitMode::kMerge;
  sent.status = returns::v1::REVISION_STATUS_UNSPECIFIED;
  ASSERT_THAT(ingestion_.Submit(sent), IsOk());
  EXPECT_EQ(StatusHeld(), returns::v1::REVISION_STATUS_FINAL);
}

// A figure that is held already is no news, also where nothing is said of how firm it is.
TEST_F(JoinedReturnsTest, WhatIsHeldProvisionallyMergedAgainIsUnchanged) {
  Hold("RLQ", returns::v1::REVISION_STATUS_PROVISIONAL);
  FileSubmission file = LongFile("RLQ,2026-03,beds,4\n", SubmitMode::kMerge);
  file.status = returns::v1::REVISION_STATUS_UNSPECIFIED;
  const absl::StatusOr<FileAnswer> answer = Run(file);
  ASSERT_THAT(answer, IsOk());
  ASSERT_THAT(answer->returns, SizeIs(1));
  EXPECT_TRUE(answer->returns[0].unchanged);
  EXPECT_EQ(Held("RLQ").revision(), 1u);
}

}  // namespace
}  // namespace onereturn::ingestion
