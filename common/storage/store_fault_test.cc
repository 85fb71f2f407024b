// Goal: what a disk does wrong is either outlived or the end of writing, and never a wrong answer.
// Method: a file system that fails as it is told.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <random>
#include <string>
#include <thread>

#include "common/base/testing/temporary_folder.h"
#include "common/storage/fault_files.h"
#include "common/storage/testing/disk_faults.h"
#include "common/storage/testing_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace onereturn {
namespace {

using ::testing::HasSubstr;

const std::string kRow(1'000, 'v');

class StoreFaultTest : public ::testing::Test {
 protected:
  StoreFaultTest() {
    options_.fault_files = std::make_shared<FaultFiles>(options_.path);
    options_.on_background_error = [this](const BackgroundError& error) {
      std::lock_guard<std::mutex> lock(mutex_);
      (error.fatal ? fatal_ : passing_) = error.status;
    };
    store_ = Store::Create(options_).value();
  }

  absl::Status Put(int row) {
    return PutOne(*store_, Table::kFacts, std::to_string(1'000'000 + row), kRow);
  }
  size_t Rows() const { return AllEntries(*store_, Table::kFacts).size(); }
  // An engine that met the end of the disk itself looks every five seconds whether there is space.
  absl::Status PutOnceThereIsSpace(int row) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    absl::Status status = Put(row);
    while (status.code() == absl::StatusCode::kResourceExhausted &&
           std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      status = Put(row);
    }
    return status;
  }
  void Reopen() {
    store_.reset();
    auto opened = Store::Open(options_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
  }
  absl::Status fatal() {
    std::lock_guard<std::mutex> lock(mutex_);
    return fatal_;
  }

  const TemporaryFolder folder_;
  StoreOptions options_ = OptionsAt(folder_.File("store"), nullptr);
  std::mutex mutex_;
  absl::Status fatal_, passing_;  // Guarded by mutex_.
  std::unique_ptr<Store> store_;
};

// The kernel may have dropped what could not be synced, so that a second try would succeed without
// it: there is none.
TEST_F(StoreFaultTest, AFailedSyncIsTheEndOfWriting) {
  ASSERT_TRUE(Put(0).ok());
  OrderFault(options_.path, "sync log 1 EIO once");
  const absl::Status failed = Put(1);
  EXPECT_EQ(failed.code(), absl::StatusCode::kUnavailable) << failed;
  EXPECT_EQ(Put(2), failed);
  EXPECT_EQ(store_->Get(Table::kFacts, "1000000").value(), kRow);
  Reopen();
  EXPECT_TRUE(store_->Get(Table::kFacts, "1000000").value().has_value());
  EXPECT_FALSE(store_->Get(Table::kFacts, "1000002").value().has_value());
  EXPECT_TRUE(Put(3).ok());
}

TEST_F(StoreFaultTest, AFailedOrTornAppendIsTheEndOfWriting) {
  int rows = 0;
  for (const char* order :
       {"append log 1 EIO once", "append log 1 EIO torn once", "append log 1 EFBIG torn once"}) {
    ASSERT_TRUE(Put(rows++).ok());
    OrderFault(options_.path, order);
    const absl::Status failed = Put(1'000);
    EXPECT_EQ(failed.code(), absl::StatusCode::kUnavailable) << order << failed;
    EXPECT_EQ(Put(1'001), failed) << order;
    EXPECT_EQ(Rows(), static_cast<size_t>(rows)) << order;
    Reopen();
    EXPECT_GE(Rows(), static_cast<size_t>(rows)) << order;
    EXPECT_FALSE(store_->Get(Table::kFacts, "1001001").value().has_value()) << order;
    WriteBatch batch;
    batch.Delete(Table::kFacts, "1001000");
    ASSERT_TRUE(store_->Write(batch, Durability::kSynced).ok());
  }
}

TEST_F(StoreFaultTest, AFailureWhileFlushingIsFatalOrOutlived) {
  for (const char* order : {"sync table 1 EIO", "append manifest 1 EIO", "sync manifest 1 EIO"}) {
    ASSERT_TRUE(Put(1).ok());
    OrderFault(options_.path, order);
    EXPECT_FALSE(store_->Flush().ok()) << order;
    EXPECT_FALSE(fatal().ok()) << order;
    EXPECT_FALSE(Put(2).ok()) << order;
    OrderFault(options_.path, "sync other 1000000 EIO");  // The disk is well again.
    Reopen();
    EXPECT_TRUE(store_->Get(Table::kFacts, "1000001").value().has_value()) << order;
    std::lock_guard<std::mutex> lock(mutex_);
    fatal_ = absl::OkStatus();
  }
}

TEST_F(StoreFaultTest, AFailedReadIsAnErrorAndNotTheEndOfTheData) {
  for (int row = 0; row < 20; ++row) ASSERT_TRUE(Put(row).ok());
  ASSERT_TRUE(store_->Flush().ok());
  options_.cache_bytes = 1;
  Reopen();
  OrderFault(options_.path, "read table 1 EIO");
  EXPECT_EQ(store_->Get(Table::kFacts, "1000010").status().code(), absl::StatusCode::kUnavailable);
  Cursor cursor = store_->Scan(Table::kFacts, "", "");
  absl::StatusOr<bool> more = cursor.Next();
  while (more.ok() && *more) more = cursor.Next();
  EXPECT_EQ(more.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(store_->VerifyTables([](uint64_t) { return true; }).status().code(),
            absl::StatusCode::kUnavailable);
  OrderFault(options_.path, "sync other 1000000 EIO");
  EXPECT_EQ(Rows(), 20u);
}

TEST_F(StoreFaultTest, AFailureWhileOpeningIsSaid) {
  ASSERT_TRUE(Put(0).ok());
  store_.reset();
  OrderFault(options_.path, "read log 1 EIO once");
  EXPECT_EQ(Store::Open(options_).status().code(), absl::StatusCode::kUnavailable);
  OrderFault(options_.path, "append manifest 1 ENOSPC once");
  EXPECT_EQ(Store::Open(options_).status().code(), absl::StatusCode::kResourceExhausted);
  OrderFault(options_.path, "append other 1 ENOSPC once");
  EXPECT_EQ(Store::Open(options_).status().code(), absl::StatusCode::kResourceExhausted);
  OrderFault(options_.path, "sync other 1000000 EIO");
  Reopen();
  EXPECT_EQ(Rows(), 1u);
}

// Rows are put until the disk is full: reading goes on, and once there is space so does writing,
// with nothing lost and nobody having done anything.
TEST_F(StoreFaultTest, AFullDiskIsOutlived) {
  store_.reset();
  MakeUpCapacity(options_.path, 4 * kMebibyte);
  Reopen();
  size_t rows = 0;
  absl::Status status;
  std::mt19937_64 random(1);  // What can be compressed would not fill it.
  std::string large(50'000, '\0');
  // What is flushed while the disk is full leaves its log behind, and so some space again: full is
  // where even that is used up.
  bool writes_refused = false;  // Asked once: a flush that ends later frees its log.
  while (!writes_refused && rows < 1'000) {
    for (char& byte : large) byte = static_cast<char>(random());
    status = PutOne(*store_, Table::kFacts, std::to_string(1'000'000 + rows), large,
                    Durability::kUnsynced);
    rows += status.ok() ? 1 : 0;
    writes_refused = !status.ok() && store_->Space().writes_refused;
  }
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("by itself"));
  EXPECT_TRUE(writes_refused);
  EXPECT_EQ(Rows(), rows);
  MakeUpCapacity(options_.path, 400 * kMebibyte);
  EXPECT_TRUE(PutOnceThereIsSpace(static_cast<int>(rows)).ok());
  EXPECT_FALSE(store_->Space().writes_refused);
  EXPECT_TRUE(fatal().ok()) << fatal();
  EXPECT_EQ(Rows(), rows + 1);
}

// The disk is full before anybody could measure it: the engine itself meets the end.
TEST_F(StoreFaultTest, AnEngineThatMeetsTheEndGoesOnWhenThereIsSpace) {
  ASSERT_TRUE(Put(0).ok());
  OrderFault(options_.path, "append log 1 ENOSPC once");
  const absl::Status full = Put(1);
  EXPECT_EQ(full.code(), absl::StatusCode::kResourceExhausted) << full;
  EXPECT_EQ(Rows(), 1u);
  const absl::Status again = PutOnceThereIsSpace(2);
  EXPECT_TRUE(again.ok()) << again;
  EXPECT_EQ(Rows(), 2u);
  Reopen();
  EXPECT_EQ(Rows(), 2u);
}

TEST_F(StoreFaultTest, OnAFullDiskTheStoreOpensForReading) {
  options_.ballast_bytes = 2 * kMebibyte;
  options_.small_buffers = false;  // All of it is in the log, and written to a table at opening.
  Reopen();
  const std::string ballast = options_.path + "/" + kBallastName;
  EXPECT_EQ(std::filesystem::file_size(ballast), options_.ballast_bytes);
  for (int row = 0; row < 30; ++row) ASSERT_TRUE(Put(row).ok());
  store_.reset();
  uint64_t used = 0;
  for (const auto& file : std::filesystem::directory_iterator(options_.path)) {
    used += file.file_size();
  }
  MakeUpCapacity(options_.path, used);  // Not a byte more.
  Reopen();
  EXPECT_FALSE(std::filesystem::exists(ballast));
  EXPECT_EQ(Rows(), 30u);
  EXPECT_EQ(Put(200).code(), absl::StatusCode::kResourceExhausted);
  WriteBatch removal;
  removal.Delete(Table::kFacts, "1000000");
  EXPECT_TRUE(store_->Write(removal, Durability::kSynced).ok());
  MakeUpCapacity(options_.path, used + 100 * kMebibyte);
  EXPECT_TRUE(Put(200).ok());
  EXPECT_TRUE(std::filesystem::exists(ballast));
}

TEST_F(StoreFaultTest, VerifyingFindsWhatNobodyHasRead) {
  for (int row = 0; row < 30; ++row) ASSERT_TRUE(Put(row).ok());
  ASSERT_TRUE(store_->Flush().ok());
  uint64_t pieces = 0;
  const auto whole = store_->VerifyTables([&pieces](uint64_t) { return ++pieces > 0; });
  ASSERT_TRUE(whole.ok()) << whole.status();
  EXPECT_GT(*whole, 0u);
  EXPECT_GT(pieces, 0u);
  const auto cut_short = store_->VerifyTables([](uint64_t) { return false; });
  ASSERT_TRUE(cut_short.ok());
  EXPECT_LE(*cut_short, *whole);
  std::filesystem::path table;
  for (const auto& file : std::filesystem::directory_iterator(options_.path)) {
    if (file.path().extension() == ".sst") table = file.path();
  }
  std::fstream stream(table, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekg(60);
  const char flipped = static_cast<char>(stream.get() ^ 1);
  stream.seekp(60);
  stream.put(flipped);
  stream.close();
  const auto damaged = store_->VerifyTables([](uint64_t) { return true; });
  EXPECT_EQ(damaged.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(damaged.status().message()), HasSubstr(table.filename().string()));
  std::filesystem::remove(table);
  EXPECT_EQ(store_->VerifyTables([](uint64_t) { return true; }).status().code(),
            absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace onereturn
