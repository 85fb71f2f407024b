// Goal: an assessor is told of evidence whose value was revised since it was pinned, and of no
// other.
#include "services/assessment/app/check_evidence.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/testing/status_matchers.h"
#include "services/assessment/rpc/metrics_client.h"
#include "services/assessment/rpc/testing/service_under_test.h"

namespace onereturn::assessment {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class CheckEvidenceTest : public ServiceUnderTest {
 protected:
  CheckEvidenceTest() {
    DefineFramework();
    assessment_ = MakeAssessment();
  }
  // From now on metrics answers so many in place of 744, at a later position, and R2's return is
  // revised.
  void Revise(const std::string& numerator) {
    metrics().set_revised_leaf(2);
    metrics().set_change([numerator](auto* answer) {
      answer->mutable_value()->set_numerator(numerator);
      answer->set_position(FakeMetrics::LaterPosition());
    });
  }
  absl::Status Check(const std::string& name, const std::string& caller = "assessor") {
    parts_.clear();
    checked_ = 0;
    const auto stub = StubOf<v1::AssessmentService>(caller);
    grpc::ClientContext context;
    v1::CheckEvidenceRequest request;
    request.set_name(name);
    const auto reader = stub->CheckEvidence(&context, request);
    v1::CheckEvidenceResponse part;
    while (reader->Read(&part)) {
      if (part.has_evidence()) {
        parts_.push_back(part);
      } else {
        checked_ = part.checked();
      }
    }
    return FromGrpcStatus(reader->Finish());
  }
  std::vector<std::string> Named() const {
    std::vector<std::string> names;
    for (const auto& part : parts_) names.push_back(part.evidence().name());
    return names;
  }

  std::string assessment_;
  std::vector<v1::CheckEvidenceResponse> parts_;
  uint64_t checked_ = 0;
};

TEST_F(CheckEvidenceTest, WhatStillHasItsValueIsNotNamed) {
  MakeScore(assessment_, "QS1", 3);
  ASSERT_THAT(Check(assessment_), IsOk());
  EXPECT_THAT(parts_, IsEmpty());
  EXPECT_EQ(checked_, 1);
}

TEST_F(CheckEvidenceTest, ARevisedValueIsNamedWithTheReturnThatWasRevised) {
  MakeScore(assessment_, "QS1", 3);
  Revise("700");
  ASSERT_THAT(Check(assessment_), IsOk());
  ASSERT_THAT(parts_, SizeIs(1));
  const v1::CheckEvidenceResponse& part = parts_[0];
  EXPECT_EQ(part.evidence().name(), "assessments/a1/evidence/1");
  EXPECT_EQ(part.evidence().value().numerator(), "744") << "what was pinned stays";
  EXPECT_EQ(part.value().numerator(), "700");
  EXPECT_EQ(part.value_position(), FakeMetrics::LaterPosition());
  EXPECT_TRUE(part.scored());
  EXPECT_EQ(part.organisation(), Get(assessment_)->assessment().organisation());
  ASSERT_THAT(part.revised(), SizeIs(1)) << "R1 was not revised";
  EXPECT_EQ(part.revised_count(), 1);
  EXPECT_EQ(part.revised(0).organisation(), "R2");
  EXPECT_EQ(part.revised(0).pinned_revision(),
            "organisations/R2/returns/MSitAE.2024-03/revisions/1");
  EXPECT_EQ(part.revised(0).revision(), "organisations/R2/returns/MSitAE.2024-03/revisions/2");
  EXPECT_EQ(metrics().last_question().metric_version(), 3) << "by the version that was pinned";
}

// Pinned anew: the earlier piece counts as long as the score rests on it.
TEST_F(CheckEvidenceTest, APieceThatWasReplacedCountsUntilTheScoreRestsOnTheNewOne) {
  MakeScore(assessment_, "QS1", 3);
  Revise("700");
  const std::string anew = MakeEvidence(assessment_, "QS1");
  ASSERT_THAT(Check(assessment_), IsOk());
  EXPECT_THAT(Named(), ElementsAre("assessments/a1/evidence/1"));
  EXPECT_EQ(checked_, 2);
  ASSERT_THAT(Score(ScoreRequest(assessment_, "QS1", 2, {anew})), IsOk());
  ASSERT_THAT(Check(assessment_), IsOk());
  EXPECT_THAT(parts_, IsEmpty());
  EXPECT_EQ(checked_, 1);
}

TEST_F(CheckEvidenceTest, AllIsAllWithinTheScope) {
  MakeEvidence(assessment_, "QS1");
  v1::CreateAssessmentRequest elsewhere = AssessmentRequest();
  elsewhere.mutable_assessment()->set_organisation("QOP");
  const std::string other = Create(elsewhere)->assessment().name();
  MakeEvidence(other, "QS2");
  Revise("700");
  ASSERT_THAT(Check("assessments/-"), IsOk());
  EXPECT_THAT(Named(), ElementsAre("assessments/a1/evidence/1", "assessments/a2/evidence/1"));
  EXPECT_FALSE(parts_[0].scored());
  ASSERT_THAT(Check("assessments/-", "local-analyst"), IsOk());
  EXPECT_THAT(Named(), ElementsAre("assessments/a1/evidence/1"));
  EXPECT_THAT(Check(other, "local-analyst"), HasReason(Reason::kNotFound));
  EXPECT_THAT(Check(""), HasReason(Reason::kMissing));
}

// Each reason that is of one piece alone: the pieces before and after it are compared all the same.
TEST_F(CheckEvidenceTest, APieceThatCannotBeComparedKeepsNoOtherFromBeingCompared) {
  MakeEvidence(assessment_, "QS1");
  v1::AddEvidenceRequest retired = EvidenceRequest(assessment_, "QS1");
  retired.set_metric("retired");
  ASSERT_THAT(Add(retired), IsOk());
  MakeEvidence(assessment_, "QS2");
  Revise("700");
  struct Case {
    Reason of_metrics, told;
  };
  // What metrics does not hold is told as what it means for the evidence.
  for (const Case& one :
       {Case{Reason::kNotFound, Reason::kEvidenceState},
        Case{Reason::kNotCaughtUp, Reason::kNotCaughtUp}, Case{Reason::kPeriod, Reason::kPeriod},
        Case{Reason::kEpochChanged, Reason::kEpochChanged}}) {
    metrics().set_failure_of("retired", Error(one.of_metrics, "not this one"));
    ASSERT_THAT(Check(assessment_), IsOk()) << one.told;
    EXPECT_THAT(Named(), ElementsAre("assessments/a1/evidence/1", "assessments/a1/evidence/2",
                                     "assessments/a1/evidence/3"));
    EXPECT_EQ(checked_, 3);
    ASSERT_THAT(parts_, SizeIs(3));
    EXPECT_FALSE(parts_[0].has_not_compared());
    EXPECT_FALSE(parts_[1].has_value());
    EXPECT_EQ(parts_[1].not_compared().reason(), NameOf(one.told));
    EXPECT_EQ(parts_[1].not_compared().message(), "metrics: not this one");
    EXPECT_EQ(parts_[2].value().numerator(), "700");
  }
}

TEST_F(CheckEvidenceTest, OnceItsCallerHasGoneItAsksNothingMore) {
  const std::string other = Create(AssessmentRequest())->assessment().name();
  for (const std::string& assessment : {assessment_, other}) {
    MakeEvidence(assessment, "QS1");
    MakeEvidence(assessment, "QS2");
  }
  const ReadAssessments reading(&store());
  MetricsClient client(metrics().channel());
  const CheckEvidence check(&reading, &client);
  const int before = metrics().questions();
  v1::CheckEvidenceRequest request;
  request.set_name("assessments/-");
  bool taken = false;
  const auto is_there = [&] { return metrics().questions() == before; };  // Gone after the first.
  const auto take = [&](const v1::CheckEvidenceResponse&) { return taken = true; };
  ASSERT_THAT(check.Run(TraceCaller{OrganisationScope::National(), ReadPlace{sequence(), ""}, {}},
                        request, {is_there, take}),
              IsOk());
  EXPECT_EQ(metrics().questions(), before + 1);
  EXPECT_FALSE(taken);
}

TEST_F(CheckEvidenceTest, WithoutMetricsItSaysSo) {
  MakeEvidence(assessment_, "QS1");
  metrics().Stop();
  EXPECT_THAT(Check(assessment_), HasReason(Reason::kDependency));
  EXPECT_THAT(parts_, IsEmpty());
}

}  // namespace
}  // namespace onereturn::assessment
