// What metrics keeps of ingestion's catalogue beside the organisations
// (common/hierarchy/organisation.h): items and collections, as far as values need them.
#ifndef ONERETURN_SERVICES_METRICS_DOMAIN_CATALOGUE_H_
#define ONERETURN_SERVICES_METRICS_DOMAIN_CATALOGUE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/hierarchy/organisation.h"
#include "common/period/period.h"

namespace onereturn::metrics {

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
  PeriodKind period_kind = PeriodKind::kMonth;        // Of its returns; owed in such periods alone.
  std::optional<Period> valid_from = std::nullopt;    // The first it is for; absent: all.
  std::optional<Period> retired_from = std::nullopt;  // The first that is not owed any more.
  friend bool operator==(const Collection&, const Collection&) = default;

  // Is this version for the period? A period goes by the newest version that is for it.
  bool IsFor(const Period& period) const {
    return !valid_from.has_value() || valid_from->start() <= period.start();
  }
  bool IsRetired(const Period& period) const {
    return retired_from.has_value() && retired_from->start() <= period.start();
  }
};

}  // namespace onereturn::metrics

#endif  // ONERETURN_SERVICES_METRICS_DOMAIN_CATALOGUE_H_
