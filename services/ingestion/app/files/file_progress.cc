#include "services/ingestion/app/files/file_progress.h"

#include <utility>

namespace onereturn::ingestion {

void FileRun::Begin(FileStage stage, uint64_t file_bytes, uint64_t returns_to_store) {
  std::lock_guard<std::mutex> lock(mutex_);
  // Judged again: from the beginning.
  if (stage == FileStage::kJudging) state_.judged_returns = 0;
  state_.stage = stage;
  state_.file_bytes = file_bytes;
  state_.read_bytes = 0;
  state_.returns_to_store = returns_to_store;
  state_.stored_returns = 0;
}

void FileRun::Read(uint64_t bytes) {
  std::lock_guard<std::mutex> lock(mutex_);
  state_.read_bytes += bytes;
}

void FileRun::Judged() {
  std::lock_guard<std::mutex> lock(mutex_);
  ++state_.judged_returns;
}

void FileRun::Stored(uint64_t returns) {
  std::lock_guard<std::mutex> lock(mutex_);
  state_.stored_returns += returns;
}

FileState FileRun::state() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return state_;
}

void FileRun::WaitForEnd(std::chrono::milliseconds most) const {
  std::unique_lock<std::mutex> lock(mutex_);
  ended_.wait_for(lock, most, [this] { return state_.stage == FileStage::kEnded; });
}

std::shared_ptr<FileRun> FileProgress::Begin(const OwnedUpload& file) {
  auto run = std::make_shared<FileRun>();
  {
    std::lock_guard<std::mutex> lock(mutex_);
    newest_[file] = run;
  }
  changed_.notify_all();
  FileRun* const inner = run.get();
  return std::shared_ptr<FileRun>(inner,
                                  [this, file, run = std::move(run)](FileRun*) { End(file, run); });
}

bool FileProgress::BeginTaken(const OwnedUpload& file,
                              absl::FunctionRef<bool(const RunToCome& run)> take) {
  std::promise<std::shared_ptr<FileRun>> run;
  if (!take(run.get_future().share())) return false;
  run.set_value(Begin(file));
  return true;
}

void FileProgress::End(const OwnedUpload& file, const std::shared_ptr<FileRun>& run) {
  {
    std::lock_guard<std::mutex> lock(run->mutex_);
    run->state_.stage = FileStage::kEnded;
  }
  run->ended_.notify_all();
  std::lock_guard<std::mutex> lock(mutex_);
  ended_.emplace_back(file, run);
  if (ended_.size() <= kMostEnded) return;
  // A later run of the same upload stays.
  const auto& [oldest, its_run] = ended_.front();
  const auto found = newest_.find(oldest);
  if (found != newest_.end() && found->second == its_run) newest_.erase(found);
  ended_.pop_front();
}

std::shared_ptr<const FileRun> FileProgress::Find(const OwnedUpload& file) const {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto found = newest_.find(file);
  return found == newest_.end() ? nullptr : found->second;
}

void FileProgress::WaitForOne(const OwnedUpload& file, std::chrono::milliseconds most) const {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait_for(lock, most, [&] { return newest_.count(file) > 0; });
}

}  // namespace onereturn::ingestion
