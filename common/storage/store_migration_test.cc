// Goal: an older store is brought to the program's version step by step, a newer one is refused,
// and a crash in the middle costs nothing but time.
#include <string>
#include <vector>

#include "common/storage/testing_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace onereturn {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

// Version 3 writes figures as "figure=VALUE"; version 4 keeps their count beside them.
absl::Status Rename(const Reader& store, const Migration::Write& write) {
  return store.ForEach(Table::kFigures, "", "",
                       [&](absl::string_view key, absl::string_view value) -> absl::StatusOr<bool> {
                         // Of an earlier attempt.
                         if (value.substr(0, 7) == "figure=") return true;
                         WriteBatch batch;
                         batch.Put(Table::kFigures, key, "figure=" + std::string(value));
                         const absl::Status written = write(batch);
                         if (!written.ok()) return written;
                         return true;
                       });
}

absl::Status Count(const Reader& store, const Migration::Write& write) {
  int count = 0;
  const absl::Status counted =
      store.ForEach(Table::kFigures, "", "count", [&](absl::string_view, absl::string_view) {
        ++count;
        return true;
      });
  if (!counted.ok()) return counted;
  WriteBatch batch;
  batch.Put(Table::kFigures, "count", std::to_string(count));
  return write(batch);
}

class StoreMigrationTest : public ::testing::Test {
 protected:
  StoreMigrationTest() {  // Makes a store of version 2.
    const auto store = Store::Create(old_);
    EXPECT_TRUE(store.ok()) << store.status();
    for (const char* key : {"a", "b"}) {
      EXPECT_TRUE(PutOne(**store, Table::kFigures, key, "1").ok());
      EXPECT_TRUE(PutOne(**store, Table::kFacts, key, "fact").ok());
    }
  }

  StoreOptions New(std::vector<Migration> migrations) const {
    StoreOptions options = old_;
    options.schema_version = 4;
    options.migrations = std::move(migrations);
    return options;
  }

  const StoreOptions old_ = InMemoryOptions();
};

TEST_F(StoreMigrationTest, RunsTheStepsThatAreMissingOnce) {
  int runs = 0;
  const StoreOptions options = New({{2,
                                     [](const Reader&, const Migration::Write&) -> absl::Status {
                                       return absl::InternalError("is of version 2 already");
                                     }},
                                    {3,
                                     [&runs](const Reader& store, const Migration::Write& write) {
                                       ++runs;
                                       return Rename(store, write);
                                     }},
                                    {4, Count}});
  for (int round = 0; round < 2; ++round) {
    const auto store = Store::Open(options);
    ASSERT_TRUE(store.ok()) << store.status();
    EXPECT_THAT(AllEntries(**store, Table::kFigures),
                ElementsAre(Pair("a", "figure=1"), Pair("b", "figure=1"), Pair("count", "2")));
  }
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(Store::Open(old_).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(StoreMigrationTest, ACrashInTheMiddleIsRepeated) {
  for (int writes = 0; writes < 2; ++writes) {
    int left = writes;
    const StoreOptions broken =
        New({{3, [&left](const Reader& store, const Migration::Write& write) {
                return Rename(store, [&](const WriteBatch& batch) -> absl::Status {
                  if (left-- == 0) return absl::AbortedError("crash");
                  return write(batch);
                });
              }}});
    EXPECT_EQ(Store::Open(broken).status().code(), absl::StatusCode::kAborted);
    // Still of the old version.
    ASSERT_TRUE(Store::Open(old_).ok());
  }
  const auto store = Store::Open(New({{3, Rename}}));
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_THAT(AllEntries(**store, Table::kFigures),
              ElementsAre(Pair("a", "figure=1"), Pair("b", "figure=1")));
}

TEST_F(StoreMigrationTest, NeverTouchesPrimaryData) {
  const StoreOptions options = New({{3, [](const Reader&, const Migration::Write& write) {
                                       WriteBatch batch;
                                       batch.Put(Table::kFigures, "a", "2");
                                       batch.Delete(Table::kFacts, "a");
                                       return write(batch);
                                     }}});
  EXPECT_EQ(Store::Open(options).status().code(), absl::StatusCode::kFailedPrecondition);
  const auto store = Store::Open(old_);
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_THAT(AllEntries(**store, Table::kFacts),
              ElementsAre(Pair("a", "fact"), Pair("b", "fact")));
  EXPECT_THAT(AllEntries(**store, Table::kFigures), ElementsAre(Pair("a", "1"), Pair("b", "1")));
}

TEST_F(StoreMigrationTest, StepsMustAscendToTheVersionOfTheProgram) {
  for (const auto& versions : {std::vector<uint32_t>{4, 3}, {3, 3}, {5}, {0}}) {
    std::vector<Migration> migrations;
    for (const uint32_t version : versions) migrations.push_back({version, Count});
    EXPECT_EQ(Store::Open(New(migrations)).status().code(), absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace onereturn
