#include "common/identity/roles.h"

#include <algorithm>
#include <initializer_list>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace onereturn {
namespace {

using namespace options::v1;  // NOLINT: the names are long, the tables should be read.
using rights::v1::Role;

struct RoleRow {
  Role role;
  bool needs_organisation;
  bool grantable_by_organisation;
  bool grantable;
  std::initializer_list<Permission> permissions;
};

// Everybody known may ask what he may do (OWN_RIGHTS_READ) and check receipts (LEDGER_READ).
const RoleRow kRoles[] = {
    {rights::v1::ROLE_SUBMITTER,
     true,
     true,
     true,
     {PERMISSION_CATALOGUE_READ, PERMISSION_REQUESTS_READ, PERMISSION_RETURNS_READ,
      PERMISSION_NOTICES_READ, PERMISSION_RETURNS_SUBMIT, PERMISSION_RETURNS_PREPARE,
      PERMISSION_RETURNS_UNSIGNED_READ, PERMISSION_LEDGER_READ, PERMISSION_AUDIT_READ,
      PERMISSION_OWN_RIGHTS_READ, PERMISSION_FREE_TEXT_READ, PERMISSION_CATALOGUE_REPLY,
      PERMISSION_REQUESTS_REPLY}},
    {rights::v1::ROLE_NATIONAL_LOADER,
     false,
     false,
     true,
     {PERMISSION_CATALOGUE_READ, PERMISSION_REQUESTS_READ, PERMISSION_RETURNS_READ,
      PERMISSION_NOTICES_READ, PERMISSION_RETURNS_SUBMIT, PERMISSION_RETURNS_IMPORT,
      PERMISSION_LEDGER_READ, PERMISSION_OWN_RIGHTS_READ, PERMISSION_FREE_TEXT_READ}},
    {rights::v1::ROLE_STEWARD,
     false,
     false,
     true,
     {PERMISSION_CATALOGUE_READ, PERMISSION_REQUESTS_READ, PERMISSION_CATALOGUE_WRITE,
      PERMISSION_METRICS_READ, PERMISSION_METRICS_DEFINE, PERMISSION_ASSESSMENTS_DEFINE,
      PERMISSION_LEDGER_READ, PERMISSION_OWN_RIGHTS_READ, PERMISSION_FREE_TEXT_READ,
      PERMISSION_RULES_BACKTEST, PERMISSION_REQUESTS_DECIDE, PERMISSION_REQUESTS_SUSPEND}},
    {rights::v1::ROLE_ANALYST,
     false,
     true,
     true,
     {PERMISSION_CATALOGUE_READ, PERMISSION_REQUESTS_READ, PERMISSION_RETURNS_READ,
      PERMISSION_NOTICES_READ, PERMISSION_METRICS_READ, PERMISSION_ASSESSMENTS_READ,
      PERMISSION_LEDGER_READ, PERMISSION_OWN_RIGHTS_READ, PERMISSION_FREE_TEXT_READ}},
    {rights::v1::ROLE_ASSESSOR,
     false,
     false,
     true,
     {PERMISSION_CATALOGUE_READ, PERMISSION_REQUESTS_READ, PERMISSION_RETURNS_READ,
      PERMISSION_NOTICES_READ, PERMISSION_METRICS_READ, PERMISSION_ASSESSMENTS_READ,
      PERMISSION_ASSESSMENTS_WRITE, PERMISSION_LEDGER_READ, PERMISSION_OWN_RIGHTS_READ,
      PERMISSION_FREE_TEXT_READ}},
    {rights::v1::ROLE_OPERATOR,
     false,
     false,
     true,
     {PERMISSION_OPERATE, PERMISSION_LEDGER_READ, PERMISSION_OWN_RIGHTS_READ}},
    {rights::v1::ROLE_AUDITOR,
     false,
     false,
     true,
     {PERMISSION_CATALOGUE_READ, PERMISSION_REQUESTS_READ, PERMISSION_RETURNS_READ,
      PERMISSION_NOTICES_READ, PERMISSION_METRICS_READ, PERMISSION_ASSESSMENTS_READ,
      PERMISSION_FEED_READ, PERMISSION_LEDGER_READ, PERMISSION_RIGHTS_READ, PERMISSION_AUDIT_READ,
      PERMISSION_OWN_RIGHTS_READ, PERMISSION_FREE_TEXT_READ}},
    {rights::v1::ROLE_SERVICE,
     false,
     false,
     false,
     {PERMISSION_CATALOGUE_READ, PERMISSION_REQUESTS_READ, PERMISSION_RETURNS_READ,
      PERMISSION_NOTICES_READ, PERMISSION_METRICS_READ, PERMISSION_FEED_READ,
      PERMISSION_LEDGER_READ, PERMISSION_OWN_RIGHTS_READ}},
    {rights::v1::ROLE_APPROVER,
     true,
     true,
     true,
     {PERMISSION_CATALOGUE_READ, PERMISSION_REQUESTS_READ, PERMISSION_RETURNS_READ,
      PERMISSION_NOTICES_READ, PERMISSION_RETURNS_SIGN, PERMISSION_RETURNS_UNSIGNED_READ,
      PERMISSION_LEDGER_READ, PERMISSION_AUDIT_READ, PERMISSION_OWN_RIGHTS_READ,
      PERMISSION_FREE_TEXT_READ, PERMISSION_CATALOGUE_REPLY, PERMISSION_REQUESTS_REPLY}},
    {rights::v1::ROLE_SCRUTINY_READER,
     false,
     true,
     true,
     {PERMISSION_CATALOGUE_READ, PERMISSION_REQUESTS_READ, PERMISSION_METRICS_READ,
      PERMISSION_ASSESSMENTS_READ, PERMISSION_LEDGER_READ, PERMISSION_OWN_RIGHTS_READ}},
    {rights::v1::ROLE_RIGHTS_OFFICER,
     false,
     false,
     true,
     {PERMISSION_CATALOGUE_READ, PERMISSION_REQUESTS_READ, PERMISSION_RIGHTS_READ,
      PERMISSION_RIGHTS_GRANT, PERMISSION_LEDGER_READ, PERMISSION_OWN_RIGHTS_READ}},
    {rights::v1::ROLE_PUBLIC_READER,
     false,
     false,
     false,
     {PERMISSION_CATALOGUE_READ, PERMISSION_REQUESTS_READ, PERMISSION_LEDGER_READ,
      PERMISSION_OWN_RIGHTS_READ}},
    {rights::v1::ROLE_REQUESTER,
     true,
     false,
     true,
     {PERMISSION_CATALOGUE_READ, PERMISSION_REQUESTS_READ, PERMISSION_REQUESTS_MAKE,
      PERMISSION_NOTICES_READ, PERMISSION_CATALOGUE_REPLY, PERMISSION_LEDGER_READ,
      PERMISSION_OWN_RIGHTS_READ, PERMISSION_FREE_TEXT_READ}},
};

// What a caller that acts for one organisation may do without naming it. Definitions, the figures
// computed from all, and signed heads are the same for everybody.
const Permission kOpenAtAnyScope[] = {
    PERMISSION_CATALOGUE_READ,
    PERMISSION_METRICS_READ,
    PERMISSION_LEDGER_READ,
    PERMISSION_OWN_RIGHTS_READ,
    // Frameworks are definitions; assessments are looked up within the caller's scope.
    PERMISSION_ASSESSMENTS_READ,
    PERMISSION_ASSESSMENTS_WRITE,
    // The register is the same for everybody; whoever decides says for which body, and the use case
    // looks whether it is another than the one that asks.
    PERMISSION_REQUESTS_READ,
    PERMISSION_REQUESTS_DECIDE,
};

// Plain reads: they change nothing. All else is privileged; so is reading what is not accepted
// yet, which goes only as far as preparing and signing do.
const Permission kPlainReads[] = {
    PERMISSION_CATALOGUE_READ,  PERMISSION_RETURNS_READ,   PERMISSION_FEED_READ,
    PERMISSION_LEDGER_READ,     PERMISSION_METRICS_READ,   PERMISSION_ASSESSMENTS_READ,
    PERMISSION_OWN_RIGHTS_READ, PERMISSION_RIGHTS_READ,    PERMISSION_AUDIT_READ,
    PERMISSION_FREE_TEXT_READ,  PERMISSION_RULES_BACKTEST, PERMISSION_REQUESTS_READ,
    PERMISSION_NOTICES_READ,
};

const Permission kReachBelow[] = {
    PERMISSION_RETURNS_READ,
    PERMISSION_NOTICES_READ,
    PERMISSION_METRICS_READ,
    PERMISSION_ASSESSMENTS_READ,
};

const Permission kDelegable[] = {
    PERMISSION_RETURNS_SIGN,    PERMISSION_RETURNS_UNSIGNED_READ, PERMISSION_RETURNS_READ,
    PERMISSION_CATALOGUE_READ,  PERMISSION_LEDGER_READ,           PERMISSION_FREE_TEXT_READ,
    PERMISSION_OWN_RIGHTS_READ,
};

// An ICB commissions its providers, a region oversees its ICBs and its providers, and the national
// body its regions and the providers that are tied to it.
const catalogue::v1::RelationshipKind kCarryRights[] = {
    catalogue::v1::RELATIONSHIP_KIND_PROVIDER_TO_ICB,
    catalogue::v1::RELATIONSHIP_KIND_ICB_TO_REGION,
    catalogue::v1::RELATIONSHIP_KIND_PROVIDER_TO_REGION,
    catalogue::v1::RELATIONSHIP_KIND_REGION_TO_NATION,
    catalogue::v1::RELATIONSHIP_KIND_PROVIDER_TO_NATION,
};

constexpr char kRolePrefix[] = "ROLE_";

const RoleRow* RowOf(Role role) {
  const auto* found = std::find_if(std::begin(kRoles), std::end(kRoles),
                                   [role](const RoleRow& row) { return row.role == role; });
  return found == std::end(kRoles) ? nullptr : found;
}

template <typename List, typename Value>
bool Contains(const List& list, Value value) {
  return std::find(std::begin(list), std::end(list), value) != std::end(list);
}

}  // namespace

bool Holds(Role role, Permission permission) {
  const RoleRow* row = RowOf(role);
  return row != nullptr && Contains(row->permissions, permission);
}

bool NeedsNationalScope(Permission permission) { return !Contains(kOpenAtAnyScope, permission); }

bool Delegable(Permission permission) { return Contains(kDelegable, permission); }

bool IsPrivileged(Permission permission) { return !Contains(kPlainReads, permission); }

bool ReachesBelow(Permission permission) { return Contains(kReachBelow, permission); }

bool NeedsOrganisation(Role role) {
  const RoleRow* row = RowOf(role);
  return row != nullptr && row->needs_organisation;
}

bool GrantableByOrganisation(Role role) {
  const RoleRow* row = RowOf(role);
  return row != nullptr && row->grantable_by_organisation;
}

bool Grantable(Role role) {
  const RoleRow* row = RowOf(role);
  return row != nullptr && row->grantable;
}

bool CarriesRights(catalogue::v1::RelationshipKind kind) { return Contains(kCarryRights, kind); }

std::string RoleName(Role role) {
  if (!rights::v1::Role_IsValid(role)) role = rights::v1::ROLE_UNSPECIFIED;
  std::string name = rights::v1::Role_Name(role).substr(sizeof(kRolePrefix) - 1);
  absl::AsciiStrToLower(&name);
  return absl::StrReplaceAll(name, {{"_", "-"}});
}

Role RoleFromName(const std::string& name) {
  std::string full = absl::StrReplaceAll(absl::AsciiStrToUpper(name), {{"-", "_"}});
  Role role = rights::v1::ROLE_UNSPECIFIED;
  if (rights::v1::Role_Parse(full, &role)) return role;
  if (rights::v1::Role_Parse(absl::StrCat(kRolePrefix, full), &role)) return role;
  return rights::v1::ROLE_UNSPECIFIED;
}

}  // namespace onereturn
