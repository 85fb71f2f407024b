#include "common/feed/feed_consumer.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/failpoint.h"
#include "common/commit/signing_keys.h"
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
constexpr auto kRefusedDelay = std::chrono::seconds(1);
constexpr uint32_t kKnownFormat = 1;
constexpr int kChunksACall = 64;

absl::Status Broken(absl::string_view what) { return Error(Reason::kFeedBroken, what); }

// Its form alone; whether it is the source's is judged by the head.
absl::StatusOr<FeedFact> ReadEntry(const feed::v1::FeedEntry& wire, uint64_t sequence) {
  FeedFact fact;
  if (!fact.entry.ParseFromString(wire.entry()) || fact.entry.sequence() != sequence) {
    return Broken(absl::StrCat("entry ", sequence, " cannot be read, or is another"));
  }
  return fact;
}

absl::Status CheckFormat(const feed::v1::Entry& entry) {
  if (entry.format() == kKnownFormat) return absl::OkStatus();
  return Error(Reason::kSchemaAhead,
               absl::StrCat("entry ", entry.sequence(), " has format ", entry.format(),
                            ", which this version does not know: upgrade this service first"));
}

// The other side says that it, or what we hold, is wrong; or it speaks of what is not known here,
// and would again. INTERNAL is not among them: a connection
// that breaks can look so.
bool IsFinalAnswer(const absl::Status& status) {
  if (!DetailsOf(status).has_value()) return false;
  return status.code() == absl::StatusCode::kDataLoss ||
         status.code() == absl::StatusCode::kOutOfRange ||
         ReasonOf(status) == Reason::kSchemaAhead ||
         status.code() == absl::StatusCode::kInvalidArgument;
}

}  // namespace

// A call that Stop() and Reconnect() can break while it runs.
class FeedConsumer::Call {
 public:
  explicit Call(FeedConsumer* consumer) : consumer_(consumer) {
    std::lock_guard<std::mutex> lock(consumer_->mutex_);
    consumer_->calls_.push_back(&context_);
    // A call that is broken before it begins ends at once.
    if (consumer_->stopping_) context_.TryCancel();
  }
  ~Call() {
    std::lock_guard<std::mutex> lock(consumer_->mutex_);
    auto& calls = consumer_->calls_;
    calls.erase(std::find(calls.begin(), calls.end(), &context_));
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  grpc::ClientContext* context() { return &context_; }

 private:
  FeedConsumer* const consumer_;
  grpc::ClientContext context_;
};

FeedConsumer::FeedConsumer(std::string source, std::shared_ptr<grpc::Channel> channel,
                           FeedTaker* taker, WitnessedHeads* witnesses)
    : source_(std::move(source)),
      stub_(feed::v1::FeedService::NewStub(channel)),
      channel_(std::move(channel)),
      taker_(taker),
      witnesses_(witnesses) {
  thread_ = std::thread([this] { Run(); });
}

FeedConsumer::~FeedConsumer() { Stop(); }

void FeedConsumer::Stop() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    for (grpc::ClientContext* call : calls_) call->TryCancel();
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::string FeedConsumer::fault() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return fault_;
}

std::string FeedConsumer::paused() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return paused_;
}

void FeedConsumer::Reconnect() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    ++connection_;
    for (grpc::ClientContext* call : calls_) call->TryCancel();
  }
  changed_.notify_all();
}

absl::Status FeedConsumer::DropAndReconnect(const std::function<absl::Status()>& drop) {
  std::lock_guard<std::mutex> taking(take_mutex_);
  absl::Status status = drop();
  Reconnect();
  return status;
}

void FeedConsumer::Run() {
  while (true) {
    uint64_t connection = 0;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      connection = connection_;
    }
    Ending ending = FollowOnce(connection);
    if (!ending.status.ok() && !ending.final && DetailsOf(ending.status).has_value() &&
        ReasonOf(ending.status) == Reason::kEpochChanged) {
      ending = StartAgain();
      if (ending.status.ok()) continue;
    }
    if (ending.final) SetFault(TextOf(ending.status));
    std::unique_lock<std::mutex> lock(mutex_);
    if (stopping_) return;
    if (ending.final) {
      // The source itself refuses to serve; nothing wrong was taken, and it may be restored.
      if (DetailsOf(ending.status).has_value() &&
          ReasonOf(ending.status) == Reason::kLedgerBehind) {
        changed_.wait_for(lock, kRefusedDelay, [this] { return stopping_; });
        if (stopping_) return;
        continue;
      }
      changed_.wait(lock, [&] { return stopping_ || connection_ != connection; });
      fault_.clear();
      if (stopping_) return;
      continue;
    }
    changed_.wait_for(lock, kRetryDelay, [this] { return stopping_; });
    if (stopping_) return;
  }
}

void FeedConsumer::SetFault(const std::string& fault) {
  bool is_new = false;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (stopping_) return;
    is_new = fault != fault_;
    fault_ = fault;
  }
  // Without the lock: an error is logged only when the log is written.
  if (is_new) LogError("feed.stopped", {{"source", source_}, {"status", fault}});
}

FeedConsumer::Ending FeedConsumer::FollowOnce(uint64_t connection) {
  if (witnesses_ != nullptr) {
    if (absl::Status fault = witnesses_->FaultOf(source_); !fault.ok()) return {fault, true};
  }
  if (absl::Status fetched = FetchKey(); !fetched.ok()) return {fetched, IsFinalAnswer(fetched)};
  absl::StatusOr<FeedProgress> progress = taker_->Progress();
  if (!progress.ok()) return {progress.status(), true};
  return Connect(connection, *std::move(progress));
}

FeedConsumer::Ending FeedConsumer::Connect(uint64_t connection, FeedProgress progress) {
  Call call(this);
  feed::v1::WatchRequest request;
  request.set_after_sequence(progress.sequence);
  request.set_epoch(progress.epoch);
  std::optional<SignedHead> known = checked_head_;
  if (witnesses_ != nullptr) {
    const std::optional<SignedHead> held = witnesses_->Held(source_);
    if (held.has_value() && (!known.has_value() || held->head.size > known->head.size))
      known = held;
  }
  if (known.has_value()) *request.mutable_known_head() = ToWire(*known);
  auto reader = stub_->Watch(call.context(), request);
  feed::v1::WatchResponse response;
  Ending ending;
  while (ending.status.ok() && reader->Read(&response)) {
    absl::StatusOr<FeedPage> page = CheckPage(response, std::move(progress));
    ending = page.ok() ? TakePage(connection, *page)
                       : Ending{page.status(), IsFinalAnswer(page.status())};
    if (ending.status.ok()) progress = std::move(page->progress);
  }
  if (!ending.status.ok()) call.context()->TryCancel();
  const absl::Status ended = FromGrpcStatus(reader->Finish());
  return ending.status.ok() ? Ending{ended, IsFinalAnswer(ended)} : ending;
}

FeedConsumer::Ending FeedConsumer::TakePage(uint64_t connection, const FeedPage& page) {
  std::lock_guard<std::mutex> taking(take_mutex_);
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (stopping_ || connection != connection_) {
      return {absl::CancelledError("the connection was broken here"), false};
    }
  }
  if (!page.facts.empty()) ONERETURN_FAILPOINT(kConsumerBeforeBatch);
  absl::Status taken = taker_->Take(page);
  if (!page.facts.empty() && taken.ok()) ONERETURN_FAILPOINT(kConsumerAfterBatch);
  return EndingOf(std::move(taken));
}

FeedConsumer::Ending FeedConsumer::StartAgain() {
  keys_.reset();
  checked_head_.reset();
  std::lock_guard<std::mutex> taking(take_mutex_);
  Ending ending = EndingOf(taker_->StartAgain());
  // Not at each try that waits for space: the pause is logged once.
  if (ending.status.ok() || ending.final) LogWarning("feed.epoch_changed", {{"source", source_}});
  return ending;
}

FeedConsumer::Ending FeedConsumer::EndingOf(absl::Status taken) {
  const bool waits = absl::IsResourceExhausted(taken);
  const bool final = !taken.ok() && !waits;
  bool begins_to_wait = false;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    begins_to_wait = waits && paused_.empty();
    if (taken.ok()) fault_.clear();
    paused_ = waits ? std::string(taken.message()) : std::string();
  }
  if (begins_to_wait) {
    LogWarning("feed.paused", {{"source", source_}, {"status", TextOf(taken)}});
  }
  return {std::move(taken), final};
}

absl::Status FeedConsumer::FetchKey() {
  if (witnesses_ != nullptr) {
    if (std::optional<KeyHistory> believed = witnesses_->KeysOf(source_); believed.has_value()) {
      keys_ = std::move(believed);
    }
  }
  if (keys_.has_value()) return absl::OkStatus();
  auto stub = ledger::v1::LedgerService::NewStub(channel_);
  Call call(this);
  call.context()->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(5));
  ledger::v1::GetHeadResponse response;
  RETURN_IF_ERROR(
      FromGrpcStatus(stub->GetHead(call.context(), ledger::v1::GetHeadRequest(), &response)));
  absl::StatusOr<VerifyingKey> key = VerifyingKey::FromPem(response.public_key_pem());
  if (!key.ok()) return Broken(absl::StrCat(source_, " gives a public key that is none"));
  keys_.emplace(*std::move(key));
  return absl::OkStatus();
}

absl::Status FeedConsumer::FetchKeyChanges() {
  auto stub = ledger::v1::LedgerService::NewStub(channel_);
  Call call(this);
  call.context()->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(5));
  ledger::v1::ListSigningKeysResponse response;
  RETURN_IF_ERROR(FromGrpcStatus(
      stub->ListSigningKeys(call.context(), ledger::v1::ListSigningKeysRequest(), &response)));
  std::vector<std::string> entries;
  for (const ledger::v1::SigningKey& key : response.keys()) {
    if (key.entry().empty()) continue;
    absl::StatusOr<KeyChange> change = KeyChangeOfBytes(key.entry(), source_);
    if (!change.ok() || change->old_key != keys_->newest().raw_bytes()) continue;
    if (!keys_->Add(*change).ok()) return Broken("a change of keys is not signed by both");
    entries.push_back(key.entry());
  }
  return witnesses_ == nullptr ? absl::OkStatus() : witnesses_->AddKeyChanges(source_, entries);
}

absl::StatusOr<FeedPage> FeedConsumer::CheckPage(const feed::v1::WatchResponse& response,
                                                 FeedProgress progress) {
  if (response.after_sequence() != progress.sequence ||
      response.through_sequence() != progress.sequence + response.entries_size()) {
    return Broken(absl::StrCat("after entry ", progress.sequence, " came entries ",
                               response.after_sequence() + 1, " to ", response.through_sequence()));
  }
  if (progress.epoch != 0 && response.epoch() != progress.epoch) {
    return Broken(
        absl::StrCat("a feed of epoch ", progress.epoch, " goes on as epoch ", response.epoch()));
  }
  FeedPage page;
  page.facts.reserve(response.entries_size());
  for (const feed::v1::FeedEntry& wire : response.entries()) {
    ASSIGN_OR_RETURN(FeedFact fact, ReadEntry(wire, progress.sequence + 1));
    progress.frontier.Append(HashLeaf(wire.entry()));
    ++progress.sequence;
    page.facts.push_back(std::move(fact));
  }
  progress.epoch = response.epoch();
  RETURN_IF_ERROR(CheckHead(response, progress));
  // Only for entries that are the source's own: others prove no newer version, and the source might
  // have no chunks for them, which would look like one that cannot answer just now.
  for (const FeedFact& fact : page.facts) RETURN_IF_ERROR(CheckFormat(fact.entry));
  for (int i = 0; i < response.entries_size(); ++i) {
    RETURN_IF_ERROR(TakeChunks(response.entries(i), &page.facts[i]));
  }
  absl::StatusOr<Timestamp> through_time = FromWire(response.through_time());
  if (!through_time.ok()) return Broken("a page's time cannot be read");
  progress.through_time = std::max(progress.through_time, *through_time);
  page.progress = std::move(progress);
  page.caught_up = response.caught_up();
  return page;
}

absl::Status FeedConsumer::CheckHead(const feed::v1::WatchResponse& response,
                                     const FeedProgress& progress) {
  ASSIGN_OR_RETURN(SignedHead head, FromWire(response.head()));
  RETURN_IF_ERROR(CheckSigner(head));
  if (head.head.service != source_ || head.head.epoch != progress.epoch ||
      head.head.size != progress.sequence || head.head.root != progress.frontier.Root()) {
    return Broken(absl::StrCat("entries 1 to ", progress.sequence, " are not those of ", source_,
                               "'s signed head"));
  }
  checked_head_ = std::move(head);
  return absl::OkStatus();
}

absl::Status FeedConsumer::CheckSigner(const SignedHead& head) {
  // An unknown key may be one that a signed change leads to; an answer that is none changes
  // nothing.
  if (!keys_->Knows(head.key_id)) {
    const absl::Status followed = FetchKeyChanges();
    if (followed.code() == absl::StatusCode::kUnavailable ||
        followed.code() == absl::StatusCode::kDeadlineExceeded) {
      return followed;
    }
  }
  const absl::Status verified = keys_->Verify(head);
  if (verified.ok()) return verified;
  return Broken(absl::StrCat("a head is not signed by ", source_, ": ", verified.message()));
}

absl::Status FeedConsumer::TakeChunks(const feed::v1::FeedEntry& wire, FeedFact* fact) {
  if (fact->entry.kind() != feed::v1::ENTRY_KIND_RETURN_ACCEPTED) return absl::OkStatus();
  feed::v1::ReturnAccepted accepted;
  if (!accepted.ParseFromString(fact->entry.fact())) {
    return Broken(absl::StrCat("the fact of entry ", fact->entry.sequence(), " cannot be read"));
  }
  if (wire.chunks_size() == accepted.chunk_digests_size()) {
    fact->chunks.assign(wire.chunks().begin(), wire.chunks().end());
  } else {
    RETURN_IF_ERROR(FetchChunks(accepted, fact));
  }
  for (int i = 0; i < accepted.chunk_digests_size(); ++i) {
    const Digest digest = Sha256(fact->chunks[i]);
    if (DigestBytes(digest) != accepted.chunk_digests(i)) {
      return Broken(absl::StrCat("the cells of entry ", fact->entry.sequence(),
                                 " are not those it was accepted with"));
    }
  }
  return absl::OkStatus();
}

absl::Status FeedConsumer::FetchChunks(const feed::v1::ReturnAccepted& accepted, FeedFact* fact) {
  for (int first = 0; first < accepted.chunk_digests_size(); first += kChunksACall) {
    feed::v1::GetChunksRequest request;
    const int end = std::min(first + kChunksACall, accepted.chunk_digests_size());
    for (int i = first; i < end; ++i) request.add_digests(accepted.chunk_digests(i));
    Call call(this);
    call.context()->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    auto reader = stub_->GetChunks(call.context(), request);
    feed::v1::GetChunksResponse response;
    while (reader->Read(&response)) {
      if (fact->chunks.size() == static_cast<size_t>(end)) {
        call.context()->TryCancel();
        reader->Finish();
        return Broken("more chunks came than were asked for");
      }
      fact->chunks.push_back(std::move(*response.mutable_chunk()));
    }
    RETURN_IF_ERROR(FromGrpcStatus(reader->Finish()));
    if (fact->chunks.size() != static_cast<size_t>(end))
      return Broken("a return's cells came short");
  }
  return absl::OkStatus();
}

}  // namespace onereturn
