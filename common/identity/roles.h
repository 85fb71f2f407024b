// What each role may do, what a permission opens, and which ties between organisations carry
// rights: the tables that decisions rest on.
#ifndef ONERETURN_COMMON_IDENTITY_ROLES_H_
#define ONERETURN_COMMON_IDENTITY_ROLES_H_

#include <string>

#include "onereturn/catalogue/v1/catalogue.pb.h"
#include "onereturn/options/v1/options.pb.h"
#include "onereturn/rights/v1/rights.pb.h"

namespace onereturn {

// Does the role hold the permission? False for what this version does not know.
bool Holds(rights::v1::Role role, options::v1::Permission permission);

// A method that concerns no single organisation, such as the whole feed, answers of all of them: to
// call it, must a caller hold the permission for all? Not where what it opens is the same for every
// known caller. True for a permission that this version does not know.
bool NeedsNationalScope(options::v1::Permission permission);

// Does it change something, or open what only the running of the service needs? Such a call is
// under exactly one role, reaches no organisation below the caller's own unless a grant says so,
// and is refused while rights cannot be heard of (not OPERATE, where the rights file gives it).
// True for a permission that this version does not know.
bool IsPrivileged(options::v1::Permission permission);

// May an organisation that commissions or oversees others use it for their data? False for what is
// privileged, and for what belongs to the organisation alone (its rights, its access log).
bool ReachesBelow(options::v1::Permission permission);

// Is the role that of an organisation, so that a principal without one cannot have it?
bool NeedsOrganisation(rights::v1::Role role);

// May an officer of one organisation give it, for that organisation? All other roles are for
// national officers.
bool GrantableByOrganisation(rights::v1::Role role);

// May it be granted at all? Services and the public reader stand in the rights file alone.
bool Grantable(rights::v1::Role role);

// Does an approver who lets another sign for him pass it on as well? Signing, and what must be read
// for it: not the organisation's access log, nor its answers to changes of the catalogue.
bool Delegable(options::v1::Permission permission);

// Does a tie of the kind carry rights from the parent to the child?
bool CarriesRights(catalogue::v1::RelationshipKind kind);

// "submitter", "rights-officer"; for call metadata, commands and messages. "unspecified" for what
// this version does not know.
std::string RoleName(rights::v1::Role role);
// Also takes "ROLE_SUBMITTER"; ROLE_UNSPECIFIED for any other text.
rights::v1::Role RoleFromName(const std::string& name);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_IDENTITY_ROLES_H_
