// The one way into a store: a thread that takes whatever queued while the previous sync ran, gives
// sequences, appends ledger leaves, writes one synced batch, checks what it wrote, signs the head,
// and only then answers.
#ifndef ONERETURN_COMMON_COMMIT_COMMITTER_H_
#define ONERETURN_COMMON_COMMIT_COMMITTER_H_

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/clock/clock.h"
#include "common/commit/journal.h"
#include "common/ledger/merkle.h"
#include "common/ledger/receipt.h"
#include "common/ledger/signing.h"
#include "common/storage/store.h"
#include "onereturn/feed/v1/entry.pb.h"

namespace onereturn {

// What a proposal was judged on: it is refused when the value has changed since. Keys of small head
// records.
struct ReadCheck {
  ColumnFamily family;
  std::string key;
  std::optional<std::string> expected;  // nullopt: the key was absent.
};

// Where a fact was placed.
struct Placement {
  uint64_t epoch = 0;
  uint64_t sequence = 0;
  Timestamp time;
};

// An accepted fact, with the proof of it.
struct Accepted {
  Receipt receipt;
  Placement placement;
  bool replayed = false;  // The request had been accepted before; the placement is the first one's.
};

// What is kept together is one batch, for which everybody else waits: so many parts, and so many
// bytes of their facts.
inline constexpr size_t kMostFactsTogether = 2'000;
inline constexpr size_t kMostBytesTogether = size_t{16} << 20;

// A fact to be accepted.
struct Proposal {
  // All but epoch, sequence, time and salt, which the committer gives. `request_id` must not be
  // empty.
  feed::v1::Entry entry;
  std::vector<ReadCheck> read_set;
  // Adds the rows that stand for the fact. Runs on the committer's thread: only cheap, never
  // blocking.
  std::function<void(const Placement& placement, WriteBatch* batch)> write;
  // Set for a change of the key that signs heads, an entry of kind SIGNING_KEY_CHANGED: the
  // committer fills and signs the fact, whose place it alone knows, and the head that covers it and
  // every later one are signed with this key.
  std::optional<SigningKey> next_key;
  // Facts that are kept with this one or not at all: before it, in this order, in the same synced
  // batch. Each has its own entry, read set and rows, and neither parts, key nor `done`; none may
  // write what another is checked for. An id of theirs that was ever accepted refuses all:
  // REQUEST_ID_REUSED.
  std::vector<Proposal> parts;
  // The answer, on the committer's thread: cheap, never blocking. Errors:
  //   REQUEST_ID_REUSED  the id was accepted with other bytes
  //   COMMIT_CONFLICT    the read set has changed: judge again once, then give up
  //   STORAGE_LOW, DRAINING
  std::function<void(absl::StatusOr<Accepted> accepted)> done;
};

// Rows that are no fact: no sequence, no leaf; synced with the group.
struct PlainWrite {
  std::vector<ReadCheck> read_set;
  WriteBatch batch;
  std::function<void(absl::Status status)> done;  // As Proposal::done.
};

// What a reader may rely on: what is not in `head` will not carry a time before `through_time`.
struct Promise {
  SignedHead head;
  Timestamp through_time;
};

struct CommitterOptions {
  std::string service;  // As signed heads name it.
  // Not 0: the store was restored, and what is accepted from here on is of this epoch, which is
  // later than the newest entry's. Its first entry must say so, EPOCH_BEGUN; until then no head is
  // told to `on_head`.
  uint64_t begin_epoch = 0;
  size_t queue_limit = 4'096;  // More waiting than this is refused: QUEUE_FULL.
  size_t group_limit = 256;    // Facts that share one sync.
  // Takes each head after its group is synced, before anybody else sees it; an error of the reason
  // LEDGER_BEHIND is answered to the group, any other is fatal. After either nothing is written any
  // more: the group is on disk, and a restart goes on after it. May be empty.
  std::function<absl::Status(const SignedHead& head)> on_head;
  // The store failed in a way that forbids going on: the process must end without another write.
  // Must not return in a server.
  std::function<void(const absl::Status& status)> on_fatal;
};

// Thread safe.
class Committer {
 public:
  // Reads the ledger's frontier and starts the thread. `store`, `clock` must outlive it.
  static absl::StatusOr<std::unique_ptr<Committer>> Start(Store* store, const Clock* clock,
                                                          SigningKey key, CommitterOptions options);
  // As Stop.
  ~Committer();

  // QUEUE_FULL, DRAINING, or MESSAGE_TOO_LARGE (an entry holds at most 64 KiB; what is proposed
  // together kMostFactsTogether and kMostBytesTogether) at once, and `done`
  // is never called; otherwise `done` is called exactly once.
  absl::Status Propose(Proposal proposal);
  absl::Status Write(PlainWrite write);

  // From now on every proposal and write is answered with `why`, an error; reading goes on.
  void Refuse(const absl::Status& why);

  // Answers all that is queued and ends the thread.
  void Stop();

  // The newest signed head. Everything up to its size is durable.
  SignedHead LatestHead() const;
  // The newest head, and how far its word on time goes. The clock alone cannot tell: a group that
  // is being synced already has its times.
  Promise LatestPromise() const;
  // A head of an earlier size, signed now. `size` must be at most the latest head's.
  absl::StatusOr<SignedHead> HeadOfSize(uint64_t size) const;
  // The proof of an accepted fact against the newest head. An entry that the store shows before its
  // head is signed is waited for, so that a repeat which comes in that moment gets its receipt.
  // NOT_FOUND when there is no such entry.
  absl::StatusOr<Accepted> ReceiptOf(uint64_t sequence) const;
  // Waits until the latest head is greater than `size`, at most `micros`; false when it is not, or
  // stopped.
  bool WaitForHeadBeyond(uint64_t size, int64_t micros) const;
  // Wakes every waiter for good: the server is draining.
  void WakeWaiters();

  // The key that signs heads now.
  VerifyingKey verifying_key() const;
  // The service's word on what is no head: `message` begins with a domain of its own.
  struct SignedWord {
    VerifyingKey key;
    Signature signature;
  };
  absl::StatusOr<SignedWord> Sign(absl::string_view message) const;
  // The newest entry's, or the one that begins; 1 in a new ledger.
  uint64_t epoch() const { return epoch_; }
  const std::string& service() const { return options_.service; }

 private:
  struct Group;
  using Member = std::variant<Proposal, PlainWrite>;

  Committer(Store* store, const Clock* clock, SigningKey key, CommitterOptions options,
            uint64_t epoch, Frontier frontier, Timestamp last_time, SignedHead head);

  // The time that the group about to be made begins at; promises stay at it until EndGroup.
  Timestamp BeginGroup();
  // `head`, when there is one, becomes the newest.
  void EndGroup(Timestamp last_time, std::optional<SignedHead> head);

  SigningKey signing_key() const;
  absl::Status Enqueue(Member member);
  void Run();
  std::vector<Member> TakeGroup();
  void Commit(std::vector<Member> members);
  void AddProposal(Proposal& proposal, Group* group);
  // What was accepted of the request, in this group or before.
  absl::StatusOr<std::optional<AcceptedRequest>> KnownRequest(const feed::v1::Entry& entry,
                                                              const Group& group) const;
  absl::Status CheckParts(const Proposal& proposal, const Group& group) const;
  // KEY_NOT_GIVEN for a key that signs, or that ever did: whoever followed its replacement would
  // not believe its heads.
  absl::Status CheckNextKey(const VerifyingKey& next, const Group& group) const;
  void AddFact(Proposal& proposal, Group* group);
  // Writes the group, checks what was written, signs its head.
  absl::StatusOr<SignedHead> WriteGroup(const Group& group);
  void AddPlainWrite(PlainWrite& write, Group* group);
  absl::Status CheckReadSet(const std::vector<ReadCheck>& read_set, const Group& group) const;
  absl::Status CheckWritten(const Group& group) const;
  void Answer(Group* group);
  void Fail(Group* group, const absl::Status& status);
  absl::StatusOr<Receipt> MakeReceipt(uint64_t sequence, std::string entry, const SignedHead& head,
                                      NodeReader nodes) const;

  Store* const store_;
  const Clock* const clock_;
  const CommitterOptions options_;
  const uint64_t epoch_;

  Frontier frontier_;  // Only the committer's thread touches it once it runs.

  mutable std::mutex mutex_;
  mutable std::condition_variable queue_changed_;
  mutable std::condition_variable head_changed_;
  std::deque<Member> queue_;  // Guarded by mutex_.
  bool stopping_ = false;     // Guarded by mutex_.
  bool woken_ = false;        // Guarded by mutex_.
  absl::Status refused_;      // Guarded by mutex_; OK: not refused.
  SignedHead head_;           // Guarded by mutex_.
  SigningKey key_;            // Guarded by mutex_; only the committer's thread changes it.
  // No later entry may be earlier: the last entry's time, or a later one that was promised. Guarded
  // by mutex_.
  mutable Timestamp floor_;
  bool in_group_ = false;  // A group has its times, and is not in head_ yet. Guarded by mutex_.
  std::thread thread_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_COMMIT_COMMITTER_H_
