#include "tools/auditor/ledger_audit.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "tools/auditor/diagnosis.h"
#include "tools/auditor/proof_audit.h"

namespace onereturn::auditor {
namespace {

using ledger::v1::SignedHead;

std::string HeadWords(const SignedHead& head) {
  return absl::StrCat("a head of ", head.size(), " entries in epoch ", head.epoch(), ", root ",
                      Hex(head.root()), ", key ", head.key_id());
}

class Auditing {
 public:
  Auditing(const LedgerSource& service, const LedgerAuditOptions& options, Memory* memory,
           Report* report)
      : service_(service), options_(options), memory_(*memory), report_(*report) {}

  std::optional<LedgerState> Run() {
    const size_t lies_before = report_.lies.size();
    examined_.service = service_.name();
    CompareHeldHeads();
    if (!FetchHead() || !Read()) return std::nullopt;
    FollowKeys();
    CheckHead();
    CheckHistory();
    // Of what does not continue what was, no more can be told.
    if (tree_.size() >= state_.head.size()) {
      CheckPageHeads();
      CheckWitnessed();
      AuditProofs(service_, memory_.heads(), state_.head, tree_, &report_);
    }
    for (Lie& fault : state_.reading.faults.lies) report_.lies.push_back(std::move(fault));
    for (std::string& one : state_.reading.faults.unchecked) {
      report_.unchecked.push_back(std::move(one));
    }
    if (report_.lies.size() == lies_before) Remember();
    examined_.epoch = state_.head.epoch();
    examined_.size = state_.head.size();
    examined_.root = Hex(state_.head.root());
    examined_.entries = state_.reading.marks.size();
    examined_.chunks = state_.reading.chunks;
    report_.examined.push_back(examined_);
    return std::move(state_);
  }

 private:
  void Tell(LieKind kind, absl::string_view place, absl::string_view expected,
            absl::string_view seen) {
    report_.Add(kind, service_.name(), place, expected, seen);
  }
  void Unchecked(absl::string_view what, const absl::Status& why) {
    report_.unchecked.push_back(absl::StrCat(service_.name(), ": ", what, ": ", why.message()));
  }

  // A call that failed: the service's own word that it lost facts is a lie found, all else means
  // that nothing is known.
  void Failed(absl::string_view what, const absl::Status& status) {
    if (AdmitsLoss(status)) {
      const std::optional<SignedHead> known = memory_.Highest();
      return Tell(LieKind::kRolledBack, what,
                  known.has_value() ? HeadWords(*known) : std::string("a ledger that is served"),
                  status.message());
    }
    Unchecked(what, status);
  }

  // Heads held from before and shown by witnesses, among themselves: the service need not answer.
  void CompareHeldHeads() {
    std::map<std::pair<uint64_t, uint64_t>, std::pair<std::string, SignedHead>> by_size;
    const auto compare = [&](const std::string& holder, const SignedHead& head) {
      const auto [other, added] =
          by_size.emplace(std::make_pair(head.epoch(), head.size()), std::make_pair(holder, head));
      if (added || other->second.second.root() == head.root()) return;
      Tell(LieKind::kForkedLedger, absl::StrCat("the heads of ", head.size(), " entries"),
           absl::StrCat(other->second.first, " holds ", HeadWords(other->second.second)),
           absl::StrCat(holder, " holds ", HeadWords(head)));
    };
    for (const SignedHead& head : memory_.heads()) compare("the auditor", head);
    for (const WitnessedHead& seen : options_.witnessed) {
      if (SignedByKnown(seen.head)) compare(seen.witness, seen.head);
    }
  }

  bool SignedByKnown(const SignedHead& head) const {
    return std::any_of(keys_.begin(), keys_.end(),
                       [&](const PinnedKey& pinned) { return HeadIsSigned(head, pinned.key); }) ||
           std::any_of(memory_.keys().begin(), memory_.keys().end(),
                       [&](const PinnedKey& pinned) { return HeadIsSigned(head, pinned.key); });
  }

  bool FetchHead() {
    const auto response = service_.GetHead(std::nullopt);
    if (!response.ok()) {
      Failed("its newest head", response.status());
      return false;
    }
    state_.head = response->head();
    keys_ = memory_.keys();
    if (!keys_.empty()) return true;
    const std::optional<PublicKey> shown = PublicKeyFromPem(response->public_key_pem());
    if (!options_.first_key.has_value() && !shown.has_value()) {
      Tell(LieKind::kHeadNotSigned, "its newest head", "a public key", "none that can be read");
      return false;
    }
    if (!options_.first_key.has_value()) {
      report_.notes.push_back(
          absl::StrCat(service_.name(), ": key ", shown->id(),
                       " is taken as its own, as no other was given: compare it by another way"));
    }
    first_pin_ = PinnedKey{0, 0, options_.first_key.has_value() ? *options_.first_key : *shown};
    keys_.push_back(*first_pin_);
    return true;
  }

  // Only what is new, when that is all there is to read; from the first entry otherwise.
  bool Read() {
    const std::optional<SignedHead> known = memory_.Highest();
    const bool only_new = !options_.full && known.has_value() && first_pin_ == std::nullopt &&
                          known->epoch() == state_.head.epoch() &&
                          known->size() <= state_.head.size();
    if (only_new && !ReadFrom(known->size())) return false;
    if (only_new && View(TreeNow().RootAt(state_.head.size())) == state_.head.root()) return true;
    return ReadFrom(0);
  }

  bool ReadFrom(uint64_t after) {
    ReadingOptions reading = options_.reading;
    reading.contents = after == 0;
    auto read = ReadFeed(service_, after, state_.head.size(), reading);
    if (!read.ok()) {
      Failed(absl::StrCat("entries ", after + 1, " to ", state_.head.size(), " of its feed"),
             read.status());
      return false;
    }
    state_.reading = *std::move(read);
    return true;
  }

  // The tree of what is served now: with what is remembered before it, where only the rest was
  // read.
  Tree TreeNow() const {
    Tree tree;
    if (state_.reading.after > 0) tree = memory_.tree();
    for (const Mark& mark : state_.reading.marks) tree.Append(mark.leaf);
    return tree;
  }

  void FollowKeys() {
    for (const auto& change : state_.reading.key_changes) {
      const auto place = std::make_pair(change.epoch, change.sequence);
      if (change.sequence <= keys_.back().from_sequence &&
          change.epoch <= keys_.back().from_epoch) {
        continue;  // Followed before.
      }
      const bool leads_on = change.fact.old_public_key() == keys_.back().key.bytes;
      const bool is_signed =
          KeyChangeIsSigned(change.fact, service_.name(), place.first, place.second);
      const bool turns_back =
          std::any_of(keys_.begin(), keys_.end(), [&change](const PinnedKey& pinned) {
            return pinned.key.bytes == change.fact.new_public_key();
          });
      if (leads_on && is_signed && !turns_back) {
        keys_.push_back(
            {change.epoch, change.sequence, *PublicKeyFromBytes(change.fact.new_public_key())});
        continue;
      }
      Tell(LieKind::kKeyChanged, absl::StrCat("entry ", change.sequence, " (SIGNING_KEY_CHANGED)"),
           absl::StrCat("a change from key ", keys_.back().key.id(),
                        " to a new one, that both keys signed"),
           !leads_on    ? "a change from another key"
           : !is_signed ? "signatures that do not hold"
                        : "a change back to a key that was replaced");
    }
  }

  // The key that signs heads of this size.
  const PinnedKey& KeyAt(uint64_t epoch, uint64_t size) const {
    const PinnedKey* in_force = &keys_.front();
    for (const PinnedKey& key : keys_) {
      if (key.from_epoch <= epoch && key.from_sequence <= size) in_force = &key;
    }
    return *in_force;
  }

  void CheckHead() {
    const SignedHead& head = state_.head;
    if (head.service() != service_.name()) {
      Tell(LieKind::kHeadNotSigned, "its newest head", absl::StrCat("a head of ", service_.name()),
           absl::StrCat("a head of ", head.service()));
    }
    const PinnedKey& key = KeyAt(head.epoch(), head.size());
    if (HeadIsSigned(head, key.key)) return;
    const bool other = head.key_id() != key.key.id();
    Tell(other ? LieKind::kKeyChanged : LieKind::kHeadNotSigned, "its newest head",
         absl::StrCat("a signature by key ", key.key.id()),
         other ? HeadWords(head)
               : absl::StrCat("a signature that does not hold, on ", HeadWords(head)));
  }

  // What was before, what is served, and the signed root: of all that can be wrong, the first.
  void CheckHistory() {
    const SignedHead& head = state_.head;
    const std::optional<SignedHead> known = memory_.Highest();
    if (known.has_value() && !BeginsRightly(*known)) return;
    tree_ = TreeNow();
    const Hash root = tree_.RootAt(std::min(head.size(), tree_.size()));
    if (View(root) != head.root()) {
      const std::string place = absl::StrCat("the head of ", head.size(), " entries");
      const bool second =
          known.has_value() && known->epoch() == head.epoch() && known->size() == head.size();
      if (second) {
        Tell(LieKind::kForkedLedger, place, absl::StrCat("the auditor holds ", HeadWords(*known)),
             HeadWords(head));
      }
      Tell(LieKind::kForgedHead, place,
           absl::StrCat("root ", Hex(root), ", that of the entries it serves"),
           absl::StrCat("root ", Hex(head.root()), ", signed"));
    }
    examined_.heads += memory_.heads().size();
  }

  // Does what is served continue what is remembered? False when it does not, and the lie is told.
  bool BeginsRightly(const SignedHead& known) {
    if (state_.head.epoch() < known.epoch()) {
      Tell(LieKind::kRolledBack, "its newest head", HeadWords(known), HeadWords(state_.head));
      return false;
    }
    if (state_.reading.after > 0) return true;  // Its root has been compared.
    std::vector<Mark> before = memory_.marks();
    if (state_.head.epoch() > known.epoch() && !TakeEpoch(known, &before)) return false;
    std::optional<Lie> tamper =
        FirstTamper(service_.name(), before, state_.reading.marks, state_.reading.names);
    if (!tamper.has_value()) return true;
    report_.lies.push_back(*std::move(tamper));
    if (state_.head.epoch() != known.epoch()) return false;
    if (state_.head.size() == known.size() && state_.head.root() != known.root()) {
      Tell(LieKind::kForkedLedger, absl::StrCat("the heads of ", known.size(), " entries"),
           absl::StrCat("the auditor holds ", HeadWords(known)), HeadWords(state_.head));
    } else if (state_.head.size() < known.size() &&
               report_.lies.back().kind != LieKind::kRolledBack) {
      Tell(LieKind::kRolledBack, "its newest head", HeadWords(known), HeadWords(state_.head));
    }
    return false;
  }

  // A restore says of itself what it gave up; it may give up no more than that.
  bool TakeEpoch(const SignedHead& known, std::vector<Mark>* before) {
    const auto& epochs = state_.reading.epochs;
    const auto begun = std::find_if(epochs.begin(), epochs.end(),
                                    [&](const auto& epoch) { return epoch.epoch > known.epoch(); });
    if (begun == epochs.end() || begun->fact.kept_sequence() + 1 != begun->sequence) {
      Tell(LieKind::kRolledBack, absl::StrCat("epoch ", state_.head.epoch()),
           "an entry that says how the epoch began", "none");
      return false;
    }
    const uint64_t kept = begun->fact.kept_sequence();
    if (kept < before->size()) {
      report_.notes.push_back(absl::StrCat(service_.name(), ": restored: entries ", kept + 1,
                                           " to ", before->size(), " of epoch ", known.epoch(),
                                           " were given up: ", begun->fact.reason()));
      before->resize(kept);
    }
    return true;
  }

  void CheckPageHeads() {
    for (const SignedHead& head : state_.reading.page_heads) {
      if (head.size() > tree_.size() || head.epoch() != state_.head.epoch()) continue;
      ++examined_.heads;
      // A head of an earlier size is signed when it is asked for, by the key that signs then.
      const bool is_signed = SignedByKnown(head);
      if (is_signed && View(tree_.RootAt(head.size())) == head.root()) continue;
      Tell(is_signed ? LieKind::kForgedHead : LieKind::kHeadNotSigned,
           absl::StrCat("the page's head of ", head.size(), " entries"),
           absl::StrCat("root ", Hex(tree_.RootAt(head.size())), ", signed"), HeadWords(head));
      return;
    }
  }

  void CheckWitnessed() {
    for (const WitnessedHead& seen : options_.witnessed) {
      const SignedHead& head = seen.head;
      if (!SignedByKnown(head)) {
        // Nobody signed it: it says nothing of this service, only of the witness.
        report_.notes.push_back(absl::StrCat(seen.witness, " holds ", HeadWords(head), " of ",
                                             service_.name(), " that no known key signed"));
        continue;
      }
      ++examined_.heads;
      if (head.epoch() < state_.head.epoch()) continue;
      // The witness was asked first: the service can only have gone on since.
      if (head.epoch() > state_.head.epoch() || head.size() > tree_.size()) {
        Tell(LieKind::kRolledBack, absl::StrCat("the head that ", seen.witness, " holds"),
             HeadWords(head), HeadWords(state_.head));
        return;
      }
      if (View(tree_.RootAt(head.size())) != head.root()) {
        Tell(LieKind::kForkedLedger, absl::StrCat("the head that ", seen.witness, " holds"),
             absl::StrCat("root ", Hex(tree_.RootAt(head.size())), " of ", head.size(),
                          " entries, as it is shown here"),
             HeadWords(head));
        return;
      }
    }
  }

  void Remember() {
    absl::Status status = RememberEpoch();
    if (first_pin_.has_value() && status.ok()) status = memory_.Pin(*first_pin_);
    for (size_t i = memory_.keys().size(); i < keys_.size() && status.ok(); ++i) {
      status = memory_.Pin(keys_[i]);
    }
    const uint64_t held = memory_.marks().size();
    const size_t skip = static_cast<size_t>(held - state_.reading.after);
    const std::optional<SignedHead> known = memory_.Highest();
    const bool news = !known.has_value() || known->size() != state_.head.size() ||
                      known->epoch() != state_.head.epoch();
    if (status.ok() && news) {
      const auto& marks = state_.reading.marks;
      status =
          memory_.Grow({marks.begin() + static_cast<ptrdiff_t>(skip), marks.end()}, state_.head);
    }
    for (const WitnessedHead& seen : options_.witnessed) {
      const bool held_already =
          std::any_of(memory_.heads().begin(), memory_.heads().end(), [&](const SignedHead& head) {
            return head.epoch() == seen.head.epoch() && head.size() == seen.head.size();
          });
      if (status.ok() && !held_already && SignedByKnown(seen.head))
        status = memory_.Keep(seen.head);
    }
    if (!status.ok()) Unchecked("what was found could not be kept", status);
  }

  absl::Status RememberEpoch() {
    const std::optional<SignedHead> known = memory_.Highest();
    if (!known.has_value() || known->epoch() == state_.head.epoch()) return absl::OkStatus();
    for (const auto& epoch : state_.reading.epochs) {
      if (epoch.epoch <= known->epoch()) continue;
      return memory_.BeginEpoch(state_.head.epoch(), epoch.fact.kept_sequence());
    }
    return absl::OkStatus();
  }

  const LedgerSource& service_;
  const LedgerAuditOptions& options_;
  Memory& memory_;
  Report& report_;
  LedgerState state_;
  std::vector<PinnedKey> keys_;
  std::optional<PinnedKey> first_pin_;
  Tree tree_;  // Of what is served, once it is known to continue what was.
  Examined examined_;
};

}  // namespace

std::optional<LedgerState> AuditLedger(const LedgerSource& service,
                                       const LedgerAuditOptions& options, Memory* memory,
                                       Report* report) {
  return Auditing(service, options, memory, report).Run();
}

void ShowHighestHead(const LedgerSource& service, const Memory& memory, Report* report) {
  const std::optional<SignedHead> highest = memory.Highest();
  if (!highest.has_value()) return;
  const auto response = service.GetHead(highest);
  if (response.ok() || !AdmitsLoss(response.status())) return;
  report->Add(LieKind::kRolledBack, service.name(), "its answer to the head that is remembered",
              HeadWords(*highest), response.status().message());
}

}  // namespace onereturn::auditor
