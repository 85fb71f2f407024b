// Goal: a commissioner sees what its providers' returns say of it, only where that is not what it
// holds; what it concludes is kept, and becomes stale with the figures it was concluded on.
// Method: a small health system; every expected sum is added up by hand in the comments.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/returns/notices.h"
#include "services/ingestion/app/reviews/testing/review_fixture.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// 10 + 5 = 15 MRI against 14; CT 3 against 3 is no difference, nor a null against nothing; what
// names 01A is no concern of QE1's, in its own return either. RCC owes March and sent nothing.
TEST_F(ReviewTest, ReturnsAreSummedByCommissionerAndOnlyDifferencesShown) {
  SendMarch();
  const ReviewRead read = Read("QE1", "Waits", "2025-03").value();
  EXPECT_THAT(Texts(read), ElementsAre("waits 00L MRI: 15 (RAA 10, RBB 5) against 14 by 1"));
  EXPECT_THAT(Providers(read), ElementsAre("RAA 1 2", "RBB 1 2", "RCC 0 0"));
  EXPECT_THAT(read.review.codes(), ElementsAre("QE1", "00L"));
  EXPECT_EQ(read.review.basis(), returns::v1::REVIEW_BASIS_OWN_RETURN);
  EXPECT_EQ(read.review.basis_number(), 1u);
  EXPECT_EQ(read.review.cell_count(), 3u);  // 00L MRI, 00L CT, QE1 CT.
  EXPECT_EQ(read.review.difference_count(), 1u);
  EXPECT_FALSE(read.review.has_conclusion());
  // The other ICB holds no return of its own: everything is new to it. What QE1 sent as a
  // commissioner is no provider's.
  const ReviewRead other = Read("QE2", "Waits", "2025-03").value();
  EXPECT_EQ(other.review.basis(), returns::v1::REVIEW_BASIS_NOTHING);
  EXPECT_THAT(Texts(other), ElementsAre("waits 01A CT: 50 (RBB 50) against - by 50",
                                        "waits 01A MRI: 100 (RAA 100) against - by 100"));
  EXPECT_THAT(Read("QE2", "Waits", "2025-03", returns::v1::REVIEW_BASIS_OWN_RETURN),
              HasReason(Reason::kFieldInvalid));
  EXPECT_TRUE(absl::IsNotFound(
      ReadReview(ingestion_.store(), &recent_, OrganisationScope::Only("QE2"),
                 {"Waits", "2025-03", "QE1"}, returns::v1::REVIEW_BASIS_UNSPECIFIED,
                 ingestion_.LastSequence(), "", 10)
          .status()));
}

TEST_F(ReviewTest, WhoNamedTheCommissionerTheMonthBeforeIsAwaited) {
  SendWaits("RBB", {{"00L", "MRI", "5"}}, "2025-02");
  SendWaits("RAA", {{"00L", "MRI", "10"}});
  EXPECT_THAT(Providers(Read("QE1", "Waits", "2025-03").value()),
              ElementsAre("RAA 1 1", "RBB 0 0", "RCC 0 0"));
  // RCC has belonged to QE2 since April; QE1 waits for RAA as its own and for nobody from before.
  EXPECT_THAT(Providers(Read("QE1", "Waits", "2025-05").value()), ElementsAre("RAA 0 0"));
}

// Items that name no organisation: whoever belongs to the ICB on the period's last day. In March
// 5 + 7 = 12, in April 6 alone. What cannot be added is left out.
TEST_F(ReviewTest, OtherReturnsAreSummedByTheHierarchyOfThePeriod) {
  SendBeds("RAA", "2025-03", 5);
  SendBeds("RBB", "2025-03", 1'000);
  SendBeds("RCC", "2025-03", 7);
  SendBeds("RAA", "2025-04", 6);
  SendBeds("RCC", "2025-04", 8);
  const ReviewRead march = Read("QE1", "Beds", "2025-03").value();
  EXPECT_THAT(Texts(march), ElementsAre("beds: 12 (RAA 5, RCC 7) against - by 12"));
  EXPECT_THAT(march.review.items_not_summed(), ElementsAre("longest_stay"));
  EXPECT_THAT(Texts(Read("QE1", "Beds", "2025-04").value()),
              ElementsAre("beds: 6 (RAA 6) against - by 6"));
  EXPECT_THAT(Texts(Read("QE2", "Beds", "2025-04").value()),
              ElementsAre("beds: 8 (RCC 8) against - by 8"));
  // RBB and RCC sent the month before and not this one.
  EXPECT_THAT(Providers(Read("QE2", "Beds", "2025-04").value()), ElementsAre("RBB 0 0", "RCC 1 1"));
}

TEST_F(ReviewTest, WhatChangedSinceTheLastReviewIsShownAndMakesItStale) {
  SendMarch();
  const auto agreed = Conclude(Agreement(DigestNow()));
  ASSERT_THAT(agreed, IsOk());
  EXPECT_EQ(agreed->conclusion.number(), 1u);
  EXPECT_EQ(agreed->conclusion.person(), kCommissionerOfficer);
  const auto stale = [&] { return Read("QE1", "Waits", "2025-03")->review.conclusion().stale(); };
  const auto listed = [&] {
    return ListReviews(ingestion_.store(), &recent_, OrganisationScope::Only("QE1"), "",
                       ingestion_.LastSequence(), "", 10)
        .value()
        .rows.at(0)
        .conclusion()
        .stale();
  };
  EXPECT_FALSE(stale());
  EXPECT_FALSE(listed());
  // A revision in what names others changes nothing of what was agreed.
  SendWaits("RBB", {{"00L", "MRI", "5"}, {"00L", "CT", ""}, {"01A", "CT", "51"}});
  EXPECT_FALSE(stale());
  EXPECT_FALSE(listed());
  const uint64_t before = ingestion_.LastSequence();
  SendWaits("RBB", {{"00L", "MRI", "4"}, {"00L", "CT", "2"}});
  EXPECT_TRUE(stale());
  EXPECT_TRUE(listed());
  // 10 + 4 = 14 against the 15 of then; CT was null.
  EXPECT_THAT(Texts(Read("QE1", "Waits", "2025-03", returns::v1::REVIEW_BASIS_LAST_REVIEW).value()),
              ElementsAre("waits 00L CT: 2 (RBB 2) against null1 by ?",
                          "waits 00L MRI: 14 (RAA 10, RBB 4) against 15 by -1"));
  EXPECT_THAT(Texts(Read("QE1", "Waits", "2025-03").value()),
              ElementsAre("waits 00L CT: 2 (RBB 2) against - by 2"))
      << "MRI is now what QE1 holds itself";
  // As of before, nothing was stale; and before the review there was none.
  EXPECT_FALSE(Read("QE1", "Waits", "2025-03", returns::v1::REVIEW_BASIS_UNSPECIFIED, before)
                   ->review.conclusion()
                   .stale());
  EXPECT_FALSE(Read("QE1", "Waits", "2025-03", returns::v1::REVIEW_BASIS_UNSPECIFIED,
                    agreed->conclusion.sequence() - 1)
                   ->review.has_conclusion());
  // The figures are agreed anew under their own digest, and not under the one of before.
  EXPECT_THAT(Conclude(Agreement(agreed->conclusion.content_digest())),
              HasReason(Reason::kContentChanged));
  ASSERT_THAT(Conclude(Agreement(DigestNow())), IsOk());
  EXPECT_FALSE(stale());
  EXPECT_EQ(Read("QE1", "Waits", "2025-03")->review.conclusion().number(), 2u);
  // So does a change of the commissioner's own return.
  SendWaits("QE1", {{"00L", "MRI", "13"}});
  EXPECT_TRUE(stale());
}

TEST_F(ReviewTest, AProviderSeesWhatItIsAskedAndAnswers) {
  SendMarch();
  ASSERT_THAT(Conclude(Question(DigestNow(), "RBB")), IsOk());
  EXPECT_THAT(Queries("RAA", false), IsEmpty());
  EXPECT_THAT(Queries("QE1", false), IsEmpty()) << "it asks, and is not asked";
  const auto asked = Queries("RBB", true);
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].name(), "organisations/RBB/returns/Waits.2025-03/queries/QE1.1");
  EXPECT_EQ(asked[0].text(), "is the mobile scanner in it?");
  const uint64_t before = ingestion_.LastSequence();
  ASSERT_THAT(Answer(asked[0].name(), "yes, since February"), IsOk());
  const auto again = Answer(asked[0].name(), "no: from April");
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->query.answers_size(), 2);
  EXPECT_THAT(Queries("RBB", true), IsEmpty());
  const auto conclusion = Read("QE1", "Waits", "2025-03")->review.conclusion();
  ASSERT_EQ(conclusion.queries_size(), 1);
  ASSERT_EQ(conclusion.queries(0).answers_size(), 2);
  EXPECT_EQ(conclusion.queries(0).answers(1).text(), "no: from April");
  EXPECT_FALSE(conclusion.stale());
  EXPECT_EQ(Read("QE1", "Waits", "2025-03", returns::v1::REVIEW_BASIS_UNSPECIFIED, before)
                ->review.conclusion()
                .queries(0)
                .answers_size(),
            0);
  for (const char* name : {"organisations/RAA/returns/Waits.2025-03/queries/QE1.1",
                           "organisations/RBB/returns/Waits.2025-03/queries/QE1.2",
                           "organisations/RBB/returns/Waits.2025-03/queries/QE2.1",
                           "organisations/RBB/returns/Waits.2025-03"}) {
    EXPECT_THAT(Answer(name, "it is"), HasReason(Reason::kNotFound)) << name;
  }
  EXPECT_THAT(Answer(asked[0].name(), "ask for patient 943 476 5919"),
              HasReason(Reason::kPersonalData));
}

TEST_F(ReviewTest, WhatCannotBeConcludedIsRefused) {
  SendMarch();
  const std::string digest = DigestNow();
  const auto refused = [&](returns::v1::ConcludeReviewRequest request, Reason reason) {
    EXPECT_THAT(Conclude(request), HasReason(reason)) << request.ShortDebugString();
  };
  refused(Question(digest, "RDD"), Reason::kFieldInvalid);  // It has nothing to do with QE1.
  auto request = Question(digest, "RBB");
  *request.add_queries() = request.queries(0);
  refused(request, Reason::kFieldInvalid);
  request = Question(digest, "RBB");
  request.clear_reason();
  refused(request, Reason::kFieldInvalid);
  request = Question(digest, "RBB");
  request.clear_queries();
  refused(request, Reason::kFieldInvalid);
  request = Question(digest, "RBB");
  request.set_outcome(returns::v1::REVIEW_OUTCOME_AGREED);
  refused(request, Reason::kFieldInvalid);
  request = Question(digest, "RBB");
  request.mutable_queries(0)->set_text("what of 943 476 5919?");
  refused(request, Reason::kPersonalData);
  request = Agreement(digest);
  request.clear_outcome();
  refused(request, Reason::kFieldInvalid);
  refused(Agreement("short"), Reason::kFieldInvalid);
  request = Agreement(digest);
  request.set_name("organisations/QE1/returns/Waits.2025-Q1/review");
  refused(request, Reason::kPeriod);
  request.set_name("organisations/QE1/returns/None.2025-03/review");
  refused(request, Reason::kNotFound);
  request.set_name("organisations/QE9/returns/Waits.2025-03/review");
  refused(request, Reason::kNotFound);
  request = Question(digest, "RBB");
  while (request.queries_size() <= kMaxQueriesOfReview) *request.add_queries() = request.queries(0);
  refused(request, Reason::kTooManyItems);
  EXPECT_FALSE(Read("QE1", "Waits", "2025-03")->review.has_conclusion());
}

TEST_F(ReviewTest, ARepeatIsTheSameConclusionAndRacersGetNumbersOfTheirOwn) {
  SendMarch();
  const auto request = Agreement(DigestNow());
  const RequestOrigin origin = ByCommissioner();
  const auto first = Conclude(request, origin);
  ASSERT_THAT(first, IsOk());
  SendWaits("RBB", {{"00L", "MRI", "4"}});
  const auto repeat = Conclude(request, origin);
  ASSERT_THAT(repeat, IsOk()) << "it is answered as the first, whatever changed since";
  EXPECT_TRUE(repeat->accepted->replayed);
  EXPECT_EQ(repeat->conclusion.SerializeAsString(), first->conclusion.SerializeAsString());
  RequestOrigin other = origin;
  other.digest = Sha256("other bytes");
  EXPECT_THAT(Conclude(request, other), HasReason(Reason::kRequestIdReused));
  // Two that judge the same state: the second is judged again, and is number 3.
  const auto again = Agreement(DigestNow());
  std::vector<std::future<absl::StatusOr<ConcludedAnswer>>> answers;
  {
    CommitterHold hold(&ingestion_.committer());
    for (int i = 0; i < 2; ++i) {
      auto promise = std::make_shared<std::promise<absl::StatusOr<ConcludedAnswer>>>();
      answers.push_back(promise->get_future());
      reviews_.Conclude(ByCommissioner(), again, [promise](absl::StatusOr<ConcludedAnswer> answer) {
        promise->set_value(std::move(answer));
      });
    }
  }
  std::set<uint32_t> numbers;
  for (auto& answer : answers) {
    const absl::StatusOr<ConcludedAnswer> one = answer.get();
    ASSERT_THAT(one, IsOk());
    numbers.insert(one->conclusion.number());
  }
  EXPECT_THAT(numbers, ElementsAre(2u, 3u));
}

// A provider's revision is taken between the judging of a conclusion and its commit.
TEST_F(ReviewTest, AConclusionIsNotTakenOnWhatARevisionOvertook) {
  SendWaits("RBB", {{"00L", "MRI", "4"}});
  const auto request = Agreement(DigestNow());
  auto promise = std::make_shared<std::promise<absl::StatusOr<ConcludedAnswer>>>();
  auto concluded = promise->get_future();
  std::future<absl::StatusOr<ReturnAnswer>> sent;
  {
    CommitterHold hold(&ingestion_.committer());
    sent = ingestion_.BeginSubmit(WaitsOf("RBB", {{"00L", "MRI", "5"}}, "2025-03"));
    reviews_.Conclude(ByCommissioner(), request, [promise](absl::StatusOr<ConcludedAnswer> answer) {
      promise->set_value(std::move(answer));
    });
  }
  EXPECT_THAT(sent.get(), IsOk());
  EXPECT_THAT(concluded.get(), HasReason(Reason::kContentChanged));
}

TEST_F(ReviewTest, ThereIsNothingToConcludeWhereNobodySent) {
  auto request = Agreement(Read("QE2", "Beds", "2025-09")->review.content_digest());
  request.set_name("organisations/QE2/returns/Beds.2025-09/review");
  EXPECT_THAT(Conclude(request), HasReason(Reason::kFieldInvalid));
}

// Each difference once, whatever the length of the pages.
TEST_F(ReviewTest, PagesGoOnWhereTheLastEnded) {
  SendWaits("RAA", {{"00L", "MRI", "10"}, {"00L", "CT", "2"}, {"QE1", "CT", "3"}});
  std::vector<std::string> texts;
  RecentReviews::Content first;
  std::string after;
  do {
    const ReviewRead read =
        Read("QE1", "Waits", "2025-03", returns::v1::REVIEW_BASIS_UNSPECIFIED, 0, after, 1).value();
    EXPECT_EQ(read.review.difference_count(), 3u);
    if (first == nullptr) first = read.content;
    EXPECT_EQ(read.content, first) << "the returns were read again for a further page";
    for (const std::string& text : Texts(read)) texts.push_back(text);
    after = read.differences.after;
  } while (!after.empty());
  EXPECT_THAT(texts, ElementsAre("waits 00L CT: 2 (RAA 2) against - by 2",
                                 "waits 00L MRI: 10 (RAA 10) against - by 10",
                                 "waits QE1 CT: 3 (RAA 3) against - by 3"));
}

// Five months of QE1 and one of another collection are concluded, then something is defined, so
// that each of them may have become stale and has to be looked at.
TEST_F(ReviewTest, APageOfReviewsReadsTheReturnsOfAFew) {
  const auto conclude = [&](const std::string& collection, const std::string& period) {
    auto request = Agreement(Read("QE1", collection, period)->review.content_digest());
    request.set_name(
        absl::StrCat("organisations/QE1/returns/", collection, ".", period, "/review"));
    ASSERT_THAT(Conclude(request), IsOk());
  };
  SendBeds("RAA", "2025-03", 5);
  conclude("Beds", "2025-03");
  std::vector<std::string> months;
  for (int month = 1; month <= 5; ++month) {
    months.push_back(absl::StrCat("2025-0", month));
    SendWaits("RAA", {{"00L", "MRI", "10"}}, months.back());
    conclude("Waits", months.back());
  }
  Define(SmallItem("another"));
  const uint64_t now = ingestion_.LastSequence();
  RecentReviews recent;
  const auto list = [&](const std::string& after, size_t limit) {
    return ListReviews(ingestion_.store(), &recent, OrganisationScope::Only("QE1"), "Waits", now,
                       after, limit)
        .value();
  };
  const auto first = list("", 100);
  ASSERT_EQ(first.rows.size(), kReviewsReadAPage);
  ASSERT_NE(first.after, "");
  const auto second = list(first.after, 100);
  EXPECT_EQ(second.after, "");
  std::vector<std::string> listed;
  for (const auto* page : {&first, &second}) {
    for (const auto& row : page->rows) {
      listed.push_back(row.period());
      EXPECT_FALSE(row.conclusion().stale());
    }
  }
  EXPECT_EQ(listed, months);
  // What was read is not read again.
  EXPECT_EQ(list("", 100).rows.size(), months.size());
  // A page that is full says where the next one begins.
  EXPECT_EQ(list(list("", 2).after, 1).rows.at(0).period(), "2025-03");
}

// The collection is taken back to before the period that was concluded.
TEST_F(ReviewTest, AReviewWhoseCollectionIsNoLongerForItsPeriodIsStale) {
  SendBeds("RAA", "2025-03", 5);
  SendWaits("RAA", {{"00L", "MRI", "10"}}, "2025-03");
  for (const char* collection : {"Beds", "Waits"}) {
    auto request = Agreement(Read("QE1", collection, "2025-03")->review.content_digest());
    request.set_name(absl::StrCat("organisations/QE1/returns/", collection, ".2025-03/review"));
    ASSERT_THAT(Conclude(request), IsOk());
  }
  catalogue::v1::Collection retired = SmallCollection("Beds", {"beds", "longest_stay"});
  retired.set_retired_from_period("2025-01");
  retired.set_retirement_reason("nobody used it");
  Define(retired);
  ASSERT_THAT(Read("QE1", "Beds", "2025-03"), HasReason(Reason::kNotFound));
  RecentReviews recent;
  const auto list = ListReviews(ingestion_.store(), &recent, OrganisationScope::Only("QE1"), "",
                                ingestion_.LastSequence(), "", 100);
  ASSERT_THAT(list, IsOk());
  ASSERT_EQ(list->rows.size(), 2u);
  EXPECT_EQ(list->rows[0].collection(), "Beds");
  EXPECT_TRUE(list->rows[0].conclusion().stale());
  EXPECT_FALSE(list->rows[1].conclusion().stale());
}

TEST_F(ReviewTest, APageOfQueriesLooksAtAThousand) {
  storage::v1::ReviewQueryRecord answered;
  answered.set_asked_sequence(1);
  answered.add_answered_sequences(2);
  WriteBatch batch;
  for (uint32_t number = 1; number <= kQueriesAPage + 1; ++number) {
    PutQuery({{"Waits", "2025-03", "RAA"}, "QE1", number}, answered, &batch);
  }
  ASSERT_THAT(ingestion_.store().Write(batch, Durability::kSynced), IsOk());
  const auto list = [this](const std::string& after) {
    return ListQueries(ingestion_.store(), OrganisationScope::Only("RAA"), "", /*unanswered=*/true,
                       100, after, 10)
        .value();
  };
  const auto first = list("");
  EXPECT_TRUE(first.rows.empty());
  EXPECT_EQ(first.after, QueryKeyText({{"Waits", "2025-03", "RAA"}, "QE1", kQueriesAPage}));
  EXPECT_EQ(list(first.after).after, "");
}

// Of RAA and RBB, which QE1's review is made of; of RCC nothing is held. RBB is not below QE1,
// which therefore is told nothing of its revision, but RBB sees who used it.
TEST_F(ReviewTest, WhoReadAReviewUsedItsFigures) {
  SendMarch();
  ReturnUses uses(&ingestion_.store(), &ingestion_.committer(), &ingestion_.clock());
  const auto scope = OrganisationScope::Of("QE1", {"QE1", "RAA", "RCC"});
  const auto told = [&] {
    const Notices notices(&ingestion_.store(), &uses, {scope, "QE1"}, "");
    std::vector<std::string> texts;
    const auto page = notices.Open(ingestion_.LastSequence(), "", 10).value();
    for (const auto& one : page.rows) {
      texts.push_back(
          absl::StrCat(one.organisation(), " ", one.used_revision(), " ", one.revision()));
    }
    return texts;
  };
  NoteUses(Read("QE1", "Waits", "2025-03").value(), "QE1", &uses);
  EXPECT_THAT(told(), IsEmpty());
  SendWaits("RAA", {{"00L", "MRI", "11"}});
  SendWaits("RBB", {{"00L", "MRI", "6"}});
  SendWaits("QE1", {{"00L", "MRI", "17"}});
  EXPECT_THAT(told(), ElementsAre("RAA 1 2")) << "its own return is no use";
  const UsesOfReturn of_other =
      ListUsesOf(ingestion_.store(), OrganisationScope::Only("RBB"), {"Waits", "2025-03", "RBB"},
                 ingestion_.LastSequence(), "", 10)
          .value();
  ASSERT_EQ(of_other.page.rows.size(), 1u);
  EXPECT_EQ(of_other.page.rows[0].body(), "QE1");
  EXPECT_TRUE(of_other.page.rows[0].outdated());
  NoteUses(Read("QE1", "Waits", "2025-03").value(), "QE1", &uses);
  EXPECT_THAT(told(), IsEmpty()) << "it has seen the new one";
}

}  // namespace
}  // namespace onereturn::ingestion
