#include "tests/crash/small_assessment.h"

namespace onereturn {
namespace {

constexpr char kFramework[] = "small";
constexpr char kCategory[] = "Outcomes";

}  // namespace

assessment::v1::UpdateFrameworkRequest SmallFramework() {
  assessment::v1::UpdateFrameworkRequest request;
  request.set_request_id("framework");
  assessment::v1::Framework* framework = request.mutable_framework();
  framework->set_code(kFramework);
  framework->set_title("Made up for a test");
  framework->set_source("Made up for a test");
  framework->set_rated(true);
  assessment::v1::Theme* theme = framework->add_themes();
  theme->set_code("theme");
  theme->set_title("Theme");
  assessment::v1::QualityStatement* statement = theme->add_statements();
  statement->set_code(kSmallStatement);
  statement->set_title("Statement");
  framework->add_evidence_categories(kCategory);
  for (const uint32_t score : {1, 2, 3, 4}) {
    assessment::v1::ScaleStep* step = framework->add_scale();
    step->set_score(score);
    step->set_title("Step");
  }
  assessment::v1::Band* band = framework->add_bands();
  band->set_code("band");
  band->set_title("Band");
  return request;
}

assessment::v1::CreateAssessmentRequest SmallAssessment(absl::string_view organisation) {
  assessment::v1::CreateAssessmentRequest request;
  request.set_request_id("assessment");
  request.mutable_assessment()->set_organisation(std::string(organisation));
  request.mutable_assessment()->set_framework(kFramework);
  request.mutable_assessment()->set_title("Made up for a test");
  return request;
}

assessment::v1::AddEvidenceRequest SmallEvidence(absl::string_view request_id,
                                                 absl::string_view assessment,
                                                 absl::string_view metric,
                                                 absl::string_view organisation,
                                                 absl::string_view period) {
  assessment::v1::AddEvidenceRequest request;
  request.set_request_id(std::string(request_id));
  request.set_parent(std::string(assessment));
  request.set_statement(kSmallStatement);
  request.set_category(kCategory);
  request.set_metric(std::string(metric));
  request.set_organisation(std::string(organisation));
  request.set_period(std::string(period));
  return request;
}

assessment::v1::ScoreStatementRequest SmallScore(absl::string_view request_id,
                                                 absl::string_view assessment,
                                                 absl::string_view evidence, uint32_t score,
                                                 absl::string_view rationale) {
  assessment::v1::ScoreStatementRequest request;
  request.set_request_id(std::string(request_id));
  request.mutable_score()->set_assessment(std::string(assessment));
  request.mutable_score()->set_statement(kSmallStatement);
  request.mutable_score()->set_score(score);
  request.mutable_score()->set_rationale(std::string(rationale));
  request.mutable_score()->add_evidence(std::string(evidence));
  return request;
}

}  // namespace onereturn
