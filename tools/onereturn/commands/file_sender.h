// Sending files of returns, several at a time, in the order they are named.
#ifndef ONERETURN_TOOLS_ONERETURN_COMMANDS_FILE_SENDER_H_
#define ONERETURN_TOOLS_ONERETURN_COMMANDS_FILE_SENDER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
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
  std::string status;        // Empty: the service says which.
  std::string reason;        // Why the returns are sent again: "late-data"; empty: not said.
  std::string reason_text;   // The same in words.
  // What making up the one return of a file cost; absent: not said.
  std::optional<timetable::v1::EstimatedMinutes> minutes;
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

// What became of a file.
struct FileOutcome {
  std::string path;
  std::string period;  // For which it was sent; empty: the file says it.
  // Why it has no answer, with the path; absent: the run had ended before it.
  std::optional<absl::StatusOr<SentFile>> sent;
};

// Is the error about what all files have in common (who calls, whether the service is reached and
// has room, the collection and layout that are named), so that no other file would fare better?
bool ConcernsAllFiles(const absl::Status& error);

// The files that `paths` name, in their order: a folder stands for the files in it that end in
// ".csv", in order of name. A usage error for a folder without any.
absl::StatusOr<std::vector<std::string>> FilesOf(const std::vector<std::string>& paths);

// "2016-04..2019-03" as its 36 periods, in order; one period as itself. A usage error for what
// cannot be read, ends of different kinds or in the wrong order, or more than 1,000 periods.
absl::StatusOr<std::vector<std::string>> PeriodsOf(const std::string& text);

// Sends the files, at most options.parallel at a time. `take` gets what became of each in the order
// of `paths`, and of options.periods for each path, as soon as it and those before it are known;
// `progress` gets words about how far it is. Both run on the calling thread. A faulty file holds no
// other up. After an error that concerns all files, and of several periods after any, no more is
// begun: what is under way is still answered. Sending again what was taken changes nothing.
void SendFiles(const ReturnsClient& client, const SendOptions& options,
               const std::vector<std::string>& paths,
               const std::function<void(absl::string_view words)>& progress,
               const std::function<void(FileOutcome outcome)>& take);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_COMMANDS_FILE_SENDER_H_
