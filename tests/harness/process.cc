#include "tests/harness/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/status/status_macros.h"

extern char** environ;

namespace onereturn {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

SteadyTime After(int64_t milliseconds) {
  return std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
}

int LeftMs(SteadyTime deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<int64_t>(left.count(), 0, 60'000));
}

// Waits until one of the descriptors is readable; false at the deadline.
bool PollUntil(std::vector<pollfd>* descriptors, SteadyTime deadline) {
  while (true) {
    const int left_ms = LeftMs(deadline);
    const int ready = poll(descriptors->data(), descriptors->size(), left_ms);
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
    if (ready == 0 && left_ms == 0) return false;
  }
}

// The child begins with no signal blocked or ignored, whatever the test's process does.
void SetSignals(posix_spawnattr_t* attributes) {
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(attributes, &none);
  sigset_t defaults;
  sigemptyset(&defaults);
  for (const int number : {SIGPIPE, SIGTERM, SIGINT, SIGCHLD}) sigaddset(&defaults, number);
  posix_spawnattr_setsigdefault(attributes, &defaults);
  posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

// Reads away what inotify has told: that something happened is all that counts.
void Drain(int watch) {
  char events[4'096];
  while (read(watch, events, sizeof(events)) > 0) {
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Process>> Process::Start(const ProcessOptions& options) {
  if (!std::filesystem::exists(options.binary)) {
    return absl::NotFoundError(absl::StrCat("there is no program ", options.binary));
  }
  std::vector<std::string> texts = {options.binary};
  texts.insert(texts.end(), options.arguments.begin(), options.arguments.end());
  std::vector<char*> arguments;
  for (std::string& text : texts) arguments.push_back(text.data());
  arguments.push_back(nullptr);

  std::vector<std::string> variables = options.environment;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string text = *variable;
    const std::string name = text.substr(0, text.find('=') + 1);
    const auto same = [&name](const std::string& other) { return other.rfind(name, 0) == 0; };
    if (std::none_of(variables.begin(), variables.end(), same)) variables.push_back(text);
  }
  std::vector<char*> environment;
  for (std::string& variable : variables) environment.push_back(variable.data());
  environment.push_back(nullptr);

  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, options.output_file.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  SetSignals(&attributes);
  pid_t id = 0;
  const int error = posix_spawn(&id, options.binary.c_str(), &files, &attributes, arguments.data(),
                                environment.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  if (error != 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot start ", options.binary, ": ", std::strerror(error)));
  }
  const int descriptor = static_cast<int>(syscall(SYS_pidfd_open, id, 0));
  ONERETURN_CHECK(descriptor >= 0);
  return std::unique_ptr<Process>(new Process(id, descriptor, options.output_file));
}

Process::~Process() {
  Kill9();
  close(descriptor_);
}

ProcessEnd Process::Reap() {
  int state = 0;
  while (waitpid(id_, &state, 0) < 0 && errno == EINTR) {
  }
  ProcessEnd end;
  if (WIFEXITED(state)) end.exit_code = WEXITSTATUS(state);
  if (WIFSIGNALED(state)) end.signal = WTERMSIG(state);
  end_ = end;
  return end;
}

absl::StatusOr<ProcessEnd> Process::Wait(int64_t deadline_ms) {
  if (end_.has_value()) return *end_;
  std::vector<pollfd> descriptors = {{descriptor_, POLLIN, 0}};
  if (PollUntil(&descriptors, After(deadline_ms))) return Reap();
  return absl::DeadlineExceededError(
      absl::StrCat("process ", id_, " still runs after ", deadline_ms, " ms"));
}

absl::Status Process::WaitForFile(const std::string& file, int64_t deadline_ms) {
  const SteadyTime deadline = After(deadline_ms);
  const int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  ONERETURN_CHECK(watch >= 0);
  const std::string folder = std::filesystem::path(file).parent_path().string();
  inotify_add_watch(watch, folder.c_str(), IN_CREATE | IN_MOVED_TO);
  absl::Status status;
  // The watch stands before the first look, so that no appearance is missed.
  while (!std::filesystem::exists(file)) {
    std::vector<pollfd> descriptors = {{watch, POLLIN, 0}, {descriptor_, POLLIN, 0}};
    const bool ended = end_.has_value();
    if (!ended && !PollUntil(&descriptors, deadline)) {
      status = absl::DeadlineExceededError(
          absl::StrCat(file, " has not come after ", deadline_ms, " ms:\n", OutputTail()));
      break;
    }
    if (ended || (descriptors[1].revents != 0 && !std::filesystem::exists(file))) {
      status = absl::FailedPreconditionError(
          absl::StrCat("process ", id_, " ended before it wrote ", file, ":\n", OutputTail()));
      break;
    }
    Drain(watch);
  }
  close(watch);
  return status;
}

ProcessEnd Process::Kill9() {
  if (end_.has_value()) return *end_;
  kill(id_, SIGKILL);
  return Reap();
}

absl::StatusOr<ProcessEnd> Process::Terminate(int64_t deadline_ms) {
  Send(SIGTERM);
  return Wait(deadline_ms);
}

void Process::Send(int signal) {
  if (!end_.has_value()) kill(id_, signal);
}

std::string Process::OutputTail(size_t most_bytes) const {
  std::ifstream stream(output_file_, std::ios::ate | std::ios::binary);
  if (!stream) return "";
  const size_t size = static_cast<size_t>(stream.tellg());
  std::string text(std::min(size, most_bytes), '\0');
  stream.seekg(static_cast<std::streamoff>(size - text.size()));
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  return text;
}

}  // namespace onereturn
