// Bringing a file to ingestion, piece by piece, from where the last attempt stopped.
#ifndef ONERETURN_TOOLS_ONERETURN_COMMANDS_FILE_UPLOAD_H_
#define ONERETURN_TOOLS_ONERETURN_COMMANDS_FILE_UPLOAD_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "common/digest/digest.h"
#include "onereturn/returns/v1/returns_service.grpc.pb.h"
#include "tools/onereturn/connection/session.h"

namespace onereturn::client {

using ReturnsClient = ServiceClient<returns::v1::ReturnsService>;

// A file of this machine, in memory.
struct LocalFile {
  std::string path;
  std::string bytes;
  Digest digest = {};
};

// A usage error when the file cannot be read, is empty, or is larger than ingestion takes; CHARSET
// for one that begins as no text does.
absl::StatusOr<LocalFile> ReadLocalFile(const std::string& path);

// The name of the complete upload. `on_progress` gets the bytes held so far.
absl::StatusOr<std::string> Upload(const ReturnsClient& client, const LocalFile& file,
                                   const std::function<void(uint64_t)>& on_progress);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_COMMANDS_FILE_UPLOAD_H_
