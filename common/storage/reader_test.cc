// Goal: point reads, scans both ways, snapshots and the content hash answer what an ordered map
// would, wherever the data lies (buffers or tables).
#include "common/storage/reader.h"

#include <rapidcheck.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/storage/store.h"
#include "common/storage/testing_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace onereturn {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

std::unique_ptr<Store> NewStore() {
  auto store = Store::Create(InMemoryOptions());
  EXPECT_TRUE(store.ok()) << store.status();
  return *std::move(store);
}

void PutAll(Store& store, const Entries& entries) {
  WriteBatch batch;
  for (const auto& [key, value] : entries) batch.Put(Table::kFacts, key, value);
  ASSERT_TRUE(store.Write(batch, Durability::kUnsynced).ok());
}

TEST(ReaderTest, GetAndMultiGet) {
  const std::unique_ptr<Store> store = NewStore();
  PutAll(*store, {{"a", "1"}, {"b", ""}});
  EXPECT_EQ(store->Get(Table::kFacts, "a").value(), "1");
  EXPECT_EQ(store->Get(Table::kFacts, "b").value(), "");
  EXPECT_EQ(store->Get(Table::kFacts, "c").value(), std::nullopt);
  EXPECT_EQ(store->Get(Table::kFigures, "a").value(), std::nullopt);
  EXPECT_THAT(store->MultiGet(Table::kFacts, {"c", "a", "b", "a"}).value(),
              ElementsAre(std::nullopt, "1", "", "1"));
  EXPECT_THAT(store->MultiGet(Table::kFacts, {}).value(), ElementsAre());
}

TEST(ReaderTest, CursorSaysWhereItIs) {
  const std::unique_ptr<Store> store = NewStore();
  PutAll(*store, {{"a", "1"}, {"b", "2"}});
  Cursor cursor = store->Scan(Table::kFacts, "", "");
  EXPECT_EQ(cursor.key(), "");
  EXPECT_TRUE(cursor.Next().value());
  EXPECT_EQ(cursor.key(), "a");
  Cursor moved = std::move(cursor);
  EXPECT_EQ(moved.value(), "1");
  EXPECT_TRUE(moved.Next().value());
  EXPECT_EQ(moved.key(), "b");
  EXPECT_FALSE(moved.Next().value());
  EXPECT_FALSE(moved.Next().value());
  EXPECT_EQ(moved.key(), "");
}

TEST(ReaderTest, VisitorStopsAndFails) {
  const std::unique_ptr<Store> store = NewStore();
  PutAll(*store, {{"a", "1"}, {"b", "2"}, {"c", "3"}});
  int seen = 0;
  EXPECT_TRUE(store
                  ->ForEach(Table::kFacts, "", "",
                            [&seen](absl::string_view key, absl::string_view) {
                              ++seen;
                              return key != "b";
                            })
                  .ok());
  EXPECT_EQ(seen, 2);
  const absl::Status status = store->ForEach(
      Table::kFacts, "", "", [](absl::string_view, absl::string_view) -> absl::StatusOr<bool> {
        return absl::AbortedError("enough");
      });
  EXPECT_EQ(status, absl::AbortedError("enough"));
}

// Any content, half of it flushed, any bounds: the same as an ordered map.
TEST(ReaderTest, ScansAgreeWithAnOrderedMap) {
  const std::unique_ptr<Store> store = NewStore();
  const auto short_key =
      rc::gen::container<std::string>(rc::gen::element('\x00', 'a', 'b', '\xff'));
  EXPECT_TRUE(rc::check([&] {
    std::map<std::string, std::string> model;
    WriteBatch clear;
    clear.DeleteRange(Table::kFacts, "", std::string(200, '\xff'));
    RC_ASSERT(store->Write(clear, Durability::kUnsynced).ok());
    const auto keys = *rc::gen::container<std::vector<std::string>>(short_key);
    for (size_t i = 0; i < keys.size(); ++i) {
      model[keys[i]] = std::to_string(i);
      RC_ASSERT(
          PutOne(*store, Table::kFacts, keys[i], std::to_string(i), Durability::kUnsynced).ok());
      if (i == keys.size() / 2 && *rc::gen::inRange(0, 4) == 0) RC_ASSERT(store->Flush().ok());
    }
    const std::string lower = *short_key;
    const std::string upper = *short_key;
    Entries expected;
    for (const auto& entry : model) {
      if (entry.first >= lower && (upper.empty() || entry.first < upper)) expected.push_back(entry);
    }
    RC_ASSERT(AllEntries(*store, Table::kFacts, lower, upper) == expected);

    Entries reversed;
    Cursor cursor = store->ScanReverse(Table::kFacts, lower, upper);
    while (cursor.Next().value()) {
      reversed.emplace_back(std::string(cursor.key()), std::string(cursor.value()));
    }
    RC_ASSERT(Entries(reversed.rbegin(), reversed.rend()) == expected);

    const auto first = store->SeekFirst(Table::kFacts, lower, upper).value();
    const auto last = store->SeekLast(Table::kFacts, lower, upper).value();
    RC_ASSERT(first.has_value() == !expected.empty());
    RC_ASSERT(last.has_value() == !expected.empty());
    if (expected.empty()) return;
    RC_ASSERT(std::make_pair(first->key, first->value) == expected.front());
    RC_ASSERT(std::make_pair(last->key, last->value) == expected.back());
  }));
}

TEST(ReaderTest, SnapshotStaysWhileTheStoreChanges) {
  const std::unique_ptr<Store> store = NewStore();
  PutAll(*store, {{"a", "old"}, {"gone", "x"}});
  const Snapshot snapshot = store->TakeSnapshot();
  const Digest hash = snapshot.ContentHash({Table::kFacts}).value();
  WriteBatch batch;
  batch.Put(Table::kFacts, "a", "new");
  batch.Put(Table::kFacts, "b", "new");
  batch.Delete(Table::kFacts, "gone");
  ASSERT_TRUE(store->Write(batch, Durability::kSynced).ok());
  ASSERT_TRUE(store->Flush().ok());

  EXPECT_EQ(snapshot.Get(Table::kFacts, "a").value(), "old");
  EXPECT_THAT(snapshot.MultiGet(Table::kFacts, {"b", "gone"}).value(),
              ElementsAre(std::nullopt, "x"));
  EXPECT_THAT(AllEntries(snapshot, Table::kFacts),
              ElementsAre(Pair("a", "old"), Pair("gone", "x")));
  EXPECT_EQ(snapshot.SeekLast(Table::kFacts, "", "").value()->key, "gone");
  EXPECT_EQ(snapshot.ContentHash({Table::kFacts}).value(), hash);
  EXPECT_THAT(AllEntries(*store, Table::kFacts), ElementsAre(Pair("a", "new"), Pair("b", "new")));
  EXPECT_NE(store->ContentHash({Table::kFacts}).value(), hash);
}

// A cursor or snapshot that is let go after the store would abort the process if it did not hold
// the engine open.
TEST(ReaderTest, SnapshotsAndCursorsMayOutliveTheStore) {
  std::unique_ptr<Store> store = NewStore();
  PutAll(*store, {{"a", "1"}, {"b", "2"}});
  Snapshot snapshot = store->TakeSnapshot();
  Snapshot moved = std::move(snapshot);
  Cursor cursor = moved.Scan(Table::kFacts, "", "");
  ASSERT_TRUE(cursor.Next().value());
  store.reset();
  EXPECT_EQ(moved.Get(Table::kFacts, "b").value(), "2");
  moved = Snapshot(std::move(moved));
  EXPECT_TRUE(cursor.Next().value());
  EXPECT_EQ(cursor.value(), "2");
}

TEST(ReaderTest, ContentHashGoldenBytes) {
  const std::unique_ptr<Store> store = NewStore();
  EXPECT_EQ(store->ContentHash({Table::kFacts, Table::kFigures}).value(), Sha256(""));
  ASSERT_TRUE(PutOne(*store, Table::kFigures, "k", "").ok());
  ASSERT_TRUE(PutOne(*store, Table::kFacts, "key", "value").ok());
  // "facts" comes before "figures" whatever the order of the list.
  const std::string bytes =
      std::string("\0\0\0\0\0\0\0\5facts", 13) + std::string("\0\0\0\0\0\0\0\3key", 11) +
      std::string("\0\0\0\0\0\0\0\5value", 13) + std::string("\0\0\0\0\0\0\0\7figures", 15) +
      std::string("\0\0\0\0\0\0\0\1k", 9) + std::string(8, '\0');
  EXPECT_EQ(store->ContentHash({Table::kFigures, Table::kFacts}).value(), Sha256(bytes));
  EXPECT_EQ(store->ContentHash({Table::kFacts, Table::kFigures}).value(), Sha256(bytes));
}

TEST(ReaderTest, ContentHashIgnoresOrderOfWritesAndFlushes) {
  const std::unique_ptr<Store> a = NewStore();
  const std::unique_ptr<Store> b = NewStore();
  constexpr int kEntries = 2000;
  const std::string filler(100, 'x');
  for (int i = 0; i < kEntries; ++i) {
    ASSERT_TRUE(PutOne(*a, Table::kFacts, std::to_string(i), filler, Durability::kUnsynced).ok());
  }
  for (int i = kEntries - 1; i >= 0; --i) {
    const std::string key = std::to_string(i);
    ASSERT_TRUE(PutOne(*b, Table::kFacts, key, "to be replaced", Durability::kUnsynced).ok());
    ASSERT_TRUE(PutOne(*b, Table::kFacts, key + "z", "to go", Durability::kUnsynced).ok());
    if (i % 500 == 0) {
      ASSERT_TRUE(b->Flush().ok());
    }
    WriteBatch batch;
    batch.Delete(Table::kFacts, key + "z");
    batch.Put(Table::kFacts, key, filler);
    ASSERT_TRUE(b->Write(batch, Durability::kUnsynced).ok());
  }
  const Digest hash = a->ContentHash({Table::kFacts}).value();
  EXPECT_EQ(b->ContentHash({Table::kFacts}).value(), hash);
  ASSERT_TRUE(a->Flush().ok());
  EXPECT_EQ(a->ContentHash({Table::kFacts}).value(), hash);
  ASSERT_TRUE(PutOne(*b, Table::kFacts, "0", filler + "y").ok());
  EXPECT_NE(b->ContentHash({Table::kFacts}).value(), hash);
}

}  // namespace
}  // namespace onereturn
