#include "services/assessment/app/add_evidence.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/feed/position.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/assessment/app/assessment_view.h"
#include "services/assessment/app/etag.h"
#include "services/assessment/app/field_faults.h"
#include "services/assessment/app/names.h"
#include "services/assessment/store/assessment_tables.h"

namespace onereturn::assessment {
namespace {

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

// A request, and the value once metrics has given it: judging again pins the same one.
struct AddEvidence::Call {
  WriteOrigin origin;
  v1::AddEvidenceRequest request;
  std::optional<PinnedValue> pinned;
};

absl::Status AddEvidence::Pin(Call* call) const {
  if (call->pinned.has_value()) return absl::OkStatus();
  const v1::AddEvidenceRequest& request = call->request;
  const MetricQuestion question{request.metric(),       0,
                                request.organisation(), request.period(),
                                request.position(),     call->origin.person_token};
  // Counted from the call: what stood in a queue behind others has used up its share there.
  const int64_t until =
      std::min(call->origin.deadline.micros, call->origin.started.micros + kMetricsWaitMicros);
  ASSIGN_OR_RETURN(PinnedValue pinned, metrics_->Value(question, until - clock_->Now().micros));
  RETURN_IF_ERROR(CheckPinned(request, pinned));
  call->pinned = std::move(pinned);
  return absl::OkStatus();
}

absl::StatusOr<Judged<v1::Evidence>> AddEvidence::Judge(const Reader& reader, Call* call) const {
  const v1::AddEvidenceRequest& request = call->request;
  FieldFaults faults = CheckFields(request);
  const ScopedAssessments tables(&reader, call->origin.scope, kNewest);
  absl::StatusOr<OpenAssessment> assessment = FindAssessment(tables, request.parent());
  if (assessment.ok()) CheckAgainst(assessment->framework, request, &faults);
  RETURN_IF_ERROR(faults.ToStatus());
  RETURN_IF_ERROR(assessment.status());
  const uint64_t number = assessment->row.number;
  ASSIGN_OR_RETURN(std::optional<ReadCheck> seen,
                   CheckAssessmentEtag(request.etag(), tables, assessment->row));
  RETURN_IF_ERROR(Pin(call));

  // As it is now that metrics has answered: others may have been added meanwhile.
  ASSIGN_OR_RETURN(Count count, EvidenceCount(*store_, number));
  if (count.value >= kMaxEvidence) {
    return Error(Reason::kTooManyItems, absl::StrCat("the assessment holds ", count.value,
                                                     " pieces of evidence, as many as it may"));
  }

  Judged<v1::Evidence> judged;
  v1::Evidence& evidence = judged.resource;  // Without a name: acceptance gives it.
  evidence.set_statement(request.statement());
  evidence.set_category(request.category());
  *evidence.mutable_value() = call->pinned->value;
  evidence.set_position(call->pinned->position);
  evidence.set_note(request.note());
  evidence.set_marking(assessment->created.marking());
  const EvidenceId id{number, count.value + 1};
  feed::v1::EvidenceAdded fact;
  *fact.mutable_evidence() = evidence;
  fact.mutable_evidence()->set_name(EvidenceName(id));
  NewFact decision;
  decision.name = EvidenceName(id);
  decision.fact = fact.SerializeAsString();
  decision.read_set = {count.check};
  if (seen.has_value()) decision.read_set.push_back(*std::move(seen));
  decision.write = [id, statement = request.statement()](const Placement& placement,
                                                         WriteBatch* batch) {
    PutEvidence(id.assessment, EvidenceRow{id.number, placement.sequence, statement}, batch);
  };
  judged.decision = std::move(decision);
  return judged;
}

void AddEvidence::Run(const WriteOrigin& origin, v1::AddEvidenceRequest request,
                      Respond<v1::Evidence> respond) const {
  auto call = std::make_shared<Call>(Call{origin, std::move(request), std::nullopt});
  WriteFact<v1::Evidence>(
      writer_, feed::v1::ENTRY_KIND_EVIDENCE_ADDED, origin, call->request,
      [this, call](const Reader& reader) { return Judge(reader, call.get()); }, EvidenceOf,
      std::move(respond));
}

}  // namespace onereturn::assessment
