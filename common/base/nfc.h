// Normalisation form C: one way to write each text, so that equal names are equal bytes.
#ifndef ONERETURN_COMMON_BASE_NFC_H_
#define ONERETURN_COMMON_BASE_NFC_H_

#include "absl/strings/string_view.h"

namespace onereturn {

// Well-formed UTF-8 in Unicode's normalisation form C, with at most 30 combining marks in a row (as
// UAX 15's stream-safe format; putting more of them into order takes time that grows with the
// square of their number).
bool IsNfc(absl::string_view text);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_BASE_NFC_H_
