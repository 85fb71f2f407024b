// A consumer against a source that can be made to lie.
#include "common/feed/feed_consumer.h"

#include <gmock/gmock.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <atomic>

#include "absl/strings/str_cat.h"
#include "common/feed/testing/scripted_source.h"
#include "common/feed/testing_taker.h"
#include "common/feed/wire.h"
#include "common/ledger/testing_keys.h"
#include "common/status/testing/status_matchers.h"

namespace onereturn {
namespace {

using feed::v1::WatchRequest;
using feed::v1::WatchResponse;
using ::testing::HasSubstr;

constexpr char kOtherSeed[] = "2112131415161718191a1b1c1d1e1f2021222324252627282930313233343536";

class FeedConsumerTest : public ::testing::Test {
 protected:
  FeedConsumerTest() {
    grpc::ServerBuilder builder;
    builder.RegisterService(&source_);
    builder.RegisterService(&ledger_);
    server_ = builder.BuildAndStart();
  }
  ~FeedConsumerTest() override {
    consumer_.reset();
    server_->Shutdown();
  }

  void Consume() {
    consumer_ = std::make_unique<FeedConsumer>(
        "ingestion", server_->InProcessChannel(grpc::ChannelArguments()), &taker_);
  }
  // The source is restored after the taker has taken thirty facts of it.
  void RestoreAfterThirtyFacts() {
    AddFacts(30);
    source_.Set({{}, [](const WatchRequest& request) -> absl::Status {
                   if (request.epoch() < 2 && request.epoch() != 0 &&
                       request.after_sequence() == 30) {
                     return Error(Reason::kEpochChanged, "restored");
                   }
                   return absl::OkStatus();
                 }});
    source_.Restore(30);  // Epoch 2 from here; the taker knows epoch 1.
    FeedPage old;
    old.progress.epoch = 1;
    old.progress.sequence = 30;
    old.facts.resize(30);
    ASSERT_THAT(taker_.Take(old), IsOk());
  }
  void AddFacts(int count) {
    for (int i = 0; i < count; ++i) source_.AddFact(absl::StrCat("fact ", i));
  }
  // The second page is changed: the first is taken, the consumer stops at the second.
  void ExpectFaultAtSecondPage(std::function<void(WatchResponse*)> lie, const std::string& words) {
    AddFacts(30);
    source_.Set({[lie](WatchResponse* page) {
                   if (page->after_sequence() == 10) lie(page);
                 },
                 {}});
    Consume();
    ASSERT_TRUE(taker_.WaitUntil([this] { return !consumer_->fault().empty(); }));
    EXPECT_THAT(consumer_->fault(), HasSubstr("DATA_LOSS"));
    EXPECT_THAT(consumer_->fault(), HasSubstr(words));
    EXPECT_EQ(taker_.progress().sequence, 10u);
    EXPECT_EQ(taker_.facts().size(), 10u);
  }

  ScriptedSource source_;
  ScriptedLedger ledger_;
  std::unique_ptr<grpc::Server> server_;
  RecordingTaker taker_;
  std::unique_ptr<FeedConsumer> consumer_;
};

// The page's head, signed by this key after `change`.
void SignAgain(WatchResponse* page, const char* seed,
               const std::function<void(TreeHead*)>& change) {
  TreeHead head = FromWire(page->head()).value().head;
  change(&head);
  *page->mutable_head() = ToWire(SignHead(head, KeyFromSeed(seed)).value());
}

TEST_F(FeedConsumerTest, TakesEveryEntryOnceThroughDisconnects) {
  AddFacts(1'000);
  Consume();
  for (uint64_t sequence = 100; sequence <= 1'000; sequence += 100) {
    ASSERT_TRUE(taker_.WaitForSequence(sequence));
    consumer_->Reconnect();
  }
  const auto facts = taker_.facts();
  ASSERT_EQ(facts.size(), 1'000u);
  for (size_t i = 0; i < facts.size(); ++i) {
    ASSERT_EQ(facts[i].entry.sequence(), i + 1);
    ASSERT_EQ(facts[i].entry.fact(), absl::StrCat("fact ", i));
  }
  EXPECT_EQ(taker_.misplaced(), 0);
  EXPECT_EQ(consumer_->fault(), "");
  EXPECT_EQ(taker_.progress().epoch, 1u);
  EXPECT_EQ(taker_.progress().frontier.size(), 1'000u);
  EXPECT_EQ(taker_.progress().through_time, Timestamp::FromSeconds(1'000));
}

TEST_F(FeedConsumerTest, GoesOnWhereItsTakerStands) {
  AddFacts(25);
  Consume();
  ASSERT_TRUE(taker_.WaitForSequence(25));
  consumer_.reset();
  AddFacts(5);
  Consume();
  ASSERT_TRUE(taker_.WaitForSequence(30));
  EXPECT_EQ(taker_.facts().size(), 30u);
  EXPECT_EQ(taker_.misplaced(), 0);
}

TEST_F(FeedConsumerTest, AMissingEntryStopsIt) {
  ExpectFaultAtSecondPage(
      [](WatchResponse* page) { page->mutable_entries()->DeleteSubrange(3, 1); }, "after entry 10");
}

TEST_F(FeedConsumerTest, AMissingEntryIsNoticedThoughThePageCountsRight) {
  ExpectFaultAtSecondPage(
      [](WatchResponse* page) {
        page->mutable_entries()->DeleteSubrange(3, 1);
        page->set_through_sequence(19);
      },
      "entry 14");
}

TEST_F(FeedConsumerTest, ASkippedPageStopsIt) {
  ExpectFaultAtSecondPage([](WatchResponse* page) { page->set_after_sequence(11); },
                          "after entry 10");
}

TEST_F(FeedConsumerTest, TwoEntriesInTheWrongOrderStopIt) {
  ExpectFaultAtSecondPage([](WatchResponse* page) { page->mutable_entries()->SwapElements(2, 3); },
                          "entry 13");
}

TEST_F(FeedConsumerTest, AChangedEntryStopsIt) {
  ExpectFaultAtSecondPage(
      [](WatchResponse* page) {
        feed::v1::Entry entry;
        entry.ParseFromString(page->entries(0).entry());
        entry.set_fact("another fact");
        page->mutable_entries(0)->set_entry(entry.SerializeAsString());
      },
      "signed head");
}

TEST_F(FeedConsumerTest, ARepeatedEntryStopsIt) {
  ExpectFaultAtSecondPage([](WatchResponse* page) { *page->mutable_entries(1) = page->entries(0); },
                          "entry 12");
}

TEST_F(FeedConsumerTest, AWrongRootStopsIt) {
  ExpectFaultAtSecondPage(
      [](WatchResponse* page) {
        SignAgain(page, kScriptedSeed, [](TreeHead* head) { head->root[0] ^= 1; });
      },
      "signed head");
}

TEST_F(FeedConsumerTest, AHeadOfAnotherSizeStopsIt) {
  ExpectFaultAtSecondPage(
      [](WatchResponse* page) {
        SignAgain(page, kScriptedSeed, [](TreeHead* head) { ++head->size; });
      },
      "signed head");
}

TEST_F(FeedConsumerTest, AnotherServicesHeadStopsIt) {
  ExpectFaultAtSecondPage(
      [](WatchResponse* page) {
        SignAgain(page, kScriptedSeed, [](TreeHead* head) { head->service = "metrics"; });
      },
      "signed head");
}

TEST_F(FeedConsumerTest, AHeadSignedByAnotherStopsIt) {
  ExpectFaultAtSecondPage(
      [](WatchResponse* page) { SignAgain(page, kOtherSeed, [](TreeHead*) {}); }, "not signed by");
}

TEST_F(FeedConsumerTest, AnotherEpochWithinOneWatchStopsIt) {
  ExpectFaultAtSecondPage(
      [](WatchResponse* page) {
        page->set_epoch(2);
        SignAgain(page, kScriptedSeed, [](TreeHead* head) { head->epoch = 2; });
      },
      "epoch 2");
}

TEST_F(FeedConsumerTest, ATimeThatIsNoneStopsIt) {
  ExpectFaultAtSecondPage([](WatchResponse* page) { page->mutable_through_time()->set_nanos(-1); },
                          "time");
}

TEST_F(FeedConsumerTest, AnEntryOfANewerFormatStopsIt) {
  AddFacts(10);
  source_.AddFact("of tomorrow", 2);
  Consume();
  ASSERT_TRUE(taker_.WaitUntil([this] { return !consumer_->fault().empty(); }));
  EXPECT_THAT(consumer_->fault(), ::testing::ContainsRegex("SCHEMA_AHEAD.*upgrade"));
  EXPECT_EQ(taker_.progress().sequence, 10u);
}

TEST_F(FeedConsumerTest, AFormatThatWasChangedOnTheWayIsAnotherEntryAndNoNewerVersion) {
  ExpectFaultAtSecondPage(
      [](WatchResponse* page) {
        feed::v1::Entry entry;
        entry.ParseFromString(page->entries(0).entry());
        entry.set_format(2);
        page->mutable_entries(0)->set_entry(entry.SerializeAsString());
      },
      "signed head");
}

TEST_F(FeedConsumerTest, ChunksComeWithTheEntryOrAreFetched) {
  source_.AddReturn({"chunk one", "chunk two"});
  source_.AddReturn({"chunk three"});
  source_.Set(
      {[](WatchResponse* page) { page->mutable_entries(1)->add_chunks("chunk three"); }, {}});
  Consume();
  ASSERT_TRUE(taker_.WaitForSequence(2));
  EXPECT_THAT(taker_.facts()[0].chunks, testing::ElementsAre("chunk one", "chunk two"));
  EXPECT_THAT(taker_.facts()[1].chunks, testing::ElementsAre("chunk three"));
}

TEST_F(FeedConsumerTest, ATamperedChunkStopsIt) {
  source_.AddReturn({"chunk one"});
  source_.Set({[](WatchResponse* page) { page->mutable_entries(0)->add_chunks("chunk 0ne"); }, {}});
  Consume();
  ASSERT_TRUE(taker_.WaitUntil([this] { return !consumer_->fault().empty(); }));
  EXPECT_THAT(consumer_->fault(), HasSubstr("cells of entry 1"));
  EXPECT_TRUE(taker_.facts().empty());
  source_.Set({});
  consumer_->Reconnect();  // The source was mended, and the operator rebuilds.
  EXPECT_TRUE(taker_.WaitForSequence(1));
  EXPECT_EQ(consumer_->fault(), "");
}

TEST_F(FeedConsumerTest, ATamperedFetchedChunkStopsIt) {
  source_.AddReturn({"chunk one"});
  source_.TamperFetched();
  Consume();
  ASSERT_TRUE(taker_.WaitUntil([this] { return !consumer_->fault().empty(); }));
  EXPECT_THAT(consumer_->fault(), HasSubstr("cells of entry 1"));
  EXPECT_TRUE(taker_.facts().empty());
}

TEST_F(FeedConsumerTest, AnotherEpochMeansStartingAgain) {
  RestoreAfterThirtyFacts();
  Consume();
  ASSERT_TRUE(taker_.WaitUntil([this] { return taker_.drops() == 1; }));
  ASSERT_TRUE(taker_.WaitForSequence(30));
  EXPECT_EQ(taker_.progress().epoch, 2u);
  EXPECT_EQ(taker_.facts().size(), 30u);
  EXPECT_EQ(taker_.facts()[0].entry.fact(), "fact 0");
  EXPECT_EQ(consumer_->fault(), "");
}

TEST_F(FeedConsumerTest, StartingAgainWithoutSpaceIsTriedAgainUntilThereIsSome) {
  RestoreAfterThirtyFacts();
  std::atomic<bool> full = true;
  taker_.RefuseToStartAgainBy([&full]() -> absl::Status {
    return full ? Error(Reason::kStorageLow, "no space") : absl::OkStatus();
  });
  Consume();
  ASSERT_TRUE(taker_.WaitUntil(
      [this] { return !consumer_->paused().empty() || !consumer_->fault().empty(); }));
  EXPECT_THAT(consumer_->paused(), HasSubstr("no space"));
  EXPECT_EQ(consumer_->fault(), "");
  EXPECT_EQ(taker_.drops(), 0);
  full = false;
  ASSERT_TRUE(taker_.WaitUntil([this] { return taker_.progress().epoch == 2; }));
  ASSERT_TRUE(taker_.WaitForSequence(30));
  EXPECT_EQ(taker_.drops(), 1);
  EXPECT_TRUE(taker_.WaitUntil([this] { return consumer_->paused().empty(); }));
}

TEST_F(FeedConsumerTest, StartingAgainThatFailsOtherwiseStopsIt) {
  RestoreAfterThirtyFacts();
  taker_.RefuseToStartAgainBy([] { return absl::UnavailableError("the disk has failed"); });
  Consume();
  ASSERT_TRUE(taker_.WaitUntil([this] { return !consumer_->fault().empty(); }));
  EXPECT_THAT(consumer_->fault(), HasSubstr("the disk has failed"));
  EXPECT_EQ(consumer_->paused(), "");
}

TEST_F(FeedConsumerTest, ASourceThatLostFactsStopsIt) {
  source_.Set({{}, [](const WatchRequest&) -> absl::Status {
                 return Error(Reason::kPositionAhead, "the newest entry is 7");
               }});
  Consume();
  ASSERT_TRUE(taker_.WaitUntil([this] { return !consumer_->fault().empty(); }));
  EXPECT_THAT(consumer_->fault(), HasSubstr("the newest entry is 7"));
}

TEST_F(FeedConsumerTest, ATransportsInternalErrorIsTriedAgain) {
  AddFacts(5);
  source_.Set({{}, [this](const WatchRequest&) -> absl::Status {
                 return source_.watches() < 3 ? absl::InternalError("stream reset")
                                              : absl::OkStatus();
               }});
  Consume();
  EXPECT_TRUE(taker_.WaitForSequence(5));
  EXPECT_EQ(consumer_->fault(), "");
}

TEST_F(FeedConsumerTest, AStoreWithoutSpaceIsTriedAgainAndAnyOtherErrorStops) {
  AddFacts(5);
  int refusals = 0;
  taker_.RefuseBy([&refusals] {
    return ++refusals < 3 ? absl::ResourceExhaustedError("no space") : absl::OkStatus();
  });
  Consume();
  ASSERT_TRUE(taker_.WaitForSequence(5));
  EXPECT_EQ(taker_.facts().size(), 5u);
  taker_.RefuseBy([] { return absl::UnavailableError("the disk has failed"); });
  AddFacts(5);
  ASSERT_TRUE(taker_.WaitUntil([this] { return !consumer_->fault().empty(); }));
  EXPECT_THAT(consumer_->fault(), HasSubstr("the disk has failed"));
  EXPECT_EQ(taker_.facts().size(), 5u);
}

TEST_F(FeedConsumerTest, WhatWasDroppedIsTakenAgainFromTheBeginning) {
  AddFacts(200);
  Consume();
  for (int i = 1; i <= 10; ++i) {
    ASSERT_TRUE(taker_.WaitUntil([this] { return taker_.progress().sequence > 0; }));
    EXPECT_THAT(consumer_->DropAndReconnect([this]() -> absl::Status {
      taker_.Drop();
      return absl::OkStatus();
    }),
                IsOk());
  }
  ASSERT_TRUE(taker_.WaitForSequence(200));
  EXPECT_EQ(taker_.facts().size(), 200u);
  EXPECT_EQ(taker_.misplaced(), 0);
  EXPECT_EQ(consumer_->fault(), "");
}

TEST_F(FeedConsumerTest, StopsAtOnceWhenItIsToldSo) {
  Consume();
  consumer_->Stop();
  consumer_->Stop();
  EXPECT_EQ(consumer_->fault(), "");
}

}  // namespace
}  // namespace onereturn
