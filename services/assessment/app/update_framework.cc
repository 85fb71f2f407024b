#include "services/assessment/app/update_framework.h"

#include <memory>
#include <utility>

#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/assessment/app/assessment_view.h"
#include "services/assessment/app/convert.h"
#include "services/assessment/app/field_faults.h"
#include "services/assessment/app/names.h"
#include "services/assessment/store/facts.h"
#include "services/assessment/store/framework_tables.h"

namespace onereturn::assessment {
namespace {

absl::Status CheckFields(const v1::UpdateFrameworkRequest& request) {
  FieldFaults faults;
  faults.CheckRequestId(request.request_id());
  if (!request.has_framework()) {
    faults.Add(Reason::kMissing, "framework", "is required");
    return faults.ToStatus();
  }
  const v1::Framework& framework = request.framework();
  faults.CheckOutputOnly("framework.version", framework.version() != 0);
  if (!framework.name().empty() && framework.name() != FrameworkName(framework.code())) {
    faults.Add(Reason::kFieldInvalid, "framework.name", "is not \"frameworks/\" and the code");
  }
  faults.AddAll(FromWire(framework).Check(), "framework");
  return faults.ToStatus();
}

absl::Status CheckEtag(const std::string& etag, const FrameworkHead& head) {
  const std::string current =
      head.newest.has_value() ? EtagOf(head.newest->sequence) : std::string();
  if (etag.empty() || etag == current) return absl::OkStatus();
  return Error(Reason::kEtagMismatch, "the framework has changed since it was read")
      .With("etag", current);
}

}  // namespace

absl::StatusOr<UpdateFramework::Outcome> UpdateFramework::Judge(
    const v1::UpdateFrameworkRequest& request) const {
  RETURN_IF_ERROR(CheckFields(request));
  Framework framework = FromWire(request.framework());
  ASSIGN_OR_RETURN(FrameworkHead head, ReadFrameworkHead(*store_, framework.code));
  RETURN_IF_ERROR(CheckEtag(request.framework().etag(), head));
  Outcome outcome;
  framework.version = 1;
  if (head.newest.has_value()) {
    ASSIGN_OR_RETURN(Framework newest,
                     LoadFramework(*store_, framework.code, head.newest->version));
    framework.version = newest.version;
    if (framework == newest) {
      outcome.framework = ToWire(newest);
      outcome.framework.set_etag(EtagOf(head.newest->sequence));
      outcome.decision = Unchanged{head.newest->sequence, {head.check}};
      return outcome;
    }
    framework.version = newest.version + 1;
  }
  outcome.framework = ToWire(framework);
  feed::v1::FrameworkDefined fact;
  *fact.mutable_framework() = outcome.framework;
  NewFact decision;
  decision.name = outcome.framework.name();
  decision.fact = fact.SerializeAsString();
  decision.read_set = {head.check};
  decision.write = [code = framework.code, version = framework.version](const Placement& placement,
                                                                        WriteBatch* batch) {
    PutFramework(code, FrameworkVersion{version, placement.sequence}, batch);
  };
  outcome.decision = std::move(decision);
  return outcome;
}

void UpdateFramework::Run(Call received) const {
  auto call = std::make_shared<Call>(std::move(received));
  auto judged = std::make_shared<v1::Framework>();
  FactRequest request = FactRequestOf(*call, feed::v1::ENTRY_KIND_FRAMEWORK_DEFINED);
  request.validate_only = call->request.validate_only();
  writer_->Write(
      std::move(request),
      [this, call, judged](const Snapshot& /*snapshot*/) -> absl::StatusOr<Decision> {
        ASSIGN_OR_RETURN(Outcome outcome, Judge(call->request));
        *judged = std::move(outcome.framework);
        return std::move(outcome.decision);
      },
      [call, judged](const absl::StatusOr<std::optional<AcceptedFact>>& fact) {
        absl::StatusOr<std::optional<WrittenFact>> accepted = Written(fact);
        if (!accepted.ok()) return call->respond(accepted.status());
        v1::UpdateFrameworkResponse response;
        if (!accepted->has_value()) {
          *response.mutable_framework() = std::move(*judged);
          return call->respond(std::move(response));
        }
        absl::StatusOr<v1::Framework> framework = FrameworkOf((*accepted)->entry);
        if (!framework.ok()) return call->respond(framework.status());
        *response.mutable_framework() = *std::move(framework);
        *response.mutable_receipt() = std::move((*accepted)->receipt);
        response.set_replayed((*accepted)->replayed);
        response.set_unchanged((*accepted)->unchanged);
        call->respond(std::move(response));
      });
}

}  // namespace onereturn::assessment
