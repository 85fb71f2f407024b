#include "common/commit/committer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/commit/testing_committer.h"
#include "common/status/testing/status_matchers.h"

namespace onereturn {
namespace {

using ::testing::SizeIs;

TEST(CommitterTest, AFactGetsItsPlaceAndAReceiptThatVerifies) {
  TestService service;
  const Accepted accepted = service.Accept(Fact("r1", "first")).value();
  EXPECT_EQ(accepted.placement.epoch, 1u);
  EXPECT_EQ(accepted.placement.sequence, 1u);
  EXPECT_EQ(accepted.placement.time, kTestStart);
  EXPECT_FALSE(accepted.replayed);
  EXPECT_THAT(VerifyReceipt(accepted.receipt, service.committer().verifying_key()), IsOk());
  const feed::v1::Entry entry = EntryOf(accepted);
  EXPECT_EQ(entry.epoch(), 1u);
  EXPECT_EQ(entry.sequence(), 1u);
  EXPECT_EQ(entry.time_micros(), kTestStart.micros);
  EXPECT_THAT(entry.salt(), SizeIs(16));
  EXPECT_EQ(entry.fact(), "first");
  EXPECT_EQ(entry.actor(), "spiffe://onereturn.example/steward");
}

TEST(CommitterTest, EqualFactsHaveDifferentLeaves) {
  TestService service;
  const Accepted first = service.Accept(Fact("r1", "same")).value();
  const Accepted second = service.Accept(Fact("r2", "same")).value();
  EXPECT_NE(EntryOf(first).salt(), EntryOf(second).salt());
  EXPECT_NE(first.receipt.leaf_hash, second.receipt.leaf_hash);
}

TEST(CommitterTest, SequencesAreDenseUnderManyThreads) {
  constexpr int kThreads = 16;
  constexpr int kFacts = 250;
  TestService service;
  std::mutex mutex;
  std::set<uint64_t> sequences;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kFacts; ++i) {
        const std::string id = absl::StrCat("r", t, ".", i);
        const Accepted accepted = service.Accept(Fact(id, id)).value();
        EXPECT_THAT(VerifyReceipt(accepted.receipt, service.committer().verifying_key()), IsOk());
        EXPECT_EQ(EntryOf(accepted).request_id(), id);
        std::lock_guard<std::mutex> lock(mutex);
        EXPECT_TRUE(sequences.insert(accepted.placement.sequence).second);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(sequences, SizeIs(kThreads * kFacts));
  EXPECT_EQ(*sequences.begin(), 1u);
  EXPECT_EQ(*sequences.rbegin(), static_cast<uint64_t>(kThreads * kFacts));

  // The ledger is that of the entries as they lie in the store.
  const auto entries = EntriesAfter(service.store(), 0, 100'000, 1 << 30).value();
  Frontier frontier;
  for (const std::string& bytes : entries) frontier.Append(HashLeaf(bytes));
  EXPECT_EQ(service.committer().LatestHead().head.root, frontier.Root());
  EXPECT_EQ(service.committer().LatestHead().head.size, sequences.size());
}

TEST(CommitterTest, AnOldReceiptIsProvedAgainstEveryLaterHead) {
  TestService service;
  for (int i = 1; i <= 70; ++i) {
    ASSERT_THAT(service.Accept(Fact(absl::StrCat("r", i))), IsOk());
    for (const uint64_t sequence : {1, (i + 1) / 2, i}) {
      const Accepted again = service.committer().ReceiptOf(sequence).value();
      EXPECT_EQ(again.receipt.head.head.size, static_cast<uint64_t>(i));
      EXPECT_EQ(again.placement.sequence, sequence);
      EXPECT_THAT(VerifyReceipt(again.receipt, service.committer().verifying_key()), IsOk());
    }
  }
  EXPECT_THAT(service.committer().ReceiptOf(0), HasReason(Reason::kNotFound));
  EXPECT_THAT(service.committer().ReceiptOf(71), HasReason(Reason::kNotFound));
}

TEST(CommitterTest, HeadsOfEarlierSizesAreThoseOfThatTime) {
  TestService service;
  std::map<uint64_t, Digest> roots = {{0, service.committer().LatestHead().head.root}};
  for (int i = 1; i <= 20; ++i) {
    ASSERT_THAT(service.Accept(Fact(absl::StrCat("r", i))), IsOk());
    roots[i] = service.committer().LatestHead().head.root;
  }
  for (const auto& [size, root] : roots) {
    const SignedHead head = service.committer().HeadOfSize(size).value();
    EXPECT_EQ(head.head.root, root) << size;
    EXPECT_EQ(head.head.size, size);
    EXPECT_THAT(VerifyHead(head, service.committer().verifying_key()), IsOk());
  }
  EXPECT_THAT(service.committer().HeadOfSize(21), HasReason(Reason::kPositionAhead));
}

TEST(CommitterTest, ARepeatGetsTheFirstPlacement) {
  TestService service;
  const Accepted first = service.Accept(Fact("r1", "content")).value();
  service.clock().AdvanceSeconds(60);
  ASSERT_THAT(service.Accept(Fact("r2")), IsOk());
  const Accepted again = service.Accept(Fact("r1", "content")).value();
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.placement.sequence, 1u);
  EXPECT_EQ(again.placement.time, first.placement.time);
  EXPECT_EQ(again.receipt.entry, first.receipt.entry);
  EXPECT_EQ(again.receipt.leaf_hash, first.receipt.leaf_hash);
  EXPECT_THAT(VerifyReceipt(again.receipt, service.committer().verifying_key()), IsOk());
  EXPECT_EQ(service.committer().LatestHead().head.size, 2u);
}

TEST(CommitterTest, OtherBytesUnderAnIdAreRefused) {
  TestService service;
  ASSERT_THAT(service.Accept(Fact("r1", "content")), IsOk());
  EXPECT_THAT(service.Accept(Fact("r1", "other")), HasReason(Reason::kRequestIdReused));
  EXPECT_EQ(service.committer().LatestHead().head.size, 1u);
  // Ids are the organisation's own.
  Proposal elsewhere = Fact("r1", "other");
  elsewhere.entry.set_organisation("RAE");
  EXPECT_THAT(service.Accept(std::move(elsewhere)), IsOk());
}

}  // namespace
}  // namespace onereturn
