// Who calls: the system that the certificate names, and the person that the token names, when there
// is one. Both are checked before a Principal is made; what it may do is for
// common/identity/rights.h.
#ifndef ONERETURN_COMMON_IDENTITY_PRINCIPAL_H_
#define ONERETURN_COMMON_IDENTITY_PRINCIPAL_H_

#include <optional>
#include <string>

#include "onereturn/rights/v1/rights.pb.h"

namespace onereturn {

// From a verified token.
struct Person {
  // "{issuer}#{subject}": pseudonymous, and the name under which rights are granted.
  std::string id;
  // ODS code of the organisation that the token says the person belongs to.
  std::string organisation;
};

struct Principal {
  std::string spiffe_id;
  // Absent: the system acts for itself.
  std::optional<Person> person;
  // The role that the caller wants to act under (call metadata "onereturn-role"); unspecified: it
  // named none.
  rights::v1::Role named_role = rights::v1::ROLE_UNSPECIFIED;

  // Under which name rights are granted to whoever acts: the person's, else the system's.
  const std::string& subject() const { return person.has_value() ? person->id : spiffe_id; }
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_IDENTITY_PRINCIPAL_H_
