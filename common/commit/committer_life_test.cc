// A committer over time: reopened, overloaded, stopped, on a clock that steps back and a disk that
// fails.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <map>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/base/testing/temporary_folder.h"
#include "common/commit/testing_committer.h"
#include "common/status/testing/status_matchers.h"

namespace onereturn {
namespace {

using ::testing::SizeIs;

TEST(CommitterLifeTest, AReopenedStoreGoesOnWhereItEnded) {
  TestService service;
  for (int i = 1; i <= 37; ++i) ASSERT_THAT(service.Accept(Fact(absl::StrCat("r", i))), IsOk());
  const SignedHead before = service.committer().LatestHead();
  service.Close();
  service.Open();
  EXPECT_EQ(service.committer().LatestHead().head.size, 37u);
  EXPECT_EQ(service.committer().LatestHead().head.root, before.head.root);
  EXPECT_TRUE(service.Accept(Fact("r1")).value().replayed);
  const Accepted next = service.Accept(Fact("r38")).value();
  EXPECT_EQ(next.placement.sequence, 38u);
  EXPECT_THAT(VerifyReceipt(next.receipt, service.committer().verifying_key()), IsOk());
  const auto proof = ConsistencyProof(37, 38, [&](const NodeId& node) {
                       return LedgerNode(service.store(), node);
                     }).value();
  EXPECT_THAT(VerifyConsistency(37, before.head.root, 38, next.receipt.head.head.root, proof),
              IsOk());
}

TEST(CommitterLifeTest, AStoreWhoseNewestEntryIsNotTheLedgersIsNotServed) {
  TestService service;
  ASSERT_THAT(service.Accept(Fact("r1")), IsOk());
  const Accepted second = service.Accept(Fact("r2")).value();
  feed::v1::Entry forged = EntryOf(second);
  forged.set_fact("forged");
  WriteBatch batch;
  batch.Put(PrimaryFamily::kEntries, EntryKey(2), forged.SerializeAsString());
  ASSERT_THAT(service.store().Write(batch, Durability::kSynced), IsOk());
  CommitterOptions options;
  options.service = "ingestion";
  EXPECT_THAT(Committer::Start(&service.store(), &service.clock(), KeyFromSeed(kTestSeed), options),
              StatusIs(absl::StatusCode::kDataLoss));
}

TEST(CommitterLifeTest, TimesNeverFall) {
  TestService service;
  EXPECT_EQ(service.Accept(Fact("r1")).value().placement.time, kTestStart);
  service.clock().AdvanceSeconds(-3'600);
  EXPECT_EQ(service.Accept(Fact("r2")).value().placement.time, kTestStart);
  EXPECT_GE(service.committer().LatestHead().head.time_micros, kTestStart.micros);
  service.Close();
  service.Open();
  EXPECT_EQ(service.Accept(Fact("r3")).value().placement.time, kTestStart);
  service.clock().Set(Timestamp{kTestStart.micros + 1});
  EXPECT_EQ(service.Accept(Fact("r4")).value().placement.time.micros, kTestStart.micros + 1);
}

TEST(CommitterLifeTest, APromisedTimeIsKeptWhenTheClockIsSetBack) {
  TestService service;
  service.clock().AdvanceSeconds(100);
  const Promise promise = service.committer().LatestPromise();
  EXPECT_EQ(promise.through_time, service.clock().Now());
  service.clock().AdvanceSeconds(-50);
  EXPECT_GE(service.Accept(Fact("r1")).value().placement.time, promise.through_time);
}

// While a group is under way its entries have their times already: nothing later may be promised.
TEST(CommitterLifeTest, NoPromiseOvertakesAGroupUnderWay) {
  TestService service;
  std::promise<Promise> made;
  Proposal proposal = Fact("r1");
  proposal.write = [&](const Placement&, WriteBatch*) {
    service.clock().AdvanceSeconds(1);
    made.set_value(service.committer().LatestPromise());
  };
  const Accepted accepted = service.Accept(std::move(proposal)).value();
  const Promise promise = made.get_future().get();
  EXPECT_EQ(promise.head.head.size, 0u);
  EXPECT_LE(promise.through_time, accepted.placement.time);
}

TEST(CommitterLifeTest, PromisesHoldUnderLoad) {
  TestService service;
  std::atomic<bool> ended{false};
  std::map<uint64_t, Timestamp> promised;  // By size: the furthest.
  std::atomic<size_t> sizes_promised{0};  // What the writer waits for: the threads share two cores.
  std::thread ticking([&] {
    for (; !ended; std::this_thread::yield()) service.clock().AdvanceMicros(1);
  });
  std::thread watching([&] {
    for (; !ended; std::this_thread::yield()) {
      const Promise promise = service.committer().LatestPromise();
      Timestamp& furthest = promised[promise.head.head.size];
      furthest = std::max(furthest, promise.through_time);
      sizes_promised = promised.size();
    }
  });
  uint64_t written = 0;
  bool accepted = true;
  while (accepted && (written < 500 || sizes_promised <= 10)) {
    accepted = service.Accept(Fact(absl::StrCat("r", ++written))).ok();
  }
  ended = true;
  ticking.join();
  watching.join();
  ASSERT_TRUE(accepted);
  for (const auto& [size, through_time] : promised) {
    if (size == written) continue;
    const Accepted next = service.committer().ReceiptOf(size + 1).value();
    EXPECT_GE(next.placement.time, through_time) << size;
  }
}

TEST(CommitterLifeTest, AFullQueueRefusesAtOnce) {
  CommitterOptions options;
  options.queue_limit = 3;
  TestService service(options);
  std::vector<std::future<absl::StatusOr<Accepted>>> waiting;
  TestService::Hold hold(&service.committer());
  for (int i = 0; i < 5; ++i) {
    auto promise = std::make_shared<std::promise<absl::StatusOr<Accepted>>>();
    Proposal proposal = Fact(absl::StrCat("r", i));
    proposal.done = [promise](absl::StatusOr<Accepted> answer) {
      promise->set_value(std::move(answer));
    };
    const absl::Status queued = service.committer().Propose(std::move(proposal));
    if (i < 3) {
      EXPECT_THAT(queued, IsOk());
      waiting.push_back(promise->get_future());
    } else {
      EXPECT_THAT(queued, HasReason(Reason::kQueueFull));
      EXPECT_TRUE(DetailsOf(queued)->retry_after.has_value());
    }
  }
  hold.Release();
  for (auto& answer : waiting) EXPECT_THAT(answer.get(), IsOk());
  EXPECT_THAT(service.Accept(Fact("r3")), IsOk());
}

TEST(CommitterLifeTest, AnEntryThatFitsNoPageIsRefusedAtOnce) {
  TestService service;
  EXPECT_THAT(service.Accept(Fact("r1", std::string(65'000, 'x'))), IsOk());
  EXPECT_THAT(service.Accept(Fact("r2", std::string(65'536, 'x'))),
              HasReason(Reason::kMessageTooLarge));
  EXPECT_LE(EntryBytes(service.store(), 1).value().size(), 65'536u);
}

TEST(CommitterLifeTest, StoppingAnswersEverythingThatQueued) {
  TestService service;
  std::atomic<int> answered{0};
  {
    TestService::Hold hold(&service.committer());
    for (int i = 0; i < 600; ++i) {
      Proposal proposal = Fact(absl::StrCat("r", i));
      proposal.done = [&](const absl::StatusOr<Accepted>& answer) {
        EXPECT_THAT(answer, IsOk());
        ++answered;
      };
      ASSERT_THAT(service.committer().Propose(std::move(proposal)), IsOk());
    }
  }
  service.committer().Stop();
  EXPECT_EQ(answered, 600);
  EXPECT_THAT(service.Accept(Fact("late")), HasReason(Reason::kDraining));
  EXPECT_THAT(service.WritePlain(PlainWrite()), HasReason(Reason::kDraining));
}

TEST(CommitterLifeTest, WaitersAreWokenByAHeadAndByTheEnd) {
  TestService service;
  EXPECT_FALSE(service.committer().WaitForHeadBeyond(0, 0));
  std::thread accepting([&] { EXPECT_THAT(service.Accept(Fact("r1")), IsOk()); });
  EXPECT_TRUE(service.committer().WaitForHeadBeyond(0, 60'000'000));
  accepting.join();
  std::thread waking([&] { service.committer().WakeWaiters(); });
  EXPECT_FALSE(service.committer().WaitForHeadBeyond(1, 60'000'000));
  waking.join();
}

// A file that may not grow stands for a disk that fails.
TEST(CommitterLifeTest, AFailingStoreIsFatalAndLosesNothingAcknowledged) {
  TemporaryFolder folder;
  std::vector<absl::Status> fatal;
  CommitterOptions options;
  options.on_fatal = [&](const absl::Status& status) { fatal.push_back(status); };
  TestService service(options, folder.File("store"));
  ASSERT_THAT(service.Accept(Fact("r1")), IsOk());
  signal(SIGXFSZ, SIG_IGN);
  rlimit before = {};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit tight = before;
  tight.rlim_cur = 1'024;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &tight), 0);
  absl::StatusOr<Accepted> answer = absl::UnknownError("");
  for (int i = 2; i < 10 && fatal.empty(); ++i) answer = service.Accept(Fact(absl::StrCat("r", i)));
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_THAT(fatal, SizeIs(1));
  EXPECT_THAT(answer, HasReason(Reason::kStorageFault));
  const SignedHead last = service.committer().LatestHead();
  // Nothing more is written, whatever the disk does now.
  EXPECT_THAT(service.Accept(Fact("later")), HasReason(Reason::kStorageFault));
  EXPECT_EQ(service.committer().LatestHead().head.size, last.head.size);
  service.Close();
  service.Open();
  const auto entries = EntriesAfter(service.store(), 0, last.head.size, 1 << 20).value();
  EXPECT_THAT(entries, SizeIs(last.head.size));
  EXPECT_EQ(service.committer().HeadOfSize(last.head.size).value().head.root, last.head.root);
}

}  // namespace
}  // namespace onereturn
