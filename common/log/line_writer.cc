#include "common/log/line_writer.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/clock/clock.h"

namespace onereturn {
namespace {

// Written at once when this much is held: no need to wait for the second.
constexpr size_t kManyBytes = 32 * 1024;
constexpr auto kLongestHeld = std::chrono::seconds(1);

}  // namespace

LineWriter::LineWriter(int descriptor, size_t most_bytes)
    : descriptor_(descriptor), most_bytes_(most_bytes) {
  // Signals of the process are for the threads that wait for them.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { Run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

LineWriter::~LineWriter() {
  Flush(kLongestHeld);
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  wanted_.notify_all();
  thread_.join();
}

void LineWriter::Add(absl::string_view line) {
  bool many = false;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (held_.size() + line.size() + 1 > most_bytes_) {
      ++dropped_;
      return;
    }
    many = held_.size() < kManyBytes && held_.size() + line.size() + 1 >= kManyBytes;
    absl::StrAppend(&held_, line, "\n");
    bytes_added_ += line.size() + 1;
  }
  if (many) wanted_.notify_all();
}

bool LineWriter::Flush(std::chrono::milliseconds most) {
  std::unique_lock<std::mutex> lock(mutex_);
  const uint64_t until = bytes_added_;
  flush_wanted_ = true;
  wanted_.notify_all();
  return written_.wait_for(lock, most, [this, until] { return bytes_written_ >= until; });
}

std::string LineWriter::Take() {
  std::string bytes = std::exchange(held_, {});
  if (dropped_ > 0) {
    absl::StrAppend(&bytes, "{\"time\":\"", FormatTimestamp(SystemClock().Now()),
                    "\",\"severity\":\"WARNING\",\"event\":\"log.dropped\",\"lines\":", dropped_,
                    "}\n");
    dropped_ = 0;
  }
  return bytes;
}

void LineWriter::Run() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    wanted_.wait_for(lock, kLongestHeld,
                     [this] { return stopping_ || flush_wanted_ || held_.size() >= kManyBytes; });
    flush_wanted_ = false;
    const uint64_t through = bytes_added_;
    const std::string bytes = Take();
    const bool last = stopping_;
    lock.unlock();
    if (!bytes.empty()) Write(bytes);
    lock.lock();
    bytes_written_ = through;
    written_.notify_all();
    if (last) return;
  }
}

void LineWriter::Write(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
    if (count > 0) {
      bytes.remove_prefix(static_cast<size_t>(count));
    } else if (errno == EAGAIN) {
      // Whoever made the descriptor may have set it not to block.
      pollfd ready{descriptor_, POLLOUT, 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return;  // There is nowhere to say so.
    }
  }
  // Refused by what is no file, which needs none.
  ::fdatasync(descriptor_);
}

}  // namespace onereturn
