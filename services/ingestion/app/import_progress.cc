#include "services/ingestion/app/import_progress.h"

namespace onereturn::ingestion {

void ImportRun::Begin(FileStage stage, uint64_t file_bytes, uint64_t returns_to_store) {
  std::lock_guard<std::mutex> lock(mutex_);
  // Judged again: from the beginning.
  if (stage == FileStage::kJudging) state_.judged_returns = 0;
  state_.stage = stage;
  state_.file_bytes = file_bytes;
  state_.read_bytes = 0;
  state_.returns_to_store = returns_to_store;
  state_.stored_returns = 0;
}

void ImportRun::Read(uint64_t bytes) {
  std::lock_guard<std::mutex> lock(mutex_);
  state_.read_bytes += bytes;
}

void ImportRun::Judged() {
  std::lock_guard<std::mutex> lock(mutex_);
  ++state_.judged_returns;
}

void ImportRun::Stored(uint64_t returns) {
  std::lock_guard<std::mutex> lock(mutex_);
  state_.stored_returns += returns;
}

ImportState ImportRun::state() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return state_;
}

void ImportRun::WaitForEnd(std::chrono::milliseconds most) const {
  std::unique_lock<std::mutex> lock(mutex_);
  ended_.wait_for(lock, most, [this] { return state_.stage == FileStage::kEnded; });
}

std::shared_ptr<ImportRun> ImportProgress::Begin(const std::string& upload) {
  auto run = std::make_shared<ImportRun>();
  {
    std::lock_guard<std::mutex> lock(mutex_);
    runs_[upload] = run;
  }
  changed_.notify_all();
  ImportRun* const inner = run.get();
  return std::shared_ptr<ImportRun>(
      inner, [this, upload, run = std::move(run)](ImportRun*) { End(upload, run); });
}

void ImportProgress::End(const std::string& upload, const std::shared_ptr<ImportRun>& run) {
  {
    std::lock_guard<std::mutex> lock(run->mutex_);
    run->state_.stage = FileStage::kEnded;
  }
  run->ended_.notify_all();
  std::lock_guard<std::mutex> lock(mutex_);
  const auto found = runs_.find(upload);
  if (found != runs_.end() && found->second == run) runs_.erase(found);
}

std::shared_ptr<const ImportRun> ImportProgress::Find(const std::string& upload) const {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto found = runs_.find(upload);
  return found == runs_.end() ? nullptr : found->second;
}

void ImportProgress::WaitForOne(const std::string& upload, std::chrono::milliseconds most) const {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait_for(lock, most, [&] { return runs_.count(upload) > 0; });
}

}  // namespace onereturn::ingestion
