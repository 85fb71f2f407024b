#include "common/identity/rights.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/personal_data.h"
#include "common/base/pseudonym.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

using options::v1::Permission;
using rights::v1::Role;

absl::Status EntryFault(int index, absl::string_view fault) {
  return Error(Reason::kFieldInvalid,
               absl::StrCat("the rights file is wrong at principal ", index + 1))
      .Field(absl::StrCat("principals[", index, "]"), fault);
}

// Empty when the entry is sound.
std::string FaultOf(const config::v1::Principal& principal) {
  if (principal.person().empty()) {
    if (!SpiffeIdOf({principal.spiffe_id()}).ok()) return "spiffe_id is not a SPIFFE id";
    if (HoldsNhsNumberAmongLetters(principal.spiffe_id())) {
      return "spiffe_id seems to hold an NHS number";
    }
  } else {
    if (!principal.spiffe_id().empty()) return "names both a system and a person";
    if (!IsPersonId(principal.person())) {
      return "person is not of the form {issuer}#{subject} with a pseudonym as its subject";
    }
    if (principal.role() == rights::v1::ROLE_SERVICE) return "a person is no service";
  }
  if (principal.role() == rights::v1::ROLE_UNSPECIFIED) return "role is missing";
  if (principal.role() == rights::v1::ROLE_SUBMITTER && principal.organisation().empty()) {
    return "a submitter needs the organisation it acts for";
  }
  if (NeedsOrganisation(principal.role()) && principal.organisation().empty()) {
    return "the role needs an organisation";
  }
  return "";
}

Grant GrantOf(const config::v1::Principal& principal) {
  Grant grant;
  grant.principal = principal.person().empty() ? principal.spiffe_id() : principal.person();
  grant.role = principal.role();
  grant.organisation = principal.organisation();
  grant.reach = principal.reach() == rights::v1::REACH_UNSPECIFIED ? rights::v1::REACH_READ_BELOW
                                                                   : principal.reach();
  return grant;
}

// A grant for some collections says nothing of a method that concerns none.
bool Concerns(const Grant& grant, const Question& question) {
  return grant.collections.empty() || question.names_collection ||
         !NeedsNationalScope(question.permission);
}

bool Reaches(const Grant& grant, Permission permission) {
  if (IsPrivileged(permission)) return grant.reach == rights::v1::REACH_ACT_BELOW;
  return ReachesBelow(permission) && (grant.reach == rights::v1::REACH_READ_BELOW ||
                                      grant.reach == rights::v1::REACH_ACT_BELOW);
}

// Which organisation a caller acts for by itself: the one of the file, else the token's, else the
// first.
std::string HomeOf(const std::vector<const Grant*>& grants, const Principal& principal) {
  std::string home;
  for (const Grant* grant : grants) {
    if (grant->configured()) return grant->organisation;
    const bool better = home.empty() || grant->organisation < home;
    if (better) home = grant->organisation;
  }
  if (!principal.person.has_value()) return home;
  for (const Grant* grant : grants) {
    if (grant->organisation == principal.person->organisation) return grant->organisation;
  }
  return home;
}

absl::Status Refused(const Principal& principal, Permission permission) {
  const std::string& name = options::v1::Permission_Name(permission);
  if (principal.named_role != rights::v1::ROLE_UNSPECIFIED) {
    return Error(Reason::kPermission,
                 absl::StrCat("this call needs ", name, ", which the caller does not hold as ",
                              RoleName(principal.named_role), " today"))
        .With("permission", name);
  }
  return Error(Reason::kPermission,
               absl::StrCat("this call needs ", name, ", which the caller's role does not hold"))
      .With("permission", name);
}

absl::Status Stale(Permission permission) {
  return Error(Reason::kRightsStale,
               absl::StrCat("this call needs ", options::v1::Permission_Name(permission),
                            ", and whether the caller still holds it cannot be known: nothing was "
                            "heard from ingestion for more than a minute"))
      .RetryAfter(absl::Seconds(1));
}

}  // namespace

struct Rights::Candidate {
  Role role = rights::v1::ROLE_UNSPECIFIED;
  std::vector<const Grant*> grants;
};

absl::Status Caller::CheckCollection(absl::string_view organisation,
                                     absl::string_view collection) const {
  const auto holds = [collection](const CollectionBound& bound) {
    return bound.collections.empty() ||
           std::binary_search(bound.collections.begin(), bound.collections.end(), collection);
  };
  const auto both = [&](const CollectionBound& bound) {
    return bound.scope.Covers(organisation) && holds(bound);
  };
  const auto within = [&](const std::vector<CollectionBound>* bounds) {
    if (bounds == nullptr) return true;
    return organisation.empty() ? std::all_of(bounds->begin(), bounds->end(), holds)
                                : std::any_of(bounds->begin(), bounds->end(), both);
  };
  if (within(collections.get()) && within(system_collections.get())) return absl::OkStatus();
  return Error(Reason::kCollectionGrant, "the caller's right is for other collections");
}

absl::StatusOr<Rights> Rights::FromProto(const config::v1::RightsFile& file) {
  Rights rights;
  for (int i = 0; i < file.principals_size(); ++i) {
    const config::v1::Principal& principal = file.principals(i);
    if (const std::string fault = FaultOf(principal); !fault.empty()) return EntryFault(i, fault);
    Grant grant = GrantOf(principal);
    std::string subject = grant.principal;
    if (!rights.grants_.emplace(std::move(subject), std::vector<Grant>{std::move(grant)}).second) {
      return EntryFault(
          i, principal.person().empty() ? "spiffe_id stands twice" : "person stands twice");
    }
  }
  return rights;
}

Rights Rights::With(uint64_t version, std::vector<Grant> grants, std::vector<std::string> known,
                    std::shared_ptr<const OrganisationTies> ties) const {
  Rights with;
  with.version_ = version;
  with.ties_ = std::move(ties);
  for (const auto& [subject, held] : grants_) {
    if (!held.empty() && held.front().configured()) with.grants_[subject] = {held.front()};
  }
  for (std::string& subject : known) with.grants_.try_emplace(std::move(subject));
  std::sort(grants.begin(), grants.end(),
            [](const Grant& left, const Grant& right) { return left.name < right.name; });
  for (Grant& grant : grants) {
    std::vector<Grant>& held = with.grants_[grant.principal];
    std::sort(grant.collections.begin(), grant.collections.end());
    held.push_back(std::move(grant));
  }
  return with;
}

bool Rights::DelegatorHolds(const Grant& delegated, const CivilDay& day,
                            bool configured_only) const {
  const auto found = grants_.find(delegated.delegated_by);
  if (found == grants_.end()) return false;
  return std::any_of(found->second.begin(), found->second.end(), [&](const Grant& own) {
    if (!own.delegated_by.empty() || own.role != delegated.role || !own.InForce(day)) return false;
    if (!own.collections.empty() || (configured_only && !own.configured())) return false;
    if (own.organisation == delegated.organisation) return true;
    if (own.reach != rights::v1::REACH_ACT_BELOW || ties_ == nullptr) return false;
    const auto below = ties_->Below(own.organisation, day);
    return std::find(below->begin(), below->end(), delegated.organisation) != below->end();
  });
}

std::vector<const Grant*> Rights::InForce(const std::string& subject, const CivilDay& day,
                                          bool configured_only) const {
  std::vector<const Grant*> in_force;
  const auto found = grants_.find(subject);
  if (found == grants_.end()) return in_force;
  for (const Grant& grant : found->second) {
    if (!grant.InForce(day) || (configured_only && !grant.configured())) continue;
    if (!grant.delegated_by.empty() && !DelegatorHolds(grant, day, configured_only)) continue;
    in_force.push_back(&grant);
  }
  return in_force;
}

absl::Status Rights::CheckKnown(const Principal& principal) const {
  if (grants_.count(principal.spiffe_id) != 0) return absl::OkStatus();
  return Error(Reason::kIdentityUnknown,
               "the certificate's system is not registered with this service");
}

absl::StatusOr<Rights::Candidate> Rights::Choose(const Principal& principal,
                                                 const Question& question,
                                                 bool configured_only) const {
  const Permission permission = question.permission;
  std::map<Role, std::vector<const Grant*>> by_role;
  for (const Grant* grant : InForce(principal.subject(), question.day, configured_only)) {
    if (principal.named_role != rights::v1::ROLE_UNSPECIFIED &&
        principal.named_role != grant->role) {
      continue;
    }
    if (!Holds(grant->role, permission) || !Concerns(*grant, question)) continue;
    if (!grant->delegated_by.empty() && !Delegable(permission)) continue;
    by_role[grant->role].push_back(grant);
  }
  if (by_role.empty()) return Refused(principal, permission);
  KeepThoseThatReach(principal, question, &by_role);
  if (by_role.size() > 1 && IsPrivileged(permission)) {
    const std::string names =
        absl::StrJoin(by_role, ", ", [](std::string* out, const auto& candidate) {
          absl::StrAppend(out, RoleName(candidate.first));
        });
    return Error(Reason::kRoleAmbiguous,
                 absl::StrCat("the caller may do this as ", names, ": name the role it acts under"))
        .With("roles", names);
  }
  for (const auto& [role, grants] : by_role) {
    const bool national = std::any_of(grants.begin(), grants.end(), [](const Grant* grant) {
      return grant->organisation.empty();
    });
    if (national) return Candidate{role, grants};
  }
  return Candidate{by_role.begin()->first, by_role.begin()->second};
}

// All stay where none does: what is outside every scope is refused as that.
void Rights::KeepThoseThatReach(const Principal& principal, const Question& question,
                                std::map<Role, std::vector<const Grant*>>* by_role) const {
  if (by_role->size() < 2 || question.organisation.empty()) return;
  std::map<Role, std::vector<const Grant*>> reaching;
  for (const auto& [role, grants] : *by_role) {
    if (ScopeOf(grants, principal, question).Covers(question.organisation)) {
      reaching.emplace(role, grants);
    }
  }
  if (!reaching.empty()) *by_role = std::move(reaching);
}

OrganisationScope Rights::ScopeOf(const std::vector<const Grant*>& grants,
                                  const Principal& principal, const Question& question) const {
  std::vector<std::string> organisations;
  for (const Grant* grant : grants) {
    if (grant->organisation.empty()) return OrganisationScope::National();
    organisations.push_back(grant->organisation);
    if (ties_ == nullptr || !Reaches(*grant, question.permission)) continue;
    const auto below = ties_->Below(grant->organisation, question.day);
    organisations.insert(organisations.end(), below->begin(), below->end());
  }
  return OrganisationScope::Of(HomeOf(grants, principal), std::move(organisations));
}

std::shared_ptr<const std::vector<CollectionBound>> Rights::BoundsOf(
    const std::vector<const Grant*>& grants, const Principal& principal,
    const Question& question) const {
  const bool bounded = std::any_of(grants.begin(), grants.end(),
                                   [](const Grant* grant) { return !grant->collections.empty(); });
  if (!bounded) return nullptr;
  std::vector<CollectionBound> bounds;
  for (const Grant* grant : grants) {
    bounds.push_back({ScopeOf({grant}, principal, question), grant->collections});
  }
  return std::make_shared<const std::vector<CollectionBound>>(std::move(bounds));
}

// Narrows what the person holds, which stands in `caller`, to what the system holds as well.
absl::Status Rights::BoundBySystem(const Principal& principal, const Question& question,
                                   bool configured_only, Caller* caller) const {
  if (!principal.person.has_value()) return absl::OkStatus();
  std::vector<const Grant*> held = InForce(principal.spiffe_id, question.day, configured_only);
  for (const Grant* grant : held) {
    if (grant->role == rights::v1::ROLE_SERVICE && !Holds(grant->role, question.permission)) {
      return Refused(principal, question.permission);
    }
  }
  held.erase(std::remove_if(held.begin(), held.end(),
                            [&](const Grant* grant) { return !Concerns(*grant, question); }),
             held.end());
  if (held.empty()) return Refused(principal, question.permission);
  const Principal alone{principal.spiffe_id, {}, {}};
  caller->system_collections = BoundsOf(held, alone, question);
  const OrganisationScope system = ScopeOf(held, alone, question);
  OrganisationScope& scope = caller->scope;
  if (system.national()) return absl::OkStatus();
  if (scope.national()) {
    scope = system;
    return absl::OkStatus();
  }
  std::vector<std::string> both;
  std::set_intersection(scope.organisations().begin(), scope.organisations().end(),
                        system.organisations().begin(), system.organisations().end(),
                        std::back_inserter(both));
  if (both.empty()) return Refused(principal, question.permission);
  std::string home = scope.organisation();
  if (!std::binary_search(both.begin(), both.end(), home)) home = both.front();
  scope = OrganisationScope::Of(std::move(home), std::move(both));
  return absl::OkStatus();
}

absl::StatusOr<Caller> Rights::AdmitBy(const Principal& principal, const Question& question,
                                       bool configured_only) const {
  ASSIGN_OR_RETURN(const Candidate chosen, Choose(principal, question, configured_only));
  Caller caller;
  caller.spiffe_id = principal.spiffe_id;
  if (principal.person.has_value()) caller.person = principal.person->id;
  caller.role = chosen.role;
  caller.scope = ScopeOf(chosen.grants, principal, question);
  caller.collections = BoundsOf(chosen.grants, principal, question);
  RETURN_IF_ERROR(BoundBySystem(principal, question, configured_only, &caller));
  return caller;
}

absl::StatusOr<Caller> Rights::Admit(const Principal& principal, const Question& question) const {
  RETURN_IF_ERROR(CheckKnown(principal));
  absl::StatusOr<Caller> admitted = AdmitBy(principal, question, false);
  if (question.permission == options::v1::PERMISSION_OWN_RIGHTS_READ && !admitted.ok()) {
    // Whoever is known may ask, and is told that he may do nothing.
    Caller caller;
    caller.spiffe_id = principal.spiffe_id;
    if (principal.person.has_value()) caller.person = principal.person->id;
    caller.scope = OrganisationScope::Of("", {});
    return caller;
  }
  if (question.fresh || !admitted.ok()) return admitted;
  // Whoever runs the service must be able to see to it just when others are down.
  if (IsPrivileged(question.permission) && question.permission != options::v1::PERMISSION_OPERATE) {
    return Stale(question.permission);
  }
  absl::StatusOr<Caller> configured = AdmitBy(principal, question, true);
  return configured.ok() ? configured : Stale(question.permission);
}

std::vector<Grant> Rights::GrantsOf(const std::string& subject, const CivilDay& day) const {
  std::vector<Grant> grants;
  for (const Grant* grant : InForce(subject, day, false)) grants.push_back(*grant);
  return grants;
}

absl::StatusOr<Caller> Rights::Find(absl::string_view spiffe_id) const {
  const auto found = grants_.find(spiffe_id);
  if (found == grants_.end() || found->second.empty() || !found->second.front().configured()) {
    return Error(Reason::kIdentityUnknown,
                 "the certificate's system is not registered with this service");
  }
  const Grant& grant = found->second.front();
  return Caller{grant.principal,
                grant.role,
                grant.organisation.empty() ? OrganisationScope::National()
                                           : OrganisationScope::Only(grant.organisation),
                "",
                nullptr,
                nullptr};
}

namespace {

bool IsSpiffeByte(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '_';
}

bool IsTrustDomain(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return IsSpiffeByte(c) && !absl::ascii_isupper(static_cast<unsigned char>(c));
  });
}

bool IsSpiffePath(absl::string_view text) {
  const std::vector<absl::string_view> segments = absl::StrSplit(text, '/');
  return std::all_of(segments.begin(), segments.end(), [](absl::string_view segment) {
    return !segment.empty() && segment != "." && segment != ".." &&
           std::all_of(segment.begin(), segment.end(), IsSpiffeByte);
  });
}

}  // namespace

absl::StatusOr<std::string> SpiffeIdOf(const std::vector<std::string>& uri_names) {
  constexpr size_t kMostBytes = 2'048;  // SPIFFE-ID 2.3.
  if (uri_names.size() != 1) {
    return Error(Reason::kSvidInvalid,
                 absl::StrCat("the certificate carries ", uri_names.size(),
                              " URI names; it must carry exactly one, its SPIFFE id"));
  }
  absl::string_view rest = uri_names[0];
  const bool scheme = absl::ConsumePrefix(&rest, "spiffe://");
  const size_t slash = rest.find('/');
  if (!scheme || slash == absl::string_view::npos || uri_names[0].size() > kMostBytes ||
      !IsTrustDomain(rest.substr(0, slash)) || !IsSpiffePath(rest.substr(slash + 1))) {
    return Error(Reason::kSvidInvalid, absl::StrCat("the certificate's URI name is not of the form "
                                                    "spiffe://trust-domain/path, of at most ",
                                                    kMostBytes, " bytes"));
  }
  return uri_names[0];
}

}  // namespace onereturn
