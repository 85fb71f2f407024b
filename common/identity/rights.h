// Who may do what: the one place for decisions. Rights come from the rights file, from grants of
// ingestion's ledger, and from the dated ties between organisations.
//
// What is decided, in this order; what is not permitted explicitly is refused.
//
// clang-format off
//   1. The certificate's system must be known: named in the file, or ever granted a right.
//   2. Who acts is the person, when a token names one, else the system. It acts by the grants in
//      force on the day (of Europe/London) of the call. A token adds no right that was not granted.
//   3. Each act is under one role. A named one (call metadata "onereturn-role") is the only one
//      looked at. Otherwise, of the roles that hold the permission: the only one; of several, a
//      privileged call is refused (ROLE_AMBIGUOUS), and a read is under the one of national scope,
//      else the one with the lowest number. Roles are never put together.
//   4. The scope is the organisations of that role's grants; for reads that reach below, also those
//      below them on the day; for privileged calls only where the grant says so. A person reaches
//      no organisation and no collection that the system he or she sits at does not, and a service
//      of the suite must hold the permission itself as well.
//   5. A grant for some collections is not looked at where a method concerns none.
// clang-format on
#ifndef ONERETURN_COMMON_IDENTITY_RIGHTS_H_
#define ONERETURN_COMMON_IDENTITY_RIGHTS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/identity/organisation_scope.h"
#include "common/identity/organisation_ties.h"
#include "common/identity/principal.h"
#include "common/identity/roles.h"
#include "common/period/civil_day.h"
#include "onereturn/config/v1/config.pb.h"
#include "onereturn/options/v1/options.pb.h"
#include "onereturn/rights/v1/rights.pb.h"

namespace onereturn {

// A right that somebody holds, on the days of which it is in force.
struct Grant {
  std::string name;       // "grants/{number}"; empty for one of the rights file.
  std::string principal;  // SPIFFE id, or "{issuer}#{subject}".
  rights::v1::Role role = rights::v1::ROLE_UNSPECIFIED;
  std::string organisation;  // ODS code; empty: national.
  rights::v1::Reach reach = rights::v1::REACH_OWN;
  std::vector<std::string> collections;  // Empty: all.
  CivilDay from = CivilDay::Earliest();
  std::optional<CivilDay> until;  // Inclusive.
  // Who delegated it, a principal; empty: it was given by officers or the file. In force only while
  // he holds the same role for the organisation himself.
  std::string delegated_by = {};

  bool configured() const { return name.empty(); }
  bool InForce(const CivilDay& day) const {
    return from <= day && (!until.has_value() || day <= *until);
  }
};

// The organisations of which a caller may touch some collections alone.
struct CollectionBound {
  OrganisationScope scope;
  std::vector<std::string> collections;  // In order; empty: all.
};

// A known principal in one admitted act.
struct Caller {
  std::string spiffe_id;
  rights::v1::Role role = rights::v1::ROLE_UNSPECIFIED;
  OrganisationScope scope = OrganisationScope::National();
  // "{issuer}#{subject}"; empty when the system acts for itself.
  std::string person = {};
  // Null: every collection. Otherwise one of these must cover what is touched.
  std::shared_ptr<const std::vector<CollectionBound>> collections = nullptr;
  // Of a person: the same of the system he or she sits at.
  std::shared_ptr<const std::vector<CollectionBound>> system_collections = nullptr;

  // COLLECTION_GRANT. `organisation` empty: the call does not say which, so each bound must hold
  // the collection.
  absl::Status CheckCollection(absl::string_view organisation, absl::string_view collection) const;
};

// How a decision is to be taken.
struct Question {
  options::v1::Permission permission = options::v1::PERMISSION_UNSPECIFIED;
  CivilDay day;  // Of Europe/London.
  // Does the method say which collection it concerns?
  bool names_collection = false;
  // False: ingestion was not heard of for too long. Then privileged calls but OPERATE, and what
  // only a ledgered grant allows, are refused: RIGHTS_STALE.
  bool fresh = true;
  // ODS code of the organisation that the request names, where it is known before the caller is
  // admitted; else empty. Of several roles those that reach it are chosen among.
  std::string organisation = "";
};

// A snapshot. Immutable; thread safe.
class Rights {
 public:
  // INVALID_ARGUMENT, naming the entry: no or a wrong SPIFFE id or person, one twice, no role, a
  // submitter or approver without an organisation. A principal without a reach reads below.
  static absl::StatusOr<Rights> FromProto(const config::v1::RightsFile& file);

  // The same rights file, with the approved grants and the organisations of ingestion's ledger up
  // to `version`. Revoked grants are not among them, but their principals are in `known`.
  Rights With(uint64_t version, std::vector<Grant> grants, std::vector<std::string> known,
              std::shared_ptr<const OrganisationTies> ties) const;

  // IDENTITY_UNKNOWN, PERMISSION, ROLE_AMBIGUOUS, RIGHTS_STALE.
  absl::StatusOr<Caller> Admit(const Principal& principal, const Question& question) const;

  // The grants of a subject that are in force on the day: those of the file first, then by name.
  std::vector<Grant> GrantsOf(const std::string& subject, const CivilDay& day) const;
  // IDENTITY_UNKNOWN as Admit.
  absl::Status CheckKnown(const Principal& principal) const;

  // The system as the rights file has it, at the scope of its own organisation. IDENTITY_UNKNOWN
  // when the file does not name it.
  absl::StatusOr<Caller> Find(absl::string_view spiffe_id) const;

  // Sequence of ingestion's ledger.
  uint64_t version() const { return version_; }

 private:
  struct Candidate;

  absl::StatusOr<Candidate> Choose(const Principal& principal, const Question& question,
                                   bool configured_only) const;
  absl::Status BoundBySystem(const Principal& principal, const Question& question,
                             bool configured_only, Caller* caller) const;
  absl::StatusOr<Caller> AdmitBy(const Principal& principal, const Question& question,
                                 bool configured_only) const;
  std::shared_ptr<const std::vector<CollectionBound>> BoundsOf(
      const std::vector<const Grant*>& grants, const Principal& principal,
      const Question& question) const;
  void KeepThoseThatReach(const Principal& principal, const Question& question,
                          std::map<rights::v1::Role, std::vector<const Grant*>>* by_role) const;
  OrganisationScope ScopeOf(const std::vector<const Grant*>& grants, const Principal& principal,
                            const Question& question) const;
  bool DelegatorHolds(const Grant& delegated, const CivilDay& day, bool configured_only) const;
  std::vector<const Grant*> InForce(const std::string& subject, const CivilDay& day,
                                    bool configured_only) const;

  uint64_t version_ = 0;
  // By subject, each in the order of GrantsOf. A subject without grants is known, no more.
  std::map<std::string, std::vector<Grant>, std::less<>> grants_;
  std::shared_ptr<const OrganisationTies> ties_;
};

// The one SPIFFE id among a certificate's URI names. SVID_INVALID when there is none, more than one
// name, or a name that is not "spiffe://{trust domain}/{path}" of at most 2,048 bytes, in the
// letters of SPIFFE-ID 2.1 and 2.2: what is logged of a caller can forge no line and be no address.
absl::StatusOr<std::string> SpiffeIdOf(const std::vector<std::string>& uri_names);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_IDENTITY_RIGHTS_H_
