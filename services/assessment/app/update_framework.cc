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
      return outcome;
    }
    framework.version = newest.version + 1;
  }
  outcome.framework = ToWire(framework);
  feed::v1::FrameworkDefined fact;
  *fact.mutable_framework() = outcome.framework;
  Decision decision;
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
  auto respond_unwritten = [call](const Outcome& outcome) {
    v1::UpdateFrameworkResponse response;
    *response.mutable_framework() = outcome.framework;
    response.set_unchanged(!outcome.decision.has_value());
    call->respond(std::move(response));
  };
  if (call->request.validate_only()) {
    absl::StatusOr<Outcome> outcome = Judge(call->request);
    if (!outcome.ok()) return call->respond(outcome.status());
    return respond_unwritten(*outcome);
  }
  auto unchanged = std::make_shared<Outcome>();
  writer_->Write(
      WriteRequestOf(*call, feed::v1::ENTRY_KIND_FRAMEWORK_DEFINED),
      [this, call, unchanged]() -> absl::StatusOr<std::optional<Decision>> {
        ASSIGN_OR_RETURN(Outcome outcome, Judge(call->request));
        std::optional<Decision> decision = std::exchange(outcome.decision, std::nullopt);
        if (!decision.has_value()) *unchanged = std::move(outcome);
        return decision;
      },
      [call, unchanged, respond_unwritten](absl::StatusOr<std::optional<AcceptedFact>> accepted) {
        if (!accepted.ok()) return call->respond(accepted.status());
        if (!accepted->has_value()) return respond_unwritten(*unchanged);
        absl::StatusOr<v1::Framework> framework = FrameworkOf((*accepted)->entry);
        if (!framework.ok()) return call->respond(framework.status());
        v1::UpdateFrameworkResponse response;
        *response.mutable_framework() = *std::move(framework);
        *response.mutable_receipt() = std::move((*accepted)->receipt);
        response.set_replayed((*accepted)->replayed);
        call->respond(std::move(response));
      });
}

}  // namespace onereturn::assessment
