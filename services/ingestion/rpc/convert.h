// Between the v1 messages and ingestion's own types.
#ifndef ONERETURN_SERVICES_INGESTION_RPC_CONVERT_H_
#define ONERETURN_SERVICES_INGESTION_RPC_CONVERT_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/feed/read_position.h"
#include "common/feed/wire.h"
#include "common/rpc/guard.h"
#include "common/status/status_macros.h"
#include "onereturn/common/v1/finding.pb.h"
#include "onereturn/common/v1/read.pb.h"
#include "onereturn/returns/v1/returns_service.pb.h"
#include "onereturn/returns/v1/sign_off_service.pb.h"
#include "services/ingestion/app/files/submit_file.h"
#include "services/ingestion/app/requests/reuse_of_returns.h"
#include "services/ingestion/app/returns/accepted_return.h"
#include "services/ingestion/app/returns/submit_return.h"
#include "services/ingestion/app/returns/submitted_return.h"
#include "services/ingestion/definitions/messages.h"

namespace onereturn::ingestion {

// FIELD_INVALID or TOO_MANY_ITEMS with every fault of the request's shape.
absl::StatusOr<ReturnSubmission> ToSubmission(const returns::v1::SubmitReturnRequest& request,
                                              const CallContext& call, const Digest& digest);
absl::StatusOr<ReturnSubmission> ToSubmission(const returns::v1::SaveDraftRequest& request,
                                              const CallContext& call, const Digest& digest);
absl::StatusOr<FileSubmission> ToSubmission(const returns::v1::SubmitReturnFileRequest& request,
                                            const CallContext& call, const Digest& digest);

// The receipt and whether it is a repeat's, in a response that has both; nothing when nothing was
// accepted.
template <typename Response>
void FillReceipt(const std::optional<Accepted>& accepted, Response* response) {
  if (!accepted.has_value()) return;
  *response->mutable_receipt() = onereturn::ToWire(*accepted);
  response->set_replayed(accepted->replayed);
}

// Who asks, and how the request came.
template <typename Request>
RequestOrigin RequestOriginOf(const CallContext& call, const Request& request, const Digest& digest,
                              bool validate_only = false) {
  return RequestOrigin{call.caller.spiffe_id, request.request_id(), digest,
                       validate_only,         call.caller.person,   call.caller.role};
}
// IMPORT for who may import.
Origin SentBy(const CallContext& call);

// The verdict, the first findings and their number, in a response that has them.
template <typename Response>
void FillFindings(Verdict verdict, const Findings& findings, Response* response) {
  response->set_verdict(static_cast<common::v1::Verdict>(verdict));
  for (const Finding& finding : findings.kept()) *response->add_findings() = MessageOf(finding);
  response->set_finding_count(findings.count());
}

// A SubmitReturnResponse or its like. DATA_LOSS when the accepted entry is no return.
template <typename Response>
absl::StatusOr<Response> ToResponse(const ReturnAnswer& answer) {
  Response wire;
  FillFindings(answer.verdict, answer.findings, &wire);
  if (!answer.accepted.has_value()) return wire;
  if (answer.waits) {
    ASSIGN_OR_RETURN(*wire.mutable_submission(), SubmissionOfEntry(answer.accepted->receipt.entry));
  } else {
    ASSIGN_OR_RETURN(*wire.mutable_return_(), ReturnMessageOf(answer.accepted->receipt.entry));
  }
  FillReceipt(answer.accepted, &wire);
  wire.set_unchanged(answer.unchanged);
  return wire;
}

returns::v1::SubmitReturnFileResponse ToWire(const FileAnswer& answer);
returns::v1::WatchUploadResponse ToWire(const FileState& state);

// The organisation that a list's parent names: the caller's scope, or one organisation within it.
absl::StatusOr<OrganisationScope> ScopeOfParent(const std::string& parent, const CallContext& call);

absl::StatusOr<ReadWish> ToWish(const common::v1::ReadAt& read, const CallContext& call);

// Who owns an upload: the organisation, or at national scope the system itself.
std::string OwnerOf(const CallContext& call);

// The body that used what the caller is given; as BodyOf in app/returns/return_uses.h.
std::optional<std::string> BodyOf(const CallContext& call);

// Who reads a return, and for what.
ReturnReader ReuserOf(const CallContext& call, common::v1::Purpose purpose);

// The id in "uploads/{id}", which stands in the request's `field`. MISSING where it is empty,
// NOT_FOUND for another form.
absl::StatusOr<std::string> UploadIdOf(const std::string& name, absl::string_view field);

// Of a position from which on changes are told: POSITION_INVALID where it has no place in this
// service's ledger. A read takes such a one for the newest state; changes from there would be none.
absl::Status CheckFromPosition(const std::string& position, const std::string& service);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_RPC_CONVERT_H_
