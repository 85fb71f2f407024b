// Goal: whoever used a figure that was revised is told, once it may read it, until it has used the
// newer one; nobody else is; and the organisation sees who used and was told.
#include "services/ingestion/app/returns/notices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/identity/roles.h"
#include "common/status/error.h"
#include "services/ingestion/app/returns/read_unsigned.h"
#include "services/ingestion/app/returns/testing/sign_off_fixture.h"
#include "services/ingestion/app/returns/undo_revision.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kAnalystSystem[] = "spiffe://onereturn.example/analyst";
constexpr char kOtherSystem[] = "spiffe://onereturn.example/regulator";

Caller CallerOf(const std::string& system, OrganisationScope scope,
                rights::v1::Role role = rights::v1::ROLE_ANALYST) {
  Caller caller;
  caller.spiffe_id = system;
  caller.role = role;
  caller.scope = std::move(scope);
  return caller;
}

class NoticesTest : public SignOffTest {
 protected:
  NoticesTest() : SignOffTest(0) {}

  // The revision that was made.
  uint32_t Send(const std::string& figure,
                returns::v1::RevisionReason reason = returns::v1::REVISION_REASON_REFRESH,
                const std::string& organisation = "RLQ", const std::string& period = "2024-03") {
    ReturnSubmission submission =
        ingestion_.AeReturn(organisation, period, {{"ae_attendances|type1|no", figure}});
    submission.reason = reason;
    const absl::StatusOr<ReturnAnswer> answer = ingestion_.Submit(std::move(submission));
    EXPECT_THAT(answer, IsOk());
    return answer.ok() ? answer->fact.revision() : 0;
  }
  // The caller is given the cells of a revision, as ListCells gives them.
  void Use(const Caller& caller, uint32_t revision, const ReturnKey& key = kReturn) {
    const CellState state =
        RevisionState(ingestion_.store(), caller.scope, key, revision, UINT64_MAX).value();
    uses_.Used(BodyOf(caller, ""), key, RevisionPlace{revision, state.sequence});
  }
  std::vector<returns::v1::Notice> OpenOf(const Caller& caller, size_t limit = 100) {
    const Notices notices(&ingestion_.store(), &uses_,
                          {caller.scope, BodyOf(caller, ""),
                           Holds(caller.role, options::v1::PERMISSION_REQUESTS_MAKE)},
                          "");
    std::vector<returns::v1::Notice> all;
    std::string after;
    do {
      auto page = notices.Open(ingestion_.LastSequence(), after, limit).value();
      EXPECT_LE(page.rows.size(), limit);
      for (auto& row : page.rows) all.push_back(std::move(row));
      after = page.after;
    } while (!after.empty());
    return all;
  }
  // "QGH 1/2 told 2", "QGH 2/2".
  std::vector<std::string> UsesOfMarch() {
    EXPECT_THAT(uses_.Flush(), IsOk());
    const UsesOfReturn uses = ListUsesOf(ingestion_.store(), OrganisationScope::Only("RLQ"),
                                         kReturn, ingestion_.LastSequence(), "", 100)
                                  .value();
    std::vector<std::string> rows;
    for (const returns::v1::Use& row : uses.page.rows) {
      rows.push_back(
          absl::StrCat(row.body(), " ", row.revision(), "/", uses.newest,
                       row.told_revision() == 0 ? "" : absl::StrCat(" told ", row.told_revision()),
                       row.outdated() ? " outdated" : ""));
    }
    return rows;
  }

  inline static const ReturnKey kReturn{"MSitAE", "2024-03", "RLQ"};
  const Caller analyst_ = CallerOf(kAnalystSystem, OrganisationScope::National());
  const Caller icb_ = CallerOf("spiffe://onereturn.example/organisation/QGH",
                               OrganisationScope::Of("QGH", {"QGH", "RLQ"}));
  ReturnUses uses_{&ingestion_.store(), &ingestion_.committer(), &ingestion_.clock()};
};

TEST_F(NoticesTest, WhoUsedTheOldFigureIsToldUntilItHasUsedTheNewOne) {
  ASSERT_EQ(Send("10"), 1);
  const uint64_t first = ingestion_.LastSequence();
  Use(icb_, 1);
  EXPECT_THAT(OpenOf(icb_), IsEmpty());
  ASSERT_EQ(Send("12", returns::v1::REVISION_REASON_LATE_DATA), 2);
  const std::vector<returns::v1::Notice> open = OpenOf(icb_);
  ASSERT_THAT(open, SizeIs(1));
  const returns::v1::Notice& notice = open[0];
  EXPECT_EQ(notice.return_(), kMarch);
  EXPECT_EQ(notice.body(), "QGH");
  EXPECT_EQ(notice.used_revision(), 1);
  EXPECT_EQ(notice.used_sequence(), first);
  EXPECT_EQ(notice.revision(), 2);
  EXPECT_EQ(notice.sequence(), ingestion_.LastSequence());
  EXPECT_EQ(notice.reason(), returns::v1::REVISION_REASON_LATE_DATA);
  ASSERT_TRUE(notice.has_changed_cells());
  EXPECT_EQ(notice.changed_cells(), 1);
  EXPECT_THAT(OpenOf(analyst_), IsEmpty()) << "it never used the figure";
  Use(icb_, 2);
  EXPECT_THAT(OpenOf(icb_), IsEmpty());
  ASSERT_EQ(Send("13"), 3);
  EXPECT_THAT(OpenOf(icb_), SizeIs(1)) << "there is another one for the next revision";
}

TEST_F(NoticesTest, UsingTheOldOneAgainOpensNothingThatWasClosed) {
  Send("10");
  Send("12");
  Use(icb_, 1);
  EXPECT_THAT(OpenOf(icb_), SizeIs(1)) << "what it used was revised before";
  Use(icb_, 2);
  Use(icb_, 1);
  EXPECT_THAT(OpenOf(icb_), IsEmpty());
}

// Beyond the requester's scope is told what an answer gave its body, and nothing that another right
// gave it.
TEST_F(NoticesTest, WhoeverAsksIsToldOfWhatAnAnswerGaveItsBody) {
  const Caller requester =
      CallerOf("spiffe://a/x24", OrganisationScope::Only("X24"), rights::v1::ROLE_REQUESTER);
  const Caller colleague = CallerOf("spiffe://a/x24", OrganisationScope::Only("X24"));
  Send("10");
  const RevisionPlace first{1, ingestion_.LastSequence()};
  uses_.Used("X24", kReturn, first);
  Send("12");
  EXPECT_THAT(OpenOf(requester), IsEmpty()) << "no answer gave it";
  uses_.UsedInAnswer("X24", kReturn, first);
  EXPECT_THAT(OpenOf(requester), SizeIs(1));
  ASSERT_THAT(uses_.Flush(), IsOk());
  ASSERT_THAT(OpenOf(requester), SizeIs(1)) << "it is stored";
  EXPECT_EQ(OpenOf(requester)[0].changed_cells(), 1);
  EXPECT_THAT(OpenOf(colleague), IsEmpty()) << "it does not ask for the body";
  uses_.UsedInAnswer("X24", kReturn, RevisionPlace{2, ingestion_.LastSequence()});
  EXPECT_THAT(OpenOf(requester), IsEmpty());
}

TEST_F(NoticesTest, WhoCarriesOrVerifiesOrActsForTheOrganisationUsesNothing) {
  Send("10");
  const Caller own =
      CallerOf(kTrustDesk, OrganisationScope::Only("RLQ"), rights::v1::ROLE_SUBMITTER);
  for (const Caller& caller :
       {own,
        CallerOf("spiffe://a/metrics", OrganisationScope::National(), rights::v1::ROLE_SERVICE),
        CallerOf("spiffe://a/auditor", OrganisationScope::National(), rights::v1::ROLE_AUDITOR)}) {
    Use(caller, 1);
    Send("12");
    EXPECT_THAT(OpenOf(caller), IsEmpty()) << caller.spiffe_id;
    Send("10");
  }
  EXPECT_THAT(UsesOfMarch(), IsEmpty());
}

TEST_F(NoticesTest, ABodyIsAnOrganisationOrASystemOfNone) {
  Send("10");
  Use(icb_, 1);
  Use(analyst_, 1);
  Send("12");
  Caller colleague = icb_;
  colleague.spiffe_id = "spiffe://onereturn.example/organisation/QGH/other-desk";
  EXPECT_THAT(OpenOf(colleague), SizeIs(1)) << "the organisation is told, whoever asks for it";
  EXPECT_EQ(BodyOf(analyst_, "X24"), "X24") << "persons of several bodies sit at a portal";
  EXPECT_EQ(BodyOf(icb_, "X24"), "QGH");
  EXPECT_THAT(OpenOf(CallerOf(kOtherSystem, OrganisationScope::National())), IsEmpty());
  EXPECT_THAT(UsesOfMarch(),
              ElementsAre("QGH 1/2 outdated", absl::StrCat(kAnalystSystem, " 1/2 outdated")));
}

TEST_F(NoticesTest, WhatTheBodyMayNoLongerReadItIsNotToldOf) {
  Send("10");
  Use(icb_, 1);
  Send("12");
  Caller moved = icb_;
  moved.scope = OrganisationScope::Of("QGH", {"QGH", "RCF"});
  EXPECT_THAT(OpenOf(moved), IsEmpty());
  EXPECT_THAT(OpenOf(icb_), SizeIs(1));
}

TEST_F(NoticesTest, AnUndoIsToldAndChangesNothingForWhoUsedWhatItBringsBack) {
  Send("10");
  Use(icb_, 1);
  Send("12");
  Use(analyst_, 2);
  returns::v1::UndoRevisionRequest request;
  request.set_name(absl::StrCat(kMarch, "/revisions/1"));
  request.set_reason_text("sent in error");
  absl::StatusOr<ReturnSubmission> undo = UndoOf(ingestion_.store(), OrganisationScope::Only("RLQ"),
                                                 request, By(kOfficer), Origin::kSubmitted);
  ASSERT_THAT(undo, IsOk());
  ASSERT_THAT(ingestion_.Submit(*std::move(undo)), IsOk());
  const auto icb = OpenOf(icb_);
  const auto analyst = OpenOf(analyst_);
  ASSERT_THAT(icb, SizeIs(1));
  ASSERT_THAT(analyst, SizeIs(1));
  EXPECT_EQ(icb[0].reason(), returns::v1::REVISION_REASON_UNDO);
  ASSERT_TRUE(icb[0].has_changed_cells());
  EXPECT_EQ(icb[0].changed_cells(), 0);
  EXPECT_EQ(analyst[0].changed_cells(), 1);
}

TEST_F(NoticesTest, TheOrganisationSeesWhoUsedAndWhoWasToldOfWhat) {
  Send("10");
  Use(icb_, 1);
  Use(analyst_, 1);
  EXPECT_THAT(UsesOfMarch(), ElementsAre("QGH 1/1", absl::StrCat(kAnalystSystem, " 1/1")));
  Send("12");
  const Notices notices(&ingestion_.store(), &uses_, {icb_.scope, "QGH"}, "");
  for (const auto& notice : OpenOf(icb_)) notices.MarkTold(notice);
  const std::string analyst = absl::StrCat(kAnalystSystem, " 1/2 outdated");
  EXPECT_THAT(UsesOfMarch(), ElementsAre("QGH 1/2 told 2 outdated", analyst));
  const auto told = OpenOf(icb_);
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_TRUE(told[0].has_told_time());
  Use(icb_, 2);
  EXPECT_THAT(UsesOfMarch(), ElementsAre("QGH 2/2 told 2", analyst));
  EXPECT_THAT(ListUsesOf(ingestion_.store(), OrganisationScope::Only("RCF"), kReturn,
                         ingestion_.LastSequence(), "", 10),
              HasReason(Reason::kNotFound));
}

TEST_F(NoticesTest, AWatchTellsOfEachRevisionAsItIsAccepted) {
  Send("10");
  Use(icb_, 1);
  const uint64_t from = ingestion_.LastSequence();
  Send("5", returns::v1::REVISION_REASON_REFRESH, "RCF");
  Send("12");
  Send("13");
  const Notices notices(&ingestion_.store(), &uses_, {icb_.scope, "QGH"}, "");
  const Notices::OfFacts found = notices.Accepted(from, ingestion_.LastSequence()).value();
  EXPECT_EQ(found.sequence, ingestion_.LastSequence());
  std::vector<uint32_t> revisions;
  for (const auto& notice : found.notices) revisions.push_back(notice.revision());
  EXPECT_THAT(revisions, ElementsAre(2, 3));
  EXPECT_THAT(notices.Accepted(found.sequence, found.sequence)->notices, IsEmpty());
  const Notices of_others(&ingestion_.store(), &uses_, {icb_.scope, "QGH"}, "DM01");
  EXPECT_THAT(of_others.Accepted(from, ingestion_.LastSequence())->notices, IsEmpty());
}

TEST_F(NoticesTest, PagesAreBoundedAndTogetherAllThereIs) {
  std::vector<std::string> expected;
  for (const char* period : {"2023-04", "2023-05", "2023-06", "2023-07", "2023-08"}) {
    const ReturnKey key{"MSitAE", period, "RLQ"};
    Send("10", returns::v1::REVISION_REASON_UNSPECIFIED, "RLQ", period);
    Use(icb_, 1, key);
    Send("11", returns::v1::REVISION_REASON_UNSPECIFIED, "RLQ", period);
    expected.push_back(period);
  }
  for (const size_t limit : {1, 2, 5, 100}) {
    std::vector<std::string> periods;
    for (const auto& notice : OpenOf(icb_, limit)) periods.push_back(notice.period());
    EXPECT_EQ(periods, expected) << limit;
  }
}

TEST_F(NoticesTest, WhatWasWrittenIsThereAfterARestartAndCountsWithWhatWaits) {
  Send("10");
  Use(icb_, 1);
  ASSERT_THAT(uses_.Flush(), IsOk());
  Send("12");
  // Of a service that begins, with what is stored alone.
  ReturnUses again(&ingestion_.store(), &ingestion_.committer(), &ingestion_.clock());
  const Notices notices(&ingestion_.store(), &again, {icb_.scope, "QGH"}, "");
  EXPECT_THAT(notices.Open(ingestion_.LastSequence(), "", 10)->rows, SizeIs(1));
  again.Used("QGH", kReturn, RevisionPlace{2, ingestion_.LastSequence()});
  EXPECT_EQ(again.Find({"QGH", kReturn}).value()->revision, 2);
  EXPECT_EQ(FindUse(ingestion_.store(), {"QGH", kReturn}).value()->revision, 1);
}

TEST_F(NoticesTest, WhileNothingCanBeWrittenWhatIsStoredAndWhatWaitsIsAnswered) {
  Send("10");
  Use(icb_, 1);
  ASSERT_THAT(uses_.Flush(), IsOk());
  Send("12");
  ingestion_.committer().Refuse(Error(Reason::kStorageLow, "full"));
  EXPECT_THAT(OpenOf(icb_), SizeIs(1));
  Use(icb_, 2);
  EXPECT_THAT(uses_.Flush(), HasReason(Reason::kStorageLow));
  EXPECT_THAT(OpenOf(icb_), IsEmpty());
  EXPECT_THAT(uses_.Flush(), HasReason(Reason::kStorageLow)) << "it still waits";
}

// One row for a body and return, however often it is read, and a write an hour at most.
TEST_F(NoticesTest, ManyUsesAreOneRowAndFewWrites) {
  Send("10");
  const auto stored = [&] { return FindUse(ingestion_.store(), {"QGH", kReturn}).value(); };
  for (int i = 0; i < 1'000; ++i) Use(icb_, 1);
  ASSERT_THAT(uses_.Flush(), IsOk());
  const int64_t first = stored()->use_micros;
  ingestion_.clock().Set(Timestamp{first + int64_t{3'599} * 1'000'000});
  Use(icb_, 1);
  ASSERT_THAT(uses_.Flush(), IsOk());
  EXPECT_EQ(stored()->use_micros, first);
  ingestion_.clock().Set(Timestamp{first + int64_t{3'600} * 1'000'000});
  Use(icb_, 1);
  ASSERT_THAT(uses_.Flush(), IsOk());
  EXPECT_EQ(stored()->use_micros, first + int64_t{3'600} * 1'000'000);
  EXPECT_THAT(UsesOfMarch(), SizeIs(1));
}

TEST(ReturnUseTest, TogetherIsTheSameInWhateverOrder) {
  const ReturnUse uses[] = {{},
                            {1, 7, 50, 0, 0},
                            {1, 7, 90, 0, 0},
                            {2, 9, 60, 0, 0},
                            {0, 0, 0, 2, 70},
                            {0, 0, 0, 2, 65},
                            {0, 0, 0, 3, 80}};
  for (const ReturnUse& one : uses) {
    for (const ReturnUse& other : uses) {
      const ReturnUse both = Together(one, other);
      EXPECT_EQ(both, Together(other, one));
      EXPECT_EQ(Together(both, one), both);
      EXPECT_EQ(both.revision, std::max(one.revision, other.revision));
      EXPECT_EQ(both.told_revision, std::max(one.told_revision, other.told_revision));
    }
  }
  EXPECT_EQ(Together({1, 7, 90, 2, 70}, {2, 9, 60, 2, 65}), (ReturnUse{2, 9, 60, 2, 65}));
  EXPECT_FALSE(IsOutdated({}, 3)) << "who used nothing is not told";
  EXPECT_FALSE(IsOutdated({3, 1, 1, 0, 0}, 3));
  EXPECT_TRUE(IsOutdated({2, 1, 1, 3, 1}, 3));
}

}  // namespace
}  // namespace onereturn::ingestion
