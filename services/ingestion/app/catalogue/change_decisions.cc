#include "services/ingestion/app/catalogue/change_decisions.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/utf8.h"
#include "common/commit/journal.h"
#include "common/commit/request_id.h"
#include "common/feed/wire.h"
#include "common/hierarchy/ods_code.h"
#include "common/identity/message_text.h"
#include "common/identity/two_persons.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/catalogue/define_decision.h"
#include "services/ingestion/store/catalogue_table.h"
#include "services/ingestion/store/change_table.h"

namespace onereturn::ingestion {
namespace {

using catalogue::v1::Change;
using catalogue::v1::ChangeStep;

constexpr size_t kMaxReasonBytes = 1'000;
constexpr size_t kMaxReplyBytes = 4'000;
constexpr int kMaxConsultees = 64;
constexpr int kMaxReplies = 200;

void CheckWords(const std::string& text, absl::string_view field, size_t most, bool required,
                Error* faults) {
  if (text.empty() && required) faults->Field(field, "is missing");
  if (text.size() > most) faults->Field(field, absl::StrCat("is longer than ", most, " bytes"));
  if (!IsSafeText(text)) faults->Field(field, "holds a character that cannot be shown");
}

absl::Status CheckStepReason(const google::protobuf::Message& request, const std::string& reason) {
  Error faults(Reason::kFieldInvalid, "the step cannot be taken as it is");
  CheckWords(reason, "reason", kMaxReasonBytes, true, &faults);
  if (faults.fields_total() > 0) return faults;
  return CheckNoPersonalData(request, "request");
}

absl::Status CheckConsultees(const Reader& reader, const Change& change) {
  Error faults(Reason::kFieldInvalid, "the change cannot be taken as it is");
  if (change.consultees().empty()) {
    faults.Field("change.consultees", "is empty: name whom it concerns");
  }
  if (change.consultees_size() > kMaxConsultees) {
    faults.Field("change.consultees", "has more than 64");
  }
  std::set<std::string> seen;
  for (int i = 0; i < std::min(change.consultees_size(), kMaxConsultees); ++i) {
    const std::string& code = change.consultees(i);
    const std::string path = absl::StrCat("change.consultees[", i, "]");
    if (absl::Status format = CheckOdsCode(code); !format.ok()) {
      faults.Field(path, format.message());
      continue;
    }
    if (!seen.insert(code).second) faults.Field(path, "stands twice");
    ASSIGN_OR_RETURN(const std::optional<StoredDefinition> known,
                     FindDefinition(reader, DefinitionKind::kOrganisation, code, kNewest));
    if (!known.has_value()) faults.Field(path, absl::StrCat(code, " is not defined"));
  }
  if (faults.fields_total() > 0) return faults;
  return absl::OkStatus();
}

bool SetsOutput(const Change& change) {
  return !change.name().empty() || change.state() != catalogue::v1::CHANGE_STATE_UNSPECIFIED ||
         change.has_proposed() || change.replies_size() > 0 || change.has_decided() ||
         !change.based_on().empty() || !change.etag().empty();
}

ChangeStep ChangeStepOf(const OfficerOrigin& origin, const std::string& reason) {
  ChangeStep step;
  step.set_system(origin.actor.spiffe_id);
  step.set_person(origin.actor.person);
  step.set_reason(reason);
  return step;
}

// Changes the step's time, and the change's etag, to where its entry stands.
void StampStep(const Placement& placement, ChangeStep* step, Change* change) {
  *step->mutable_time() = ToWire(placement.time);
  change->set_etag(EtagOf(placement.sequence));
}

// The change that the request names, as the caller saw it and open for a step.
template <typename Request>
absl::StatusOr<StoredChange> FindOpen(const Reader& reader, const Request& request) {
  const std::optional<ChangeKey> key = ParseChangeName(request.name());
  if (!key.has_value()) return NotFound(request.name());
  ASSIGN_OR_RETURN(std::optional<StoredChange> stored, FindChange(reader, *key));
  if (!stored.has_value()) return NotFound(request.name());
  const Change& change = stored->change;
  if (!request.etag().empty() && request.etag() != change.etag()) {
    return Error(Reason::kEtagMismatch, "the change has got another step since it was read")
        .With("etag", change.etag());
  }
  if (change.state() != catalogue::v1::CHANGE_STATE_PROPOSED) {
    const std::string state = catalogue::v1::ChangeState_Name(change.state());
    return Error(Reason::kChangeState, absl::StrCat(change.name(), " is in state ", state))
        .Precondition(change.name(), absl::StrCat("is ", state, ", must be CHANGE_STATE_PROPOSED"));
  }
  return *std::move(stored);
}

// What an Update would decide about the definition, had the change been approved.
template <typename Definition>
absl::Status JudgeProposed(const Reader& reader, const Definition& asked, const ReadCheck& check) {
  Definition definition = asked;
  const ApprovedChange change{"", "", check, nullptr};
  ASSIGN_OR_RETURN(const Decision decision, DecideDefinition(reader, &definition, &change));
  if (std::holds_alternative<NewFact>(decision)) return absl::OkStatus();
  return Error(Reason::kFieldInvalid,
               "the change changes nothing: the definition in force is equal")
      .Field("change", "is equal to what is in force");
}

struct Proposed {
  ChangeKey key;
  ReadCheck check;
};

// The place that the change takes, once its definition is one that could be in force.
template <typename Definition>
absl::StatusOr<Proposed> PlaceProposed(const Reader& reader, const Definition& definition,
                                       Change* change) {
  constexpr DefinitionKind kKind = DefinitionTraits<Definition>::kKind;
  ASSIGN_OR_RETURN(NextChange next, NextChangeOf(reader, kKind, definition.code()));
  RETURN_IF_ERROR(JudgeProposed(reader, definition, next.check));
  ASSIGN_OR_RETURN(const std::optional<StoredDefinition> in_force,
                   FindDefinition(reader, kKind, definition.code(), kNewest));
  change->set_based_on(EtagOf(in_force.has_value() ? in_force->sequence : 0));
  return Proposed{ChangeKey{kKind, definition.code(), next.number}, std::move(next.check)};
}

absl::Status CheckReply(const catalogue::v1::ReplyToChangeRequest& request, const Change& change) {
  Error faults(Reason::kFieldInvalid, "the answer cannot be taken as it is");
  if (request.opinion() == catalogue::v1::OPINION_UNSPECIFIED) {
    faults.Field("opinion", "is missing: agree, object or comment");
  }
  CheckWords(request.text(), "text", kMaxReplyBytes,
             request.opinion() != catalogue::v1::OPINION_AGREE, &faults);
  if (faults.fields_total() > 0) return faults;
  RETURN_IF_ERROR(CheckNoPersonalData(request, "request"));
  if (std::find(change.consultees().begin(), change.consultees().end(), request.organisation()) ==
      change.consultees().end()) {
    return Error(Reason::kChangeState,
                 absl::StrCat(request.organisation(), " is not consulted about ", change.name()))
        .Precondition(change.name(),
                      absl::StrCat("asks ", absl::StrJoin(change.consultees(), ", ")));
  }
  if (change.replies_size() >= kMaxReplies) {
    return Error(Reason::kChangeState, absl::StrCat(change.name(), " has 200 answers already"))
        .Precondition(change.name(), "takes no more answers: it is to be decided");
  }
  return absl::OkStatus();
}

// Refused, or withdrawn.
Decision EndChange(StoredChange stored, const ChangeStep& step, catalogue::v1::ChangeState state,
                   Change* change) {
  change->set_state(state);
  *change->mutable_decided() = step;
  catalogue::v1::ChangeEnded fact;
  fact.set_change(change->name());
  *fact.mutable_step() = step;
  return NewFact{
      change->name(),
      fact.SerializeAsString(),
      {std::move(stored.check)},
      [key = stored.key, change = *change](const Placement& placement, WriteBatch* batch) {
        Change row = change;
        StampStep(placement, row.mutable_decided(), &row);
        PutChange(key, row, batch);
      }};
}

// Consultees of whom no answer is held.
absl::Status CheckAllAnswered(const Change& change) {
  std::set<std::string> answered;
  for (const auto& reply : change.replies()) answered.insert(reply.organisation());
  Error missing(Reason::kChangeState,
                absl::StrCat(change.name(),
                             " is not answered by all who were asked: wait for "
                             "them, or approve it without their answers"));
  size_t count = 0;
  for (const std::string& consultee : change.consultees()) {
    if (answered.count(consultee) > 0) continue;
    missing.Precondition(absl::StrCat("organisations/", consultee), "has not answered");
    ++count;
  }
  if (count > 0) return missing;
  return absl::OkStatus();
}

// The definition comes into force, by a fact of its own kind that names the change.
template <typename Definition>
absl::StatusOr<Decision> Approve(const Reader& reader, StoredChange stored, Definition definition,
                                 const ChangeStep& step, Change* change) {
  definition.set_etag(change->based_on());
  change->set_state(catalogue::v1::CHANGE_STATE_APPROVED);
  *change->mutable_decided() = step;
  const ApprovedChange approved{
      change->name(), step.reason(), std::move(stored.check),
      [key = stored.key, change = *change](const Placement& placement, WriteBatch* batch) {
        Change row = change;
        StampStep(placement, row.mutable_decided(), &row);
        PutChange(key, row, batch);
      }};
  ASSIGN_OR_RETURN(Decision decision, DecideDefinition(reader, &definition, &approved));
  if (std::holds_alternative<NewFact>(decision)) return decision;
  return Error(Reason::kChangeState,
               absl::StrCat(change->name(), " changes nothing any more: refuse it"))
      .Precondition(change->name(), "is equal to what is in force");
}

}  // namespace

absl::StatusOr<Decision> DecideProposal(const Reader& reader, const OfficerOrigin& origin,
                                        const catalogue::v1::ProposeChangeRequest& request,
                                        Change* change) {
  *change = request.change();
  if (SetsOutput(*change)) {
    return Error(Reason::kOutputOnly, "the change has fields that only the service sets")
        .Field("change", "leave name, state, steps, replies, based_on and etag empty");
  }
  if (change->definition_case() == Change::DEFINITION_NOT_SET) {
    return Error(Reason::kFieldInvalid, "the change holds no definition")
        .Field("change.definition", "is missing: give an item or a collection");
  }
  RETURN_IF_ERROR(CheckStepReason(request, request.reason()));
  RETURN_IF_ERROR(CheckConsultees(reader, *change));
  std::optional<Proposed> placed;
  if (change->has_item()) {
    ASSIGN_OR_RETURN(placed, PlaceProposed(reader, change->item(), change));
    change->mutable_item()->clear_etag();
  } else {
    ASSIGN_OR_RETURN(placed, PlaceProposed(reader, change->collection(), change));
    change->mutable_collection()->clear_etag();
  }
  change->set_name(ChangeName(placed->key));
  change->set_state(catalogue::v1::CHANGE_STATE_PROPOSED);
  *change->mutable_proposed() = ChangeStepOf(origin, request.reason());
  catalogue::v1::ChangeProposed fact;
  *fact.mutable_change() = *change;
  return NewFact{
      change->name(),
      fact.SerializeAsString(),
      {placed->check},
      [key = placed->key, change = *change](const Placement& placement, WriteBatch* batch) {
        Change row = change;
        StampStep(placement, row.mutable_proposed(), &row);
        PutChange(key, row, batch);
      }};
}

absl::StatusOr<Decision> DecideReply(const Reader& reader, const OfficerOrigin& origin,
                                     const catalogue::v1::ReplyToChangeRequest& request,
                                     Change* change) {
  ASSIGN_OR_RETURN(StoredChange stored, FindOpen(reader, request));
  *change = stored.change;
  RETURN_IF_ERROR(CheckReply(request, *change));
  catalogue::v1::ChangeReply* reply = change->add_replies();
  reply->set_organisation(request.organisation());
  reply->set_opinion(request.opinion());
  reply->set_text(request.text());
  *reply->mutable_step() = ChangeStepOf(origin, "");
  catalogue::v1::ChangeAnswered fact;
  fact.set_change(change->name());
  *fact.mutable_reply() = *reply;
  return NewFact{
      change->name(),
      fact.SerializeAsString(),
      {std::move(stored.check)},
      [key = stored.key, change = *change](const Placement& placement, WriteBatch* batch) {
        Change row = change;
        StampStep(placement, row.mutable_replies(row.replies_size() - 1)->mutable_step(), &row);
        PutChange(key, row, batch);
      }};
}

absl::StatusOr<Decision> DecideDecision(const Reader& reader, const OfficerOrigin& origin,
                                        const catalogue::v1::DecideChangeRequest& request,
                                        TokenUse* token, Change* change) {
  RETURN_IF_ERROR(CheckStepReason(request, request.reason()));
  ASSIGN_OR_RETURN(StoredChange stored, FindOpen(reader, request));
  *change = stored.change;
  RETURN_IF_ERROR(CheckTwoPersons(Actor{change->proposed().system(), change->proposed().person()},
                                  origin.actor));
  const ChangeStep step = ChangeStepOf(origin, request.reason());
  absl::StatusOr<Decision> decision = NothingToKeep{};
  if (!request.approve()) {
    decision = EndChange(std::move(stored), step, catalogue::v1::CHANGE_STATE_REFUSED, change);
  } else {
    if (!request.without_all_replies()) RETURN_IF_ERROR(CheckAllAnswered(*change));
    decision = change->has_item()
                   ? Approve(reader, std::move(stored), change->item(), step, change)
                   : Approve(reader, std::move(stored), change->collection(), step, change);
    RETURN_IF_ERROR(decision.status());
  }
  RETURN_IF_ERROR(CheckRequestId(request.request_id()));
  // Last: what is refused anyway takes no new sign-in.
  if (!request.validate_only()) RETURN_IF_ERROR(token->Spend());
  return decision;
}

absl::StatusOr<Decision> DecideWithdrawal(const Reader& reader, const OfficerOrigin& origin,
                                          const catalogue::v1::WithdrawChangeRequest& request,
                                          Change* change) {
  RETURN_IF_ERROR(CheckStepReason(request, request.reason()));
  ASSIGN_OR_RETURN(StoredChange stored, FindOpen(reader, request));
  *change = stored.change;
  const ChangeStep& proposed = change->proposed();
  if (!IsSame(Actor{proposed.system(), proposed.person()}, origin.actor)) {
    return Error(Reason::kPermission,
                 "only whoever proposed a change withdraws it: another refuses it");
  }
  return EndChange(std::move(stored), ChangeStepOf(origin, request.reason()),
                   catalogue::v1::CHANGE_STATE_WITHDRAWN, change);
}

}  // namespace onereturn::ingestion
