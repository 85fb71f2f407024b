#include "common/commit/committer.h"

#include <openssl/rand.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/failpoint.h"
#include "common/commit/commit_group.h"
#include "common/commit/primary_family.h"
#include "common/commit/signing_keys.h"
#include "common/ledger/key_change.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "onereturn/storage/v1/records.pb.h"

namespace onereturn {
namespace {

constexpr size_t kSaltBytes = 16;
// Consumers fetch entries in pages that must fit a message.
constexpr size_t kMaxEntryBytes = 64 * 1024;
// Room for what the committer adds: epoch, sequence, time and salt.
constexpr size_t kGivenBytes = 64;

absl::Status RequestIdReused(const std::string& request_id) {
  return Error(Reason::kRequestIdReused,
               "a request with this request_id was accepted with other content: use a new id for "
               "new content")
      .With("request_id", request_id.substr(0, 8));
}

absl::Status CheckEntrySize(const feed::v1::Entry& entry) {
  if (entry.ByteSizeLong() + kGivenBytes <= kMaxEntryBytes) return absl::OkStatus();
  return Error(Reason::kMessageTooLarge,
               absl::StrCat("what would be kept has ", entry.ByteSizeLong(),
                            " bytes; an entry holds at most ", kMaxEntryBytes - kGivenBytes,
                            ": split it"))
      .With("limit_bytes", static_cast<int64_t>(kMaxEntryBytes - kGivenBytes));
}

std::string RequestKeyOf(const feed::v1::Entry& entry) {
  return RequestKey(RequestScope(entry.organisation(), entry.actor()), entry.request_id());
}

}  // namespace

absl::StatusOr<std::unique_ptr<Committer>> Committer::Start(Store* store, const Clock* clock,
                                                            SigningKey key,
                                                            CommitterOptions options) {
  ASSIGN_OR_RETURN(uint64_t size, LastSequence(*store));
  ASSIGN_OR_RETURN(Frontier frontier, Frontier::FromNodes(size, [store](const NodeId& node) {
                     return LedgerNode(*store, node);
                   }));
  Timestamp last_time{0};
  uint64_t epoch = 1;
  if (size > 0) {
    ASSIGN_OR_RETURN(std::string bytes, EntryBytes(*store, size));
    feed::v1::Entry entry;
    if (!entry.ParseFromString(bytes))
      return absl::DataLossError("the newest entry cannot be read");
    last_time = Timestamp{entry.time_micros()};
    epoch = entry.epoch();
    // The newest leaf is checked against the tree, so that a torn store never signs a head.
    ASSIGN_OR_RETURN(Digest leaf, LedgerNode(*store, NodeId{0, size - 1}));
    if (HashLeaf(bytes) != leaf)
      return absl::DataLossError("the newest entry is not the one in the ledger");
  }
  const bool begins = options.begin_epoch != 0;
  ONERETURN_CHECK(!begins || options.begin_epoch > epoch);
  if (begins) epoch = options.begin_epoch;
  TreeHead head{options.service, epoch, size, frontier.Root(),
                std::max(clock->Now(), last_time).micros};
  ASSIGN_OR_RETURN(SignedHead signed_head, SignHead(head, key));
  if (options.on_head && !begins) RETURN_IF_ERROR(options.on_head(signed_head));
  return std::unique_ptr<Committer>(new Committer(store, clock, std::move(key), std::move(options),
                                                  epoch, std::move(frontier), last_time,
                                                  std::move(signed_head)));
}

Committer::Committer(Store* store, const Clock* clock, SigningKey key, CommitterOptions options,
                     uint64_t epoch, Frontier frontier, Timestamp last_time, SignedHead head)
    : store_(store),
      clock_(clock),
      options_(std::move(options)),
      epoch_(epoch),
      frontier_(std::move(frontier)),
      head_(std::move(head)),
      key_(std::move(key)),
      floor_(last_time) {
  thread_ = std::thread([this] { Run(); });
}

Committer::~Committer() { Stop(); }

absl::Status Committer::Propose(Proposal proposal) {
  ONERETURN_CHECK(!proposal.entry.request_id().empty() && proposal.done);
  RETURN_IF_ERROR(CheckEntrySize(proposal.entry));
  size_t bytes = 0;
  for (const Proposal& part : proposal.parts) {
    ONERETURN_CHECK(!part.entry.request_id().empty() && !part.done && part.parts.empty());
    RETURN_IF_ERROR(CheckEntrySize(part.entry));
    bytes += part.entry.ByteSizeLong();
  }
  if (proposal.parts.size() > kMostFactsTogether || bytes > kMostBytesTogether) {
    return Error(Reason::kMessageTooLarge,
                 absl::StrCat(proposal.parts.size(), " facts of ", bytes,
                              " bytes would be kept together; at most ", kMostFactsTogether, " of ",
                              kMostBytesTogether, " bytes are: split them"))
        .With("limit_bytes", static_cast<int64_t>(kMostBytesTogether));
  }
  return Enqueue(std::move(proposal));
}

absl::Status Committer::Write(PlainWrite write) {
  ONERETURN_CHECK(static_cast<bool>(write.done));
  return Enqueue(std::move(write));
}

absl::Status Committer::Enqueue(Member member) {
  ONERETURN_FAILPOINT(kCommitBeforeQueue);
  {
    std::lock_guard<std::mutex> lock(mutex_);
    RETURN_IF_ERROR(refused_);
    if (stopping_) return Error(Reason::kDraining, "the service is shutting down");
    if (queue_.size() >= options_.queue_limit) {
      return Error(Reason::kQueueFull, "more submissions wait than the service can hold")
          .RetryAfter(absl::Milliseconds(200));
    }
    queue_.push_back(std::move(member));
  }
  queue_changed_.notify_one();
  return absl::OkStatus();
}

void Committer::Refuse(const absl::Status& why) {
  ONERETURN_CHECK(!why.ok());
  std::lock_guard<std::mutex> lock(mutex_);
  if (refused_.ok()) refused_ = why;
}

void Committer::Stop() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  queue_changed_.notify_all();
  WakeWaiters();
  if (thread_.joinable()) thread_.join();
}

void Committer::Run() {
  while (true) {
    std::vector<Member> members = TakeGroup();
    if (members.empty()) return;
    ONERETURN_FAILPOINT(kCommitGroupFormed);
    Commit(std::move(members));
  }
}

std::vector<Committer::Member> Committer::TakeGroup() {
  std::unique_lock<std::mutex> lock(mutex_);
  queue_changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
  std::vector<Member> members;
  while (!queue_.empty() && members.size() < options_.group_limit) {
    members.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return members;
}

void Committer::Commit(std::vector<Member> members) {
  Group group(key_);
  group.frontier = frontier_;
  group.last_time = BeginGroup();
  for (Member& member : members) {
    if (Proposal* proposal = std::get_if<Proposal>(&member)) {
      AddProposal(*proposal, &group);
    } else {
      AddPlainWrite(std::get<PlainWrite>(member), &group);
    }
  }
  if (group.batch.empty()) {
    EndGroup(group.last_time, std::nullopt);
    return Answer(&group);
  }
  absl::StatusOr<SignedHead> head = WriteGroup(group);
  if (head.ok()) {
    frontier_ = group.frontier;
    std::lock_guard<std::mutex> lock(mutex_);
    key_ = group.key;
  }
  EndGroup(group.last_time, head.ok() ? std::optional<SignedHead>(*head) : std::nullopt);
  if (!head.ok()) return Fail(&group, head.status());
  ONERETURN_FAILPOINT(kCommitBeforeReply);
  Answer(&group);
}

absl::StatusOr<SignedHead> Committer::WriteGroup(const Group& group) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    RETURN_IF_ERROR(refused_);
  }
  ONERETURN_FAILPOINT(kCommitBeforeWrite);
  absl::Status written = store_->Write(group.batch, Durability::kSynced);
  if (written.ok()) ONERETURN_FAILPOINT(kCommitAfterWrite);
  if (written.code() == absl::StatusCode::kResourceExhausted) {
    // Nothing was written, and reading goes on: the members are told, the ledger stays as it was.
    return Error(Reason::kStorageLow,
                 "the service has no space left to write to; it goes on by itself when there is")
        .RetryAfter(absl::Seconds(30))
        .ToStatus();
  }
  if (written.ok()) written = CheckWritten(group);
  absl::StatusOr<SignedHead> head = absl::UnknownError("");
  if (!written.ok()) {
    head = written;
  } else {
    ONERETURN_FAILPOINT(kCommitBeforeSign);
    head = SignHead(TreeHead{options_.service, epoch_, group.frontier.size(), group.frontier.Root(),
                             std::max(clock_->Now(), group.last_time).micros},
                    group.key);
  }
  const bool grown = group.frontier.size() > frontier_.size();
  if (head.ok() && grown && options_.on_head) {
    const absl::Status kept = options_.on_head(*head);
    // The group is on disk, and the frontier here does not hold it: another would be placed over
    // it. Whoever froze the heads refuses all writes too, but perhaps a moment later.
    if (!kept.ok()) Refuse(kept);
    // Nothing more will be written: the ledger was found to be behind meanwhile.
    if (!kept.ok() && ReasonOf(kept) == Reason::kLedgerBehind) return kept;
    if (!kept.ok()) head = kept;
  }
  if (head.ok()) return head;
  // What was promised can no longer be known: the process ends, and a restart finds the truth on
  // disk.
  options_.on_fatal(head.status());
  return Error(Reason::kStorageFault, "the store failed").ToStatus();
}

Timestamp Committer::BeginGroup() {
  std::lock_guard<std::mutex> lock(mutex_);
  floor_ = std::max(clock_->Now(), floor_);
  in_group_ = true;
  return floor_;
}

void Committer::EndGroup(Timestamp last_time, std::optional<SignedHead> head) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    floor_ = std::max(last_time, floor_);
    in_group_ = false;
    if (head.has_value()) head_ = *std::move(head);
  }
  head_changed_.notify_all();
}

absl::StatusOr<std::optional<AcceptedRequest>> Committer::KnownRequest(const feed::v1::Entry& entry,
                                                                       const Group& group) const {
  const auto earlier = group.Find(PrimaryFamily::kRequests, RequestKeyOf(entry));
  if (!earlier.has_value()) {
    return FindRequest(*store_, RequestScope(entry.organisation(), entry.actor()),
                       entry.request_id());
  }
  storage::v1::RequestRecord record;
  ONERETURN_CHECK(earlier->has_value() && record.ParseFromString(**earlier));
  return std::optional<AcceptedRequest>(
      AcceptedRequest{*DigestFromBytes(record.digest()), record.sequence()});
}

void Committer::AddProposal(Proposal& proposal, Group* group) {
  const absl::StatusOr<std::optional<AcceptedRequest>> known = KnownRequest(proposal.entry, *group);
  if (!known.ok()) return group->Refuse(proposal, known.status());
  if (known->has_value()) {
    if (DigestBytes((*known)->digest) != proposal.entry.request_digest()) {
      return group->Refuse(proposal, RequestIdReused(proposal.entry.request_id()));
    }
    group->replays.push_back({&proposal, (*known)->sequence});
    return;
  }
  absl::Status unchanged = CheckReadSet(proposal.read_set, *group);
  if (unchanged.ok()) unchanged = CheckParts(proposal, *group);
  if (!unchanged.ok()) return group->Refuse(proposal, std::move(unchanged));
  if (proposal.next_key.has_value()) {
    absl::Status turns = CheckNextKey(proposal.next_key->verifying_key(), *group);
    if (!turns.ok()) return group->Refuse(proposal, std::move(turns));
  }
  for (Proposal& part : proposal.parts) AddFact(part, group);
  AddFact(proposal, group);
}

// All of them, before the first is added.
absl::Status Committer::CheckParts(const Proposal& proposal, const Group& group) const {
  for (const Proposal& part : proposal.parts) {
    ASSIGN_OR_RETURN(const auto known, KnownRequest(part.entry, group));
    if (known.has_value()) return RequestIdReused(part.entry.request_id());
    RETURN_IF_ERROR(CheckReadSet(part.read_set, group));
  }
  return absl::OkStatus();
}

absl::Status Committer::CheckNextKey(const VerifyingKey& next, const Group& group) const {
  if (next.raw_bytes() == group.key.verifying_key().raw_bytes()) {
    return Error(Reason::kKeyNotGiven, "that key signs already");
  }
  ASSIGN_OR_RETURN(const std::optional<KeyHistory> history,
                   ReadKeyHistory(*store_, options_.service));
  bool signed_before = history.has_value() && history->Knows(next.key_id());
  for (const VerifyingKey& earlier : group.earlier_keys) {
    signed_before = signed_before || earlier.raw_bytes() == next.raw_bytes();
  }
  if (!signed_before) return absl::OkStatus();
  return Error(Reason::kKeyNotGiven,
               absl::StrCat("key ", next.key_id(),
                            " signed this ledger before and was replaced: it signs no more. Make "
                            "a new key, name its file in next_signing_key_file, and start again"));
}

void Committer::AddFact(Proposal& proposal, Group* group) {
  Group::NewFact fact;
  fact.proposal = &proposal;
  fact.placement.epoch = epoch_;
  fact.placement.sequence = group->frontier.size() + 1;
  group->last_time = std::max(clock_->Now(), group->last_time);
  fact.placement.time = group->last_time;

  std::string salt(kSaltBytes, '\0');
  ONERETURN_CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(salt.data()), kSaltBytes) == 1);
  feed::v1::Entry& entry = proposal.entry;
  entry.set_epoch(fact.placement.epoch);
  entry.set_sequence(fact.placement.sequence);
  entry.set_time_micros(fact.placement.time.micros);
  entry.set_salt(std::move(salt));
  if (proposal.next_key.has_value()) {
    entry.set_fact(SignedKeyChangeFact(options_.service, fact.placement.epoch,
                                       fact.placement.sequence, group->key, *proposal.next_key));
  }
  fact.entry = entry.SerializeAsString();
  ONERETURN_CHECK(fact.entry.size() <= kMaxEntryBytes);
  fact.leaf = HashLeaf(fact.entry);

  WriteBatch rows;
  rows.Put(PrimaryFamily::kEntries, EntryKey(fact.placement.sequence), fact.entry);
  storage::v1::RequestRecord record;
  record.set_digest(entry.request_digest());
  record.set_sequence(fact.placement.sequence);
  rows.Put(PrimaryFamily::kRequests, RequestKeyOf(entry), record.SerializeAsString());
  group->frontier.Append(fact.leaf, [&](const NodeId& node, const Digest& hash) {
    rows.Put(PrimaryFamily::kNodes, NodeKey(node), DigestBytes(hash));
    group->nodes.emplace(node, hash);
  });
  if (proposal.next_key.has_value()) {
    if (const auto ledger = LedgerFamilyOf(*store_); ledger.has_value()) {
      PutSigningKey(*ledger, proposal.next_key->verifying_key(), fact.placement.epoch,
                    fact.placement.sequence, &rows);
    }
    group->earlier_keys.push_back(group->key.verifying_key());
    group->key = *proposal.next_key;
  }
  if (proposal.write) proposal.write(fact.placement, &rows);
  group->Add(rows);
  group->facts.push_back(std::move(fact));
}

void Committer::AddPlainWrite(PlainWrite& write, Group* group) {
  if (absl::Status unchanged = CheckReadSet(write.read_set, *group); !unchanged.ok()) {
    return group->Refuse(write, std::move(unchanged));
  }
  group->Add(write.batch);
  group->writes.push_back(&write);
}

void Committer::Answer(Group* group) {
  const SignedHead head = LatestHead();
  // Members share the upper nodes of their paths: each is read once a group.
  auto nodes = [this, group](const NodeId& node) -> absl::StatusOr<Digest> {
    auto known = group->nodes.find(node);
    if (known != group->nodes.end()) return known->second;
    ASSIGN_OR_RETURN(Digest hash, LedgerNode(*store_, node));
    group->nodes.emplace(node, hash);
    return hash;
  };
  for (Group::NewFact& fact : group->facts) {
    if (!fact.proposal->done) continue;  // A part of another.
    absl::StatusOr<Receipt> receipt =
        MakeReceipt(fact.placement.sequence, std::move(fact.entry), head, nodes);
    if (receipt.ok()) {
      fact.proposal->done(Accepted{*std::move(receipt), fact.placement, false});
    } else {
      fact.proposal->done(receipt.status());
    }
  }
  for (const Group::Replay& replay : group->replays) {
    absl::StatusOr<Accepted> accepted = ReceiptOf(replay.sequence);
    if (accepted.ok()) accepted->replayed = true;
    replay.proposal->done(std::move(accepted));
  }
  for (PlainWrite* write : group->writes) write->done(absl::OkStatus());
  for (const Group::Refusal& refusal : group->refusals) refusal.done(refusal.status);
}

void Committer::Fail(Group* group, const absl::Status& status) {
  for (const Group::NewFact& fact : group->facts) {
    if (fact.proposal->done) fact.proposal->done(status);
  }
  for (const Group::Replay& replay : group->replays) replay.proposal->done(status);
  for (PlainWrite* write : group->writes) write->done(status);
  for (const Group::Refusal& refusal : group->refusals) refusal.done(status);
}

}  // namespace onereturn
