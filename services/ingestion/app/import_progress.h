// How far the files are that are being taken: in memory alone, for whoever watches.
#ifndef ONERETURN_SERVICES_INGESTION_APP_IMPORT_PROGRESS_H_
#define ONERETURN_SERVICES_INGESTION_APP_IMPORT_PROGRESS_H_

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace onereturn::ingestion {

// Numbered as returns.v1.FileStage.
enum class FileStage { kWaiting = 1, kJudging = 2, kStoring = 3, kEnded = 4 };

// As returns.v1.WatchUploadResponse.
struct ImportState {
  FileStage stage = FileStage::kWaiting;
  uint64_t file_bytes = 0;
  uint64_t read_bytes = 0;
  uint64_t judged_returns = 0;
  uint64_t returns_to_store = 0;
  uint64_t stored_returns = 0;
};

// One file being taken. Thread safe.
class ImportRun {
 public:
  void Begin(FileStage stage, uint64_t file_bytes, uint64_t returns_to_store);
  void Read(uint64_t bytes);
  void Judged();
  void Stored(uint64_t returns);
  ImportState state() const;
  // Waits until it has ended, at most so long.
  void WaitForEnd(std::chrono::milliseconds most) const;

 private:
  friend class ImportProgress;
  mutable std::mutex mutex_;
  mutable std::condition_variable ended_;
  ImportState state_;  // Guarded by mutex_.
};

// Those that run, by upload. Thread safe; outlives every run.
class ImportProgress {
 public:
  // A run that ends when the last who holds it lets go; of two at a time of one upload the later is
  // watched. Never null.
  std::shared_ptr<ImportRun> Begin(const std::string& upload);

  // The one that runs now; null when none does. What is watched stays readable: it has ended
  // (state) when its taker let go.
  std::shared_ptr<const ImportRun> Find(const std::string& upload) const;

  // Waits at most so long for a run of the upload to begin.
  void WaitForOne(const std::string& upload, std::chrono::milliseconds most) const;

 private:
  void End(const std::string& upload, const std::shared_ptr<ImportRun>& run);

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::map<std::string, std::shared_ptr<ImportRun>> runs_;  // Guarded by mutex_.
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_IMPORT_PROGRESS_H_
