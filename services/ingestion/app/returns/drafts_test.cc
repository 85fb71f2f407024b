// Goal: an officer's work in progress is never lost, may be wrong, and is his organisation's alone.
#include "services/ingestion/app/returns/drafts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/ingestion/app/returns/testing/sign_off_fixture.h"

namespace onereturn::ingestion {
namespace {

constexpr char kMarchDraft[] = "organisations/RLQ/returns/MSitAE.2024-03/draft";

class DraftsTest : public SignOffTest {
 protected:
  using Answer = absl::StatusOr<DraftAnswer>;

  template <typename Begin>
  Answer WaitDraft(Begin begin) {
    std::promise<Answer> promise;
    begin([&promise](Answer answer) { promise.set_value(std::move(answer)); });
    return promise.get_future().get();
  }
  Answer Save(const ReturnSubmission& draft) {
    return WaitDraft([&](Drafts::Done done) { ingestion_.drafts().Save(draft, std::move(done)); });
  }
  Answer Drop(const std::string& etag = "") {
    returns::v1::DropDraftRequest request;
    request.set_name(kMarchDraft);
    request.set_etag(etag);
    return WaitDraft([&](Drafts::Done done) {
      ingestion_.drafts().Drop(By(kOfficer), request, std::move(done));
    });
  }
  absl::StatusOr<returns::v1::Draft> Held(const std::string& organisation = "RLQ") {
    return GetDraft(ingestion_.store(), OrganisationScope::Only(organisation), kMarchDraft);
  }
  // Two cells of March's return: it is not whole.
  ReturnSubmission Half() {
    ReturnSubmission draft = March({{"ae_attendances|type1|no", "12"}});
    draft.submission.cells.resize(2);
    return draft;
  }
};

TEST_F(DraftsTest, WhatIsWrongWithADraftIsSaidAndItIsKept) {
  const Answer saved = Save(Half());
  ASSERT_THAT(saved, IsOk());
  EXPECT_EQ(saved->verdict, Verdict::kInvalid);
  EXPECT_EQ(saved->findings.kept().front().code, "CELL_MISSING");
  ASSERT_THAT(Held(), IsOk());
  EXPECT_EQ(Held()->SerializeAsString(), saved->draft->SerializeAsString());
  EXPECT_EQ(Held()->cell_count(), 2u);
  EXPECT_EQ(Held()->saved_by().person(), kOfficer);
  const CellState state =
      UnsignedState(ingestion_.store(), OrganisationScope::Only("RLQ"), kMarchDraft).value();
  const auto cells = CellsOf(ingestion_.store(), state, "", 1).value();
  ASSERT_EQ(cells.rows.size(), 1u);
  EXPECT_EQ(cells.after, "1");
  EXPECT_EQ(CellsOf(ingestion_.store(), state, "1", 1)->after, "");
  EXPECT_THAT(Held("RCF"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Accepted(), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(DraftsTest, TheNextDraftTakesItsPlaceUnlessItWasNotSeen) {
  const Answer first = Save(Half());
  ASSERT_THAT(first, IsOk());
  ReturnSubmission second = March({{"ae_attendances|type1|no", "12"}});
  second.etag = first->draft->etag();
  const Answer whole = Save(second);
  ASSERT_THAT(whole, IsOk());
  EXPECT_EQ(whole->verdict, Verdict::kValid);
  EXPECT_EQ(Held()->cell_count(), 18u);
  ReturnSubmission late = Half();
  late.etag = first->draft->etag();
  EXPECT_THAT(Save(late), HasReason(Reason::kEtagMismatch));
  EXPECT_EQ(Held()->etag(), whole->draft->etag());
}

TEST_F(DraftsTest, ARepeatIsAnsweredAndMakesNothing) {
  const ReturnSubmission draft = Half();
  ASSERT_THAT(Save(draft), IsOk());
  const uint64_t before = ingestion_.LastSequence();
  const Answer again = Save(draft);
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(again->accepted->replayed);
  EXPECT_FALSE(again->verdict.has_value());
  EXPECT_EQ(ingestion_.LastSequence(), before);
}

TEST_F(DraftsTest, ADroppedDraftIsGone) {
  EXPECT_THAT(Drop(), StatusIs(absl::StatusCode::kNotFound));
  const Answer saved = Save(Half());
  ASSERT_THAT(saved, IsOk());
  EXPECT_THAT(Drop("\"1\""), HasReason(Reason::kEtagMismatch));
  ASSERT_THAT(Drop(saved->draft->etag()), IsOk());
  EXPECT_THAT(Held(), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_TRUE(
      ListDrafts(ingestion_.store(), OrganisationScope::National(), "", "", 10)->rows.empty());
}

TEST_F(DraftsTest, ACellTwiceIsNoDraft) {
  ReturnSubmission draft = Half();
  draft.submission.cells[1] = draft.submission.cells[0];
  EXPECT_THAT(Save(draft), HasReason(Reason::kDuplicateCell));
  draft.submission.organisation = "RXX";
  EXPECT_THAT(Save(draft), HasReason(Reason::kOdsUnknown));
}

}  // namespace
}  // namespace onereturn::ingestion
