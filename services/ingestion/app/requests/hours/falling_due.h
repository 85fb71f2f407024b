// Returns that cost organisations something, by when they are due: docs/collect-once.md, "What
// falls on an organisation".
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_FALLING_DUE_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_FALLING_DUE_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "common/clock/clock.h"
#include "common/period/civil_day.h"
#include "common/period/london_day.h"
#include "common/storage/reader.h"
#include "services/ingestion/app/requests/matching/claim_reading.h"
#include "services/ingestion/domain/requests/minutes.h"
#include "services/ingestion/store/return_table.h"

namespace onereturn::ingestion {

struct DaySpan {
  CivilDay first;
  CivilDay last;  // Inclusive.
  // By the day in London.
  bool Holds(Timestamp moment) const {
    const CivilDay day = LondonDay(moment);
    return first <= day && day <= last;
  }
};

struct FallingDue {
  ReturnKey key;
  Timestamp due;
  Minutes minutes;
  std::optional<ClaimState> claim;  // To which it is charged; nullopt: the collection's own.
};

// All that falls due of the organisations in the span, as it was at `sequence`, in no order. Stops
// at the first error of `visit`.
absl::Status VisitFallingDue(const Reader& reader, const std::set<std::string>& organisations,
                             const DaySpan& span, uint64_t sequence,
                             absl::FunctionRef<absl::Status(const FallingDue& one)> visit);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_FALLING_DUE_H_
