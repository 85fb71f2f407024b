// Reading windows, extensions, completeness and what lies ahead, as of a position. No clock is
// asked: what is not a fact there has not happened.
#ifndef ONERETURN_SERVICES_INGESTION_APP_TIMETABLE_READ_TIMETABLE_H_
#define ONERETURN_SERVICES_INGESTION_APP_TIMETABLE_READ_TIMETABLE_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "common/identity/organisation_scope.h"
#include "common/storage/reader.h"
#include "onereturn/timetable/v1/timetable_service.pb.h"
#include "services/ingestion/store/timetable_table.h"

namespace onereturn::ingestion {

// The text of the position of a sequence.
using PositionText = std::function<std::string(uint64_t sequence)>;

// Every function answers without positions of its own; `scope` is what the caller may see.

// NOT_FOUND for a period without a window, or whose window has no moments yet because the calendar
// does not reach that far.
absl::StatusOr<timetable::v1::Window> GetWindow(const Reader& reader, const WindowKey& key,
                                                uint64_t sequence, const PositionText& position);

// NOT_FOUND for a collection that was not defined then; PERIOD.
absl::StatusOr<timetable::v1::ListExtensionsResponse> ListExtensions(
    const Reader& reader, const OrganisationScope& scope,
    const timetable::v1::ListExtensionsRequest& request, uint64_t sequence);

// NOT_FOUND for a collection that was not defined then; PERIOD; RANGE for more than 60 periods, or
// none.
absl::StatusOr<timetable::v1::GetCompletenessResponse> GetCompleteness(
    const Reader& reader, const OrganisationScope& scope,
    const timetable::v1::GetCompletenessRequest& request, uint64_t sequence);

// FIELD_INVALID for a day that is none, RANGE for too many weeks.
absl::StatusOr<timetable::v1::GetForwardCalendarResponse> GetForwardCalendar(
    const Reader& reader, const std::string& organisation,
    const timetable::v1::GetForwardCalendarRequest& request, uint64_t sequence);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_TIMETABLE_READ_TIMETABLE_H_
