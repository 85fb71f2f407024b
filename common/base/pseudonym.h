// Names of people that say nothing of them: what an issuer of tokens calls somebody, and what
// ledger, log and rights call him or her.
#ifndef ONERETURN_COMMON_BASE_PSEUDONYM_H_
#define ONERETURN_COMMON_BASE_PSEUDONYM_H_

#include "absl/strings/string_view.h"

namespace onereturn {

// 6 to 64 letters, digits, "-" and "_", a digit among them, and neither ten digits nor, among
// letters, what seems an NHS number (HoldsNhsNumberAmongLetters in common/base/personal_data.h).
// That keeps out e-mail addresses, names and NHS numbers; of subjects with just ten digits in a
// row, one in eleven too.
bool IsPseudonym(absl::string_view subject);

// "{issuer}#{subject}" of at most 512 bytes: a pseudonym, behind an issuer of visible ASCII
// characters that holds no "@" and is no mail address therefore.
bool IsPersonId(absl::string_view id);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_BASE_PSEUDONYM_H_
