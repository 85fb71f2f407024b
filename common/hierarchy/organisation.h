// What is recorded of an organisation: its names, days, relationships and successions.
#ifndef ONERETURN_COMMON_HIERARCHY_ORGANISATION_H_
#define ONERETURN_COMMON_HIERARCHY_ORGANISATION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/period/civil_day.h"

namespace onereturn {

// All parents of a child, for one kind of relationship on one day, share one whole.
inline constexpr int64_t kWholeShareMillionths = 1'000'000;

// The numbers are stored in records: do not renumber.
enum class OrganisationType : uint8_t {
  kProvider = 1,
  kIcb = 2,
  kRegion = 3,
  kNationalBody = 4,
  kCouncil = 5,
  kPlace = 6,
  kCollaborative = 7,
  kPcn = 8,
  kSubIcb = 9,
  kSite = 10,
  kPractice = 11,
  kOther = 12,
  kUnknown = 13,  // Known by its returns alone.
};
inline constexpr size_t kOrganisationTypeCount = 13;

// Do its own figures make up those of others? What is known by its returns alone is taken for a
// provider.
inline bool CountsAsProvider(OrganisationType type) {
  return type == OrganisationType::kProvider || type == OrganisationType::kUnknown;
}

// The numbers are stored in records: do not renumber. Each name says the types of child and parent.
enum class RelationshipKind : uint8_t {
  kProviderToIcb = 1,
  kIcbToRegion = 2,
  kProviderToRegion = 3,  // Of its own, not by way of an ICB: regions are older than ICBs.
  kRegionToNation = 4,    // The nation is an organisation of type NATIONAL_BODY.
  kSubIcbToIcb = 5,
  kSiteToProvider = 6,
  kPlaceToIcb = 7,
  kCouncilToIcb = 8,
  kProviderToCollaborative = 9,
  kPracticeToPcn = 10,
  kPcnToSubIcb = 11,
  kPartOf = 12,            // Between any two types.
  kProviderToNation = 13,  // Of its own, not by way of a region: providers are older than today's.
};
inline constexpr size_t kRelationshipKindCount = 13;

// The numbers are stored in records: do not renumber.
enum class SuccessionKind : uint8_t {
  kMerge = 1,     // The old organisation became part of the new one.
  kSplit = 2,     // The new organisation took over a part of the old one.
  kRename = 3,    // The same organisation under a new code.
  kBoundary = 4,  // An area moved from the old organisation to the new one; both may go on.
};
inline constexpr size_t kSuccessionKindCount = 4;

// A child belongs to a parent from one day to another, both inclusive; without `to`, until further
// notice. It is in force on those of its days on which both organisations are open.
//
// For each child and kind, on each day with relationships in force, either the shares total
// kWholeShareMillionths, or exactly one is the lead; both may hold at once, for metrics that
// attribute by share and metrics that attribute to the lead.
struct Relationship {
  std::string child;
  std::string parent;
  RelationshipKind kind = RelationshipKind::kPartOf;
  CivilDay from;
  std::optional<CivilDay> to;
  int64_t share_millionths = 0;  // 0: no share is stated.
  bool lead = false;

  friend bool operator==(const Relationship&, const Relationship&) = default;
};

struct Succession {
  std::string old_code;
  std::string new_code;
  SuccessionKind kind = SuccessionKind::kMerge;
  CivilDay effective;  // The first day under the new code.

  friend bool operator==(const Succession&, const Succession&) = default;
};

struct Organisation {
  std::string code;
  std::string name;
  OrganisationType type = OrganisationType::kOther;
  CivilDay open_date;                       // The first day open.
  std::optional<CivilDay> close_date;       // The last day open; nullopt while open.
  std::vector<Relationship> relationships;  // Those in which it is the child.
  std::vector<Succession> successions;      // Those in which it is the old code.

  friend bool operator==(const Organisation&, const Organisation&) = default;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_HIERARCHY_ORGANISATION_H_
