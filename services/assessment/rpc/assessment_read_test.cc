// Assessments as readers see them.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/feed/position.h"
#include "common/status/testing/status_matchers.h"
#include "services/assessment/rpc/testing/service_under_test.h"

namespace onereturn::assessment {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> Names(const v1::ListAssessmentsResponse& page) {
  std::vector<std::string> names;
  for (const v1::Assessment& assessment : page.assessments()) names.push_back(assessment.name());
  return names;
}

std::string PositionOf(uint64_t sequence) {
  Position position;
  position.Set("assessment", ServicePosition{1, sequence});
  return position.ToString();
}

class AssessmentReadTest : public ServiceUnderTest {
 protected:
  absl::StatusOr<v1::ListAssessmentsResponse> List(int page_size, const std::string& token = "",
                                                   const std::string& caller = "analyst") {
    v1::ListAssessmentsRequest request;
    request.set_page_size(page_size);
    request.set_page_token(token);
    return CallAs(caller, &v1::AssessmentService::Stub::ListAssessments, request);
  }
};

TEST_F(AssessmentReadTest, ARatedAssessmentWhole) {
  DefineFramework();
  const std::string name = MakeAssessment();
  std::vector<uint32_t> scores(16, 3);
  scores.push_back(1);
  MakeScores(name, scores);
  const auto whole = Get(name);
  ASSERT_THAT(whole, IsOk());
  const v1::Assessment& assessment = whole->assessment();
  EXPECT_EQ(assessment.marking(), "ILLUSTRATIVE: scores invented for demonstration");
  EXPECT_EQ(assessment.evidence_size(), 17);
  ASSERT_EQ(assessment.scores_size(), 17);
  EXPECT_EQ(assessment.scores(1).statement(), "QS2");   // The framework's order,
  EXPECT_EQ(assessment.scores(9).statement(), "QS10");  // not that of the alphabet.
  EXPECT_EQ(assessment.rating().percent(), 72u);
  EXPECT_TRUE(assessment.rating().complete());
  EXPECT_EQ(assessment.rating().band(), "good");
  EXPECT_EQ(assessment.rating().rating(), "requires_improvement");
  EXPECT_THAT(assessment.rating().limited_by(), HasSubstr("QS17"));
  EXPECT_EQ(assessment.etag(), "\"36\"");  // A framework, an assessment, 17 of both.
  EXPECT_EQ(whole->position(), PositionOf(36));
}

TEST_F(AssessmentReadTest, TheNewestScoreCounts) {
  DefineFramework();
  const std::string name = MakeAssessment();
  MakeScore(name, "QS3", 2);
  MakeScore(name, "QS1", 1);
  const std::string etag = Get(name)->assessment().etag();
  MakeScore(name, "QS3", 4);
  const auto whole = Get(name);
  ASSERT_EQ(whole->assessment().scores_size(), 2);
  EXPECT_EQ(whole->assessment().scores(0).statement(), "QS1");
  EXPECT_EQ(whole->assessment().scores(1).score(), 4u);
  EXPECT_THAT(whole->assessment().scores(1).evidence(), ElementsAre("assessments/a1/evidence/3"));
  EXPECT_EQ(whole->assessment().rating().scored(), 2u);
  EXPECT_EQ(whole->assessment().rating().statements(), 17u);
  EXPECT_EQ(whole->assessment().rating().sum(), 5u);
  EXPECT_FALSE(whole->assessment().rating().complete());
  EXPECT_EQ(whole->assessment().rating().percent(), 0u);
  EXPECT_NE(whole->assessment().etag(), etag);
}

TEST_F(AssessmentReadTest, AnUnratedFrameworkCarriesNoRating) {
  DefineFramework(/*rated=*/false);
  const std::string name = MakeAssessment();
  MakeScores(name, std::vector<uint32_t>(17, 4));
  const auto whole = Get(name);
  ASSERT_THAT(whole, IsOk());
  const v1::Rating& rating = whole->assessment().rating();
  EXPECT_TRUE(rating.complete());
  EXPECT_EQ(rating.percent(), 100u);
  EXPECT_EQ(rating.band(), "");
  EXPECT_EQ(rating.rating(), "");
}

TEST_F(AssessmentReadTest, WhatIsNotThereOrNotTheCallersIsNotFoundAlike) {
  DefineFramework();
  v1::CreateAssessmentRequest elsewhere = AssessmentRequest();
  elsewhere.mutable_assessment()->set_organisation("QOP");
  ASSERT_THAT(Create(elsewhere), IsOk());
  const absl::Status missing = Get("assessments/a9", "local-analyst").status();
  EXPECT_THAT(missing, HasReason(Reason::kNotFound));
  EXPECT_EQ(Get("assessments/a1", "local-analyst").status(), missing);
  EXPECT_EQ(Get("nonsense", "local-analyst").status(), missing);
  EXPECT_THAT(Get("assessments/a1"), IsOk());
  EXPECT_THAT(Get(""), HasReason(Reason::kMissing));
  EXPECT_THAT(Get("assessments/a1", "steward"), HasReason(Reason::kPermission));

  v1::GetFrameworkRequest framework;
  EXPECT_THAT(CallAs("analyst", &v1::AssessmentService::Stub::GetFramework, framework),
              HasReason(Reason::kMissing));
  for (const char* name : {"frameworks/other", "cqc-ics-demonstration"}) {
    framework.set_name(name);
    EXPECT_THAT(CallAs("analyst", &v1::AssessmentService::Stub::GetFramework, framework),
                HasReason(Reason::kNotFound));
  }
}

TEST_F(AssessmentReadTest, PagesAreOneState) {
  DefineFramework();
  for (int i = 0; i < 5; ++i) MakeAssessment();
  MakeScore("assessments/a1", "QS1", 2);
  const auto first = List(2);
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(Names(*first), ElementsAre("assessments/a1", "assessments/a2"));
  EXPECT_EQ(first->assessments(0).rating().scored(), 1u);
  EXPECT_EQ(first->assessments(0).marking(), "ILLUSTRATIVE: scores invented for demonstration");
  EXPECT_THAT(first->assessments(0).evidence(), IsEmpty());
  EXPECT_THAT(first->assessments(0).scores(), IsEmpty());

  // What comes between pages is on none of them.
  MakeAssessment();
  MakeScore("assessments/a3", "QS1", 2);
  const auto second = List(2, first->next_page_token());
  ASSERT_THAT(second, IsOk());
  EXPECT_THAT(Names(*second), ElementsAre("assessments/a3", "assessments/a4"));
  EXPECT_EQ(second->assessments(0).rating().scored(), 0u);
  EXPECT_EQ(second->position(), first->position());
  const auto third = List(2, second->next_page_token());
  ASSERT_THAT(third, IsOk());
  EXPECT_THAT(Names(*third), ElementsAre("assessments/a5"));
  EXPECT_EQ(third->next_page_token(), "");
  EXPECT_EQ(Names(*List(0)).size(), 6u);

  EXPECT_THAT(List(2, first->next_page_token(), "assessor"), HasReason(Reason::kPageToken));
  EXPECT_THAT(List(2, "made up"), HasReason(Reason::kPageToken));
  EXPECT_THAT(List(-1), HasReason(Reason::kPageSize));
}

TEST_F(AssessmentReadTest, AnswersAsOfAnyPositionAndTime) {
  DefineFramework();
  const std::string name = MakeAssessment();
  const std::string evidence = MakeEvidence(name, "QS1");
  const auto scored = Score(ScoreRequest(name, "QS1", 2, {evidence}));
  ASSERT_THAT(scored, IsOk());
  MakeScore(name, "QS1", 4);
  MakeAssessment();

  v1::GetAssessmentRequest get;
  get.set_name(name);
  get.mutable_read()->set_as_of_position(scored->receipt().position());
  auto then = CallAs("analyst", &v1::AssessmentService::Stub::GetAssessment, get);
  ASSERT_THAT(then, IsOk());
  EXPECT_EQ(then->position(), scored->receipt().position());
  EXPECT_EQ(then->assessment().etag(), scored->etag());
  EXPECT_EQ(then->assessment().evidence_size(), 1);
  ASSERT_EQ(then->assessment().scores_size(), 1);
  EXPECT_EQ(then->assessment().scores(0).score(), 2u);
  EXPECT_EQ(then->assessment().rating().sum(), 2u);

  *get.mutable_read()->mutable_as_of_time() = scored->receipt().time();
  then = CallAs("analyst", &v1::AssessmentService::Stub::GetAssessment, get);
  ASSERT_THAT(then, IsOk());
  EXPECT_EQ(then->position(), scored->receipt().position());

  get.mutable_read()->set_as_of_position(PositionOf(1));
  EXPECT_THAT(CallAs("analyst", &v1::AssessmentService::Stub::GetAssessment, get),
              HasReason(Reason::kNotFound));
  get.mutable_read()->set_as_of_position(PositionOf(sequence() + 1));
  EXPECT_THAT(CallAs("analyst", &v1::AssessmentService::Stub::GetAssessment, get),
              HasReason(Reason::kPositionAhead));
  get.mutable_read()->set_as_of_position(FakeMetrics::LatestPosition());  // Names others only.
  EXPECT_EQ(CallAs("analyst", &v1::AssessmentService::Stub::GetAssessment, get)->position(),
            PositionOf(sequence()));
  get.mutable_read()->clear_as_of();
  get.mutable_read()->set_at_least(PositionOf(sequence()));
  EXPECT_THAT(CallAs("analyst", &v1::AssessmentService::Stub::GetAssessment, get), IsOk());
  get.mutable_read()->set_at_least(PositionOf(sequence() + 1));
  EXPECT_THAT(CallAs("analyst", &v1::AssessmentService::Stub::GetAssessment, get),
              HasReason(Reason::kPositionAhead));
  get.mutable_read()->set_at_least("nowhere");
  EXPECT_THAT(CallAs("analyst", &v1::AssessmentService::Stub::GetAssessment, get),
              HasReason(Reason::kPositionInvalid));

  v1::ListAssessmentsRequest list;
  list.mutable_read()->set_as_of_position(scored->receipt().position());
  const auto listed = CallAs("analyst", &v1::AssessmentService::Stub::ListAssessments, list);
  ASSERT_THAT(listed, IsOk());
  EXPECT_THAT(Names(*listed), ElementsAre(name));
  EXPECT_EQ(listed->assessments(0).rating().sum(), 2u);
  EXPECT_EQ(listed->position(), scored->receipt().position());
}

TEST_F(AssessmentReadTest, EveryVersionOfAFrameworkCanBeRead) {
  DefineFramework();
  DefineFramework(/*rated=*/false);
  MakeAssessment();
  auto get = [this](uint32_t version, const std::string& position = "") {
    v1::GetFrameworkRequest request;
    request.set_name("frameworks/cqc-ics-demonstration");
    request.set_version(version);
    if (!position.empty()) request.mutable_read()->set_as_of_position(position);
    return CallAs("local-analyst", &v1::AssessmentService::Stub::GetFramework, request);
  };
  EXPECT_EQ(get(0)->framework().version(), 2u);
  EXPECT_FALSE(get(0)->framework().rated());
  ASSERT_THAT(get(1), IsOk());
  EXPECT_EQ(get(1)->framework().version(), 1u);
  EXPECT_EQ(get(1)->framework().etag(), "\"1\"");
  EXPECT_TRUE(get(1)->framework().rated());
  EXPECT_EQ(get(1)->position(), PositionOf(3));
  EXPECT_EQ(get(2)->framework().version(), 2u);
  EXPECT_THAT(get(3), HasReason(Reason::kNotFound));
  EXPECT_EQ(get(0, PositionOf(1))->framework().version(), 1u);
  EXPECT_THAT(get(2, PositionOf(1)), HasReason(Reason::kNotFound));
}

TEST_F(AssessmentReadTest, FrameworksAreListedInOrderOfCode) {
  for (const char* code : {"b", "a", "c", "b"}) {
    v1::UpdateFrameworkRequest request = FrameworkRequest();
    request.mutable_framework()->set_code(code);
    request.mutable_framework()->clear_name();
    request.mutable_framework()->set_title(NextRequestId());
    ASSERT_THAT(Update(request), IsOk());
  }
  auto list = [this](int size, const std::string& token, const std::string& position = "") {
    v1::ListFrameworksRequest request;
    request.set_page_size(size);
    request.set_page_token(token);
    if (!position.empty()) request.mutable_read()->set_as_of_position(position);
    return CallAs("local-analyst", &v1::AssessmentService::Stub::ListFrameworks, request);
  };
  auto codes = [](const absl::StatusOr<v1::ListFrameworksResponse>& page) {
    EXPECT_THAT(page, IsOk());
    std::vector<std::string> found;
    for (const v1::Framework& framework : page->frameworks()) {
      found.push_back(absl::StrCat(framework.code(), framework.version()));
    }
    return found;
  };
  EXPECT_THAT(codes(list(0, "")), ElementsAre("a1", "b2", "c1"));
  EXPECT_EQ(list(0, "")->position(), PositionOf(4));
  EXPECT_EQ(list(0, "")->frameworks(1).etag(), "\"4\"");
  EXPECT_THAT(codes(list(0, "", PositionOf(2))), ElementsAre("a1", "b1"));

  const auto first = list(2, "");
  EXPECT_THAT(codes(first), ElementsAre("a1", "b2"));
  v1::UpdateFrameworkRequest late = FrameworkRequest();
  ASSERT_THAT(Update(late), IsOk());  // "cqc-..." comes between pages, and is on none.
  const auto second = list(2, first->next_page_token());
  EXPECT_THAT(codes(second), ElementsAre("c1"));
  EXPECT_EQ(second->position(), first->position());
  EXPECT_EQ(second->next_page_token(), "");
  EXPECT_THAT(list(2, "made up"), HasReason(Reason::kPageToken));
  EXPECT_THAT(list(-1, ""), HasReason(Reason::kPageSize));
}

TEST_F(AssessmentReadTest, AListShowsTheCallersOwn) {
  DefineFramework();
  MakeAssessment();
  v1::CreateAssessmentRequest elsewhere = AssessmentRequest();
  elsewhere.mutable_assessment()->set_organisation("QOP");
  ASSERT_THAT(Create(elsewhere), IsOk());
  MakeAssessment();
  EXPECT_THAT(Names(*List(0, "", "local-analyst")),
              ElementsAre("assessments/a1", "assessments/a3"));
  const auto empty = List(1, "", "local-analyst");
  EXPECT_THAT(Names(*empty), ElementsAre("assessments/a1"));
  EXPECT_THAT(Names(*List(1, empty->next_page_token(), "local-analyst")),
              ElementsAre("assessments/a3"));
}

TEST_F(AssessmentReadTest, AnEmptyServiceHasAnEmptyList) {
  const auto list = List(0);
  ASSERT_THAT(list, IsOk());
  EXPECT_THAT(Names(*list), IsEmpty());
  EXPECT_NE(list->position(), "");
}

}  // namespace
}  // namespace onereturn::assessment
