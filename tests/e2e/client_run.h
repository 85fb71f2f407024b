// The command-line client as its users have it: a process with arguments, two streams and an exit
// code.
#ifndef ONERETURN_TESTS_E2E_CLIENT_RUN_H_
#define ONERETURN_TESTS_E2E_CLIENT_RUN_H_

#include <gmock/gmock.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "common/base/testing/temporary_folder.h"
#include "tests/harness/process.h"

namespace onereturn {

// How a run of the client ended, and what it wrote.
struct ClientRun {
  ProcessEnd end;
  std::string out;
  std::string err;

  friend void PrintTo(const ClientRun& run, std::ostream* stream);
};

// What to run it with. Nothing of the test's own environment names a profile.
struct ClientCall {
  std::vector<std::string> arguments;
  std::string profile = {};           // Given in ONERETURN_PROFILE; empty: not set.
  std::string program = "onereturn";  // Or another client of the suite's binaries.
};

// A client that still runs. Killed on destruction.
class RunningClient {
 public:
  explicit RunningClient(const ClientCall& call);

  // Waits until standard output holds so many lines; false when it ends before, or within a minute.
  bool WaitForLines(int64_t lines);
  void Send(int signal) { process_->Send(signal); }
  // Waits for the end, at most a minute.
  ClientRun Finish();

 private:
  TemporaryFolder folder_;
  std::unique_ptr<Process> process_;
};

// Runs it to its end.
ClientRun RunClient(const ClientCall& call);

// The whole of a file; "" when it is not there.
std::string ReadWholeFile(const std::string& file);

// What `json` says, as a message; an empty one, and a failure of the test, when it does not parse.
// A field that the message does not have is a failure.
template <typename Message>
Message FromJson(const std::string& json) {
  Message message;
  const auto status = google::protobuf::util::JsonStringToMessage(json, &message);
  EXPECT_TRUE(status.ok()) << status.ToString() << " in " << json.substr(0, 2'000);
  return message;
}

// A part of the client's own JSON objects: `path` leads through objects by key, and arrays by
// index. An empty value, and a failure of the test, when there is no such part.
google::protobuf::Value JsonPart(const google::protobuf::Struct& json,
                                 const std::vector<std::string>& path);
// That part, which must be an array, as its elements.
std::vector<google::protobuf::Value> JsonList(const google::protobuf::Struct& json,
                                              const std::vector<std::string>& path);
// That part as a message of the API.
template <typename Message>
Message JsonMessage(const google::protobuf::Struct& json, const std::vector<std::string>& path) {
  std::string text;
  EXPECT_TRUE(google::protobuf::util::MessageToJsonString(JsonPart(json, path), &text).ok());
  return FromJson<Message>(text);
}

// Ended of itself with this code.
MATCHER_P(ExitedWith, code, "") { return arg.end == ProcessEnd({code, {}}); }

}  // namespace onereturn

#endif  // ONERETURN_TESTS_E2E_CLIENT_RUN_H_
