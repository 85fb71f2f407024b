// Who used which return: noted by reads without waiting for a disk, written a batch at a time.
#ifndef ONERETURN_SERVICES_INGESTION_APP_RETURNS_RETURN_USES_H_
#define ONERETURN_SERVICES_INGESTION_APP_RETURNS_RETURN_USES_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/clock/clock.h"
#include "common/commit/committer.h"
#include "common/identity/rights.h"
#include "common/storage/store.h"
#include "services/ingestion/store/use_table.h"

namespace onereturn::ingestion {

// The body that a caller acts for: its organisation; at national scope that of the person who is
// signed in (`person_organisation`, by the token; empty: nobody is), else the system's SPIFFE id.
// nullopt for services of the suite and auditors, who carry and verify: they use nothing.
std::optional<std::string> BodyOf(const Caller& caller, const std::string& person_organisation);

// Thread safe. What is noted is on disk once Flush() has answered OK: main.cc calls it each second
// and at the end, so that a kill takes at most the last second's. While the disk takes no writes it
// waits in memory, as much as kMostWaiting; beyond that it is dropped, and counted in the log.
class ReturnUses {
 public:
  static constexpr size_t kMostWaiting = 65'536;

  // All must outlive it.
  ReturnUses(const Store* store, Committer* committer, const Clock* clock)
      : store_(store), committer_(committer), clock_(clock) {}

  // The body was given what the revision holds. Nothing where it is the organisation itself, or
  // nullopt.
  void Used(const std::optional<std::string>& body, const ReturnKey& key,
            const RevisionPlace& revision);
  // The body was told of the revision by a notice.
  void Told(const UseKey& key, uint32_t revision);

  // Waits until what was noted before is on disk. What cannot be written goes on waiting; the
  // committer's errors.
  absl::Status Flush();

  // What the body used of the return, also what waits; nullopt: nothing.
  absl::StatusOr<std::optional<ReturnUse>> Find(const UseKey& key) const;

 private:
  struct Waiting {
    UseKey key;
    ReturnUse use;
  };
  using Uses = std::map<std::string, Waiting>;  // By UseKeyText.

  void Note(const UseKey& key, const ReturnUse& use);
  // The first ones of `uses`, as many as go into one write, are written and taken out of it.
  absl::Status WriteSome(Uses* uses) const;

  const Store* const store_;
  Committer* const committer_;
  const Clock* const clock_;
  std::mutex flushing_;  // Held by the one that writes.

  mutable std::mutex mutex_;
  // Both guarded by mutex_. What is being written is still found in `writing_`.
  Uses waiting_;
  Uses writing_;
  uint64_t dropped_ = 0;  // Since the log last said so. Guarded by mutex_.
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_RETURNS_RETURN_USES_H_
