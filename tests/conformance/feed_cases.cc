// What a service that follows a feed is given instead of it: ingestion's own pages, altered on the
// way by a relay that even has its key.
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <chrono>
#include <mutex>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/feed/feed_consumer.h"
#include "common/feed/testing_taker.h"
#include "common/feed/wire.h"
#include "common/ledger/merkle.h"
#include "common/rpc/server.h"
#include "onereturn/feed/v1/feed.grpc.pb.h"
#include "onereturn/ledger/v1/ledger.grpc.pb.h"
#include "tests/conformance/bad_inputs.h"

namespace onereturn {
namespace {

using feed::v1::WatchResponse;
using ChangePage = std::function<void(World& world, WatchResponse* page)>;

// Passes on the first page of ingestion's feed, from the first entry, after `change`.
class AlteringRelay final : public feed::v1::FeedService::Service,
                            public ledger::v1::LedgerService::Service {
 public:
  AlteringRelay(World* world, ChangePage change)
      : world_(world),
        change_(std::move(change)),
        channel_(world->suite().Channel(kAuditor, kIngestion)) {}

  grpc::Status Watch(grpc::ServerContext* /*context*/, const feed::v1::WatchRequest* request,
                     grpc::ServerWriter<WatchResponse>* writer) override {
    if (request->after_sequence() > 0) return Ended();
    grpc::ClientContext asked;
    asked.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    auto reader = feed::v1::FeedService::NewStub(channel_)->Watch(&asked, *request);
    WatchResponse page;
    const bool read = reader->Read(&page);
    asked.TryCancel();
    reader->Finish();
    if (!read) return Ended();
    change_(*world_, &page);
    writer->Write(page);
    return Ended();
  }
  grpc::Status GetChunks(grpc::ServerContext* /*context*/,
                         const feed::v1::GetChunksRequest* request,
                         grpc::ServerWriter<feed::v1::GetChunksResponse>* writer) override {
    grpc::ClientContext asked;
    auto reader = feed::v1::FeedService::NewStub(channel_)->GetChunks(&asked, *request);
    feed::v1::GetChunksResponse chunk;
    while (reader->Read(&chunk)) writer->Write(chunk);
    return reader->Finish();
  }
  grpc::Status GetHead(grpc::ServerContext* /*context*/, const ledger::v1::GetHeadRequest* request,
                       ledger::v1::GetHeadResponse* response) override {
    grpc::ClientContext asked;
    return ledger::v1::LedgerService::NewStub(channel_)->GetHead(&asked, *request, response);
  }

 private:
  static grpc::Status Ended() {
    return {grpc::StatusCode::UNAVAILABLE, "the connection ends here"};
  }

  World* const world_;
  const ChangePage change_;
  const std::shared_ptr<grpc::Channel> channel_;
};

// Why a consumer stopped, which must have taken nothing; "TAKEN" when it took the page.
Answer FollowThrough(World& world, ChangePage change) {
  AlteringRelay relay(&world, std::move(change));
  grpc::ServerBuilder builder;
  builder.RegisterService(static_cast<feed::v1::FeedService::Service*>(&relay));
  builder.RegisterService(static_cast<ledger::v1::LedgerService::Service*>(&relay));
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  RecordingTaker taker;
  Answer answer{"NEITHER", ""};
  {
    FeedConsumer consumer(kIngestion, server->InProcessChannel(arguments), &taker);
    taker.WaitUntil([&] { return !consumer.fault().empty() || taker.progress().sequence > 0; });
    const std::string fault = consumer.fault();
    if (taker.progress().sequence > 0) answer = {"TAKEN", ""};
    for (const char* code : {"DATA_LOSS", "FAILED_PRECONDITION"}) {
      if (absl::StartsWith(fault, code)) answer.code = code;
    }
    for (const char* reason : {"FEED_BROKEN", "SCHEMA_AHEAD"}) {
      if (absl::StrContains(fault, reason)) answer.reason = reason;
    }
    if (answer.reason.empty()) answer.reason = fault;
  }
  server->Shutdown(std::chrono::system_clock::now());
  return answer;
}

std::function<Answer(World&)> Followed(const ChangePage& change) {
  return [change](World& world) { return FollowThrough(world, change); };
}

// The page's head over the entries as they are now, signed with ingestion's own key.
void SignAnew(World& world, WatchResponse* page) {
  TreeHead head = FromWire(page->head()).value().head;
  Frontier frontier;
  for (const feed::v1::FeedEntry& entry : page->entries()) frontier.Append(HashLeaf(entry.entry()));
  ONERETURN_CHECK(frontier.size() == head.size);
  head.root = frontier.Root();
  const std::string pem = ReadTextFile(world.suite().File("ingestion.signing.key")).value();
  *page->mutable_head() = ToWire(SignHead(head, SigningKey::FromPem(pem).value()).value());
}

void ChangeEntry(int index, const std::function<void(feed::v1::Entry*)>& change,
                 WatchResponse* page) {
  feed::v1::Entry entry;
  ONERETURN_CHECK(entry.ParseFromString(page->entries(index).entry()));
  change(&entry);
  page->mutable_entries(index)->set_entry(entry.SerializeAsString());
}

}  // namespace

Cases FeedCases() {
  return {
      {"85.as_it_is", Followed([](World&, WatchResponse*) {})},
      {"85.altered", Followed([](World&, WatchResponse* page) {
         ChangeEntry(
             1, [](feed::v1::Entry* entry) { entry->set_actor("another"); }, page);
       })},
      {"85.gap", Followed([](World&, WatchResponse* page) {
         page->mutable_entries()->DeleteSubrange(1, 1);
       })},
      {"85.repeated",
       Followed([](World&, WatchResponse* page) { *page->mutable_entries(1) = page->entries(0); })},
      {"85.reordered",
       Followed([](World&, WatchResponse* page) { page->mutable_entries()->SwapElements(1, 2); })},
      {"86.newer_version", Followed([](World& world, WatchResponse* page) {
         ChangeEntry(
             1, [](feed::v1::Entry* entry) { entry->set_format(entry->format() + 1); }, page);
         SignAnew(world, page);
       })},
  };
}

}  // namespace onereturn
