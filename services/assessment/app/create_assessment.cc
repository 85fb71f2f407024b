#include "services/assessment/app/create_assessment.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/assessment/app/assessment_view.h"
#include "services/assessment/app/field_faults.h"
#include "services/assessment/app/names.h"
#include "services/assessment/domain/framework.h"
#include "services/assessment/store/assessment_tables.h"
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

}  // namespace

absl::StatusOr<CreateAssessment::Outcome> CreateAssessment::Judge(const Call& call) const {
  RETURN_IF_ERROR(CheckFields(call.request));
  const v1::Assessment& asked = call.request.assessment();
  if (!call.call.caller.scope.Covers(asked.organisation())) {
    return Error(Reason::kOrgScope,
                 "the request names an organisation that the caller does not act for")
        .Field("assessment.organisation", "must be the caller's own organisation");
  }
  const std::string code = FrameworkCode(asked);
  ASSIGN_OR_RETURN(FrameworkHead framework, ReadFrameworkHead(*store_, code));
  if (!framework.newest.has_value()) {
    return Error(Reason::kDefinitionUnknown,
                 "the framework is not held: apply its definition first")
        .Precondition(FrameworkName(code), "is not defined");
  }
  ASSIGN_OR_RETURN(Count count, AssessmentCount(*store_));
  const uint64_t number = count.value + 1;
  Outcome outcome;
  v1::Assessment& assessment = outcome.assessment;
  assessment.set_organisation(asked.organisation());
  assessment.set_framework(code);
  assessment.set_framework_version(framework.newest->version);
  assessment.set_title(asked.title());
  assessment.set_marking(asked.marking());
  feed::v1::AssessmentCreated fact;
  *fact.mutable_assessment() = assessment;
  fact.mutable_assessment()->set_name(AssessmentName(number));
  NewFact& decision = outcome.decision;
  decision.name = AssessmentName(number);
  decision.fact = fact.SerializeAsString();
  decision.read_set = {framework.check, count.check};
  decision.write = [number, organisation = asked.organisation()](const Placement& placement,
                                                                 WriteBatch* batch) {
    PutAssessment(AssessmentRow{number, placement.sequence, organisation}, batch);
  };
  return outcome;
}

void CreateAssessment::Run(Call received) const {
  auto call = std::make_shared<Call>(std::move(received));
  auto judged = std::make_shared<v1::Assessment>();
  FactRequest request = FactRequestOf(*call, feed::v1::ENTRY_KIND_ASSESSMENT_CREATED);
  request.validate_only = call->request.validate_only();
  writer_->Write(
      std::move(request),
      [this, call, judged](const Snapshot& /*snapshot*/) -> absl::StatusOr<Decision> {
        ASSIGN_OR_RETURN(Outcome outcome, Judge(*call));
        *judged = std::move(outcome.assessment);
        return Decision(std::move(outcome.decision));
      },
      [call, judged](const absl::StatusOr<std::optional<AcceptedFact>>& fact) {
        absl::StatusOr<std::optional<WrittenFact>> accepted = Written(fact);
        if (!accepted.ok()) return call->respond(accepted.status());
        v1::CreateAssessmentResponse response;
        if (!accepted->has_value()) {
          *response.mutable_assessment() = std::move(*judged);  // Without a name: none was given.
          return call->respond(std::move(response));
        }
        absl::StatusOr<v1::Assessment> assessment = AssessmentOf((*accepted)->entry);
        if (!assessment.ok()) return call->respond(assessment.status());
        *response.mutable_assessment() = *std::move(assessment);
        *response.mutable_receipt() = std::move((*accepted)->receipt);
        response.set_replayed((*accepted)->replayed);
        call->respond(std::move(response));
      });
}

}  // namespace onereturn::assessment
