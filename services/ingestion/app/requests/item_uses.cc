#include "services/ingestion/app/requests/item_uses.h"

#include <future>
#include <memory>
#include <utility>

#include "common/log/log.h"
#include "common/status/status_macros.h"

namespace onereturn::ingestion {
namespace {

// A batch of some 200 KiB: no submission waits long behind it.
constexpr size_t kItemUsesAWrite = 1'000;

}  // namespace

void ItemUses::Used(const ItemUseKey& key) {
  std::string text = ItemUseKeyText(key);
  const ItemUse use{1, clock_->Now()};
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

absl::Status ItemUses::WriteSome(Uses* uses) const {
  PlainWrite write;
  auto it = uses->begin();
  for (size_t count = 0; it != uses->end() && count < kItemUsesAWrite; ++it, ++count) {
    const Waiting& one = it->second;
    ASSIGN_OR_RETURN(const ItemUse stored, FindItemUse(*store_, one.key));
    PutItemUse(one.key, Together(stored, one.use), &write.batch);
  }
  auto written = std::make_shared<std::promise<absl::Status>>();
  write.done = [written](absl::Status status) { written->set_value(std::move(status)); };
  RETURN_IF_ERROR(committer_->Write(std::move(write)));
  RETURN_IF_ERROR(written->get_future().get());
  uses->erase(uses->begin(), it);
  return absl::OkStatus();
}

absl::Status ItemUses::Flush() {
  std::lock_guard<std::mutex> one_at_a_time(flushing_);
  Uses uses;
  uint64_t dropped = 0;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    uses.swap(waiting_);
    dropped = std::exchange(dropped_, 0);
  }
  if (dropped > 0) LogWarning("item_uses.dropped", {{"count", dropped}});
  absl::Status written;
  while (written.ok() && !uses.empty()) written = WriteSome(&uses);
  // What could not be written waits again, with what came meanwhile.
  std::lock_guard<std::mutex> lock(mutex_);
  for (auto& [text, one] : uses) {
    const auto [place, is_new] = waiting_.emplace(text, one);
    if (!is_new) place->second.use = Together(place->second.use, one.use);
  }
  return written;
}

}  // namespace onereturn::ingestion
