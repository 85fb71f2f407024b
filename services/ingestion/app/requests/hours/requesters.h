// Who asks, what it causes and avoids, and how attention is spread: docs/collect-once.md, "Who
// asks".
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_REQUESTERS_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_REQUESTERS_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "common/storage/reader.h"
#include "onereturn/requests/v1/hours_service.pb.h"
#include "services/ingestion/app/requests/hours/request_sums.h"

namespace onereturn::ingestion {

// Did the body, or one that has succeeded it by the day of `until`, read figures of the item since
// the entry `from`?
using WasRead =
    std::function<absl::StatusOr<bool>(const Reader& reader, const std::string& body,
                                       const std::string& item, uint64_t from, uint64_t until)>;

// As it was at `sequence`, without its position; `sums` are of then. `was_read` null: it is not
// known what was read, and no item counts as unused.
absl::StatusOr<requests::v1::ListRequestersResponse> ListRequesters(const Reader& reader,
                                                                    uint64_t sequence,
                                                                    const RequestSumsByNumber& sums,
                                                                    const WasRead& was_read);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_REQUESTERS_H_
