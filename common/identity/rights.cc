#include "common/identity/rights.h"

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

using options::v1::Permission;
using rights::v1::Role;

struct RoleRow {
  Role role;
  std::initializer_list<Permission> permissions;
};

const RoleRow kRoles[] = {
    {rights::v1::ROLE_SUBMITTER,
     {options::v1::PERMISSION_CATALOGUE_READ, options::v1::PERMISSION_RETURNS_READ,
      options::v1::PERMISSION_RETURNS_SUBMIT, options::v1::PERMISSION_LEDGER_READ}},
    {rights::v1::ROLE_NATIONAL_LOADER,
     {options::v1::PERMISSION_CATALOGUE_READ, options::v1::PERMISSION_RETURNS_READ,
      options::v1::PERMISSION_RETURNS_SUBMIT, options::v1::PERMISSION_RETURNS_IMPORT,
      options::v1::PERMISSION_LEDGER_READ}},
    {rights::v1::ROLE_STEWARD,
     {options::v1::PERMISSION_CATALOGUE_READ, options::v1::PERMISSION_CATALOGUE_WRITE,
      options::v1::PERMISSION_METRICS_READ, options::v1::PERMISSION_METRICS_DEFINE,
      options::v1::PERMISSION_ASSESSMENTS_DEFINE, options::v1::PERMISSION_LEDGER_READ}},
    {rights::v1::ROLE_ANALYST,
     {options::v1::PERMISSION_CATALOGUE_READ, options::v1::PERMISSION_RETURNS_READ,
      options::v1::PERMISSION_METRICS_READ, options::v1::PERMISSION_ASSESSMENTS_READ,
      options::v1::PERMISSION_LEDGER_READ}},
    {rights::v1::ROLE_ASSESSOR,
     {options::v1::PERMISSION_CATALOGUE_READ, options::v1::PERMISSION_RETURNS_READ,
      options::v1::PERMISSION_METRICS_READ, options::v1::PERMISSION_ASSESSMENTS_READ,
      options::v1::PERMISSION_ASSESSMENTS_WRITE, options::v1::PERMISSION_LEDGER_READ}},
    {rights::v1::ROLE_OPERATOR,
     {options::v1::PERMISSION_OPERATE, options::v1::PERMISSION_LEDGER_READ}},
    {rights::v1::ROLE_AUDITOR,
     {options::v1::PERMISSION_CATALOGUE_READ, options::v1::PERMISSION_RETURNS_READ,
      options::v1::PERMISSION_METRICS_READ, options::v1::PERMISSION_ASSESSMENTS_READ,
      options::v1::PERMISSION_FEED_READ, options::v1::PERMISSION_LEDGER_READ}},
    {rights::v1::ROLE_SERVICE,
     {options::v1::PERMISSION_CATALOGUE_READ, options::v1::PERMISSION_RETURNS_READ,
      options::v1::PERMISSION_METRICS_READ, options::v1::PERMISSION_FEED_READ,
      options::v1::PERMISSION_LEDGER_READ}},
};

// What a caller that acts for one organisation may do without naming it. Definitions, the figures
// computed from all, and signed heads are the same for everybody.
const Permission kOpenAtAnyScope[] = {
    options::v1::PERMISSION_CATALOGUE_READ,
    options::v1::PERMISSION_METRICS_READ,
    options::v1::PERMISSION_LEDGER_READ,
    // Frameworks are definitions; assessments are looked up within the caller's scope.
    options::v1::PERMISSION_ASSESSMENTS_READ,
    options::v1::PERMISSION_ASSESSMENTS_WRITE,
};

absl::Status EntryFault(int index, absl::string_view fault) {
  return Error(Reason::kFieldInvalid,
               absl::StrCat("the rights file is wrong at principal ", index + 1))
      .Field(absl::StrCat("principals[", index, "]"), fault);
}

}  // namespace

bool Holds(Role role, Permission permission) {
  for (const RoleRow& row : kRoles) {
    if (row.role != role) continue;
    return std::find(row.permissions.begin(), row.permissions.end(), permission) !=
           row.permissions.end();
  }
  return false;
}

bool NeedsNationalScope(Permission permission) {
  return std::find(std::begin(kOpenAtAnyScope), std::end(kOpenAtAnyScope), permission) ==
         std::end(kOpenAtAnyScope);
}

absl::StatusOr<Rights> Rights::FromProto(const config::v1::RightsFile& file) {
  Rights rights;
  for (int i = 0; i < file.principals_size(); ++i) {
    const config::v1::Principal& principal = file.principals(i);
    if (!SpiffeIdOf({principal.spiffe_id()}).ok())
      return EntryFault(i, "spiffe_id is not a SPIFFE id");
    if (principal.role() == rights::v1::ROLE_UNSPECIFIED) return EntryFault(i, "role is missing");
    if (principal.role() == rights::v1::ROLE_SUBMITTER && principal.organisation().empty()) {
      return EntryFault(i, "a submitter needs the organisation it acts for");
    }
    Caller caller{principal.spiffe_id(), principal.role(),
                  principal.organisation().empty()
                      ? OrganisationScope::National()
                      : OrganisationScope::Only(principal.organisation())};
    if (!rights.callers_.emplace(principal.spiffe_id(), std::move(caller)).second) {
      return EntryFault(i, "spiffe_id stands twice");
    }
  }
  return rights;
}

absl::StatusOr<Caller> Rights::Find(absl::string_view spiffe_id) const {
  auto found = callers_.find(std::string(spiffe_id));
  if (found == callers_.end()) {
    return Error(Reason::kIdentityUnknown,
                 "the certificate's system is not registered with this service");
  }
  return found->second;
}

absl::StatusOr<std::string> SpiffeIdOf(const std::vector<std::string>& uri_names) {
  if (uri_names.size() != 1) {
    return Error(Reason::kSvidInvalid,
                 absl::StrCat("the certificate carries ", uri_names.size(),
                              " URI names; it must carry exactly one, its SPIFFE id"));
  }
  absl::string_view rest = uri_names[0];
  const bool scheme = absl::ConsumePrefix(&rest, "spiffe://");
  const size_t slash = rest.find('/');
  if (!scheme || slash == 0 || slash == absl::string_view::npos || slash + 1 == rest.size()) {
    return Error(Reason::kSvidInvalid,
                 "the certificate's URI name is not of the form spiffe://trust-domain/path");
  }
  return uri_names[0];
}

}  // namespace onereturn
