// Who may do what: the one place for rights. Systems are named by their SPIFFE id; a file gives
// each one role and, for an organisation's system, the organisation it acts for.
#ifndef ONERETURN_COMMON_IDENTITY_RIGHTS_H_
#define ONERETURN_COMMON_IDENTITY_RIGHTS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "onereturn/config/v1/config.pb.h"
#include "onereturn/options/v1/options.pb.h"

namespace onereturn {

// The organisations whose data a call may touch. Store reads take one.
class OrganisationScope {
 public:
  static OrganisationScope National() { return OrganisationScope(""); }
  static OrganisationScope Only(absl::string_view organisation) {
    return OrganisationScope(std::string(organisation));
  }

  bool national() const { return organisation_.empty(); }
  // The one organisation; empty at national scope.
  const std::string& organisation() const { return organisation_; }
  bool Covers(absl::string_view organisation) const {
    return national() || organisation_ == organisation;
  }

 private:
  explicit OrganisationScope(std::string organisation) : organisation_(std::move(organisation)) {}
  std::string organisation_;
};

// A known system.
struct Caller {
  std::string spiffe_id;
  rights::v1::Role role = rights::v1::ROLE_UNSPECIFIED;
  OrganisationScope scope = OrganisationScope::National();
};

// Does the role hold the permission?
bool Holds(rights::v1::Role role, options::v1::Permission permission);

// A method that concerns no single organisation, such as the whole feed, answers of all of them: to
// call it, must a caller hold the permission for all? Not where what it opens is the same for every
// known caller. True for a permission that this version does not know.
bool NeedsNationalScope(options::v1::Permission permission);

// Immutable; thread safe.
class Rights {
 public:
  // INVALID_ARGUMENT, naming the entry: no or a wrong SPIFFE id, one twice, no role, a submitter
  // without an organisation.
  static absl::StatusOr<Rights> FromProto(const config::v1::RightsFile& file);

  // IDENTITY_UNKNOWN when no principal has the id.
  absl::StatusOr<Caller> Find(absl::string_view spiffe_id) const;

 private:
  std::map<std::string, Caller> callers_;
};

// The one SPIFFE id among a certificate's URI names. SVID_INVALID when there is none, more than one
// name, or a name that is not "spiffe://{trust domain}/{path}".
absl::StatusOr<std::string> SpiffeIdOf(const std::vector<std::string>& uri_names);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_IDENTITY_RIGHTS_H_
