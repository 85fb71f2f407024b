#include "services/ingestion/app/timetable/owed_return.h"

#include <utility>

#include "common/identity/rights.h"
#include "common/status/status_macros.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {

namespace {

// The first by number of the requests for which the return was owed at `sequence`.
absl::StatusOr<std::optional<ObligationKey>> FirstOutstanding(const Reader& reader,
                                                              const ReturnKey& key,
                                                              uint64_t sequence) {
  std::optional<ObligationKey> found;
  RETURN_IF_ERROR(VisitObligationsOf(
      reader, key.collection, key.period, key.organisation,
      [&](const ObligationKey& of,
          const storage::v1::ObligationRecord& record) -> absl::StatusOr<bool> {
        ASSIGN_OR_RETURN(const bool outstanding, WasOutstanding(reader, of, record, sequence));
        if (outstanding) found = of;
        return !outstanding;
      }));
  return found;
}

absl::StatusOr<bool> WasMet(const Reader& reader, const ObligationKey& key,
                            const storage::v1::ObligationRecord& record, uint64_t sequence) {
  ASSIGN_OR_RETURN(const std::optional<RevisionPlace> newest,
                   FindRevision(reader, OrganisationScope::National(), key.key, sequence));
  return newest.has_value() && newest->sequence > record.issue_sequence();
}

}  // namespace

absl::StatusOr<bool> IsMet(const Reader& reader, const ObligationKey& key,
                           const storage::v1::ObligationRecord& record) {
  return WasMet(reader, key, record, kNewest);
}

absl::StatusOr<bool> WasOutstanding(const Reader& reader, const ObligationKey& key,
                                    const storage::v1::ObligationRecord& record,
                                    uint64_t sequence) {
  const uint64_t released = record.release_sequence();
  if (record.issue_sequence() > sequence || (released != 0 && released <= sequence)) return false;
  ASSIGN_OR_RETURN(const bool met, WasMet(reader, key, record, sequence));
  return !met;
}

absl::StatusOr<bool> WasOwedForRequest(const Reader& reader, const ReturnKey& key,
                                       uint64_t sequence) {
  ASSIGN_OR_RETURN(const auto outstanding, FirstOutstanding(reader, key, sequence));
  return outstanding.has_value();
}

absl::StatusOr<std::optional<ReadCheck>> OwedForRequest(const Reader& reader,
                                                        const ReturnKey& key) {
  std::optional<ReadCheck> owed;
  ASSIGN_OR_RETURN(const auto outstanding, FirstOutstanding(reader, key, kNewest));
  if (!outstanding.has_value()) return owed;
  ASSIGN_OR_RETURN(std::optional<StoredObligation> stored, FindObligation(reader, *outstanding));
  if (!stored.has_value()) return absl::DataLossError("an obligation that is named is gone");
  owed = std::move(stored->check);
  return owed;
}

}  // namespace onereturn::ingestion
