// How far the files are that are being taken: in memory alone, for whoever watches.
#ifndef ONERETURN_SERVICES_INGESTION_APP_FILES_FILE_PROGRESS_H_
#define ONERETURN_SERVICES_INGESTION_APP_FILES_FILE_PROGRESS_H_

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "absl/functional/function_ref.h"

namespace onereturn::ingestion {

// Numbered as returns.v1.FileStage.
enum class FileStage { kWaiting = 1, kJudging = 2, kStoring = 3, kEnded = 4 };

// As returns.v1.WatchUploadResponse.
struct FileState {
  FileStage stage = FileStage::kWaiting;
  uint64_t file_bytes = 0;
  uint64_t read_bytes = 0;
  uint64_t judged_returns = 0;
  uint64_t returns_to_store = 0;
  uint64_t stored_returns = 0;
};

// One file on its way: from the call that asks for it to that call's answer. Thread safe.
class FileRun {
 public:
  void Begin(FileStage stage, uint64_t file_bytes, uint64_t returns_to_store);
  void Read(uint64_t bytes);
  void Judged();
  void Stored(uint64_t returns);
  FileState state() const;
  // Waits until it has ended, at most so long.
  void WaitForEnd(std::chrono::milliseconds most) const;

 private:
  friend class FileProgress;
  mutable std::mutex mutex_;
  mutable std::condition_variable ended_;
  FileState state_;  // Guarded by mutex_.
};

// An upload with its owner as of Uploads: who names what is another's disturbs nobody.
struct OwnedUpload {
  std::string owner;
  std::string upload;
  friend auto operator<=>(const OwnedUpload&, const OwnedUpload&) = default;
};

// The runs of all files, and the last ones that ended: who asks about a file after its run has
// ended is told so, and waits for nothing. Thread safe; outlives every run.
class FileProgress {
 public:
  static constexpr size_t kMostEnded = 1'000;

  // A run that ends when the last who holds it lets go; of two at a time of one upload the later is
  // watched. Never null.
  std::shared_ptr<FileRun> Begin(const OwnedUpload& file);

  // The run of work that is asked for: there as soon as `take` has answered that the work is taken
  // on. Whoever holds it holds the run.
  using RunToCome = std::shared_future<std::shared_ptr<FileRun>>;
  // Begins a run if `take` takes on its work, which may wait for its run on another thread. False
  // where it does not: nobody who watches an earlier run is told of it.
  bool BeginTaken(const OwnedUpload& file, absl::FunctionRef<bool(const RunToCome& run)> take);

  // The newest run, that runs or is among the last kMostEnded that ended; null: there is none.
  std::shared_ptr<const FileRun> Find(const OwnedUpload& file) const;

  // Waits at most so long until Find finds one.
  void WaitForOne(const OwnedUpload& file, std::chrono::milliseconds most) const;

 private:
  using Runs = std::map<OwnedUpload, std::shared_ptr<FileRun>>;

  void End(const OwnedUpload& file, const std::shared_ptr<FileRun>& run);

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  // Both guarded by mutex_.
  Runs newest_;
  std::deque<Runs::value_type> ended_;  // In the order in which they did.
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_FILES_FILE_PROGRESS_H_
