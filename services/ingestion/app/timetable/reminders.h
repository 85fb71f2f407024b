// What an organisation should hear of: from facts, and of what is due soon.
#ifndef ONERETURN_SERVICES_INGESTION_APP_TIMETABLE_REMINDERS_H_
#define ONERETURN_SERVICES_INGESTION_APP_TIMETABLE_REMINDERS_H_

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/clock/clock.h"
#include "common/identity/organisation_scope.h"
#include "common/storage/store.h"
#include "onereturn/timetable/v1/timetable_service.pb.h"
#include "services/ingestion/store/timetable_table.h"

namespace onereturn::ingestion {

// The reminders of one stream. One thread at a time.
class Reminders {
 public:
  Reminders(const Store* store, OrganisationScope scope, int soon_working_days)
      : store_(store), scope_(std::move(scope)), soon_working_days_(soon_working_days) {}

  // Of the facts after `after` up to `newest`: those of a page, with how far it was looked.
  // An extension that was revoked since is left out.
  absl::StatusOr<timetable::v1::WatchRemindersResponse> OfFacts(uint64_t after,
                                                                uint64_t newest) const;

  // Adds what is due, or whose extension ends, within the working days and is not held, as of
  // `sequence` and `now`, which only goes on. Each is said once.
  absl::Status AddSoon(uint64_t sequence, Timestamp now,
                       timetable::v1::WatchRemindersResponse* response);

 private:
  struct OneWindow {
    WindowKey key;
    WindowFacts facts;
    std::vector<timetable::v1::Extension> extensions;  // In force, within the scope.
  };
  absl::Status AddSoonOf(const OneWindow& window, uint64_t sequence, Timestamp now,
                         timetable::v1::WatchRemindersResponse* response);

  const Store* const store_;
  const OrganisationScope scope_;
  const int soon_working_days_;
  Timestamp next_look_{};
  std::set<std::string> said_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_TIMETABLE_REMINDERS_H_
