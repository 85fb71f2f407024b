#include "common/feed/feed_service.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/cells/cell_chunk.h"
#include "common/commit/journal.h"
#include "common/feed/wire.h"
#include "common/rpc/limits.h"
#include "common/rpc/stream_bound.h"
#include "common/status/error.h"

namespace onereturn {
namespace {

constexpr size_t kPageEntries = 512;
constexpr size_t kPageBytes = 1024 * 1024;
// Chunks travel with their entry up to this size; larger returns are fetched chunk by chunk.
constexpr size_t kInlineChunkBytes = 48 * 1024;
constexpr int kMostInlineChunks = 4;
// Cells of a page's returns, sent along or fetched: what its consumer holds at once, beside one
// return.
constexpr size_t kPageCellBytes = 8 * 1024 * 1024;
constexpr int64_t kHeartbeatMicros = 500'000;
constexpr int kMaxDigests = 1'000;

absl::StatusOr<Digest> DigestOf(const std::string& bytes) {
  absl::StatusOr<Digest> digest = DigestFromBytes(bytes);
  if (!digest.ok())
    return Error(Reason::kFieldInvalid, "a digest has not 32 bytes").Field("digests", "32 bytes");
  return digest;
}

}  // namespace

grpc::Status FeedServer::Watch(grpc::ServerContext* context, const feed::v1::WatchRequest* request,
                               grpc::ServerWriter<feed::v1::WatchResponse>* writer) {
  return guard_->ServeWatch(*context, *request, &places_, [&](const CallContext& /*call*/) {
    return Follow(context, *request, writer);
  });
}

absl::Status FeedServer::CheckStart(const feed::v1::WatchRequest& request) const {
  const SignedHead latest = committer_->LatestHead();
  if (request.epoch() != 0 && request.epoch() != committer_->epoch()) {
    return Error(Reason::kEpochChanged,
                 "the service was restored from a backup: rebuild from sequence 0")
        .With("epoch", absl::StrCat(committer_->epoch()));
  }
  if (request.has_known_head()) {
    ASSIGN_OR_RETURN(const SignedHead known, FromWire(request.known_head()));
    RETURN_IF_ERROR(standing_ != nullptr ? standing_->Judge(known)
                                         : CompareWithOwn(*store_, *committer_, known));
  }
  if (request.after_sequence() > latest.head.size) {
    return Error(Reason::kPositionAhead, absl::StrCat("the newest entry is ", latest.head.size))
        .With("newest", absl::StrCat(latest.head.size));
  }
  return absl::OkStatus();
}

absl::Status FeedServer::Follow(grpc::ServerContext* context, const feed::v1::WatchRequest& request,
                                grpc::ServerWriter<feed::v1::WatchResponse>* writer) const {
  RETURN_IF_ERROR(CheckStart(request));
  uint64_t after = request.after_sequence();
  while (!context->IsCancelled()) {
    if (standing_ != nullptr) RETURN_IF_ERROR(standing_->status());
    if (draining_) return Error(Reason::kDraining, "the service is shutting down");
    ASSIGN_OR_RETURN(feed::v1::WatchResponse page, Page(after));
    after = page.through_sequence();
    if (!WriteInTime(context, writer, page)) break;
    if (page.caught_up()) committer_->WaitForHeadBeyond(after, kHeartbeatMicros);
  }
  return absl::OkStatus();
}

absl::StatusOr<feed::v1::WatchResponse> FeedServer::Page(uint64_t after) const {
  const auto [latest, promised_time] = committer_->LatestPromise();
  const size_t limit = std::min<uint64_t>(kPageEntries, latest.head.size - after);
  std::vector<std::string> entries;
  if (limit > 0) {
    ASSIGN_OR_RETURN(entries, EntriesAfter(*store_, after, limit, kPageBytes));
  }
  feed::v1::WatchResponse page;
  page.set_after_sequence(after);
  page.set_epoch(committer_->epoch());
  Timestamp through_time = promised_time;
  size_t cell_bytes = 0;
  for (std::string& bytes : entries) {
    feed::v1::Entry parsed;
    if (!parsed.ParseFromString(bytes)) return absl::DataLossError("a stored entry cannot be read");
    feed::v1::FeedEntry* entry = page.add_entries();
    ASSIGN_OR_RETURN(const size_t entry_cell_bytes, AddChunks(parsed, entry));
    entry->set_entry(std::move(bytes));
    through_time = Timestamp{parsed.time_micros()};
    // A consumer holds the cells of a page together.
    cell_bytes += entry_cell_bytes;
    if (cell_bytes > kPageCellBytes) break;
  }
  page.set_through_sequence(after + page.entries_size());
  page.set_caught_up(page.through_sequence() == latest.head.size);
  if (page.caught_up()) through_time = promised_time;
  *page.mutable_through_time() = ToWire(through_time);
  ASSIGN_OR_RETURN(SignedHead head, committer_->HeadOfSize(page.through_sequence()));
  *page.mutable_head() = ToWire(head);
  return page;
}

absl::StatusOr<size_t> FeedServer::AddChunks(const feed::v1::Entry& parsed,
                                             feed::v1::FeedEntry* entry) const {
  if (parsed.kind() != feed::v1::ENTRY_KIND_RETURN_ACCEPTED) return 0;
  feed::v1::ReturnAccepted accepted;
  if (!accepted.ParseFromString(parsed.fact())) {
    return absl::DataLossError("a stored fact cannot be read");
  }
  const size_t fetched_bytes = accepted.chunk_digests_size() * kMaxChunkBytes;
  if (accepted.chunk_digests_size() > kMostInlineChunks) return fetched_bytes;
  size_t bytes = 0;
  std::vector<std::string> chunks;
  for (const std::string& digest_bytes : accepted.chunk_digests()) {
    ASSIGN_OR_RETURN(Digest digest, DigestFromBytes(digest_bytes));
    ASSIGN_OR_RETURN(std::string chunk, chunks_(digest));
    bytes += chunk.size();
    if (bytes > kInlineChunkBytes) return fetched_bytes;
    chunks.push_back(std::move(chunk));
  }
  for (std::string& chunk : chunks) entry->add_chunks(std::move(chunk));
  return bytes;
}

grpc::Status FeedServer::GetChunks(grpc::ServerContext* context,
                                   const feed::v1::GetChunksRequest* request,
                                   grpc::ServerWriter<feed::v1::GetChunksResponse>* writer) {
  return guard_->ServeStream(*context, *request, [&](const CallContext& /*call*/) -> absl::Status {
    if (request->digests_size() == 0 || request->digests_size() > kMaxDigests) {
      return Error(Reason::kFieldInvalid, "1 to 1,000 digests can be asked for at once")
          .Field("digests", "1 to 1,000");
    }
    for (const std::string& bytes : request->digests()) {
      ASSIGN_OR_RETURN(Digest digest, DigestOf(bytes));
      feed::v1::GetChunksResponse response;
      ASSIGN_OR_RETURN(*response.mutable_chunk(), chunks_(digest));
      if (!WriteInTime(context, writer, response)) break;
    }
    return absl::OkStatus();
  });
}

void FeedServer::Drain() { draining_ = true; }

}  // namespace onereturn
