// The accounts of requests: for each body and organisation, what became of what was asked.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_ACCOUNTS_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_ACCOUNTS_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "common/storage/reader.h"
#include "onereturn/requests/v1/hours_service.pb.h"
#include "services/ingestion/app/returns/read_returns.h"

namespace onereturn::ingestion {

// Those of ListAccounts at `sequence`, after `after` (where the page before ended; empty: from the
// first), at most `limit`. It looks at a bounded number of claims: a page may be short and not the
// last. Organisations of which nothing was asked have no account. NOT_FOUND for a request that is
// none.
absl::StatusOr<PageOf<requests::v1::Account>> ListAccounts(
    const Reader& reader, const requests::v1::ListAccountsRequest& request,
    const std::string& after, size_t limit, uint64_t sequence);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_ACCOUNTS_H_
