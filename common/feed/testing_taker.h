// For the tests of this library: a taker that keeps what it took in memory.
#ifndef ONERETURN_COMMON_FEED_TESTING_TAKER_H_
#define ONERETURN_COMMON_FEED_TESTING_TAKER_H_

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "common/feed/feed_consumer.h"

namespace onereturn {

// Thread safe.
class RecordingTaker final : public FeedTaker {
 public:
  absl::StatusOr<FeedProgress> Progress() override {
    std::lock_guard<std::mutex> lock(mutex_);
    return progress_;
  }
  absl::Status Take(const FeedPage& page) override {
    std::lock_guard<std::mutex> lock(mutex_);
    if (absl::Status refused = refuse_ ? refuse_() : absl::OkStatus(); !refused.ok()) {
      changed_.notify_all();
      return refused;
    }
    // What a store would hold twice, or never, if the consumer were wrong.
    if (page.progress.sequence != progress_.sequence + page.facts.size()) ++misplaced_;
    for (const FeedFact& fact : page.facts) facts_.push_back(fact);
    progress_ = page.progress;
    changed_.notify_all();
    return absl::OkStatus();
  }
  absl::Status StartAgain() override {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      if (absl::Status refused = refuse_again_ ? refuse_again_() : absl::OkStatus();
          !refused.ok()) {
        changed_.notify_all();
        return refused;
      }
    }
    Drop();
    return absl::OkStatus();
  }

  void Drop() {
    std::lock_guard<std::mutex> lock(mutex_);
    progress_ = FeedProgress();
    facts_.clear();
    ++drops_;
    changed_.notify_all();
  }
  // Asked before each page is taken; an error is what Take() answers.
  void RefuseBy(std::function<absl::Status()> refuse) {
    std::lock_guard<std::mutex> lock(mutex_);
    refuse_ = std::move(refuse);
  }

  // The same for StartAgain().
  void RefuseToStartAgainBy(std::function<absl::Status()> refuse) {
    std::lock_guard<std::mutex> lock(mutex_);
    refuse_again_ = std::move(refuse);
  }

  // Waits until the predicate holds; false after twenty seconds. The wait is woken by every page,
  // and looks again by itself for what makes none, such as a fault.
  bool WaitUntil(const std::function<bool()>& predicate) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!predicate()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait_for(lock, std::chrono::milliseconds(5));
    }
    return true;
  }
  bool WaitForSequence(uint64_t sequence) {
    return WaitUntil([this, sequence] { return progress().sequence >= sequence; });
  }

  FeedProgress progress() {
    std::lock_guard<std::mutex> lock(mutex_);
    return progress_;
  }
  std::vector<FeedFact> facts() {
    std::lock_guard<std::mutex> lock(mutex_);
    return facts_;
  }
  int misplaced() {
    std::lock_guard<std::mutex> lock(mutex_);
    return misplaced_;
  }
  int drops() {
    std::lock_guard<std::mutex> lock(mutex_);
    return drops_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  FeedProgress progress_;  // Guarded by mutex_, and so is what follows.
  std::vector<FeedFact> facts_;
  int misplaced_ = 0;
  int drops_ = 0;
  std::function<absl::Status()> refuse_;
  std::function<absl::Status()> refuse_again_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_FEED_TESTING_TAKER_H_
