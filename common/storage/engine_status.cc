#include "common/storage/engine_status.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace onereturn {
namespace {

bool IsOutOfSpace(const rocksdb::Status& status) {
  if (status.IsNoSpace() || status.subcode() == rocksdb::Status::SubCode::kSpaceLimit) return true;
  // What goes wrong within an opening, or stopped the writing before, is told in words alone, by a
  // status of another kind.
  return (status.IsIOError() || status.IsIncomplete()) &&
         absl::StrContains(status.ToString(), "No space left on device");
}

bool IsLocked(const rocksdb::Status& status) {
  const std::string text = status.ToString();
  return status.IsIOError() && (absl::StrContains(text, "lock hold by current process") ||
                                absl::StrContains(text, "While lock file"));
}

}  // namespace

absl::Status FromEngine(const rocksdb::Status& status, absl::string_view doing) {
  if (status.ok()) return absl::OkStatus();
  const std::string fact = absl::StrCat("Could not ", doing, ": ", status.ToString(), ". ");
  if (status.IsCorruption()) {
    return absl::DataLossError(absl::StrCat(
        fact, "The stored data is damaged. Stop the service, keep the folder, and restore."));
  }
  if (IsOutOfSpace(status)) {
    return absl::ResourceExhaustedError(
        absl::StrCat(fact,
                     "Free or add space. A service that runs then writes again by itself "
                     "within seconds; one that could not start must be started again."));
  }
  if (IsLocked(status)) {
    return absl::FailedPreconditionError(
        absl::StrCat(fact, "The store is in use: stop the process that holds it first."));
  }
  if (status.IsIOError()) {
    return absl::UnavailableError(
        absl::StrCat(fact, "Check the disk and its permissions, then restart the service."));
  }
  if (status.IsShutdownInProgress()) {
    return absl::UnavailableError(absl::StrCat(fact, "The store is closing."));
  }
  if (status.IsNotFound()) return absl::NotFoundError(fact);
  if (status.IsNotSupported()) return absl::UnimplementedError(fact);
  return absl::InternalError(fact);
}

}  // namespace onereturn
