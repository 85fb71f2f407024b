// What a service holds of the ledgers of others, as their witness: heads, at most one a second of
// each, every one proved to go on from the one before, and the keys that sign them.
#ifndef ONERETURN_COMMON_FEED_WITNESSED_HEADS_H_
#define ONERETURN_COMMON_FEED_WITNESSED_HEADS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/commit/committer.h"
#include "common/ledger/key_change.h"
#include "common/ledger/signed_head.h"
#include "common/storage/store.h"

namespace onereturn {

// A head of another service, with what makes it believable. A service that is met for the first
// time is believed: its key and its identity are kept, and from then on only keys to which signed
// changes lead from there.
struct ShownHead {
  SignedHead head;
  std::string spiffe_id;  // Who shows it: the service itself.
  std::string first_key;  // Raw; where the key changes begin.
  std::vector<std::string>
      key_changes;            // Serialised entries, oldest first; known ones may be left out.
  uint64_t proof_from = 0;    // The size of the head that is held, as the other knows it.
  std::vector<Digest> proof;  // Consistency from there.
  // The other was asked after the head that is held was kept: it can only have grown since.
  bool asked = false;
};

// What is held of one service.
struct HeldLedger {
  std::string service;
  std::optional<SignedHead> head;
  std::string fault;  // Empty while all is well.
};

// Thread safe.
class WitnessedHeads {
 public:
  // Microseconds by a clock that only goes on; from any thread.
  using Elapsed = std::function<int64_t()>;

  // Reads what the store holds. Both must outlive it; a store without the family "ledger" is one of
  // a test and keeps nothing. `elapsed` empty: the machine's.
  static absl::StatusOr<std::unique_ptr<WitnessedHeads>> Load(const Store* store,
                                                              Committer* committer,
                                                              Elapsed elapsed = nullptr);

  // Keeps a head that has grown and is proved, unless one was kept within the last second.
  //
  // clang-format off
  //   OK             also where there is nothing to keep, or the proof does not begin at what is
  //                  held
  //   FIELD_INVALID  it is not believable: another identity, key, signature; nothing changes
  //   PEER_LEDGER    it is believable and cannot be true beside what is held: both are kept as
  //                  evidence, and it is the answer to all that is shown of the service until that
  //                  begins a new epoch or, where it had only gone back, is proved to hold all
  //                  again
  // clang-format on
  // What cannot be written for a time, because the disk is full or the committer busy, holds all
  // the same, and is written by WriteUnkept().
  absl::Status Take(const ShownHead& shown);

  // Writes again what could not be written; to be called about once a second.
  void WriteUnkept();

  // The highest head of the service; to be shown to it.
  std::optional<SignedHead> Held(absl::string_view service) const;
  // The same, for who shows heads of the service itself.
  std::optional<SignedHead> HeldFor(absl::string_view service, absl::string_view spiffe_id) const;
  // The keys that are believed to sign for the service; nullopt before it is met.
  std::optional<KeyHistory> KeysOf(absl::string_view service) const;
  // Changes of its keys that lead on from those; others are passed over.
  absl::Status AddKeyChanges(absl::string_view service, const std::vector<std::string>& entries);

  // In order of service.
  std::vector<HeldLedger> All() const;
  // Heads after (epoch, above_size), in order. At most `limit`.
  absl::StatusOr<std::vector<SignedHead>> List(absl::string_view service, uint64_t epoch,
                                               uint64_t above_size, size_t limit) const;

  // PEER_LEDGER, or OK.
  absl::Status FaultOf(absl::string_view service) const;

  // Told of each fault once, also of those of an earlier life, and with OK when a new epoch ends
  // it; on the thread that finds it.
  using TellFault = std::function<void(const std::string& service, const absl::Status& why)>;
  void OnFault(TellFault tell);

 private:
  struct Peer {
    std::string spiffe_id;
    std::vector<std::string> key_changes;
    std::optional<KeyHistory> keys;
    std::optional<SignedHead> head;
    std::optional<int64_t> kept_micros;  // When the head was kept, by elapsed_; not yet: unset.
    std::string held_evidence;
    std::string contrary_evidence;
    std::string fault;
  };

  // The services whose newest record is not in the store. Apart, and shared with the writes that
  // are on their way: one may end when the heads are gone.
  struct Unkept {
    std::mutex mutex;
    std::set<std::string> services;  // Guarded by mutex; to be written again.
    std::set<std::string> told;      // Guarded by mutex; said in the log.

    void Settle(const std::string& service, const absl::Status& written);
  };

  WitnessedHeads(const Store* store, Committer* committer, Elapsed elapsed)
      : store_(store), committer_(committer), elapsed_(std::move(elapsed)) {}

  // All with mutex_ held.
  absl::Status LoadPeers();
  absl::Status LoadNewestHead(const std::string& service, Peer* peer) const;
  // Whether the head is believable; new keys are added to `peer`.
  absl::Status Believe(const ShownHead& shown, Peer* peer, bool* changed) const;
  // Empty when the head can be true beside the one that is held; otherwise why not.
  static std::string Contradiction(const ShownHead& shown, const SignedHead& held);
  // Whether the fault is that it showed less than it had: then it may come back.
  static bool WentBack(const Peer& peer);
  // Whether the head, which contradicts nothing, is proved to hold all of the other.
  static bool IsAtLeast(const ShownHead& shown, const SignedHead& held);
  void Keep(const SignedHead& head, Peer* peer, WriteBatch* batch) const;
  void PutHead(const SignedHead& head, WriteBatch* batch) const;
  void PutPeer(const std::string& service, const Peer& peer, WriteBatch* batch) const;
  void Write(const std::string& service, WriteBatch batch) const;

  const Store* const store_;
  Committer* const committer_;
  const Elapsed elapsed_;
  const std::shared_ptr<Unkept> unkept_ = std::make_shared<Unkept>();
  std::optional<ColumnFamily> family_;
  mutable std::mutex mutex_;
  std::map<std::string, Peer, std::less<>> peers_;  // Guarded by mutex_.
  TellFault tell_;                                  // Guarded by mutex_.
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_FEED_WITNESSED_HEADS_H_
