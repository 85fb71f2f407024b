#include "tools/onereturn/console/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "tools/onereturn/console/error_text.h"
#include "tools/onereturn/console/text_table.h"

namespace onereturn::client {
namespace {

constexpr size_t kUsualWidth = 100;

size_t TerminalWidth(int descriptor) {
  winsize size{};
  if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return kUsualWidth;
}

bool ColoursWished() {
  const char* refused = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return (refused == nullptr || *refused == '\0') && terminal != nullptr &&
         std::strcmp(terminal, "dumb") != 0;
}

// Did all of it arrive? errno says why not.
bool Write(std::FILE* stream, absl::string_view text) {
  return std::fwrite(text.data(), 1, text.size(), stream) == text.size() &&
         std::fflush(stream) == 0;
}

}  // namespace

Console::Console() {
  if (isatty(STDOUT_FILENO) != 0) {
    width_ = TerminalWidth(STDOUT_FILENO);
    colours_ = ColoursWished();
  }
  progress_terminal_ = isatty(STDERR_FILENO) != 0;
}

void Console::Print(absl::string_view text) {
  EndProgress();
  if (!written_.ok() || Write(stdout, text)) return;
  written_ = WithRemedy(
      absl::UnavailableError(absl::StrCat("the answer cannot be written: ", std::strerror(errno))),
      "What was asked of the services may have been done: make room, and look, or ask again.");
}

void Console::Note(absl::string_view text) {
  EndProgress();
  Write(stderr, text);
}

void Console::Progress(absl::string_view text) {
  if (!progress_terminal_) return;
  const size_t width = TerminalWidth(STDERR_FILENO) - 1;
  std::string line = "\r\x1b[K" + Wrapped(Printable(text), width).front();
  Write(stderr, line);
  progress_shown_ = true;
}

void Console::EndProgress() {
  if (!progress_shown_) return;
  Write(stderr, "\r\x1b[K");
  progress_shown_ = false;
}

int64_t SteadyMicros() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

}  // namespace onereturn::client
