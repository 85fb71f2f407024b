// What the triples of a request need: which items of which returns, for each asked period.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_NEEDS_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_NEEDS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "services/ingestion/domain/requests/figure_source.h"

namespace onereturn::ingestion {

// One item of the returns of one collection and period: of which organisations it is needed.
struct HomeNeed {
  ItemReturns* returns = nullptr;
  OrganisationSet organisations;
};

// What one figure without a home costs, by LineMatch::new_figure.
using NewFigureMinutes = std::map<std::string, Minutes>;

// Those of one asked period.
class PeriodNeeds {
 public:
  PeriodNeeds(uint32_t organisations, const Period& period)
      : count_(organisations), period_(period) {}

  HomeNeed& OfHome(ItemReturns* returns) {
    const auto [entry, is_new] = places_.try_emplace(returns, nullptr);
    if (is_new) {
      home_.push_back(std::make_unique<HomeNeed>(HomeNeed{returns, OrganisationSet(count_)}));
      entry->second = home_.back().get();
    }
    return *entry->second;
  }
  OrganisationSet& OfNew(const std::string& name) {
    return new_.try_emplace(name, count_).first->second;
  }

  const Period& period() const { return period_; }
  const std::vector<std::unique_ptr<HomeNeed>>& home() const { return home_; }
  // Figures that have no home, as NewFigureMinutes.
  const std::map<std::string, OrganisationSet>& without_home() const { return new_; }

 private:
  uint32_t count_;
  Period period_;
  std::vector<std::unique_ptr<HomeNeed>> home_;
  absl::flat_hash_map<ItemReturns*, HomeNeed*> places_;
  std::map<std::string, OrganisationSet> new_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_NEEDS_H_
