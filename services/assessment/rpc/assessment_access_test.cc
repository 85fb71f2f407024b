// Who may do what, and to whose assessments.
#include <map>
#include <string>

#include "common/rpc/server.h"
#include "common/status/testing/status_matchers.h"
#include "onereturn/options/v1/options.pb.h"
#include "services/assessment/rpc/testing/service_under_test.h"

namespace onereturn::assessment {
namespace {

using ::testing::ElementsAre;

class AssessmentAccessTest : public ServiceUnderTest {};

TEST_F(AssessmentAccessTest, ACallerActsWithinItsScopeAndRole) {
  DefineFramework();
  v1::CreateAssessmentRequest outside = AssessmentRequest();
  outside.mutable_assessment()->set_organisation("QOP");
  EXPECT_THAT(Create(outside, "local"), HasReason(Reason::kOrgScope));
  ASSERT_THAT(Create(outside), IsOk());
  ASSERT_THAT(Create(AssessmentRequest(), "local"), IsOk());

  EXPECT_THAT(Add(EvidenceRequest("assessments/a1", "QS1"), "local"), HasReason(Reason::kNotFound));
  EXPECT_THAT(
      Score(ScoreRequest("assessments/a1", "QS1", 3, {"assessments/a1/evidence/1"}), "local"),
      HasReason(Reason::kNotFound));
  EXPECT_THAT(Add(EvidenceRequest("assessments/a2", "QS1"), "local"), IsOk());

  EXPECT_THAT(Create(AssessmentRequest(), "analyst"), HasReason(Reason::kPermission));
  EXPECT_THAT(Add(EvidenceRequest("assessments/a2", "QS1"), "steward"),
              HasReason(Reason::kPermission));
  EXPECT_THAT(CallAs("assessor", &v1::AssessmentService::Stub::UpdateFramework, FrameworkRequest()),
              HasReason(Reason::kPermission));
  EXPECT_THAT(Create(AssessmentRequest(), "stranger"), HasReason(Reason::kIdentityUnknown));
}

// The organisation is looked at before anything else of the request: a caller who does not act for
// it learns nothing of what else is wrong, or held.
TEST_F(AssessmentAccessTest, AnOrganisationOutsideTheScopeIsRefusedFirst) {
  v1::CreateAssessmentRequest outside = AssessmentRequest();
  outside.mutable_assessment()->set_organisation("QOP");
  outside.mutable_assessment()->clear_title();
  const auto refused = Create(outside, "local");
  EXPECT_THAT(refused, HasReason(Reason::kOrgScope));
  EXPECT_THAT(FieldsOf(refused.status()), ElementsAre("assessment.organisation"));
  EXPECT_THAT(Create(outside), HasReason(Reason::kMissing));
}

TEST(AssessmentOptionsTest, SayWhereTheOrganisationStands) {
  using options::v1::OrganisationLocator;
  const std::map<std::string, OrganisationLocator> expected = {
      {"UpdateFramework", options::v1::ORGANISATION_LOCATOR_NONE},
      {"GetFramework", options::v1::ORGANISATION_LOCATOR_NONE},
      {"ListFrameworks", options::v1::ORGANISATION_LOCATOR_NONE},
      {"CreateAssessment", options::v1::ORGANISATION_LOCATOR_FIELD},
      {"AddEvidence", options::v1::ORGANISATION_LOCATOR_LOADED},
      {"ScoreStatement", options::v1::ORGANISATION_LOCATOR_LOADED},
      {"GetAssessment", options::v1::ORGANISATION_LOCATOR_LOADED},
      {"ListAssessments", options::v1::ORGANISATION_LOCATOR_LOADED},
      {"Trace", options::v1::ORGANISATION_LOCATOR_LOADED},
      {"CheckEvidence", options::v1::ORGANISATION_LOCATOR_LOADED},
  };
  const auto* service = ServiceDescriptor<v1::AssessmentService>();
  std::map<std::string, OrganisationLocator> stated;
  for (int i = 0; i < service->method_count(); ++i) {
    stated[service->method(i)->name()] =
        service->method(i)->options().GetExtension(options::v1::access).organisation();
  }
  EXPECT_EQ(stated, expected);
}

TEST_F(AssessmentAccessTest, RequestIdsAreScopedToTheCallersOrganisation) {
  DefineFramework();
  v1::CreateAssessmentRequest request = AssessmentRequest();
  ASSERT_THAT(Create(request), IsOk());
  const auto local = Create(request, "local");
  ASSERT_THAT(local, IsOk());
  EXPECT_FALSE(local->replayed());
  EXPECT_EQ(local->assessment().name(), "assessments/a2");
}

}  // namespace
}  // namespace onereturn::assessment
