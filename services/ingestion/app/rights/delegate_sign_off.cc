#include "services/ingestion/app/rights/delegate_sign_off.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/personal_data.h"
#include "common/hierarchy/ods_code.h"
#include "common/identity/two_persons.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/reason_text.h"
#include "services/ingestion/app/rights/grant_steps.h"

namespace onereturn::ingestion {
namespace {

const std::string& SubjectOf(const OfficerOrigin& origin) {
  return origin.actor.person.empty() ? origin.actor.spiffe_id : origin.actor.person;
}

void CheckLastDay(const std::string& text, const CivilDay& today, Error* faults) {
  const absl::StatusOr<CivilDay> last = CivilDay::Parse(text);
  if (!last.ok()) {
    faults->Field("valid_until", last.status().message());
  } else if (*last < today || last->EpochDays() > today.EpochDays() + kMaxDelegationDays) {
    faults->Field("valid_until", absl::StrCat("must lie between today and ", kMaxDelegationDays,
                                              " days from today"));
  }
}

// The grant asked for, whole but for its name.
absl::StatusOr<rights::v1::Grant> GrantAskedFor(const OfficerOrigin& origin, const CivilDay& today,
                                                const rights::v1::DelegateSignOffRequest& request) {
  rights::v1::Grant grant;
  grant.set_principal(request.principal());
  grant.set_role(rights::v1::ROLE_APPROVER);
  grant.set_organisation(request.organisation());
  grant.set_reach(rights::v1::REACH_OWN);
  *grant.mutable_collections() = request.collections();
  grant.set_valid_from(today.ToString());
  grant.set_valid_until(request.valid_until());
  grant.set_delegated_by(SubjectOf(origin));
  grant.set_state(rights::v1::GRANT_STATE_APPROVED);
  Error faults(Reason::kFieldInvalid, "the sign-off cannot be delegated like that");
  if (!IsPrincipal(grant.principal())) {
    faults.Field("principal",
                 "is neither a SPIFFE id nor {issuer}#{subject} with a pseudonym as its subject");
  } else if (HoldsNhsNumberAmongLetters(grant.principal())) {
    faults.Field(Reason::kPersonalData, "principal", "seems to hold an NHS number");
  }
  if (const absl::Status code = CheckOdsCode(grant.organisation()); !code.ok()) {
    faults.Field("organisation", code.message());
  }
  CheckLastDay(grant.valid_until(), today, &faults);
  CheckCollections(grant, "collections", &faults);
  CheckReason(request.reason(), "reason", &faults);
  if (faults.fields_total() > 0) return faults.ToStatus();
  FillStep(origin, request.reason(), grant.mutable_proposed());
  return grant;
}

// The delegator must hold what he gives himself, for all organisations, collections and days of it.
absl::Status CheckHeld(const Rights& rights, const OfficerOrigin& origin, const CivilDay& today,
                       const rights::v1::Grant& grant) {
  ASSIGN_OR_RETURN(const CivilDay last, CivilDay::Parse(grant.valid_until()));
  const std::vector<Grant> held = rights.GrantsOf(SubjectOf(origin), today);
  // What reaches below is covered by the caller's scope, which the call has been checked against.
  const bool holds = std::any_of(held.begin(), held.end(), [&](const Grant& own) {
    return own.role == rights::v1::ROLE_APPROVER && own.delegated_by.empty() &&
           own.collections.empty() && (!own.until.has_value() || last <= *own.until) &&
           (own.organisation == grant.organisation() || own.reach == rights::v1::REACH_ACT_BELOW);
  });
  if (holds) return absl::OkStatus();
  return Error(Reason::kPermission,
               "only who signs by a right of his own, for all collections and all these days, can "
               "delegate it")
      .With("permission", "PERMISSION_RETURNS_SIGN");
}

}  // namespace

void DelegateSignOff::Delegate(const OfficerOrigin& origin, const CivilDay& today,
                               const rights::v1::DelegateSignOffRequest& request,
                               GrantRights::Done done) const {
  WriteGrantStep(
      *writer_, rights_, origin, kProposed, request,
      [this, origin, today, request](const Reader& reader,
                                     rights::v1::Grant* grant) -> absl::StatusOr<Decision> {
        ASSIGN_OR_RETURN(*grant, GrantAskedFor(origin, today, request));
        RETURN_IF_ERROR(CheckHeld(*rights_->Current(), origin, today, *grant));
        RETURN_IF_ERROR(CheckNotForOneself(origin.actor, grant->principal()));
        RETURN_IF_ERROR(CheckKnown(reader, *grant));
        return NewGrant(reader, grant);
      },
      std::move(done));
}

void DelegateSignOff::End(const OfficerOrigin& origin,
                          const rights::v1::EndDelegationRequest& request,
                          GrantRights::Done done) const {
  WriteGrantStep(
      *writer_, rights_, origin, kRevoked, request,
      [origin, request](const Reader& reader,
                        rights::v1::Grant* grant) -> absl::StatusOr<Decision> {
        Error faults(Reason::kFieldInvalid, "the delegation cannot be ended like that");
        CheckReason(request.reason(), "reason", &faults);
        if (faults.fields_total() > 0) return faults.ToStatus();
        ASSIGN_OR_RETURN(std::optional<StoredGrant> stored,
                         FindGrant(reader, GrantNumber(request.name())));
        if (!stored.has_value() || stored->grant.delegated_by() != SubjectOf(origin)) {
          return NotFound(request.name());
        }
        *grant = stored->grant;
        if (grant->state() != rights::v1::GRANT_STATE_APPROVED) {
          return Error(Reason::kGrantState, absl::StrCat(grant->name(), " was ended already"))
              .Precondition(grant->name(), "is revoked");
        }
        grant->set_state(rights::v1::GRANT_STATE_REVOKED);
        FillStep(origin, request.reason(), grant->mutable_revoked());
        return FactFor(kRevoked, stored->number, *grant, {std::move(stored->check)});
      },
      std::move(done));
}

}  // namespace onereturn::ingestion
