// What a body has asked for already: for the warnings of what it asks next.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_BODY_REQUESTS_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_BODY_REQUESTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/period/civil_day.h"
#include "common/storage/reader.h"
#include "services/ingestion/domain/requests/warnings.h"

namespace onereturn::ingestion {

struct BodyRequests {
  // Caused by those that were issued since `year`.
  uint64_t minutes_used = 0;
  // Those that were issued and have not ended.
  std::vector<EndableRequest> live;
};

// As it was at `sequence`. Looks at 25,000 obligations: a request beyond them counts with what its
// issue asked, and is not among those that could end.
absl::StatusOr<BodyRequests> BodyRequestsOf(const Reader& reader, const std::string& body,
                                            const CivilDay& year, uint64_t sequence);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_BODY_REQUESTS_H_
