// What makes the definitions of time sound by themselves.
#ifndef ONERETURN_SERVICES_INGESTION_APP_WINDOW_CHECKS_H_
#define ONERETURN_SERVICES_INGESTION_APP_WINDOW_CHECKS_H_

#include "absl/status/status.h"
#include "common/period/period.h"
#include "common/status/error.h"
#include "onereturn/timetable/v1/timetable.pb.h"

namespace onereturn::ingestion {

// DEFINITION_INVALID with every fault found.
absl::Status CheckCalendar(const timetable::v1::Calendar& calendar);

// Adds every fault of a collection's window, below "window". That the calendar is defined is not
// looked at.
void CheckWindow(const timetable::v1::CollectionWindow& window, PeriodKind kind, Error* faults);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_WINDOW_CHECKS_H_
