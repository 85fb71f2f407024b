// The feed as a service serves it, over mutual TLS on the loopback.
#include "common/feed/feed_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "absl/strings/str_cat.h"
#include "common/commit/testing_committer.h"
#include "common/feed/ledger_service.h"
#include "common/feed/testing_systems.h"
#include "common/feed/testing_taker.h"
#include "common/feed/wire.h"
#include "common/rpc/server.h"
#include "common/status/error.h"
#include "common/status/new_file.h"
#include "common/status/testing/status_matchers.h"

namespace onereturn {
namespace {

using feed::v1::WatchRequest;
using feed::v1::WatchResponse;

constexpr char kServer[] = "spiffe://onereturn.example/ingestion";
constexpr char kConsumer[] = "spiffe://onereturn.example/metrics";
constexpr char kSubmitter[] = "spiffe://onereturn.example/submitter";

class FeedServiceTest : public ::testing::Test {
 protected:
  FeedServiceTest() {
    guard_ = Guard::Create(systems_.rights(), &source_.clock(),
                           {WatchRequest::descriptor()->file()->service(0),
                            ledger::v1::GetHeadRequest::descriptor()->file()->service(0)})
                 .value();
    config_.set_listen_address("127.0.0.1:0");
    *config_.mutable_tls() = systems_.FilesOf(kServer);
    StartServer();
    config_.set_listen_address(server_->address());
  }
  ~FeedServiceTest() override { StopServer(); }

  void StartServer() {
    feed_ = std::make_unique<FeedServer>(
        guard_.get(), &source_.store(), &source_.committer(),
        [this](const Digest& digest) -> absl::StatusOr<std::string> {
          const std::string chunk = digest == Sha256(chunk_) ? chunk_ : "";
          if (chunk.empty()) return NotFound();
          return chunk;
        });
    ledger_ = std::make_unique<LedgerServer>(guard_.get(), &source_.store(), &source_.committer(),
                                             LedgerSeams());
    server_ = Server::Start(config_, {feed_.get(), ledger_.get()}).value();
  }
  void StopServer() {
    server_->Drain([this] { feed_->Drain(); });
    server_.reset();
  }

  std::shared_ptr<grpc::Channel> Channel(const std::string& id) const {
    return systems_.Channel(id, server_->address());
  }
  void Accept(int count) {
    for (int i = 0; i < count; ++i) {
      ASSERT_THAT(source_.Accept(Fact(absl::StrCat("r", ++accepted_))), IsOk());
    }
  }
  // The first page, or why there is none.
  absl::StatusOr<WatchResponse> FirstPage(const WatchRequest& request,
                                          const std::string& id = kConsumer) {
    auto stub = feed::v1::FeedService::NewStub(Channel(id));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    auto reader = stub->Watch(&context, request);
    WatchResponse page;
    const bool read = reader->Read(&page);
    if (read) context.TryCancel();
    absl::Status ended = FromGrpcStatus(reader->Finish());
    if (read) return page;
    return ended;
  }
  absl::StatusOr<std::vector<std::string>> GetChunks(const feed::v1::GetChunksRequest& request) {
    auto stub = feed::v1::FeedService::NewStub(Channel(kConsumer));
    grpc::ClientContext context;
    auto reader = stub->GetChunks(&context, request);
    feed::v1::GetChunksResponse response;
    std::vector<std::string> chunks;
    while (reader->Read(&response)) chunks.push_back(response.chunk());
    absl::Status ended = FromGrpcStatus(reader->Finish());
    if (!ended.ok()) return ended;
    return chunks;
  }

  const TestSystems systems_{kServer, {kConsumer}, kSubmitter};
  std::string chunk_ = "chunk one";
  int accepted_ = 0;
  config::v1::ServerConfig config_;
  TestService source_;
  std::unique_ptr<Guard> guard_;
  std::unique_ptr<FeedServer> feed_;
  std::unique_ptr<LedgerServer> ledger_;
  std::unique_ptr<Server> server_;
};

TEST_F(FeedServiceTest, AConsumerTakesAThousandEntriesOnceThroughRestartsOfTheSource) {
  RecordingTaker taker;
  FeedConsumer consumer("ingestion", Channel(kConsumer), &taker);
  for (int round = 1; round <= 5; ++round) {
    Accept(100);
    if (round % 2 == 0) consumer.Reconnect();
    StopServer();
    Accept(100);
    StartServer();
    ASSERT_TRUE(taker.WaitForSequence(static_cast<uint64_t>(round) * 200));
  }
  const auto facts = taker.facts();
  ASSERT_EQ(facts.size(), 1'000u);
  for (size_t i = 0; i < facts.size(); ++i) {
    ASSERT_EQ(facts[i].entry.sequence(), i + 1);
    ASSERT_EQ(facts[i].entry.request_id(), absl::StrCat("r", i + 1));
  }
  EXPECT_EQ(taker.misplaced(), 0);
  EXPECT_EQ(consumer.fault(), "");
  EXPECT_EQ(taker.progress().frontier.Root(), source_.committer().LatestHead().head.root);
}

TEST_F(FeedServiceTest, AHeartbeatMovesTheTimeOn) {
  Accept(1);
  RecordingTaker taker;
  FeedConsumer consumer("ingestion", Channel(kConsumer), &taker);
  ASSERT_TRUE(taker.WaitForSequence(1));
  source_.clock().AdvanceSeconds(60);
  const Timestamp later = source_.clock().Now();
  EXPECT_TRUE(taker.WaitUntil([&] { return taker.progress().through_time == later; }));
  EXPECT_EQ(taker.facts().size(), 1u);
}

TEST_F(FeedServiceTest, PagesAreBoundedAndSayWhetherTheyAreTheLast) {
  Accept(700);
  const WatchResponse first = FirstPage(WatchRequest()).value();
  EXPECT_EQ(first.after_sequence(), 0u);
  EXPECT_EQ(first.entries_size(), 512);
  EXPECT_FALSE(first.caught_up());
  EXPECT_EQ(first.head().size(), 512u);
  WatchRequest rest;
  rest.set_after_sequence(512);
  const WatchResponse second = FirstPage(rest).value();
  EXPECT_EQ(second.through_sequence(), 700u);
  EXPECT_TRUE(second.caught_up());
}

TEST_F(FeedServiceTest, APageOfAnEarlierStateDoesNotPromiseTheClocksTime) {
  Accept(513);
  source_.clock().AdvanceSeconds(60);
  Accept(1);
  const WatchResponse first = FirstPage(WatchRequest()).value();
  EXPECT_EQ(first.through_sequence(), 512u);
  EXPECT_THAT(FromWire(first.through_time()), IsOkAndHolds(kTestStart));
}

TEST_F(FeedServiceTest, APositionThatWasNeverReachedIsRefused) {
  Accept(3);
  WatchRequest request;
  request.set_after_sequence(4);
  EXPECT_THAT(FirstPage(request), HasReason(Reason::kPositionAhead));
  request.set_after_sequence(3);
  EXPECT_EQ(FirstPage(request).value().entries_size(), 0);
}

TEST_F(FeedServiceTest, AnotherEpochIsRefused) {
  WatchRequest request;
  request.set_epoch(2);
  EXPECT_THAT(FirstPage(request), HasReason(Reason::kEpochChanged));
}

TEST_F(FeedServiceTest, AServiceBehindAHeadItSignedItselfRefuses) {
  Accept(3);
  WatchRequest request;
  *request.mutable_known_head() = ToWire(source_.committer().LatestHead());
  EXPECT_THAT(FirstPage(request), IsOk());
  TreeHead ahead = source_.committer().LatestHead().head;
  ahead.size = 4;
  *request.mutable_known_head() = ToWire(SignHead(ahead, KeyFromSeed(kTestSeed)).value());
  EXPECT_THAT(FirstPage(request), HasReason(Reason::kLedgerBehind));
  TreeHead other = source_.committer().LatestHead().head;
  other.root[0] ^= 1;
  *request.mutable_known_head() = ToWire(SignHead(other, KeyFromSeed(kTestSeed)).value());
  EXPECT_THAT(FirstPage(request), HasReason(Reason::kLedgerBehind));
}

TEST_F(FeedServiceTest, OnlyServicesAndAuditorsReadTheFeed) {
  EXPECT_THAT(FirstPage(WatchRequest(), kSubmitter), HasReason(Reason::kPermission));
}

TEST_F(FeedServiceTest, SmallChunksTravelWithTheirEntryAndLargeOnesAreFetched) {
  for (const size_t bytes : {size_t{9}, size_t{60'000}}) {
    chunk_ = std::string(bytes, 'c');
    feed::v1::ReturnAccepted accepted;
    const Digest digest = Sha256(chunk_);
    accepted.add_chunk_digests(std::string(DigestBytes(digest)));
    Proposal proposal = Fact(absl::StrCat("return ", bytes), accepted.SerializeAsString());
    proposal.entry.set_kind(feed::v1::ENTRY_KIND_RETURN_ACCEPTED);
    const uint64_t sequence = source_.Accept(std::move(proposal)).value().placement.sequence;
    WatchRequest request;
    request.set_after_sequence(sequence - 1);
    EXPECT_EQ(FirstPage(request).value().entries(0).chunks_size(), bytes < 100 ? 1 : 0);
    feed::v1::GetChunksRequest chunks;
    chunks.add_digests(accepted.chunk_digests(0));
    EXPECT_THAT(GetChunks(chunks), IsOkAndHolds(testing::ElementsAre(chunk_)));
  }
}

TEST_F(FeedServiceTest, ChunksAreAskedForByDigestsOfTheRightNumberAndSize) {
  feed::v1::GetChunksRequest request;
  EXPECT_THAT(GetChunks(request), HasReason(Reason::kFieldInvalid));
  request.add_digests("short");
  EXPECT_THAT(GetChunks(request), HasReason(Reason::kFieldInvalid));
  request.set_digests(0, std::string(32, 'x'));
  EXPECT_THAT(GetChunks(request), HasReason(Reason::kNotFound));
  for (int i = 0; i < 1'000; ++i) request.add_digests(std::string(32, 'x'));
  EXPECT_THAT(GetChunks(request), HasReason(Reason::kFieldInvalid));
}

TEST_F(FeedServiceTest, WatchersAreBoundedInNumber) {
  auto stub = feed::v1::FeedService::NewStub(Channel(kConsumer));
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReader<WatchResponse>>> readers;
  WatchResponse page;
  for (int i = 0; i < limits::kFeedWatchers; ++i) {
    contexts.push_back(std::make_unique<grpc::ClientContext>());
    readers.push_back(stub->Watch(contexts.back().get(), WatchRequest()));
    ASSERT_TRUE(readers.back()->Read(&page));
  }
  const absl::Status status = FirstPage(WatchRequest()).status();
  EXPECT_THAT(status, HasReason(Reason::kCallQuota));
  EXPECT_TRUE(DetailsOf(status)->retry_after.has_value());
  for (size_t i = 0; i < readers.size(); ++i) {
    contexts[i]->TryCancel();
    readers[i]->Finish();
  }
}

TEST_F(FeedServiceTest, DrainingEndsEveryWatch) {
  auto stub = feed::v1::FeedService::NewStub(Channel(kConsumer));
  grpc::ClientContext context;
  auto reader = stub->Watch(&context, WatchRequest());
  WatchResponse page;
  ASSERT_TRUE(reader->Read(&page));
  feed_->Drain();
  while (reader->Read(&page)) {
  }
  EXPECT_THAT(FromGrpcStatus(reader->Finish()), HasReason(Reason::kDraining));
}

}  // namespace
}  // namespace onereturn
