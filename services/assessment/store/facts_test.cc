#include "services/assessment/store/facts.h"

#include "common/commit/journal.h"
#include "common/commit/primary_family.h"
#include "common/status/testing/status_matchers.h"
#include "gtest/gtest.h"
#include "services/assessment/store/testing/memory_store.h"

namespace onereturn::assessment {
namespace {

std::string EntryOf(feed::v1::EntryKind kind, uint32_t format) {
  feed::v1::StatementScored scored;
  scored.mutable_score()->set_statement("QS1");
  feed::v1::Entry entry;
  entry.set_kind(kind);
  entry.set_format(format);
  entry.set_sequence(7);
  entry.set_fact(scored.SerializeAsString());
  return entry.SerializeAsString();
}

class FactsTest : public ::testing::Test {
 protected:
  void Put(const std::string& bytes) {
    WriteBatch batch;
    batch.Put(PrimaryFamily::kEntries, EntryKey(7), bytes);
    ASSERT_THAT(store_->Write(batch, Durability::kSynced), IsOk());
  }
  absl::Status Read() const {
    return EntryAt(*store_, 7, feed::v1::ENTRY_KIND_STATEMENT_SCORED).status();
  }
  std::unique_ptr<Store> store_ = MemoryStore();
};

TEST_F(FactsTest, ReadsTheFactOfARow) {
  Put(EntryOf(feed::v1::ENTRY_KIND_STATEMENT_SCORED, 1));
  const auto entry = EntryAt(*store_, 7, feed::v1::ENTRY_KIND_STATEMENT_SCORED);
  ASSERT_THAT(entry, IsOk());
  const auto fact = FactIn<feed::v1::StatementScored>(*entry);
  ASSERT_THAT(fact, IsOk());
  EXPECT_EQ(fact->score().statement(), "QS1");
}

TEST_F(FactsTest, ARowWithoutItsEntryIsDamage) {
  EXPECT_THAT(Read(), StatusIs(absl::StatusCode::kDataLoss));
}

TEST_F(FactsTest, ANewerFormatIsRefused) {
  Put(EntryOf(feed::v1::ENTRY_KIND_STATEMENT_SCORED, 2));
  EXPECT_THAT(Read(), StatusIs(absl::StatusCode::kDataLoss));
}

TEST_F(FactsTest, AnotherKindIsDamage) {
  Put(EntryOf(feed::v1::ENTRY_KIND_EVIDENCE_ADDED, 1));
  EXPECT_THAT(Read(), StatusIs(absl::StatusCode::kDataLoss));
}

TEST_F(FactsTest, BytesThatAreNoEntryAreDamage) {
  Put("\xff\xff");
  EXPECT_THAT(Read(), StatusIs(absl::StatusCode::kDataLoss));
  feed::v1::Entry entry;
  entry.set_fact("\xff\xff");
  EXPECT_THAT(FactIn<feed::v1::StatementScored>(entry), StatusIs(absl::StatusCode::kDataLoss));
}

}  // namespace
}  // namespace onereturn::assessment
