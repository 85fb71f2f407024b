// What became of what one request asked, at a position.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_REQUEST_ACCOUNTS_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_REQUEST_ACCOUNTS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/storage/reader.h"
#include "services/ingestion/domain/requests/claims.h"

namespace onereturn::ingestion {

// The accounts of one request, by organisation: what its claims came to, and what it avoided.
absl::StatusOr<std::map<std::string, Account>> AccountsOfRequest(const Reader& reader,
                                                                 uint64_t request,
                                                                 uint64_t sequence);
// Of one organisation alone; nullopt where nothing was asked of it by then. Adds the claims that it
// read to `looked`, which may be null.
absl::StatusOr<std::optional<Account>> AccountOf(const Reader& reader, uint64_t request,
                                                 const std::string& organisation, uint64_t sequence,
                                                 size_t* looked = nullptr);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_REQUEST_ACCOUNTS_H_
