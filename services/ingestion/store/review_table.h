// Commissioners' reviews that were concluded, and what they ask providers. Numbers in keys are
// hexadecimal in families.h.
#ifndef ONERETURN_SERVICES_INGESTION_STORE_REVIEW_TABLE_H_
#define ONERETURN_SERVICES_INGESTION_STORE_REVIEW_TABLE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/commit/committer.h"
#include "common/identity/organisation_scope.h"
#include "common/storage/reader.h"
#include "common/storage/write_batch.h"
#include "onereturn/storage/v1/records.pb.h"
#include "services/ingestion/store/return_table.h"

namespace onereturn::ingestion {

// A review is named as the commissioner's return would be: ReturnKey::organisation is its code.

struct ConclusionPlace {
  uint32_t number = 0;  // From 1; 0: there is none.
  uint64_t sequence = 0;
};
// The newest conclusion at `sequence`.
absl::StatusOr<ConclusionPlace> NewestConclusion(const Reader& reader, const ReturnKey& review,
                                                 uint64_t sequence);
// The check that no conclusion of this number was kept.
ReadCheck ConclusionIsFree(const ReturnKey& review, uint32_t number);
// The newest conclusion at `sequence` of each review that `scope` covers, none (number 0) of one
// that was first concluded later, in order of commissioner, collection, period, after `after` (an
// earlier key's text from ReviewKeyText; empty: from the first), until `visit` answers false.
absl::Status VisitReviews(
    const Reader& reader, const OrganisationScope& scope, uint64_t sequence,
    absl::string_view after,
    absl::FunctionRef<absl::StatusOr<bool>(const ReturnKey& review, const ConclusionPlace&)> visit);
std::string ReviewKeyText(const ReturnKey& review);
void PutConclusion(const ReturnKey& review, const ConclusionPlace& place, WriteBatch* batch);

// Which query: on the return of ReturnKey::organisation.
struct QueryKey {
  ReturnKey key;
  std::string commissioner;
  uint32_t conclusion = 0;
};
struct StoredQuery {
  storage::v1::ReviewQueryRecord record;
  ReadCheck check;  // That it is still so.
};
// nullopt when there is none.
absl::StatusOr<std::optional<StoredQuery>> FindQuery(const Reader& reader, const QueryKey& key);
// In order of provider, collection, period, commissioner, conclusion, after `after` (an earlier
// key's text from QueryKeyText; empty: from the first), until `visit` answers false.
absl::Status VisitQueries(
    const Reader& reader, const OrganisationScope& scope, absl::string_view after,
    absl::FunctionRef<absl::StatusOr<bool>(const QueryKey&, const storage::v1::ReviewQueryRecord&)>
        visit);
std::string QueryKeyText(const QueryKey& key);
void PutQuery(const QueryKey& key, const storage::v1::ReviewQueryRecord& record, WriteBatch* batch);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_STORE_REVIEW_TABLE_H_
