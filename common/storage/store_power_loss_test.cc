// Goal: a loss of power takes nothing that was synced, and leaves no hole in what was not. Method:
// with the disk frozen the folder is copied, the copy loses its power, and is opened.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <random>
#include <string>

#include "common/base/testing/temporary_folder.h"
#include "common/storage/fault_files.h"
#include "common/storage/testing/disk_faults.h"
#include "common/storage/testing_store.h"
#include "gtest/gtest.h"

namespace onereturn {
namespace {

constexpr int kLosses = 20;

std::string PaddedRowKey(int row) { return std::to_string(1'000'000 + row); }

class StorePowerLossTest : public ::testing::Test {
 protected:
  StorePowerLossTest() {
    options_.fault_files = std::make_shared<FaultFiles>(options_.path);
    store_ = Store::Create(options_).value();
  }

  void Write(Durability durability) {
    const std::string value(1 + random_() % 2'000, static_cast<char>('a' + random_() % 26));
    ASSERT_TRUE(PutOne(*store_, Table::kFacts, PaddedRowKey(written_++), value, durability).ok());
    if (durability == Durability::kSynced) synced_ = written_;
  }

  // Opens what the power's failing now would have left; answers how many rows there are.
  int RowsAfterLoss() {
    const std::string copy = folder_.File("copy");
    {
      const auto frozen = options_.fault_files->Freeze();
      for (const char* part : {"", ".faults"}) {
        std::filesystem::remove_all(copy + part);
        std::filesystem::copy(options_.path + part, copy + part);
      }
    }
    const auto lost = LosePower(copy, &random_);
    EXPECT_TRUE(lost.ok()) << lost.status();
    loss_.names_undone += lost->names_undone;
    loss_.bytes_cut += lost->bytes_cut;
    loss_.bytes_torn += lost->bytes_torn;
    StoreOptions options = OptionsAt(copy, nullptr);
    const auto opened = Store::Open(options);
    EXPECT_TRUE(opened.ok()) << opened.status();
    if (!opened.ok()) return -1;
    const Entries entries = AllEntries(**opened, Table::kFacts);
    for (size_t i = 0; i < entries.size(); ++i) {
      if (entries[i].first != PaddedRowKey(static_cast<int>(i))) return -1;  // A hole.
    }
    return static_cast<int>(entries.size());
  }

  const uint64_t seed_ = std::random_device()();
  std::mt19937_64 random_{seed_};
  const TemporaryFolder folder_;
  StoreOptions options_ = OptionsAt(folder_.File("store"), nullptr);
  std::unique_ptr<Store> store_;
  int written_ = 0, synced_ = 0;
  PowerLoss loss_;
};

TEST_F(StorePowerLossTest, WhatWasSyncedIsThereAndNothingBeyondAHole) {
  SCOPED_TRACE(seed_);
  for (int loss = 0; loss < kLosses; ++loss) {
    const int writes = 1 + static_cast<int>(random_() % 40);
    for (int i = 0; i < writes; ++i) {
      Write(random_() % 3 == 0 ? Durability::kSynced : Durability::kUnsynced);
      if (random_() % 40 == 0) {
        ASSERT_TRUE(store_->Flush().ok());
      }
    }
    const int rows = RowsAfterLoss();
    ASSERT_GE(rows, synced_);
    ASSERT_LE(rows, written_);
  }
  // The simulation bites.
  EXPECT_GT(loss_.bytes_cut, 0u);
  std::printf(
      "%d losses, seed %llu: %d rows, none lost that was synced; %d names undone, %llu "
      "bytes cut, %llu torn\n",
      kLosses, static_cast<unsigned long long>(seed_), written_, loss_.names_undone,
      static_cast<unsigned long long>(loss_.bytes_cut),
      static_cast<unsigned long long>(loss_.bytes_torn));
}

// The same with a store that acknowledges what it has not synced: the loss must show.
TEST_F(StorePowerLossTest, WhatWasNotSyncedIsLost) {
  SCOPED_TRACE(seed_);
  Write(Durability::kSynced);
  for (int i = 0; i < 10; ++i) Write(Durability::kUnsynced);
  int fewest = written_;
  for (int loss = 0; loss < 5; ++loss) fewest = std::min(fewest, RowsAfterLoss());
  EXPECT_GE(fewest, 1);
  EXPECT_LT(fewest, written_);
}

}  // namespace
}  // namespace onereturn
