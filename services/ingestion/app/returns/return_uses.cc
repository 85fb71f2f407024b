#include "services/ingestion/app/returns/return_uses.h"

#include "common/status/status_macros.h"

namespace onereturn::ingestion {

ReturnUses::ReturnUses(const Store* store, Committer* committer, const Clock* clock)
    : store_(store),
      clock_(clock),
      waiting_(committer, "uses.dropped",
               [store](const UseKey& key, const ReturnUse& use, WriteBatch* batch) -> absl::Status {
                 ASSIGN_OR_RETURN(const std::optional<ReturnUse> found, FindUse(*store, key));
                 const ReturnUse stored = found.value_or(ReturnUse());
                 const ReturnUse now = Together(stored, use);
                 // Only what was used is told of: a row begins with a use.
                 if (now.revision != 0 && IsWorthStoring(stored, now)) PutUse(key, now, batch);
                 return absl::OkStatus();
               }) {}

std::optional<std::string> BodyOf(const Caller& caller, const std::string& person_organisation) {
  const bool carries =
      caller.role == rights::v1::ROLE_SERVICE || caller.role == rights::v1::ROLE_AUDITOR;
  if (carries) return std::nullopt;
  if (caller.scope.national()) {
    return person_organisation.empty() ? caller.spiffe_id : person_organisation;
  }
  if (caller.scope.organisation().empty()) return std::nullopt;
  return caller.scope.organisation();
}

void ReturnUses::Used(const std::optional<std::string>& body, const ReturnKey& key,
                      const RevisionPlace& revision) {
  NoteUse(body, key, revision, /*answered=*/false);
}

void ReturnUses::UsedInAnswer(const std::optional<std::string>& body, const ReturnKey& key,
                              const RevisionPlace& revision) {
  NoteUse(body, key, revision, /*answered=*/true);
}

void ReturnUses::NoteUse(const std::optional<std::string>& body, const ReturnKey& key,
                         const RevisionPlace& revision, bool answered) {
  if (!body.has_value() || *body == key.organisation) return;
  Note({*body, key},
       ReturnUse{revision.number, revision.sequence, clock_->Now().micros, 0, 0, answered});
}

void ReturnUses::Told(const UseKey& key, uint32_t revision) {
  Note(key, ReturnUse{0, 0, 0, revision, clock_->Now().micros, false});
}

void ReturnUses::Note(const UseKey& key, const ReturnUse& use) {
  waiting_.Note(UseKeyText(key), key, use);
}

absl::Status ReturnUses::Flush() { return waiting_.Flush(); }

absl::StatusOr<std::optional<ReturnUse>> ReturnUses::Find(const UseKey& key) const {
  ReturnUse use = waiting_.Find(UseKeyText(key));
  ASSIGN_OR_RETURN(const std::optional<ReturnUse> stored, FindUse(*store_, key));
  use = Together(use, stored.value_or(ReturnUse()));
  if (use.revision == 0) return std::optional<ReturnUse>();
  return std::optional<ReturnUse>(use);
}

}  // namespace onereturn::ingestion
