// What every issued request came to, kept in memory as the journal goes on.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_KEPT_REQUEST_SUMS_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_KEPT_REQUEST_SUMS_H_

#include <cstdint>
#include <memory>
#include <mutex>

#include "absl/status/statusor.h"
#include "common/storage/reader.h"
#include "services/ingestion/app/requests/hours/request_sums.h"

namespace onereturn::ingestion {

// Thread safe. What it answers is never changed any more.
class KeptRequestSums {
 public:
  // As SumsOfRequests. It looks at the claims of those requests alone on which something that was
  // accepted since the last call bears; the first time, after another edition of guidance, and for
  // an earlier state than it knows, at all claims (and others wait).
  absl::StatusOr<std::shared_ptr<const RequestSumsByNumber>> At(const Reader& reader,
                                                                uint64_t sequence);

 private:
  absl::Status CatchUp(const Reader& reader, uint64_t sequence);

  std::mutex mutex_;
  std::shared_ptr<const RequestSumsByNumber> sums_;  // Guarded by mutex_; null: none yet.
  uint64_t at_ = 0;                                  // Guarded by mutex_; what they are of.
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_KEPT_REQUEST_SUMS_H_
