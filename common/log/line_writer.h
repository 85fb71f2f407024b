// Writes lines to a descriptor from a thread of its own, so that whoever logs never waits for who
// reads the log.
#ifndef ONERETURN_COMMON_LOG_LINE_WRITER_H_
#define ONERETURN_COMMON_LOG_LINE_WRITER_H_

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

#include "absl/strings/string_view.h"

namespace onereturn {

// Lines that nobody has taken are held up to a bound, and further ones are dropped and counted:
// a log behind a stalled pipe must neither stall commits, which is what blocking would do, nor grow
// until memory ends. The count is told, as a line, once there is room again. Thread-safe.
class LineWriter {
 public:
  // Writes within a second of Add(), and syncs where the descriptor is a file. The descriptor is
  // not owned.
  LineWriter(int descriptor, size_t most_bytes);
  // Tries for a second to write what is held.
  ~LineWriter();
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;

  // `line` without its end. Never blocks on the descriptor.
  void Add(absl::string_view line);
  // Waits until all that was added before is written and synced; false when that took longer.
  bool Flush(std::chrono::milliseconds most);

 private:
  void Run();
  // What is held, with the news of what was dropped; `held_` becomes empty.
  std::string Take();
  void Write(absl::string_view bytes);

  const int descriptor_;
  const size_t most_bytes_;
  std::mutex mutex_;
  std::condition_variable wanted_;
  std::condition_variable written_;
  std::string held_;  // Guarded by mutex_, as all below.
  uint64_t dropped_ = 0;
  uint64_t bytes_added_ = 0;
  uint64_t bytes_written_ = 0;
  bool flush_wanted_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_LOG_LINE_WRITER_H_
