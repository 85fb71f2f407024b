// Obligations that are in force, and those that end without having been met.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_OBLIGATIONS_RELEASE_OBLIGATIONS_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_OBLIGATIONS_RELEASE_OBLIGATIONS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/commit/committer.h"
#include "common/storage/reader.h"
#include "onereturn/requests/v1/obligation.pb.h"
#include "onereturn/storage/v1/records.pb.h"
#include "services/ingestion/store/obligation_table.h"

namespace onereturn::ingestion {

// Rows that a fact releases, as they were read.
struct Releases {
  std::vector<std::pair<ObligationKey, storage::v1::ObligationRecord>> rows;
  std::vector<ReadCheck> read_set;  // That they are as they were, and nothing came since.

  // Keeps them as released by the fact at `sequence`.
  void Write(uint64_t sequence, requests::v1::ReleaseReason reason, WriteBatch* batch) const;
};

// Those of the request that are in force and not met.
absl::StatusOr<Releases> OpenObligationsOf(const Reader& reader, uint64_t request);
// Is one of its obligations neither met nor released? Those up to `passed` (a text of
// ObligationKeyText) are known to be, for good; it moves on over others that are.
absl::StatusOr<bool> HasOpen(const Reader& reader, uint64_t request, std::string* passed);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_OBLIGATIONS_RELEASE_OBLIGATIONS_H_
