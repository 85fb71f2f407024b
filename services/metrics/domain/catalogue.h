// What metrics keeps of ingestion's catalogue: organisations, items and collections, as far as values need them.
#ifndef ONERETURN_SERVICES_METRICS_DOMAIN_CATALOGUE_H_
#define ONERETURN_SERVICES_METRICS_DOMAIN_CATALOGUE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/period/civil_day.h"
#include "common/period/period.h"

namespace onereturn::metrics {

// Numbers as in onereturn.catalogue.v1.OrganisationType; stored on disk: never renumber.
enum class OrganisationType : uint8_t {
  kUnspecified = 0,
  kProvider = 1,
  kIcb = 2,
  kRegion = 3,
  kNationalBody = 4,
  kCouncil = 5,
  kPlace = 6,
  kCollaborative = 7,
  kPrimaryCareNetwork = 8,
  kSubIcb = 9,
  kSite = 10,
  kPractice = 11,
  kOther = 12,
};

// Numbers as in onereturn.catalogue.v1.RelationshipKind; stored on disk: never renumber.
enum class RelationshipKind : uint8_t {
  kProviderToIcb = 1,
  kIcbToRegion = 2,
  kProviderToRegion = 3,  // In force also before ICBs existed and for providers with no ICB recorded.
  kRegionToNation = 4,
};

// An effective-dated tie to a parent.
struct Relationship {
  RelationshipKind kind = RelationshipKind::kProviderToIcb;
  std::string parent;
  CivilDay from;
  std::optional<CivilDay> to;  // Last day, inclusive; absent while open.
  // The part of the child that belongs to the parent, in millionths; absent where `lead` decides.
  std::optional<uint32_t> share_millionths;
  bool lead = false;
  friend bool operator==(const Relationship&, const Relationship&) = default;

  bool InForce(const CivilDay& day) const { return from <= day && (!to.has_value() || day <= *to); }
};

struct Organisation {
  std::string code;
  std::string display_name;
  OrganisationType type = OrganisationType::kUnspecified;
  std::vector<Relationship> relationships;
  friend bool operator==(const Organisation&, const Organisation&) = default;
};

struct Item {
  std::string code;
  bool additive_over_organisations = false;
  friend bool operator==(const Item&, const Item&) = default;
};

// Who owes a collection, and for which periods.
struct Frame {
  std::string organisation;
  Period from;
  std::optional<Period> to;  // Inclusive; absent: still owed.
  friend bool operator==(const Frame&, const Frame&) = default;

  bool Owes(const Period& period) const {
    return from.start() <= period.start() && (!to.has_value() || period.end() <= to->end());
  }
};

struct Collection {
  std::string code;
  uint32_t version = 0;
  std::vector<Frame> frames;
  friend bool operator==(const Collection&, const Collection&) = default;
};

}  // namespace onereturn::metrics

#endif  // ONERETURN_SERVICES_METRICS_DOMAIN_CATALOGUE_H_
