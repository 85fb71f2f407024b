// Whether an organisation still owes a return for a data request.
#ifndef ONERETURN_SERVICES_INGESTION_APP_TIMETABLE_OWED_RETURN_H_
#define ONERETURN_SERVICES_INGESTION_APP_TIMETABLE_OWED_RETURN_H_

#include <optional>

#include "absl/status/statusor.h"
#include "common/commit/committer.h"
#include "common/storage/reader.h"
#include "onereturn/storage/v1/records.pb.h"
#include "services/ingestion/store/obligation_table.h"
#include "services/ingestion/store/return_table.h"

namespace onereturn::ingestion {

// Was a revision of the return accepted since the obligation was issued? As of now.
absl::StatusOr<bool> IsMet(const Reader& reader, const ObligationKey& key,
                           const storage::v1::ObligationRecord& record);

// That one of its obligations is in force and not met; nullopt: none is.
absl::StatusOr<std::optional<ReadCheck>> OwedForRequest(const Reader& reader, const ReturnKey& key);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_TIMETABLE_OWED_RETURN_H_
