// Who stood how with the returns of one period, at a position.
#ifndef ONERETURN_SERVICES_INGESTION_APP_TIMETABLE_WINDOW_LISTS_H_
#define ONERETURN_SERVICES_INGESTION_APP_TIMETABLE_WINDOW_LISTS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/clock/clock.h"
#include "common/identity/organisation_scope.h"
#include "common/storage/reader.h"
#include "onereturn/timetable/v1/timetable.pb.h"
#include "services/ingestion/app/timetable/window_reading.h"
#include "services/ingestion/store/return_table.h"

namespace onereturn::ingestion {

// Organisations that owe the period by the frames of the version that is for it. Empty where it has
// none: then anybody may send it, and nobody owes it.
std::vector<std::string> OwersOf(const WindowReader& windows, const Period& period);
// Does this one?
bool Owes(const WindowReader& windows, const std::string& organisation, const Period& period);

// Until when the return may come by the extensions that were in force then; nullopt: none was.
absl::StatusOr<std::optional<Timestamp>> ExtendedUntil(const Reader& reader, const ReturnKey& key,
                                                       uint64_t sequence);

struct StandingRow {
  ReturnStanding standing = ReturnStanding::kNotOwed;
  uint32_t revision = 0;  // The newest; 0: none.
  bool counts = false;    // For the on-time rate.
  bool owed = false;
};

// Of every organisation that `scope` covers and that owes the period or holds a return of it, as of
// `sequence`, in order of code. `windows` is of the same sequence.
absl::StatusOr<std::map<std::string, StandingRow>> StandingsAt(const Reader& reader,
                                                               const OrganisationScope& scope,
                                                               const WindowReader& windows,
                                                               const Period& period,
                                                               uint64_t sequence);

// Of one organisation.
absl::StatusOr<StandingRow> StandingAt(const Reader& reader, const WindowView& window, bool owed,
                                       const ReturnKey& key, uint64_t sequence);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_TIMETABLE_WINDOW_LISTS_H_
