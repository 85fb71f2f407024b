#include "tools/onereturn/console/proof_text.h"

#include "absl/strings/str_cat.h"

namespace onereturn::client {

bool WasChecked(const absl::Status& proof) {
  const ExitCode code = ExitCodeOf(proof);
  return code != ExitCode::kUsage && code != ExitCode::kRefused;
}

std::string ProofWords(const absl::Status& proof) {
  if (proof.ok()) return "verified";
  return absl::StrCat(WasChecked(proof) ? "NOT VERIFIED: " : "not checked: ", proof.message());
}

ExitCode ProofExitCode(const absl::Status& proof) {
  if (proof.ok()) return ExitCode::kOk;
  return WasChecked(proof) ? ExitCode::kInvalidData : ExitCodeOf(proof);
}

}  // namespace onereturn::client
