// When what is asked is due: docs/collect-once.md, "What is asked".
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_DUE_MOMENT_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_DUE_MOMENT_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "common/period/london_day.h"
#include "services/ingestion/domain/requests/ask.h"
#include "services/ingestion/domain/requests/match.h"

namespace onereturn::ingestion {

// The last day, in London, on which what is due then is not late: the moment is the first that is,
// and at the end of a day it lies on the next one.
CivilDay DueDayOf(Timestamp due);

// The moments of the collection's window for the period: once it is opened those of that fact,
// until then those of its calendar. nullopt: it has none.
std::optional<Moments> WindowOf(const MatchWorld& world, const std::string& collection,
                                const Period& period);
// Is it open, or yet to be opened? Until its window closes: it is open on the day on which it does,
// unless a fact closed it. Where the timetable has none for the period it is not; of a collection
// that has no timetable it is.
bool IsYetToClose(const MatchWorld& world, const std::string& collection, const Period& period);

// Keeps what it found; not for several threads. Refers to what it is made of.
class DueMoments {
 public:
  DueMoments(const Ask& ask, const MatchWorld& world) : ask_(ask), world_(world) {}

  // Of a return that is asked with so many days of notice. An empty collection: the one that
  // issuing would make.
  Timestamp DueOf(const std::string& collection, const Period& period, uint32_t notice_days);
  // The window in which it falls due then. nullopt: none.
  std::optional<Moments> WindowAfter(const std::string& collection, const Period& period,
                                     uint32_t notice_days);
  // Of one that is owed by the collection's frames: its own window's, whatever the notice.
  Timestamp DueOfOwed(const std::string& collection, const Period& period);

 private:
  const std::optional<Moments>& Window(const std::string& collection, const Period& period);
  Timestamp FindDue(const std::string& collection, const Period& period, uint32_t notice_days);
  Timestamp WithoutWindow(const Period& period, uint32_t notice_days) const;

  const Ask& ask_;
  const MatchWorld& world_;
  std::map<std::pair<std::string, Period>, std::optional<Moments>> windows_;
  // By collection, period and days of notice.
  std::map<std::tuple<std::string, Period, uint32_t>, Timestamp> due_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_DUE_MOMENT_H_
