// Reading what a service has accepted: its entries, their ledger and the requests that brought
// them.
#ifndef ONERETURN_COMMON_COMMIT_JOURNAL_H_
#define ONERETURN_COMMON_COMMIT_JOURNAL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/clock/clock.h"
#include "common/digest/digest.h"
#include "common/ledger/merkle.h"
#include "common/storage/reader.h"

namespace onereturn {

// A request that was accepted before.
struct AcceptedRequest {
  Digest digest = {};  // Of the received bytes.
  uint64_t sequence = 0;
};

// The etag of what the entry at `sequence` made; of what does not exist yet: EtagOf(0).
std::string EtagOf(uint64_t sequence);

// Keys of the primary families.
std::string EntryKey(uint64_t sequence);
std::string NodeKey(const NodeId& node);
std::string RequestKey(absl::string_view scope, absl::string_view request_id);

// Within what a request id is unique for ever: the organisation, or, at national scope, the system
// that asks (its SPIFFE id, which no organisation's code can equal).
std::string RequestScope(absl::string_view organisation, absl::string_view actor);

// The sequence of the newest entry; 0 when there is none.
absl::StatusOr<uint64_t> LastSequence(const Reader& reader);

// Where a ledger ends: the newest entry's epoch, 1 in an empty ledger, and its sequence.
struct LedgerEnd {
  uint64_t epoch = 1;
  uint64_t size = 0;
};
absl::StatusOr<LedgerEnd> EndOfLedger(const Reader& reader);

// The ledgered bytes of an entry. NOT_FOUND when there is no such sequence.
absl::StatusOr<std::string> EntryBytes(const Reader& reader, uint64_t sequence);

// Bytes of up to `limit` entries after `after_sequence`, in order; stops once `max_bytes` are
// reached, but gives at least one entry where there is one. DATA_LOSS (FEED_BROKEN) when a sequence
// is missing.
absl::StatusOr<std::vector<std::string>> EntriesAfter(const Reader& reader, uint64_t after_sequence,
                                                      size_t limit, size_t max_bytes);

// The accepted request of that id; nullopt when the id is free.
absl::StatusOr<std::optional<AcceptedRequest>> FindRequest(const Reader& reader,
                                                           absl::string_view scope,
                                                           absl::string_view request_id);

// A complete node of the ledger. DATA_LOSS when it is not held.
absl::StatusOr<Digest> LedgerNode(const Reader& reader, const NodeId& node);

// The newest sequence whose entry was accepted at or before `time`; 0 when there is none.
absl::StatusOr<uint64_t> SequenceAt(const Reader& reader, Timestamp time);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_COMMIT_JOURNAL_H_
