// The one place where our errors become gRPC errors and back.
#ifndef ONERETURN_COMMON_RPC_STATUS_CONVERSION_H_
#define ONERETURN_COMMON_RPC_STATUS_CONVERSION_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace onereturn {

// The canonical code and text, with google.rpc details: ErrorInfo{reason, domain "onereturn",
// metadata}, BadRequest, RetryInfo, PreconditionFailure; at most 4 KiB of them, for gRPC drops an
// answer whose trailers are larger than 8 KiB. What was left out is counted in the metadata. An
// error that did not come from an Error tells the caller nothing of the inside: code INTERNAL (or
// DATA_LOSS, UNAVAILABLE), reason by code.
grpc::Status ToGrpcStatus(const absl::Status& status);

// The reverse, for clients: an absl::Status that DetailsOf() can read.
absl::Status FromGrpcStatus(const grpc::Status& status);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_RPC_STATUS_CONVERSION_H_
