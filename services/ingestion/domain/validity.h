// Which version of a definition is for which time. Versions are dated by periods, which are
// compared by their first days: periods of several kinds can meet in one catalogue.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_VALIDITY_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_VALIDITY_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/period/period.h"

namespace onereturn::ingestion {

// For what time a version is meant.
struct Validity {
  std::optional<Period> from;          // The first period it is for; absent: all.
  std::optional<Period> retired_from;  // The first for which what it defines is no more.
};

// Days from `from` on and before `before`; without `before`: no end.
struct DayRange {
  CivilDay from = CivilDay::Earliest();
  std::optional<CivilDay> before;

  bool Covers(const CivilDay& day) const {
    return day >= from && (!before.has_value() || day < *before);
  }
  bool Overlaps(const DayRange& other) const;
  friend bool operator==(const DayRange&, const DayRange&) = default;
};

// A stretch of time for which one version is.
struct Stretch {
  DayRange days;
  size_t version = 0;  // Its place in the list.
  // From this day on what it defines is no more; absent: it stays in use.
  std::optional<CivilDay> retired_from;

  // The part in which it is in use; nullopt where it is none.
  std::optional<DayRange> InUse() const;
};

// Versions the newest first: a day goes by the first of them that is for it. The stretches in order
// of time; days before the first are of no version.
std::vector<Stretch> StretchesOf(const std::vector<Validity>& newest_first);

// The stretch of a period that begins on `day`; nullptr where no version is for it.
const Stretch* StretchOn(const std::vector<Stretch>& stretches, const CivilDay& day);

// Reads both texts; empty: absent. INVALID_ARGUMENT as Period::Parse.
absl::StatusOr<Validity> ReadValidity(const std::string& valid_from_period,
                                      const std::string& retired_from_period);

// "2027-04-01 to 2028-03-31", "from 2027-04-01 on", "all time": for people.
std::string TextOf(const DayRange& days);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_VALIDITY_H_
