// Whether a service's ledger is what it was: held against the high-water file at the start, and
// against the heads that others show of it while it serves.
#ifndef ONERETURN_COMMON_COMMIT_LEDGER_STANDING_H_
#define ONERETURN_COMMON_COMMIT_LEDGER_STANDING_H_

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/commit/committer.h"
#include "common/commit/high_water_file.h"
#include "common/storage/store.h"

namespace onereturn {

// What a start holds against its high-water file.
struct HighWaterCheck {
  std::string path;
  std::string service;
  // The keys of the configuration, the signing one first: of them, and of those the store
  // remembers, one has signed the file.
  std::vector<SigningKey> keys;
};

// Name of the file by which an operator accepts a store as it is: "{high-water file}.accept",
// whose text is the number of entries the store holds. What is lost stays lost; the file is made
// anew, and the log says so.
std::string AcceptFileOf(const std::string& high_water_file);

// Before anything is served: OK when the ledger in the store contains the ledger of the file's
// head, when the head is of an epoch before the store's, or when neither store nor file know of any
// yet, and then the file is made. Otherwise LEDGER_BEHIND, with the place and what to do: the store
// is behind or another; the file is missing, though the store has had one or holds facts; it is
// damaged, or is signed by no key of this service. Afterwards the file is there.
absl::Status CheckHighWater(Store* store, const HighWaterCheck& check);

// Makes the file anew, with the store's own state: after a restore, where the file is gone as well.
absl::Status MakeHighWater(Store* store, const HighWaterCheck& check);

// OK when the committer's ledger contains that of `known`, or `known` is of an earlier epoch.
// FIELD_INVALID when no key of this service signed it, LEDGER_BEHIND when it is true and the
// ledger does not contain it.
// `other` is a key of the service that does not sign: a head of it was signed after a change of
// keys that the ledger does not hold.
absl::Status CompareWithOwn(const Store& store, const Committer& committer, const SignedHead& known,
                            const std::optional<VerifyingKey>& other = std::nullopt);

// Thread safe.
class LedgerStanding {
 public:
  // All must outlive it; `file` may be null. `other` as CompareWithOwn()'s.
  LedgerStanding(const Store* store, Committer* committer, HighWaterFile* file,
                 std::optional<VerifyingKey> other = std::nullopt)
      : store_(store), committer_(committer), file_(file), other_(std::move(other)) {}

  // As CompareWithOwn(); the first LEDGER_BEHIND ends the service's standing: the committer
  // refuses every write, the high-water file keeps the head, so that the next start refuses too,
  // and whoever asked with OnLost() is told, on the caller's thread. Afterwards it is the answer
  // to everything.
  absl::Status Judge(const SignedHead& known);

  // OK, or LEDGER_BEHIND.
  absl::Status status() const;

  // At once when the standing is lost already. To be called once.
  void OnLost(std::function<void(const absl::Status& why)> tell);

 private:
  const Store* const store_;
  Committer* const committer_;
  HighWaterFile* const file_;
  const std::optional<VerifyingKey> other_;
  mutable std::mutex mutex_;
  absl::Status status_;                                // Guarded by mutex_.
  std::function<void(const absl::Status& why)> tell_;  // Guarded by mutex_.
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_COMMIT_LEDGER_STANDING_H_
