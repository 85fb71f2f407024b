// What came of checking a receipt, in words and as an exit code.
#ifndef ONERETURN_TOOLS_ONERETURN_CONSOLE_PROOF_TEXT_H_
#define ONERETURN_TOOLS_ONERETURN_CONSOLE_PROOF_TEXT_H_

#include <string>

#include "absl/status/status.h"
#include "tools/onereturn/console/error_text.h"

namespace onereturn::client {

// Does `proof` say of a receipt that it holds or that it does not? Else it could not be checked,
// which says nothing against it: a service was not reached or refused, or the profile has no key.
bool WasChecked(const absl::Status& proof);

// "verified", "NOT VERIFIED: why" or "not checked: why".
std::string ProofWords(const absl::Status& proof);

// kOk, kInvalidData where it does not hold, and what ExitCodeOf says where it was not checked.
ExitCode ProofExitCode(const absl::Status& proof);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_CONSOLE_PROOF_TEXT_H_
