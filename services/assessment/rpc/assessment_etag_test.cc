// Writes that rest on what their caller saw, and writes that are only tried.
#include <string>
#include <thread>
#include <vector>

#include "common/status/testing/status_matchers.h"
#include "services/assessment/rpc/testing/service_under_test.h"

namespace onereturn::assessment {
namespace {

class AssessmentEtagTest : public ServiceUnderTest {};

TEST_F(AssessmentEtagTest, AWriteThatSawAnotherStateIsRefused) {
  DefineFramework();
  const std::string assessment = MakeAssessment();
  const std::string evidence = MakeEvidence(assessment, "QS1");
  const std::string seen = Get(assessment)->assessment().etag();

  v1::ScoreStatementRequest mine = ScoreRequest(assessment, "QS1", 3, {evidence});
  mine.set_etag(seen);
  const auto first = Score(mine);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->etag(), Get(assessment)->assessment().etag());
  EXPECT_NE(first->etag(), seen);

  v1::ScoreStatementRequest theirs = ScoreRequest(assessment, "QS1", 1, {evidence});
  theirs.set_etag(seen);
  const auto stale = Score(theirs);
  EXPECT_THAT(stale, HasReason(Reason::kEtagMismatch));
  EXPECT_THAT(stale, StatusIs(absl::StatusCode::kAborted));
  EXPECT_EQ(DetailsOf(stale.status())->metadata[0].second, first->etag());
  v1::AddEvidenceRequest more = EvidenceRequest(assessment, "QS1");
  more.set_etag(seen);
  const int questions = metrics().questions();
  EXPECT_THAT(Add(more), HasReason(Reason::kEtagMismatch));
  EXPECT_EQ(metrics().questions(), questions);
  EXPECT_EQ(Get(assessment)->assessment().scores(0).score(), 3u);

  // The refused ids are still free.
  more.set_etag(first->etag());
  const auto added = Add(more);
  ASSERT_THAT(added, IsOk());
  EXPECT_EQ(added->etag(), Get(assessment)->assessment().etag());
  theirs.set_etag(first->etag());
  EXPECT_THAT(Score(theirs), HasReason(Reason::kEtagMismatch));  // The evidence changed it too.
  theirs.set_etag("");
  EXPECT_THAT(Score(theirs), IsOk());
  // A repeat is the first answer, however stale its etag is by now.
  const auto again = Score(mine);
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(again->replayed());
  EXPECT_EQ(again->etag(), first->etag());

  // Another assessment's facts change nothing.
  const std::string etag = Get(assessment)->assessment().etag();
  MakeScore(MakeAssessment(), "QS1", 2);
  EXPECT_EQ(Get(assessment)->assessment().etag(), etag);
}

TEST_F(AssessmentEtagTest, OfRacingScoresThatSawOneStateOneWins) {
  DefineFramework();
  const std::string assessment = MakeAssessment();
  const std::string evidence = MakeEvidence(assessment, "QS1");
  constexpr int kScorers = 8;
  std::vector<v1::ScoreStatementRequest> requests;
  for (int i = 0; i < kScorers; ++i) {
    requests.push_back(
        ScoreRequest(assessment, "QS1", static_cast<uint32_t>(1 + i % 4), {evidence}));
    requests.back().set_etag(Get(assessment)->assessment().etag());
  }
  std::vector<absl::Status> statuses(kScorers);
  std::vector<std::thread> threads;
  for (int i = 0; i < kScorers; ++i) {
    threads.emplace_back(
        [i, &requests, &statuses, stub = StubOf<v1::AssessmentService>("assessor")] {
          grpc::ClientContext context;
          v1::ScoreStatementResponse response;
          statuses[i] = FromGrpcStatus(stub->ScoreStatement(&context, requests[i], &response));
        });
  }
  for (std::thread& thread : threads) thread.join();
  int won = 0;
  for (const absl::Status& status : statuses) {
    if (status.ok()) {
      ++won;
    } else {
      EXPECT_THAT(status, HasReason(Reason::kEtagMismatch));
    }
  }
  EXPECT_EQ(won, 1);
  EXPECT_EQ(sequence(), 4u);
}

TEST_F(AssessmentEtagTest, EvidenceAndScoresCanBeTried) {
  DefineFramework();
  const std::string assessment = MakeAssessment();
  const std::string held = MakeEvidence(assessment, "QS1");
  const uint64_t before = sequence();
  v1::AddEvidenceRequest evidence = EvidenceRequest(assessment, "QS2");
  evidence.set_validate_only(true);
  const auto tried = Add(evidence);
  ASSERT_THAT(tried, IsOk());
  EXPECT_EQ(tried->evidence().name(), "");
  EXPECT_EQ(tried->evidence().value().numerator(), "744");
  EXPECT_EQ(tried->evidence().marking(), "ILLUSTRATIVE: scores invented for demonstration");
  EXPECT_FALSE(tried->has_receipt());
  EXPECT_EQ(tried->etag(), "");
  v1::ScoreStatementRequest score = ScoreRequest(assessment, "QS1", 3, {held});
  score.set_validate_only(true);
  const auto scored = Score(score);
  ASSERT_THAT(scored, IsOk());
  EXPECT_EQ(scored->score().score(), 3u);
  EXPECT_EQ(scored->score().marking(), "ILLUSTRATIVE: scores invented for demonstration");
  EXPECT_FALSE(scored->has_receipt());
  EXPECT_EQ(scored->etag(), "");
  EXPECT_EQ(sequence(), before);

  // Faults, and a state that was not seen, are told all the same.
  score.mutable_score()->set_score(9);
  EXPECT_THAT(Score(score), HasReason(Reason::kRange));
  score.mutable_score()->set_score(3);
  score.set_etag("\"1\"");
  EXPECT_THAT(Score(score), HasReason(Reason::kEtagMismatch));
  evidence.set_category("Rumour");
  EXPECT_THAT(Add(evidence), HasReason(Reason::kFieldInvalid));

  // The request ids were not used up.
  score.clear_etag();
  score.set_validate_only(false);
  EXPECT_THAT(Score(score), IsOk());
  evidence.set_category("Outcomes");
  evidence.set_validate_only(false);
  EXPECT_THAT(Add(evidence), IsOk());
}

TEST_F(AssessmentEtagTest, TheEtagOfNothingMakesAFrameworkOnlyOnce) {
  v1::UpdateFrameworkRequest request = FrameworkRequest();
  request.mutable_framework()->set_etag("\"1\"");
  EXPECT_THAT(Update(request), HasReason(Reason::kEtagMismatch));
  request.mutable_framework()->set_etag("\"0\"");
  ASSERT_THAT(Update(request), IsOk());
  request.set_request_id(NextRequestId());
  request.mutable_framework()->set_title("Another title");
  EXPECT_THAT(Update(request), HasReason(Reason::kEtagMismatch));
}

}  // namespace
}  // namespace onereturn::assessment
