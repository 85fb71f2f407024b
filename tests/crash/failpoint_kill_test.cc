// Ingestion, and metrics that follows it, end at each failpoint in turn while clients submit.
//
//   ONERETURN_KILLS=240 ONERETURN_SEED=7 ingestion_kill_test --gtest_filter=FailpointKillTest.*
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/failpoint.h"
#include "common/status/status_macros.h"
#include "common/status/testing/status_matchers.h"
#include "common/storage/fault_files.h"
#include "onereturn/operations/v1/operations.grpc.pb.h"
#include "tests/crash/calls.h"
#include "tests/crash/demo_load.h"
#include "tests/crash/ingestion_crash.h"
#include "tests/crash/settings.h"

namespace onereturn {
namespace {

using OperationsStub = operations::v1::OperationsService::Stub;
using ::testing::IsEmpty;

constexpr char kMetrics[] = "metrics";
constexpr int64_t kReachedWithin_ms = 30'000;

// All that this load can reach: a return whose chunks go ahead of it is larger than these
// (largest_return_test.cc ends at that one).
std::vector<std::string> Failpoints() {
  std::vector<std::string> names;
#define ONERETURN_FAILPOINT_NAME(enumerator, name, meaning) names.push_back(name);
  ONERETURN_FAILPOINT_TABLE(ONERETURN_FAILPOINT_NAME)
#undef ONERETURN_FAILPOINT_NAME
  std::erase(names, "return.chunks_written");
  return names;
}

class FailpointKillTest : public IngestionCrashTest {
 protected:
  std::vector<std::string> Environment() const override {
    return {absl::StrCat(kFaultFilesVariable, "=small")};
  }

  // How far into the load: pieces of files and whole files are rarer than groups.
  uint64_t Nth(const std::string& name) {
    if (name == "upload.last_chunk" || name == "storage.checkpoint") return 1 + random_() % 2;
    return 1 + random_() % (absl::StartsWith(name, "commit.") ? 30 : 5);
  }

  // Starts the service with the failpoint armed and waits for its end there, perhaps before it is
  // ready.
  void RunUntil(const std::string& service, const std::string& name) {
    std::vector<std::string> environment = Environment();
    environment.push_back(absl::StrCat(kFailpointVariable, "=", name, ":", Nth(name)));
    suite_->SetEnvironment(service, std::move(environment));
    std::optional<ProcessEnd> end;
    if (suite_->Start(service).ok()) {
      if (service == kService) world_->ServiceIsUp();
      const auto waited = suite_->process(service)->Wait(kReachedWithin_ms);
      if (waited.ok()) end = *waited;
    } else {
      end = suite_->FailedStart(service);
    }
    ASSERT_TRUE(end.has_value()) << name << " was not reached";
    ASSERT_EQ(end->exit_code, kFailpointExitCode) << name << "\n" << Log();
    ++reached_[name];
  }

  // Ends ingestion at the failpoint.
  void EndAt(const std::string& name) {
    world_->ServiceIsDown();
    suite_->Kill9(kService);
    // The service makes one at its start where none is held.
    if (name == "storage.checkpoint") {
      std::filesystem::remove_all(suite_->DataFolderOf(kService) + ".checkpoints");
    }
    RunUntil(kService, name);
    world_->ServiceIsDown();
    suite_->Kill9(kService);
    if (HasFatalFailure()) return;
    StartAgain();
    if (!HasFatalFailure()) CheckPromises();
  }

  // Ends metrics at it; ingestion goes on.
  void EndMetricsAt(const std::string& name) {
    suite_->Kill9(kMetrics);
    RunUntil(kMetrics, name);
    suite_->Kill9(kMetrics);
    suite_->SetEnvironment(kMetrics, Environment());
    if (HasFatalFailure()) return;
    ASSERT_THAT(suite_->Start(kMetrics), IsOk());
  }

  absl::StatusOr<operations::v1::HashDerivedResponse> Derived() {
    auto stub = operations::v1::OperationsService::NewStub(suite_->Channel(kOperator, kMetrics));
    operations::v1::HashDerivedResponse response;
    RETURN_IF_ERROR(Persist([&]() -> absl::Status {
      ASSIGN_OR_RETURN(auto status, CallOnce(*stub, &OperationsStub::GetStatus,
                                             operations::v1::GetStatusRequest()));
      if (status.cursors(0).sequence() < audit_->entries().size()) {
        return absl::UnavailableError("metrics has not caught up");
      }
      ASSIGN_OR_RETURN(response, CallOnce(*stub, &OperationsStub::HashDerived,
                                          operations::v1::HashDerivedRequest(), 60'000));
      return absl::OkStatus();
    }));
    return response;
  }

  // What was derived through all the ends is what is derived in one go.
  void CheckDerived() {
    const auto before = Derived();
    ASSERT_THAT(before, IsOk());
    auto stub = operations::v1::OperationsService::NewStub(suite_->Channel(kOperator, kMetrics));
    ASSERT_THAT(CallOnce(*stub, &OperationsStub::RebuildDerived,
                         operations::v1::RebuildDerivedRequest(), 60'000),
                IsOk());
    const auto after = Derived();
    ASSERT_THAT(after, IsOk());
    EXPECT_EQ(before->digest(), after->digest());
  }

  std::map<std::string, int> reached_;
};

TEST_F(FailpointKillTest, NothingIsLostWhereverTheProcessEnds) {
  const std::vector<std::string> names = Failpoints();
  ASSERT_EQ(names.size(), 12u);
  const int kills = KillsFromEnvironment(static_cast<int>(names.size()));
  std::printf("seed %llu, %d ends at failpoints\n", static_cast<unsigned long long>(seed_), kills);
  ASSERT_THAT(suite_->Start(kMetrics), IsOk());
  world_->ServiceIsUp();
  StartClients();
  for (int kill = 0; kill < kills && !HasFatalFailure() && world_->violations().empty(); ++kill) {
    const std::string& name = names[static_cast<size_t>(kill) % names.size()];
    absl::StartsWith(name, "consumer.") ? EndMetricsAt(name) : EndAt(name);
  }
  StopClients();
  if (HasFatalFailure()) return;
  CheckPromises();
  CheckOracle();
  CheckDerived();
  EXPECT_THAT(world_->violations(), IsEmpty());
  EXPECT_EQ(reached_.size(), names.size());
  std::printf("%d ends at %zu failpoints, seed %llu: %s; what is derived equals a rebuild\n", kills,
              reached_.size(), static_cast<unsigned long long>(seed_), Figures().c_str());
}

}  // namespace
}  // namespace onereturn
