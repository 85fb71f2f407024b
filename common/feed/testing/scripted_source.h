// For the tests of this library: a source of a feed that can be made to lie.
#ifndef ONERETURN_COMMON_FEED_TESTING_SCRIPTED_SOURCE_H_
#define ONERETURN_COMMON_FEED_TESTING_SCRIPTED_SOURCE_H_

#include <grpcpp/server_context.h>

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "common/digest/digest.h"
#include "common/feed/wire.h"
#include "common/ledger/merkle.h"
#include "common/ledger/signing.h"
#include "common/ledger/testing_keys.h"
#include "common/rpc/status_conversion.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "onereturn/feed/v1/feed.grpc.pb.h"
#include "onereturn/ledger/v1/ledger.grpc.pb.h"

namespace onereturn {

inline constexpr char kScriptedSeed[] =
    "1112131415161718191a1b1c1d1e1f2021222324252627282930313233343536";

// Serves entries in pages of ten, as an honest service would but for what Set() changes. Thread
// safe.
class ScriptedSource final : public feed::v1::FeedService::Service {
 public:
  struct Change {
    std::function<void(feed::v1::WatchResponse* page)> page;  // Before it is sent.
    std::function<absl::Status(const feed::v1::WatchRequest& request)> refuse;
  };

  grpc::Status Watch(grpc::ServerContext* context, const feed::v1::WatchRequest* request,
                     grpc::ServerWriter<feed::v1::WatchResponse>* writer) override {
    Change change;
    std::vector<std::string> entries;
    uint64_t epoch = 0;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      change = change_;
      entries = entries_;
      epoch = epoch_;
      ++watches_;
    }
    if (change.refuse) {
      if (absl::Status refused = change.refuse(*request); !refused.ok()) {
        return ToGrpcStatus(refused);
      }
    }
    uint64_t after = request->after_sequence();
    while (after < entries.size()) {
      feed::v1::WatchResponse page = Page(entries, epoch, after);
      after = page.through_sequence();
      if (change.page) change.page(&page);
      if (!writer->Write(page)) break;
    }
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "the connection ends here");
  }
  grpc::Status GetChunks(grpc::ServerContext* context, const feed::v1::GetChunksRequest* request,
                         grpc::ServerWriter<feed::v1::GetChunksResponse>* writer) override {
    for (const std::string& digest : request->digests()) {
      feed::v1::GetChunksResponse response;
      std::lock_guard<std::mutex> lock(mutex_);
      response.set_chunk(fetched_.at(digest));
      writer->Write(response);
    }
    return grpc::Status::OK;
  }

  void AddFact(const std::string& content, uint32_t format = 1) {
    feed::v1::Entry entry;
    entry.set_kind(feed::v1::ENTRY_KIND_ITEM_DEFINED);
    entry.set_fact(content);
    entry.set_format(format);
    Add(std::move(entry));
  }
  // A return whose chunks travel with it, or are to be fetched.
  void AddReturn(const std::vector<std::string>& chunks) {
    feed::v1::ReturnAccepted accepted;
    for (const std::string& chunk : chunks) {
      const Digest digest = Sha256(chunk);
      accepted.add_chunk_digests(std::string(DigestBytes(digest)));
      std::lock_guard<std::mutex> lock(mutex_);
      fetched_[std::string(DigestBytes(digest))] = chunk;
    }
    feed::v1::Entry entry;
    entry.set_kind(feed::v1::ENTRY_KIND_RETURN_ACCEPTED);
    entry.set_fact(accepted.SerializeAsString());
    entry.set_format(1);
    Add(std::move(entry));
  }
  void TamperFetched() {
    std::lock_guard<std::mutex> lock(mutex_);
    for (auto& [digest, chunk] : fetched_) chunk += "x";
  }
  void Set(Change change) {
    std::lock_guard<std::mutex> lock(mutex_);
    change_ = std::move(change);
  }
  // Restored from a backup that held fewer entries.
  void Restore(size_t keep) {
    std::lock_guard<std::mutex> lock(mutex_);
    entries_.resize(keep);
    ++epoch_;
  }
  int watches() {
    std::lock_guard<std::mutex> lock(mutex_);
    return watches_;
  }

 private:
  static constexpr uint64_t kPageSize = 10;

  void Add(feed::v1::Entry entry) {
    std::lock_guard<std::mutex> lock(mutex_);
    entry.set_sequence(entries_.size() + 1);
    entry.set_epoch(epoch_);
    entries_.push_back(entry.SerializeAsString());
  }
  static feed::v1::WatchResponse Page(const std::vector<std::string>& entries, uint64_t epoch,
                                      uint64_t after) {
    feed::v1::WatchResponse page;
    const uint64_t through = std::min<uint64_t>(after + kPageSize, entries.size());
    Frontier frontier;
    for (uint64_t i = 0; i < through; ++i) {
      frontier.Append(HashLeaf(entries[i]));
      if (i >= after) page.add_entries()->set_entry(entries[i]);
    }
    page.set_after_sequence(after);
    page.set_through_sequence(through);
    page.set_epoch(epoch);
    *page.mutable_through_time() = ToWire(Timestamp::FromSeconds(static_cast<int64_t>(through)));
    const TreeHead head{"ingestion", epoch, through, frontier.Root(), 0};
    *page.mutable_head() = ToWire(SignHead(head, KeyFromSeed(kScriptedSeed)).value());
    return page;
  }

  std::mutex mutex_;
  Change change_;  // Guarded by mutex_, and so is what follows.
  std::vector<std::string> entries_;
  std::map<std::string, std::string> fetched_;
  uint64_t epoch_ = 1;
  int watches_ = 0;
};

class ScriptedLedger final : public ledger::v1::LedgerService::Service {
 public:
  grpc::Status GetHead(grpc::ServerContext*, const ledger::v1::GetHeadRequest*,
                       ledger::v1::GetHeadResponse* response) override {
    response->set_public_key_pem(KeyFromSeed(kScriptedSeed).verifying_key().ToPem());
    return grpc::Status::OK;
  }
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_FEED_TESTING_SCRIPTED_SOURCE_H_
