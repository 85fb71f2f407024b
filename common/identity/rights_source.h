// The newest rights, as the facts of ingestion's ledger make them, and whether they can still be
// relied on.
#ifndef ONERETURN_COMMON_IDENTITY_RIGHTS_SOURCE_H_
#define ONERETURN_COMMON_IDENTITY_RIGHTS_SOURCE_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/clock/clock.h"
#include "common/identity/rights.h"
#include "onereturn/catalogue/v1/catalogue.pb.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "onereturn/rights/v1/rights.pb.h"

namespace onereturn {

// A service that has not heard from ingestion for longer refuses privileged calls: a right taken
// from somebody must not work elsewhere for longer than a minute.
inline constexpr int64_t kRightsStaleMicros = 60'000'000;

// Does a fact of the kind change rights: a step of a grant, or an organisation?
bool ChangesRights(feed::v1::EntryKind kind);

// Thread safe.
class RightsSource {
 public:
  // The rights file; nothing of a ledger yet.
  explicit RightsSource(Rights configured);

  // The snapshot that holds everything taken so far. Made when it is asked for, once.
  std::shared_ptr<const Rights> Current() const;

  // Takes a fact; what does not change rights, or is older than what is held of the same grant or
  // organisation, changes nothing. Quick. DATA_LOSS when it cannot be read.
  absl::Status Apply(const feed::v1::Entry& entry);
  // As Apply, from what a store keeps of the facts.
  absl::Status PutGrant(const rights::v1::Grant& grant, uint64_t sequence);
  absl::Status PutOrganisation(const catalogue::v1::Organisation& organisation, uint64_t sequence);
  // Would Apply change something?
  bool IsNew(const feed::v1::Entry& entry) const;
  // Back to the rights file: the ledger was restored.
  void Forget();

  // From the first call on, rights are ingestion's to say: they are fresh while the time last heard
  // is no more than kRightsStaleMicros away, on either side, since a clock that was set back tells
  // nothing. Without any they are always fresh, as in ingestion itself.
  void NoteHeard(Timestamp now);
  bool Fresh(Timestamp now) const;

 private:
  template <typename Value>
  struct Held {
    uint64_t sequence = 0;
    Value value;
  };

  uint64_t SequenceOf(absl::string_view name) const;

  const Rights configured_;

  mutable std::mutex mutex_;
  // All guarded by mutex_.
  std::map<std::string, Held<rights::v1::Grant>, std::less<>> grants_;  // By name.
  std::map<std::string, uint64_t, std::less<>> organisations_;          // By name: its sequence.
  OrganisationTies::Lives lives_;                                       // By code.
  uint64_t version_ = 0;
  mutable std::shared_ptr<const OrganisationTies> ties_;  // Null: to be made.
  mutable std::shared_ptr<const Rights> current_;         // Null: to be made.

  std::atomic<bool> followed_{false};
  std::atomic<int64_t> heard_micros_{0};
};

// The grant that an approved one of the ledger is. DATA_LOSS when a day cannot be read.
absl::StatusOr<Grant> GrantOf(const rights::v1::Grant& grant);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_IDENTITY_RIGHTS_SOURCE_H_
