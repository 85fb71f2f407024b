// Goal: what the auditor remembers is what it saw, also when it was broken off, and damage of its
// own record is never taken for truth.
#include "tools/auditor/memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace onereturn::auditor {
namespace {

class MemoryTest : public ::testing::Test {
 protected:
  MemoryTest() {
    std::string name = "/tmp/onereturn_auditor_XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~MemoryTest() override { std::filesystem::remove_all(folder_); }

  static Mark MarkOfNumber(uint64_t sequence) {
    feed::v1::Entry entry;
    entry.set_sequence(sequence);
    entry.set_salt(std::string(16, static_cast<char>(sequence)));
    entry.set_kind(feed::v1::ENTRY_KIND_ITEM_DEFINED);
    return MarkOf(entry.SerializeAsString(), entry);
  }
  static std::vector<Mark> Marks(uint64_t from, uint64_t to) {
    std::vector<Mark> marks;
    for (uint64_t i = from; i <= to; ++i) marks.push_back(MarkOfNumber(i));
    return marks;
  }
  static ledger::v1::SignedHead HeadOf(uint64_t size, uint64_t epoch = 1) {
    Tree tree;
    for (const Mark& mark : Marks(1, size)) tree.Append(mark.leaf);
    ledger::v1::SignedHead head;
    head.set_epoch(epoch);
    head.set_size(size);
    head.set_root(std::string(View(tree.Root())));
    return head;
  }
  std::unique_ptr<Memory> Open() {
    auto memory = Memory::Open(folder_ + "/s");
    EXPECT_TRUE(memory.ok()) << memory.status();
    return memory.ok() ? *std::move(memory) : nullptr;
  }
  void AppendTo(const std::string& file, const std::string& bytes) {
    std::ofstream(folder_ + "/s/" + file, std::ios::app | std::ios::binary) << bytes;
  }

  std::string folder_;
};

TEST_F(MemoryTest, HoldsKeysHeadsAndMarks) {
  {
    auto memory = Open();
    EXPECT_EQ(memory->Highest(), std::nullopt);
    ASSERT_TRUE(memory->Pin({0, 0, {std::string(32, 'k')}}).ok());
    ASSERT_TRUE(memory->Grow(Marks(1, 3), HeadOf(3)).ok());
    ASSERT_TRUE(memory->Grow(Marks(4, 9), HeadOf(9)).ok());
    ASSERT_TRUE(memory->Keep(HeadOf(5)).ok());
  }
  auto memory = Open();
  EXPECT_EQ(memory->keys().size(), 1u);
  EXPECT_EQ(memory->keys()[0].key.bytes, std::string(32, 'k'));
  EXPECT_EQ(memory->heads().size(), 3u);
  EXPECT_EQ(memory->Highest()->size(), 9u);
  ASSERT_EQ(memory->marks().size(), 9u);
  EXPECT_EQ(memory->marks()[6], MarkOfNumber(7));
  EXPECT_EQ(memory->marks()[6].salt, MarkOfNumber(7).salt);
  EXPECT_EQ(memory->marks()[6].kind, 2u);
  EXPECT_TRUE(memory->marks()[6].SameFact(MarkOfNumber(7)));
  EXPECT_EQ(View(memory->tree().Root()), HeadOf(9).root());
}

TEST_F(MemoryTest, WhatWasBrokenOffIsAsIfItHadNotBegun) {
  { ASSERT_TRUE(Open()->Grow(Marks(1, 3), HeadOf(3)).ok()); }
  AppendTo("marks.1", "half a mark");
  AppendTo("heads", "0a0b");
  AppendTo("keys", "0 0 ");
  auto memory = Open();
  EXPECT_EQ(memory->marks().size(), 3u);
  ASSERT_TRUE(memory->Grow(Marks(4, 5), HeadOf(5)).ok());
  memory.reset();
  memory = Open();
  EXPECT_EQ(memory->Highest()->size(), 5u);
}

TEST_F(MemoryTest, DamageIsNoTruth) {
  { ASSERT_TRUE(Open()->Grow(Marks(1, 3), HeadOf(3)).ok()); }
  {
    std::fstream file(folder_ + "/s/marks.1", std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(90);
    file.put('x');
  }
  EXPECT_EQ(Memory::Open(folder_ + "/s").status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(MemoryTest, AnEpochBeginsBehindWhatItKept) {
  auto memory = Open();
  ASSERT_TRUE(memory->Grow(Marks(1, 9), HeadOf(9)).ok());
  ASSERT_TRUE(memory->BeginEpoch(2, 4).ok());
  ASSERT_TRUE(memory->Grow(Marks(5, 6), HeadOf(6, 2)).ok());
  memory.reset();
  memory = Open();
  EXPECT_EQ(memory->Highest()->epoch(), 2u);
  EXPECT_EQ(memory->marks().size(), 6u);
  EXPECT_EQ(memory->heads().size(), 2u);
}

TEST_F(MemoryTest, OneAuditorAtATime) {
  const auto memory = Open();
  EXPECT_EQ(Memory::Open(folder_ + "/s").status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace onereturn::auditor
