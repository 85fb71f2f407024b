// For tests of what is built on a committer: one over a store in memory, with a clock that stands
// still, and short ways to propose and wait.
#ifndef ONERETURN_COMMON_COMMIT_TESTING_COMMITTER_H_
#define ONERETURN_COMMON_COMMIT_TESTING_COMMITTER_H_

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/base/check.h"
#include "common/clock/clock.h"
#include "common/commit/committer.h"
#include "common/commit/primary_family.h"
#include "common/digest/digest.h"
#include "common/ledger/testing_keys.h"

namespace onereturn {

enum class TestFamily : uint32_t { kHeads = kFirstOwnFamily };

inline constexpr char kTestSeed[] =
    "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20";
inline constexpr Timestamp kTestStart = Timestamp::FromSeconds(1'750'000'000);

// A fact of the organisation RCF.
inline Proposal Fact(absl::string_view request_id, absl::string_view content = "content") {
  Proposal proposal;
  feed::v1::Entry& entry = proposal.entry;
  entry.set_kind(feed::v1::ENTRY_KIND_ITEM_DEFINED);
  entry.set_format(1);
  entry.set_actor("spiffe://onereturn.example/steward");
  entry.set_organisation("RCF");
  entry.set_request_id(std::string(request_id));
  const Digest digest = Sha256(content);
  entry.set_request_digest(std::string(DigestBytes(digest)));
  entry.set_name("items/A/versions/1");
  entry.set_fact(std::string(content));
  return proposal;
}

inline feed::v1::Entry EntryOf(const Accepted& accepted) {
  feed::v1::Entry entry;
  ONERETURN_CHECK(entry.ParseFromString(accepted.receipt.entry));
  return entry;
}

// Thread safe where the committer is.
class TestService {
 public:
  // "ingestion" unless the options name another, with files in memory that outlive Close(), unless
  // `folder` says where they should lie.
  explicit TestService(CommitterOptions options = {}, std::string folder = "")
      : options_(std::move(options)), folder_(std::move(folder)) {
    if (options_.service.empty()) options_.service = "ingestion";
    if (!options_.on_fatal) {
      options_.on_fatal = [](const absl::Status&) { ONERETURN_CHECK(false); };
    }
    if (folder_.empty()) files_ = MemoryFiles::Create();
    store_ = Store::Create(StoreOptionsHere()).value();
    StartCommitter();
  }

  void Close() {
    committer_.reset();
    store_.reset();
  }
  void Open() {
    store_ = Store::Open(StoreOptionsHere()).value();
    StartCommitter();
  }

  // Proposes and waits for the answer.
  absl::StatusOr<Accepted> Accept(Proposal proposal) {
    std::promise<absl::StatusOr<Accepted>> promise;
    proposal.done = [&promise](absl::StatusOr<Accepted> answer) {
      promise.set_value(std::move(answer));
    };
    if (absl::Status queued = committer_->Propose(std::move(proposal)); !queued.ok()) return queued;
    return promise.get_future().get();
  }
  absl::Status WritePlain(PlainWrite write) {
    std::promise<absl::Status> promise;
    write.done = [&promise](absl::Status status) { promise.set_value(std::move(status)); };
    if (absl::Status queued = committer_->Write(std::move(write)); !queued.ok()) return queued;
    return promise.get_future().get();
  }

  // Holds the committer's thread inside a group until release() is called, so that what is proposed
  // meanwhile lands in one group.
  class Hold {
   public:
    explicit Hold(Committer* committer) {
      PlainWrite write;
      auto reached = std::make_shared<std::promise<void>>();
      std::shared_future<void> released = released_.get_future().share();
      write.done = [reached, released](absl::Status) {
        reached->set_value();
        released.wait();
      };
      ONERETURN_CHECK(committer->Write(std::move(write)).ok());
      reached->get_future().wait();
    }
    ~Hold() { Release(); }
    void Release() {
      if (!std::exchange(done_, true)) released_.set_value();
    }

   private:
    bool done_ = false;
    std::promise<void> released_;
  };

  Committer& committer() { return *committer_; }
  Store& store() { return *store_; }
  FakeClock& clock() { return clock_; }

 private:
  StoreOptions StoreOptionsHere() const {
    StoreOptions options;
    options.path = folder_.empty() ? "/store" : folder_;
    options.service = "ingestion";
    options.column_families = PrimaryFamilies();
    options.column_families.push_back({"heads", ColumnFamilyKind::kPrimary});
    options.column_families.push_back(LedgerFamilySpec());
    options.cache_bytes = 1 << 20;
    options.small_buffers = true;
    options.memory_files = files_;
    return options;
  }
  void StartCommitter() {
    committer_ = Committer::Start(store_.get(), &clock_, KeyFromSeed(kTestSeed), options_).value();
  }

  CommitterOptions options_;
  const std::string folder_;
  FakeClock clock_{kTestStart};
  std::shared_ptr<MemoryFiles> files_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Committer> committer_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_COMMIT_TESTING_COMMITTER_H_
