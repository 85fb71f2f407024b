// How a return comes from being submitted to being accepted, by signatures. Pure.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_SIGN_OFF_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_SIGN_OFF_H_

#include <cstdint>

#include "common/digest/digest.h"

namespace onereturn::ingestion {

// Persons that can be asked for, each another one.
inline constexpr uint32_t kMaxSignOffLevels = 3;

// What a valid return meets.
struct Standing {
  uint32_t levels = 0;    // Of the collection.
  bool imported = false;  // By a national body's loader: nobody signs it.
  bool held = false;      // A revision was accepted before.
  bool reopened = false;  // Since then.
  // The same was accepted last; the same waits for its signatures.
  bool same_as_newest = false;
  bool same_as_waiting = false;
  bool waiting = false;      // Something waits for its signatures.
  bool asks_reason = false;  // The collection wants to know why a return is sent again.
  bool gives_reason = false;
};

// What becomes of it.
enum class Way {
  kAccept,         // At once.
  kWait,           // For signatures.
  kAsNewest,       // Nothing: it is what was accepted last, and nothing else waits.
  kAsWaiting,      // Nothing: it is what waits.
  kNotReopened,    // Refused: what was signed is not replaced before it is reopened.
  kReasonMissing,  // Refused.
};
Way WayOf(const Standing& standing);

// A submission on its way.
struct WaitingSubmission {
  bool waits = false;  // False: there is none, or it has ended.
  Digest cell_digest = {};
  uint32_t levels = 0;
  uint32_t signed_levels = 0;
  uint32_t revision = 0;         // The number it would get.
  uint32_t newest_revision = 0;  // That is accepted; 0: none.
};

// What a signer says.
struct Signature {
  Digest cell_digest = {};  // Of what he read.
  uint32_t level = 0;
  bool took_part = false;  // He submitted it, or signed it before.
};

enum class SignatureVerdict {
  kSigned,          // Further ones are wanted.
  kAccepted,        // It was the last.
  kNothingWaits,    // Refused, like all that follow, in this order.
  kContentChanged,  // He read something else.
  kOtherLevel,      // Another level is next.
  kTookPart,        // It takes another person.
  kOvertaken,       // Another revision was accepted meanwhile.
};
SignatureVerdict JudgeSignature(const WaitingSubmission& submission, const Signature& signature);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_SIGN_OFF_H_
