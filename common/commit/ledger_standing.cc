#include "common/commit/ledger_standing.h"

#include <filesystem>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/read_file.h"
#include "common/commit/journal.h"
#include "common/commit/primary_family.h"
#include "common/commit/signing_keys.h"
#include "common/log/log.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/storage/key_codec.h"

namespace onereturn {
namespace {

absl::Status Behind(absl::string_view what) { return Error(Reason::kLedgerBehind, what); }

std::string NoteKey() {
  return KeyWriter().U8(static_cast<uint8_t>(LedgerTag::kHighWaterKept)).Take();
}

absl::StatusOr<Digest> RootAt(const Store& store, uint64_t size) {
  return RootFromNodes(size, [&store](const NodeId& node) { return LedgerNode(store, node); });
}

// The opening of a file against a store, in steps.
class Opening {
 public:
  Opening(Store* store, const HighWaterCheck& check, LedgerEnd end)
      : store_(store), check_(check), epoch_(end.epoch), size_(end.size) {}

  absl::Status Run() {
    ASSIGN_OR_RETURN(const bool accepted, TakeAcceptance());
    if (accepted) return Make();
    const absl::StatusOr<SignedHead> head = HighWaterFile::Read(check_.path);
    if (head.status().code() == absl::StatusCode::kNotFound) return WithoutFile();
    if (head.status().code() == absl::StatusCode::kDataLoss) {
      return Behind(absl::StrCat(head.status().message(), Remedy()));
    }
    RETURN_IF_ERROR(head.status());
    RETURN_IF_ERROR(CheckSigner(*head));
    RETURN_IF_ERROR(Compare(head->head));
    return Remember();
  }

  // The file first: a store that remembers one without having one would be refused.
  absl::Status Make() {
    TreeHead head{check_.service, epoch_, size_, {}, 0};
    ASSIGN_OR_RETURN(head.root, RootAt(*store_, size_));
    ASSIGN_OR_RETURN(const SignedHead signed_head, SignHead(head, check_.keys.front()));
    RETURN_IF_ERROR(HighWaterFile::Make(check_.path, signed_head));
    RETURN_IF_ERROR(Remember());
    std::error_code error;
    std::filesystem::remove(AcceptFileOf(check_.path), error);
    if (!error) return absl::OkStatus();
    return absl::UnavailableError(
        absl::StrCat(AcceptFileOf(check_.path), " cannot be removed: ", error.message()));
  }

 private:
  std::string Remedy() const {
    return absl::StrCat(
        ". Restore the service from its backup. If what it holds now, ", size_,
        " entries, is all there ever was or may stay lost, write that number into the file ",
        AcceptFileOf(check_.path), " and start it again");
  }

  // The operator's word must fit what is there, so that a file forgotten since accepts nothing.
  absl::StatusOr<bool> TakeAcceptance() const {
    const std::string file = AcceptFileOf(check_.path);
    const std::optional<std::string> text = ReadFile(file);
    if (!text.has_value()) return false;
    uint64_t accepted = 0;
    if (!absl::SimpleAtoi(absl::StripAsciiWhitespace(*text), &accepted) || accepted != size_) {
      return Error(Reason::kFieldInvalid,
                   absl::StrCat(file, " accepts another store: this one holds ", size_,
                                " entries. Write that number into it, or remove it"))
          .Field("high_water_file", file);
    }
    const absl::StatusOr<SignedHead> earlier = HighWaterFile::Read(check_.path);
    LogWarning("high_water.accepted",
               {{"entries", size_},
                {"earlier", earlier.ok() ? absl::StrCat(earlier->head.size, " entries")
                                         : std::string(earlier.status().message())}});
    return true;
  }

  absl::Status WithoutFile() {
    ASSIGN_OR_RETURN(const bool kept, Kept());
    if (kept || size_ > 0) {
      return Behind(absl::StrCat("the high-water file ", check_.path, " is missing, and the store",
                                 kept ? " has had one" : " holds facts", Remedy()));
    }
    return Make();
  }

  absl::StatusOr<bool> Kept() const {
    const std::optional<ColumnFamily> family = LedgerFamilyOf(*store_);
    if (!family.has_value()) return false;
    ASSIGN_OR_RETURN(const std::optional<std::string> note, store_->Get(*family, NoteKey()));
    return note.has_value();
  }

  // That a file is kept, in a table, so that the loss of the log does not take it.
  absl::Status Remember() {
    ASSIGN_OR_RETURN(const bool kept, Kept());
    const std::optional<ColumnFamily> family = LedgerFamilyOf(*store_);
    if (kept || !family.has_value()) return absl::OkStatus();
    WriteBatch batch;
    batch.Put(*family, NoteKey(), "");
    RETURN_IF_ERROR(store_->Write(batch, Durability::kSynced));
    return store_->Flush();
  }

  absl::Status CheckSigner(const SignedHead& head) const {
    ASSIGN_OR_RETURN(const std::optional<KeyHistory> history,
                     ReadKeyHistory(*store_, check_.service));
    if (history.has_value() && history->Verify(head).ok()) return absl::OkStatus();
    for (const SigningKey& key : check_.keys) {
      if (VerifyHead(head, key.verifying_key()).ok()) return absl::OkStatus();
    }
    return Behind(absl::StrCat("the high-water file ", check_.path, " is signed by key ",
                               head.key_id, ", which is no key of this service", Remedy()));
  }

  absl::Status Compare(const TreeHead& head) const {
    // A later epoch begins only with a restore, which accepted the loss of what the file knows.
    if (head.service == check_.service && head.epoch < epoch_) return absl::OkStatus();
    if (head.service != check_.service || head.epoch != epoch_) {
      return Behind(absl::StrCat("the high-water file ", check_.path, " is of ", head.service,
                                 ", epoch ", head.epoch, "; the store is of ", check_.service,
                                 ", epoch ", epoch_, Remedy()));
    }
    if (head.size > size_) {
      return Behind(absl::StrCat("the store holds ", size_, " entries, and ", head.size,
                                 " were accepted, as the high-water file ", check_.path,
                                 " knows: the last ", head.size - size_, " are lost", Remedy()));
    }
    ASSIGN_OR_RETURN(const Digest root, RootAt(*store_, head.size));
    if (root == head.root) return absl::OkStatus();
    return Behind(absl::StrCat("the store's first ", head.size,
                               " entries are not those that were accepted, as the high-water file ",
                               check_.path, " knows", Remedy()));
  }

  Store* const store_;
  const HighWaterCheck& check_;
  const uint64_t epoch_;
  const uint64_t size_;
};

}  // namespace

std::string AcceptFileOf(const std::string& high_water_file) { return high_water_file + ".accept"; }

absl::Status CheckHighWater(Store* store, const HighWaterCheck& check) {
  ASSIGN_OR_RETURN(const LedgerEnd end, EndOfLedger(*store));
  return Opening(store, check, end).Run();
}

absl::Status MakeHighWater(Store* store, const HighWaterCheck& check) {
  ASSIGN_OR_RETURN(const LedgerEnd end, EndOfLedger(*store));
  return Opening(store, check, end).Make();
}

absl::Status CompareWithOwn(const Store& store, const Committer& committer, const SignedHead& known,
                            const std::optional<VerifyingKey>& other) {
  if (known.head.service != committer.service()) {
    return Error(Reason::kFieldInvalid, "the known head is another service's")
        .Field("known_head.service", committer.service());
  }
  ASSIGN_OR_RETURN(const std::optional<KeyHistory> history,
                   ReadKeyHistory(store, committer.service()));
  const KeyHistory keys = history.value_or(KeyHistory(committer.verifying_key()));
  const bool by_other =
      other.has_value() && !keys.Knows(other->key_id()) && VerifyHead(known, *other).ok();
  if (!by_other && !keys.Verify(known).ok()) {
    return Error(Reason::kFieldInvalid, "the known head is not signed by this service's key")
        .Field("known_head.signature", "not of this service");
  }
  const TreeHead own = committer.LatestHead().head;
  if (known.head.epoch < own.epoch) return absl::OkStatus();
  if (known.head.epoch > own.epoch) {
    return Behind(absl::StrCat("a head of epoch ", known.head.epoch,
                               " was signed, and this is epoch ", own.epoch));
  }
  if (known.head.size > own.size) {
    return Behind(absl::StrCat("a head of ", known.head.size,
                               " entries was signed, and this ledger holds ", own.size,
                               ": facts are lost"));
  }
  ASSIGN_OR_RETURN(const Digest root, RootAt(store, known.head.size));
  if (root == known.head.root) return absl::OkStatus();
  return Behind(absl::StrCat("another head of ", known.head.size,
                             " entries was signed: this ledger is not the one it was"));
}

absl::Status LedgerStanding::Judge(const SignedHead& known) {
  RETURN_IF_ERROR(status());
  absl::Status judged = CompareWithOwn(*store_, *committer_, known, other_);
  if (judged.ok() || ReasonOf(judged) != Reason::kLedgerBehind) return judged;
  // Refused before the file is frozen: no later group writes behind a head that is not published.
  committer_->Refuse(judged);
  if (file_ != nullptr) {
    const absl::Status frozen = file_->Freeze(known, judged);
    if (!frozen.ok()) LogError("high_water.not_kept", {{"why", frozen.message()}});
  }
  std::function<void(const absl::Status& why)> tell;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!status_.ok()) return status_;
    status_ = judged;
    tell = tell_;
  }
  LogError("ledger.behind", {{"why", judged.message()},
                             {"known_size", known.head.size},
                             {"own_size", committer_->LatestHead().head.size}});
  if (tell) tell(judged);
  return judged;
}

absl::Status LedgerStanding::status() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return status_;
}

void LedgerStanding::OnLost(std::function<void(const absl::Status& why)> tell) {
  absl::Status lost;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    tell_ = tell;
    lost = status_;
  }
  if (!lost.ok()) tell(lost);
}

}  // namespace onereturn
