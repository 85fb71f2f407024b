// The organisations of a health system and how they belong to each other, on any day.
#ifndef ONERETURN_COMMON_HIERARCHY_HIERARCHY_H_
#define ONERETURN_COMMON_HIERARCHY_HIERARCHY_H_

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/hierarchy/hierarchy_check.h"
#include "common/hierarchy/organisation.h"
#include "common/period/civil_day.h"

namespace onereturn {

// How a provider that belongs to several parents is counted under each.
enum class Attribution {
  kLead,   // Whole under its lead; by shares where it has no lead.
  kShare,  // By shares; whole under its lead where it has no shares.
};

// An immutable, effective-dated hierarchy. Every question names a day, and only relationships in
// force on it count (see Relationship). Codes come back in bytewise order. Pointers to
// organisations live as long as this object or, after a move, the object moved into. Safe for
// concurrent use.
class Hierarchy {
 public:
  class Builder;

  // A relationship as seen from one end: the organisation at the other end.
  struct Link {
    const Organisation* organisation = nullptr;
    int64_t share_millionths = 0;  // As recorded; 0 where no share is stated.
    bool lead = false;
  };

  struct ProviderShare {
    const Organisation* provider = nullptr;
    int64_t share_millionths = 0;  // 1 to kWholeShareMillionths.
  };

  // All organisations, open or not, in bytewise order of code.
  absl::Span<const Organisation> organisations() const { return organisations_; }
  // nullptr for an unknown code; the day does not matter.
  const Organisation* Find(absl::string_view code) const;
  static bool IsOpen(const Organisation& organisation, const CivilDay& on_day);

  // Empty for an unknown code.
  std::vector<Link> Parents(absl::string_view child, RelationshipKind kind,
                            const CivilDay& on_day) const;
  std::vector<Link> Children(absl::string_view parent, RelationshipKind kind,
                             const CivilDay& on_day) const;

  // Whether any organisation of the type is open on the day. Where not, figures at that level are
  // not applicable: no ICB existed before 2022-07-01.
  bool LevelExists(OrganisationType type, const CivilDay& on_day) const;

  // The providers whose figures make up those of `code` on the day, each with the share of it that
  // counts there. A provider is itself, whole; an ICB or a collaborative has the providers related
  // to it; a region those with a PROVIDER_TO_REGION of their own; a nation all of its regions. One
  // that is not open has none. NOT_FOUND for an unknown code; FAILED_PRECONDITION for a type that
  // is not made up of providers. Over all ICBs together, every provider with an ICB counts once.
  absl::StatusOr<std::vector<ProviderShare>> ProvidersOf(
      absl::string_view code, const CivilDay& on_day,
      Attribution attribution = Attribution::kLead) const;

  // The providers of the region that belong to no ICB on the day: a region is its ICBs and these.
  // Empty for an unknown code.
  std::vector<const Organisation*> ProvidersWithoutIcb(absl::string_view region,
                                                       const CivilDay& on_day) const;

  // Successions in which `code` is the old (successors) or the new one (predecessors), ordered by
  // day, then code at the other end. Chains are not followed.
  std::vector<Succession> Successors(absl::string_view code) const;
  std::vector<Succession> Predecessors(absl::string_view code) const;

 private:
  // One relationship in force, seen from its owner.
  struct Edge {
    int32_t other = 0;  // Index of the organisation at the other end.
    int32_t from = 0;   // Days since 1970-01-01, both inclusive.
    int32_t to = 0;
    int32_t share_millionths = 0;
    bool lead = false;

    bool InForce(int32_t day) const { return from <= day && day <= to; }
  };
  // The edges of one kind and direction, by owner, then other end (and so its code), then day.
  struct EdgeTable {
    std::vector<uint32_t> begin;  // Index into `edges` by owner, and the end of the last.
    std::vector<Edge> edges;

    absl::Span<const Edge> Of(int32_t owner) const;
  };
  using OwnedEdges = std::vector<std::pair<int32_t, Edge>>;
  struct DayRange {
    int32_t from = 0;
    int32_t to = 0;
  };
  struct Portion {
    int32_t provider = 0;
    int64_t share_millionths = 0;
  };

  explicit Hierarchy(std::vector<Organisation> organisations);

  int32_t IndexOf(absl::string_view code) const;  // -1 for an unknown code.
  const EdgeTable& ParentsTable(RelationshipKind kind) const;
  const EdgeTable& ChildrenTable(RelationshipKind kind) const;
  static EdgeTable BuildTable(size_t owner_count, OwnedEdges edges);
  void IndexRelationships();
  void IndexLevels();
  std::vector<Link> LinksOf(const EdgeTable& table, absl::string_view code,
                            const CivilDay& on_day) const;
  void AddPortions(int32_t parent, RelationshipKind kind, int32_t day, Attribution attribution,
                   std::vector<Portion>& portions) const;
  int64_t AttributedShare(const Edge& edge, RelationshipKind kind, int32_t day,
                          Attribution attribution) const;

  std::vector<Organisation> organisations_;  // In bytewise order of code.
  std::array<EdgeTable, kRelationshipKindCount> parents_;
  std::array<EdgeTable, kRelationshipKindCount> children_;
  // Days on which any organisation of the type is open: disjoint, in order.
  std::array<std::vector<DayRange>, kOrganisationTypeCount> levels_;
};

// Collects organisation records, finds what is wrong with them together, and makes the hierarchy.
class Hierarchy::Builder {
 public:
  Builder& Add(Organisation organisation);

  // Every fault of the records as a whole, in one pass. Empty if Build will succeed.
  std::vector<HierarchyFault> Check() const { return CheckOrganisations(organisations_); }
  // INVALID_ARGUMENT, with the number of faults and the first of them, if Check finds any.
  absl::StatusOr<Hierarchy> Build() const;

 private:
  std::vector<Organisation> organisations_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_HIERARCHY_HIERARCHY_H_
