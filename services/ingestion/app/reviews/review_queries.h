// What commissioners ask providers in their reviews, and what is answered.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REVIEWS_REVIEW_QUERIES_H_
#define ONERETURN_SERVICES_INGESTION_APP_REVIEWS_REVIEW_QUERIES_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/identity/organisation_scope.h"
#include "common/storage/reader.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "onereturn/returns/v1/review_service.pb.h"
#include "services/ingestion/app/returns/read_returns.h"
#include "services/ingestion/store/review_table.h"

namespace onereturn::ingestion {

// How many queries a page of ListQueries looks at.
inline constexpr size_t kQueriesAPage = 1'000;
// Those on returns that `scope` covers, as of `sequence`. An empty `collection` means all. A page
// may be short, even empty, and not the last.
absl::StatusOr<PageOf<returns::v1::ReviewQuery>> ListQueries(
    const Reader& reader, const OrganisationScope& scope, const std::string& collection,
    bool unanswered, uint64_t sequence, const std::string& after, size_t limit);

// With the answers up to `sequence`.
absl::StatusOr<returns::v1::ReviewQuery> LoadQuery(const Reader& reader, const QueryKey& key,
                                                   const storage::v1::ReviewQueryRecord& record,
                                                   uint64_t sequence);

template <typename Fact>
struct EntryWith {
  feed::v1::Entry entry;
  Fact fact;
};
// DATA_LOSS when the entry holds no conclusion of a review.
absl::StatusOr<EntryWith<feed::v1::ReviewConcluded>> ConcludedAt(const Reader& reader,
                                                                 uint64_t sequence);

// "organisations/{provider}/returns/{collection}.{period}/queries/{commissioner}.{conclusion}".
std::string QueryName(const QueryKey& key);
// NOT_FOUND for a name of another form: nothing can have it.
absl::StatusOr<QueryKey> ParseQueryName(absl::string_view name);
// The key of a return's name, with the canonical text of the period, under which conclusions and
// queries are kept. What is no period stays as it is: the collection refuses it.
absl::StatusOr<ReturnKey> ParseCanonicalReturnKey(absl::string_view name);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REVIEWS_REVIEW_QUERIES_H_
