#include "services/assessment/store/framework_tables.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/status/testing/status_matchers.h"
#include "gtest/gtest.h"
#include "services/assessment/store/assessment_tables.h"
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

TEST(FrameworkTablesTest, AnswersAsItWasAtASequence) {
  const std::unique_ptr<Store> store = MemoryStore();
  WriteBatch batch;
  PutFramework("b", {1, 4}, &batch);
  PutFramework("b", {2, 9}, &batch);
  PutFramework("ba", {1, 5}, &batch);
  PutFramework("a", {1, 7}, &batch);
  PutAssessment({1, 10, "QHL"}, &batch);  // The heads that follow are no framework's.
  ASSERT_THAT(store->Write(batch, Durability::kSynced), IsOk());

  auto version = [&](absl::string_view code, uint64_t at) {
    const auto newest = NewestFramework(*store, code, at);
    EXPECT_THAT(newest, IsOk());
    return newest->has_value() ? (*newest)->version : 0;
  };
  EXPECT_EQ(version("b", 3), 0u);
  EXPECT_EQ(version("b", 4), 1u);
  EXPECT_EQ(version("b", 8), 1u);
  EXPECT_EQ(version("b", 9), 2u);
  EXPECT_EQ(version("c", 100), 0u);

  auto list = [&](absl::string_view after, size_t limit, uint64_t at) {
    const auto frameworks = FrameworksAfter(*store, after, limit, at);
    EXPECT_THAT(frameworks, IsOk());
    std::string text;
    for (const NamedFramework& framework : *frameworks) {
      absl::StrAppend(&text, framework.code, framework.newest.version, " ");
    }
    return text;
  };
  EXPECT_EQ(list("", 10, 100), "a1 b2 ba1 ");
  EXPECT_EQ(list("", 10, 5), "b1 ba1 ");
  EXPECT_EQ(list("", 2, 100), "a1 b2 ");
  EXPECT_EQ(list("b", 10, 100), "ba1 ");
  EXPECT_EQ(list("ba", 10, 100), "");
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
