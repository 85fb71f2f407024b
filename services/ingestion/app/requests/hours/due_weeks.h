// The weeks in which a request would make something due, and what falls due in them without it.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_DUE_WEEKS_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_DUE_WEEKS_H_

#include <cstddef>
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

inline constexpr size_t kMostObligationsDue = 25'000;  // A second.

// As it was at `sequence`. Looks at the weeks of a year from the first on, and at the 500
// organisations of whom most is asked: at fewer where more than `most_obligations` of theirs are
// due in these weeks.
absl::StatusOr<DueWeeks> DueWeeksOf(const Reader& reader, const DueMinutes& due, uint64_t sequence,
                                    size_t most_obligations = kMostObligationsDue);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_DUE_WEEKS_H_
