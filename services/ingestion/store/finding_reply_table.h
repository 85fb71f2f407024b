// What organisations replied to findings of screens: every reply, by return and finding.
#ifndef ONERETURN_SERVICES_INGESTION_STORE_FINDING_REPLY_TABLE_H_
#define ONERETURN_SERVICES_INGESTION_STORE_FINDING_REPLY_TABLE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/storage/reader.h"
#include "common/storage/write_batch.h"
#include "services/ingestion/store/return_table.h"

namespace onereturn::ingestion {

struct FindingReplyPlace {
  uint64_t sequence = 0;  // Of its entry.
  uint32_t revision = 0;  // That it was given to.
};

// The newest reply at `sequence` that was given to revision `up_to` or an earlier one; nullopt when
// there is none. `finding` is the finding's key.
absl::StatusOr<std::optional<FindingReplyPlace>> FindFindingReply(const Reader& reader,
                                                                  const ReturnKey& key,
                                                                  const std::string& finding,
                                                                  uint32_t up_to,
                                                                  uint64_t sequence);
void PutFindingReply(const ReturnKey& key, const std::string& finding,
                     const FindingReplyPlace& place, WriteBatch* batch);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_STORE_FINDING_REPLY_TABLE_H_
