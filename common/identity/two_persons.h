// Steps that take two persons: what one proposes or submits, another decides or approves.
#ifndef ONERETURN_COMMON_IDENTITY_TWO_PERSONS_H_
#define ONERETURN_COMMON_IDENTITY_TWO_PERSONS_H_

#include <string>

#include "absl/status/status.h"

namespace onereturn {

// Who took a step: as an entry of the ledger names them.
struct Actor {
  std::string spiffe_id;
  std::string person;  // Empty: the system for itself.
};

// One and the same? Two persons at one system are two; one person at two systems is one. A system
// that acts for itself is the same as anybody who sits at it: whoever holds its key may be that
// person.
bool IsSame(const Actor& first, const Actor& second);

// SELF_APPROVAL when `second`, who decides, is the same as `first`, who asked.
absl::Status CheckTwoPersons(const Actor& first, const Actor& second);

// SELF_APPROVAL when `actor` would decide about a right of its own; `principal` is a SPIFFE id or
// "{issuer}#{subject}".
absl::Status CheckNotForOneself(const Actor& actor, const std::string& principal);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_IDENTITY_TWO_PERSONS_H_
