#include "common/feed/witnessed_heads.h"

#include <chrono>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/commit/primary_family.h"
#include "common/commit/signing_keys.h"
#include "common/ledger/merkle.h"
#include "common/log/log.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/storage/key_codec.h"
#include "onereturn/storage/v1/records.pb.h"

namespace onereturn {
namespace {

constexpr int64_t kLeastMicrosBetween = 1'000'000;

std::string PeerRow(absl::string_view service) {
  return KeyWriter().U8(static_cast<uint8_t>(LedgerTag::kPeerLedger)).String(service).Take();
}

std::string HeadRow(absl::string_view service, uint64_t epoch, uint64_t size) {
  return KeyWriter()
      .U8(static_cast<uint8_t>(LedgerTag::kWitnessedHead))
      .String(service)
      .U64(epoch)
      .U64(size)
      .Take();
}

std::string TagRow(uint8_t tag) { return KeyWriter().U8(tag).Take(); }

int64_t SteadyMicros() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

absl::Status Unbelievable(absl::string_view why) {
  return Error(Reason::kFieldInvalid, absl::StrCat("the head that is shown is not believed: ", why))
      .Field("own_head", why);
}

absl::Status Contrary(absl::string_view service, absl::string_view fault) {
  return Error(Reason::kPeerLedger,
               absl::StrCat(service, "'s ledger is not the one it was: ", fault));
}

// All that is signed, and the signature: with the service's key anybody can verify it.
std::string WordsOf(const SignedHead& head) {
  return absl::StrCat("epoch ", head.head.epoch, ", ", head.head.size, " entries, root ",
                      DigestToHex(head.head.root), ", micros ", head.head.time_micros);
}

std::string SignatureOf(const SignedHead& head) {
  return absl::BytesToHexString(absl::string_view(
      reinterpret_cast<const char*>(head.signature.data()), head.signature.size()));
}

// The evidence itself, for the store may be unable to take it.
void LogContrary(const SignedHead& shown, const std::optional<SignedHead>& held,
                 const absl::Status& why) {
  LogError("ledger.peer_contrary", {{"service", shown.head.service},
                                    {"why", why.message()},
                                    {"held", held.has_value() ? WordsOf(*held) : ""},
                                    {"held_signature", held.has_value() ? SignatureOf(*held) : ""},
                                    {"shown", WordsOf(shown)},
                                    {"shown_signature", SignatureOf(shown)}});
}

// Adds the changes that lead on from the newest key.
absl::Status AddChanges(const std::vector<std::string>& entries, absl::string_view service,
                        KeyHistory* keys, std::vector<std::string>* kept) {
  for (const std::string& bytes : entries) {
    ASSIGN_OR_RETURN(const KeyChange change, KeyChangeOfBytes(bytes, service));
    const bool known = change.sequence <= keys->entries().back().from_size &&
                       change.epoch <= keys->entries().back().from_epoch;
    if (known || change.old_key != keys->newest().raw_bytes()) continue;
    RETURN_IF_ERROR(keys->Add(change));
    kept->push_back(bytes);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<WitnessedHeads>> WitnessedHeads::Load(const Store* store,
                                                                     Committer* committer,
                                                                     Elapsed elapsed) {
  if (elapsed == nullptr) elapsed = SteadyMicros;
  std::unique_ptr<WitnessedHeads> heads(new WitnessedHeads(store, committer, std::move(elapsed)));
  heads->family_ = LedgerFamilyOf(*store);
  std::lock_guard<std::mutex> lock(heads->mutex_);
  if (heads->family_.has_value()) RETURN_IF_ERROR(heads->LoadPeers());
  return heads;
}

absl::Status WitnessedHeads::LoadPeers() {
  const auto tag = static_cast<uint8_t>(LedgerTag::kPeerLedger);
  RETURN_IF_ERROR(store_->ForEach(
      *family_, TagRow(tag), TagRow(tag + 1),
      [this](absl::string_view row, absl::string_view value) -> absl::StatusOr<bool> {
        KeyReader reader(row);
        RETURN_IF_ERROR(reader.U8().status());
        ASSIGN_OR_RETURN(const std::string service, reader.String());
        storage::v1::PeerLedgerRecord record;
        if (!record.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
          return absl::DataLossError("a stored record of another service's ledger cannot be read");
        }
        Peer peer;
        peer.spiffe_id = record.spiffe_id();
        ASSIGN_OR_RETURN(VerifyingKey first, VerifyingKey::FromRawBytes(record.first_key()));
        peer.keys.emplace(std::move(first));
        const std::vector<std::string> changes(record.key_changes().begin(),
                                               record.key_changes().end());
        RETURN_IF_ERROR(AddChanges(changes, service, &*peer.keys, &peer.key_changes));
        peer.held_evidence = record.held_head();
        peer.contrary_evidence = record.contrary_head();
        peer.fault = record.fault();
        peers_[service] = std::move(peer);
        return true;
      }));
  for (auto& [service, peer] : peers_) RETURN_IF_ERROR(LoadNewestHead(service, &peer));
  return absl::OkStatus();
}

absl::Status WitnessedHeads::LoadNewestHead(const std::string& service, Peer* peer) const {
  ASSIGN_OR_RETURN(const std::optional<StoredEntry> row,
                   store_->SeekLast(*family_, HeadRow(service, 0, 0),
                                    HeadRow(service, ~uint64_t{0}, ~uint64_t{0})));
  if (!row.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(peer->head, ParseSignedHead(row->value));
  return absl::OkStatus();
}

absl::Status WitnessedHeads::Take(const ShownHead& shown) {
  const std::string& service = shown.head.head.service;
  absl::Status contrary;
  std::optional<SignedHead> held;
  TellFault tell;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto found = peers_.find(service);
    Peer peer = found == peers_.end() ? Peer() : found->second;
    bool changed = false;
    RETURN_IF_ERROR(Believe(shown, &peer, &changed));
    WriteBatch batch;
    held = peer.head;
    const bool new_epoch = peer.head.has_value() && shown.head.head.epoch > peer.head->head.epoch;
    const bool goes_on = peer.head.has_value() && !new_epoch;
    const std::string contradiction = goes_on ? Contradiction(shown, *peer.head) : "";
    if (!peer.fault.empty() && !new_epoch) {
      // One that had gone back and is there again is believed; one that forked never is.
      if (!WentBack(peer) || !contradiction.empty() || !IsAtLeast(shown, *peer.head)) {
        return Contrary(service, peer.fault);
      }
    }
    if (!peer.fault.empty()) {
      changed = true;
      tell = tell_;
      peer.fault.clear();
    }
    if (!contradiction.empty()) {
      peer.fault = contradiction;
      ASSIGN_OR_RETURN(peer.held_evidence, SerializeSignedHead(*peer.head));
      ASSIGN_OR_RETURN(peer.contrary_evidence, SerializeSignedHead(shown.head));
      changed = true;
      contrary = Contrary(service, peer.fault);
      tell = tell_;
    } else if (!goes_on || (shown.head.head.size > peer.head->head.size &&
                            shown.proof_from == peer.head->head.size &&
                            (!peer.kept_micros.has_value() ||
                             elapsed_() - *peer.kept_micros >= kLeastMicrosBetween))) {
      Keep(shown.head, &peer, &batch);
    }
    if (changed) PutPeer(service, peer, &batch);
    peers_[service] = std::move(peer);
    Write(service, std::move(batch));
  }
  if (!contrary.ok()) LogContrary(shown.head, held, contrary);
  if (tell) tell(service, contrary);
  return contrary;
}

absl::Status WitnessedHeads::Believe(const ShownHead& shown, Peer* peer, bool* changed) const {
  const std::string& service = shown.head.head.service;
  if (!IsServiceName(service) || service == committer_->service()) {
    return Unbelievable("it is of no other service");
  }
  if (!peer->keys.has_value()) {
    absl::StatusOr<VerifyingKey> first = VerifyingKey::FromRawBytes(shown.first_key);
    if (!first.ok()) return Unbelievable("no key comes with it");
    peer->spiffe_id = shown.spiffe_id;
    peer->keys.emplace(*std::move(first));
    *changed = true;
  }
  if (peer->spiffe_id != shown.spiffe_id) {
    return Unbelievable("another system has shown heads of this service before");
  }
  const size_t known = peer->key_changes.size();
  const absl::Status added =
      AddChanges(shown.key_changes, service, &*peer->keys, &peer->key_changes);
  if (!added.ok()) return Unbelievable(added.message());
  *changed = *changed || peer->key_changes.size() != known;
  const absl::Status verified = peer->keys->Verify(shown.head);
  return verified.ok() ? verified : Unbelievable(verified.message());
}

std::string WitnessedHeads::Contradiction(const ShownHead& shown, const SignedHead& held) {
  const TreeHead& now = shown.head.head;
  const TreeHead& before = held.head;
  const bool later = shown.asked || now.time_micros > before.time_micros;
  if (now.epoch < before.epoch) {
    if (!later) return "";
    return absl::StrCat("it was of epoch ", before.epoch, " and is of epoch ", now.epoch);
  }
  if (now.size == before.size && now.root != before.root) {
    return absl::StrCat("it signed two heads of ", now.size, " entries");
  }
  if (now.size < before.size) {
    if (!later) return "";
    return absl::StrCat("it held ", before.size, " entries and holds ", now.size);
  }
  if (now.size == before.size || shown.proof_from != before.size) return "";
  const absl::Status proved =
      VerifyConsistency(before.size, before.root, now.size, now.root, shown.proof);
  if (proved.ok()) return "";
  return absl::StrCat("its ", now.size, " entries do not begin with the ", before.size,
                      " it held: ", proved.message());
}

bool WitnessedHeads::WentBack(const Peer& peer) {
  const absl::StatusOr<SignedHead> held = ParseSignedHead(peer.held_evidence);
  const absl::StatusOr<SignedHead> contrary = ParseSignedHead(peer.contrary_evidence);
  return held.ok() && contrary.ok() && contrary->head.epoch == held->head.epoch &&
         contrary->head.size < held->head.size;
}

bool WitnessedHeads::IsAtLeast(const ShownHead& shown, const SignedHead& held) {
  const TreeHead& now = shown.head.head;
  return now.epoch == held.head.epoch &&
         (now.size == held.head.size ||
          (now.size > held.head.size && shown.proof_from == held.head.size));
}

void WitnessedHeads::Keep(const SignedHead& head, Peer* peer, WriteBatch* batch) const {
  peer->head = head;
  peer->kept_micros = elapsed_();
  PutHead(head, batch);
}

void WitnessedHeads::PutHead(const SignedHead& head, WriteBatch* batch) const {
  const absl::StatusOr<std::string> stored = SerializeSignedHead(head);
  if (!family_.has_value() || !stored.ok()) return;
  batch->Put(*family_, HeadRow(head.head.service, head.head.epoch, head.head.size), *stored);
}

void WitnessedHeads::PutPeer(const std::string& service, const Peer& peer,
                             WriteBatch* batch) const {
  if (!family_.has_value()) return;
  storage::v1::PeerLedgerRecord record;
  record.set_spiffe_id(peer.spiffe_id);
  record.set_first_key(peer.keys->entries().front().key.raw_bytes());
  for (const std::string& change : peer.key_changes) record.add_key_changes(change);
  record.set_held_head(peer.held_evidence);
  record.set_contrary_head(peer.contrary_evidence);
  record.set_fault(peer.fault);
  batch->Put(*family_, PeerRow(service), record.SerializeAsString());
}

void WitnessedHeads::Write(const std::string& service, WriteBatch batch) const {
  if (batch.empty()) return;
  PlainWrite write;
  write.batch = std::move(batch);
  write.done = [unkept = unkept_, service](const absl::Status& status) {
    unkept->Settle(service, status);
  };
  const absl::Status queued = committer_->Write(std::move(write));
  if (!queued.ok()) unkept_->Settle(service, queued);
}

void WitnessedHeads::Unkept::Settle(const std::string& service, const absl::Status& written) {
  bool is_news = false;
  {
    std::lock_guard<std::mutex> lock(mutex);
    if (!written.ok()) services.insert(service);
    is_news = written.ok() ? told.erase(service) > 0 : told.insert(service).second;
  }
  if (!is_news) return;
  if (written.ok()) {
    LogInfo("ledger.witness_kept_again", {{"service", service}});
  } else {
    LogWarning("ledger.witness_not_kept", {{"service", service}, {"why", TextOf(written)}});
  }
}

void WitnessedHeads::WriteUnkept() {
  std::set<std::string> services;
  {
    std::lock_guard<std::mutex> lock(unkept_->mutex);
    services.swap(unkept_->services);
  }
  if (services.empty()) return;
  std::lock_guard<std::mutex> lock(mutex_);
  for (const std::string& service : services) {
    const auto found = peers_.find(service);
    if (found == peers_.end()) continue;
    WriteBatch batch;
    PutPeer(service, found->second, &batch);
    if (found->second.head.has_value()) PutHead(*found->second.head, &batch);
    Write(service, std::move(batch));
  }
}

std::optional<SignedHead> WitnessedHeads::Held(absl::string_view service) const {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto found = peers_.find(service);
  return found == peers_.end() ? std::nullopt : found->second.head;
}

std::optional<SignedHead> WitnessedHeads::HeldFor(absl::string_view service,
                                                  absl::string_view spiffe_id) const {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto found = peers_.find(service);
  if (found == peers_.end() || found->second.spiffe_id != spiffe_id) return std::nullopt;
  return found->second.head;
}

std::optional<KeyHistory> WitnessedHeads::KeysOf(absl::string_view service) const {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto found = peers_.find(service);
  return found == peers_.end() ? std::nullopt : found->second.keys;
}

absl::Status WitnessedHeads::AddKeyChanges(absl::string_view service,
                                           const std::vector<std::string>& entries) {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto found = peers_.find(service);
  if (found == peers_.end()) return absl::OkStatus();
  Peer& peer = found->second;
  const size_t known = peer.key_changes.size();
  RETURN_IF_ERROR(AddChanges(entries, service, &*peer.keys, &peer.key_changes));
  if (peer.key_changes.size() == known) return absl::OkStatus();
  WriteBatch batch;
  PutPeer(found->first, peer, &batch);
  Write(found->first, std::move(batch));
  return absl::OkStatus();
}

std::vector<HeldLedger> WitnessedHeads::All() const {
  std::lock_guard<std::mutex> lock(mutex_);
  std::vector<HeldLedger> all;
  for (const auto& [service, peer] : peers_) all.push_back({service, peer.head, peer.fault});
  return all;
}

absl::StatusOr<std::vector<SignedHead>> WitnessedHeads::List(absl::string_view service,
                                                             uint64_t epoch, uint64_t above_size,
                                                             size_t limit) const {
  std::vector<SignedHead> heads;
  if (!family_.has_value()) return heads;
  const bool all = epoch == 0 && above_size == 0;
  // After the head itself: a key is a beginning of no other.
  const std::string from =
      all ? HeadRow(service, 0, 0) : HeadRow(service, epoch, above_size) + '\0';
  Cursor cursor = store_->Scan(*family_, from, HeadRow(service, ~uint64_t{0}, ~uint64_t{0}));
  while (heads.size() < limit) {
    ASSIGN_OR_RETURN(const bool more, cursor.Next());
    if (!more) break;
    ASSIGN_OR_RETURN(SignedHead head, ParseSignedHead(cursor.value()));
    heads.push_back(std::move(head));
  }
  return heads;
}

absl::Status WitnessedHeads::FaultOf(absl::string_view service) const {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto found = peers_.find(service);
  if (found == peers_.end() || found->second.fault.empty()) return absl::OkStatus();
  return Contrary(service, found->second.fault);
}

void WitnessedHeads::OnFault(TellFault tell) {
  std::vector<HeldLedger> faulty;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    tell_ = tell;
    for (const auto& [service, peer] : peers_) {
      if (!peer.fault.empty()) faulty.push_back({service, peer.head, peer.fault});
    }
  }
  for (const HeldLedger& ledger : faulty) {
    tell(ledger.service, Contrary(ledger.service, ledger.fault));
  }
}

}  // namespace onereturn
