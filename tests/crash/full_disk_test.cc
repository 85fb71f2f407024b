// The disk of a service fills up, and breaks, while clients submit: what they are told, how the
// process ends or goes on, and what is there afterwards. The disk is made up (no root is needed).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/exit_code.h"
#include "common/status/error.h"
#include "common/status/testing/status_matchers.h"
#include "common/storage/disk_space.h"
#include "common/storage/fault_files.h"
#include "common/storage/testing/disk_faults.h"
#include "onereturn/operations/v1/operations.grpc.pb.h"
#include "tests/crash/calls.h"
#include "tests/crash/demo_load.h"
#include "tests/crash/ingestion_crash.h"

namespace onereturn {
namespace {

using operations::v1::GetStatusResponse;
using OperationsStub = operations::v1::OperationsService::Stub;
using ReturnsStub = returns::v1::ReturnsService::Stub;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kMetricsService[] = "metrics";
constexpr uint64_t kGibibyte = uint64_t{1} << 30;

class FullDiskTest : public IngestionCrashTest {
 protected:
  std::vector<std::string> Environment() const override {
    return {absl::StrCat(kFaultFilesVariable, "=1")};
  }

  std::string Folder(const std::string& service = kService) const {
    return suite_->DataFolderOf(service);
  }
  uint64_t Used(const std::string& service = kService) const {
    uint64_t bytes = 0;
    for (const auto& file : std::filesystem::directory_iterator(Folder(service))) {
      bytes += file.file_size();
    }
    return bytes;
  }
  bool HasBallast() const {
    return std::filesystem::exists(absl::StrCat(Folder(), "/", kBallastName));
  }

  absl::StatusOr<returns::v1::SubmitReturnResponse> Submit(int number) {
    auto stub = returns::v1::ReturnsService::NewStub(suite_->Channel(kLoader, kService));
    const auto request = MadeUpReturn(world_->collection(), "ORG001", MadeUpMonth(500 + number),
                                      absl::StrCat("disk-", number), static_cast<uint64_t>(number));
    return CallOnce(*stub, &ReturnsStub::SubmitReturn, request);
  }
  void ExpectStorageLow(const absl::Status& status) {
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
    ASSERT_TRUE(DetailsOf(status).has_value()) << status;
    EXPECT_EQ(ReasonOf(status), Reason::kStorageLow);
    EXPECT_TRUE(DetailsOf(status)->retry_after.has_value());
  }
  absl::StatusOr<GetStatusResponse> StatusOf(const std::string& service) {
    auto stub = operations::v1::OperationsService::NewStub(suite_->Channel(kOperator, service));
    return CallOnce(*stub, &OperationsStub::GetStatus, operations::v1::GetStatusRequest());
  }
};

TEST_F(FullDiskTest, WritesAreRefusedInTimeAndTakenAgainByThemselves) {
  ASSERT_THAT(Submit(1), IsOk());
  EXPECT_TRUE(HasBallast());
  auto status = StatusOf(kService);
  ASSERT_THAT(status, IsOk());
  EXPECT_FALSE(status->storage().writes_refused());
  EXPECT_GT(status->storage().free_bytes(), 0u);

  // Much less than a tenth of the disk is free.
  MakeUpCapacity(Folder(), Used() + 1'000'000);
  ExpectStorageLow(Submit(2).status());
  status = StatusOf(kService);
  ASSERT_THAT(status, IsOk());
  EXPECT_TRUE(status->storage().writes_refused());
  EXPECT_FALSE(HasBallast());
  CheckPromises();  // Reading goes on.

  // Started again, it serves reads.
  suite_->Kill9(kService);
  ASSERT_THAT(suite_->Start(kService), IsOk()) << Log();
  CheckPromises();
  ExpectStorageLow(Submit(2).status());

  MakeUpCapacity(Folder(), 100 * kGibibyte);
  ASSERT_THAT(Submit(2), IsOk());
  EXPECT_TRUE(HasBallast());
  EXPECT_FALSE(StatusOf(kService)->storage().writes_refused());
  CheckPromises();
}

TEST_F(FullDiskTest, AStartWithoutAnyRoomSaysSo) {
  ASSERT_THAT(Submit(1), IsOk());
  suite_->Kill9(kService);
  std::filesystem::remove(absl::StrCat(Folder(), "/", kBallastName));
  MakeUpCapacity(Folder(), Used());
  EXPECT_THAT(suite_->Start(kService), Not(IsOk()));
  ASSERT_TRUE(suite_->FailedStart(kService).has_value());
  EXPECT_EQ(suite_->FailedStart(kService)->exit_code, kExitNoSpace);
  MakeUpCapacity(Folder(), 100 * kGibibyte);
  ASSERT_THAT(suite_->Start(kService), IsOk()) << Log();
  CheckPromises();
  ASSERT_THAT(Submit(1), IsOk());
}

TEST_F(FullDiskTest, MetricsWaitsAndGoesOn) {
  suite_->SetEnvironment(kMetricsService, Environment());
  ASSERT_THAT(suite_->Start(kMetricsService), IsOk());
  MakeUpCapacity(Folder(kMetricsService), Used(kMetricsService) + 1'000'000);
  ASSERT_THAT(Submit(1), IsOk());
  CheckPromises();
  ASSERT_THAT(Persist([&]() -> absl::Status {
                const auto status = StatusOf(kMetricsService);
                if (status.ok() && !status->cursors(0).paused().empty()) return absl::OkStatus();
                return absl::UnavailableError("metrics does not say that it waits");
              }),
              IsOk());
  const auto waiting = StatusOf(kMetricsService);
  ASSERT_THAT(waiting, IsOk());
  EXPECT_THAT(waiting->cursors(0).paused(), HasSubstr("by itself"));
  EXPECT_EQ(waiting->cursors(0).fault(), "");
  EXPECT_TRUE(waiting->storage().writes_refused());
  MakeUpCapacity(Folder(kMetricsService), 100 * kGibibyte);
  ASSERT_THAT(Persist([&]() -> absl::Status {
                const auto status = StatusOf(kMetricsService);
                if (status.ok() && status->cursors(0).paused().empty() &&
                    status->cursors(0).sequence() == audit_->entries().size()) {
                  return absl::OkStatus();
                }
                return absl::UnavailableError("metrics has not gone on");
              }),
              IsOk());
}

// A table is damaged where the opening does not look, and no caller asks for it.
TEST_F(FullDiskTest, DamageThatNobodyReadsIsFoundAndEndsTheProcess) {
  ASSERT_THAT(Submit(1), IsOk());
  suite_->Kill9(kService);
  ASSERT_THAT(suite_->Start(kService), IsOk()) << Log();  // What the log held becomes tables.
  suite_->Kill9(kService);
  // The largest, and what may be the same once more: a compaction that the kill broke off leaves a
  // table that is none of the store's.
  std::map<uintmax_t, std::filesystem::path> by_size;
  for (const auto& file : std::filesystem::directory_iterator(Folder())) {
    if (file.path().extension() == ".sst") by_size[file.file_size()] = file.path();
  }
  ASSERT_FALSE(by_size.empty());
  for (auto table = by_size.lower_bound(by_size.rbegin()->first / 2); table != by_size.end();
       ++table) {
    std::fstream(table->second, std::ios::in | std::ios::out | std::ios::binary).write("damage", 6);
  }
  std::optional<int> code;
  if (suite_->Start(kService).ok()) {
    const auto end = suite_->process(kService)->Wait(30'000);
    ASSERT_THAT(end, IsOk()) << "it goes on";
    code = end->exit_code;
  } else if (suite_->FailedStart(kService).has_value()) {
    code = suite_->FailedStart(kService)->exit_code;
  }
  EXPECT_EQ(code, kExitStoreDamaged) << Log();
}

// What a disk answers that no waiting mends: the process ends by its own code, and a restart finds
// all that was promised.
TEST_F(FullDiskTest, ABrokenDiskIsTheEndOfTheProcess) {
  world_->ServiceIsUp();
  StartClients();
  for (const char* order : {"sync log 5 EIO", "append log 5 EIO torn", "append log 5 EFBIG torn"}) {
    // It breaks in the midst of the clients' work.
    ASSERT_TRUE(world_->WaitForReceipts(20)) << order << Log();
    OrderFault(Folder(), order);
    const auto end = suite_->process(kService)->Wait(30'000);
    ASSERT_THAT(end, IsOk()) << order;
    EXPECT_EQ(end->exit_code, kExitStorageFault) << order << Log();
    world_->ServiceIsDown();
    suite_->Kill9(kService);
    StartAgain();
    if (HasFatalFailure()) break;
    CheckPromises();
  }
  StopClients();
  if (HasFatalFailure()) return;
  CheckPromises();
  CheckOracle();
  EXPECT_THAT(world_->violations(), IsEmpty());
}

}  // namespace
}  // namespace onereturn
