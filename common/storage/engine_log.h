// Private to the library: the engine's own log, the file LOG of the store's folder.
//
// The engine has one of its own, but in Debian's build, which keeps its assertions, that one aborts
// the process at the second line it cannot write: a full disk would stop reading too.
#ifndef ONERETURN_COMMON_STORAGE_ENGINE_LOG_H_
#define ONERETURN_COMMON_STORAGE_ENGINE_LOG_H_

#include <rocksdb/env.h>

#include <cstdarg>
#include <cstddef>
#include <mutex>
#include <string>

namespace onereturn {

// One line an event: UTC time, a blank, the text. Lines that cannot be written are lost: the log is
// a help, never a reason to stop. A log of more than `bytes_max` is renamed to
// LOG.old.<microseconds>; the engine removes old ones (keep_log_file_num). Thread safe.
class EngineLog : public rocksdb::Logger {
 public:
  // In `folder`, which must exist. An empty `folder` drops everything.
  EngineLog(std::string folder, size_t bytes_max);
  ~EngineLog() override;

  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list arguments) override;

 private:
  void OpenFile();
  void RotateIfLarge();

  const std::string folder_;
  const size_t bytes_max_;
  std::mutex mutex_;  // Guards all below.
  int file_ = -1;
  size_t bytes_ = 0;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_STORAGE_ENGINE_LOG_H_
