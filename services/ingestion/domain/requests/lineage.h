// Who is below whom, and above, on a day: docs/collect-once.md, "lower organisations".
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_LINEAGE_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_LINEAGE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "common/hierarchy/organisation.h"
#include "common/period/civil_day.h"
#include "services/ingestion/domain/requests/organisation_index.h"

namespace onereturn::ingestion {

// By numbers of the index, to which it refers. What was asked is kept: not for several threads.
class Lineage {
 public:
  explicit Lineage(const OrganisationIndex& index);

  // The providers whose figures make up those of an ICB, a region or the nation, as metrics sums
  // them too: of several ties of one kind the lead counts, else the greatest share, else the first
  // code. The nation has those tied to it, and those of the regions tied to it. In order; of other
  // types nobody.
  const std::vector<uint32_t>& Below(uint32_t organisation, const CivilDay& day);
  // Every organisation to which it belongs, by whatever kind of tie, and those above them.
  const std::vector<uint32_t>& Above(uint32_t organisation, const CivilDay& day);

 private:
  struct Tie {
    RelationshipKind kind;
    uint32_t parent;
    CivilDay from;
    std::optional<CivilDay> to;
    int64_t share_millionths;
    bool lead;
  };
  struct OfDay {
    bool has_below = false;
    std::vector<std::vector<uint32_t>> below;
    std::map<uint32_t, std::vector<uint32_t>> above;
  };

  std::optional<uint32_t> ParentOf(uint32_t child, RelationshipKind kind,
                                   const CivilDay& day) const;
  bool IsOf(uint32_t organisation, OrganisationType type) const;
  void FillBelow(const CivilDay& day, std::vector<std::vector<uint32_t>>* below) const;

  const OrganisationIndex& index_;
  std::vector<std::vector<Tie>> ties_;  // By child.
  std::map<CivilDay, OfDay> days_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_LINEAGE_H_
