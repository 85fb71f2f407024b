// The weeks in which a request would make something due, and what falls due in them without it.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_DUE_WEEKS_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_DUE_WEEKS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "common/storage/reader.h"
#include "services/ingestion/domain/requests/match.h"
#include "services/ingestion/domain/requests/warnings.h"

namespace onereturn::ingestion {

struct DueWeeks {
  std::vector<DueWeek> weeks;  // In order of organisation and week.
  uint32_t organisations_left_out = 0;
};

// As it was at `sequence`. Looks at the 500 organisations of whom most is asked, and at the weeks
// of a year from the first on.
absl::StatusOr<DueWeeks> DueWeeksOf(const Reader& reader, const DueMinutes& due, uint64_t sequence);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_DUE_WEEKS_H_
