#include "common/commit/journal.h"

#include "absl/strings/str_cat.h"
#include "common/commit/primary_family.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/storage/key_codec.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "onereturn/storage/v1/records.pb.h"

namespace onereturn {

std::string EtagOf(uint64_t sequence) { return absl::StrCat("\"", sequence, "\""); }

std::string EntryKey(uint64_t sequence) { return KeyWriter().U64(sequence).Take(); }

std::string NodeKey(const NodeId& node) {
  return KeyWriter().U32(node.level).U64(node.index).Take();
}

std::string RequestKey(absl::string_view scope, absl::string_view request_id) {
  return KeyWriter().String(scope).String(request_id).Take();
}

std::string RequestScope(absl::string_view organisation, absl::string_view actor) {
  return std::string(organisation.empty() ? actor : organisation);
}

absl::StatusOr<uint64_t> LastSequence(const Reader& reader) {
  ASSIGN_OR_RETURN(std::optional<StoredEntry> last,
                   reader.SeekLast(PrimaryFamily::kEntries, "", ""));
  if (!last.has_value()) return 0;
  return KeyReader(last->key).U64();
}

absl::StatusOr<LedgerEnd> EndOfLedger(const Reader& reader) {
  LedgerEnd end;
  ASSIGN_OR_RETURN(end.size, LastSequence(reader));
  if (end.size == 0) return end;
  ASSIGN_OR_RETURN(const std::string bytes, EntryBytes(reader, end.size));
  feed::v1::Entry entry;
  if (!entry.ParseFromString(bytes)) return absl::DataLossError("the newest entry cannot be read");
  end.epoch = entry.epoch();
  return end;
}

absl::StatusOr<std::string> EntryBytes(const Reader& reader, uint64_t sequence) {
  ASSIGN_OR_RETURN(std::optional<std::string> bytes,
                   reader.Get(PrimaryFamily::kEntries, EntryKey(sequence)));
  if (!bytes.has_value()) {
    return Error(Reason::kNotFound, absl::StrCat("there is no entry ", sequence));
  }
  return *std::move(bytes);
}

absl::StatusOr<std::vector<std::string>> EntriesAfter(const Reader& reader, uint64_t after_sequence,
                                                      size_t limit, size_t max_bytes) {
  std::vector<std::string> entries;
  size_t bytes = 0;
  uint64_t expected = after_sequence + 1;
  Cursor cursor = reader.Scan(PrimaryFamily::kEntries, EntryKey(expected), "");
  while (entries.size() < limit && (entries.empty() || bytes < max_bytes)) {
    ASSIGN_OR_RETURN(bool more, cursor.Next());
    if (!more) break;
    ASSIGN_OR_RETURN(uint64_t sequence, KeyReader(cursor.key()).U64());
    if (sequence != expected) {
      return Error(Reason::kFeedBroken,
                   absl::StrCat("entry ", expected, " is missing from the store"));
    }
    ++expected;
    bytes += cursor.value().size();
    entries.emplace_back(cursor.value());
  }
  return entries;
}

absl::StatusOr<std::optional<AcceptedRequest>> FindRequest(const Reader& reader,
                                                           absl::string_view scope,
                                                           absl::string_view request_id) {
  ASSIGN_OR_RETURN(std::optional<std::string> bytes,
                   reader.Get(PrimaryFamily::kRequests, RequestKey(scope, request_id)));
  if (!bytes.has_value()) return std::optional<AcceptedRequest>();
  storage::v1::RequestRecord record;
  if (!record.ParseFromString(*bytes)) {
    return absl::DataLossError("a stored request record cannot be read");
  }
  AcceptedRequest request;
  ASSIGN_OR_RETURN(request.digest, DigestFromBytes(record.digest()));
  request.sequence = record.sequence();
  return std::optional<AcceptedRequest>(request);
}

absl::StatusOr<Digest> LedgerNode(const Reader& reader, const NodeId& node) {
  ASSIGN_OR_RETURN(std::optional<std::string> bytes,
                   reader.Get(PrimaryFamily::kNodes, NodeKey(node)));
  if (!bytes.has_value()) {
    return absl::DataLossError(
        absl::StrCat("node ", node.index, " of level ", node.level, " of the ledger is missing"));
  }
  return DigestFromBytes(*bytes);
}

absl::StatusOr<uint64_t> SequenceAt(const Reader& reader, Timestamp time) {
  // Entry times never fall, so the place is found by halving.
  ASSIGN_OR_RETURN(uint64_t above, LastSequence(reader));
  uint64_t known =
      0;  // Entry `known` is at or before the time (0 always is); `above` + 1 is after it.
  while (known < above) {
    const uint64_t middle = known + (above - known + 1) / 2;
    ASSIGN_OR_RETURN(std::string bytes, EntryBytes(reader, middle));
    feed::v1::Entry entry;
    if (!entry.ParseFromString(bytes)) return absl::DataLossError("a stored entry cannot be read");
    if (entry.time_micros() <= time.micros) {
      known = middle;
    } else {
      above = middle - 1;
    }
  }
  return known;
}

}  // namespace onereturn
