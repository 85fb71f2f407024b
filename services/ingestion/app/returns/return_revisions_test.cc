// Goal: why a return was sent again is known, nothing is lost by undoing, and a difference names
// the cells that changed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/ingestion/app/returns/testing/sign_off_fixture.h"
#include "services/ingestion/app/returns/undo_revision.h"

namespace onereturn::ingestion {
namespace {

class ReturnRevisionsTest : public SignOffTest {
 protected:
  ReturnRevisionsTest() : SignOffTest(0) {}

  absl::StatusOr<ReturnAnswer> Undo(const std::string& name, const std::string& text) {
    returns::v1::UndoRevisionRequest request;
    request.set_name(name);
    request.set_reason_text(text);
    absl::StatusOr<ReturnSubmission> undo =
        UndoOf(ingestion_.store(), OrganisationScope::Only("RLQ"), request, By(kOfficer),
               Origin::kSubmitted);
    if (!undo.ok()) return undo.status();
    return ingestion_.Submit(*std::move(undo));
  }
  absl::StatusOr<CellDifferences> Diff(uint32_t base, uint32_t revision, size_t limit = 100,
                                       const std::string& after = "") {
    const ReturnKey key{"MSitAE", "2024-03", "RLQ"};
    const OrganisationScope scope = OrganisationScope::Only("RLQ");
    std::optional<CellState> before;
    if (base > 0) before = RevisionState(ingestion_.store(), scope, key, base, UINT64_MAX).value();
    const CellState state =
        RevisionState(ingestion_.store(), scope, key, revision, UINT64_MAX).value();
    return DifferencesOf(ingestion_.store(), before, state, after, limit);
  }
};

TEST_F(ReturnRevisionsTest, AReasonIsKeptWithTheRevision) {
  ASSERT_THAT(ingestion_.Submit(March()), IsOk());
  ReturnSubmission again = March({{"ae_attendances|type1|no", "7"}});
  again.reason = returns::v1::REVISION_REASON_LATE_DATA;
  again.reason_text = "a ward's records came late";
  ASSERT_THAT(ingestion_.Submit(again), IsOk());
  EXPECT_EQ(Accepted()->revision().reason(), returns::v1::REVISION_REASON_LATE_DATA);
  EXPECT_EQ(Accepted()->revision().reason_text(), "a ward's records came late");
}

// The same figures and the same words about them are no revision, whatever reason is given; other
// words are.
TEST_F(ReturnRevisionsTest, NothingNewUnderAnotherReasonIsNoRevision) {
  ReturnSubmission first = March();
  first.submission.explanations = {{"AE03", std::nullopt, "a ward was closed"}};
  ASSERT_THAT(ingestion_.Submit(first), IsOk());
  ReturnSubmission again = March();
  again.submission.explanations = first.submission.explanations;
  again.reason = returns::v1::REVISION_REASON_REFRESH;
  EXPECT_TRUE(ingestion_.Submit(again)->unchanged);
  EXPECT_EQ(Accepted()->revision().number(), 1u);
  ReturnSubmission other = March();
  other.submission.explanations = {{"AE03", std::nullopt, "two wards were closed"}};
  EXPECT_FALSE(ingestion_.Submit(other)->unchanged);
  EXPECT_EQ(Accepted()->revision().number(), 2u);
}

TEST_F(ReturnRevisionsTest, ACollectionThatAsksIsToldFromRevisionTwoOn) {
  catalogue::v1::Collection collection = EnglandOf({"RLQ", "RCF"}).collections(0);
  collection.set_asks_revision_reason(true);
  ASSERT_THAT(ingestion_.DefineOne(collection), IsOk());
  ASSERT_THAT(ingestion_.Submit(March()), IsOk());
  const ReturnSubmission silent = March({{"ae_attendances|type1|no", "7"}});
  EXPECT_THAT(ingestion_.Submit(silent), HasReason(Reason::kRevisionReason));
  ReturnSubmission imported = silent;
  imported.origin = ingestion_.FreshOrigin();
  imported.submission.origin = Origin::kImport;
  EXPECT_THAT(ingestion_.Submit(imported), IsOk());
  ReturnSubmission said = March();
  said.reason = returns::v1::REVISION_REASON_CORRECTION;
  EXPECT_THAT(ingestion_.Submit(said), IsOk());
}

TEST_F(ReturnRevisionsTest, ANilReturnIsZerosThatSayTheyAreMeant) {
  ReturnSubmission nil = March();
  nil.nil = true;
  nil.submission.cells.clear();
  const absl::StatusOr<ReturnAnswer> answer = ingestion_.Submit(nil);
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->fact.cell_count(), 18u);
  for (const Cell& cell : ingestion_.CellsOf(answer->fact)) EXPECT_EQ(cell.value, Decimal());
  EXPECT_TRUE(Accepted()->revision().nil());
  // The same zeros without saying so are another statement.
  const absl::StatusOr<ReturnAnswer> zeros = ingestion_.Submit(March());
  ASSERT_THAT(zeros, IsOk());
  EXPECT_FALSE(zeros->unchanged);
  EXPECT_FALSE(Accepted()->revision().nil());
}

TEST_F(ReturnRevisionsTest, UndoingIsANewRevisionWithTheOldCells) {
  const absl::StatusOr<ReturnAnswer> first = ingestion_.Submit(March());
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(ingestion_.Submit(March({{"ae_attendances|type1|no", "7"}})), IsOk());
  const absl::StatusOr<ReturnAnswer> undone =
      Undo(absl::StrCat(kMarch, "/revisions/1"), "the second was of another trust");
  ASSERT_THAT(undone, IsOk());
  EXPECT_EQ(undone->fact.revision(), 3u);
  EXPECT_EQ(undone->fact.cell_digest(), first->fact.cell_digest());
  EXPECT_EQ(undone->fact.reason(), returns::v1::REVISION_REASON_UNDO);
  EXPECT_EQ(undone->fact.restored_revision(), 1u);
  EXPECT_EQ(Diff(2, 3)->count, 1u) << "revision 2 stays to be read";
  EXPECT_TRUE(Undo(absl::StrCat(kMarch, "/revisions/1"), "again")->unchanged);
  EXPECT_THAT(Undo(absl::StrCat(kMarch, "/revisions/9"), "why not"),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Undo("organisations/RCF/returns/MSitAE.2024-03/revisions/1", "of another"),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Undo(absl::StrCat(kMarch, "/revisions/1"), ""), HasReason(Reason::kFieldInvalid));
}

TEST_F(ReturnRevisionsTest, ADifferenceNamesTheCellsThatChangedInPages) {
  ASSERT_THAT(ingestion_.Submit(March()), IsOk());
  ASSERT_THAT(ingestion_.Submit(March({{"ae_attendances|type1|no", "7"},
                                       {"ae_attendances|type2|no", "8"},
                                       {"ae_other_emergency_admissions", "9"}})),
              IsOk());
  const absl::StatusOr<CellDifferences> whole = Diff(1, 2);
  ASSERT_THAT(whole, IsOk());
  EXPECT_EQ(whole->count, 3u);
  ASSERT_EQ(whole->page.rows.size(), 3u);
  EXPECT_EQ(whole->page.rows[0].before().millionths(), 0);
  EXPECT_EQ(whole->page.rows[0].after().millionths(), 7'000'000);
  EXPECT_EQ(whole->page.rows[2].after().reference().item(), "ae_other_emergency_admissions");
  EXPECT_EQ(whole->page.after, "");
  const absl::StatusOr<CellDifferences> first = Diff(1, 2, 2);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->count, 3u);
  const absl::StatusOr<CellDifferences> rest = Diff(1, 2, 2, first->page.after);
  ASSERT_THAT(rest, IsOk());
  ASSERT_EQ(rest->page.rows.size(), 1u);
  EXPECT_EQ(rest->page.rows[0].SerializeAsString(), whole->page.rows[2].SerializeAsString());
  EXPECT_EQ(Diff(0, 1)->count, 18u) << "against nothing every cell is new";
  EXPECT_EQ(Diff(2, 2)->count, 0u);
}

}  // namespace
}  // namespace onereturn::ingestion
