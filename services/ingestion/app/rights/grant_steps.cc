#include "services/ingestion/app/rights/grant_steps.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "common/base/pseudonym.h"
#include "common/base/utf8.h"
#include "common/feed/wire.h"
#include "common/identity/rights.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {
namespace {

constexpr size_t kMaxPrincipalBytes = 512;
constexpr int kMaxCollections = 64;

}  // namespace

bool IsPrincipal(const std::string& principal) {
  if (principal.size() > kMaxPrincipalBytes || !IsSafeText(principal)) return false;
  return SpiffeIdOf({principal}).ok() || IsPersonId(principal);
}

void CheckCollections(const rights::v1::Grant& grant, absl::string_view field, Error* faults) {
  if (grant.collections_size() > kMaxCollections) {
    faults->Field(field, "has more than 64");
  }
  std::set<std::string> seen;
  for (int i = 0; i < grant.collections_size(); ++i) {
    if (!seen.insert(grant.collections(i)).second) {
      faults->Field(absl::StrCat(field, "[", i, "]"), "stands twice");
    }
  }
}

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

void FillStep(const OfficerOrigin& origin, const std::string& reason, rights::v1::GrantStep* step) {
  step->set_system(origin.actor.spiffe_id);
  step->set_person(origin.actor.person);
  step->set_reason(reason);
}

void SetOutput(StepOf step, Timestamp time, uint64_t sequence, rights::v1::Grant* grant) {
  *(grant->*step)()->mutable_time() = ToWire(time);
  grant->set_etag(EtagOf(sequence));
}

absl::StatusOr<Decision> NewGrant(const Reader& reader, rights::v1::Grant* grant) {
  ASSIGN_OR_RETURN(GrantCount count, CountGrants(reader));
  const uint64_t number = count.value + 1;
  grant->set_name(GrantName(number));
  Decision decision = FactFor(kProposed, number, *grant, {std::move(count.check)});
  auto& fact = std::get<NewFact>(decision);
  fact.write = [number, put = std::move(fact.write)](const Placement& placement,
                                                     WriteBatch* batch) {
    put(placement, batch);
    PutGrantCount(number, batch);
  };
  return decision;
}

}  // namespace onereturn::ingestion
