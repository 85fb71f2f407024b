// What reads note about who used what: it waits in memory without a disk, and is written a batch at
// a time.
#ifndef ONERETURN_SERVICES_INGESTION_APP_RETURNS_WAITING_USES_H_
#define ONERETURN_SERVICES_INGESTION_APP_RETURNS_WAITING_USES_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "common/commit/committer.h"
#include "common/log/log.h"
#include "common/status/status_macros.h"
#include "common/storage/write_batch.h"

namespace onereturn::ingestion {

// Thread safe. What is noted is on disk once Flush() has answered OK: main.cc calls it each second
// and at the end, so that a kill takes at most the last second's. While the disk takes no writes it
// waits in memory, as much as kMostWaiting; beyond that it is dropped, and counted in the log.
// `Use` without a value is none, and Together(Use, Use) is both, one after the other.
template <typename Key, typename Use>
class WaitingUses {
 public:
  static constexpr size_t kMostWaiting = 65'536;

  // Puts what is stored of the key together with the use, where that is worth storing.
  using Put = std::function<absl::Status(const Key& key, const Use& use, WriteBatch* batch)>;

  // `committer` must outlive it. `dropped_event`: as the log names what was dropped.
  WaitingUses(Committer* committer, std::string dropped_event, Put put)
      : committer_(committer), dropped_event_(std::move(dropped_event)), put_(std::move(put)) {}

  // `text`: another for each key.
  void Note(std::string text, const Key& key, const Use& use) {
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

  // What waits or is being written: before the store is read, so that what is written meanwhile is
  // found in one of the two.
  Use Find(const std::string& text) const {
    std::lock_guard<std::mutex> lock(mutex_);
    Use use;
    for (const Uses* uses : {&writing_, &waiting_}) {
      const auto found = uses->find(text);
      if (found != uses->end()) use = Together(use, found->second.use);
    }
    return use;
  }

  // Waits until what was noted before is on disk. What cannot be written goes on waiting; the
  // committer's errors.
  absl::Status Flush() {
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
    if (dropped > 0) LogWarning(dropped_event_, {{"count", dropped}});
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

 private:
  // A batch of some 200 KiB: no submission waits long behind it.
  static constexpr size_t kUsesAWrite = 1'000;

  struct Waiting {
    Key key;
    Use use;
  };
  using Uses = std::map<std::string, Waiting>;  // By the key's text.

  // The first ones of `uses`, as many as go into one write, are written and taken out of it.
  absl::Status WriteSome(Uses* uses) const {
    PlainWrite write;
    auto it = uses->begin();
    for (size_t count = 0; it != uses->end() && count < kUsesAWrite; ++it, ++count) {
      RETURN_IF_ERROR(put_(it->second.key, it->second.use, &write.batch));
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

  Committer* const committer_;
  const std::string dropped_event_;
  const Put put_;
  std::mutex flushing_;  // Held by the one that writes.

  mutable std::mutex mutex_;
  // Both guarded by mutex_. What is being written is still found in `writing_`.
  Uses waiting_;
  Uses writing_;
  uint64_t dropped_ = 0;  // Since the log last said so. Guarded by mutex_.
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_RETURNS_WAITING_USES_H_
