// Between the v1 messages and ingestion's own types.
#ifndef ONERETURN_SERVICES_INGESTION_RPC_CONVERT_H_
#define ONERETURN_SERVICES_INGESTION_RPC_CONVERT_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/feed/read_position.h"
#include "common/feed/wire.h"
#include "common/rpc/guard.h"
#include "onereturn/common/v1/finding.pb.h"
#include "onereturn/common/v1/read.pb.h"
#include "onereturn/returns/v1/returns_service.pb.h"
#include "services/ingestion/app/submit_file.h"
#include "services/ingestion/app/submit_return.h"

namespace onereturn::ingestion {

// FIELD_INVALID or TOO_MANY_ITEMS with every fault of the request's shape.
absl::StatusOr<ReturnSubmission> ToSubmission(const returns::v1::SubmitReturnRequest& request,
                                              const CallContext& call, const Digest& digest);
absl::StatusOr<FileSubmission> ToSubmission(const returns::v1::SubmitReturnFileRequest& request,
                                            const CallContext& call, const Digest& digest);

common::v1::Finding ToWire(const Finding& finding);

// DATA_LOSS when the accepted entry is no return.
absl::StatusOr<returns::v1::SubmitReturnResponse> ToWire(const ReturnAnswer& answer);
returns::v1::SubmitReturnFileResponse ToWire(const FileAnswer& answer);

// The receipt and whether it is a repeat's, in a response that has both; nothing when nothing was
// accepted.
template <typename Response>
void FillReceipt(const std::optional<Accepted>& accepted, Response* response) {
  if (!accepted.has_value()) return;
  *response->mutable_receipt() = onereturn::ToWire(*accepted);
  response->set_replayed(accepted->replayed);
}

absl::StatusOr<ReadWish> ToWish(const common::v1::ReadAt& read, const CallContext& call);

// Who owns an upload: the organisation, or at national scope the system itself.
std::string OwnerOf(const CallContext& call);

// The id in "uploads/{id}"; NOT_FOUND for another form.
absl::StatusOr<std::string> UploadIdOf(const std::string& name);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_RPC_CONVERT_H_
