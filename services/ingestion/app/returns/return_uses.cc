#include "services/ingestion/app/returns/return_uses.h"

#include <future>
#include <memory>

#include "common/log/log.h"
#include "common/status/status_macros.h"

namespace onereturn::ingestion {
namespace {

// A batch of some 200 KiB: no submission waits long behind it.
constexpr size_t kUsesAWrite = 1'000;

}  // namespace

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
  if (!body.has_value() || *body == key.organisation) return;
  Note({*body, key}, ReturnUse{revision.number, revision.sequence, clock_->Now().micros, 0, 0});
}

void ReturnUses::Told(const UseKey& key, uint32_t revision) {
  Note(key, ReturnUse{0, 0, 0, revision, clock_->Now().micros});
}

void ReturnUses::Note(const UseKey& key, const ReturnUse& use) {
  std::string text = UseKeyText(key);
  std::lock_guard<std::mutex> lock(mutex_);
  const auto found = waiting_.find(text);
  if (found != waiting_.end()) {
    found->second.use = Together(found->second.use, use);
  } else if (waiting_.size() < kMostWaiting) {
    waiting_.emplace(std::move(text), Waiting{key, use});
  } else {
    ++dropped_;
  }
}

absl::Status ReturnUses::WriteSome(Uses* uses) const {
  PlainWrite write;
  auto it = uses->begin();
  for (size_t count = 0; it != uses->end() && count < kUsesAWrite; ++it, ++count) {
    const Waiting& one = it->second;
    ASSIGN_OR_RETURN(const std::optional<ReturnUse> found, FindUse(*store_, one.key));
    const ReturnUse stored = found.value_or(ReturnUse());
    const ReturnUse now = Together(stored, one.use);
    // Only what was used is told of: a row begins with a use.
    if (now.revision != 0 && IsWorthStoring(stored, now)) PutUse(one.key, now, &write.batch);
  }
  if (!write.batch.empty()) {
    auto written = std::make_shared<std::promise<absl::Status>>();
    write.done = [written](absl::Status status) { written->set_value(std::move(status)); };
    RETURN_IF_ERROR(committer_->Write(std::move(write)));
    RETURN_IF_ERROR(written->get_future().get());
  }
  uses->erase(uses->begin(), it);
  return absl::OkStatus();
}

absl::Status ReturnUses::Flush() {
  std::lock_guard<std::mutex> one_at_a_time(flushing_);
  Uses uses;
  uint64_t dropped = 0;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    uses = waiting_;
    writing_ = std::move(waiting_);
    waiting_.clear();
    dropped = std::exchange(dropped_, 0);
  }
  if (dropped > 0) LogWarning("uses.dropped", {{"count", dropped}});
  absl::Status written;
  while (written.ok() && !uses.empty()) written = WriteSome(&uses);
  std::lock_guard<std::mutex> lock(mutex_);
  writing_.clear();
  // What could not be written waits again, with what came meanwhile.
  for (auto& [text, one] : uses) {
    const auto [place, is_new] = waiting_.emplace(text, one);
    if (!is_new) place->second.use = Together(place->second.use, one.use);
  }
  return written;
}

absl::StatusOr<std::optional<ReturnUse>> ReturnUses::Find(const UseKey& key) const {
  const std::string text = UseKeyText(key);
  ReturnUse use;
  {
    // Before the store is read: what is written meanwhile is found in one of the two.
    std::lock_guard<std::mutex> lock(mutex_);
    for (const Uses* uses : {&writing_, &waiting_}) {
      const auto found = uses->find(text);
      if (found != uses->end()) use = Together(use, found->second.use);
    }
  }
  ASSIGN_OR_RETURN(const std::optional<ReturnUse> stored, FindUse(*store_, key));
  use = Together(use, stored.value_or(ReturnUse()));
  if (use.revision == 0) return std::optional<ReturnUse>();
  return std::optional<ReturnUse>(use);
}

}  // namespace onereturn::ingestion
