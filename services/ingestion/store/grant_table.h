// Grants of rights by number, as their newest step left them.
#ifndef ONERETURN_SERVICES_INGESTION_STORE_GRANT_TABLE_H_
#define ONERETURN_SERVICES_INGESTION_STORE_GRANT_TABLE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/commit/committer.h"
#include "common/storage/reader.h"
#include "common/storage/write_batch.h"
#include "onereturn/rights/v1/rights.pb.h"

namespace onereturn::ingestion {

struct StoredGrant {
  uint64_t number = 0;
  rights::v1::Grant grant;
  ReadCheck check;  // That it still is so.
};

// nullopt when there is none.
absl::StatusOr<std::optional<StoredGrant>> FindGrant(const Reader& reader, uint64_t number);

// Those whose number is greater than `after`, in order, until `visit` answers false.
absl::Status VisitGrants(
    const Reader& reader, uint64_t after,
    absl::FunctionRef<absl::StatusOr<bool>(uint64_t number, const rights::v1::Grant& grant)> visit);

struct GrantCount {
  uint64_t value = 0;
  ReadCheck check;  // That there are no more.
};
absl::StatusOr<GrantCount> CountGrants(const Reader& reader);

// A new grant is the one after the last.
void PutGrant(uint64_t number, const rights::v1::Grant& grant, WriteBatch* batch);
void PutGrantCount(uint64_t count, WriteBatch* batch);

// The digest of the rights file as it was last recorded; empty when it never was.
absl::StatusOr<std::string> RecordedRightsFile(const Reader& reader);
void PutRecordedRightsFile(absl::string_view digest, WriteBatch* batch);

// "grants/7"; 0 for a text that is no such name.
std::string GrantName(uint64_t number);
uint64_t GrantNumber(absl::string_view name);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_STORE_GRANT_TABLE_H_
