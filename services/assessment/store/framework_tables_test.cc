#include "services/assessment/store/framework_tables.h"

#include <string>

#include "common/status/testing/status_matchers.h"
#include "gtest/gtest.h"
#include "services/assessment/store/families.h"
#include "services/assessment/store/testing/memory_store.h"

namespace onereturn::assessment {
namespace {

using std::string_literals::operator""s;

TEST(FrameworkTablesTest, KeepsEveryVersionAndTheNewest) {
  const std::unique_ptr<Store> store = MemoryStore();
  const auto absent = ReadFrameworkHead(*store, "cqc");
  ASSERT_THAT(absent, IsOk());
  EXPECT_FALSE(absent->newest.has_value());
  EXPECT_EQ(absent->check.expected, std::nullopt);

  WriteBatch batch;
  PutFramework("cqc", {1, 4}, &batch);
  PutFramework("cqc", {2, 9}, &batch);
  PutFramework("cqc2", {1, 5}, &batch);
  ASSERT_THAT(store->Write(batch, Durability::kSynced), IsOk());

  const auto head = ReadFrameworkHead(*store, "cqc");
  ASSERT_THAT(head, IsOk());
  ASSERT_TRUE(head->newest.has_value());
  EXPECT_EQ(head->newest->version, 2u);
  EXPECT_EQ(head->newest->sequence, 9u);
  EXPECT_THAT(FrameworkSequence(*store, "cqc", 1), IsOkAndHolds(std::optional<uint64_t>(4)));
  EXPECT_THAT(FrameworkSequence(*store, "cqc", 2), IsOkAndHolds(std::optional<uint64_t>(9)));
  EXPECT_THAT(FrameworkSequence(*store, "cqc", 3), IsOkAndHolds(std::optional<uint64_t>()));
  EXPECT_THAT(FrameworkSequence(*store, "cq", 1), IsOkAndHolds(std::optional<uint64_t>()));
}

TEST(FrameworkTablesTest, WritesTheDocumentedBytes) {
  const std::unique_ptr<Store> store = MemoryStore();
  WriteBatch batch;
  PutFramework("cqc", {1, 258}, &batch);
  ASSERT_THAT(store->Write(batch, Durability::kSynced), IsOk());
  EXPECT_THAT(store->Get(Family::kHeads,
                         "\x01"s
                         "cqc\x00\x01"s),
              IsOkAndHolds(std::optional<std::string>("\x00\x00\x00\x01"s
                                                      "\x00\x00\x00\x00\x00\x00\x01\x02"s)));
  EXPECT_THAT(store->Get(Family::kFrameworks,
                         "cqc\x00\x01"s
                         "\x00\x00\x00\x01"s),
              IsOkAndHolds(std::optional<std::string>("\x00\x00\x00\x00\x00\x00\x01\x02"s)));
}

}  // namespace
}  // namespace onereturn::assessment
