#include "services/ingestion/app/timetable/owed_return.h"

#include <utility>

#include "common/identity/rights.h"
#include "common/status/status_macros.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {

absl::StatusOr<bool> IsMet(const Reader& reader, const ObligationKey& key,
                           const storage::v1::ObligationRecord& record) {
  ASSIGN_OR_RETURN(const std::optional<RevisionPlace> newest,
                   FindRevision(reader, OrganisationScope::National(), key.key, kNewest));
  return newest.has_value() && newest->sequence > record.issue_sequence();
}

absl::StatusOr<std::optional<ReadCheck>> OwedForRequest(const Reader& reader,
                                                        const ReturnKey& key) {
  std::optional<ReadCheck> owed;
  RETURN_IF_ERROR(VisitObligationsOf(
      reader, key.collection, key.period, key.organisation,
      [&](const ObligationKey& of,
          const storage::v1::ObligationRecord& record) -> absl::StatusOr<bool> {
        if (record.release_sequence() != 0) return true;
        ASSIGN_OR_RETURN(const bool met, IsMet(reader, of, record));
        if (met) return true;
        ASSIGN_OR_RETURN(std::optional<StoredObligation> stored, FindObligation(reader, of));
        if (stored.has_value()) owed = std::move(stored->check);
        return false;
      }));
  return owed;
}

}  // namespace onereturn::ingestion
