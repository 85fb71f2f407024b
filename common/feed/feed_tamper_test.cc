// A feed through a proxy that lies once, at a random place in a random way: the consumer stops with
// DATA_LOSS at what it took before, all of it true, and goes on once the proxy is honest.
//
// ONERETURN_TAMPERS: how many; ONERETURN_SEED: to run an earlier one again.
#include <gmock/gmock.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>

#include "absl/strings/str_cat.h"
#include "common/commit/journal.h"
#include "common/commit/testing_committer.h"
#include "common/feed/feed_consumer.h"
#include "common/feed/feed_service.h"
#include "common/feed/ledger_service.h"
#include "common/feed/testing_systems.h"
#include "common/feed/testing_taker.h"
#include "common/feed/wire.h"
#include "common/rpc/server.h"
#include "common/status/error.h"
#include "common/status/testing/status_matchers.h"

namespace onereturn {
namespace {

using feed::v1::WatchResponse;
using ::testing::HasSubstr;

constexpr char kSource[] = "spiffe://onereturn.example/ingestion";
constexpr char kDeceivedConsumer[] = "spiffe://onereturn.example/metrics";
constexpr char kForgersSeed[] = "2112131415161718191a1b1c1d1e1f2021222324252627282930313233343536";
// Some pages of a mebibyte.
constexpr uint64_t kEntries = 128;
constexpr size_t kFactBytes = 24 * 1024;
constexpr uint64_t kEachReturn = 8;  // Every so manieth entry is a return.
// Chunks travel with every second return, and are fetched for the others.
constexpr uint64_t kFirstFetched = 2 * kEachReturn;

enum class Lie {
  kDrop,
  kDropAndCountOn,
  kRepeat,
  kReorder,
  kAlter,
  kAlterDigest,
  kAlterChunk,
  kAlterFetchedChunk,
  kChunkUnasked,
  kHeadRoot,
  kHeadOfOtherKey,
  kHeadSize,
  kEpoch,
  kHeartbeatAhead,
  kHeartbeatRoot,
  kHeartbeatPlace,
};
constexpr int kLies = static_cast<int>(Lie::kHeartbeatPlace) + 1;
constexpr const char* kNames[kLies] = {
    "drop",  "drop and count on", "repeat",         "reorder",        "alter",    "digest",
    "chunk", "fetched chunk",     "chunk unasked",  "head root",      "head key", "head size",
    "epoch", "heartbeat ahead",   "heartbeat root", "heartbeat place"};

// What is to be lied about, and where.
struct Plan {
  Lie lie = Lie::kDrop;
  // The entry it meets; a lie of heartbeats meets the first, and one of fetched chunks those that
  // are fetched first.
  uint64_t sequence = 0;
  uint32_t bit = 0;
};

void Flip(std::string* bytes, uint32_t bit) {
  if (!bytes->empty()) (*bytes)[bit / 8 % bytes->size()] ^= static_cast<char>(1 << bit % 8);
}

bool FetchesChunks(Lie lie) { return lie == Lie::kAlterFetchedChunk || lie == Lie::kChunkUnasked; }
bool MeetsHeartbeats(Lie lie) {
  return lie == Lie::kHeartbeatAhead || lie == Lie::kHeartbeatRoot || lie == Lie::kHeartbeatPlace;
}

// Of a return whose chunks are fetched: the source has none of the digest that is named instead.
void AlterDigest(std::string* bytes, uint32_t bit) {
  feed::v1::Entry entry;
  feed::v1::ReturnAccepted accepted;
  ASSERT_TRUE(entry.ParseFromString(*bytes) && accepted.ParseFromString(entry.fact()));
  ASSERT_EQ(accepted.chunk_digests_size(), 1);
  Flip(accepted.mutable_chunk_digests(0), bit);
  entry.set_fact(accepted.SerializeAsString());
  *bytes = entry.SerializeAsString();
}

void Resign(const char* seed, WatchResponse* page) {
  const TreeHead head = FromWire(page->head()).value().head;
  *page->mutable_head() = ToWire(SignHead(head, KeyFromSeed(seed)).value());
}

// Changes the page if it is the one that the plan means. False when it is not.
bool Tamper(const Plan& plan, WatchResponse* page) {
  auto* entries = page->mutable_entries();
  if (MeetsHeartbeats(plan.lie)) {
    if (!entries->empty()) return false;
    if (plan.lie == Lie::kHeartbeatAhead) page->set_through_sequence(page->through_sequence() + 1);
    if (plan.lie == Lie::kHeartbeatRoot) Flip(page->mutable_head()->mutable_root(), plan.bit);
    if (plan.lie == Lie::kHeartbeatPlace) {
      page->set_after_sequence(page->after_sequence() - 1);
      page->set_through_sequence(page->through_sequence() - 1);
    }
    return true;
  }
  if (plan.sequence <= page->after_sequence() || plan.sequence > page->through_sequence()) {
    return false;
  }
  const int at = static_cast<int>(plan.sequence - page->after_sequence()) - 1;
  switch (plan.lie) {
    case Lie::kDropAndCountOn:
      page->set_through_sequence(page->through_sequence() - 1);
      [[fallthrough]];
    case Lie::kDrop:
      entries->DeleteSubrange(at, 1);
      break;
    case Lie::kRepeat:
      *entries->Add() = entries->Get(at);
      for (int i = entries->size() - 1; i > at + 1; --i) entries->SwapElements(i, i - 1);
      page->set_through_sequence(page->through_sequence() + 1);
      break;
    case Lie::kReorder:
      if (entries->size() < 2) return false;
      entries->SwapElements(at, at > 0 ? at - 1 : at + 1);
      break;
    case Lie::kAlter:
      Flip(entries->Mutable(at)->mutable_entry(), plan.bit);
      break;
    case Lie::kAlterDigest:
      AlterDigest(entries->Mutable(at)->mutable_entry(), plan.bit);
      break;
    case Lie::kAlterChunk:
      if (entries->Get(at).chunks().empty()) return false;
      Flip(entries->Mutable(at)->mutable_chunks(0), plan.bit);
      break;
    case Lie::kHeadRoot:
      Flip(page->mutable_head()->mutable_root(), plan.bit);
      break;
    case Lie::kHeadOfOtherKey:
      Resign(kForgersSeed, page);
      break;
    case Lie::kHeadSize:
      page->mutable_head()->set_size(page->head().size() + 1);
      break;
    case Lie::kEpoch:
      page->set_epoch(page->epoch() + 1);
      break;
    default:
      return false;
  }
  return true;
}

// Between consumer and source, over gRPC on both sides.
class Proxy final : public feed::v1::FeedService::Service {
 public:
  explicit Proxy(const std::shared_ptr<grpc::Channel>& source)
      : stub_(feed::v1::FeedService::NewStub(source)) {}

  void Set(std::optional<Plan> plan) {
    std::lock_guard<std::mutex> lock(mutex_);
    plan_ = plan;
    lied_ = false;
    ++plans_;
  }
  bool lied() {
    std::lock_guard<std::mutex> lock(mutex_);
    return lied_;
  }

  grpc::Status Watch(grpc::ServerContext* context, const feed::v1::WatchRequest* request,
                     grpc::ServerWriter<WatchResponse>* writer) override {
    grpc::ClientContext upstream;
    auto reader = stub_->Watch(&upstream, *request);
    // A watch of an earlier consumer may live on for half a second: the lie is not for it.
    const int plans = [this] {
      std::lock_guard<std::mutex> lock(mutex_);
      return plans_;
    }();
    WatchResponse page;
    while (!context->IsCancelled() && reader->Read(&page)) {
      {
        std::lock_guard<std::mutex> lock(mutex_);
        if (plan_.has_value() && !lied_ && plans == plans_) lied_ = Tamper(*plan_, &page);
      }
      if (!writer->Write(page)) break;
    }
    upstream.TryCancel();
    return reader->Finish();
  }
  grpc::Status GetChunks(grpc::ServerContext* /*context*/,
                         const feed::v1::GetChunksRequest* request,
                         grpc::ServerWriter<feed::v1::GetChunksResponse>* writer) override {
    grpc::ClientContext upstream;
    auto reader = stub_->GetChunks(&upstream, *request);
    feed::v1::GetChunksResponse response;
    while (reader->Read(&response)) {
      std::lock_guard<std::mutex> lock(mutex_);
      if (plan_.has_value() && plan_->lie == Lie::kAlterFetchedChunk && !lied_) {
        Flip(response.mutable_chunk(), plan_->bit);
        lied_ = true;
      }
      writer->Write(response);
    }
    std::lock_guard<std::mutex> lock(mutex_);
    if (plan_.has_value() && plan_->lie == Lie::kChunkUnasked && !lied_) {
      writer->Write(response);
      lied_ = true;
    }
    return reader->Finish();
  }

 private:
  const std::unique_ptr<feed::v1::FeedService::Stub> stub_;
  std::mutex mutex_;
  std::optional<Plan> plan_;  // Guarded by mutex_.
  bool lied_ = false;         // Guarded by mutex_.
  int plans_ = 0;             // Guarded by mutex_.
};

class HeadProxy final : public ledger::v1::LedgerService::Service {
 public:
  explicit HeadProxy(const std::shared_ptr<grpc::Channel>& source)
      : stub_(ledger::v1::LedgerService::NewStub(source)) {}
  grpc::Status GetHead(grpc::ServerContext* /*context*/, const ledger::v1::GetHeadRequest* request,
                       ledger::v1::GetHeadResponse* response) override {
    grpc::ClientContext upstream;
    return stub_->GetHead(&upstream, *request, response);
  }
  grpc::Status ListSigningKeys(grpc::ServerContext* /*context*/,
                               const ledger::v1::ListSigningKeysRequest* request,
                               ledger::v1::ListSigningKeysResponse* response) override {
    grpc::ClientContext upstream;
    return stub_->ListSigningKeys(&upstream, *request, response);
  }

 private:
  const std::unique_ptr<ledger::v1::LedgerService::Stub> stub_;
};

int64_t Setting(const char* name, int64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr || *text == '\0' ? otherwise : std::atoll(text);
}

class FeedTamperTest : public ::testing::Test {
 protected:
  FeedTamperTest() {
    for (uint64_t i = 1; i <= kEntries; ++i) AddEntry(i);
    guard_ = Guard::Create(systems_.rights(), &source_.clock(),
                           {ServiceDescriptor<feed::v1::FeedService>(),
                            ServiceDescriptor<ledger::v1::LedgerService>()})
                 .value();
    feed_ =
        std::make_unique<FeedServer>(guard_.get(), &source_.store(), &source_.committer(),
                                     [this](const Digest& digest) -> absl::StatusOr<std::string> {
                                       const auto found = chunks_.find(digest);
                                       if (found == chunks_.end()) return NotFound();
                                       return found->second;
                                     });
    ledger_ = std::make_unique<LedgerServer>(guard_.get(), &source_.store(), &source_.committer(),
                                             LedgerSeams());
    config::v1::ServerConfig config;
    config.set_listen_address("127.0.0.1:0");
    *config.mutable_tls() = systems_.FilesOf(kSource);
    server_ = Server::Start(config, {feed_.get(), ledger_.get()}).value();
    const auto channel = systems_.Channel(kDeceivedConsumer, server_->address());
    proxy_ = std::make_unique<Proxy>(channel);
    heads_ = std::make_unique<HeadProxy>(channel);
    grpc::ServerBuilder builder;
    builder.RegisterService(proxy_.get());
    builder.RegisterService(heads_.get());
    proxy_server_ = builder.BuildAndStart();
  }
  ~FeedTamperTest() override {
    proxy_server_->Shutdown(std::chrono::system_clock::now());
    server_->Drain([this] { feed_->Drain(); });
  }

  void AddEntry(uint64_t number) {
    if (number % kEachReturn != 0) {
      ASSERT_THAT(source_.Accept(Fact(absl::StrCat("r", number), std::string(kFactBytes, 'f'))),
                  IsOk());
      return;
    }
    const bool inline_chunk = number % kFirstFetched != 0;
    std::string chunk(inline_chunk ? 500 : 60'000, 'c');
    chunk += absl::StrCat(number);
    const Digest digest = Sha256(chunk);
    chunks_[digest] = chunk;
    feed::v1::ReturnAccepted accepted;
    accepted.add_chunk_digests(std::string(DigestBytes(digest)));
    Proposal proposal = Fact(absl::StrCat("r", number), accepted.SerializeAsString());
    proposal.entry.set_kind(feed::v1::ENTRY_KIND_RETURN_ACCEPTED);
    ASSERT_THAT(source_.Accept(std::move(proposal)), IsOk());
  }
  Plan Choose(std::mt19937_64& random, int number) {
    Plan plan;
    plan.lie = static_cast<Lie>(number % kLies);
    plan.bit = static_cast<uint32_t>(random());
    plan.sequence = 1 + random() % kEntries;
    if (plan.lie == Lie::kAlterDigest) {
      plan.sequence = kFirstFetched * (1 + random() % (kEntries / kEachReturn / 2));
    }
    if (plan.lie == Lie::kAlterChunk) {
      plan.sequence = kEachReturn * (1 + 2 * (random() % (kEntries / kEachReturn / 2)));
    }
    return plan;
  }
  Digest RootAt(uint64_t size) { return source_.committer().HeadOfSize(size).value().head.root; }

  // True when the consumer stopped where it should and went on afterwards.
  void Run(const Plan& plan) {
    proxy_->Set(plan);
    RecordingTaker taker;
    FeedConsumer consumer("ingestion", proxy_server_->InProcessChannel(grpc::ChannelArguments()),
                          &taker);
    ASSERT_TRUE(taker.WaitUntil([&] { return !consumer.fault().empty(); }));
    ASSERT_TRUE(proxy_->lied());
    EXPECT_THAT(consumer.fault(), HasSubstr("DATA_LOSS"));
    const FeedProgress progress = taker.progress();
    if (MeetsHeartbeats(plan.lie)) {
      EXPECT_EQ(progress.sequence, kEntries) << "a heartbeat comes when there is nothing more";
    } else {
      EXPECT_LT(progress.sequence, FetchesChunks(plan.lie) ? kFirstFetched : plan.sequence);
    }
    EXPECT_EQ(progress.frontier.Root(), RootAt(progress.sequence));
    EXPECT_EQ(taker.facts().size(), progress.sequence);
    proxy_->Set(std::nullopt);
    consumer.Reconnect();
    EXPECT_TRUE(taker.WaitForSequence(kEntries));
    EXPECT_EQ(taker.progress().frontier.Root(), RootAt(kEntries));
    EXPECT_EQ(taker.misplaced(), 0);
  }

  const TestSystems systems_{kSource, {kDeceivedConsumer}, "spiffe://onereturn.example/submitter"};
  std::map<Digest, std::string> chunks_;
  TestService source_;
  std::unique_ptr<Guard> guard_;
  std::unique_ptr<FeedServer> feed_;
  std::unique_ptr<LedgerServer> ledger_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<Proxy> proxy_;
  std::unique_ptr<HeadProxy> heads_;
  std::unique_ptr<grpc::Server> proxy_server_;
};

TEST_F(FeedTamperTest, EveryLieStopsTheConsumerAtItsLastGoodPosition) {
  const auto seed = static_cast<uint64_t>(Setting("ONERETURN_SEED", 20'260'401));
  const int tampers = static_cast<int>(Setting("ONERETURN_TAMPERS", 48));
  std::mt19937_64 random(seed);
  int stopped = 0;
  for (int i = 0; i < tampers; ++i) {
    const Plan plan = Choose(random, i);
    SCOPED_TRACE(absl::StrCat("lie ", i, ", ", kNames[static_cast<int>(plan.lie)], ", at entry ",
                              plan.sequence, ", bit ", plan.bit, ", seed ", seed));
    Run(plan);
    if (HasFailure()) break;
    ++stopped;
  }
  std::printf("%d tampers, %d stopped with DATA_LOSS, seed %llu\n", tampers, stopped,
              static_cast<unsigned long long>(seed));
  EXPECT_EQ(stopped, tampers);
}

}  // namespace
}  // namespace onereturn
