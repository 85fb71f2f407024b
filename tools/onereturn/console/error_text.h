// Errors for people, for machines, and as exit codes.
#ifndef ONERETURN_TOOLS_ONERETURN_CONSOLE_ERROR_TEXT_H_
#define ONERETURN_TOOLS_ONERETURN_CONSOLE_ERROR_TEXT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "tools/onereturn/console/json_writer.h"

namespace onereturn::client {

// What scripts can tell apart. Part of the interface: never renumber.
enum class ExitCode {
  kOk = 0,
  kInvalidData = 1,  // The data, or what the request asks for, is wrong; a proof does not hold.
  kUsage = 2,        // The command line, a file or the profile.
  kRefused = 3,      // A service cannot be reached, or refuses: identity, rights, load, storage.
  kNotFound = 4,
};

// An error of the command line or of a file it names, found before any service is asked. `remedy`
// says what to do, in one sentence.
absl::Status UsageError(absl::string_view message, absl::string_view remedy);

// The same of an error that is there already: its details stay.
absl::Status AsUsageError(const absl::Status& status);

// `status` with words of our own before its message ("msitae.textproto, collection MSitAE"); the
// details stay.
absl::Status Within(absl::string_view place, const absl::Status& status);

// `status` with a remedy that counts in place of its reason's.
absl::Status WithRemedy(const absl::Status& status, absl::string_view remedy);

ExitCode ExitCodeOf(const absl::Status& status);

// Several lines, the first "onereturn: ...", the last what to do next.
std::string ErrorText(const absl::Status& status);

// {"error": {"code", "reason", "message", "fields": [{"field", "description"}], "metadata",
// "remedy", "exit_code"}}
std::string ErrorJson(const absl::Status& status);
// The value of its "error" alone.
void WriteError(const absl::Status& status, JsonWriter* json);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_CONSOLE_ERROR_TEXT_H_
