// Simplified mode, as each fact set it.
#ifndef ONERETURN_SERVICES_INGESTION_STORE_SIMPLIFIED_MODE_TABLE_H_
#define ONERETURN_SERVICES_INGESTION_STORE_SIMPLIFIED_MODE_TABLE_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "common/commit/committer.h"
#include "common/storage/reader.h"
#include "common/storage/write_batch.h"
#include "onereturn/requests/v1/obligations_service.pb.h"

namespace onereturn::ingestion {

struct StoredSimplifiedMode {
  requests::v1::SimplifiedMode mode;  // Off, and of sequence 0, where it was never set.
  ReadCheck check;                    // That it was not set since.
};

absl::StatusOr<StoredSimplifiedMode> FindSimplifiedMode(const Reader& reader);
// As it was at `sequence`. It is on until a fact ends it, whatever its end time.
absl::StatusOr<requests::v1::SimplifiedMode> SimplifiedModeAt(const Reader& reader,
                                                              uint64_t sequence);

// As the fact at `sequence` set it; `mode` has its sequence afterwards.
void PutSimplifiedMode(uint64_t sequence, requests::v1::SimplifiedMode mode, WriteBatch* batch);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_STORE_SIMPLIFIED_MODE_TABLE_H_
