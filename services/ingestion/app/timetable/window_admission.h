// Whether a return is taken now, by its window.
#ifndef ONERETURN_SERVICES_INGESTION_APP_TIMETABLE_WINDOW_ADMISSION_H_
#define ONERETURN_SERVICES_INGESTION_APP_TIMETABLE_WINDOW_ADMISSION_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/commit/committer.h"
#include "common/storage/reader.h"
#include "services/ingestion/domain/collection.h"

namespace onereturn::ingestion {

// Midnight in London after its last day.
Timestamp FirstMomentAfter(const Period& period);

// Whether it is taken: while its window is open, with an extension, or where a data request made
// the organisation owe it and it was not sent since. What it was decided on, besides the catalogue.
// PERIOD_NOT_OPEN, PERIOD_CLOSED: by the facts that `reader` holds, never by a clock. A period
// without a window is taken from its first day on, in London, and of a collection that a request
// made from the day after its last, by `no_earlier`: a time before which no new fact can be
// (Committer::LatestPromise).
absl::StatusOr<std::vector<ReadCheck>> AdmitToWindow(const Reader& reader,
                                                     const Collection& collection,
                                                     const Period& period,
                                                     const std::string& organisation,
                                                     Timestamp no_earlier);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_TIMETABLE_WINDOW_ADMISSION_H_
