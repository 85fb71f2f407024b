// Where the client writes: results to standard output, everything else to standard error.
#ifndef ONERETURN_TOOLS_ONERETURN_CONSOLE_CONSOLE_H_
#define ONERETURN_TOOLS_ONERETURN_CONSOLE_CONSOLE_H_

#include <cstddef>
#include <cstdio>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace onereturn::client {

// One thread at a time.
class Console {
 public:
  // Looks at both streams: is it a terminal, how wide, are colours wished (NO_COLOR, TERM).
  Console();

  // Results. Once they cannot be written, nothing more is.
  void Print(absl::string_view text);
  // OK; else why a result could not be written: the disk is full, the reader is gone. A command
  // that goes on until it is stopped asks, and ends.
  const absl::Status& written() const { return written_; }
  // A remark for people: never among the results.
  void Note(absl::string_view text);
  // The line about what is going on now; on a terminal it is replaced by the next, elsewhere it is
  // not shown. `text` has no line feed.
  void Progress(absl::string_view text);
  // Clears what Progress() shows.
  void EndProgress();

  // Width of the terminal that results go to; 0 when they go to a file or a pipe.
  size_t width() const { return width_; }
  bool colours() const { return colours_; }

 private:
  size_t width_ = 0;
  bool colours_ = false;
  bool progress_terminal_ = false;
  bool progress_shown_ = false;
  absl::Status written_;
};

// Microseconds since some moment, for measuring.
int64_t SteadyMicros();

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_CONSOLE_CONSOLE_H_
