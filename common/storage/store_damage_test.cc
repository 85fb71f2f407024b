// Goal: a store opens after what a killed process leaves behind, and never passes damage off as
// data. Method: write through the store, close it, change its files as a fault would, open it
// again.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "common/base/testing/temporary_folder.h"
#include "common/storage/store.h"
#include "common/storage/testing_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace onereturn {
namespace {

constexpr int kRows = 200;

std::string RowKey(int row) { return std::to_string(1000 + row); }

// Buffers large enough that every row is still in the write-ahead log alone.
StoreOptions LargeBufferOptions(const TemporaryFolder& folder) {
  StoreOptions options = OptionsAt(folder.File("store"), nullptr);
  options.small_buffers = false;
  return options;
}

void WriteRows(const StoreOptions& options, bool flush) {
  auto store = Store::Create(options);
  ASSERT_TRUE(store.ok()) << store.status();
  for (int row = 0; row < kRows; ++row) {
    const Durability durability = row + 1 < kRows ? Durability::kUnsynced : Durability::kSynced;
    ASSERT_TRUE(
        PutOne(**store, Table::kFacts, RowKey(row), std::string(100, 'v'), durability).ok());
  }
  if (flush) {
    ASSERT_TRUE((*store)->Flush().ok());
  }
}

std::vector<std::filesystem::path> FilesEndingIn(const std::string& folder,
                                                 const std::string& ending) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ending) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::filesystem::path LargestFile(const std::string& folder, const std::string& ending) {
  std::vector<std::filesystem::path> files = FilesEndingIn(folder, ending);
  EXPECT_FALSE(files.empty());
  return *std::max_element(files.begin(), files.end(), [](const auto& a, const auto& b) {
    return std::filesystem::file_size(a) < std::filesystem::file_size(b);
  });
}

void FlipByte(const std::filesystem::path& path, std::streamoff offset) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(offset);
  const char flipped = static_cast<char>(file.get() ^ 0x40);
  file.seekp(offset);
  file.put(flipped);
}

TEST(StoreDamageTest, ATornLastRecordIsCutOff) {
  const TemporaryFolder folder;
  const StoreOptions options = LargeBufferOptions(folder);
  ASSERT_NO_FATAL_FAILURE(WriteRows(options, /*flush=*/false));
  const std::filesystem::path log = LargestFile(options.path, ".log");
  std::filesystem::resize_file(log, std::filesystem::file_size(log) - 30);
  const auto store = Store::Open(options);
  ASSERT_TRUE(store.ok()) << store.status();
  const Entries entries = AllEntries(**store, Table::kFacts);
  ASSERT_EQ(entries.size(), static_cast<size_t>(kRows - 1));
  EXPECT_EQ(entries.back().first, RowKey(kRows - 2));
}

TEST(StoreDamageTest, DamageInsideTheLogIsDataLoss) {
  const TemporaryFolder folder;
  const StoreOptions options = LargeBufferOptions(folder);
  ASSERT_NO_FATAL_FAILURE(WriteRows(options, /*flush=*/false));
  const std::filesystem::path log = LargestFile(options.path, ".log");
  FlipByte(log, static_cast<std::streamoff>(std::filesystem::file_size(log) / 2));
  for (int round = 0; round < 2; ++round) {  // Refusing has not made it look whole.
    const absl::Status status = Store::Open(options).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  }
}

TEST(StoreDamageTest, ADamagedTableIsDataLossAndNeverTheEndOfAScan) {
  const TemporaryFolder folder;
  const StoreOptions options = LargeBufferOptions(folder);
  ASSERT_NO_FATAL_FAILURE(WriteRows(options, /*flush=*/true));
  FlipByte(LargestFile(options.path, ".sst"), 100);  // In the first data block.
  const auto store = Store::Open(options);
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ((*store)->Get(Table::kFacts, RowKey(0)).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ((*store)->MultiGet(Table::kFacts, {RowKey(0)}).status().code(),
            absl::StatusCode::kDataLoss);
  Cursor cursor = (*store)->Scan(Table::kFacts, "", "");
  absl::StatusOr<bool> more = cursor.Next();
  while (more.ok() && *more) more = cursor.Next();
  EXPECT_EQ(more.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(cursor.Next().status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ((*store)->ContentHash({Table::kFacts}).status().code(), absl::StatusCode::kDataLoss);
}

// The rows are gone once the removal is written: that their table cannot be read to make it smaller
// is no reason to say that they are still there.
TEST(StoreDamageTest, DroppingSucceedsThoughTheSpaceCannotBeFreed) {
  const TemporaryFolder folder;
  const StoreOptions options = LargeBufferOptions(folder);
  {
    const auto store = Store::Create(options);
    ASSERT_TRUE(store.ok()) << store.status();
    for (int row = 0; row < kRows; ++row) {
      ASSERT_TRUE(PutOne(**store, Table::kFigures, RowKey(row), std::string(100, 'v'),
                         Durability::kUnsynced)
                      .ok());
    }
    ASSERT_TRUE((*store)->Flush().ok());
  }
  FlipByte(LargestFile(options.path, ".sst"), 100);  // In the first data block.
  {
    const auto store = Store::Open(options);
    ASSERT_TRUE(store.ok()) << store.status();
    const absl::Status dropped = (*store)->DropColumnFamilyContents({Table::kFigures});
    EXPECT_TRUE(dropped.ok()) << dropped;
  }
  const auto store = Store::Open(options);
  ASSERT_TRUE(store.ok()) << store.status();
  for (const int row : {0, kRows - 1}) {
    const auto found = (*store)->Get(Table::kFigures, RowKey(row));
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_FALSE(found->has_value());
  }
}

// The engine's log alone meets a full disk: nothing that matters may suffer.
TEST(StoreDamageTest, ALogThatCannotBeWrittenIsNoObstacle) {
  const TemporaryFolder folder;
  const StoreOptions options = LargeBufferOptions(folder);
  ASSERT_NO_FATAL_FAILURE(WriteRows(options, /*flush=*/false));
  std::filesystem::remove(options.path + "/LOG");
  std::filesystem::create_symlink("/dev/full", options.path + "/LOG");
  const auto store = Store::Open(options);
  ASSERT_TRUE(store.ok()) << store.status();
  ASSERT_TRUE((*store)->Flush().ok());
  ASSERT_TRUE(PutOne(**store, Table::kFacts, "a", "1").ok());
  EXPECT_EQ(AllEntries(**store, Table::kFacts).size(), static_cast<size_t>(kRows + 1));
}

TEST(StoreDamageTest, ALostTableIsDataLoss) {
  const TemporaryFolder folder;
  const StoreOptions options = LargeBufferOptions(folder);
  ASSERT_NO_FATAL_FAILURE(WriteRows(options, /*flush=*/true));
  std::filesystem::remove(LargestFile(options.path, ".sst"));
  EXPECT_EQ(Store::Open(options).status().code(), absl::StatusCode::kDataLoss);
}

TEST(StoreDamageTest, ALostCurrentFileIsDataLossAndNeverANewStore) {
  const TemporaryFolder folder;
  const StoreOptions options = LargeBufferOptions(folder);
  ASSERT_NO_FATAL_FAILURE(WriteRows(options, /*flush=*/true));
  std::filesystem::remove(options.path + "/CURRENT");
  EXPECT_EQ(Store::Open(options).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(Store::Create(options).status().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace onereturn
