// What is held, as bitmaps: for each collection and period, of which organisations the return is.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_COVERAGE_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_COVERAGE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "common/period/civil_day.h"
#include "common/period/period.h"

namespace onereturn::ingestion {

// The newest accepted revision of a return.
struct HeldRevision {
  uint32_t number = 0;
  uint64_t sequence = 0;
  uint32_t collection_version = 0;
  bool is_final = false;
  CivilDay accepted_on;  // In London.
};

// The returns of one collection and period. Organisations are numbered by Coverage.
class PeriodCoverage {
 public:
  // Null where the organisation's return is not held.
  const HeldRevision* Find(uint32_t organisation) const;
  // Bit o of word o / 64 is set where organisation o's return is held.
  const std::vector<uint64_t>& held() const { return held_; }

 private:
  friend class Coverage;
  std::vector<uint64_t> held_;
  std::vector<uint32_t> places_;  // By organisation: 1 + its place in revisions_; 0: not held.
  std::vector<HeldRevision> revisions_;
};

// Thread-compatible: matching reads it while nobody takes.
class Coverage {
 public:
  // The return's newest revision; a repeat, or an older one than is known, changes nothing.
  void Take(absl::string_view collection, const Period& period, absl::string_view organisation,
            const HeldRevision& revision);

  // Null where nothing of it is held.
  const PeriodCoverage* Of(absl::string_view collection, const Period& period) const;
  // nullopt for one that never sent anything.
  std::optional<uint32_t> NumberOf(absl::string_view organisation) const;
  const std::string& CodeOf(uint32_t organisation) const { return codes_[organisation]; }
  // Every number below it is an organisation's.
  uint32_t organisation_count() const { return static_cast<uint32_t>(codes_.size()); }
  // Of every period of which something is held. Null: none.
  const std::map<Period, PeriodCoverage>* PeriodsOf(absl::string_view collection) const;
  // Of Of() and NumberOf() together.
  const HeldRevision* Find(absl::string_view collection, const Period& period,
                           absl::string_view organisation) const;
  // The first period for which the organisation ever sent a return of the collection.
  std::optional<Period> FirstPeriod(absl::string_view collection,
                                    absl::string_view organisation) const;
  // Those that ever sent a return of the collection, and the first period of each. Null: nobody.
  const std::map<std::string, Period, std::less<>>* SendersOf(absl::string_view collection) const;

 private:
  struct OfCollection {
    std::map<Period, PeriodCoverage> periods;
    std::map<std::string, Period, std::less<>> first;
  };

  std::map<std::string, OfCollection, std::less<>> collections_;
  absl::flat_hash_map<std::string, uint32_t> numbers_;
  std::vector<std::string> codes_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_COVERAGE_H_
