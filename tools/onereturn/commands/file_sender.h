// Sending files of returns, several at a time, in the order they are named.
#ifndef ONERETURN_TOOLS_ONERETURN_COMMANDS_FILE_SENDER_H_
#define ONERETURN_TOOLS_ONERETURN_COMMANDS_FILE_SENDER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "onereturn/returns/v1/returns_service.pb.h"
#include "tools/onereturn/commands/file_upload.h"

namespace onereturn::client {

// How the files are to be taken.
struct SendOptions {
  std::string collection;
  std::string layout;
  // Each file is sent once for each of these, in this order. Empty: each file says its period.
  std::vector<std::string> periods;
  std::string organisation;  // Empty: each file says it.
  std::string status = "final";
  std::string reason;            // Why the returns are sent again: "late-data"; empty: not said.
  std::string reason_text;       // The same in words.
  std::string request_id;        // Empty: made from the file's content and what stands here.
  std::string mode = "replace";  // What becomes of what is held: "merge", "delete".
  bool all_or_nothing = false;   // Every return of a file, or none.
  bool validate_only = false;
  size_t parallel = 1;
};

// A file that was sent, and what was answered.
struct SentFile {
  LocalFile file;  // Without its bytes.
  returns::v1::SubmitReturnFileResponse response;
  int64_t micros = 0;
};

// The files that `paths` name, in their order: a folder stands for the files in it that end in
// ".csv", in order of name. A usage error for a folder without any.
absl::StatusOr<std::vector<std::string>> FilesOf(const std::vector<std::string>& paths);

// "2016-04..2019-03" as its 36 periods, in order; one period as itself. A usage error for what
// cannot be read, ends of different kinds or in the wrong order, or more than 1,000 periods.
absl::StatusOr<std::vector<std::string>> PeriodsOf(const std::string& text);

// Sends the files, at most options.parallel at a time. `take` gets each in the order of `paths`,
// and of options.periods for each path, as soon as it and those before it are answered; `progress`
// gets words about how far it is. Both run on the calling thread. The first error ends it, once the
// files under way are answered; files after it may have been taken, and sending them again changes
// nothing.
absl::Status SendFiles(const ReturnsClient& client, const SendOptions& options,
                       const std::vector<std::string>& paths,
                       const std::function<void(absl::string_view words)>& progress,
                       const std::function<void(SentFile sent)>& take);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_COMMANDS_FILE_SENDER_H_
