// From a rating to the returns.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/feed/position.h"
#include "common/status/testing/status_matchers.h"
#include "services/assessment/rpc/testing/service_under_test.h"

namespace onereturn::assessment {
namespace {

using ::testing::ElementsAre;

// One word a part.
std::string WordOf(const v1::TraceResponse& part) {
  switch (part.part_case()) {
    case v1::TraceResponse::kRating:
      return absl::StrCat("rating ", part.rating().scored());
    case v1::TraceResponse::kScore:
      return absl::StrCat("score ", part.score().statement());
    case v1::TraceResponse::kEvidence:
      return absl::StrCat("evidence ", part.evidence_name());
    case v1::TraceResponse::kLeaf:
      return absl::StrCat("leaf ", part.leaf().organisation(), " of ", part.evidence_name());
    default:
      return "nothing";
  }
}

class AssessmentTraceTest : public ServiceUnderTest {
 protected:
  AssessmentTraceTest() {
    DefineFramework();
    assessment_ = MakeAssessment();
    MakeEvidence(assessment_, "QS9");  // Evidence that no score rests on is not traced.
    MakeScore(assessment_, "QS10", 3);
    MakeScore(assessment_, "QS2", 2);
  }
  absl::Status Trace(const std::string& statement = "", const std::string& caller = "analyst") {
    v1::TraceRequest request;
    request.set_name(assessment_);
    request.set_statement(statement);
    return Trace(request, caller);
  }
  absl::Status Trace(const v1::TraceRequest& request, const std::string& caller) {
    parts_.clear();
    const auto stub = StubOf<v1::AssessmentService>(caller);
    grpc::ClientContext context;
    const auto reader = stub->Trace(&context, request);
    v1::TraceResponse part;
    while (reader->Read(&part)) parts_.push_back(part);
    return FromGrpcStatus(reader->Finish());
  }
  std::vector<std::string> Words() const {
    std::vector<std::string> words;
    for (const v1::TraceResponse& part : parts_) words.push_back(WordOf(part));
    return words;
  }
  std::string assessment_;
  std::vector<v1::TraceResponse> parts_;
};

TEST_F(AssessmentTraceTest, GoesFromTheRatingToTheLeaves) {
  ASSERT_THAT(Trace(), IsOk());
  EXPECT_THAT(
      Words(),
      ElementsAre("rating 2", "score QS2", "evidence assessments/a1/evidence/3",
                  "leaf R1 of assessments/a1/evidence/3", "leaf R2 of assessments/a1/evidence/3",
                  "score QS10", "evidence assessments/a1/evidence/2",
                  "leaf R1 of assessments/a1/evidence/2", "leaf R2 of assessments/a1/evidence/2"));
  EXPECT_EQ(parts_[3].leaf().revision(), "organisations/R1/returns/MSitAE.2024-03/revisions/1");
  EXPECT_EQ(parts_[3].leaf().sequence(), 1u);
  EXPECT_EQ(parts_[3].position(), FakeMetrics::LatestPosition());
  EXPECT_EQ(parts_[0].position(), Get(assessment_)->position());
  // Asked at the pinned version and position.
  EXPECT_EQ(metrics().last_trace().metric(), "four_hour_all");
  EXPECT_EQ(metrics().last_trace().metric_version(), 3u);
  EXPECT_EQ(metrics().last_trace().organisation(), "QHL");
  EXPECT_EQ(metrics().last_trace().period(), "2024-03");
  EXPECT_EQ(metrics().last_trace().read().as_of_position(), FakeMetrics::LatestPosition());
}

TEST_F(AssessmentTraceTest, TracesOneStatement) {
  ASSERT_THAT(Trace("QS10"), IsOk());
  EXPECT_THAT(Words(), ElementsAre("rating 2", "score QS10", "evidence assessments/a1/evidence/2",
                                   "leaf R1 of assessments/a1/evidence/2",
                                   "leaf R2 of assessments/a1/evidence/2"));
  ASSERT_THAT(Trace("QS1"), IsOk());
  EXPECT_THAT(Words(), ElementsAre("rating 2"));
  EXPECT_THAT(Trace("two\nlines"), HasReason(Reason::kCharset));
}

TEST_F(AssessmentTraceTest, TracesAnEarlierState) {
  Position earlier;
  earlier.Set("assessment", ServicePosition{1, sequence() - 2});
  v1::TraceRequest request;
  request.set_name(assessment_);
  request.mutable_read()->set_as_of_position(earlier.ToString());
  ASSERT_THAT(Trace(request, "analyst"), IsOk());
  EXPECT_THAT(Words(), ElementsAre("rating 1", "score QS10", "evidence assessments/a1/evidence/2",
                                   "leaf R1 of assessments/a1/evidence/2",
                                   "leaf R2 of assessments/a1/evidence/2"));
  EXPECT_EQ(parts_[0].position(), earlier.ToString());
}

TEST_F(AssessmentTraceTest, AValueThatIsNoLongerThePinnedOneIsReported) {
  metrics().set_change([](auto* answer) { answer->mutable_value()->set_numerator("743"); });
  EXPECT_THAT(Trace("QS2"), HasReason(Reason::kEvidenceState));
  EXPECT_THAT(Words(), ElementsAre("rating 2", "score QS2", "evidence assessments/a1/evidence/3"));
}

TEST_F(AssessmentTraceTest, WithoutMetricsItEndsAtTheEvidence) {
  metrics().Stop();
  EXPECT_THAT(Trace("QS2"), HasReason(Reason::kDependency));
  EXPECT_THAT(Words(), ElementsAre("rating 2", "score QS2", "evidence assessments/a1/evidence/3"));
}

TEST_F(AssessmentTraceTest, StopsWhenTheCallerLeaves) {
  metrics().set_endless(true);
  v1::TraceRequest request;
  request.set_name(assessment_);
  const auto stub = StubOf<v1::AssessmentService>("analyst");
  grpc::ClientContext context;
  const auto reader = stub->Trace(&context, request);
  v1::TraceResponse part;
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(reader->Read(&part));
  context.TryCancel();
  reader->Finish();
  EXPECT_TRUE(metrics().WaitForLeaver(std::chrono::seconds(10)));
}

TEST_F(AssessmentTraceTest, AnotherOrganisationsAssessmentIsNotFound) {
  v1::CreateAssessmentRequest elsewhere = AssessmentRequest();
  elsewhere.mutable_assessment()->set_organisation("QOP");
  assessment_ = Create(elsewhere)->assessment().name();
  EXPECT_THAT(Trace("", "local-analyst"), HasReason(Reason::kNotFound));
  EXPECT_THAT(Trace(), IsOk());
}

}  // namespace
}  // namespace onereturn::assessment
