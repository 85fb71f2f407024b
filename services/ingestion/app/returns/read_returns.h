// Reading returns, their revisions, cells and receipts.
#ifndef ONERETURN_SERVICES_INGESTION_APP_RETURNS_READ_RETURNS_H_
#define ONERETURN_SERVICES_INGESTION_APP_RETURNS_READ_RETURNS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/cells/cell_chunk.h"
#include "common/commit/committer.h"
#include "common/identity/rights.h"
#include "common/storage/reader.h"
#include "onereturn/common/v1/cell.pb.h"
#include "onereturn/returns/v1/return.pb.h"
#include "services/ingestion/store/return_table.h"

namespace onereturn::ingestion {

// "organisations/{code}/returns/{collection}.{period}[/revisions/{number}]".
struct ParsedName {
  ReturnKey key;
  uint32_t revision = 0;  // 0: the name is a return's.
};
// NOT_FOUND for a name of another form: nothing can have it.
absl::StatusOr<ParsedName> ParseReturnName(absl::string_view name);
// As ParseReturnName; NOT_FOUND for the name of a revision.
absl::StatusOr<ReturnKey> ParseReturnKey(absl::string_view name);

common::v1::Cell ToWireCell(const CellView& cell);

// What a page ends with.
template <typename Row>
struct PageOf {
  std::vector<Row> rows;
  std::string after;  // Where the next page goes on; empty: this was the last.
};

// Every function answers as if what `scope` does not cover did not exist.

absl::StatusOr<returns::v1::Return> GetReturn(const Reader& reader, const OrganisationScope& scope,
                                              const ReturnKey& key, uint64_t sequence);

// NOT_FOUND that says which part of the return's name leads nowhere: its organisation, its
// collection, or that none is held for the period - then as `what` of it ("return", "draft"). Of an
// organisation that `scope` does not cover nothing is looked at.
absl::Status NoSuchReturn(const Reader& reader, const OrganisationScope& scope,
                          const ReturnKey& key, absl::string_view what = "return");

// PERIOD when `period` is neither empty nor a period; NOT_FOUND for a collection that was never
// defined.
absl::StatusOr<PageOf<returns::v1::Return>> ListReturns(
    const Reader& reader, const OrganisationScope& scope, const std::string& collection,
    const std::string& period, uint64_t sequence, const std::string& after, size_t limit);

absl::StatusOr<PageOf<returns::v1::Revision>> ListRevisions(const Reader& reader,
                                                            const OrganisationScope& scope,
                                                            const ReturnKey& key, uint64_t sequence,
                                                            const std::string& after, size_t limit);

// Where a revision stands in the journal. NOT_FOUND when there is none.
absl::StatusOr<RevisionPlace> PlaceOfRevision(const Reader& reader, const OrganisationScope& scope,
                                              const ReturnKey& key, uint32_t revision,
                                              uint64_t sequence);

// A file that was taken.
struct StoredFile {
  std::string id;  // Of the upload that holds it: for ReadFile of store/upload_table.h.
  uint64_t size_bytes = 0;
  std::string owner;  // Who sent it, as in Uploads.
};
// `owner` is the caller as in Uploads: at national scope every file is seen, else the caller's own.
absl::StatusOr<StoredFile> FindFile(const Reader& reader, const OrganisationScope& scope,
                                    const std::string& owner, const Digest& digest);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_RETURNS_READ_RETURNS_H_
