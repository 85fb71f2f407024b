#include "common/service/restore.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <future>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/personal_data.h"
#include "common/base/sync_folder.h"
#include "common/base/utf8.h"
#include "common/commit/journal.h"
#include "common/commit/request_id.h"
#include "common/commit/signing_keys.h"
#include "common/digest/digest.h"
#include "common/ledger/merkle.h"
#include "common/log/log.h"
#include "common/rpc/server.h"
#include "common/service/backups.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

namespace fs = std::filesystem;

constexpr absl::string_view kBackupOfName = "backup-";

std::string Beside(const std::string& data_folder, absl::string_view ending) {
  return absl::StrCat(absl::StripSuffix(data_folder, "/"), ".", ending);
}

// Where the store that the order replaces is kept.
std::string PutAsideFolder(const std::string& data_folder, const config::v1::RestoreOrder& order) {
  return Beside(data_folder, absl::StrCat("before-", order.id()));
}

// Where the order lies once it was carried out.
std::string DoneOrderFile(const std::string& data_folder, const config::v1::RestoreOrder& order) {
  return Beside(data_folder, absl::StrCat("restored-", order.id()));
}

absl::Status Rename(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error) {
    return absl::UnavailableError(
        absl::StrCat("cannot rename ", from, " to ", to, ": ", error.message()));
  }
  // The name must survive a power loss before the next step rests on it.
  if (SyncFolder(FolderOf(to))) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("cannot sync the name ", to, ": ", std::strerror(errno)));
}

absl::StatusOr<bool> Exists(const std::string& path) {
  std::error_code error;
  const bool there = fs::exists(path, error);
  if (!error) return there;
  return absl::UnavailableError(absl::StrCat("cannot look at ", path, ": ", error.message()));
}

// A pipe would be waited for at the start, and a folder say nothing.
absl::Status CheckRegular(const std::string& file) {
  std::error_code error;
  if (fs::is_regular_file(file, error) && !error) return absl::OkStatus();
  return Error(Reason::kFieldInvalid,
               absl::StrCat(file, " is no ordinary file: write the order with `onereturn restore`"))
      .Field("file", file);
}

absl::Status DoneBefore(const std::string& file, const config::v1::RestoreOrder& order) {
  return Error(Reason::kFieldInvalid,
               absl::StrCat(file, " is an order, \"", order.id(),
                            "\", that was carried out before, and carries out nothing again: "
                            "write a new one with `onereturn restore`, or remove the file"))
      .Field("id", "of an order that was carried out before");
}

absl::StatusOr<HeldCopy> FindCopy(const config::v1::ServerConfig& config, const std::string& name) {
  ASSIGN_OR_RETURN(std::vector<HeldCopy> copies,
                   ListCopies(config.data_folder(), config.backup_folder()));
  for (HeldCopy& copy : copies) {
    if (copy.name == name) return std::move(copy);
  }
  return absl::NotFoundError(
      absl::StrCat("there is no copy \"", name,
                   "\" that can be restored: `onereturn backups` lists them, and the log names "
                   "those that no seal of this service goes with"));
}

absl::Status WriteCopy(const config::v1::ServerConfig& config, const std::string& name,
                       const std::string& folder) {
  std::error_code error;
  fs::remove_all(folder, error);  // Of an earlier try.
  uint32_t number = 0;
  if (absl::SimpleAtoi(absl::StripPrefix(name, kBackupOfName), &number)) {
    ASSIGN_OR_RETURN(const auto backups, BackupFolder::Open(config.backup_folder()));
    RETURN_IF_ERROR(backups->Verify(number));
    return backups->Restore(number, folder);
  }
  // Copied, not linked: the checkpoint stays what it is.
  fs::copy(fs::path(CheckpointFolder(config.data_folder())) / name / "store", folder,
           fs::copy_options::recursive, error);
  if (error) {
    return absl::UnavailableError(absl::StrCat("cannot copy ", name, ": ", error.message()));
  }
  return SyncStoreFiles(folder);
}

// The copy's own store says what its head says.
absl::Status CheckLedger(const std::string& folder, const std::string& service,
                         const std::vector<ColumnFamilySpec>& families, const TreeHead& head) {
  StoreOptions options;
  options.path = folder;
  options.service = service;
  options.column_families = families;
  ASSIGN_OR_RETURN(const std::unique_ptr<Store> store, Store::Open(std::move(options)));
  ASSIGN_OR_RETURN(const uint64_t size, LastSequence(*store));
  if (size < head.size) {
    return absl::DataLossError(absl::StrCat("the copy ends at entry ", size, ", but its head says ",
                                            head.size, ": it is damaged; take another"));
  }
  ASSIGN_OR_RETURN(const Digest root, RootFromNodes(head.size, [&store](const NodeId& node) {
                     return LedgerNode(*store, node);
                   }));
  if (root != head.root) {
    return absl::DataLossError(
        "the copy's entries are not those of its signed head: it was altered; take another");
  }
  return absl::OkStatus();
}

bool IsSignedByOne(const SignedHead& head, const std::vector<SigningKey>& keys) {
  return std::any_of(keys.begin(), keys.end(), [&head](const SigningKey& key) {
    return VerifyHead(head, key.verifying_key()).ok();
  });
}

// Where the store that the order replaced may be whole, but could not be read now.
bool MayBeReadLater(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsResourceExhausted(status);
}

// The epoch of the store that the order replaced; 0 when it is damaged, or was lost with its disk.
absl::StatusOr<uint64_t> EpochPutAside(const std::string& data_folder, const std::string& service,
                                       const config::v1::RestoreOrder& order,
                                       const Store& restored) {
  StoreOptions options;
  options.path = PutAsideFolder(data_folder, order);
  ASSIGN_OR_RETURN(const bool there, Exists(options.path + "/CURRENT"));
  if (!there) return 0;  // An opening would make an empty one.
  options.service = service;
  options.column_families = restored.column_families();
  const absl::StatusOr<std::unique_ptr<Store>> store = Store::Open(std::move(options));
  const absl::StatusOr<LedgerEnd> end =
      store.ok() ? EndOfLedger(**store) : absl::StatusOr<LedgerEnd>(store.status());
  if (end.ok()) return end->epoch;
  if (MayBeReadLater(end.status())) {
    return absl::Status(end.status().code(),
                        absl::StrCat(end.status().message(),
                                     " What epochs that store knew of must be looked at: start "
                                     "again, or, if its disk is lost, move it elsewhere first."));
  }
  LogWarning("restore.earlier_epoch_unknown", {{"why", end.status().message()}});
  return 0;
}

bool IsBeyond(const TreeHead& head, const LedgerEnd& end) {
  return head.epoch > end.epoch || head.size > end.size;
}

absl::Status CheckCopy(const HeldCopy& copy, const std::string& service,
                       const config::v1::RestoreOrder& order, const std::vector<SigningKey>& keys) {
  if (copy.head.head.service != service) {
    return Error(Reason::kBackupIdentity,
                 absl::StrCat(copy.name, " is of the service \"", copy.head.head.service, "\""));
  }
  if (!IsSignedByOne(copy.head, keys)) {
    return Error(Reason::kBackupIdentity,
                 absl::StrCat("the head of ", copy.name,
                              " is signed with no key of the configuration: it is of another "
                              "deployment, from before a change of keys, or was altered"));
  }
  if (copy.head.head.size < order.accept_loss_after()) {
    return Error(
               Reason::kBackupStale,
               absl::StrCat(copy.name, " ends at entry ", copy.head.head.size,
                            ", but loss was accepted only after entry ", order.accept_loss_after()))
        .With("sequence", static_cast<int64_t>(copy.head.head.size));
  }
  return absl::OkStatus();
}

std::string RequestIdOf(const config::v1::RestoreOrder& order) {
  return absl::StrCat("restore.", order.id());
}

constexpr size_t kMostOrderIdBytes = 64;
constexpr size_t kMostReasonBytes = 1'000;

// A name in the form of a system's, since whoever left the order acted on the machine itself.
constexpr char kActor[] = "restore-order";

}  // namespace

std::string RestoreOrderFile(const std::string& data_folder) {
  return Beside(data_folder, "restore");
}

absl::StatusOr<std::optional<config::v1::RestoreOrder>> FindRestoreOrder(
    const std::string& data_folder) {
  const std::string file = RestoreOrderFile(data_folder);
  ASSIGN_OR_RETURN(const bool there, Exists(file));
  if (!there) return std::optional<config::v1::RestoreOrder>();
  RETURN_IF_ERROR(CheckRegular(file));
  config::v1::RestoreOrder order;
  RETURN_IF_ERROR(ReadTextProto(file, &order));
  if (order.id().empty() || order.copy().empty() || order.reason().empty()) {
    return Error(Reason::kFieldInvalid,
                 absl::StrCat(file, " is not whole: write it with `onereturn restore`"));
  }
  // It stands in the ledger for ever.
  if (HoldsPersonalData(order.reason())) {
    return Error(Reason::kPersonalData, absl::StrCat(file, " has a reason that may not be kept"))
        .Field("reason", "seems to hold an NHS number or a postcode");
  }
  if (order.reason().size() > kMostReasonBytes || !IsSafeText(order.reason())) {
    return Error(Reason::kFieldInvalid, absl::StrCat(file, " has a reason that cannot be kept"))
        .Field("reason", absl::StrCat("must be at most ", kMostReasonBytes, " bytes on one line"));
  }
  // It becomes part of a folder's name and of a request id.
  if (!IsRequestId(order.id(), kMostOrderIdBytes) || absl::StrContains(order.id(), '/')) {
    return Error(Reason::kFieldInvalid, absl::StrCat(file, " has an id that cannot be"))
        .Field("id", absl::StrCat("must be 1 to ", kMostOrderIdBytes,
                                  " visible ASCII characters without a slash"));
  }
  // A kill leaves no order under both names.
  ASSIGN_OR_RETURN(const bool done, Exists(DoneOrderFile(data_folder, order)));
  if (done) return DoneBefore(file, order);
  return std::optional<config::v1::RestoreOrder>(std::move(order));
}

absl::Status ReplaceStore(const config::v1::ServerConfig& config, const std::string& service,
                          const std::vector<ColumnFamilySpec>& families,
                          const config::v1::RestoreOrder& order,
                          const std::vector<SigningKey>& keys) {
  const std::string aside = PutAsideFolder(config.data_folder(), order);
  ASSIGN_OR_RETURN(const bool put_aside, Exists(aside));
  ASSIGN_OR_RETURN(const bool has_store, Exists(config.data_folder()));
  if (put_aside && has_store) return absl::OkStatus();
  ASSIGN_OR_RETURN(const HeldCopy copy, FindCopy(config, order.copy()));
  RETURN_IF_ERROR(CheckCopy(copy, service, order, keys));
  const std::string fresh = Beside(config.data_folder(), "restoring");
  RETURN_IF_ERROR(WriteCopy(config, order.copy(), fresh));
  // A checkpoint is no easier to write to than the store itself.
  if (absl::StartsWith(order.copy(), kBackupOfName)) {
    ASSIGN_OR_RETURN(const Digest content, ContentOfRestored(fresh));
    RETURN_IF_ERROR(VerifySeal(copy, content, keys));
  }
  RETURN_IF_ERROR(CheckLedger(fresh, service, families, copy.head.head));
  if (!put_aside) {
    std::error_code error;
    // Where the disk was lost there is nothing to keep; the folder still marks the step as done.
    if (!has_store) fs::create_directory(config.data_folder(), error);
    RETURN_IF_ERROR(Rename(config.data_folder(), aside));
  }
  RETURN_IF_ERROR(Rename(fresh, config.data_folder()));
  LogWarning("store.restored", {{"copy", order.copy()},
                                {"sequence", static_cast<int64_t>(copy.head.head.size)},
                                {"put_aside", aside}});
  return absl::OkStatus();
}

absl::StatusOr<bool> HasBegunEpoch(const config::v1::ServerConfig& config, const Store& store,
                                   const config::v1::RestoreOrder& order) {
  ASSIGN_OR_RETURN(const auto known,
                   FindRequest(store, RequestScope("", kActor), RequestIdOf(order)));
  if (!known.has_value()) return false;
  ASSIGN_OR_RETURN(const uint64_t last, LastSequence(store));
  if (last > known->sequence) return DoneBefore(RestoreOrderFile(config.data_folder()), order);
  LogInfo("restore.was_done", {{"id", order.id()}, {"sequence", known->sequence}});
  return true;
}

absl::StatusOr<uint64_t> NextEpoch(const config::v1::ServerConfig& config,
                                   const std::string& service, const Store& restored,
                                   const config::v1::RestoreOrder& order,
                                   const std::vector<SigningKey>& keys,
                                   const std::optional<SignedHead>& known_head) {
  ASSIGN_OR_RETURN(const LedgerEnd end, EndOfLedger(restored));
  uint64_t newest = end.epoch;
  ASSIGN_OR_RETURN(const std::optional<KeyHistory> history, ReadKeyHistory(restored, service));
  const bool is_own =
      known_head.has_value() && (IsSignedByOne(*known_head, keys) ||
                                 (history.has_value() && history->Verify(*known_head).ok()));
  if (is_own) newest = std::max(newest, known_head->head.epoch);
  // An earlier try, which was killed, makes a missing file anew from the copy: that knows no more.
  if (!is_own || !IsBeyond(known_head->head, end)) {
    ASSIGN_OR_RETURN(const uint64_t put_aside,
                     EpochPutAside(config.data_folder(), service, order, restored));
    newest = std::max(newest, put_aside);
  }
  ASSIGN_OR_RETURN(const std::vector<HeldCopy> copies,
                   ListCopies(config.data_folder(), config.backup_folder()));
  for (const HeldCopy& copy : copies) {
    if (IsSignedByOne(copy.head, keys)) newest = std::max(newest, copy.head.head.epoch);
  }
  return newest + 1;
}

absl::Status BeginEpoch(const config::v1::RestoreOrder& order, uint64_t earlier_epoch,
                        const std::optional<SignedHead>& known_head, Committer* committer) {
  feed::v1::EpochBegun begun;
  begun.set_earlier_epoch(earlier_epoch);
  begun.set_kept_sequence(committer->LatestHead().head.size);
  if (known_head.has_value()) {
    ASSIGN_OR_RETURN(*begun.mutable_known_head(), SerializeSignedHead(*known_head));
  }
  begun.set_reason(order.reason());
  Proposal proposal;
  proposal.entry.set_kind(feed::v1::ENTRY_KIND_EPOCH_BEGUN);
  proposal.entry.set_format(1);
  proposal.entry.set_actor(kActor);
  proposal.entry.set_request_id(RequestIdOf(order));
  const Digest digest = Sha256(order.SerializeAsString());
  proposal.entry.set_request_digest(std::string(DigestBytes(digest)));
  proposal.entry.set_name(absl::StrCat("epochs/", committer->epoch()));
  proposal.entry.set_fact(begun.SerializeAsString());
  auto answered = std::make_shared<std::promise<absl::Status>>();
  proposal.done = [answered](absl::StatusOr<Accepted> accepted) {
    answered->set_value(accepted.status());
  };
  RETURN_IF_ERROR(committer->Propose(std::move(proposal)));
  return answered->get_future().get();
}

absl::Status PutOrderAside(const std::string& data_folder, const config::v1::RestoreOrder& order) {
  return Rename(RestoreOrderFile(data_folder), DoneOrderFile(data_folder, order));
}

}  // namespace onereturn
