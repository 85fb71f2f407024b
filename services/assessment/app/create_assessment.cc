#include "services/assessment/app/create_assessment.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/feed/rights_follower.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/assessment/app/assessment_view.h"
#include "services/assessment/app/field_faults.h"
#include "services/assessment/app/names.h"
#include "services/assessment/domain/framework.h"
#include "services/assessment/store/assessment_tables.h"
#include "services/assessment/store/families.h"
#include "services/assessment/store/framework_tables.h"

namespace onereturn::assessment {
namespace {

// Frameworks are named by code, as organisations are; the full resource name is understood too.
std::string FrameworkCode(const v1::Assessment& assessment) {
  return FrameworkCodeOf(assessment.framework()).value_or(assessment.framework());
}

absl::Status CheckFields(const v1::CreateAssessmentRequest& request) {
  FieldFaults faults;
  faults.CheckRequestId(request.request_id());
  if (!request.has_assessment()) {
    faults.Add(Reason::kMissing, "assessment", "is required");
    return faults.ToStatus();
  }
  const v1::Assessment& assessment = request.assessment();
  faults.CheckOrganisation("assessment.organisation", assessment.organisation());
  faults.CheckLine("assessment.framework", FrameworkCode(assessment), /*required=*/true,
                   kMaxCodeBytes);
  faults.CheckLine("assessment.title", assessment.title(), /*required=*/true, kMaxTitle);
  faults.CheckLine("assessment.marking", assessment.marking(), /*required=*/false, kMaxTitle);
  faults.CheckOutputOnly("assessment.name", !assessment.name().empty());
  faults.CheckOutputOnly("assessment.framework_version", assessment.framework_version() != 0);
  faults.CheckOutputOnly("assessment.create_time", assessment.has_create_time());
  faults.CheckOutputOnly("assessment.evidence", !assessment.evidence().empty());
  faults.CheckOutputOnly("assessment.scores", !assessment.scores().empty());
  faults.CheckOutputOnly("assessment.rating", assessment.has_rating());
  faults.CheckOutputOnly("assessment.etag", !assessment.etag().empty());
  return faults.ToStatus();
}

absl::Status CheckHeld(const Reader& reader, const std::string& organisation) {
  ASSIGN_OR_RETURN(const bool held, HoldsOrganisation(reader, Family::kRights, organisation));
  if (held) return absl::OkStatus();
  return Error(Reason::kOdsUnknown, "the organisation is not held")
      .Field("assessment.organisation", absl::StrCat("\"", organisation,
                                                     "\" is not defined, or only "
                                                     "since a moment ago"));
}

absl::StatusOr<Judged<v1::Assessment>> Judge(const Reader& reader, const OrganisationScope& scope,
                                             bool checks_organisations,
                                             const v1::CreateAssessmentRequest& request) {
  RETURN_IF_ERROR(CheckFields(request));
  const v1::Assessment& asked = request.assessment();
  if (!scope.Covers(asked.organisation())) {
    return Error(Reason::kOrgScope,
                 "the request names an organisation that the caller does not act for")
        .Field("assessment.organisation", "must be the caller's own organisation");
  }
  if (checks_organisations) RETURN_IF_ERROR(CheckHeld(reader, asked.organisation()));
  const std::string code = FrameworkCode(asked);
  ASSIGN_OR_RETURN(FrameworkHead framework, ReadFrameworkHead(reader, code));
  if (!framework.newest.has_value()) {
    return Error(Reason::kDefinitionUnknown,
                 "the framework is not held: apply its definition first")
        .Precondition(FrameworkName(code), "is not defined");
  }
  ASSIGN_OR_RETURN(Count count, AssessmentCount(reader));
  const uint64_t number = count.value + 1;
  Judged<v1::Assessment> judged;
  v1::Assessment& assessment = judged.resource;  // Without a name: acceptance gives it.
  assessment.set_organisation(asked.organisation());
  assessment.set_framework(code);
  assessment.set_framework_version(framework.newest->version);
  assessment.set_title(asked.title());
  assessment.set_marking(asked.marking());
  feed::v1::AssessmentCreated fact;
  *fact.mutable_assessment() = assessment;
  fact.mutable_assessment()->set_name(AssessmentName(number));
  NewFact decision;
  decision.name = AssessmentName(number);
  decision.fact = fact.SerializeAsString();
  decision.read_set = {framework.check, count.check};
  decision.write = [number, organisation = asked.organisation()](const Placement& placement,
                                                                 WriteBatch* batch) {
    PutAssessment(AssessmentRow{number, placement.sequence, organisation}, batch);
  };
  judged.decision = std::move(decision);
  return judged;
}

}  // namespace

void CreateAssessment::Run(const WriteOrigin& origin, v1::CreateAssessmentRequest request,
                           Respond<v1::Assessment> respond) const {
  auto asked = std::make_shared<const v1::CreateAssessmentRequest>(std::move(request));
  WriteFact<v1::Assessment>(
      writer_, feed::v1::ENTRY_KIND_ASSESSMENT_CREATED, origin, *asked,
      [asked, scope = origin.scope, checks = checks_organisations_](const Reader& reader) {
        return Judge(reader, scope, checks, *asked);
      },
      AssessmentOf, std::move(respond));
}

}  // namespace onereturn::assessment
