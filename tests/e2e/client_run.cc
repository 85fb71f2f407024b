#include "tests/e2e/client_run.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/check.h"

namespace onereturn {
namespace {

constexpr int64_t kPatienceMs = 60'000;
constexpr int64_t kLookAgainMs = 5;

}  // namespace

void PrintTo(const ClientRun& run, std::ostream* stream) {
  *stream << "exit code " << run.end.exit_code.value_or(-1) << ", signal "
          << run.end.signal.value_or(0) << "\nstandard output:\n"
          << run.out << "\nstandard error:\n"
          << run.err;
}

std::string ReadWholeFile(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  std::stringstream bytes;
  bytes << stream.rdbuf();
  return bytes.str();
}

RunningClient::RunningClient(const ClientCall& call) {
  // The shell parts the two streams; `exec` leaves the client alone under the process's id.
  ProcessOptions options;
  options.binary = "/bin/sh";
  options.arguments = {"-c", R"(errors=$1; shift; exec env -u ONERETURN_PROFILE "$@" 2>"$errors")",
                       "sh", folder_.File("err")};
  if (!call.profile.empty()) {
    options.arguments.push_back(absl::StrCat("ONERETURN_PROFILE=", call.profile));
  }
  options.arguments.push_back(absl::StrCat(ONERETURN_BINARY_FOLDER, "/", call.program));
  options.arguments.insert(options.arguments.end(), call.arguments.begin(), call.arguments.end());
  options.output_file = folder_.File("out");
  absl::StatusOr<std::unique_ptr<Process>> process = Process::Start(options);
  ONERETURN_CHECK(process.ok());
  process_ = *std::move(process);
}

bool RunningClient::WaitForLines(int64_t lines) {
  const auto written = [&] {
    const std::string text = ReadWholeFile(folder_.File("out"));
    return std::count(text.begin(), text.end(), '\n') >= lines;
  };
  for (int64_t waited_ms = 0; waited_ms < kPatienceMs; waited_ms += kLookAgainMs) {
    if (written()) return true;
    if (process_->Wait(kLookAgainMs).ok()) return written();
  }
  return false;
}

ClientRun RunningClient::Finish() {
  absl::StatusOr<ProcessEnd> end = process_->Wait(kPatienceMs);
  EXPECT_TRUE(end.ok()) << end.status();
  if (!end.ok()) end = process_->Kill9();
  return ClientRun{*end, ReadWholeFile(folder_.File("out")), ReadWholeFile(folder_.File("err"))};
}

ClientRun RunClient(const ClientCall& call) { return RunningClient(call).Finish(); }

google::protobuf::Value JsonPart(const google::protobuf::Struct& json,
                                 const std::vector<std::string>& path) {
  google::protobuf::Value part;
  *part.mutable_struct_value() = json;
  for (const std::string& step : path) {
    google::protobuf::Value next;
    int index = 0;
    if (part.has_struct_value() && part.struct_value().fields().count(step) > 0) {
      next = part.struct_value().fields().at(step);
    } else if (part.has_list_value() && absl::SimpleAtoi(step, &index) &&
               index < part.list_value().values_size()) {
      next = part.list_value().values(index);
    } else {
      ADD_FAILURE() << "there is no " << step << " in " << part.ShortDebugString().substr(0, 500);
      return {};
    }
    part = std::move(next);
  }
  return part;
}

std::vector<google::protobuf::Value> JsonList(const google::protobuf::Struct& json,
                                              const std::vector<std::string>& path) {
  const google::protobuf::Value part = JsonPart(json, path);
  EXPECT_TRUE(part.has_list_value());
  return {part.list_value().values().begin(), part.list_value().values().end()};
}

}  // namespace onereturn
