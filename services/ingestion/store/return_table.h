// Returns and their cells. Reads take the caller's scope: what lies outside it is as if it were not
// there.
#ifndef ONERETURN_SERVICES_INGESTION_STORE_RETURN_TABLE_H_
#define ONERETURN_SERVICES_INGESTION_STORE_RETURN_TABLE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/commit/committer.h"
#include "common/digest/digest.h"
#include "common/identity/rights.h"
#include "common/storage/reader.h"
#include "common/storage/write_batch.h"

namespace onereturn::ingestion {

// Which return.
struct ReturnKey {
  std::string collection;
  std::string period;  // Canonical text.
  std::string organisation;

  friend bool operator==(const ReturnKey&, const ReturnKey&) = default;
};

// A revision's place: its entry in the journal says the rest.
struct RevisionPlace {
  uint32_t number = 0;
  uint64_t sequence = 0;
};

// The newest state, as a submission is judged on it.
struct ReturnHeadState {
  RevisionPlace newest;  // Number 0: there is no revision yet.
  std::optional<Digest> cell_digest;
  ReadCheck check;        // That it is still so.
  bool reopened = false;  // Since the newest revision was accepted.
};

absl::StatusOr<ReturnHeadState> HeadOf(const Reader& reader, const ReturnKey& key);

// The newest revision at `sequence`; nullopt when there was none, or it is out of scope.
absl::StatusOr<std::optional<RevisionPlace>> FindRevision(const Reader& reader,
                                                          const OrganisationScope& scope,
                                                          const ReturnKey& key, uint64_t sequence);

// The revisions at `sequence`, the newest first, those below `below_number` (0: all), until `visit`
// answers false.
absl::Status VisitRevisions(const Reader& reader, const OrganisationScope& scope,
                            const ReturnKey& key, uint64_t sequence, uint32_t below_number,
                            absl::FunctionRef<absl::StatusOr<bool>(const RevisionPlace&)> visit);

// The returns of a collection that have a revision at `sequence`, in order of period, then
// organisation, after `after` (an earlier key's text from KeyText; empty: from the first), until
// `visit` answers false. An empty `period` means all periods. Only what `scope` covers.
absl::Status VisitReturns(
    const Reader& reader, const OrganisationScope& scope, absl::string_view collection,
    absl::string_view period, uint64_t sequence, absl::string_view after,
    absl::FunctionRef<absl::StatusOr<bool>(const ReturnKey&, const RevisionPlace&)> visit);
std::string KeyText(const ReturnKey& key);

// Is a return held for a period from `from` on and before `before` (canonical texts of the
// collection's kind of period; empty: no bound)?
absl::StatusOr<bool> HoldsReturns(const Reader& reader, absl::string_view collection,
                                  absl::string_view from, absl::string_view before);

// For how many organisations a period is held.
struct PeriodHeld {
  std::string period;
  uint32_t organisations = 0;
};
struct PeriodsHeld {
  std::vector<PeriodHeld> newest_first;
  bool further_back = false;  // There are more.
};
// Of the returns at `sequence`, at most `most_periods`; it stops after the period in which it has
// looked at `most_revisions`. Of counts alone: for callers of any scope.
absl::StatusOr<PeriodsHeld> CountReturns(const Reader& reader, absl::string_view collection,
                                         uint64_t sequence, size_t most_periods,
                                         size_t most_revisions);

// A cell chunk; nullopt when it is not held.
absl::StatusOr<std::optional<std::string>> FindChunk(const Reader& reader, const Digest& digest);

void PutRevision(const ReturnKey& key, const RevisionPlace& revision, const Digest& cell_digest,
                 WriteBatch* batch);
// Marks `head`, which must hold a revision, as reopened by the entry at `sequence`. The next
// revision takes the mark away.
void PutReopened(const ReturnHeadState& head, uint64_t sequence, WriteBatch* batch);
void PutChunk(const Digest& digest, absl::string_view chunk, WriteBatch* batch);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_STORE_RETURN_TABLE_H_
