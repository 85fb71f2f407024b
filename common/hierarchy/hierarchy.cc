#include "common/hierarchy/hierarchy.h"

#include <algorithm>
#include <string>
#include <tuple>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace onereturn {
namespace {

size_t Slot(RelationshipKind kind) { return static_cast<size_t>(kind) - 1; }
size_t Slot(OrganisationType type) { return static_cast<size_t>(type) - 1; }

bool EarlierSuccession(const Succession& left, const Succession& right) {
  return std::tie(left.effective, left.old_code, left.new_code) <
         std::tie(right.effective, right.old_code, right.new_code);
}

}  // namespace

Hierarchy::Builder& Hierarchy::Builder::Add(Organisation organisation) {
  organisations_.push_back(std::move(organisation));
  return *this;
}

absl::StatusOr<Hierarchy> Hierarchy::Builder::Build() const {
  const std::vector<HierarchyFault> faults = Check();
  if (!faults.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the organisations have ", faults.size(), " faults; the first, of ",
                     faults.front().organisation, ": ", faults.front().message));
  }
  return Hierarchy(organisations_);
}

Hierarchy::Hierarchy(std::vector<Organisation> organisations)
    : organisations_(std::move(organisations)) {
  std::sort(
      organisations_.begin(), organisations_.end(),
      [](const Organisation& left, const Organisation& right) { return left.code < right.code; });
  IndexRelationships();
  IndexLevels();
}

absl::Span<const Hierarchy::Edge> Hierarchy::EdgeTable::Of(int32_t owner) const {
  if (edges.empty()) return {};
  const uint32_t first = begin[static_cast<size_t>(owner)];
  const uint32_t last = begin[static_cast<size_t>(owner) + 1];
  return absl::MakeConstSpan(edges).subspan(first, last - first);
}

Hierarchy::EdgeTable Hierarchy::BuildTable(size_t owner_count, OwnedEdges edges) {
  std::sort(edges.begin(), edges.end(), [](const auto& left, const auto& right) {
    return std::tie(left.first, left.second.other, left.second.from) <
           std::tie(right.first, right.second.other, right.second.from);
  });
  EdgeTable table;
  table.begin.assign(owner_count + 1, 0);
  for (const auto& [owner, edge] : edges) {
    ++table.begin[static_cast<size_t>(owner) + 1];
    table.edges.push_back(edge);
  }
  for (size_t owner = 0; owner < owner_count; ++owner) table.begin[owner + 1] += table.begin[owner];
  return table;
}

void Hierarchy::IndexRelationships() {
  std::array<OwnedEdges, kRelationshipKindCount> upwards;
  std::array<OwnedEdges, kRelationshipKindCount> downwards;
  for (size_t i = 0; i < organisations_.size(); ++i) {
    const int32_t child = static_cast<int32_t>(i);
    for (const Relationship& relationship : organisations_[i].relationships) {
      const int32_t parent = IndexOf(relationship.parent);
      const std::optional<DaysInForce> days =
          DaysOf(relationship, organisations_[i], organisations_[static_cast<size_t>(parent)]);
      if (!days.has_value()) continue;
      Edge edge = {parent, days->from, days->to,
                   static_cast<int32_t>(relationship.share_millionths), relationship.lead};
      upwards[Slot(relationship.kind)].emplace_back(child, edge);
      edge.other = child;
      downwards[Slot(relationship.kind)].emplace_back(parent, edge);
    }
  }
  for (size_t kind = 0; kind < kRelationshipKindCount; ++kind) {
    parents_[kind] = BuildTable(organisations_.size(), std::move(upwards[kind]));
    children_[kind] = BuildTable(organisations_.size(), std::move(downwards[kind]));
  }
}

void Hierarchy::IndexLevels() {
  for (const Organisation& organisation : organisations_) {
    levels_[Slot(organisation.type)].push_back(
        {organisation.open_date.EpochDays(),
         organisation.close_date.has_value() ? organisation.close_date->EpochDays() : kOpenEnd});
  }
  for (std::vector<DayRange>& ranges : levels_) {
    std::sort(ranges.begin(), ranges.end(),
              [](const DayRange& left, const DayRange& right) { return left.from < right.from; });
    std::vector<DayRange> merged;
    for (const DayRange& range : ranges) {
      if (!merged.empty() && range.from <= merged.back().to) {
        merged.back().to = std::max(merged.back().to, range.to);
      } else {
        merged.push_back(range);
      }
    }
    ranges = std::move(merged);
  }
}

int32_t Hierarchy::IndexOf(absl::string_view code) const {
  const auto found =
      std::lower_bound(organisations_.begin(), organisations_.end(), code,
                       [](const Organisation& organisation, absl::string_view sought) {
                         return absl::string_view(organisation.code) < sought;
                       });
  if (found == organisations_.end() || found->code != code) return -1;
  return static_cast<int32_t>(found - organisations_.begin());
}

const Hierarchy::EdgeTable& Hierarchy::ParentsTable(RelationshipKind kind) const {
  return parents_[Slot(kind)];
}

const Hierarchy::EdgeTable& Hierarchy::ChildrenTable(RelationshipKind kind) const {
  return children_[Slot(kind)];
}

const Organisation* Hierarchy::Find(absl::string_view code) const {
  const int32_t index = IndexOf(code);
  return index < 0 ? nullptr : &organisations_[static_cast<size_t>(index)];
}

bool Hierarchy::IsOpen(const Organisation& organisation, const CivilDay& on_day) {
  return organisation.open_date <= on_day &&
         (!organisation.close_date.has_value() || on_day <= *organisation.close_date);
}

std::vector<Hierarchy::Link> Hierarchy::LinksOf(const EdgeTable& table, absl::string_view code,
                                                const CivilDay& on_day) const {
  std::vector<Link> links;
  const int32_t owner = IndexOf(code);
  if (owner < 0) return links;
  const int32_t day = on_day.EpochDays();
  for (const Edge& edge : table.Of(owner)) {
    if (!edge.InForce(day)) continue;
    links.push_back(
        {&organisations_[static_cast<size_t>(edge.other)], edge.share_millionths, edge.lead});
  }
  return links;
}

std::vector<Hierarchy::Link> Hierarchy::Parents(absl::string_view child, RelationshipKind kind,
                                                const CivilDay& on_day) const {
  return LinksOf(ParentsTable(kind), child, on_day);
}

std::vector<Hierarchy::Link> Hierarchy::Children(absl::string_view parent, RelationshipKind kind,
                                                 const CivilDay& on_day) const {
  return LinksOf(ChildrenTable(kind), parent, on_day);
}

bool Hierarchy::LevelExists(OrganisationType type, const CivilDay& on_day) const {
  const std::vector<DayRange>& ranges = levels_[Slot(type)];
  const int32_t day = on_day.EpochDays();
  const auto after =
      std::upper_bound(ranges.begin(), ranges.end(), day,
                       [](int32_t sought, const DayRange& range) { return sought < range.from; });
  return after != ranges.begin() && day <= std::prev(after)->to;
}

int64_t Hierarchy::AttributedShare(const Edge& edge, RelationshipKind kind, int32_t day,
                                   Attribution attribution) const {
  const bool by_lead = attribution == Attribution::kLead;
  if (by_lead && edge.lead) return kWholeShareMillionths;
  if (!by_lead && edge.share_millionths > 0) return edge.share_millionths;
  const int64_t otherwise =
      by_lead ? edge.share_millionths : (edge.lead ? kWholeShareMillionths : 0);
  if (otherwise == 0) return 0;
  // The other way of attribution counts only for a child that has nothing of the wanted one.
  for (const Edge& sibling : ParentsTable(kind).Of(edge.other)) {
    if (!sibling.InForce(day)) continue;
    if (by_lead ? sibling.lead : sibling.share_millionths > 0) return 0;
  }
  return otherwise;
}

void Hierarchy::AddPortions(int32_t parent, RelationshipKind kind, int32_t day,
                            Attribution attribution, std::vector<Portion>& portions) const {
  for (const Edge& edge : ChildrenTable(kind).Of(parent)) {
    if (!edge.InForce(day)) continue;
    const int64_t share = AttributedShare(edge, kind, day, attribution);
    if (share > 0) portions.push_back({edge.other, share});
  }
}

absl::StatusOr<std::vector<Hierarchy::ProviderShare>> Hierarchy::ProvidersOf(
    absl::string_view code, const CivilDay& on_day, Attribution attribution) const {
  const int32_t index = IndexOf(code);
  if (index < 0) {
    return absl::NotFoundError("no organisation has this code; check it against the register");
  }
  const Organisation& organisation = organisations_[static_cast<size_t>(index)];
  const int32_t day = on_day.EpochDays();
  std::vector<Portion> portions;
  switch (organisation.type) {
    case OrganisationType::kProvider:
      if (IsOpen(organisation, on_day)) portions.push_back({index, kWholeShareMillionths});
      break;
    case OrganisationType::kIcb:
      AddPortions(index, RelationshipKind::kProviderToIcb, day, attribution, portions);
      break;
    case OrganisationType::kCollaborative:
      AddPortions(index, RelationshipKind::kProviderToCollaborative, day, attribution, portions);
      break;
    case OrganisationType::kRegion:
      AddPortions(index, RelationshipKind::kProviderToRegion, day, attribution, portions);
      break;
    case OrganisationType::kNationalBody:
      for (const Edge& region : ChildrenTable(RelationshipKind::kRegionToNation).Of(index)) {
        if (!region.InForce(day)) continue;
        AddPortions(region.other, RelationshipKind::kProviderToRegion, day, attribution, portions);
      }
      break;
    default:
      return absl::FailedPreconditionError(absl::StrCat(organisation.code, " is of type ",
                                                        OrganisationTypeName(organisation.type),
                                                        ", which is not made up of providers"));
  }
  if (organisation.type == OrganisationType::kNationalBody) {
    std::sort(portions.begin(), portions.end(), [](const Portion& left, const Portion& right) {
      return left.provider < right.provider;
    });
  }
  std::vector<ProviderShare> providers;
  providers.reserve(portions.size());
  for (const Portion& portion : portions) {
    const Organisation* provider = &organisations_[static_cast<size_t>(portion.provider)];
    // A provider shared by two regions of a nation counts there once.
    if (!providers.empty() && providers.back().provider == provider) {
      providers.back().share_millionths += portion.share_millionths;
    } else {
      providers.push_back({provider, portion.share_millionths});
    }
  }
  return providers;
}

std::vector<const Organisation*> Hierarchy::ProvidersWithoutIcb(absl::string_view region,
                                                                const CivilDay& on_day) const {
  std::vector<const Organisation*> providers;
  const int32_t owner = IndexOf(region);
  if (owner < 0) return providers;
  const int32_t day = on_day.EpochDays();
  for (const Edge& edge : ChildrenTable(RelationshipKind::kProviderToRegion).Of(owner)) {
    if (!edge.InForce(day)) continue;
    const absl::Span<const Edge> icbs =
        ParentsTable(RelationshipKind::kProviderToIcb).Of(edge.other);
    const bool has_icb =
        std::any_of(icbs.begin(), icbs.end(), [day](const Edge& icb) { return icb.InForce(day); });
    if (!has_icb) providers.push_back(&organisations_[static_cast<size_t>(edge.other)]);
  }
  return providers;
}

std::vector<Succession> Hierarchy::Successors(absl::string_view code) const {
  const Organisation* organisation = Find(code);
  if (organisation == nullptr) return {};
  std::vector<Succession> successions = organisation->successions;
  std::sort(successions.begin(), successions.end(), EarlierSuccession);
  return successions;
}

std::vector<Succession> Hierarchy::Predecessors(absl::string_view code) const {
  std::vector<Succession> successions;
  for (const Organisation& organisation : organisations_) {
    for (const Succession& succession : organisation.successions) {
      if (succession.new_code == code) successions.push_back(succession);
    }
  }
  std::sort(successions.begin(), successions.end(), EarlierSuccession);
  return successions;
}

}  // namespace onereturn
