// Who is below whom, on a day, as the organisations were known at a position.
#ifndef ONERETURN_SERVICES_METRICS_DOMAIN_ORGANISATION_TREE_H_
#define ONERETURN_SERVICES_METRICS_DOMAIN_ORGANISATION_TREE_H_

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/hierarchy/organisation.h"
#include "common/period/civil_day.h"

namespace onereturn::metrics {

// The providers whose figures make up an organisation's, on one day.
struct ProvidersBelow {
  // False: no hierarchy is in force at that level for the organisation on that day, as for every
  // ICB before July 2022.
  bool in_force = false;
  std::vector<std::string> providers;  // In order of code.
  // Those of them that have no ICB while others do; only for a region or the nation. In order.
  std::vector<std::string> no_icb_recorded;

  bool HasNoIcbRecorded(absl::string_view provider) const {
    return std::binary_search(no_icb_recorded.begin(), no_icb_recorded.end(), provider);
  }
};

// Immutable, so safe for any number of threads.
//
// It takes any set of records, unlike Hierarchy of common/hierarchy, which refuses a set with
// faults: at a position in the middle of a load a parent may not be defined yet, and a read there
// must still have its answer. A relationship is in force on its own days, whatever the
// organisations' dates of opening and closing say, so that no accepted figure drops out of a total.
//
// A provider is below itself. An ICB has the providers tied to it; a region the providers tied to
// the region, whether or not they have an ICB, by a relationship of their own; the nation the
// providers of the regions tied to it, and those tied to it directly. What is known by its returns
// alone stands as a provider. Of several ties of one kind on a day the lead counts, else
// the greatest share, else the first code: a provider's figures go whole to one parent.
class OrganisationTree {
 public:
  explicit OrganisationTree(std::vector<Organisation> organisations);

  // nullptr when it is not defined.
  const Organisation* Find(absl::string_view code) const;
  const std::map<std::string, Organisation, std::less<>>& organisations() const {
    return organisations_;
  }

  ProvidersBelow Below(const Organisation& organisation, const CivilDay& day) const;

 private:
  std::vector<std::string> ProvidersOf(RelationshipKind kind, absl::string_view parent,
                                       const CivilDay& day) const;
  // In order of code, each once.
  std::vector<std::string> OfNation(absl::string_view nation, const CivilDay& day) const;
  void AddNoIcbRecorded(const CivilDay& day, ProvidersBelow* below) const;

  std::map<std::string, Organisation, std::less<>> organisations_;
};

// The parent of that kind on the day; nullopt when there is none.
std::optional<std::string> ParentOf(const Organisation& organisation, RelationshipKind kind,
                                    const CivilDay& day);

}  // namespace onereturn::metrics

#endif  // ONERETURN_SERVICES_METRICS_DOMAIN_ORGANISATION_TREE_H_
