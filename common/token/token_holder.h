// The person that a verified token names.
#ifndef ONERETURN_COMMON_TOKEN_TOKEN_HOLDER_H_
#define ONERETURN_COMMON_TOKEN_TOKEN_HOLDER_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "common/clock/clock.h"

namespace onereturn {

// A value type. Holds no name, address or number of a human being: `subject` is the issuer's
// pseudonym, and only the issuer can say whose it is.
struct TokenHolder {
  std::string issuer;
  std::string subject;
  std::string organisation;  // ODS code of the organisation that the person acts for.
  std::string token_id;      // `jti`: unique to the token within its issuer.
  Timestamp issued;
  Timestamp expires;
  std::string purpose;  // What the person said it is for; may be empty.

  // "{issuer}#{subject}": how ledger, log and rights name the person.
  std::string name() const { return absl::StrCat(issuer, "#", subject); }
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_TOKEN_TOKEN_HOLDER_H_
