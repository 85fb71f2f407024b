#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/utf8.h"
#include "common/commit/request_id.h"
#include "common/identity/message_text.h"
#include "common/identity/two_persons.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/requests/consultation.h"
#include "services/ingestion/app/requests/request_bodies.h"
#include "services/ingestion/app/requests/request_decisions.h"
#include "services/ingestion/definitions/definition_checks.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {
namespace {

using requests::v1::DataRequest;
using requests::v1::NoticeException;

constexpr size_t kMostExceptionBytes = 1'000;
constexpr uint32_t kMostNoticeDays = 3'660;

absl::Status CheckDecisionFields(const requests::v1::DecideRequestRequest& request,
                                 const CivilDay& today) {
  RETURN_IF_ERROR(CheckStepReason(request.reason(), true));
  if (!request.has_notice_exception()) return absl::OkStatus();
  Error faults(Reason::kFieldInvalid, "the decision cannot be taken as it is");
  const NoticeException& exception = request.notice_exception();
  if (!request.approve()) faults.Field("notice_exception", "stands beside a refusal");
  if (exception.notice_days() == 0 || exception.notice_days() > kMostNoticeDays) {
    faults.Field("notice_exception.notice_days", "must be 1 to 3,660");
  }
  CheckName(exception.approver(), "notice_exception.approver", &faults);
  if (exception.reason().empty()) faults.Field("notice_exception.reason", "is missing");
  if (exception.reason().size() > kMostExceptionBytes || !IsSafeText(exception.reason())) {
    faults.Field("notice_exception.reason", "must be at most 1,000 bytes that can be shown");
  }
  CheckDay(exception.expiry(), true, "notice_exception.expiry", &faults);
  if (!exception.expiry().empty() && exception.expiry() < today.ToString()) {
    faults.Field("notice_exception.expiry", "is past");
  }
  if (faults.fields_total() > 0) return faults;
  return CheckNoPersonalData(exception, "notice_exception");
}

// A steward of another body, and another person than the one who drafted it.
absl::Status CheckSecondBody(const Reader& reader, const OfficerOrigin& origin,
                             const DataRequest& request) {
  const std::string& body = origin.scope.organisation();
  if (body.empty()) {
    return Error(Reason::kSelfApproval, "it is not known for which body you decide")
        .Remedy("Decide as a steward who acts for one organisation, another than the requester's.");
  }
  ASSIGN_OR_RETURN(const bool related, AreRelated(reader, body, request.requesting_body()));
  if (related) {
    return Error(Reason::kSelfApproval,
                 absl::StrCat(body, " is the body that asks, or a predecessor or successor of it"))
        .Remedy("Have a steward of another body decide.");
  }
  return CheckTwoPersons(Actor{request.drafted().system(), request.drafted().person()},
                         origin.actor);
}

bool IsOpenConcern(const DataRequest& request, const requests::v1::Concern& concern) {
  const auto line = static_cast<int>(concern.line());
  switch (concern.kind()) {
    case requests::v1::CONCERN_KIND_CONFLICT_DEFINITION:
      return line < 1 || line > request.lines_size() ||
             request.lines(line - 1).justification().empty();
    case requests::v1::CONCERN_KIND_NEAR_DUPLICATE:
    case requests::v1::CONCERN_KIND_CONFLICT_GUIDANCE:
      return true;
    default:
      // Of dates only notice is demanded; that figures come later is for whoever decides to weigh.
      return false;
  }
}

// Is it due sooner than so many days from today?
bool IsNoticeTooShort(const DataRequest& request, uint32_t days, const CivilDay& today) {
  const std::optional<CivilDay> first = today.PlusDays(days);
  return days > 0 && first.has_value() && request.due_date() < first->ToString();
}

// CONCERNS_OPEN names each thing that keeps the request from approval.
absl::Status CheckConcernsSettled(const Reader& reader, const RequestWorld& world,
                                  const requests::v1::DecideRequestRequest& decision,
                                  const DataRequest& request) {
  ASSIGN_OR_RETURN(const requests::v1::Match match,
                   MatchOf(*world.matching, reader, request, kNewest));
  Error open(Reason::kConcernsOpen, absl::StrCat(request.name(), " cannot be approved yet"));
  bool any = false;
  const auto add = [&](const std::string& subject, const std::string& words) {
    any = true;
    open.Precondition(subject, words);
  };
  for (const requests::v1::Concern& concern : match.concerns()) {
    if (!IsOpenConcern(request, concern)) continue;
    add(concern.about(),
        absl::StrCat(
            requests::v1::ConcernKind_Name(concern.kind()),
            concern.line() == 0 ? std::string() : absl::StrCat(" of line ", concern.line()), ": ",
            concern.words()));
  }
  const bool asks = match.summary().change_class() > requests::v1::CHANGE_CLASS_NONE;
  const uint32_t days = decision.has_notice_exception() ? decision.notice_exception().notice_days()
                                                        : match.summary().notice_days();
  if (asks && IsNoticeTooShort(request, days, world.today())) {
    add(request.name(), absl::StrCat("is due on ", request.due_date(), ", with less than ", days,
                                     " days of notice: give it a later due date, or an exception"));
  }
  const Replies replies(request);
  for (const std::string& region : replies.objecting()) {
    if (absl::StrContains(decision.reason(), region)) continue;
    add(absl::StrCat("organisations/", region),
        absl::StrCat("objects as the region: to approve all the same, name ", region,
                     " in the reason and say why"));
  }
  if (any) return open;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Decision> DecideApproval(const Reader& reader, const RequestWorld& world,
                                        const OfficerOrigin& origin,
                                        const requests::v1::DecideRequestRequest& request,
                                        TokenUse* token, JudgedRequest* judged) {
  ASSIGN_OR_RETURN(StoredRequest stored,
                   FindForStep(reader, request.name(), request.etag(), RequestAction::kDecide));
  DataRequest& row = stored.request;
  RETURN_IF_ERROR(CheckSecondBody(reader, origin, row));
  RETURN_IF_ERROR(CheckDecisionFields(request, world.today()));
  ASSIGN_OR_RETURN(const uint64_t catalogue, CatalogueSequence(reader));
  if (request.approve()) {
    RETURN_IF_ERROR(CheckNotExpired(row, world.today()));
    RETURN_IF_ERROR(CheckConcernsSettled(reader, world, request, row));
  }
  RETURN_IF_ERROR(CheckRequestId(request.request_id()));
  row.set_state(request.approve() ? requests::v1::REQUEST_STATE_APPROVED
                                  : requests::v1::REQUEST_STATE_REFUSED);
  *row.mutable_decided() = RequestStepOf(origin, origin.scope.organisation(), request.reason());
  requests::v1::RequestDecided fact;
  fact.set_request(row.name());
  fact.set_approved(request.approve());
  *fact.mutable_step() = row.decided();
  if (request.has_notice_exception()) {
    *row.mutable_notice_exception() = request.notice_exception();
    *fact.mutable_notice_exception() = request.notice_exception();
  }
  judged->request = row;
  // Last: what is refused anyway takes no new sign-in.
  RETURN_IF_ERROR(token->Spend());
  return FactOfRequestStep(stored.number, row, fact.SerializeAsString(),
                           {std::move(stored.check), CatalogueCheck(catalogue)},
                           [](DataRequest* decided) { return decided->mutable_decided(); });
}

}  // namespace onereturn::ingestion
