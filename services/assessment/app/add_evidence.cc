#include "services/assessment/app/add_evidence.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/feed/position.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/assessment/app/assessment_view.h"
#include "services/assessment/app/field_faults.h"
#include "services/assessment/app/names.h"
#include "services/assessment/store/assessment_tables.h"

namespace onereturn::assessment {
namespace {

constexpr uint64_t kNewest = std::numeric_limits<uint64_t>::max();

FieldFaults CheckFields(const v1::AddEvidenceRequest& request) {
  FieldFaults faults;
  faults.CheckRequestId(request.request_id());
  if (request.parent().empty()) faults.Add(Reason::kMissing, "parent", "is required");
  faults.CheckLine("statement", request.statement(), /*required=*/true, kMaxCodeBytes);
  faults.CheckLine("category", request.category(), /*required=*/true, kMaxCategory);
  faults.CheckLine("metric", request.metric(), /*required=*/true, kMaxCodeBytes);
  faults.CheckOrganisation("organisation", request.organisation());
  faults.CheckPeriod("period", request.period());
  if (absl::Status position = Position::Parse(request.position()).status(); !position.ok()) {
    faults.Add(Reason::kPositionInvalid, "position", position.message());
  }
  faults.CheckNarrative("note", request.note(), /*required=*/false);
  return faults;
}

void CheckAgainst(const Framework& framework, const v1::AddEvidenceRequest& request,
                  FieldFaults* faults) {
  if (!request.statement().empty() && !framework.HasStatement(request.statement())) {
    faults->Add(Reason::kFieldInvalid, "statement", "is none of the framework's statements");
  }
  if (!request.category().empty() && !framework.HasEvidenceCategory(request.category())) {
    faults->Add(Reason::kFieldInvalid, "category",
                "is none of the framework's evidence categories");
  }
}

absl::string_view InWords(metrics::v1::ValueState state) {
  switch (state) {
    case metrics::v1::VALUE_STATE_NOT_APPLICABLE:
      return "it is not applicable to that organisation and period";
    case metrics::v1::VALUE_STATE_NOT_COLLECTED:
      return "returns are held, and none holds a number";
    case metrics::v1::VALUE_STATE_MISSING:
      return "no return is held";
    default:
      return "metrics does not say why";
  }
}

// That the answer is one to the question, and can be pinned.
absl::Status CheckPinned(const v1::AddEvidenceRequest& request, const PinnedValue& pinned) {
  const metrics::v1::MetricValue& value = pinned.value;
  const bool answered = value.metric() == request.metric() &&
                        value.organisation() == request.organisation() &&
                        value.period() == request.period() && value.metric_version() > 0;
  if (!answered || pinned.position.empty() || !Position::Parse(pinned.position).ok()) {
    return Error(Reason::kDependency, "metrics did not answer the question that was asked");
  }
  if (value.state() == metrics::v1::VALUE_STATE_VALUE) return absl::OkStatus();
  return Error(Reason::kEvidenceState,
               absl::StrCat("there is no value to pin: ", InWords(value.state())))
      .Precondition(value.name(), metrics::v1::ValueState_Name(value.state()));
}

}  // namespace

absl::Status AddEvidence::Pin(State* state) const {
  if (state->pinned.has_value()) return absl::OkStatus();
  const v1::AddEvidenceRequest& request = state->call.request;
  const MetricQuestion question{request.metric(), 0, request.organisation(), request.period(),
                                request.position()};
  // Counted from the call: what stood in a queue behind others has used up its share there.
  const int64_t until = std::min(state->call.call.deadline.micros,
                                 state->call.call.started.micros + kMetricsWaitMicros);
  const int64_t limit_micros = until - clock_->Now().micros;
  ASSIGN_OR_RETURN(PinnedValue pinned, metrics_->Value(question, limit_micros));
  RETURN_IF_ERROR(CheckPinned(request, pinned));
  state->pinned = std::move(pinned);
  return absl::OkStatus();
}

absl::StatusOr<Decision> AddEvidence::Judge(State* state) const {
  const v1::AddEvidenceRequest& request = state->call.request;
  FieldFaults faults = CheckFields(request);
  const ScopedAssessments tables(store_, state->call.call.caller.scope, kNewest);
  absl::StatusOr<OpenAssessment> assessment = FindAssessment(tables, request.parent());
  if (assessment.ok()) CheckAgainst(assessment->framework, request, &faults);
  RETURN_IF_ERROR(faults.ToStatus());
  RETURN_IF_ERROR(assessment.status());
  RETURN_IF_ERROR(Pin(state));

  const uint64_t number = assessment->row.number;
  ASSIGN_OR_RETURN(Count count, EvidenceCount(*store_, number));
  if (count.value >= kMaxEvidence) {
    return Error(Reason::kTooManyItems, absl::StrCat("the assessment holds ", count.value,
                                                     " pieces of evidence, as many as it may"));
  }
  const EvidenceId id{number, count.value + 1};
  feed::v1::EvidenceAdded fact;
  v1::Evidence* evidence = fact.mutable_evidence();
  evidence->set_name(EvidenceName(id));
  evidence->set_statement(request.statement());
  evidence->set_category(request.category());
  *evidence->mutable_value() = state->pinned->value;
  evidence->set_position(state->pinned->position);
  evidence->set_note(request.note());
  evidence->set_marking(assessment->created.marking());
  NewFact decision;
  decision.name = evidence->name();
  decision.fact = fact.SerializeAsString();
  decision.read_set = {count.check};
  decision.write = [id, statement = request.statement()](const Placement& placement,
                                                         WriteBatch* batch) {
    PutEvidence(id.assessment, EvidenceRow{id.number, placement.sequence, statement}, batch);
  };
  return Decision(std::move(decision));
}

void AddEvidence::Run(Call received) const {
  auto state = std::make_shared<State>(State{std::move(received), std::nullopt});
  writer_->Write(
      FactRequestOf(state->call, feed::v1::ENTRY_KIND_EVIDENCE_ADDED),
      [this, state](const Snapshot& /*snapshot*/) { return Judge(state.get()); },
      [state](const absl::StatusOr<std::optional<AcceptedFact>>& fact) {
        absl::StatusOr<std::optional<WrittenFact>> accepted = Written(fact);
        const Call& call = state->call;
        if (!accepted.ok()) return call.respond(accepted.status());
        absl::StatusOr<v1::Evidence> evidence = EvidenceOf((*accepted)->entry);
        if (!evidence.ok()) return call.respond(evidence.status());
        v1::AddEvidenceResponse response;
        *response.mutable_evidence() = *std::move(evidence);
        *response.mutable_receipt() = std::move((*accepted)->receipt);
        response.set_replayed((*accepted)->replayed);
        call.respond(std::move(response));
      });
}

}  // namespace onereturn::assessment
