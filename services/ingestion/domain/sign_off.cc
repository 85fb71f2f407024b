#include "services/ingestion/domain/sign_off.h"

namespace onereturn::ingestion {

Way WayOf(const Standing& standing) {
  const bool to_be_signed = standing.levels > 0 && !standing.imported;
  // Figures that are sent after others wait are the submitter's last word, also where they are
  // held.
  if (standing.same_as_newest && !(to_be_signed && standing.waiting)) return Way::kAsNewest;
  if (to_be_signed && standing.same_as_waiting) return Way::kAsWaiting;
  if (to_be_signed && standing.held && !standing.reopened) return Way::kNotReopened;
  if (standing.asks_reason && standing.held && !standing.imported && !standing.gives_reason) {
    return Way::kReasonMissing;
  }
  return to_be_signed ? Way::kWait : Way::kAccept;
}

SignatureVerdict JudgeSignature(const WaitingSubmission& submission, const Signature& signature) {
  if (!submission.waits) return SignatureVerdict::kNothingWaits;
  if (signature.cell_digest != submission.cell_digest) return SignatureVerdict::kContentChanged;
  if (signature.level != submission.signed_levels + 1) return SignatureVerdict::kOtherLevel;
  if (signature.took_part) return SignatureVerdict::kTookPart;
  if (submission.revision != submission.newest_revision + 1) return SignatureVerdict::kOvertaken;
  return signature.level < submission.levels ? SignatureVerdict::kSigned
                                             : SignatureVerdict::kAccepted;
}

}  // namespace onereturn::ingestion
