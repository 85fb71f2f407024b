#include "tests/harness/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "common/base/testing/temporary_folder.h"
#include "common/status/testing/status_matchers.h"

namespace onereturn {
namespace {

using ::testing::HasSubstr;

constexpr int64_t kLongMs = 20'000;

class ProcessTest : public ::testing::Test {
 protected:
  std::unique_ptr<Process> Shell(const std::string& script) {
    ProcessOptions options;
    options.binary = "/bin/sh";
    options.arguments = {"-c", script};
    options.output_file = folder_.File("output");
    return Process::Start(options).value();
  }

  TemporaryFolder folder_;
};

TEST_F(ProcessTest, TellsTheExitCodeEachTimeItIsAsked) {
  auto process = Shell("exit 7");
  EXPECT_THAT(process->Wait(kLongMs), IsOkAndHolds(ProcessEnd{7, {}}));
  EXPECT_THAT(process->Wait(0), IsOkAndHolds(ProcessEnd{7, {}}));
  EXPECT_EQ(process->Kill9(), (ProcessEnd{7, {}}));
}

TEST_F(ProcessTest, KillsWhatDoesNotEnd) {
  auto process = Shell("trap '' TERM; exec sleep 600");
  EXPECT_THAT(process->Wait(1), StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_EQ(process->Kill9(), (ProcessEnd{{}, SIGKILL}));
  EXPECT_NE(kill(process->id(), 0), 0);
}

TEST_F(ProcessTest, TerminatesByTheUsualSignalWhateverTheTestBlocks) {
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  auto process = Shell("exec sleep 600");
  EXPECT_THAT(process->Terminate(kLongMs), IsOkAndHolds(ProcessEnd{{}, SIGTERM}));
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST_F(ProcessTest, SeesAFileThatIsThereOrComes) {
  const std::string file = folder_.File("ready");
  auto process =
      Shell("echo x > " + file + ".draft; mv " + file + ".draft " + file + "; exec sleep 600");
  EXPECT_THAT(process->WaitForFile(file, kLongMs), IsOk());
  EXPECT_THAT(process->WaitForFile(file, 0), IsOk());
  EXPECT_THAT(process->WaitForFile(folder_.File("never"), 1),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
}

TEST_F(ProcessTest, SaysWhyAProcessEndedBeforeItsFile) {
  auto process = Shell("echo no such colour >&2; exit 3");
  const absl::Status status = process->WaitForFile(folder_.File("ready"), kLongMs);
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(std::string(status.message()), HasSubstr("no such colour"));
  EXPECT_THAT(process->Wait(kLongMs), IsOkAndHolds(ProcessEnd{3, {}}));
  EXPECT_THAT(process->WaitForFile(folder_.File("ready"), kLongMs),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(ProcessTest, KeepsTheOutputOfAllRunsInOrder) {
  EXPECT_THAT(Shell("echo one; echo two >&2")->Wait(kLongMs), IsOk());
  auto last = Shell("echo three");
  EXPECT_THAT(last->Wait(kLongMs), IsOk());
  EXPECT_EQ(last->OutputTail(), "one\ntwo\nthree\n");
  EXPECT_EQ(last->OutputTail(6), "three\n");
}

TEST_F(ProcessTest, AMissingProgramIsNotFound) {
  ProcessOptions options;
  options.binary = folder_.File("none");
  options.output_file = folder_.File("output");
  EXPECT_THAT(Process::Start(options), StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace onereturn
