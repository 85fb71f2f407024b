// Whether an organisation still owes a return for a data request.
#ifndef ONERETURN_SERVICES_INGESTION_APP_TIMETABLE_OWED_RETURN_H_
#define ONERETURN_SERVICES_INGESTION_APP_TIMETABLE_OWED_RETURN_H_

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "common/commit/committer.h"
#include "common/storage/reader.h"
#include "onereturn/storage/v1/records.pb.h"
#include "services/ingestion/store/obligation_table.h"
#include "services/ingestion/store/return_table.h"

namespace onereturn::ingestion {

// Was the revision judged by a version of its collection that has not all items of the obligation?
// It does not meet it: by matching too an item is held where the version has it.
absl::StatusOr<bool> LacksItems(const Reader& reader, const ObligationKey& key,
                                const storage::v1::ObligationRecord& record,
                                const RevisionPlace& revision);

// Was a revision of the return accepted since the obligation was issued that has its items? As of
// `sequence`; without one, as of now.
absl::StatusOr<bool> IsMet(const Reader& reader, const ObligationKey& key,
                           const storage::v1::ObligationRecord& record,
                           uint64_t sequence = UINT64_MAX);

// Was the obligation in force at `sequence`, and not met? So for ever.
absl::StatusOr<bool> WasOutstanding(const Reader& reader, const ObligationKey& key,
                                    const storage::v1::ObligationRecord& record, uint64_t sequence);

// Was the return owed for any request at `sequence`? So for ever.
absl::StatusOr<bool> WasOwedForRequest(const Reader& reader, const ReturnKey& key,
                                       uint64_t sequence);

// That one of its obligations is in force and not met; nullopt: none is.
absl::StatusOr<std::optional<ReadCheck>> OwedForRequest(const Reader& reader, const ReturnKey& key);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_TIMETABLE_OWED_RETURN_H_
