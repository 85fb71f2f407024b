#include "services/metrics/domain/organisation_tree.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace onereturn::metrics {
namespace {

bool InForce(const Relationship& relationship, const CivilDay& day) {
  return relationship.from <= day && (!relationship.to.has_value() || day <= *relationship.to);
}

}  // namespace

std::optional<std::string> ParentOf(const Organisation& organisation, RelationshipKind kind,
                                    const CivilDay& day) {
  const Relationship* best = nullptr;
  // Less is better: the lead first, then the greatest share, then the first code.
  const auto rank = [](const Relationship& relationship) {
    return std::make_tuple(relationship.lead ? 0 : 1, -relationship.share_millionths,
                           absl::string_view(relationship.parent));
  };
  for (const Relationship& relationship : organisation.relationships) {
    if (relationship.kind != kind || !InForce(relationship, day)) continue;
    if (best == nullptr || rank(relationship) < rank(*best)) best = &relationship;
  }
  if (best == nullptr) return std::nullopt;
  return best->parent;
}

OrganisationTree::OrganisationTree(std::vector<Organisation> organisations) {
  for (Organisation& organisation : organisations) {
    std::string code = organisation.code;
    organisations_.insert_or_assign(std::move(code), std::move(organisation));
  }
}

const Organisation* OrganisationTree::Find(absl::string_view code) const {
  const auto found = organisations_.find(code);
  return found == organisations_.end() ? nullptr : &found->second;
}

std::vector<std::string> OrganisationTree::ProvidersOf(RelationshipKind kind,
                                                       absl::string_view parent,
                                                       const CivilDay& day) const {
  std::vector<std::string> providers;
  for (const auto& [code, organisation] : organisations_) {
    if (!CountsAsProvider(organisation.type)) continue;
    const std::optional<std::string> found = ParentOf(organisation, kind, day);
    if (found.has_value() && absl::string_view(*found) == parent) providers.push_back(code);
  }
  return providers;
}

std::vector<std::string> OrganisationTree::OfNation(absl::string_view nation,
                                                    const CivilDay& day) const {
  std::vector<std::string> providers =
      ProvidersOf(RelationshipKind::kProviderToNation, nation, day);
  for (const auto& [code, region] : organisations_) {
    if (region.type != OrganisationType::kRegion) continue;
    const std::optional<std::string> parent =
        ParentOf(region, RelationshipKind::kRegionToNation, day);
    if (!parent.has_value() || absl::string_view(*parent) != nation) continue;
    const std::vector<std::string> of_region =
        ProvidersOf(RelationshipKind::kProviderToRegion, code, day);
    providers.insert(providers.end(), of_region.begin(), of_region.end());
  }
  // A provider may be tied to the nation and to one of its regions too.
  std::sort(providers.begin(), providers.end());
  providers.erase(std::unique(providers.begin(), providers.end()), providers.end());
  return providers;
}

void OrganisationTree::AddNoIcbRecorded(const CivilDay& day, ProvidersBelow* below) const {
  const auto has_icb = [&day](const Organisation& organisation) {
    return ParentOf(organisation, RelationshipKind::kProviderToIcb, day).has_value();
  };
  // On a day without ICBs nobody lacks one.
  const bool level_in_force =
      std::any_of(organisations_.begin(), organisations_.end(),
                  [&has_icb](const auto& entry) { return has_icb(entry.second); });
  if (!level_in_force) return;
  for (const std::string& provider : below->providers) {
    if (!has_icb(*Find(provider))) below->no_icb_recorded.push_back(provider);
  }
}

ProvidersBelow OrganisationTree::Below(const Organisation& organisation,
                                       const CivilDay& day) const {
  ProvidersBelow below;
  switch (organisation.type) {
    case OrganisationType::kProvider:
    case OrganisationType::kUnknown:
      below.in_force = true;
      below.providers = {organisation.code};
      return below;
    case OrganisationType::kIcb:
      below.providers = ProvidersOf(RelationshipKind::kProviderToIcb, organisation.code, day);
      break;
    case OrganisationType::kRegion:
      below.providers = ProvidersOf(RelationshipKind::kProviderToRegion, organisation.code, day);
      AddNoIcbRecorded(day, &below);
      break;
    case OrganisationType::kNationalBody:
      below.providers = OfNation(organisation.code, day);
      AddNoIcbRecorded(day, &below);
      break;
    default:
      break;  // No figures roll up to other types.
  }
  below.in_force = !below.providers.empty();
  return below;
}

}  // namespace onereturn::metrics
