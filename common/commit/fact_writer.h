// The way of every write of a service: a repeated request gets its first answer, a new one is
// judged and proposed, and judged once more when what it was judged on has changed meanwhile.
#ifndef ONERETURN_COMMON_COMMIT_FACT_WRITER_H_
#define ONERETURN_COMMON_COMMIT_FACT_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "common/commit/committer.h"
#include "common/commit/journal.h"
#include "common/digest/digest.h"
#include "common/storage/store.h"
#include "onereturn/feed/v1/entry.pb.h"

namespace onereturn {

// An entry has at most 64 KiB; the rest is for what stands around the fact.
inline constexpr size_t kMaxFactBytes = 60 * 1024;

// Who asks for what, and under which id.
struct FactRequest {
  feed::v1::EntryKind kind = feed::v1::ENTRY_KIND_UNSPECIFIED;
  std::string actor;         // SPIFFE id.
  std::string organisation;  // As Entry.organisation; empty at national scope.
  std::string request_id;
  Digest digest = {};          // Of the received bytes.
  bool validate_only = false;  // Judge; neither look for the request id nor keep anything.
  std::string person = {};     // As Entry.person.
  rights::v1::Role role = rights::v1::ROLE_UNSPECIFIED;  // As Entry.role.
  // `organisation` is where the caller stands today, which a grant may change; the request names
  // none. The id then is unique among the ids of who acts, too, so that a repeat is a repeat
  // wherever he or it stands.
  bool organisation_of_caller = false;
  // The service itself made the id (DerivedRequestId): a caller's must not be of that form.
  bool derived_id = false;
  // Another kind that the same request may come to, by what is judged; UNSPECIFIED: `kind` alone.
  feed::v1::EntryKind other_kind = feed::v1::ENTRY_KIND_UNSPECIFIED;
};

// What a judge decides: one of four.

// Invalid, or there is nothing to keep.
struct NothingToKeep {};

// What is asked for is what an earlier entry holds.
struct Unchanged {
  uint64_t sequence = 0;            // Of that entry.
  std::vector<ReadCheck> read_set;  // That it still is the newest.
};

struct NewFact {
  std::string name;  // Resource name of what the fact is about.
  std::string fact;  // Serialised.
  std::vector<ReadCheck> read_set;
  // As Proposal::write.
  std::function<void(const Placement& placement, WriteBatch* batch)> write;
  // The request's other kind; UNSPECIFIED: its first.
  feed::v1::EntryKind kind = feed::v1::ENTRY_KIND_UNSPECIFIED;
};

// Of many facts that the request comes to, and that are kept together or not at all.
struct PartOfFacts {
  FactRequest request;  // With an id of its own, that was never accepted: REQUEST_ID_REUSED.
  std::variant<Unchanged, NewFact> decision;
};

// At most kMostFactsTogether and kMostBytesTogether: MESSAGE_TOO_LARGE.
struct FactsTogether {
  std::vector<PartOfFacts> parts;
  NewFact own;  // The request's; placed after them.
};

using Decision = std::variant<NothingToKeep, Unchanged, NewFact, FactsTogether>;

struct AcceptedFact {
  Accepted accepted;
  bool unchanged = false;  // It is the entry of an earlier request that asked for the same.
  // Sequences of the entries that hold the parts, in their order; empty when replayed.
  std::vector<uint64_t> parts = {};
};

// Thread safe. Must outlive every write.
class FactWriter {
 public:
  // Called once or twice, on a thread that may block. The snapshot is the state in which the
  // request id was free: what is read elsewhere may already hold this very request.
  using Judge = std::function<absl::StatusOr<Decision>(const Snapshot& snapshot)>;
  // Runs work on a bounded pool; false when it is full.
  using Again = std::function<bool(std::function<void()> work)>;
  // Called once, on any thread; must not block. nullopt when nothing was kept.
  using Respond = std::function<void(absl::StatusOr<std::optional<AcceptedFact>> accepted)>;

  FactWriter(const Store* store, Committer* committer, Again again)
      : store_(store), committer_(committer), again_(std::move(again)) {}

  // Judges on the calling thread. The id of a request is kept with what was answered, for ever,
  // also where that is an earlier entry. Errors, besides those of `judge` and of the committer:
  // as CheckRequestId; REQUEST_ID_REUSED; MESSAGE_TOO_LARGE for a fact that an entry cannot carry.
  // A request id that is not of the accepted form reaches `judge`, so that it can be refused
  // together with other faults; it is refused in any case. `again` stands in for the writer's own
  // for this write.
  void Write(FactRequest request, Judge judge, Respond respond, Again again = nullptr) const;

 private:
  struct Attempt;

  void Try(const std::shared_ptr<Attempt>& attempt) const;
  absl::StatusOr<std::optional<AcceptedFact>> Earlier(const FactRequest& request,
                                                      const Snapshot& snapshot) const;
  absl::StatusOr<std::optional<AcceptedFact>> EarlierIn(const std::string& scope,
                                                        const FactRequest& request,
                                                        const Snapshot& snapshot) const;
  void KeepUnchanged(const std::shared_ptr<Attempt>& attempt, Unchanged unchanged) const;
  void Propose(const std::shared_ptr<Attempt>& attempt, NewFact fact) const;
  void ProposeTogether(const std::shared_ptr<Attempt>& attempt, FactsTogether facts,
                       const Snapshot& snapshot) const;
  void Propose(const std::shared_ptr<Attempt>& attempt, Proposal proposal) const;
  // True when a conflict is being judged again.
  bool TryAgain(const std::shared_ptr<Attempt>& attempt, const absl::Status& status) const;

  const Store* const store_;
  Committer* const committer_;
  const Again again_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_COMMIT_FACT_WRITER_H_
