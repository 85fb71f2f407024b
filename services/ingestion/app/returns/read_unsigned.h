// Reading what is not accepted yet, and differences between states of a return.
#ifndef ONERETURN_SERVICES_INGESTION_APP_RETURNS_READ_UNSIGNED_H_
#define ONERETURN_SERVICES_INGESTION_APP_RETURNS_READ_UNSIGNED_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/identity/rights.h"
#include "common/storage/reader.h"
#include "onereturn/returns/v1/sign_off_service.pb.h"
#include "services/ingestion/app/returns/read_returns.h"

namespace onereturn::ingestion {

// Every function answers as if what `scope` does not cover did not exist; what is not accepted yet
// as it is now.

// NOT_FOUND when there is none.
absl::StatusOr<returns::v1::Submission> GetSubmission(const Reader& reader,
                                                      const OrganisationScope& scope,
                                                      const std::string& name);
absl::StatusOr<returns::v1::Draft> GetDraft(const Reader& reader, const OrganisationScope& scope,
                                            const std::string& name);

// An empty `collection` means all.
absl::StatusOr<PageOf<returns::v1::Submission>> ListSubmissions(const Reader& reader,
                                                                const OrganisationScope& scope,
                                                                const std::string& collection,
                                                                const std::string& after,
                                                                size_t limit);
absl::StatusOr<PageOf<returns::v1::Draft>> ListDrafts(const Reader& reader,
                                                      const OrganisationScope& scope,
                                                      const std::string& collection,
                                                      const std::string& after, size_t limit);

// The cells of one state of a return.
struct CellState {
  ReturnKey key;
  uint64_t sequence = 0;  // Of its entry.
  std::vector<std::string> chunk_digests;
  uint64_t cell_count = 0;
  std::string cell_digest;
};
// Of a draft or a submission, by its name.
absl::StatusOr<CellState> UnsignedState(const Reader& reader, const OrganisationScope& scope,
                                        const std::string& name);
// Of a revision, as it was known at `sequence`. NOT_FOUND when there is none.
absl::StatusOr<CellState> RevisionState(const Reader& reader, const OrganisationScope& scope,
                                        const ReturnKey& key, uint32_t revision, uint64_t sequence);

// `after` counts the cells already given.
absl::StatusOr<PageOf<common::v1::Cell>> CellsOf(const Reader& reader, const CellState& state,
                                                 const std::string& after, size_t limit);

struct CellDifferences {
  PageOf<returns::v1::CellDifference> page;
  uint64_t count = 0;  // Of all pages.
};
// Without `before` every cell of `state` is new. `after` counts those already given. Reads all
// cells of both.
absl::StatusOr<CellDifferences> DifferencesOf(const Reader& reader,
                                              const std::optional<CellState>& before,
                                              const CellState& state, const std::string& after,
                                              size_t limit);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_RETURNS_READ_UNSIGNED_H_
