#include "services/ingestion/app/requests/request_steps.h"

#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/commit/journal.h"
#include "common/feed/wire.h"
#include "common/status/enum_words.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/reason_text.h"

namespace onereturn::ingestion {
namespace {

using requests::v1::DataRequest;
using requests::v1::RequestState;
using requests::v1::RequestStep;

struct ActionRow {
  RequestAction action;
  absl::string_view name;
  std::initializer_list<RequestState> open_in;
};

const ActionRow kActions[] = {
    {RequestAction::kDraft,
     "draft",
     {requests::v1::REQUEST_STATE_DRAFT, requests::v1::REQUEST_STATE_MATCHED,
      requests::v1::REQUEST_STATE_CONSULTED, requests::v1::REQUEST_STATE_APPROVED}},
    {RequestAction::kMatch,
     "match",
     {requests::v1::REQUEST_STATE_DRAFT, requests::v1::REQUEST_STATE_MATCHED,
      requests::v1::REQUEST_STATE_CONSULTED, requests::v1::REQUEST_STATE_APPROVED}},
    {RequestAction::kReply,
     "reply",
     {requests::v1::REQUEST_STATE_MATCHED, requests::v1::REQUEST_STATE_CONSULTED}},
    {RequestAction::kClose, "close the consultation", {requests::v1::REQUEST_STATE_MATCHED}},
    {RequestAction::kDecide, "decide", {requests::v1::REQUEST_STATE_CONSULTED}},
    {RequestAction::kIssue, "issue", {requests::v1::REQUEST_STATE_APPROVED}},
    {RequestAction::kEnd,
     "end",
     {requests::v1::REQUEST_STATE_DRAFT, requests::v1::REQUEST_STATE_MATCHED,
      requests::v1::REQUEST_STATE_CONSULTED, requests::v1::REQUEST_STATE_APPROVED,
      requests::v1::REQUEST_STATE_REFUSED, requests::v1::REQUEST_STATE_ISSUED,
      requests::v1::REQUEST_STATE_ANSWERED, requests::v1::REQUEST_STATE_REVIEW}},
};

const ActionRow& RowOf(RequestAction action) { return kActions[static_cast<size_t>(action)]; }

std::string OpenSteps(RequestState state) {
  std::vector<absl::string_view> open;
  for (const ActionRow& row : kActions) {
    if (IsOpenIn(state, row.action)) open.push_back(row.name);
  }
  return open.empty() ? "no step" : absl::StrJoin(open, ", ");
}

}  // namespace

bool IsOpenIn(RequestState state, RequestAction action) {
  for (const RequestState open : RowOf(action).open_in) {
    if (open == state) return true;
  }
  return false;
}

absl::string_view RequestActionName(RequestAction action) { return RowOf(action).name; }

absl::StatusOr<StoredRequest> FindForStep(const Reader& reader, const std::string& name,
                                          const std::string& etag, RequestAction action) {
  const uint64_t number = DataRequestNumber(name);
  if (number == 0) return NotFound(name);
  ASSIGN_OR_RETURN(std::optional<StoredRequest> stored, FindDataRequest(reader, number));
  if (!stored.has_value()) return NotFound(name);
  const DataRequest& request = stored->request;
  if (!etag.empty() && etag != request.etag()) {
    return Error(Reason::kEtagMismatch, "the request has got another step since it was read")
        .With("etag", request.etag());
  }
  if (!IsOpenIn(request.state(), action)) {
    const std::string state = EnumWords(request.state());
    Error not_open = Error(Reason::kRequestState,
                           absl::StrCat(name, " is in state ", state,
                                        ", in which it is not open to ", RequestActionName(action)))
                         .With("state", state)
                         .Precondition(name, absl::StrCat("is in state ", state, ": it is open to ",
                                                          OpenSteps(request.state())));
    if (request.state() == requests::v1::REQUEST_STATE_ENDED) {
      not_open.Remedy("It has ended: register another one for what is still needed.");
    }
    if (request.state() == requests::v1::REQUEST_STATE_REFUSED) {
      not_open.Remedy("It was refused: draft it anew, with what its refusal asks for.");
    }
    return not_open;
  }
  return *std::move(stored);
}

FactRequest FactAskedBy(const OfficerOrigin& origin, feed::v1::EntryKind kind,
                        const std::string& request_id) {
  FactRequest fact;
  fact.kind = kind;
  fact.actor = origin.actor.spiffe_id;
  fact.organisation = origin.scope.organisation();
  fact.request_id = request_id;
  fact.digest = origin.digest;
  fact.person = origin.actor.person;
  fact.role = origin.role;
  fact.organisation_of_caller = true;
  return fact;
}

absl::Status CheckNotExpired(const DataRequest& request, const CivilDay& today) {
  if (today.ToString() <= request.expiry()) return absl::OkStatus();
  return Error(Reason::kRequestExpired, absl::StrCat("the request expired on ", request.expiry()))
      .Precondition(request.name(), absl::StrCat("expired on ", request.expiry()));
}

absl::Status CheckStepReason(const std::string& reason, bool required) {
  Error faults(Reason::kFieldInvalid, "the step cannot be taken as it is");
  if (required) {
    CheckReason(reason, "reason", &faults);
  } else {
    CheckReasonText(reason, "reason", &faults);
  }
  if (faults.fields_total() > 0) return faults;
  return absl::OkStatus();
}

RequestStep RequestStepOf(const OfficerOrigin& origin, const std::string& body,
                          const std::string& reason) {
  RequestStep step;
  step.set_system(origin.actor.spiffe_id);
  step.set_person(origin.actor.person);
  step.set_body(body);
  step.set_reason(reason);
  return step;
}

NewFact FactOfRequestStep(uint64_t number, const DataRequest& request, const std::string& fact,
                          std::vector<ReadCheck> read_set,
                          std::function<RequestStep*(DataRequest* row)> step,
                          std::function<void(const Placement& placement, WriteBatch* batch)> more) {
  return NewFact{DataRequestName(number), fact, std::move(read_set),
                 [number, request, step = std::move(step), more = std::move(more)](
                     const Placement& placement, WriteBatch* batch) {
                   DataRequest row = request;
                   RequestStep* taken = step(&row);
                   *taken->mutable_time() = ToWire(placement.time);
                   taken->set_sequence(placement.sequence);
                   row.set_etag(EtagOf(placement.sequence));
                   PutDataRequest(number, placement.sequence, row, batch);
                   if (more) more(placement, batch);
                 }};
}

}  // namespace onereturn::ingestion
