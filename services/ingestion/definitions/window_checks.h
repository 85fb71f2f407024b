// What makes the definitions of time sound by themselves.
#ifndef ONERETURN_SERVICES_INGESTION_DEFINITIONS_WINDOW_CHECKS_H_
#define ONERETURN_SERVICES_INGESTION_DEFINITIONS_WINDOW_CHECKS_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/period/period.h"
#include "common/status/error.h"
#include "onereturn/catalogue/v1/catalogue.pb.h"
#include "onereturn/timetable/v1/timetable.pb.h"
#include "services/ingestion/domain/return_window.h"
#include "services/ingestion/domain/working_calendar.h"

namespace onereturn::ingestion {

// DEFINITION_INVALID with every fault found.
absl::Status CheckCalendar(const timetable::v1::Calendar& calendar);

// Adds every fault of a collection's window, below "window". That the calendar is defined is not
// looked at.
void CheckWindow(const timetable::v1::CollectionWindow& window, PeriodKind kind, Error* faults);

// Of a definition without faults. INVALID_ARGUMENT where a day of it cannot be read.
absl::StatusOr<WorkingCalendar> CalendarOf(const timetable::v1::Calendar& calendar);

// Of a definition without faults; nullopt: none is defined.
std::optional<WindowSpec> SpecOf(const timetable::v1::CollectionWindow& window);
std::optional<WindowSpec> SpecOf(const catalogue::v1::Collection& collection);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DEFINITIONS_WINDOW_CHECKS_H_
