#include "services/ingestion/app/grant_rights.h"

#include <memory>
#include <set>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/personal_data.h"
#include "common/base/pseudonym.h"
#include "common/base/utf8.h"
#include "common/commit/journal.h"
#include "common/commit/request_id.h"
#include "common/feed/wire.h"
#include "common/hierarchy/ods_code.h"
#include "common/period/civil_day.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "services/ingestion/app/token_use.h"
#include "services/ingestion/store/catalogue_table.h"
#include "services/ingestion/store/grant_table.h"

namespace onereturn::ingestion {
namespace {

constexpr size_t kMaxReasonBytes = 1'000;
constexpr size_t kMaxPrincipalBytes = 512;
constexpr int kMaxCollections = 64;

bool IsPrincipal(const std::string& principal) {
  if (principal.size() > kMaxPrincipalBytes || !IsSafeText(principal)) return false;
  return SpiffeIdOf({principal}).ok() || IsPersonId(principal);
}

void CheckReason(const std::string& reason, Error* faults) {
  if (reason.empty()) faults->Field("reason", "is missing");
  if (reason.size() > kMaxReasonBytes) faults->Field("reason", "is longer than 1,000 bytes");
  if (!IsSafeText(reason)) faults->Field("reason", "holds a character that cannot be shown");
  if (HoldsPersonalData(reason)) {
    faults->Field(Reason::kPersonalData, "reason", "seems to hold an NHS number or a postcode");
  }
}

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

void CheckCollections(const rights::v1::Grant& grant, Error* faults) {
  if (grant.collections_size() > kMaxCollections) {
    faults->Field("grant.collections", "has more than 64");
  }
  std::set<std::string> seen;
  for (int i = 0; i < grant.collections_size(); ++i) {
    if (!seen.insert(grant.collections(i)).second) {
      faults->Field(absl::StrCat("grant.collections[", i, "]"), "stands twice");
    }
  }
}

bool SetsOutput(const rights::v1::Grant& grant) {
  return !grant.name().empty() || grant.state() != rights::v1::GRANT_STATE_UNSPECIFIED ||
         grant.has_proposed() || grant.has_decided() || grant.has_revoked() ||
         !grant.etag().empty();
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
  CheckCollections(*grant, &faults);
  CheckReason(request.reason(), &faults);
  if (faults.fields_total() > 0) return faults;
  return absl::OkStatus();
}

// That what the grant names is defined.
absl::Status CheckKnown(const Reader& reader, const rights::v1::Grant& grant) {
  if (!grant.organisation().empty()) {
    ASSIGN_OR_RETURN(
        const std::optional<StoredDefinition> organisation,
        FindDefinition(reader, DefinitionKind::kOrganisation, grant.organisation(), kNewest));
    if (!organisation.has_value()) {
      return Error(Reason::kOdsUnknown,
                   absl::StrCat("there is no organisation ", grant.organisation()))
          .Field("grant.organisation", "is not defined");
    }
  }
  for (const std::string& code : grant.collections()) {
    ASSIGN_OR_RETURN(const std::optional<StoredDefinition> collection,
                     FindDefinition(reader, DefinitionKind::kCollection, code, kNewest));
    if (!collection.has_value()) {
      return Error(Reason::kDefinitionUnknown, absl::StrCat("there is no collection ", code))
          .Precondition(absl::StrCat("collections/", code), "is not defined");
    }
  }
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

// A stored grant within the officer's scope, as the caller saw it. As NotFound() otherwise.
absl::StatusOr<StoredGrant> Find(const Reader& reader, const OfficerOrigin& origin,
                                 const std::string& name, const std::string& etag) {
  ASSIGN_OR_RETURN(std::optional<StoredGrant> stored, FindGrant(reader, GrantNumber(name)));
  if (!stored.has_value() || !Sees(origin.scope, stored->grant)) return NotFound();
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

void Fill(const OfficerOrigin& origin, const std::string& reason, rights::v1::GrantStep* step) {
  step->set_system(origin.actor.spiffe_id);
  step->set_person(origin.actor.person);
  step->set_reason(reason);
}

using StepOf = rights::v1::GrantStep* (rights::v1::Grant::*)();

// How a kind of step is written: its fact, and which step of the grant it is.
template <typename Fact>
struct Step {
  feed::v1::EntryKind kind;
  StepOf step;
};
const Step<rights::v1::GrantProposed> kProposed = {feed::v1::ENTRY_KIND_GRANT_PROPOSED,
                                                   &rights::v1::Grant::mutable_proposed};
const Step<rights::v1::GrantDecided> kDecided = {feed::v1::ENTRY_KIND_GRANT_DECIDED,
                                                 &rights::v1::Grant::mutable_decided};
const Step<rights::v1::GrantRevoked> kRevoked = {feed::v1::ENTRY_KIND_GRANT_REVOKED,
                                                 &rights::v1::Grant::mutable_revoked};

void SetOutput(StepOf step, Timestamp time, uint64_t sequence, rights::v1::Grant* grant) {
  *(grant->*step)()->mutable_time() = ToWire(time);
  grant->set_etag(EtagOf(sequence));
}

template <typename Fact>
Decision FactFor(const Step<Fact>& step, uint64_t number, const rights::v1::Grant& grant,
                 std::vector<ReadCheck> read_set) {
  Fact fact;
  *fact.mutable_grant() = grant;
  fact.mutable_grant()->clear_etag();
  return NewFact{grant.name(), fact.SerializeAsString(), std::move(read_set),
                 [step = step.step, number, grant](const Placement& placement, WriteBatch* batch) {
                   rights::v1::Grant row = grant;
                   SetOutput(step, placement.time, placement.sequence, &row);
                   PutGrant(number, row, batch);
                 }};
}

template <typename Fact>
absl::StatusOr<GrantAnswer> AnswerOf(const Step<Fact>& step, Accepted accepted) {
  feed::v1::Entry entry;
  Fact fact;
  if (!entry.ParseFromString(accepted.receipt.entry) || !fact.ParseFromString(entry.fact())) {
    return absl::DataLossError("a stored entry is not the grant it should be");
  }
  GrantAnswer answer{fact.grant(), std::move(accepted)};
  SetOutput(step.step, Timestamp{entry.time_micros()}, entry.sequence(), &answer.grant);
  return answer;
}

// `judge` fills the grant as it would be and answers the decision. `not_taken` hears of a step that
// was not written, before `done` does.
template <typename Fact, typename Request>
void Write(
    const FactWriter& writer, RightsSource* rights, const OfficerOrigin& origin,
    const Step<Fact>& step, const Request& request,
    std::function<absl::StatusOr<Decision>(const Reader& reader, rights::v1::Grant* judged)> judge,
    GrantRights::Done done, std::function<void()> not_taken = nullptr) {
  auto judged = std::make_shared<rights::v1::Grant>();
  FactRequest fact{
      step.kind,     origin.actor.spiffe_id,  origin.scope.organisation(), request.request_id(),
      origin.digest, request.validate_only(), origin.actor.person,         origin.role};
  fact.organisation_of_caller = true;
  writer.Write(
      std::move(fact),
      [judge = std::move(judge), judged](const Snapshot& snapshot) {
        judged->Clear();
        return judge(snapshot, judged.get());
      },
      [&step, rights, judged, done = std::move(done),
       not_taken = std::move(not_taken)](absl::StatusOr<std::optional<AcceptedFact>> accepted) {
        if (!accepted.ok()) {
          if (not_taken) not_taken();
          return done(accepted.status());
        }
        if (!accepted->has_value()) return done(GrantAnswer{*judged, std::nullopt});
        absl::StatusOr<GrantAnswer> answer = AnswerOf(step, std::move((*accepted)->accepted));
        if (answer.ok()) {
          const absl::Status put =
              rights->PutGrant(answer->grant, answer->accepted->placement.sequence);
          if (!put.ok()) return done(put);
        }
        done(std::move(answer));
      });
}

}  // namespace

void GrantRights::Propose(const OfficerOrigin& origin,
                          const rights::v1::ProposeGrantRequest& request, Done done) const {
  Write(
      *writer_, rights_, origin, kProposed, request,
      [origin, request](const Reader& reader,
                        rights::v1::Grant* grant) -> absl::StatusOr<Decision> {
        *grant = request.grant();
        RETURN_IF_ERROR(CheckShape(request, grant));
        RETURN_IF_ERROR(CheckOfficer(origin, *grant));
        RETURN_IF_ERROR(CheckNotForOneself(origin.actor, grant->principal()));
        RETURN_IF_ERROR(CheckKnown(reader, *grant));
        ASSIGN_OR_RETURN(GrantCount count, CountGrants(reader));
        const uint64_t number = count.value + 1;
        grant->set_name(GrantName(number));
        grant->set_state(rights::v1::GRANT_STATE_PROPOSED);
        Fill(origin, request.reason(), grant->mutable_proposed());
        Decision decision = FactFor(kProposed, number, *grant, {std::move(count.check)});
        auto& fact = std::get<NewFact>(decision);
        fact.write = [number, put = std::move(fact.write)](const Placement& placement,
                                                           WriteBatch* batch) {
          put(placement, batch);
          PutGrantCount(number, batch);
        };
        return decision;
      },
      std::move(done));
}

void GrantRights::Decide(const OfficerOrigin& origin, const rights::v1::DecideGrantRequest& request,
                         Done done) const {
  auto token = std::make_shared<TokenUse>(origin);
  Write(
      *writer_, rights_, origin, kDecided, request,
      [origin, request, token](const Reader& reader,
                               rights::v1::Grant* grant) -> absl::StatusOr<Decision> {
        Error faults(Reason::kFieldInvalid, "the decision cannot be taken as it is");
        CheckReason(request.reason(), &faults);
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
        Fill(origin, request.reason(), grant->mutable_decided());
        return FactFor(kDecided, stored.number, *grant, {std::move(stored.check)});
      },
      std::move(done), [token] { token->Return(); });
}

void GrantRights::Revoke(const OfficerOrigin& origin, const rights::v1::RevokeGrantRequest& request,
                         Done done) const {
  Write(
      *writer_, rights_, origin, kRevoked, request,
      [origin, request](const Reader& reader,
                        rights::v1::Grant* grant) -> absl::StatusOr<Decision> {
        Error faults(Reason::kFieldInvalid, "the revocation cannot be taken as it is");
        CheckReason(request.reason(), &faults);
        if (faults.fields_total() > 0) return faults.ToStatus();
        ASSIGN_OR_RETURN(StoredGrant stored, Find(reader, origin, request.name(), request.etag()));
        *grant = stored.grant;
        if (grant->state() != rights::v1::GRANT_STATE_PROPOSED &&
            grant->state() != rights::v1::GRANT_STATE_APPROVED) {
          return WrongState(*grant, "proposed or approved");
        }
        RETURN_IF_ERROR(CheckOfficer(origin, *grant));
        grant->set_state(rights::v1::GRANT_STATE_REVOKED);
        Fill(origin, request.reason(), grant->mutable_revoked());
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
