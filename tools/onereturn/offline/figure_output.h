// Where the figures of an answer go as they come: to a file, or among the results.
#ifndef ONERETURN_TOOLS_ONERETURN_OFFLINE_FIGURE_OUTPUT_H_
#define ONERETURN_TOOLS_ONERETURN_OFFLINE_FIGURE_OUTPUT_H_

#include <cstdint>
#include <fstream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "onereturn/requests/v1/answers_service.pb.h"
#include "tools/onereturn/console/console.h"

namespace onereturn::client {

// CSV, or each message as JSON on a line of its own. A file is called "{file}.part" until all of it
// is there, so that a part is never taken for the whole: one that was not finished is removed, and
// what stood under its name before stays. Thread-compatible.
class FigureOutput {
 public:
  // An empty `file`: the results. `console` is not owned.
  FigureOutput(std::string file, bool json, Console* console);
  ~FigureOutput();

  FigureOutput(const FigureOutput&) = delete;
  FigureOutput& operator=(const FigureOutput&) = delete;

  // Call first. A usage error when the file cannot be written.
  absl::Status Open();
  void Take(const requests::v1::StreamAnswerResponse& page);
  // All of it is there: the file has its name. What is taken after it is appended, at once.
  absl::Status Finish();

  // OK; else why something could not be written.
  absl::Status Outcome() const;
  // That were taken.
  uint64_t cells() const { return cells_; }

 private:
  std::string PartName() const { return file_ + ".part"; }
  absl::Status CannotWrite() const;
  void WriteHeader();
  void Write(absl::string_view text);

  const std::string file_;
  const bool json_;
  Console* const console_;
  std::ofstream stream_;
  uint64_t cells_ = 0;
  bool headed_ = false;
  bool finished_ = false;
};

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_OFFLINE_FIGURE_OUTPUT_H_
