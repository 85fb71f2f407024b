#include "common/service/table_verification.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/log/log.h"

namespace onereturn {

TableVerification::TableVerification(const Store* store,
                                     std::function<void(const absl::Status& status)> on_damage,
                                     absl::Duration interval, uint64_t bytes_a_second)
    : store_(store),
      on_damage_(std::move(on_damage)),
      bytes_a_second_(bytes_a_second),
      work_(interval, [this] { Verify(); }) {}

TableVerification::~TableVerification() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
}

void TableVerification::Verify() {
  bool whole = true;
  const absl::StatusOr<uint64_t> bytes = store_->VerifyTables([&](uint64_t piece) {
    whole = Pause(piece);
    return whole;
  });
  if (!bytes.ok()) {
    on_damage_(bytes.status());
  } else if (whole) {
    LogInfo("store.verified", {{"bytes", absl::StrCat(*bytes)}});
  }
}

bool TableVerification::Pause(uint64_t bytes) {
  std::unique_lock<std::mutex> lock(mutex_);
  const auto pause = std::chrono::microseconds(bytes * 1'000'000 / bytes_a_second_);
  return !changed_.wait_for(lock, pause, [this] { return stopping_; });
}

}  // namespace onereturn
