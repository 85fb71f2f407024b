// What a ledger is read from: a service, or what a test puts in its place.
#ifndef ONERETURN_TOOLS_AUDITOR_LEDGER_SOURCE_H_
#define ONERETURN_TOOLS_AUDITOR_LEDGER_SOURCE_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "onereturn/feed/v1/feed.pb.h"
#include "onereturn/ledger/v1/ledger.pb.h"

namespace onereturn::auditor {

// Errors of every call: the service's own code, with "REASON: message"; UNAVAILABLE when it cannot
// be reached.
class LedgerSource {
 public:
  virtual ~LedgerSource() = default;

  // "ingestion", "metrics" or "assessment".
  const std::string& name() const { return name_; }

  // `known`: a head to show it, if any.
  virtual absl::StatusOr<ledger::v1::GetHeadResponse> GetHead(
      const std::optional<ledger::v1::SignedHead>& known) const = 0;
  virtual absl::StatusOr<std::vector<std::string>> ConsistencyProof(uint64_t old_size,
                                                                    uint64_t new_size) const = 0;
  virtual absl::StatusOr<ledger::v1::GetInclusionProofResponse> InclusionProof(
      uint64_t sequence, uint64_t tree_size) const = 0;
  // Pages of the feed behind `after`, until one reaches `through` or `take` gives an error, which
  // is passed on. DATA_LOSS when it does not come to that.
  virtual absl::Status ReadFeed(
      uint64_t after, uint64_t through,
      const std::function<absl::Status(const feed::v1::WatchResponse&)>& take) const = 0;
  // One chunk a digest, in their order.
  virtual absl::StatusOr<std::vector<std::string>> Chunks(
      const std::vector<std::string>& digests) const = 0;

 protected:
  explicit LedgerSource(std::string name) : name_(std::move(name)) {}

 private:
  const std::string name_;
};

}  // namespace onereturn::auditor

#endif  // ONERETURN_TOOLS_AUDITOR_LEDGER_SOURCE_H_
