// What the committer refuses: stale read sets and reused ids, also within one group.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/commit/testing_committer.h"
#include "common/status/testing/status_matchers.h"

namespace onereturn {
namespace {

using ::testing::Eq;

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

TEST(CommitterGroupTest, ARepeatIsAnsweredThoughItsReadSetHasChanged) {
  TestService service;
  ASSERT_THAT(service.Accept(SetHead("r1", std::nullopt, "1")), IsOk());
  EXPECT_TRUE(service.Accept(SetHead("r1", std::nullopt, "1")).value().replayed);
}

TEST(CommitterGroupTest, RepeatsWithinOneGroupAreOneFact) {
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

TEST(CommitterGroupTest, AChangedReadSetConflicts) {
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

TEST(CommitterGroupTest, EarlierMembersOfTheGroupCountToo) {
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

TEST(CommitterGroupTest, WhatEarlierMembersDeletedCountsAsAbsent) {
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

TEST(CommitterGroupTest, ARangeEmptiedInTheGroupHidesWhatTheStoreStillHolds) {
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

TEST(CommitterGroupTest, OfTenRacingProposalsOneWins) {
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

TEST(CommitterGroupTest, WhoeverIsRefusedSeesWhatHeWasRefusedFor) {
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

TEST(CommitterGroupTest, PlainWritesGetNoSequence) {
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

}  // namespace
}  // namespace onereturn
