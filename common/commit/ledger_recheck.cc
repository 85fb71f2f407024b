#include "common/commit/ledger_recheck.h"

#include <algorithm>
#include <chrono>

#include "absl/strings/str_cat.h"
#include "common/commit/journal.h"
#include "common/log/log.h"
#include "common/status/status_macros.h"
#include "onereturn/feed/v1/entry.pb.h"

namespace onereturn {
namespace {

constexpr uint64_t kPageEntries = 256;
constexpr size_t kPageBytes = 1024 * 1024;
constexpr auto kPause = std::chrono::milliseconds(20);

absl::Status Altered(absl::string_view what) {
  return absl::DataLossError(absl::StrCat(what, ": keep the folder, and restore"));
}

using ChunkDigests = google::protobuf::RepeatedPtrField<std::string>;

template <typename Fact>
absl::StatusOr<Fact> FactOf(const feed::v1::Entry& entry) {
  Fact fact;
  if (!fact.ParseFromString(entry.fact())) return Altered("a fact cannot be read");
  return fact;
}

// The digests of the cell chunks that an entry names.
absl::StatusOr<ChunkDigests> ChunkDigestsOf(const feed::v1::Entry& entry) {
  switch (entry.kind()) {
    case feed::v1::ENTRY_KIND_RETURN_ACCEPTED: {
      ASSIGN_OR_RETURN(const auto accepted, FactOf<feed::v1::ReturnAccepted>(entry));
      return accepted.chunk_digests();
    }
    case feed::v1::ENTRY_KIND_RETURN_SUBMITTED: {
      ASSIGN_OR_RETURN(const auto submitted, FactOf<feed::v1::ReturnSubmitted>(entry));
      return submitted.content().chunk_digests();
    }
    case feed::v1::ENTRY_KIND_RETURN_DRAFTED: {
      ASSIGN_OR_RETURN(const auto drafted, FactOf<feed::v1::ReturnDrafted>(entry));
      return drafted.chunk_digests();
    }
    default:
      return ChunkDigests();
  }
}

}  // namespace

absl::Status LedgerRecheck::Run() {
  const SignedHead head = committer_->LatestHead();
  LogInfo("ledger.check_begun", {{"entries", head.head.size}});
  Frontier frontier;
  for (bool more = true; more;) {
    ASSIGN_OR_RETURN(more, CheckPage(head, &frontier));
    std::unique_lock<std::mutex> lock(mutex_);
    progress_.checked = frontier.size();
    progress_.size = head.head.size;
    if (more) changed_.wait_for(lock, kPause, [this] { return stopping_; });
    if (stopping_) return absl::OkStatus();
  }
  if (frontier.Root() != head.head.root) {
    return Altered(absl::StrCat("the ledger's ", head.head.size,
                                " entries do not make the root that was signed"));
  }
  LogInfo("ledger.check_finished", {{"entries", head.head.size}});
  std::lock_guard<std::mutex> lock(mutex_);
  progress_.finished = clock_->Now();
  return absl::OkStatus();
}

void LedgerRecheck::Stop() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
}

LedgerRecheck::Progress LedgerRecheck::progress() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return progress_;
}

absl::StatusOr<bool> LedgerRecheck::CheckPage(const SignedHead& head, Frontier* frontier) const {
  const uint64_t left = head.head.size - frontier->size();
  if (left == 0) return false;
  ASSIGN_OR_RETURN(
      const std::vector<std::string> entries,
      EntriesAfter(*store_, frontier->size(), std::min(left, kPageEntries), kPageBytes));
  if (entries.empty()) return Altered(absl::StrCat("entry ", frontier->size() + 1, " is missing"));
  for (const std::string& bytes : entries) RETURN_IF_ERROR(CheckEntry(bytes, frontier));
  return frontier->size() < head.head.size;
}

absl::Status LedgerRecheck::CheckEntry(const std::string& bytes, Frontier* frontier) const {
  const uint64_t sequence = frontier->size() + 1;
  absl::Status status;
  frontier->Append(HashLeaf(bytes), [&](const NodeId& node, const Digest& hash) {
    if (!status.ok()) return;
    const absl::StatusOr<Digest> stored = LedgerNode(*store_, node);
    if (!stored.ok()) {
      status = stored.status();
    } else if (*stored != hash) {
      status =
          Altered(node.level == 0 ? absl::StrCat("entry ", sequence, " is not what was ledgered")
                                  : absl::StrCat("node ", node.index, " of level ", node.level,
                                                 " of the ledger is not that of its entries"));
    }
  });
  RETURN_IF_ERROR(status);
  return chunks_ ? CheckChunks(bytes, sequence) : absl::OkStatus();
}

absl::Status LedgerRecheck::CheckChunks(const std::string& bytes, uint64_t sequence) const {
  feed::v1::Entry entry;
  if (!entry.ParseFromString(bytes)) return Altered("an entry cannot be read");
  const absl::StatusOr<ChunkDigests> digests = ChunkDigestsOf(entry);
  if (!digests.ok()) return digests.status();
  for (const std::string& digest_bytes : *digests) {
    ASSIGN_OR_RETURN(const Digest digest, DigestFromBytes(digest_bytes));
    const absl::StatusOr<std::string> chunk = chunks_(digest);
    if (chunk.status().code() == absl::StatusCode::kUnavailable) return chunk.status();
    if (!chunk.ok() || Sha256(*chunk) != digest) {
      return Altered(absl::StrCat("the cells of entry ", sequence, " are not what was accepted"));
    }
  }
  return absl::OkStatus();
}

}  // namespace onereturn
