#include "services/ingestion/app/rights/grant_rights.h"

#include <memory>
#include <set>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/personal_data.h"
#include "common/commit/journal.h"
#include "common/commit/request_id.h"
#include "common/feed/wire.h"
#include "common/hierarchy/ods_code.h"
#include "common/period/civil_day.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "services/ingestion/app/reason_text.h"
#include "services/ingestion/app/rights/grant_steps.h"
#include "services/ingestion/app/token_use.h"
#include "services/ingestion/store/catalogue_table.h"
#include "services/ingestion/store/grant_table.h"

namespace onereturn::ingestion {
namespace {

void CheckDays(const rights::v1::Grant& grant, Error* faults) {
  const auto check = [faults](const std::string& text, absl::string_view field) {
    if (text.empty()) return;
    const absl::StatusOr<CivilDay> day = CivilDay::Parse(text);
    if (!day.ok()) faults->Field(field, day.status().message());
  };
  check(grant.valid_from(), "grant.valid_from");
  check(grant.valid_until(), "grant.valid_until");
  if (!grant.valid_from().empty() && !grant.valid_until().empty() &&
      grant.valid_until() < grant.valid_from()) {
    faults->Field("grant.valid_until", "lies before valid_from");
  }
}

bool SetsOutput(const rights::v1::Grant& grant) {
  return !grant.name().empty() || grant.state() != rights::v1::GRANT_STATE_UNSPECIFIED ||
         grant.has_proposed() || grant.has_decided() || grant.has_revoked() ||
         !grant.etag().empty() || !grant.delegated_by().empty();
}

// The shape of a proposal; and fills what is understood.
absl::Status CheckShape(const rights::v1::ProposeGrantRequest& request, rights::v1::Grant* grant) {
  if (SetsOutput(*grant)) {
    return Error(Reason::kOutputOnly, "the grant has fields that only the service sets")
        .Field("grant", "leave name, state, steps and etag empty");
  }
  Error faults(Reason::kFieldInvalid, "the grant cannot be taken as it is");
  if (!IsPrincipal(grant->principal())) {
    faults.Field("grant.principal",
                 "is neither a SPIFFE id nor {issuer}#{subject} with a pseudonym as its subject");
  }
  if (IsPrincipal(grant->principal()) && HoldsNhsNumberAmongLetters(grant->principal())) {
    faults.Field(Reason::kPersonalData, "grant.principal", "seems to hold an NHS number");
  }
  if (!Grantable(grant->role())) faults.Field("grant.role", "is no role that is granted");
  if (!grant->organisation().empty()) {
    if (absl::Status code = CheckOdsCode(grant->organisation()); !code.ok()) {
      faults.Field("grant.organisation", code.message());
    }
  } else if (NeedsOrganisation(grant->role())) {
    faults.Field("grant.organisation", "is missing: the role is that of an organisation");
  }
  if (grant->reach() == rights::v1::REACH_UNSPECIFIED) grant->set_reach(rights::v1::REACH_OWN);
  if (grant->organisation().empty() && grant->reach() != rights::v1::REACH_OWN) {
    faults.Field("grant.reach", "makes no sense for a national grant: leave it out");
  }
  CheckDays(*grant, &faults);
  CheckCollections(*grant, "grant.collections", &faults);
  CheckReason(request.reason(), "reason", &faults);
  if (faults.fields_total() > 0) return faults;
  return absl::OkStatus();
}

// What an officer of one organisation may have to do with a grant.
absl::Status CheckOfficer(const OfficerOrigin& origin, const rights::v1::Grant& grant) {
  if (origin.scope.national()) return absl::OkStatus();
  if (GrantableByOrganisation(grant.role()) && grant.reach() != rights::v1::REACH_ACT_BELOW) {
    return absl::OkStatus();
  }
  return Error(Reason::kPermission,
               "an officer of one organisation grants that organisation's roles alone, and none "
               "that acts for others: a national officer must")
      .With("permission", "PERMISSION_RIGHTS_GRANT");
}

bool Sees(const OrganisationScope& scope, const rights::v1::Grant& grant) {
  return scope.national() || (!grant.organisation().empty() && scope.Covers(grant.organisation()));
}

// A stored grant within the officer's scope, as the caller saw it. As NotFound(name) otherwise.
absl::StatusOr<StoredGrant> Find(const Reader& reader, const OfficerOrigin& origin,
                                 const std::string& name, const std::string& etag) {
  ASSIGN_OR_RETURN(std::optional<StoredGrant> stored, FindGrant(reader, GrantNumber(name)));
  if (!stored.has_value() || !Sees(origin.scope, stored->grant)) return NotFound(name);
  if (!etag.empty() && etag != stored->grant.etag()) {
    return Error(Reason::kEtagMismatch, "the grant has changed since it was read")
        .With("etag", stored->grant.etag());
  }
  return *std::move(stored);
}

absl::Status WrongState(const rights::v1::Grant& grant, absl::string_view must) {
  std::string state = rights::v1::GrantState_Name(grant.state());
  return Error(Reason::kGrantState, absl::StrCat(grant.name(), " is in state ", state))
      .Precondition(grant.name(), absl::StrCat("is ", state, ", must be ", must));
}

Actor ProposerOf(const rights::v1::Grant& grant) {
  return Actor{grant.proposed().system(), grant.proposed().person()};
}

}  // namespace

void GrantRights::Propose(const OfficerOrigin& origin,
                          const rights::v1::ProposeGrantRequest& request, Done done) const {
  WriteGrantStep(
      *writer_, rights_, origin, kProposed, request,
      [origin, request](const Reader& reader,
                        rights::v1::Grant* grant) -> absl::StatusOr<Decision> {
        *grant = request.grant();
        RETURN_IF_ERROR(CheckShape(request, grant));
        RETURN_IF_ERROR(CheckOfficer(origin, *grant));
        RETURN_IF_ERROR(CheckNotForOneself(origin.actor, grant->principal()));
        RETURN_IF_ERROR(CheckKnown(reader, *grant));
        grant->set_state(rights::v1::GRANT_STATE_PROPOSED);
        FillStep(origin, request.reason(), grant->mutable_proposed());
        return NewGrant(reader, grant);
      },
      std::move(done));
}

void GrantRights::Decide(const OfficerOrigin& origin, const rights::v1::DecideGrantRequest& request,
                         Done done) const {
  auto token = std::make_shared<TokenUse>(origin);
  WriteGrantStep(
      *writer_, rights_, origin, kDecided, request,
      [origin, request, token](const Reader& reader,
                               rights::v1::Grant* grant) -> absl::StatusOr<Decision> {
        Error faults(Reason::kFieldInvalid, "the decision cannot be taken as it is");
        CheckReason(request.reason(), "reason", &faults);
        if (faults.fields_total() > 0) return faults.ToStatus();
        ASSIGN_OR_RETURN(StoredGrant stored, Find(reader, origin, request.name(), request.etag()));
        *grant = stored.grant;
        if (grant->state() != rights::v1::GRANT_STATE_PROPOSED) {
          return WrongState(*grant, "GRANT_STATE_PROPOSED");
        }
        RETURN_IF_ERROR(CheckOfficer(origin, *grant));
        RETURN_IF_ERROR(CheckTwoPersons(ProposerOf(*grant), origin.actor));
        RETURN_IF_ERROR(CheckNotForOneself(origin.actor, grant->principal()));
        RETURN_IF_ERROR(CheckRequestId(request.request_id()));
        // Last: what is refused anyway takes no new sign-in.
        if (!request.validate_only()) RETURN_IF_ERROR(token->Spend());
        grant->set_state(request.approve() ? rights::v1::GRANT_STATE_APPROVED
                                           : rights::v1::GRANT_STATE_REFUSED);
        FillStep(origin, request.reason(), grant->mutable_decided());
        return FactFor(kDecided, stored.number, *grant, {std::move(stored.check)});
      },
      std::move(done), [token] { token->Return(); });
}

void GrantRights::Revoke(const OfficerOrigin& origin, const rights::v1::RevokeGrantRequest& request,
                         Done done) const {
  WriteGrantStep(
      *writer_, rights_, origin, kRevoked, request,
      [origin, request](const Reader& reader,
                        rights::v1::Grant* grant) -> absl::StatusOr<Decision> {
        Error faults(Reason::kFieldInvalid, "the revocation cannot be taken as it is");
        CheckReason(request.reason(), "reason", &faults);
        if (faults.fields_total() > 0) return faults.ToStatus();
        ASSIGN_OR_RETURN(StoredGrant stored, Find(reader, origin, request.name(), request.etag()));
        *grant = stored.grant;
        if (grant->state() != rights::v1::GRANT_STATE_PROPOSED &&
            grant->state() != rights::v1::GRANT_STATE_APPROVED) {
          return WrongState(*grant, "proposed or approved");
        }
        RETURN_IF_ERROR(CheckOfficer(origin, *grant));
        grant->set_state(rights::v1::GRANT_STATE_REVOKED);
        FillStep(origin, request.reason(), grant->mutable_revoked());
        return FactFor(kRevoked, stored.number, *grant, {std::move(stored.check)});
      },
      std::move(done));
}

absl::StatusOr<PageOf<rights::v1::Grant>> ListGrants(const Reader& reader,
                                                     const OrganisationScope& scope,
                                                     const rights::v1::ListGrantsRequest& request,
                                                     const std::string& after, size_t limit) {
  uint64_t from = 0;
  if (!after.empty() && !absl::SimpleAtoi(after, &from)) {
    return Error(Reason::kPageToken, "the page token leads nowhere");
  }
  PageOf<rights::v1::Grant> page;
  RETURN_IF_ERROR(VisitGrants(
      reader, from, [&](uint64_t number, const rights::v1::Grant& grant) -> absl::StatusOr<bool> {
        const bool wanted =
            Sees(scope, grant) &&
            (request.principal().empty() || request.principal() == grant.principal()) &&
            (request.organisation().empty() || request.organisation() == grant.organisation()) &&
            (request.state() == rights::v1::GRANT_STATE_UNSPECIFIED ||
             request.state() == grant.state());
        if (!wanted) return true;
        if (page.rows.size() == limit) {
          page.after = absl::StrCat(GrantNumber(page.rows.back().name()));
          return false;
        }
        page.rows.push_back(grant);
        return true;
      }));
  return page;
}

}  // namespace onereturn::ingestion
