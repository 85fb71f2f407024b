// Working days of a country: Monday to Friday without its holidays.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_WORKING_CALENDAR_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_WORKING_CALENDAR_H_

#include <optional>
#include <set>

#include "common/period/civil_day.h"

namespace onereturn::ingestion {

// Thread safe: nothing changes once it is made.
class WorkingCalendar {
 public:
  // Every holiday from `first` to `last`, both inclusive, is in `holidays`. All days are valid.
  WorkingCalendar(const CivilDay& first, const CivilDay& last, std::set<CivilDay> holidays);

  // nullopt for a day whose holidays are not known.
  std::optional<bool> IsWorkingDay(const CivilDay& day) const;

  // The working day `count` after `day`, which itself never counts: 1 is the first one after it; 0
  // is `day` itself, working or not. nullopt when the way there leaves the days that are known.
  std::optional<CivilDay> WorkingDayAfter(const CivilDay& day, int count) const;
  // The same backwards.
  std::optional<CivilDay> WorkingDayBefore(const CivilDay& day, int count) const;

  const CivilDay& first() const { return first_; }
  const CivilDay& last() const { return last_; }

 private:
  std::optional<CivilDay> Walk(const CivilDay& day, int count, int step) const;

  CivilDay first_;
  CivilDay last_;
  std::set<CivilDay> holidays_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_WORKING_CALENDAR_H_
