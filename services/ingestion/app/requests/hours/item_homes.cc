#include "services/ingestion/app/requests/hours/item_homes.h"

#include <algorithm>

namespace onereturn::ingestion {
namespace {

std::vector<HeldPeriod> HeldPeriodsIn(const Coverage& coverage, const std::string& collection) {
  std::vector<HeldPeriod> held;
  const std::map<Period, PeriodCoverage>* periods = coverage.PeriodsOf(collection);
  if (periods == nullptr) return held;
  for (const auto& [period, of_period] : *periods) {
    HeldPeriod one;
    one.start = period.start();
    for (uint32_t organisation = 0; organisation < coverage.organisation_count(); ++organisation) {
      const HeldRevision* revision = of_period.Find(organisation);
      if (revision == nullptr) continue;
      if (one.returns == 0 || revision->accepted_on < one.first_accepted) {
        one.first_accepted = revision->accepted_on;
      }
      ++one.returns;
    }
    if (one.returns > 0) held.push_back(one);
  }
  return held;
}

// Whole periods after the one of `since` that have ended before `today`; at most `most`.
uint32_t PeriodsBetween(PeriodKind kind, const CivilDay& since, const CivilDay& today,
                        uint32_t most) {
  uint32_t count = 0;
  std::optional<Period> period = Period::Containing(kind, since);
  while (count < most && period.has_value()) {
    period = period->Next();
    if (!period.has_value() || !(period->end() < today)) break;
    ++count;
  }
  return count;
}

}  // namespace

std::map<std::string, std::string> HomesByItem(const KnownCatalogue& catalogue) {
  std::map<std::string, std::string> homes;
  std::map<std::string, CivilDay> since;
  for (const auto& [code, collection] : catalogue.collections) {
    for (const KnownCollection& stretch : collection.stretches) {
      for (const std::string& item : stretch.items) {
        const auto [place, is_first] = since.emplace(item, stretch.days.from);
        if (!is_first && stretch.days.from < place->second) continue;
        place->second = stretch.days.from;
        homes[item] = code;
      }
    }
  }
  return homes;
}

const std::vector<HeldPeriod>& HeldPeriods::Of(const std::string& collection) {
  const auto [periods, is_new] = by_collection_.try_emplace(collection);
  if (is_new) periods->second = HeldPeriodsIn(coverage_, collection);
  return periods->second;
}

UnusedPeriods UnusedPeriodsOf(const CollectionOverTime& home, const std::vector<HeldPeriod>& held,
                              const std::string& item, const std::optional<CivilDay>& last_use,
                              const CivilDay& today) {
  UnusedPeriods unused;
  for (const HeldPeriod& period : held) {
    const KnownCollection* stretch = CollectionOn(home, period.start);
    if (stretch == nullptr || stretch->items.count(item) == 0) continue;
    unused.first_held =
        std::min(unused.first_held.value_or(period.first_accepted), period.first_accepted);
    if (!last_use.has_value() || *last_use < period.first_accepted) ++unused.count;
  }
  const std::optional<CivilDay> since = last_use.has_value() ? last_use : unused.first_held;
  if (unused.count == 0 || !since.has_value()) return unused;
  const PeriodKind kind = home.stretches.back().period_kind;
  unused.count = PeriodsBetween(kind, *since, today, unused.count);
  return unused;
}

}  // namespace onereturn::ingestion
