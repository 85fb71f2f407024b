// When what is asked is due: docs/collect-once.md, "What is asked".
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_DUE_MOMENT_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_DUE_MOMENT_H_

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "common/period/london_day.h"
#include "services/ingestion/domain/requests/ask.h"
#include "services/ingestion/domain/requests/known_catalogue.h"

namespace onereturn::ingestion {

// Keeps what it found; not for several threads. Refers to what it is made of.
class DueMoments {
 public:
  DueMoments(const Ask& ask, const CivilDay& today) : ask_(ask), today_(today) {}

  // Has it a window for any period?
  static bool HasWindows(const CollectionOverTime& collection);
  // The moments of the collection's window for the period; nullopt: it has none.
  static std::optional<Moments> WindowOf(const CollectionOverTime& collection,
                                         const Period& period);

  // Of a return that is asked with so many days of notice. A null collection: the one that issuing
  // would make.
  Timestamp DueOf(const CollectionOverTime* collection, const Period& period, uint32_t notice_days);
  // Of one that is owed by the collection's frames: its own window's, whatever the notice.
  Timestamp DueOfOwed(const CollectionOverTime& collection, const Period& period);

 private:
  Timestamp WithoutWindow(const Period& period, uint32_t notice_days) const;

  const Ask& ask_;
  CivilDay today_;
  std::map<std::pair<const CollectionOverTime*, Period>, std::optional<Moments>> windows_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_DUE_MOMENT_H_
