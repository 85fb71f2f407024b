// Who used which return: noted by reads without waiting for a disk, written a batch at a time.
#ifndef ONERETURN_SERVICES_INGESTION_APP_RETURNS_RETURN_USES_H_
#define ONERETURN_SERVICES_INGESTION_APP_RETURNS_RETURN_USES_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/clock/clock.h"
#include "common/commit/committer.h"
#include "common/identity/rights.h"
#include "common/storage/store.h"
#include "services/ingestion/app/returns/waiting_uses.h"
#include "services/ingestion/store/use_table.h"

namespace onereturn::ingestion {

// The body that a caller acts for: its organisation; at national scope that of the person who is
// signed in (`person_organisation`, by the token; empty: nobody is), else the system's SPIFFE id.
// nullopt for services of the suite and auditors, who carry and verify: they use nothing.
std::optional<std::string> BodyOf(const Caller& caller, const std::string& person_organisation);

// Thread safe. As WaitingUses.
class ReturnUses {
 public:
  // All must outlive it.
  ReturnUses(const Store* store, Committer* committer, const Clock* clock);

  // The body was given what the revision holds. Nothing where it is the organisation itself, or
  // nullopt.
  void Used(const std::optional<std::string>& body, const ReturnKey& key,
            const RevisionPlace& revision);
  // The same, by an answer to a request of the body.
  void UsedInAnswer(const std::optional<std::string>& body, const ReturnKey& key,
                    const RevisionPlace& revision);
  // The body was told of the revision by a notice.
  void Told(const UseKey& key, uint32_t revision);

  // As WaitingUses.
  absl::Status Flush();

  // What the body used of the return, also what waits; nullopt: nothing.
  absl::StatusOr<std::optional<ReturnUse>> Find(const UseKey& key) const;

 private:
  void NoteUse(const std::optional<std::string>& body, const ReturnKey& key,
               const RevisionPlace& revision, bool answered);
  void Note(const UseKey& key, const ReturnUse& use);

  const Store* const store_;
  const Clock* const clock_;
  WaitingUses<UseKey, ReturnUse> waiting_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_RETURNS_RETURN_USES_H_
