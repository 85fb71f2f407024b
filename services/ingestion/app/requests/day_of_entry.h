// The day by which what stands at a position is judged.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_DAY_OF_ENTRY_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_DAY_OF_ENTRY_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "common/period/civil_day.h"
#include "common/storage/reader.h"

namespace onereturn::ingestion {

// The day of the entry at `sequence`, in London: nothing is matched, or counted, by a clock.
absl::StatusOr<CivilDay> DayOf(const Reader& reader, uint64_t sequence);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_DAY_OF_ENTRY_H_
