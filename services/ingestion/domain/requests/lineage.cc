#include "services/ingestion/domain/requests/lineage.h"

#include <algorithm>
#include <tuple>

namespace onereturn::ingestion {

Lineage::Lineage(const OrganisationIndex& index) : index_(index), ties_(index.count()) {
  for (uint32_t child = 0; child < index.count(); ++child) {
    const KnownOrganisation* known = index.KnownOf(child);
    if (known == nullptr) continue;
    for (const Relationship& tie : known->relationships) {
      const std::optional<uint32_t> parent = index.NumberOf(tie.parent);
      if (!parent.has_value()) continue;
      ties_[child].push_back(
          Tie{tie.kind, *parent, tie.from, tie.to, tie.share_millionths, tie.lead});
    }
  }
}

std::optional<uint32_t> Lineage::ParentOf(uint32_t child, RelationshipKind kind,
                                          const CivilDay& day) const {
  const Tie* best = nullptr;
  // Less is better.
  const auto rank = [](const Tie& tie) {
    return std::make_tuple(!tie.lead, -tie.share_millionths, tie.parent);
  };
  for (const Tie& tie : ties_[child]) {
    const bool in_force = tie.from <= day && (!tie.to.has_value() || day <= *tie.to);
    if (tie.kind != kind || !in_force) continue;
    if (best == nullptr || rank(tie) < rank(*best)) best = &tie;
  }
  if (best == nullptr) return std::nullopt;
  return best->parent;
}

bool Lineage::IsOf(uint32_t organisation, OrganisationType type) const {
  const KnownOrganisation* known = index_.KnownOf(organisation);
  return known != nullptr && known->type == type;
}

void Lineage::FillBelow(const CivilDay& day, std::vector<std::vector<uint32_t>>* below) const {
  below->resize(index_.count());
  const auto add = [&](std::optional<uint32_t> parent, OrganisationType type, uint32_t provider) {
    if (!parent.has_value() || !IsOf(*parent, type)) return;
    std::vector<uint32_t>& providers = (*below)[*parent];
    // It may be tied to the nation, and to one of its regions too.
    if (providers.empty() || providers.back() != provider) providers.push_back(provider);
  };
  for (uint32_t provider = 0; provider < index_.count(); ++provider) {
    const KnownOrganisation* known = index_.KnownOf(provider);
    if (known == nullptr || !CountsAsProvider(known->type)) continue;
    add(ParentOf(provider, RelationshipKind::kProviderToIcb, day), OrganisationType::kIcb,
        provider);
    add(ParentOf(provider, RelationshipKind::kProviderToNation, day),
        OrganisationType::kNationalBody, provider);
    const std::optional<uint32_t> region =
        ParentOf(provider, RelationshipKind::kProviderToRegion, day);
    if (!region.has_value() || !IsOf(*region, OrganisationType::kRegion)) continue;
    add(region, OrganisationType::kRegion, provider);
    add(ParentOf(*region, RelationshipKind::kRegionToNation, day), OrganisationType::kNationalBody,
        provider);
  }
}

const std::vector<uint32_t>& Lineage::Below(uint32_t organisation, const CivilDay& day) {
  OfDay& of_day = days_[day];
  if (!of_day.has_below) {
    FillBelow(day, &of_day.below);
    of_day.has_below = true;
  }
  return of_day.below[organisation];
}

const std::vector<uint32_t>& Lineage::Above(uint32_t organisation, const CivilDay& day) {
  const auto [entry, is_new] = days_[day].above.try_emplace(organisation);
  std::vector<uint32_t>& above = entry->second;
  if (!is_new) return above;
  std::vector<uint32_t> next = {organisation};
  while (!next.empty()) {
    const uint32_t child = next.back();
    next.pop_back();
    for (const Tie& tie : ties_[child]) {
      if (ParentOf(child, tie.kind, day) != tie.parent || tie.parent == organisation) continue;
      if (std::find(above.begin(), above.end(), tie.parent) != above.end()) continue;
      above.push_back(tie.parent);
      next.push_back(tie.parent);
    }
  }
  return above;
}

}  // namespace onereturn::ingestion
