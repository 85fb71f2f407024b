#include <utility>

#include "common/base/utf8.h"
#include "common/commit/request_id.h"
#include "common/identity/message_text.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/requests/register/request_decisions.h"
#include "services/ingestion/app/requests/register/second_body.h"
#include "services/ingestion/app/requests/register/settled_concerns.h"
#include "services/ingestion/app/requests/request_bodies.h"
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

// The exception moves dates, and is no change since the request was matched: where `match`, without
// it, is still the recorded one, the one with it is recorded in its place.
absl::Status RecordExceptedMatch(const Reader& reader, const RequestMatching& matching,
                                 const requests::v1::Match& match, DataRequest* row,
                                 requests::v1::RequestDecided* fact) {
  if (!row->has_notice_exception() || row->match().digest() != match.summary().digest()) {
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const requests::v1::Match excepted, MatchOf(matching, reader, *row, kNewest));
  *row->mutable_match() = excepted.summary();
  *fact->mutable_match() = excepted.summary();
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
  requests::v1::RequestDecided fact;
  if (request.approve()) {
    RETURN_IF_ERROR(CheckNotExpired(row, world.today()));
    ASSIGN_OR_RETURN(const requests::v1::Match match,
                     MatchOf(*world.matching, reader, row, kNewest));
    if (request.has_notice_exception()) {
      *row.mutable_notice_exception() = request.notice_exception();
      row.set_notice_exceptions(row.notice_exceptions() + 1);
    }
    RETURN_IF_ERROR(CheckConcernsSettled(row, match, world.today(), request.reason()));
    RETURN_IF_ERROR(RecordExceptedMatch(reader, *world.matching, match, &row, &fact));
  }
  RETURN_IF_ERROR(CheckRequestId(request.request_id()));
  row.set_state(request.approve() ? requests::v1::REQUEST_STATE_APPROVED
                                  : requests::v1::REQUEST_STATE_REFUSED);
  *row.mutable_decided() = RequestStepOf(origin, origin.scope.organisation(), request.reason());
  fact.set_request(row.name());
  fact.set_approved(request.approve());
  *fact.mutable_step() = row.decided();
  if (request.has_notice_exception()) {
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
