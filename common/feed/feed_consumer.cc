#include "common/feed/feed_consumer.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/digest/digest.h"
#include "common/feed/wire.h"
#include "common/log/log.h"
#include "common/rpc/status_conversion.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "onereturn/ledger/v1/ledger.grpc.pb.h"

namespace onereturn {
namespace {

constexpr auto kRetryDelay = std::chrono::milliseconds(200);
constexpr uint32_t kKnownFormat = 1;
constexpr int kChunksACall = 64;

absl::Status Broken(absl::string_view what) { return Error(Reason::kFeedBroken, what); }

// An error after which trying again cannot help: the source or this consumer is wrong.
bool IsFinal(const absl::Status& status) {
  return status.code() == absl::StatusCode::kDataLoss ||
         status.code() == absl::StatusCode::kInternal ||
         status.code() == absl::StatusCode::kOutOfRange;
}

}  // namespace

FeedConsumer::FeedConsumer(std::string source, std::shared_ptr<grpc::Channel> channel,
                           FeedTaker* taker)
    : source_(std::move(source)),
      stub_(feed::v1::FeedService::NewStub(channel)),
      channel_(std::move(channel)),
      taker_(taker) {
  thread_ = std::thread([this] { Run(); });
}

FeedConsumer::~FeedConsumer() { Stop(); }

void FeedConsumer::Stop() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    if (context_ != nullptr) context_->TryCancel();
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::string FeedConsumer::fault() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return fault_;
}

void FeedConsumer::Reconnect() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (context_ != nullptr) context_->TryCancel();
}

void FeedConsumer::Run() {
  while (true) {
    absl::Status status = FollowOnce();
    if (!status.ok() && DetailsOf(status).has_value() &&
        ReasonOf(status) == Reason::kEpochChanged) {
      LogWarning("feed.epoch_changed", {{"source", source_}});
      status = taker_->StartAgain();
      if (status.ok()) continue;
    }
    std::unique_lock<std::mutex> lock(mutex_);
    if (stopping_) return;
    if (IsFinal(status)) {
      fault_ = status.ToString();
      LogError("feed.stopped", {{"source", source_}, {"status", fault_}});
      return;
    }
    changed_.wait_for(lock, kRetryDelay, [this] { return stopping_; });
    if (stopping_) return;
  }
}

absl::Status FeedConsumer::FollowOnce() {
  RETURN_IF_ERROR(FetchKey());
  ASSIGN_OR_RETURN(FeedProgress progress, taker_->Progress());
  grpc::ClientContext context;
  feed::v1::WatchRequest request;
  request.set_after_sequence(progress.sequence);
  request.set_epoch(progress.epoch);
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (stopping_) return absl::OkStatus();
    context_ = &context;
  }
  auto reader = stub_->Watch(&context, request);
  feed::v1::WatchResponse response;
  absl::Status status;
  while (status.ok() && reader->Read(&response)) {
    absl::StatusOr<FeedPage> page = CheckPage(response, std::move(progress));
    status = page.status();
    if (status.ok()) status = taker_->Take(*page);
    if (status.ok()) progress = std::move(page->progress);
  }
  if (!status.ok()) context.TryCancel();
  const grpc::Status ended = reader->Finish();
  {
    std::lock_guard<std::mutex> lock(mutex_);
    context_ = nullptr;
  }
  return status.ok() ? FromGrpcStatus(ended) : status;
}

absl::Status FeedConsumer::FetchKey() {
  if (key_.has_value()) return absl::OkStatus();
  auto stub = ledger::v1::LedgerService::NewStub(channel_);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(5));
  ledger::v1::GetHeadResponse response;
  RETURN_IF_ERROR(FromGrpcStatus(stub->GetHead(&context, ledger::v1::GetHeadRequest(), &response)));
  ASSIGN_OR_RETURN(key_, VerifyingKey::FromPem(response.public_key_pem()));
  return absl::OkStatus();
}

absl::StatusOr<FeedPage> FeedConsumer::CheckPage(const feed::v1::WatchResponse& response,
                                                 FeedProgress progress) {
  if (response.after_sequence() != progress.sequence ||
      response.through_sequence() != progress.sequence + response.entries_size()) {
    return Broken(absl::StrCat("after entry ", progress.sequence, " came entries ",
                               response.after_sequence() + 1, " to ", response.through_sequence()));
  }
  FeedPage page;
  page.facts.reserve(response.entries_size());
  for (const feed::v1::FeedEntry& wire : response.entries()) {
    ASSIGN_OR_RETURN(FeedFact fact, CheckFact(wire, progress.sequence + 1));
    progress.frontier.Append(HashLeaf(wire.entry()));
    ++progress.sequence;
    page.facts.push_back(std::move(fact));
  }
  progress.epoch = response.epoch();
  RETURN_IF_ERROR(CheckHead(response, progress));
  ASSIGN_OR_RETURN(Timestamp through_time, FromWire(response.through_time()));
  progress.through_time = std::max(progress.through_time, through_time);
  page.progress = std::move(progress);
  return page;
}

absl::Status FeedConsumer::CheckHead(const feed::v1::WatchResponse& response,
                                     const FeedProgress& progress) {
  ASSIGN_OR_RETURN(SignedHead head, FromWire(response.head()));
  RETURN_IF_ERROR(VerifyHead(head, *key_));
  if (head.head.service != source_ || head.head.epoch != progress.epoch ||
      head.head.size != progress.sequence || head.head.root != progress.frontier.Root()) {
    return Broken(absl::StrCat("entries 1 to ", progress.sequence, " are not those of ", source_,
                               "'s signed head"));
  }
  return absl::OkStatus();
}

absl::StatusOr<FeedFact> FeedConsumer::CheckFact(const feed::v1::FeedEntry& wire,
                                                 uint64_t sequence) {
  FeedFact fact;
  if (!fact.entry.ParseFromString(wire.entry()) || fact.entry.sequence() != sequence) {
    return Broken(absl::StrCat("entry ", sequence, " cannot be read, or is another"));
  }
  if (fact.entry.format() != kKnownFormat) {
    return Broken(absl::StrCat("entry ", sequence, " has format ", fact.entry.format(),
                               ", which this version does not know: upgrade this service first"));
  }
  if (fact.entry.kind() != feed::v1::ENTRY_KIND_RETURN_ACCEPTED) return fact;
  feed::v1::ReturnAccepted accepted;
  if (!accepted.ParseFromString(fact.entry.fact())) {
    return Broken(absl::StrCat("the fact of entry ", sequence, " cannot be read"));
  }
  if (wire.chunks_size() == accepted.chunk_digests_size()) {
    fact.chunks.assign(wire.chunks().begin(), wire.chunks().end());
  } else {
    RETURN_IF_ERROR(FetchChunks(accepted, &fact));
  }
  for (int i = 0; i < accepted.chunk_digests_size(); ++i) {
    const Digest digest = Sha256(fact.chunks[i]);
    if (DigestBytes(digest) != accepted.chunk_digests(i)) {
      return Broken(
          absl::StrCat("the cells of entry ", sequence, " are not those it was accepted with"));
    }
  }
  return fact;
}

absl::Status FeedConsumer::FetchChunks(const feed::v1::ReturnAccepted& accepted, FeedFact* fact) {
  for (int first = 0; first < accepted.chunk_digests_size(); first += kChunksACall) {
    feed::v1::GetChunksRequest request;
    const int end = std::min(first + kChunksACall, accepted.chunk_digests_size());
    for (int i = first; i < end; ++i) request.add_digests(accepted.chunk_digests(i));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    auto reader = stub_->GetChunks(&context, request);
    feed::v1::GetChunksResponse response;
    while (reader->Read(&response)) fact->chunks.push_back(std::move(*response.mutable_chunk()));
    RETURN_IF_ERROR(FromGrpcStatus(reader->Finish()));
  }
  if (fact->chunks.size() == static_cast<size_t>(accepted.chunk_digests_size()))
    return absl::OkStatus();
  return Broken("a return's cells came short");
}

}  // namespace onereturn
