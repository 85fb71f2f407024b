// Goal: who may make and open a store, that batches are whole, that a failed write is final, and
// that dropping and copying do what they say.
#include "common/storage/store.h"

#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "common/base/testing/temporary_folder.h"
#include "common/storage/testing_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace onereturn {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::SizeIs;

std::unique_ptr<Store> Must(absl::StatusOr<std::unique_ptr<Store>> store) {
  EXPECT_TRUE(store.ok()) << store.status();
  return *std::move(store);
}

std::string Text(const absl::Status& status) { return std::string(status.message()); }

TEST(StoreTest, WhatIsWrittenIsThereAfterReopening) {
  const TemporaryFolder folder;
  const StoreOptions options = OptionsAt(folder.File("store"), nullptr);
  {
    const std::unique_ptr<Store> store = Must(Store::Create(options));
    WriteBatch batch;
    batch.Put(Table::kFacts, "a", "1");
    batch.Put(Table::kFigures, "b", "2");
    ASSERT_TRUE(store->Write(batch, Durability::kSynced).ok());
    ASSERT_TRUE(PutOne(*store, Table::kFacts, "c", "3").ok());
  }
  for (int round = 0; round < 2; ++round) {
    const std::unique_ptr<Store> store = Must(Store::Open(options));
    EXPECT_THAT(AllEntries(*store, Table::kFacts), ElementsAre(Pair("a", "1"), Pair("c", "3")));
    EXPECT_THAT(AllEntries(*store, Table::kFigures), ElementsAre(Pair("b", "2")));
    ASSERT_TRUE(store->Flush().ok());
  }
}

TEST(StoreTest, OpenNeverMakesAStore) {
  const TemporaryFolder folder;
  const StoreOptions options = OptionsAt(folder.File("store"), nullptr);
  EXPECT_EQ(Store::Open(options).status().code(), absl::StatusCode::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(options.path));
  std::filesystem::create_directory(options.path);
  EXPECT_EQ(Store::Open(options).status().code(), absl::StatusCode::kNotFound);
  std::ofstream(options.path + "/letter.txt") << "not a database";
  EXPECT_EQ(Store::Open(options).status().code(), absl::StatusCode::kDataLoss);
}

TEST(StoreTest, CreateRefusesAFolderThatHoldsAnything) {
  const TemporaryFolder folder;
  const StoreOptions options = OptionsAt(folder.File("store"), nullptr);
  std::filesystem::create_directory(options.path);
  Must(Store::Create(options)).reset();  // An empty folder will do.
  EXPECT_EQ(Store::Create(options).status().code(), absl::StatusCode::kFailedPrecondition);
  const StoreOptions other = OptionsAt(folder.File("other"), nullptr);
  std::filesystem::create_directory(other.path);
  std::ofstream(other.path + "/letter.txt") << "keep me";
  EXPECT_EQ(Store::Create(other).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(StoreTest, OneHolderAtATime) {
  const TemporaryFolder folder;
  const StoreOptions options = OptionsAt(folder.File("store"), nullptr);
  std::unique_ptr<Store> store = Must(Store::Create(options));
  const absl::Status status = Store::Open(options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_THAT(Text(status), HasSubstr("in use"));
  store.reset();
  EXPECT_TRUE(Store::Open(options).ok());
}

TEST(StoreTest, AnotherServicesStoreIsRefused) {
  StoreOptions options = InMemoryOptions();
  Must(Store::Create(options)).reset();
  options.service = "metrics";
  const absl::Status status = Store::Open(options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(Text(status), HasSubstr("belongs to service \"ingestion\""));
}

TEST(StoreTest, SchemaVersions) {
  StoreOptions options = InMemoryOptions();
  Must(Store::Create(options)).reset();
  options.schema_version = 1;
  const absl::Status status = Store::Open(options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(Text(status), HasSubstr("schema version 2"));
  // Opening changes nothing of it: the older program may still come back.
  for (const uint32_t version : {3, 2}) {
    options.schema_version = version;
    Must(Store::Open(options)).reset();
  }
}

TEST(StoreTest, ColumnFamiliesMayOnlyBeAdded) {
  enum class Grown : uint32_t { kLater = 2 };
  StoreOptions options = InMemoryOptions();
  ASSERT_TRUE(PutOne(*Must(Store::Create(options)), Table::kFacts, "a", "1").ok());
  StoreOptions grown = options;
  grown.column_families.push_back({"later", ColumnFamilyKind::kPrimary});
  for (int round = 0; round < 2; ++round) {
    const std::unique_ptr<Store> store = Must(Store::Open(grown));
    EXPECT_EQ(store->Get(Table::kFacts, "a").value(), "1");
    ASSERT_TRUE(PutOne(*store, Grown::kLater, std::to_string(round), "x").ok());
    EXPECT_THAT(AllEntries(*store, Grown::kLater), SizeIs(round + 1));
    EXPECT_THAT(store->column_families(), SizeIs(3));
  }
  EXPECT_EQ(Store::Open(options).status().code(), absl::StatusCode::kFailedPrecondition);
  std::swap(grown.column_families[0], grown.column_families[1]);
  EXPECT_EQ(Store::Open(grown).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(StoreTest, UnsoundOptionsAreRefused) {
  StoreOptions options = InMemoryOptions();
  options.service.clear();
  EXPECT_EQ(Store::Create(options).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Store::Open(options).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(StoreTest, ChangesOfABatchTakeEffectInOrder) {
  const std::unique_ptr<Store> store = Must(Store::Create(InMemoryOptions()));
  ASSERT_TRUE(PutOne(*store, Table::kFacts, "b", "before").ok());
  WriteBatch batch;
  batch.Put(Table::kFacts, "a", "1");
  batch.DeleteRange(Table::kFacts, "a", "c");
  batch.Put(Table::kFacts, "b", "after");
  batch.Put(Table::kFacts, "d", "4");
  batch.Delete(Table::kFacts, "d");
  ASSERT_TRUE(store->Write(batch, Durability::kSynced).ok());
  EXPECT_THAT(AllEntries(*store, Table::kFacts), ElementsAre(Pair("b", "after")));
  EXPECT_TRUE(store->Write(WriteBatch(), Durability::kSynced).ok());
}

TEST(StoreTest, DroppingEmptiesDerivedColumnFamiliesOnly) {
  StoreOptions options = InMemoryOptions();
  {
    const std::unique_ptr<Store> store = Must(Store::Create(options));
    for (int i = 0; i < 3000; ++i) {
      ASSERT_TRUE(PutOne(*store, Table::kFigures, std::to_string(i), std::string(100, 'x'),
                         Durability::kUnsynced)
                      .ok());
    }
    ASSERT_TRUE(PutOne(*store, Table::kFigures, std::string(100, '\xff'), "last").ok());
    ASSERT_TRUE(PutOne(*store, Table::kFacts, "a", "1").ok());
    const absl::Status refused = store->DropColumnFamilyContents({Table::kFigures, Table::kFacts});
    EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(AllEntries(*store, Table::kFigures), SizeIs(3001));

    ASSERT_TRUE(store->DropColumnFamilyContents({Table::kFigures}).ok());
    EXPECT_THAT(AllEntries(*store, Table::kFigures), SizeIs(0));
    ASSERT_TRUE(store->DropColumnFamilyContents({Table::kFigures}).ok());
    ASSERT_TRUE(PutOne(*store, Table::kFigures, "5", "again").ok());
  }
  const std::unique_ptr<Store> store = Must(Store::Open(options));
  EXPECT_THAT(AllEntries(*store, Table::kFigures), ElementsAre(Pair("5", "again")));
  EXPECT_THAT(AllEntries(*store, Table::kFacts), ElementsAre(Pair("a", "1")));
}

TEST(StoreTest, ACheckpointIsAStoreOfThatMoment) {
  const TemporaryFolder folder;
  const StoreOptions options = OptionsAt(folder.File("store"), nullptr);
  const std::unique_ptr<Store> store = Must(Store::Create(options));
  ASSERT_TRUE(PutOne(*store, Table::kFacts, "a", "1", Durability::kUnsynced).ok());
  const StoreOptions copy = OptionsAt(folder.File("copy"), nullptr);
  ASSERT_TRUE(store->Checkpoint(copy.path).ok());
  ASSERT_TRUE(PutOne(*store, Table::kFacts, "b", "2").ok());
  EXPECT_FALSE(store->Checkpoint(copy.path).ok());
  const std::unique_ptr<Store> opened = Must(Store::Open(copy));
  EXPECT_THAT(AllEntries(*opened, Table::kFacts), ElementsAre(Pair("a", "1")));
  ASSERT_TRUE(PutOne(*opened, Table::kFacts, "c", "3").ok());
  EXPECT_THAT(AllEntries(*store, Table::kFacts), ElementsAre(Pair("a", "1"), Pair("b", "2")));
}

TEST(StoreTest, APlaceBeyondTheListIsAProgrammersError) {
  // The engine has threads of its own, so the child must start afresh.
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  enum class Wrong : uint32_t { kNone = 7 };
  const std::unique_ptr<Store> store = Must(Store::Create(InMemoryOptions()));
  EXPECT_DEATH({ (void)store->Get(Wrong::kNone, "a"); }, "check failed");
}

// The kernel refuses files beyond a size, which is an I/O error other than a full disk.
TEST(StoreTest, AfterAFailedWriteNothingIsWrittenAnyMore) {
  const TemporaryFolder folder;
  const StoreOptions options = OptionsAt(folder.File("store"), nullptr);
  std::unique_ptr<Store> store = Must(Store::Create(options));
  ASSERT_TRUE(PutOne(*store, Table::kFacts, "a", "1").ok());

  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small = {64 * 1024, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const absl::Status failed = PutOne(*store, Table::kFacts, "big", std::string(1 << 20, 'x'));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);

  EXPECT_EQ(failed.code(), absl::StatusCode::kUnavailable) << failed;
  EXPECT_EQ(PutOne(*store, Table::kFacts, "b", "2"), failed);
  EXPECT_EQ(store->Get(Table::kFacts, "a").value(), "1");
  store.reset();
  store = Must(Store::Open(options));
  EXPECT_EQ(store->Get(Table::kFacts, "a").value(), "1");
  EXPECT_EQ(store->Get(Table::kFacts, "b").value(), std::nullopt);
}

}  // namespace
}  // namespace onereturn
