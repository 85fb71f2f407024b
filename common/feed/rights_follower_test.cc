#include "common/feed/rights_follower.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/commit/testing_committer.h"
#include "common/feed/testing_grants.h"
#include "common/feed/testing_taker.h"
#include "common/status/testing/status_matchers.h"

namespace onereturn {
namespace {

constexpr char kDesk[] = "spiffe://a.example/desk";

config::v1::RightsFile File() {
  config::v1::RightsFile file;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"(principals { spiffe_id: "spiffe://a.example/desk" role: ROLE_ANALYST })", &file));
  return file;
}

FeedFact Organisation(uint64_t sequence, const std::string& code, const std::string& parent) {
  feed::v1::OrganisationDefined fact;
  fact.mutable_organisation()->set_code(code);
  if (!parent.empty()) {
    auto* tie = fact.mutable_organisation()->add_relationships();
    tie->set_kind(catalogue::v1::RELATIONSHIP_KIND_PROVIDER_TO_ICB);
    tie->set_parent(parent);
    tie->set_from_date("2022-07-01");
  }
  return FactIn(sequence, feed::v1::ENTRY_KIND_ORGANISATION_DEFINED, "organisations/" + code, fact);
}

class RightsFollowerTest : public ::testing::Test {
 protected:
  RightsFollowerTest() { Start(); }

  // A service's start: what it knows comes from its store.
  void Start() {
    rights_ = std::make_unique<RightsSource>(Rights::FromProto(File()).value());
    follower_ = RightsFollower::Open(&service_.store(), &service_.committer(), TestFamily::kHeads,
                                     rights_.get(), &clock_)
                    .value();
  }

  void Take(std::vector<FeedFact> facts, bool caught_up = true) {
    FeedPage page;
    page.progress = follower_->Progress().value();
    page.progress.epoch = 1;
    for (const FeedFact& fact : facts) {
      page.progress.frontier.Append(HashLeaf(fact.entry.SerializeAsString()));
      ++page.progress.sequence;
    }
    page.progress.through_time = clock_.Now();
    page.facts = std::move(facts);
    page.caught_up = caught_up;
    ASSERT_THAT(follower_->Take(page), IsOk());
  }

  absl::StatusOr<Caller> CarlSubmits() const {
    return rights_->Current()->Admit(
        Principal{kDesk, Person{kCarl, "QAA"}, {}},
        Question{options::v1::PERMISSION_RETURNS_SUBMIT, CivilDay{2026, 5, 1}, true,
                 rights_->Fresh(clock_.Now())});
  }

  absl::StatusOr<bool> Holds(absl::string_view code) {
    return HoldsOrganisation(service_.store(), TestFamily::kHeads, code);
  }

  TestService service_;
  FakeClock clock_{kTestStart};
  std::unique_ptr<RightsSource> rights_;
  std::unique_ptr<RightsFollower> follower_;
};

TEST_F(RightsFollowerTest, TakesGrantsAndTiesAndKeepsThemOverAStart) {
  Take({Organisation(1, "QAA", ""), Organisation(2, "RAA", "QAA"),
        GrantIn(3, rights::v1::GRANT_STATE_APPROVED)});
  for (int start = 0; start < 2; ++start) {
    const Caller carl = CarlSubmits().value();
    EXPECT_THAT(carl.scope.organisations(), ::testing::ElementsAre("QAA", "RAA"));
    EXPECT_EQ(rights_->Current()->version(), 3);
    EXPECT_EQ(follower_->Progress().value().sequence, 3);
    Start();
  }
  Take({GrantIn(4, rights::v1::GRANT_STATE_REVOKED)});
  EXPECT_THAT(CarlSubmits(), HasReason(Reason::kPermission));
  Start();
  EXPECT_THAT(CarlSubmits(), HasReason(Reason::kPermission));
}

TEST_F(RightsFollowerTest, AnOlderFactChangesNothing) {
  Take({GrantIn(1, rights::v1::GRANT_STATE_APPROVED), GrantIn(2, rights::v1::GRANT_STATE_REVOKED)});
  Take({GrantIn(1, rights::v1::GRANT_STATE_APPROVED)});
  EXPECT_THAT(CarlSubmits(), HasReason(Reason::kPermission));
}

TEST_F(RightsFollowerTest, CutOffForOverAMinuteIsStaleUntilCaughtUpAgain) {
  EXPECT_TRUE(rights_->Fresh(clock_.Now())) << "a service that never heard has a minute";
  clock_.AdvanceSeconds(61);
  EXPECT_FALSE(rights_->Fresh(clock_.Now()));
  Take({GrantIn(1, rights::v1::GRANT_STATE_APPROVED)});
  EXPECT_THAT(CarlSubmits(), IsOk());
  clock_.AdvanceSeconds(60);
  EXPECT_THAT(CarlSubmits(), IsOk());
  clock_.AdvanceMicros(1);
  EXPECT_THAT(CarlSubmits(), HasReason(Reason::kRightsStale));
  Start();
  EXPECT_THAT(CarlSubmits(), HasReason(Reason::kRightsStale)) << "a start is no news";
  Take({}, /*caught_up=*/false);
  EXPECT_THAT(CarlSubmits(), HasReason(Reason::kRightsStale)) << "what follows may take it away";
  Take({});
  EXPECT_THAT(CarlSubmits(), IsOk());
}

TEST_F(RightsFollowerTest, ARestoredLedgerBeginsAgain) {
  Take({GrantIn(1, rights::v1::GRANT_STATE_APPROVED)});
  ASSERT_THAT(follower_->StartAgain(), IsOk());
  EXPECT_THAT(CarlSubmits(), HasReason(Reason::kPermission));
  EXPECT_EQ(follower_->Progress().value().epoch, 0);
  Start();
  EXPECT_THAT(CarlSubmits(), HasReason(Reason::kPermission));
}

TEST_F(RightsFollowerTest, BesideAnotherTakerItComesFirst) {
  RecordingTaker rest;
  rest.RefuseBy([] { return absl::ResourceExhaustedError("full"); });
  RightsFirst both(follower_.get(), &rest);
  FeedPage page;
  page.facts = {GrantIn(1, rights::v1::GRANT_STATE_APPROVED)};
  page.progress.epoch = 1;
  page.progress.sequence = 1;
  page.caught_up = true;
  EXPECT_FALSE(both.Take(page).ok());
  EXPECT_THAT(CarlSubmits(), IsOk()) << "it is not lost when the rest fails";
  EXPECT_EQ(both.Progress().value().sequence, 0) << "the rest says where to go on";
  rest.RefuseBy(nullptr);
  EXPECT_THAT(both.Take(page), IsOk()) << "twice is no harm";
  ASSERT_THAT(both.StartAgain(), IsOk());
  EXPECT_THAT(CarlSubmits(), HasReason(Reason::kPermission));
}

TEST_F(RightsFollowerTest, WhichOrganisationsAreHeldIsInTheStore) {
  EXPECT_THAT(Holds("QAA"), HasReason(Reason::kNotCaughtUp)) << "nothing was heard yet";
  Take({Organisation(1, "QAA", "")});
  EXPECT_THAT(Holds("QAA"), IsOkAndHolds(true));
  EXPECT_THAT(Holds("QA"), IsOkAndHolds(false));
  Start();
  EXPECT_THAT(Holds("QAA"), IsOkAndHolds(true)) << "after a start too";
}

TEST_F(RightsFollowerTest, WhichOrganisationsAreNotHeldIsKnownOnceItHasCaughtUp) {
  Take({Organisation(1, "QAA", "")}, /*caught_up=*/false);
  EXPECT_THAT(Holds("QAA"), IsOkAndHolds(true));
  EXPECT_THAT(Holds("QA"), HasReason(Reason::kNotCaughtUp)) << "what follows may define it";
  Start();
  EXPECT_THAT(Holds("QA"), HasReason(Reason::kNotCaughtUp));
  Take({});  // In the same second as the page before it.
  EXPECT_THAT(Holds("QA"), IsOkAndHolds(false));
  Take({}, /*caught_up=*/false);
  EXPECT_THAT(Holds("QA"), IsOkAndHolds(false)) << "a moment behind is not the beginning";
  Start();
  EXPECT_THAT(Holds("QA"), IsOkAndHolds(false)) << "a start asks nobody";
}

TEST_F(RightsFollowerTest, AfterARestoreOrganisationsAreUnknownOnlyOnceItHasCaughtUpAgain) {
  Take({Organisation(1, "QAA", "")});
  ASSERT_THAT(follower_->StartAgain(), IsOk());
  EXPECT_THAT(Holds("QAA"), HasReason(Reason::kNotCaughtUp));
  Take({Organisation(1, "QA", "")}, /*caught_up=*/false);
  EXPECT_THAT(Holds("QAA"), HasReason(Reason::kNotCaughtUp));
  Take({Organisation(2, "QAA", "")});
  EXPECT_THAT(Holds("QAA"), IsOkAndHolds(true));
  EXPECT_THAT(Holds("QAB"), IsOkAndHolds(false));
}

}  // namespace
}  // namespace onereturn
