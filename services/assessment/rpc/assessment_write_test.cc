// Frameworks, assessments and scores, from the wire to the store and back.
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/feed/wire.h"
#include "common/ledger/receipt.h"
#include "common/status/testing/status_matchers.h"
#include "services/assessment/rpc/testing/service_under_test.h"

namespace onereturn::assessment {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class AssessmentWriteTest : public ServiceUnderTest {
 protected:
  void ExpectProves(const ledger::v1::Receipt& wire, const std::string& name) {
    EXPECT_EQ(wire.name(), name);
    EXPECT_EQ(wire.service(), "assessment");
    const auto receipt = onereturn::FromWire(wire);
    ASSERT_THAT(receipt, IsOk());
    EXPECT_THAT(VerifyReceipt(*receipt, verifying_key()), IsOk());
  }
  static void ExpectSameFacts(const ledger::v1::Receipt& first, const ledger::v1::Receipt& again) {
    EXPECT_EQ(first.name(), again.name());
    EXPECT_EQ(first.sequence(), again.sequence());
    EXPECT_EQ(first.leaf_hash(), again.leaf_hash());
    EXPECT_EQ(first.entry(), again.entry());
    EXPECT_EQ(first.time().SerializeAsString(), again.time().SerializeAsString());
  }
};

TEST_F(AssessmentWriteTest, AFrameworkGetsVersionsAndReceipts) {
  v1::UpdateFrameworkRequest request = FrameworkRequest();
  const auto first = Update(request);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->framework().name(), "frameworks/cqc-ics-demonstration");
  EXPECT_EQ(first->framework().version(), 1u);
  EXPECT_EQ(first->framework().etag(), "\"1\"");
  EXPECT_EQ(first->framework().themes_size(), 3);
  EXPECT_FALSE(first->replayed());
  EXPECT_FALSE(first->unchanged());
  ExpectProves(first->receipt(), "frameworks/cqc-ics-demonstration");

  const auto again = Update(request);
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(again->replayed());
  ExpectSameFacts(first->receipt(), again->receipt());
  EXPECT_EQ(first->framework().SerializeAsString(), again->framework().SerializeAsString());

  v1::UpdateFrameworkRequest equal = FrameworkRequest();
  const auto unchanged = Update(equal);
  ASSERT_THAT(unchanged, IsOk());
  EXPECT_TRUE(unchanged->unchanged());
  ExpectSameFacts(first->receipt(), unchanged->receipt());
  EXPECT_EQ(unchanged->framework().version(), 1u);
  EXPECT_EQ(sequence(), 1u);

  v1::UpdateFrameworkRequest changed = FrameworkRequest();
  changed.mutable_framework()->set_rated(false);
  changed.mutable_framework()->set_etag("\"1\"");
  const auto second = Update(changed);
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->framework().version(), 2u);
  EXPECT_EQ(second->framework().etag(), "\"2\"");

  changed.set_request_id(NextRequestId());
  changed.mutable_framework()->set_title("Another title");
  EXPECT_THAT(Update(changed), HasReason(Reason::kEtagMismatch));

  v1::GetFrameworkRequest get;
  get.set_name("frameworks/cqc-ics-demonstration");
  const auto newest = CallAs("analyst", &v1::AssessmentService::Stub::GetFramework, get);
  ASSERT_THAT(newest, IsOk());
  EXPECT_EQ(newest->framework().SerializeAsString(), second->framework().SerializeAsString());
  EXPECT_EQ(newest->position(), second->receipt().position());
}

TEST_F(AssessmentWriteTest, TheSameIdWithOtherContentIsRefused) {
  v1::UpdateFrameworkRequest request = FrameworkRequest();
  ASSERT_THAT(Update(request), IsOk());
  request.mutable_framework()->set_rated(false);
  EXPECT_THAT(Update(request), HasReason(Reason::kRequestIdReused));
  EXPECT_EQ(sequence(), 1u);
}

TEST_F(AssessmentWriteTest, TheSameBytesOrIdToAnotherMethodAreAnotherRequest) {
  DefineFramework();
  v1::CreateAssessmentRequest request = AssessmentRequest();
  const auto created = Create(request);
  ASSERT_THAT(created, IsOk());
  const uint64_t held = sequence();
  // A message read as a text holds control characters: it is refused before its id is looked for.
  v1::AddEvidenceRequest same_bytes;
  ASSERT_TRUE(same_bytes.ParseFromString(request.SerializeAsString()));
  EXPECT_THAT(Add(same_bytes), HasReason(Reason::kCharset));
  // Whatever is good in itself finds the id taken at the other methods of the same caller; a
  // framework is another caller's to define.
  v1::AddEvidenceRequest evidence = EvidenceRequest(created->assessment().name(), "QS1");
  evidence.set_request_id(request.request_id());
  EXPECT_THAT(Add(evidence), HasReason(Reason::kRequestIdReused));
  v1::ScoreStatementRequest score = ScoreRequest(created->assessment().name(), "QS1", 3, {});
  score.set_request_id(request.request_id());
  EXPECT_THAT(Score(score), HasReason(Reason::kRequestIdReused));
  EXPECT_EQ(sequence(), held);
  EXPECT_TRUE(Create(request)->replayed()) << "the first request's answer is still its own";
}

TEST_F(AssessmentWriteTest, EveryFaultOfAFrameworkIsListed) {
  v1::UpdateFrameworkRequest request = FrameworkRequest();
  request.set_request_id("two words");
  request.mutable_framework()->set_version(7);
  request.mutable_framework()->set_name("frameworks/other");
  request.mutable_framework()->set_title("");
  request.mutable_framework()->mutable_limiters(1)->set_band("better");
  const auto answer = Update(request);
  EXPECT_THAT(answer, HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(FieldsOf(answer.status()),
              ElementsAre("request_id", "framework.version", "framework.name", "framework.title",
                          "framework.limiters[1].band"));

  v1::UpdateFrameworkRequest wrong = FrameworkRequest();
  wrong.mutable_framework()->clear_bands();
  EXPECT_THAT(Update(wrong), HasReason(Reason::kDefinitionInvalid));
  wrong = FrameworkRequest();
  wrong.mutable_framework()->mutable_themes(0)->mutable_statements(0)->set_title(
      "as patient 943 476 5919 told us");
  const auto personal = Update(wrong);
  EXPECT_THAT(personal, HasReason(Reason::kPersonalData));
  EXPECT_THAT(FieldsOf(personal.status()), ElementsAre("framework.themes[0].statements[0].title"));
  wrong.clear_framework();
  EXPECT_THAT(Update(wrong), HasReason(Reason::kMissing));
  EXPECT_EQ(sequence(), 0u);
}

// Every list and text as long as it may be: more in all than an entry of the feed holds.
TEST_F(AssessmentWriteTest, AFrameworkTooLargeForTheFeedIsRefused) {
  const std::string title(200, 't');
  auto code = [](char kind, int number) {
    return absl::StrCat(std::string(60, kind), 100 + number);
  };
  v1::UpdateFrameworkRequest request = FrameworkRequest();
  v1::Framework* framework = request.mutable_framework();
  *framework = v1::Framework();
  framework->set_code("large");
  framework->set_title(title);
  framework->set_source(std::string(4'000, 's'));
  for (int i = 0; i < 32; ++i) {
    v1::Theme* theme = framework->add_themes();
    theme->set_code(code('h', i));
    theme->set_title(title);
    for (int j = 0; j < 4; ++j) {
      v1::QualityStatement* statement = theme->add_statements();
      statement->set_code(code('q', 4 * i + j));
      statement->set_title(title);
    }
    framework->add_evidence_categories(absl::StrCat(100 + i, std::string(197, 'c')));
  }
  for (int i = 0; i < 16; ++i) {
    v1::ScaleStep* step = framework->add_scale();
    step->set_score(static_cast<uint32_t>(i) + 1);
    step->set_title(title);
    v1::Band* band = framework->add_bands();
    band->set_code(code('b', i));
    band->set_title(title);
    band->set_from_percent(static_cast<uint32_t>(i));
  }
  for (int i = 0; i < 64; ++i) {
    v1::Limiter* limiter = framework->add_limiters();
    limiter->set_band(code('b', 15));
    limiter->set_score(1);
    limiter->set_limited_to(code('b', 1));
  }
  EXPECT_THAT(Update(request), HasReason(Reason::kMessageTooLarge));
  framework->clear_limiters();
  framework->set_source("s");
  EXPECT_THAT(Update(request), IsOk());
}

TEST_F(AssessmentWriteTest, ATryRunStoresNothing) {
  v1::UpdateFrameworkRequest request = FrameworkRequest();
  request.set_validate_only(true);
  const auto framework = Update(request);
  ASSERT_THAT(framework, IsOk());
  EXPECT_EQ(framework->framework().version(), 1u);
  EXPECT_FALSE(framework->has_receipt());
  EXPECT_FALSE(framework->unchanged());
  EXPECT_EQ(sequence(), 0u);
  DefineFramework();
  v1::CreateAssessmentRequest create = AssessmentRequest();
  create.set_validate_only(true);
  const auto assessment = Create(create);
  ASSERT_THAT(assessment, IsOk());
  EXPECT_EQ(assessment->assessment().name(), "");
  EXPECT_EQ(assessment->assessment().framework_version(), 1u);
  EXPECT_FALSE(assessment->has_receipt());
  EXPECT_EQ(sequence(), 1u);
  create.mutable_assessment()->set_title("");
  EXPECT_THAT(Create(create), HasReason(Reason::kMissing));
}

TEST_F(AssessmentWriteTest, AnAssessmentPinsTheNewestFramework) {
  EXPECT_THAT(Create(AssessmentRequest()), HasReason(Reason::kDefinitionUnknown));
  DefineFramework();
  v1::CreateAssessmentRequest request = AssessmentRequest();
  const auto created = Create(request);
  ASSERT_THAT(created, IsOk());
  const v1::Assessment& assessment = created->assessment();
  EXPECT_EQ(assessment.name(), "assessments/a1");
  EXPECT_EQ(assessment.framework_version(), 1u);
  EXPECT_EQ(assessment.marking(), "ILLUSTRATIVE: scores invented for demonstration");
  EXPECT_EQ(assessment.create_time().seconds(), created->receipt().time().seconds());
  EXPECT_EQ(assessment.etag(), "\"2\"");
  ExpectProves(created->receipt(), "assessments/a1");

  const auto again = Create(request);
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(again->replayed());
  ExpectSameFacts(created->receipt(), again->receipt());

  DefineFramework(/*rated=*/false);
  v1::CreateAssessmentRequest by_name = AssessmentRequest();
  by_name.mutable_assessment()->set_framework("frameworks/cqc-ics-demonstration");
  const auto second = Create(by_name);
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->assessment().name(), "assessments/a2");
  EXPECT_EQ(second->assessment().framework(), "cqc-ics-demonstration");
  EXPECT_EQ(second->assessment().framework_version(), 2u);
  EXPECT_EQ(Get("assessments/a1")->assessment().framework_version(), 1u);
}

TEST_F(AssessmentWriteTest, AnOrganisationThatIngestionDoesNotDefineIsNotAssessed) {
  DefineFramework();
  CheckOrganisations();
  EXPECT_THAT(Create(AssessmentRequest()), HasReason(Reason::kNotCaughtUp));
  HearOfOrganisation("QHL");
  EXPECT_THAT(Create(AssessmentRequest()), IsOk());
  v1::CreateAssessmentRequest unknown = AssessmentRequest();
  unknown.mutable_assessment()->set_organisation("NOPE");
  const auto refused = Create(unknown);
  EXPECT_THAT(refused, HasReason(Reason::kOdsUnknown));
  EXPECT_THAT(FieldsOf(refused.status()), ElementsAre("assessment.organisation"));
}

TEST_F(AssessmentWriteTest, EveryFaultOfAnAssessmentIsListed) {
  v1::CreateAssessmentRequest request;
  v1::Assessment* assessment = request.mutable_assessment();
  assessment->set_organisation("qhl");
  assessment->set_marking("of two\nlines");
  assessment->set_name("assessments/a9");
  assessment->set_framework_version(1);
  assessment->mutable_create_time();
  assessment->add_evidence();
  assessment->add_scores();
  assessment->mutable_rating();
  assessment->set_etag("\"1\"");
  const auto answer = Create(request);
  EXPECT_THAT(answer, HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(FieldsOf(answer.status()),
              UnorderedElementsAre("request_id", "assessment.organisation", "assessment.framework",
                                   "assessment.title", "assessment.marking", "assessment.name",
                                   "assessment.framework_version", "assessment.create_time",
                                   "assessment.evidence", "assessment.scores", "assessment.rating",
                                   "assessment.etag"));
  v1::CreateAssessmentRequest named = AssessmentRequest();
  named.mutable_assessment()->set_name("assessments/a9");
  EXPECT_THAT(Create(named), HasReason(Reason::kOutputOnly));
  v1::CreateAssessmentRequest empty;
  empty.set_request_id(NextRequestId());
  EXPECT_THAT(Create(empty), HasReason(Reason::kMissing));
}

TEST_F(AssessmentWriteTest, RacingCreationsGetDenseIds) {
  DefineFramework();
  constexpr int kCreators = 8;
  std::vector<v1::CreateAssessmentRequest> requests;
  for (int i = 0; i < kCreators; ++i) requests.push_back(AssessmentRequest());
  ChannelOf("assessor");
  std::vector<std::string> names(kCreators);
  std::vector<std::thread> threads;
  for (int i = 0; i < kCreators; ++i) {
    threads.emplace_back(
        [this, i, &requests, &names, stub = StubOf<v1::AssessmentService>("assessor")] {
          while (names[i].empty()) {
            grpc::ClientContext context;
            v1::CreateAssessmentResponse response;
            const grpc::Status status = stub->CreateAssessment(&context, requests[i], &response);
            if (status.ok()) {
              names[i] = response.assessment().name();
            } else if (ReasonOf(FromGrpcStatus(status)) != Reason::kCommitConflict) {
              names[i] = status.error_message();
            }
          }
        });
  }
  for (std::thread& thread : threads) thread.join();
  std::vector<std::string> expected;
  for (int i = 1; i <= kCreators; ++i) expected.push_back(absl::StrCat("assessments/a", i));
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()),
            std::set<std::string>(expected.begin(), expected.end()));
  EXPECT_EQ(sequence(), 1u + kCreators);
}

TEST_F(AssessmentWriteTest, AScoreRestsOnEvidenceOfItsStatement) {
  DefineFramework();
  const std::string assessment = MakeAssessment();
  EXPECT_THAT(Score(ScoreRequest(assessment, "QS1", 3, {})), HasReason(Reason::kEvidenceState));
  const std::string evidence = MakeEvidence(assessment, "QS1");
  EXPECT_THAT(Score(ScoreRequest(assessment, "QS1", 3, {})), HasReason(Reason::kMissing));
  EXPECT_THAT(Score(ScoreRequest(assessment, "QS2", 3, {evidence})),
              HasReason(Reason::kEvidenceState));

  v1::ScoreStatementRequest request = ScoreRequest(assessment, "QS1", 3, {evidence});
  const auto scored = Score(request);
  ASSERT_THAT(scored, IsOk());
  // As it was sent, with the assessment's marking.
  v1::Score expected = request.score();
  expected.set_marking("ILLUSTRATIVE: scores invented for demonstration");
  EXPECT_EQ(scored->score().SerializeAsString(), expected.SerializeAsString());
  ExpectProves(scored->receipt(), assessment);
  const auto again = Score(request);
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(again->replayed());
  ExpectSameFacts(scored->receipt(), again->receipt());
}

TEST_F(AssessmentWriteTest, EveryFaultOfAScoreIsListed) {
  DefineFramework();
  const std::string assessment = MakeAssessment();
  const std::string other = MakeAssessment();
  const std::string evidence = MakeEvidence(assessment, "QS1");
  MakeEvidence(other, "QS1");
  v1::ScoreStatementRequest request =
      ScoreRequest(assessment, "QS18", 5,
                   {evidence, evidence, other + "/evidence/1", assessment + "/evidence/2", "x"});
  request.mutable_score()->set_rationale(std::string(4'001, 'r'));
  const auto answer = Score(request);
  EXPECT_THAT(answer, HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(
      FieldsOf(answer.status()),
      UnorderedElementsAre("score.rationale", "score.evidence[1]", "score.statement", "score.score",
                           "score.evidence[2]", "score.evidence[3]", "score.evidence[4]"));

  v1::ScoreStatementRequest empty;
  empty.mutable_score();
  EXPECT_THAT(FieldsOf(Score(empty).status()),
              UnorderedElementsAre("request_id", "score.assessment", "score.statement",
                                   "score.score", "score.rationale"));
  EXPECT_THAT(Score(ScoreRequest(assessment, "QS1", 5, {evidence})), HasReason(Reason::kRange));
  EXPECT_THAT(Score(ScoreRequest("assessments/a9", "QS1", 3, {evidence})),
              HasReason(Reason::kNotFound));
  v1::ScoreStatementRequest many =
      ScoreRequest(assessment, "QS1", 3, std::vector<std::string>(101, evidence));
  EXPECT_THAT(FieldsOf(Score(many).status()), ::testing::Contains("score.evidence"));
}

TEST_F(AssessmentWriteTest, WhatWasAcceptedOutlivesARestart) {
  DefineFramework();
  const std::string assessment = MakeAssessment();
  v1::AddEvidenceRequest evidence = EvidenceRequest(assessment, "QS1");
  const auto added = Add(evidence);
  ASSERT_THAT(added, IsOk());
  MakeScore(assessment, "QS2", 4);
  const auto before = Get(assessment);
  ASSERT_THAT(before, IsOk());

  Restart();
  const auto after = Get(assessment);
  ASSERT_THAT(after, IsOk());
  EXPECT_EQ(after->SerializeAsString(), before->SerializeAsString());
  const auto again = Add(evidence);
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(again->replayed());
  ExpectSameFacts(added->receipt(), again->receipt());
  EXPECT_EQ(MakeAssessment(), "assessments/a2");
  EXPECT_EQ(MakeEvidence(assessment, "QS3"), "assessments/a1/evidence/3");
}

}  // namespace
}  // namespace onereturn::assessment
