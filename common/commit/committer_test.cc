#include "common/commit/committer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/base/testing/temporary_folder.h"
#include "common/commit/testing_committer.h"
#include "common/status/testing/status_matchers.h"

namespace onereturn {
namespace {

using ::testing::Eq;
using ::testing::SizeIs;

constexpr char kHead[] = "returns/RCF/AE/2025-04";

ReadCheck ExpectHead(std::optional<std::string> value) {
  return {TestFamily::kHeads, kHead, std::move(value)};
}

// A fact that was judged on the head being `expected`, and makes it `value`.
Proposal SetHead(absl::string_view request_id, std::optional<std::string> expected,
                 std::string value) {
  Proposal proposal = Fact(request_id);
  proposal.read_set = {ExpectHead(std::move(expected))};
  proposal.write = [value = std::move(value)](const Placement&, WriteBatch* batch) {
    batch->Put(TestFamily::kHeads, kHead, value);
  };
  return proposal;
}

// Proposes all while the committer's thread is held, so that they are judged as one group, and
// gives their answers.
std::vector<absl::StatusOr<Accepted>> AcceptTogether(TestService& service,
                                                     std::vector<Proposal> proposals) {
  std::vector<std::promise<absl::StatusOr<Accepted>>> promises(proposals.size());
  TestService::Hold hold(&service.committer());
  for (size_t i = 0; i < proposals.size(); ++i) {
    proposals[i].done = [&promise = promises[i]](absl::StatusOr<Accepted> answer) {
      promise.set_value(std::move(answer));
    };
    EXPECT_THAT(service.committer().Propose(std::move(proposals[i])), IsOk());
  }
  hold.Release();
  std::vector<absl::StatusOr<Accepted>> answers;
  for (auto& promise : promises) answers.push_back(promise.get_future().get());
  return answers;
}

feed::v1::Entry EntryOf(const Accepted& accepted) {
  feed::v1::Entry entry;
  EXPECT_TRUE(entry.ParseFromString(accepted.receipt.entry));
  return entry;
}

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

TEST(CommitterTest, ARepeatIsAnsweredThoughItsReadSetHasChanged) {
  TestService service;
  ASSERT_THAT(service.Accept(SetHead("r1", std::nullopt, "1")), IsOk());
  EXPECT_TRUE(service.Accept(SetHead("r1", std::nullopt, "1")).value().replayed);
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

TEST(CommitterTest, RepeatsWithinOneGroupAreOneFact) {
  TestService service;
  std::vector<Proposal> proposals;
  for (const char* content : {"same", "same", "other", "same"}) {
    proposals.push_back(Fact("r1", content));
  }
  const auto answers = AcceptTogether(service, std::move(proposals));
  EXPECT_FALSE(answers[0].value().replayed);
  EXPECT_TRUE(answers[1].value().replayed);
  EXPECT_THAT(answers[2], HasReason(Reason::kRequestIdReused));
  EXPECT_TRUE(answers[3].value().replayed);
  EXPECT_EQ(answers[1].value().receipt.entry, answers[0].value().receipt.entry);
  EXPECT_EQ(service.committer().LatestHead().head.size, 1u);
}

TEST(CommitterTest, AChangedReadSetConflicts) {
  TestService service;
  ASSERT_THAT(service.Accept(SetHead("r1", std::nullopt, "1")), IsOk());
  EXPECT_THAT(service.Accept(SetHead("r2", std::nullopt, "2")), HasReason(Reason::kCommitConflict));
  EXPECT_THAT(service.Accept(SetHead("r3", "other", "2")), HasReason(Reason::kCommitConflict));
  EXPECT_THAT(service.Accept(SetHead("r4", "1", "2")), IsOk());
  EXPECT_EQ(service.committer().LatestHead().head.size, 2u);
  // A refused proposal leaves nothing: its id is free.
  EXPECT_THAT(FindRequest(service.store(), "RCF", "r2"), IsOkAndHolds(Eq(std::nullopt)));
  EXPECT_THAT(service.store().Get(TestFamily::kHeads, kHead), IsOkAndHolds(std::string("2")));
}

TEST(CommitterTest, EarlierMembersOfTheGroupCountToo) {
  TestService service;
  std::vector<Proposal> proposals;
  proposals.push_back(SetHead("r1", std::nullopt, "1"));
  proposals.push_back(SetHead("r2", std::nullopt, "2"));  // Too late.
  proposals.push_back(SetHead("r3", "1", "3"));           // Judged on what the first makes.
  const auto answers = AcceptTogether(service, std::move(proposals));
  EXPECT_THAT(answers[0], IsOk());
  EXPECT_THAT(answers[1], HasReason(Reason::kCommitConflict));
  EXPECT_EQ(answers[2].value().placement.sequence, 2u);
}

TEST(CommitterTest, WhatEarlierMembersDeletedCountsAsAbsent) {
  TestService service;
  ASSERT_THAT(service.Accept(SetHead("r1", std::nullopt, "1")), IsOk());
  Proposal deletes = Fact("r2");
  deletes.write = [](const Placement&, WriteBatch* batch) {
    batch->Delete(TestFamily::kHeads, kHead);
  };
  Proposal empties = Fact("r5");
  empties.write = [](const Placement&, WriteBatch* batch) {
    batch->DeleteRange(TestFamily::kHeads, "a", "z");
  };
  std::vector<Proposal> proposals;
  proposals.push_back(std::move(deletes));
  proposals.push_back(SetHead("r3", "1", "3"));
  proposals.push_back(SetHead("r4", std::nullopt, "4"));
  proposals.push_back(std::move(empties));
  proposals.push_back(SetHead("r6", "4", "6"));
  proposals.push_back(SetHead("r7", std::nullopt, "7"));
  const auto answers = AcceptTogether(service, std::move(proposals));
  EXPECT_THAT(answers[1], HasReason(Reason::kCommitConflict));
  EXPECT_THAT(answers[2], IsOk());
  EXPECT_THAT(answers[4], HasReason(Reason::kCommitConflict));
  EXPECT_THAT(answers[5], IsOk());
  EXPECT_THAT(service.store().Get(TestFamily::kHeads, kHead), IsOkAndHolds(std::string("7")));
}

TEST(CommitterTest, ARangeEmptiedInTheGroupHidesWhatTheStoreStillHolds) {
  TestService service;
  ASSERT_THAT(service.Accept(SetHead("r1", std::nullopt, "1")), IsOk());
  Proposal empties = Fact("r2");
  empties.write = [](const Placement&, WriteBatch* batch) {
    batch->DeleteRange(TestFamily::kHeads, "returns/", "returns0");
  };
  std::vector<Proposal> proposals;
  proposals.push_back(std::move(empties));
  proposals.push_back(SetHead("r3", "1", "3"));
  EXPECT_THAT(AcceptTogether(service, std::move(proposals))[1], HasReason(Reason::kCommitConflict));
}

TEST(CommitterTest, OfTenRacingProposalsOneWins) {
  TestService service;
  for (int round = 0; round < 50; ++round) {
    const auto before = service.store().Get(TestFamily::kHeads, kHead).value();
    std::atomic<int> won{0};
    std::atomic<int> lost{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 10; ++i) {
      threads.emplace_back([&, i] {
        const std::string id = absl::StrCat("r", round, ".", i);
        const auto answer = service.Accept(SetHead(id, before, id));
        if (answer.ok()) ++won;
        if (!answer.ok() && ReasonOf(answer.status()) == Reason::kCommitConflict) ++lost;
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(won, 1);
    EXPECT_EQ(lost, 9);
  }
  EXPECT_EQ(service.committer().LatestHead().head.size, 50u);
}

TEST(CommitterTest, WhoeverIsRefusedSeesWhatHeWasRefusedFor) {
  TestService service;
  std::promise<std::optional<std::string>> seen;
  Proposal winner = SetHead("r1", std::nullopt, "1");
  winner.done = [](absl::StatusOr<Accepted>) {};
  Proposal loser = SetHead("r2", std::nullopt, "2");
  loser.done = [&](const absl::StatusOr<Accepted>& answer) {
    EXPECT_THAT(answer, HasReason(Reason::kCommitConflict));
    seen.set_value(service.store().Get(TestFamily::kHeads, kHead).value());
  };
  {
    TestService::Hold hold(&service.committer());
    ASSERT_THAT(service.committer().Propose(std::move(winner)), IsOk());
    ASSERT_THAT(service.committer().Propose(std::move(loser)), IsOk());
  }
  EXPECT_EQ(seen.get_future().get(), std::optional<std::string>("1"));
}

TEST(CommitterTest, PlainWritesGetNoSequence) {
  TestService service;
  PlainWrite write;
  write.read_set = {ExpectHead(std::nullopt)};
  write.batch.Put(TestFamily::kHeads, kHead, "plain");
  EXPECT_THAT(service.WritePlain(write), IsOk());
  EXPECT_THAT(service.WritePlain(write), HasReason(Reason::kCommitConflict));
  EXPECT_EQ(service.committer().LatestHead().head.size, 0u);
  EXPECT_THAT(LastSequence(service.store()), IsOkAndHolds(0u));
  EXPECT_THAT(service.Accept(SetHead("r1", "plain", "fact")), IsOk());
}

TEST(CommitterTest, AReopenedStoreGoesOnWhereItEnded) {
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

TEST(CommitterTest, AStoreWhoseNewestEntryIsNotTheLedgersIsNotServed) {
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

TEST(CommitterTest, TimesNeverFall) {
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

TEST(CommitterTest, APromisedTimeIsKeptWhenTheClockIsSetBack) {
  TestService service;
  service.clock().AdvanceSeconds(100);
  const Promise promise = service.committer().LatestPromise();
  EXPECT_EQ(promise.through_time, service.clock().Now());
  service.clock().AdvanceSeconds(-50);
  EXPECT_GE(service.Accept(Fact("r1")).value().placement.time, promise.through_time);
}

// While a group is under way its entries have their times already: nothing later may be promised.
TEST(CommitterTest, NoPromiseOvertakesAGroupUnderWay) {
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

TEST(CommitterTest, PromisesHoldUnderLoad) {
  TestService service;
  std::atomic<bool> ended{false};
  std::map<uint64_t, Timestamp> promised;  // By size: the furthest.
  std::thread ticking([&] {
    for (; !ended; std::this_thread::yield()) service.clock().AdvanceMicros(1);
  });
  std::thread watching([&] {
    for (; !ended; std::this_thread::yield()) {
      const Promise promise = service.committer().LatestPromise();
      Timestamp& furthest = promised[promise.head.head.size];
      furthest = std::max(furthest, promise.through_time);
    }
  });
  for (int i = 0; i < 500; ++i) ASSERT_THAT(service.Accept(Fact(absl::StrCat("r", i))), IsOk());
  ended = true;
  ticking.join();
  watching.join();
  for (const auto& [size, through_time] : promised) {
    if (size == 500) continue;
    const Accepted next = service.committer().ReceiptOf(size + 1).value();
    EXPECT_GE(next.placement.time, through_time) << size;
  }
  EXPECT_GT(promised.size(), 10u);
}

TEST(CommitterTest, AFullQueueRefusesAtOnce) {
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

TEST(CommitterTest, AnEntryThatFitsNoPageIsRefusedAtOnce) {
  TestService service;
  EXPECT_THAT(service.Accept(Fact("r1", std::string(65'000, 'x'))), IsOk());
  EXPECT_THAT(service.Accept(Fact("r2", std::string(65'536, 'x'))),
              HasReason(Reason::kMessageTooLarge));
  EXPECT_LE(EntryBytes(service.store(), 1).value().size(), 65'536u);
}

TEST(CommitterTest, StoppingAnswersEverythingThatQueued) {
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

TEST(CommitterTest, WaitersAreWokenByAHeadAndByTheEnd) {
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
TEST(CommitterTest, AFailingStoreIsFatalAndLosesNothingAcknowledged) {
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
