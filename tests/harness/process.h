// A program run by a test: started, waited for, and killed when the test says so.
#ifndef ONERETURN_TESTS_HARNESS_PROCESS_H_
#define ONERETURN_TESTS_HARNESS_PROCESS_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace onereturn {

struct ProcessOptions {
  std::string binary;                  // Path of the program.
  std::vector<std::string> arguments;  // Without the program's name.
  // Standard output and error are appended here, so that the output of several runs stands in
  // order.
  std::string output_file;
  // "NAME=value" each, on top of what the test's own process has.
  std::vector<std::string> environment = {};
};

// How a process ended: exactly one of the two is set.
struct ProcessEnd {
  std::optional<int> exit_code;
  std::optional<int> signal;

  friend bool operator==(const ProcessEnd&, const ProcessEnd&) = default;
};

// Thread-compatible. A process that still runs is killed on destruction.
class Process {
 public:
  // NOT_FOUND when the program is not there, UNAVAILABLE when it cannot be started.
  static absl::StatusOr<std::unique_ptr<Process>> Start(const ProcessOptions& options);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t id() const { return id_; }

  // Waits for the end, which later calls tell again. DEADLINE_EXCEEDED when it has not come.
  absl::StatusOr<ProcessEnd> Wait(int64_t deadline_ms);
  // Waits until the file exists. FAILED_PRECONDITION when the process ends first, with the last of
  // its output; DEADLINE_EXCEEDED.
  absl::Status WaitForFile(const std::string& file, int64_t deadline_ms);

  // SIGKILL, and waits for the end: afterwards nothing of the process runs.
  ProcessEnd Kill9();
  // SIGTERM, and waits.
  absl::StatusOr<ProcessEnd> Terminate(int64_t deadline_ms);
  // Any other signal, such as SIGSTOP. Nothing when the process has ended.
  void Send(int signal);

  // The last of what it wrote, at most `most_bytes`.
  std::string OutputTail(size_t most_bytes = 2'000) const;

 private:
  Process(pid_t id, int descriptor, std::string output_file)
      : id_(id), descriptor_(descriptor), output_file_(std::move(output_file)) {}
  ProcessEnd Reap();

  const pid_t id_;
  const int descriptor_;  // A pidfd: becomes readable when the process ends.
  const std::string output_file_;
  std::optional<ProcessEnd> end_;
};

}  // namespace onereturn

#endif  // ONERETURN_TESTS_HARNESS_PROCESS_H_
