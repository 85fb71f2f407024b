// How much one issue may make owed: seen by who asks before anybody approves it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/requests/testing/issue_world.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Of two organisations and months: four returns, with one figure of each item.
class IssueSizeTest : public ::testing::Test, protected IssueWorld {
 protected:
  IssueSizeTest() : IssueWorld({}, IssueBounds{4, 6}) {}
};

TEST_F(IssueSizeTest, AsMuchAsIsAllowedIsIssued) {
  const std::string name = Issued(Asking({"admissions"}, {"RLQ", "RCF"}));
  EXPECT_EQ(Now(name).issue().obligations(), 4u);
}

TEST_F(IssueSizeTest, MoreIsToldWhenItIsMatchedAndNotApproved) {
  const std::string name =
      Draft(Asking({"admissions"}, {"RLQ", "RCF", "RAE"}), "X24")->request.name();
  const Answer matched = Match(name);
  ASSERT_THAT(matched, IsOk());
  ASSERT_EQ(matched->match.concerns_size(), 1);
  EXPECT_EQ(matched->match.concerns(0).kind(), requests::v1::CONCERN_KIND_TOO_LARGE);
  EXPECT_THAT(matched->match.concerns(0).words(),
              HasSubstr("at most 4 returns missing, with 6 figures (items of a return) in all, and "
                        "this one has more returns: ask in several requests, each of some of the "
                        "periods or organisations"));
  EXPECT_THAT(matched->request.match().concerns(),
              ElementsAre(requests::v1::CONCERN_KIND_TOO_LARGE));
  Say(Close(name, true));
  const Answer decided = Decide(name);
  EXPECT_THAT(decided, HasReason(Reason::kConcernsOpen));
  EXPECT_THAT(decided.status().ToString(), HasSubstr("too large"));
}

// Between the two the catalogue may have changed, and what is missing with it.
TEST_F(IssueSizeTest, MoreFiguresAreRefusedAtIssueToo) {
  const std::string name = Approved(Asking({"admissions"}, {"RLQ", "RCF"}));
  CataloguePicture own_picture(ReadSaidForMatching);
  HeldCoverage own_coverage;
  const StoredMatching stricter(
      &own_picture, &own_coverage, [this] { return data_requests().World().now; },
      IssueBounds{4, 3});
  const IssueRequest issue(&ingestion().store(), &ingestion().writer(), &ingestion().committer(),
                           &stricter);
  std::promise<Answer> refused;
  OfficerOrigin origin = By("X24");
  issue.Issue(origin, IssueOf(name, "stricter"),
              [&refused](Answer answer) { refused.set_value(std::move(answer)); });
  const Answer answer = refused.get_future().get();
  EXPECT_THAT(answer, HasReason(Reason::kConcernsOpen));
  EXPECT_THAT(answer.status().ToString(), HasSubstr("has more figures"));
  EXPECT_EQ(Now(name).state(), requests::v1::REQUEST_STATE_APPROVED);
  EXPECT_EQ(ObligationsAt(name).size(), 0u);
}

}  // namespace
}  // namespace onereturn::ingestion
