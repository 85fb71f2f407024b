// Goal: a batch gives back what was put in, in order, and knows its size.
#include "common/storage/write_batch.h"

#include <string>
#include <tuple>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace onereturn {
namespace {

using ::testing::ElementsAre;
using Operation = WriteBatch::Operation;
using Change = std::tuple<Operation, uint32_t, std::string, std::string>;

enum class Shelf : uint32_t { kFirst, kSecond };

std::vector<Change> Changes(const WriteBatch& batch) {
  std::vector<Change> changes;
  batch.ForEach([&changes](Operation operation, ColumnFamily column_family, absl::string_view key,
                           absl::string_view second) {
    changes.emplace_back(operation, column_family.place(), std::string(key), std::string(second));
  });
  return changes;
}

TEST(WriteBatchTest, KeepsChangesInOrderWithAnyBytes) {
  WriteBatch batch;
  const std::string zeros(3, '\0');
  batch.Put(Shelf::kSecond, zeros, "value");
  batch.Delete(Shelf::kFirst, "");
  batch.DeleteRange(Shelf::kFirst, "a", "b");
  EXPECT_THAT(Changes(batch), ElementsAre(Change(Operation::kPut, 1, zeros, "value"),
                                          Change(Operation::kDelete, 0, "", ""),
                                          Change(Operation::kDeleteRange, 0, "a", "b")));
  EXPECT_EQ(batch.count(), 3u);
}

TEST(WriteBatchTest, AnEmptyRangeIsNoChange) {
  WriteBatch batch;
  batch.DeleteRange(Shelf::kFirst, "b", "b");
  batch.DeleteRange(Shelf::kFirst, "b", "a");
  batch.DeleteRange(Shelf::kFirst, "b", "");
  EXPECT_TRUE(batch.empty());
  EXPECT_EQ(batch.size_bytes(), 0u);
}

TEST(WriteBatchTest, AppendJoinsAndClearEmpties) {
  WriteBatch first;
  first.Put(Shelf::kFirst, "a", std::string(1000, 'x'));
  WriteBatch second;
  second.Put(Shelf::kSecond, "b", "2");
  const size_t bytes = first.size_bytes() + second.size_bytes();
  first.Append(second);
  EXPECT_EQ(first.size_bytes(), bytes);
  EXPECT_GT(bytes, 1000u);
  EXPECT_THAT(Changes(first), ElementsAre(Change(Operation::kPut, 0, "a", std::string(1000, 'x')),
                                          Change(Operation::kPut, 1, "b", "2")));
  first.Clear();
  EXPECT_TRUE(first.empty());
  EXPECT_THAT(Changes(first), ElementsAre());
}

}  // namespace
}  // namespace onereturn
