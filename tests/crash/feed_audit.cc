#include "tests/crash/feed_audit.h"

#include <grpcpp/client_context.h>

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/feed/wire.h"
#include "common/ledger/receipt.h"
#include "common/rpc/status_conversion.h"
#include "common/status/status_macros.h"
#include "onereturn/feed/v1/feed.grpc.pb.h"

namespace onereturn {
namespace {

// As the client that sent it knows it: "file-1.RCF" of a file's row, which is kept under
// "file-1#{12 digits of the file's scope}.RCF".
std::string SentIdOf(std::string kept) {
  constexpr size_t kMarkBytes = 13;
  const size_t mark = kept.rfind('#');
  if (mark != std::string::npos && kept.find('.', mark) == mark + kMarkBytes) {
    kept.erase(mark, kMarkBytes);
  }
  return kept;
}

}  // namespace

absl::Status FeedAudit::ReadOn(const std::shared_ptr<grpc::Channel>& auditor) {
  auto stub = feed::v1::FeedService::NewStub(auditor);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  feed::v1::WatchRequest request;
  request.set_after_sequence(entries_.size());
  auto reader = stub->Watch(&context, request);
  feed::v1::WatchResponse page;
  absl::Status status = absl::OkStatus();
  while (reader->Read(&page)) {
    status = TakePage(page);
    if (!status.ok() || page.caught_up()) {
      context.TryCancel();
      reader->Finish();
      return status;
    }
  }
  status = FromGrpcStatus(reader->Finish());
  return status.ok() ? absl::UnavailableError("the feed ended") : status;
}

absl::Status FeedAudit::TakePage(const feed::v1::WatchResponse& page) {
  if (page.after_sequence() != entries_.size() ||
      page.through_sequence() != entries_.size() + static_cast<size_t>(page.entries_size())) {
    return absl::DataLossError(absl::StrCat("a page leaves a gap after ", entries_.size()));
  }
  for (const feed::v1::FeedEntry& entry : page.entries()) RETURN_IF_ERROR(TakeEntry(entry));
  if (page.head().size() != entries_.size()) return absl::DataLossError("a head of another size");
  return CheckHead(page.head());
}

absl::Status FeedAudit::TakeEntry(const feed::v1::FeedEntry& wire) {
  feed::v1::Entry entry;
  if (!entry.ParseFromString(wire.entry())) return absl::DataLossError("an entry is torn");
  if (entry.sequence() != entries_.size() + 1) {
    return absl::DataLossError(
        absl::StrCat("entry ", entry.sequence(), " stands in place ", entries_.size() + 1));
  }
  if (entry.time_micros() < last_time_micros_) {
    return absl::DataLossError(absl::StrCat("time goes back at entry ", entry.sequence()));
  }
  last_time_micros_ = entry.time_micros();
  AuditedEntry audited{entry.kind(),
                       {entry.organisation(), SentIdOf(entry.request_id())},
                       entry.name(),
                       HashLeaf(wire.entry()),
                       {}};
  if (!sequences_.emplace(audited.request, entry.sequence()).second) {
    return absl::DataLossError(absl::StrCat(entry.request_id(), " of \"", entry.organisation(),
                                            "\" was accepted twice, again as ", entry.sequence()));
  }
  if (entry.kind() == feed::v1::ENTRY_KIND_RETURN_ACCEPTED) {
    RETURN_IF_ERROR(TakeReturn(wire, entry, &audited));
  }
  frontier_.Append(audited.leaf);
  roots_.push_back(frontier_.Root());
  entries_.push_back(std::move(audited));
  return absl::OkStatus();
}

absl::Status FeedAudit::TakeReturn(const feed::v1::FeedEntry& wire, const feed::v1::Entry& entry,
                                   AuditedEntry* audited) {
  feed::v1::ReturnAccepted& accepted = audited->accepted;
  if (!accepted.ParseFromString(entry.fact())) return absl::DataLossError("a fact is torn");
  for (int i = 0; i < wire.chunks_size(); ++i) {
    const Digest digest = Sha256(wire.chunks(i));
    if (i >= accepted.chunk_digests_size() || DigestBytes(digest) != accepted.chunk_digests(i)) {
      return absl::DataLossError(absl::StrCat("entry ", entry.sequence(), " has other cells"));
    }
  }
  accepted.clear_chunk_digests();
  uint32_t& newest = revisions_[absl::StrCat(accepted.organisation(), "/", accepted.collection(),
                                             "/", accepted.period())];
  if (accepted.revision() != newest + 1) {
    return absl::DataLossError(absl::StrCat(entry.name(), " follows revision ", newest));
  }
  newest = accepted.revision();
  return absl::OkStatus();
}

absl::Status FeedAudit::CheckHead(const ledger::v1::SignedHead& wire) const {
  ASSIGN_OR_RETURN(SignedHead head, FromWire(wire));
  RETURN_IF_ERROR(VerifyHead(head, key_));
  if (head.head.size > roots_.size()) {
    return absl::OutOfRangeError(absl::StrCat("a head of ", head.head.size, " was given out, and ",
                                              roots_.size(), " entries are there"));
  }
  const Digest& root = head.head.size == 0 ? EmptyRoot() : roots_[head.head.size - 1];
  if (head.head.root == root) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("the head of ", head.head.size,
                                          " is not the root of the entries that are there"));
}

absl::Status FeedAudit::CheckReceipt(const ledger::v1::Receipt& wire) const {
  ASSIGN_OR_RETURN(Receipt receipt, FromWire(wire));
  RETURN_IF_ERROR(VerifyReceipt(receipt, key_));
  RETURN_IF_ERROR(CheckHead(wire.head()));
  if (receipt.sequence == 0 || receipt.sequence > entries_.size()) {
    return absl::OutOfRangeError(absl::StrCat("there is no entry ", receipt.sequence));
  }
  if (entries_[receipt.sequence - 1].leaf == receipt.leaf_hash) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("entry ", receipt.sequence, " has another leaf"));
}

const AuditedEntry* FeedAudit::Find(const RequestKeyOf& request, uint64_t* sequence) const {
  auto found = sequences_.find(request);
  if (found == sequences_.end()) return nullptr;
  *sequence = found->second;
  return &entries_[found->second - 1];
}

}  // namespace onereturn
