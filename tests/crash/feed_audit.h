// A service's feed read from its beginning and checked by nothing but the service's public key:
// every leaf, every root, every signature.
#ifndef ONERETURN_TESTS_CRASH_FEED_AUDIT_H_
#define ONERETURN_TESTS_CRASH_FEED_AUDIT_H_

#include <grpcpp/channel.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/digest/digest.h"
#include "common/ledger/merkle.h"
#include "common/ledger/signed_head.h"
#include "common/ledger/signing.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "onereturn/feed/v1/feed.pb.h"
#include "onereturn/ledger/v1/ledger.pb.h"
#include "tests/crash/oracle.h"

namespace onereturn {

// What is kept of an entry.
struct AuditedEntry {
  feed::v1::EntryKind kind = feed::v1::ENTRY_KIND_UNSPECIFIED;
  RequestKeyOf request;
  std::string name;
  Digest leaf = {};
  feed::v1::ReturnAccepted accepted;  // Of a return; without its chunk digests.
};

// Thread-compatible.
class FeedAudit {
 public:
  explicit FeedAudit(VerifyingKey key) : key_(std::move(key)) {}

  // Reads on until the feed has no more for now. DATA_LOSS for a gap, a time that goes back, a
  // chunk that is not the one its entry names, a root or a signature that is wrong, a request id
  // that stands twice, a revision number that is not the one before it and 1.
  absl::Status ReadOn(const std::shared_ptr<grpc::Channel>& auditor);

  // A head that was given out, by anybody at any time: it must be the root of a beginning of the
  // feed. OUT_OF_RANGE when more was promised than is there.
  absl::Status CheckHead(const ledger::v1::SignedHead& head) const;
  // The receipt alone, and that its leaf and its head are those of the feed.
  absl::Status CheckReceipt(const ledger::v1::Receipt& receipt) const;

  // In order of sequence, from 1.
  const std::vector<AuditedEntry>& entries() const { return entries_; }
  // Null when no entry has the request.
  const AuditedEntry* Find(const RequestKeyOf& request, uint64_t* sequence) const;

 private:
  absl::Status TakePage(const feed::v1::WatchResponse& page);
  absl::Status TakeEntry(const feed::v1::FeedEntry& wire);
  absl::Status TakeReturn(const feed::v1::FeedEntry& wire, const feed::v1::Entry& entry,
                          AuditedEntry* audited);

  const VerifyingKey key_;
  std::vector<AuditedEntry> entries_;
  std::vector<Digest> roots_;  // Of the first 1, 2, ... entries.
  Frontier frontier_;
  int64_t last_time_micros_ = 0;
  std::map<RequestKeyOf, uint64_t> sequences_;
  std::map<std::string, uint32_t> revisions_;  // The newest of each return.
};

}  // namespace onereturn

#endif  // ONERETURN_TESTS_CRASH_FEED_AUDIT_H_
