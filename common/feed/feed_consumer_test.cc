// A consumer against a source that can be made to lie.
#include "common/feed/feed_consumer.h"

#include <gmock/gmock.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <map>

#include "absl/strings/str_cat.h"
#include "common/digest/digest.h"
#include "common/feed/testing_taker.h"
#include "common/feed/wire.h"
#include "common/ledger/testing_keys.h"
#include "common/rpc/status_conversion.h"
#include "common/status/testing/status_matchers.h"
#include "onereturn/ledger/v1/ledger.grpc.pb.h"

namespace onereturn {
namespace {

using feed::v1::WatchRequest;
using feed::v1::WatchResponse;
using ::testing::HasSubstr;

constexpr char kSeed[] = "1112131415161718191a1b1c1d1e1f2021222324252627282930313233343536";
constexpr char kOtherSeed[] = "2112131415161718191a1b1c1d1e1f2021222324252627282930313233343536";

// Serves entries in pages of `page_size`, as an honest service would but for what `lie` changes.
class ScriptedSource final : public feed::v1::FeedService::Service {
 public:
  struct Change {
    std::function<void(WatchResponse* page)> page;  // Before it is sent.
    std::function<absl::Status(const WatchRequest& request)> refuse;
  };

  grpc::Status Watch(grpc::ServerContext* context, const WatchRequest* request,
                     grpc::ServerWriter<WatchResponse>* writer) override {
    Change change;
    std::vector<std::string> entries;
    uint64_t epoch = 0;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      change = change_;
      entries = entries_;
      epoch = epoch_;
      ++watches_;
    }
    if (change.refuse) {
      if (absl::Status refused = change.refuse(*request); !refused.ok()) {
        return ToGrpcStatus(refused);
      }
    }
    uint64_t after = request->after_sequence();
    while (after < entries.size()) {
      WatchResponse page = Page(entries, epoch, after);
      after = page.through_sequence();
      if (change.page) change.page(&page);
      if (!writer->Write(page)) break;
    }
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "the connection ends here");
  }
  grpc::Status GetChunks(grpc::ServerContext* context, const feed::v1::GetChunksRequest* request,
                         grpc::ServerWriter<feed::v1::GetChunksResponse>* writer) override {
    for (const std::string& digest : request->digests()) {
      feed::v1::GetChunksResponse response;
      std::lock_guard<std::mutex> lock(mutex_);
      response.set_chunk(fetched_.at(digest));
      writer->Write(response);
    }
    return grpc::Status::OK;
  }

  void AddFact(const std::string& content, uint32_t format = 1) {
    feed::v1::Entry entry;
    entry.set_kind(feed::v1::ENTRY_KIND_ITEM_DEFINED);
    entry.set_fact(content);
    entry.set_format(format);
    Add(std::move(entry));
  }
  // A return whose chunks travel with it, or are to be fetched.
  void AddReturn(const std::vector<std::string>& chunks) {
    feed::v1::ReturnAccepted accepted;
    for (const std::string& chunk : chunks) {
      const Digest digest = Sha256(chunk);
      accepted.add_chunk_digests(std::string(DigestBytes(digest)));
      std::lock_guard<std::mutex> lock(mutex_);
      fetched_[std::string(DigestBytes(digest))] = chunk;
    }
    feed::v1::Entry entry;
    entry.set_kind(feed::v1::ENTRY_KIND_RETURN_ACCEPTED);
    entry.set_fact(accepted.SerializeAsString());
    entry.set_format(1);
    Add(std::move(entry));
  }
  void TamperFetched() {
    std::lock_guard<std::mutex> lock(mutex_);
    for (auto& [digest, chunk] : fetched_) chunk += "x";
  }
  void Set(Change change) {
    std::lock_guard<std::mutex> lock(mutex_);
    change_ = std::move(change);
  }
  // Restored from a backup that held fewer entries.
  void Restore(size_t keep) {
    std::lock_guard<std::mutex> lock(mutex_);
    entries_.resize(keep);
    ++epoch_;
  }
  int watches() {
    std::lock_guard<std::mutex> lock(mutex_);
    return watches_;
  }

 private:
  static constexpr uint64_t kPageSize = 10;

  void Add(feed::v1::Entry entry) {
    std::lock_guard<std::mutex> lock(mutex_);
    entry.set_sequence(entries_.size() + 1);
    entry.set_epoch(epoch_);
    entries_.push_back(entry.SerializeAsString());
  }
  static WatchResponse Page(const std::vector<std::string>& entries, uint64_t epoch,
                            uint64_t after) {
    WatchResponse page;
    const uint64_t through = std::min<uint64_t>(after + kPageSize, entries.size());
    Frontier frontier;
    for (uint64_t i = 0; i < through; ++i) {
      frontier.Append(HashLeaf(entries[i]));
      if (i >= after) page.add_entries()->set_entry(entries[i]);
    }
    page.set_after_sequence(after);
    page.set_through_sequence(through);
    page.set_epoch(epoch);
    *page.mutable_through_time() = ToWire(Timestamp::FromSeconds(static_cast<int64_t>(through)));
    const TreeHead head{"ingestion", epoch, through, frontier.Root(), 0};
    *page.mutable_head() = ToWire(SignHead(head, KeyFromSeed(kSeed)).value());
    return page;
  }

  std::mutex mutex_;
  Change change_;  // Guarded by mutex_, and so is what follows.
  std::vector<std::string> entries_;
  std::map<std::string, std::string> fetched_;
  uint64_t epoch_ = 1;
  int watches_ = 0;
};

class ScriptedLedger final : public ledger::v1::LedgerService::Service {
 public:
  grpc::Status GetHead(grpc::ServerContext*, const ledger::v1::GetHeadRequest*,
                       ledger::v1::GetHeadResponse* response) override {
    response->set_public_key_pem(KeyFromSeed(kSeed).verifying_key().ToPem());
    return grpc::Status::OK;
  }
};

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
        SignAgain(page, kSeed, [](TreeHead* head) { head->root[0] ^= 1; });
      },
      "signed head");
}

TEST_F(FeedConsumerTest, AHeadOfAnotherSizeStopsIt) {
  ExpectFaultAtSecondPage(
      [](WatchResponse* page) { SignAgain(page, kSeed, [](TreeHead* head) { ++head->size; }); },
      "signed head");
}

TEST_F(FeedConsumerTest, AnotherServicesHeadStopsIt) {
  ExpectFaultAtSecondPage(
      [](WatchResponse* page) {
        SignAgain(page, kSeed, [](TreeHead* head) { head->service = "metrics"; });
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
        SignAgain(page, kSeed, [](TreeHead* head) { head->epoch = 2; });
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
  AddFacts(30);
  source_.Set({{}, [](const WatchRequest& request) -> absl::Status {
                 if (request.epoch() < 2 && request.epoch() != 0 &&
                     request.after_sequence() == 30) {
                   return Error(Reason::kEpochChanged, "restored");
                 }
                 return absl::OkStatus();
               }});
  source_.Restore(30);  // Epoch 2 from here; the consumer below knows epoch 1.
  FeedPage old;
  old.progress.epoch = 1;
  old.progress.sequence = 30;
  old.facts.resize(30);
  ASSERT_THAT(taker_.Take(old), IsOk());
  Consume();
  ASSERT_TRUE(taker_.WaitUntil([this] { return taker_.drops() == 1; }));
  ASSERT_TRUE(taker_.WaitForSequence(30));
  EXPECT_EQ(taker_.progress().epoch, 2u);
  EXPECT_EQ(taker_.facts().size(), 30u);
  EXPECT_EQ(taker_.facts()[0].entry.fact(), "fact 0");
  EXPECT_EQ(consumer_->fault(), "");
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
