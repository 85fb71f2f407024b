#include "services/ingestion/app/requests/obligations/release_obligations.h"

#include <optional>

#include "common/status/status_macros.h"
#include "services/ingestion/app/timetable/owed_return.h"
#include "services/ingestion/store/return_table.h"

namespace onereturn::ingestion {

void Releases::Write(uint64_t sequence, requests::v1::ReleaseReason reason,
                     WriteBatch* batch) const {
  for (const auto& [key, record] : rows) {
    storage::v1::ObligationRecord released = record;
    released.set_release_sequence(sequence);
    released.set_release_reason(reason);
    PutObligation(key, released, batch);
  }
}

absl::StatusOr<Releases> OpenObligationsOf(const Reader& reader, uint64_t request) {
  Releases releases;
  RETURN_IF_ERROR(VisitObligationsOfRequest(
      reader, request, "",
      [&](const ObligationKey& key,
          const storage::v1::ObligationRecord& record) -> absl::StatusOr<bool> {
        if (record.release_sequence() != 0) return true;
        ASSIGN_OR_RETURN(const bool met, IsMet(reader, key, record));
        if (met) return true;
        ASSIGN_OR_RETURN(std::optional<StoredObligation> stored, FindObligation(reader, key));
        releases.rows.emplace_back(key, record);
        if (stored.has_value()) releases.read_set.push_back(std::move(stored->check));
        ASSIGN_OR_RETURN(ReturnHeadState head, HeadOf(reader, key.key));
        releases.read_set.push_back(std::move(head.check));
        return true;
      }));
  return releases;
}

absl::StatusOr<bool> HasOpen(const Reader& reader, uint64_t request, std::string* passed) {
  bool open = false;
  const std::string from = *passed;
  RETURN_IF_ERROR(VisitObligationsOfRequest(
      reader, request, from,
      [&](const ObligationKey& key,
          const storage::v1::ObligationRecord& record) -> absl::StatusOr<bool> {
        bool over = record.release_sequence() != 0;
        if (!over) {
          ASSIGN_OR_RETURN(over, IsMet(reader, key, record));
        }
        open = !over;
        if (over) *passed = ObligationKeyText(key);
        return over;
      }));
  return open;
}

}  // namespace onereturn::ingestion
