#include "common/feed/witnessed_heads.h"

#include <gmock/gmock.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "common/feed/feed_consumer.h"
#include "common/feed/testing_side.h"
#include "common/feed/testing_taker.h"
#include "common/status/error.h"
#include "common/status/testing/status_matchers.h"

namespace onereturn {
namespace {

using ::testing::HasSubstr;

// What the witness judges, without a server in between.
class WitnessedHeadsTest : public ::testing::Test {
 protected:
  ShownHead Shown(Side& side, uint64_t size) {
    ShownHead shown;
    shown.head = side.service.committer().HeadOfSize(size).value();
    shown.spiffe_id = kSource;
    shown.first_key = KeyFromSeed(kTestSeed).verifying_key().raw_bytes();
    shown.asked = true;
    return shown;
  }
  absl::Status Take(const ShownHead& shown) { return own_.witnesses->Take(shown); }

  Side own_{"metrics"};
};

TEST_F(WitnessedHeadsTest, AForkIsKeptWithBothHeadsAndOutlivesARestart) {
  Side source("ingestion");
  source.Accept(4);
  ASSERT_THAT(Take(Shown(source, 4)), IsOk());
  std::vector<std::string> told;
  own_.witnesses->OnFault([&told](const std::string& service, const absl::Status& why) {
    told.push_back(why.ok() ? "well" : service);
  });
  Side fork("ingestion");
  fork.Accept(4);  // The same requests, other salts.
  EXPECT_THAT(Take(Shown(fork, 4)), HasReason(Reason::kPeerLedger));
  EXPECT_THAT(told, testing::ElementsAre("ingestion"));
  EXPECT_THAT(Take(Shown(source, 4)), HasReason(Reason::kPeerLedger));
  own_.Settle();
  const auto again = WitnessedHeads::Load(&own_.service.store(), &own_.service.committer()).value();
  EXPECT_THAT(again->FaultOf("ingestion"), HasReason(Reason::kPeerLedger));
  EXPECT_THAT(again->All().at(0).fault, HasSubstr("two heads of 4 entries"));
}

TEST_F(WitnessedHeadsTest, WhatABusyCommitterDidNotTakeIsWrittenLater) {
  CommitterOptions options = Named("metrics");
  options.queue_limit = 1;
  Side own(options);
  Side source("ingestion");
  Side fork("ingestion");
  source.Accept(4);
  fork.Accept(4);
  {
    const TestService::Hold hold(&own.service.committer());
    PlainWrite last;
    last.done = [](const absl::Status&) {};
    ASSERT_THAT(own.service.committer().Write(std::move(last)), IsOk());
    EXPECT_THAT(own.witnesses->Take(Shown(source, 4)), IsOk());
    EXPECT_THAT(own.witnesses->Take(Shown(fork, 4)), HasReason(Reason::kPeerLedger));
  }
  while (!own.service.WritePlain({{}, {}, {}}).ok()) std::this_thread::yield();
  own.witnesses->WriteUnkept();
  while (!own.service.WritePlain({{}, {}, {}}).ok()) std::this_thread::yield();
  const auto again = WitnessedHeads::Load(&own.service.store(), &own.service.committer()).value();
  EXPECT_THAT(again->FaultOf("ingestion"), HasReason(Reason::kPeerLedger));
  ASSERT_TRUE(again->Held("ingestion").has_value());
  EXPECT_EQ(*again->Held("ingestion"), source.service.committer().HeadOfSize(4).value());
}

TEST_F(WitnessedHeadsTest, ALedgerThatShrinksOrDoesNotGoOnIsFound) {
  for (const bool shrinks : {true, false}) {
    Side own("metrics");
    Side source("ingestion");
    source.Accept(6);
    ASSERT_THAT(own.witnesses->Take(Shown(source, 4)), IsOk());
    ShownHead shown = Shown(source, shrinks ? 3 : 6);
    shown.proof_from = 4;
    EXPECT_THAT(own.witnesses->Take(shown), HasReason(Reason::kPeerLedger));
  }
}

TEST_F(WitnessedHeadsTest, AServiceThatWentBackIsBelievedWhenAllIsThereAgain) {
  Side source("ingestion");
  source.Accept(6);
  ASSERT_THAT(Take(Shown(source, 4)), IsOk());
  ASSERT_THAT(Take(Shown(source, 2)), HasReason(Reason::kPeerLedger));
  EXPECT_THAT(Take(Shown(source, 3)), HasReason(Reason::kPeerLedger));
  EXPECT_THAT(Take(Shown(source, 6)), HasReason(Reason::kPeerLedger)) << "without a proof";
  EXPECT_THAT(Take(Shown(source, 4)), IsOk());
  EXPECT_THAT(own_.witnesses->FaultOf("ingestion"), IsOk());
}

TEST_F(WitnessedHeadsTest, WhatCannotBeBelievedChangesNothing) {
  Side source("ingestion");
  source.Accept(4);
  ShownHead shown = Shown(source, 4);
  shown.first_key.clear();
  EXPECT_THAT(Take(shown), HasReason(Reason::kFieldInvalid));
  ASSERT_THAT(Take(Shown(source, 3)), IsOk());
  shown = Shown(source, 4);
  shown.head.head.root[0] ^= 1;
  EXPECT_THAT(Take(shown), HasReason(Reason::kFieldInvalid));
  shown = Shown(source, 4);
  shown.head = SignHead(shown.head.head, KeyFromSeed(kOtherSeed)).value();
  EXPECT_THAT(Take(shown), HasReason(Reason::kFieldInvalid));
  shown = Shown(source, 4);
  shown.spiffe_id = kOtherSystem;
  EXPECT_THAT(Take(shown), HasReason(Reason::kFieldInvalid));
  shown = Shown(source, 4);
  shown.head.head.service = "metrics";
  EXPECT_THAT(Take(shown), HasReason(Reason::kFieldInvalid));
  EXPECT_EQ(own_.witnesses->Held("ingestion")->head.size, 3u);
  EXPECT_THAT(own_.witnesses->FaultOf("ingestion"), IsOk());
}

TEST_F(WitnessedHeadsTest, AHeadThatComesLateIsNoShrinking) {
  Side source("ingestion");
  source.Accept(4);
  ASSERT_THAT(Take(Shown(source, 4)), IsOk());
  ShownHead late = Shown(source, 3);
  late.asked = false;
  EXPECT_THAT(Take(late), IsOk());
  EXPECT_EQ(own_.witnesses->Held("ingestion")->head.size, 4u);
}

TEST_F(WitnessedHeadsTest, ANewEpochEndsAFault) {
  Side source("ingestion");
  source.Accept(4);
  ASSERT_THAT(Take(Shown(source, 4)), IsOk());
  ASSERT_THAT(Take(Shown(source, 2)), HasReason(Reason::kPeerLedger));
  bool well = false;
  own_.witnesses->OnFault(
      [&well](const std::string&, const absl::Status& why) { well = why.ok(); });
  ShownHead restored = Shown(source, 2);
  restored.head.head.epoch = 2;
  restored.head = SignHead(restored.head.head, KeyFromSeed(kTestSeed)).value();
  EXPECT_THAT(Take(restored), IsOk());
  EXPECT_TRUE(well);
  EXPECT_THAT(own_.witnesses->FaultOf("ingestion"), IsOk());
  EXPECT_EQ(own_.witnesses->Held("ingestion")->head.epoch, 2u);
}

// Keeps what its consumer shows, and breaks off.
class AskedSource final : public feed::v1::FeedService::Service {
 public:
  grpc::Status Watch(grpc::ServerContext* /*context*/, const feed::v1::WatchRequest* request,
                     grpc::ServerWriter<feed::v1::WatchResponse>* /*writer*/) override {
    std::lock_guard<std::mutex> lock(mutex_);
    shown_ = request->known_head().size();
    ++watches_;
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "the connection ends here");
  }
  uint64_t shown() {
    std::lock_guard<std::mutex> lock(mutex_);
    return shown_;
  }
  int watches() {
    std::lock_guard<std::mutex> lock(mutex_);
    return watches_;
  }

 private:
  std::mutex mutex_;
  uint64_t shown_ = 0;  // Guarded by mutex_.
  int watches_ = 0;     // Guarded by mutex_.
};

TEST_F(WitnessedHeadsTest, AConsumerShowsWhatIsHeldAndFollowsNobodyWhoIsNotBelieved) {
  Side source("ingestion");
  source.Accept(3);
  ASSERT_THAT(Take(Shown(source, 3)), IsOk());
  AskedSource asked;
  grpc::ServerBuilder builder;
  builder.RegisterService(&asked);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  RecordingTaker taker;
  FeedConsumer consumer("ingestion", server->InProcessChannel(grpc::ChannelArguments()), &taker,
                        own_.witnesses.get());
  EXPECT_TRUE(taker.WaitUntil([&asked] { return asked.shown() == 3; }));
  EXPECT_EQ(consumer.fault(), "");

  own_.witnesses->OnFault(
      [&consumer](const std::string&, const absl::Status&) { consumer.Reconnect(); });
  EXPECT_THAT(Take(Shown(source, 2)), HasReason(Reason::kPeerLedger));
  EXPECT_TRUE(taker.WaitUntil([&consumer] { return !consumer.fault().empty(); }));
  EXPECT_THAT(consumer.fault(), HasSubstr("DATA_LOSS (PEER_LEDGER)"));
  const int watches = asked.watches();
  EXPECT_THAT(Take(Shown(source, 3)), IsOk());
  EXPECT_TRUE(taker.WaitUntil([&] { return asked.watches() > watches; }));
  EXPECT_EQ(consumer.fault(), "");
  consumer.Stop();
  server->Shutdown();
}

}  // namespace
}  // namespace onereturn
