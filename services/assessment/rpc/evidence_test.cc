// Evidence: what metrics says is pinned, and what happens when metrics does not say it.
#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "common/feed/wire.h"
#include "common/status/testing/status_matchers.h"
#include "services/assessment/app/add_evidence.h"
#include "services/assessment/rpc/testing/service_under_test.h"

namespace onereturn::assessment {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

class EvidenceTest : public ServiceUnderTest {
 protected:
  EvidenceTest() {
    DefineFramework();
    assessment_ = MakeAssessment();
  }
  absl::StatusOr<v1::AddEvidenceResponse> AddOne() {
    return Add(EvidenceRequest(assessment_, "QS1"));
  }
  // Callers that add evidence, each on a thread of its own.
  class Crowd {
   public:
    Crowd(EvidenceTest* test, int size) : statuses_(static_cast<size_t>(size)) {
      for (absl::Status& status : statuses_) {
        threads_.emplace_back([this, &status,
                               request = test->EvidenceRequest(test->assessment_, "QS1"),
                               stub = test->StubOf<v1::AssessmentService>("assessor")] {
          grpc::ClientContext context;
          context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
          v1::AddEvidenceResponse response;
          status = FromGrpcStatus(stub->AddEvidence(&context, request, &response));
          ++answered_;
        });
      }
    }
    ~Crowd() { Join(); }
    int answered() const { return answered_; }
    std::vector<absl::Status> Join() {
      for (std::thread& thread : threads_) thread.join();
      threads_.clear();
      return statuses_;
    }

   private:
    std::atomic<int> answered_{0};
    std::vector<absl::Status> statuses_;
    std::vector<std::thread> threads_;
  };

  std::string assessment_;
};

TEST_F(EvidenceTest, PinsTheValueAndItsFullPosition) {
  const auto added = AddOne();
  ASSERT_THAT(added, IsOk());
  const v1::Evidence& evidence = added->evidence();
  EXPECT_EQ(evidence.name(), "assessments/a1/evidence/1");
  EXPECT_EQ(evidence.statement(), "QS1");
  EXPECT_EQ(evidence.category(), "Outcomes");
  EXPECT_EQ(evidence.note(), "Below the standard\nand falling.");
  EXPECT_EQ(evidence.position(), FakeMetrics::LatestPosition());
  EXPECT_EQ(evidence.value().metric(), "four_hour_all");
  EXPECT_EQ(evidence.value().metric_version(), 3u);
  EXPECT_EQ(evidence.value().organisation(), "QHL");
  EXPECT_EQ(evidence.value().period(), "2024-03");
  EXPECT_EQ(evidence.value().numerator(), "744");
  EXPECT_THAT(evidence.value().coverage().missing(), ElementsAre("RXX"));
  EXPECT_EQ(added->receipt().name(), evidence.name());
  EXPECT_FALSE(metrics().last_question().read().has_as_of_position());
  EXPECT_EQ(AddOne()->evidence().name(), "assessments/a1/evidence/2");
}

TEST_F(EvidenceTest, AsksAtTheGivenPosition) {
  v1::AddEvidenceRequest request = EvidenceRequest(assessment_, "QS1");
  request.set_position(FakeMetrics::EarlierPosition());
  const auto added = Add(request);
  ASSERT_THAT(added, IsOk());
  EXPECT_EQ(metrics().last_question().read().as_of_position(), FakeMetrics::EarlierPosition());
  EXPECT_EQ(added->evidence().position(), FakeMetrics::EarlierPosition());
}

TEST_F(EvidenceTest, WhatMetricsSaysLaterChangesNothing) {
  ASSERT_THAT(AddOne(), IsOk());
  metrics().set_change([](auto* answer) { answer->mutable_value()->set_numerator("1"); });
  EXPECT_EQ(Get(assessment_)->assessment().evidence(0).value().numerator(), "744");
}

TEST_F(EvidenceTest, OnlyAValueCanBePinned) {
  for (metrics::v1::ValueState state :
       {metrics::v1::VALUE_STATE_NOT_APPLICABLE, metrics::v1::VALUE_STATE_NOT_COLLECTED,
        metrics::v1::VALUE_STATE_MISSING, metrics::v1::VALUE_STATE_UNSPECIFIED}) {
    metrics().set_change([state](auto* answer) { answer->mutable_value()->set_state(state); });
    EXPECT_THAT(AddOne(), HasReason(Reason::kEvidenceState));
  }
  metrics().set_change(nullptr);
  metrics().set_failure(Error(Reason::kNotFound, "no metric"));
  EXPECT_THAT(AddOne(), HasReason(Reason::kEvidenceState));
  EXPECT_EQ(sequence(), 2u);
}

TEST_F(EvidenceTest, ARepeatIsAnsweredWhileMetricsIsDown) {
  v1::AddEvidenceRequest request = EvidenceRequest(assessment_, "QS1");
  const auto added = Add(request);
  ASSERT_THAT(added, IsOk());
  metrics().Stop();
  const absl::StatusOr<v1::AddEvidenceResponse> unreachable = AddOne();
  EXPECT_THAT(unreachable, HasReason(Reason::kDependency));
  EXPECT_THAT(unreachable, StatusIs(absl::StatusCode::kUnavailable));
  const auto again = Add(request);
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(again->replayed());
  EXPECT_EQ(again->evidence().SerializeAsString(), added->evidence().SerializeAsString());
  EXPECT_EQ(again->receipt().sequence(), added->receipt().sequence());
  request.set_note("Another note.");
  EXPECT_THAT(Add(request), HasReason(Reason::kRequestIdReused));
  EXPECT_EQ(metrics().questions(), 1);
}

TEST_F(EvidenceTest, FaultsOfTheQuestionArePassedOn) {
  metrics().set_failure(Error(Reason::kPositionAhead, "the newest entry is 100")
                            .Field("read.as_of_position", "lies ahead"));
  const auto ahead = AddOne();
  EXPECT_THAT(ahead, HasReason(Reason::kPositionAhead));
  EXPECT_THAT(FieldsOf(ahead.status()), ElementsAre("position"));
  metrics().set_failure(Error(Reason::kNotCaughtUp, "wait").RetryAfter(absl::Seconds(2)));
  const auto behind = AddOne();
  EXPECT_THAT(behind, HasReason(Reason::kNotCaughtUp));
  EXPECT_EQ(DetailsOf(behind.status())->retry_after, absl::Seconds(2));
}

TEST_F(EvidenceTest, EverythingElseIsADependencyThatFails) {
  for (Reason reason : {Reason::kPermission, Reason::kIdentityUnknown, Reason::kInternal,
                        Reason::kStorageFault, Reason::kOverloaded, Reason::kDraining}) {
    metrics().set_failure(Error(reason, "metrics is not well"));
    EXPECT_THAT(AddOne(), HasReason(Reason::kDependency));
  }
}

TEST_F(EvidenceTest, AnAnswerToAnotherQuestionIsNotPinned) {
  using Change = std::function<void(metrics::v1::GetMetricValueResponse*)>;
  const Change changes[] = {
      [](auto* answer) { answer->mutable_value()->set_metric("other"); },
      [](auto* answer) { answer->mutable_value()->set_organisation("QOP"); },
      [](auto* answer) { answer->mutable_value()->set_period("2024-02"); },
      [](auto* answer) { answer->mutable_value()->set_metric_version(0); },
      [](auto* answer) { answer->clear_position(); },
      [](auto* answer) { answer->set_position("?"); },
      [](auto* answer) { answer->clear_value(); },
  };
  for (const Change& change : changes) {
    metrics().set_change(change);
    EXPECT_THAT(AddOne(), HasReason(Reason::kDependency));
  }
}

TEST_F(EvidenceTest, MetricsGetsTheCallersDeadline) {
  const auto stub = StubOf<v1::AssessmentService>("assessor");
  grpc::ClientContext context;
  const auto deadline = std::chrono::system_clock::now() + std::chrono::seconds(2);
  context.set_deadline(deadline);
  v1::AddEvidenceResponse response;
  ASSERT_TRUE(stub->AddEvidence(&context, EvidenceRequest(assessment_, "QS1"), &response).ok());
  // gRPC carries deadlines as time left, rounded up.
  EXPECT_LT(metrics().last_deadline(), deadline + std::chrono::milliseconds(500));
  EXPECT_GT(metrics().last_deadline(), deadline - std::chrono::seconds(2));
}

TEST_F(EvidenceTest, MetricsGetsNoMoreThanItsShareOfALongDeadline) {
  const auto stub = StubOf<v1::AssessmentService>("assessor");
  grpc::ClientContext context;
  const auto now = std::chrono::system_clock::now();
  context.set_deadline(now + std::chrono::hours(1));
  v1::AddEvidenceResponse response;
  ASSERT_TRUE(stub->AddEvidence(&context, EvidenceRequest(assessment_, "QS1"), &response).ok());
  EXPECT_LT(metrics().last_deadline(),
            now + std::chrono::microseconds(kMetricsWaitMicros) + std::chrono::seconds(1));
}

TEST_F(EvidenceTest, AMetricsServiceThatNeverAnswersHoldsUpNoOtherWrite) {
  const std::string evidence = MakeEvidence(assessment_, "QS1");
  metrics().set_silent(true);
  const auto began = std::chrono::steady_clock::now();
  Crowd crowd(this, 12);
  ASSERT_TRUE(metrics().WaitForQuestions(3, std::chrono::seconds(10)));
  EXPECT_THAT(Score(ScoreRequest(assessment_, "QS1", 3, {evidence})), IsOk());
  EXPECT_EQ(MakeAssessment(), "assessments/a2");
  EXPECT_EQ(crowd.answered(), 0);
  const std::vector<absl::Status> answers = crowd.Join();
  // The wait counts from the call, also for those that stood behind others.
  EXPECT_LT(std::chrono::steady_clock::now() - began,
            std::chrono::microseconds(3 * kMetricsWaitMicros));
  for (const absl::Status& answer : answers) {
    EXPECT_THAT(answer, HasReason(Reason::kDependency));
    EXPECT_TRUE(DetailsOf(answer).has_value() && DetailsOf(answer)->retry_after.has_value());
  }
  metrics().set_silent(false);
  EXPECT_THAT(AddOne(), IsOk());
}

TEST_F(EvidenceTest, MoreThanCanWaitIsTurnedAwayAtOnce) {
  metrics().set_silent(true);
  Crowd crowd(this, 60);  // 4 are asking, 32 wait.
  int turned_away = 0;
  for (const absl::Status& answer : crowd.Join()) {
    EXPECT_TRUE(DetailsOf(answer).has_value() && DetailsOf(answer)->retry_after.has_value());
    if (ReasonOf(answer) == Reason::kQueueFull) {
      ++turned_away;
    } else {
      EXPECT_THAT(answer, HasReason(Reason::kDependency));
    }
  }
  EXPECT_GE(turned_away, 1);
}

TEST_F(EvidenceTest, EveryFaultIsListed) {
  v1::AddEvidenceRequest request;
  request.set_statement("QS18");
  request.set_category("Rumour");
  request.set_parent(assessment_);
  request.set_organisation("q");
  request.set_period("March");
  request.set_position("nowhere");
  request.set_note(std::string(20'001, 'x'));
  const auto answer = Add(request);
  EXPECT_THAT(answer, HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(FieldsOf(answer.status()),
              UnorderedElementsAre("request_id", "metric", "organisation", "period", "position",
                                   "note", "statement", "category"));
  v1::AddEvidenceRequest nearly_nothing;
  nearly_nothing.set_validate_only(true);
  EXPECT_THAT(FieldsOf(Add(nearly_nothing).status()),
              UnorderedElementsAre("request_id", "parent", "statement", "category", "metric",
                                   "organisation", "period"));
  EXPECT_THAT(Add(EvidenceRequest("assessments/a2", "QS1")), HasReason(Reason::kNotFound));
  EXPECT_THAT(Add(EvidenceRequest("frameworks/x", "QS1")), HasReason(Reason::kNotFound));
  EXPECT_EQ(metrics().questions(), 0);
}

TEST_F(EvidenceTest, RacingAdditionsGetDenseNumbersAndAskOnce) {
  constexpr int kAdders = 2;
  std::vector<v1::AddEvidenceRequest> requests;
  for (int i = 0; i < kAdders; ++i) requests.push_back(EvidenceRequest(assessment_, "QS1"));
  std::vector<std::thread> threads;
  std::vector<grpc::Status> statuses(kAdders);
  for (int i = 0; i < kAdders; ++i) {
    threads.emplace_back(
        [i, &requests, &statuses, stub = StubOf<v1::AssessmentService>("assessor")] {
          grpc::ClientContext context;
          v1::AddEvidenceResponse response;
          statuses[i] = stub->AddEvidence(&context, requests[i], &response);
        });
  }
  for (std::thread& thread : threads) thread.join();
  // Of two, the loser is judged again and must succeed; its value is the one first asked for.
  for (const grpc::Status& status : statuses) EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(metrics().questions(), kAdders);
  const auto whole = Get(assessment_);
  ASSERT_EQ(whole->assessment().evidence_size(), kAdders);
  EXPECT_EQ(whole->assessment().evidence(1).name(), "assessments/a1/evidence/2");
}

TEST_F(EvidenceTest, AnAssessmentHoldsABoundedNumber) {
  for (uint64_t i = 0; i < kMaxEvidence; ++i) ASSERT_THAT(AddOne(), IsOk());
  EXPECT_THAT(AddOne(), HasReason(Reason::kTooManyItems));
  EXPECT_EQ(Get(assessment_)->assessment().evidence_size(), static_cast<int>(kMaxEvidence));
}

}  // namespace
}  // namespace onereturn::assessment
