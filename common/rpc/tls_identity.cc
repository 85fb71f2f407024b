#include "common/rpc/tls_identity.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/authority/certificate_reading.h"
#include "common/base/read_file.h"
#include "common/identity/rights.h"
#include "common/log/log.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

constexpr auto kInterval = std::chrono::seconds(1);

// A file of this process alone, without a name on any disk. Its path stays while its content is
// replaced: another file is put under the same descriptor, which is one step.
class MemoryFile {
 public:
  absl::Status Replace(absl::string_view text) {
    const int made = memfd_create("tls", MFD_CLOEXEC);
    if (made < 0) return Failure();
    for (absl::string_view rest = text; !rest.empty();) {
      const ssize_t written = write(made, rest.data(), rest.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return CloseAndFail(made);
      rest.remove_prefix(static_cast<size_t>(written));
    }
    if (descriptor_ < 0) {
      descriptor_ = made;
      return absl::OkStatus();
    }
    if (dup3(made, descriptor_, O_CLOEXEC) < 0) return CloseAndFail(made);
    close(made);
    return absl::OkStatus();
  }
  std::string path() const { return absl::StrCat("/proc/self/fd/", descriptor_); }

 private:
  static absl::Status Failure() {
    return absl::UnavailableError(
        absl::StrCat("the TLS files cannot be kept in memory: ", std::strerror(errno)));
  }
  static absl::Status CloseAndFail(int descriptor) {
    absl::Status status = Failure();
    close(descriptor);
    return status;
  }

  int descriptor_ = -1;
};

// Certificate, key and authority are taken together; the revocation list by itself, so that nothing
// that is wrong with those keeps a certificate in force that was taken back. Other authorities are
// taken only once the list is good under them.
class FollowedFiles {
 public:
  explicit FollowedFiles(const config::v1::TlsFiles& files)
      : names_{files.certificate_file(), files.key_file(), files.authority_file(),
               files.revocation_file()} {}

  // Takes what the files hold now, all of it.
  absl::Status Take() {
    seen_ = Read();
    RETURN_IF_ERROR(TakeIdentity());
    return TakeRevocations();
  }

  // Takes what has changed and is good, and says in the log what came of it.
  void Look() {
    Texts texts = Read();
    if (texts == seen_ && !again_) return WarnOfAnOldList();
    seen_ = std::move(texts);
    if (!HoldsIdentity()) {
      Say(TakeIdentity(), "tls.files_taken", {{"certificate", names_[0]}}, "tls.files_refused",
          &identity_said_);
    }
    if (!HoldsRevocations()) {
      const absl::Status taken = TakeRevocations();
      Say(taken, "tls.revocations_taken",
          {{"file", names_[3]}, {"authorities_kept", revocations_->Current()->kept_of_before()}},
          "tls.revocations_refused", &revocations_said_);
    }
  }

  TlsIdentity identity() const { return {identity_.path(), authority_.path(), revocations_}; }

 private:
  // Certificate, key, authority, revocations. Nothing: a file that cannot be read.
  using Texts = std::array<std::optional<std::string>, 4>;

  // An absent revocation file has no name and no text.
  Texts Read() const {
    Texts texts;
    for (size_t i = 0; i < names_.size(); ++i) {
      texts[i] = names_[i].empty() ? std::string() : ReadFile(names_[i]);
    }
    return texts;
  }
  bool HoldsIdentity() const {
    return std::equal(seen_.begin(), seen_.begin() + 3, held_.begin(), held_.begin() + 3);
  }
  bool HoldsRevocations() const { return seen_[3] == held_[3] && held_[2] == judged_under_; }

  absl::Status TakeIdentity() {
    for (size_t i = 0; i < 3; ++i) RETURN_IF_ERROR(CheckRead(i));
    RETURN_IF_ERROR(CheckIdentity());
    if (seen_[2] != held_[2]) RETURN_IF_ERROR(TakeRevocationsUnder(*seen_[2]));
    absl::Status kept = identity_.Replace(absl::StrCat(*seen_[1], "\n", *seen_[0]));
    if (kept.ok()) kept = authority_.Replace(*seen_[2]);
    // What could not be kept in memory is no fault of the files: they are taken at the next look.
    again_ = !kept.ok();
    if (kept.ok()) std::copy(seen_.begin(), seen_.begin() + 3, held_.begin());
    return kept;
  }
  absl::Status TakeRevocations() {
    const std::string in_force = held_[2].value_or("");
    absl::Status taken = TakeRevocationsUnder(in_force);
    if (taken.ok() || !seen_[2].has_value() || seen_[2] == held_[2]) return taken;
    // Beside a renewal that is not taken the list may be of the authorities to come, too, or of
    // them alone. What such a one took back is of its own certificates alone; what those in force
    // did stays taken back.
    if (TakeRevocationsUnder(absl::StrCat(in_force, "\n", *seen_[2])).ok()) {
      taken = absl::OkStatus();
    }
    return taken;
  }
  absl::Status TakeRevocationsUnder(const std::string& authorities) {
    RETURN_IF_ERROR(CheckRead(3));
    RevocationList revoked;
    if (!names_[3].empty()) {
      absl::StatusOr<RevocationList> read =
          RevocationList::FromPem(*seen_[3], authorities, *revocations_->Current());
      if (!read.ok()) return NamingTheFile(read.status());
      revoked = *std::move(read);
    }
    revocations_->Replace(std::move(revoked));
    held_[3] = seen_[3];
    judged_under_ = authorities;
    return absl::OkStatus();
  }

  absl::Status CheckRead(size_t index) const {
    if (seen_[index].has_value()) return absl::OkStatus();
    return Error(Reason::kFieldInvalid,
                 absl::StrCat("the TLS file \"", names_[index], "\" cannot be read"))
        .Field("tls", names_[index]);
  }
  absl::Status CheckIdentity() const {
    const absl::Status status =
        CheckTlsIdentity(*seen_[0], *seen_[1], *seen_[2], SystemClock().Now());
    if (!status.ok()) return NamingTheFile(status);
    ASSIGN_OR_RETURN(const CertificateFacts facts, ReadCertificate(*seen_[0], "certificate_file"));
    if (absl::StatusOr<std::string> id = SpiffeIdOf(facts.uri_names); !id.ok()) {
      return Error(Reason::kFieldInvalid,
                   absl::StrCat("the TLS file \"", names_[0], "\": ", id.status().message()))
          .Field("tls.certificate_file", "must have one URI name, its SPIFFE id");
    }
    return absl::OkStatus();
  }
  // The same refusal is said once.
  static void Say(const absl::Status& status, absl::string_view taken,
                  std::initializer_list<LogField> what, absl::string_view refused,
                  std::string* said) {
    std::string why(status.message());
    if (status.ok()) {
      LogInfo(taken, what);
    } else if (why != *said) {
      LogWarning(refused, {{"why", why}});
    }
    *said = std::move(why);
  }
  // It stays in force: without it more would be let in, and to shut everybody out because an
  // authority is late would be worse.
  void WarnOfAnOldList() {
    const std::optional<Timestamp> next = revocations_->Current()->next_update();
    if (!next.has_value() || SystemClock().Now() <= *next || warned_of_ == *next) return;
    warned_of_ = *next;
    LogWarning("tls.revocation_list_old",
               {{"file", names_[3]}, {"next_update", FormatTimestamp(*next)}});
  }
  absl::Status NamingTheFile(const absl::Status& status) const {
    const auto details = DetailsOf(status);
    if (!details.has_value() || details->fields.empty()) return status;
    const FieldViolation& violation = details->fields.front();
    const size_t index = violation.field == "certificate_file" ? 0
                         : violation.field == "key_file"       ? 1
                         : violation.field == "authority_file" ? 2
                                                               : 3;
    return Error(Reason::kFieldInvalid,
                 absl::StrCat("the TLS file \"", names_[index], "\" ", violation.description))
        .Field(absl::StrCat("tls.", violation.field), violation.description);
  }

  const std::array<std::string, 4> names_;  // As Texts.
  Texts seen_;                              // As last read, good or not.
  Texts held_;                              // In force.
  bool again_ = false;                      // What was seen is to be taken once more.
  // The authorities that the list in force was judged under.
  std::optional<std::string> judged_under_;
  std::string identity_said_;
  std::string revocations_said_;
  MemoryFile identity_;
  MemoryFile authority_;
  const std::shared_ptr<Revocations> revocations_ = std::make_shared<Revocations>();
  Timestamp warned_of_;  // The list's own time, of which the log has been told.
};

// Every identity of the process. Never destroyed: gRPC's threads read from it to the end.
class Followed {
 public:
  absl::StatusOr<TlsIdentity> Identity(const config::v1::TlsFiles& files) {
    std::lock_guard<std::mutex> lock(mutex_);
    auto& followed = by_files_[files.SerializeAsString()];
    if (followed != nullptr) {
      followed->Look();
      return followed->identity();
    }
    auto first = std::make_unique<FollowedFiles>(files);
    RETURN_IF_ERROR(first->Take());
    followed = std::move(first);
    if (!running_) {
      running_ = true;
      std::thread([this] { Run(); }).detach();
    }
    return followed->identity();
  }

 private:
  void Run() {
    for (;;) {
      std::this_thread::sleep_for(kInterval);
      std::lock_guard<std::mutex> lock(mutex_);
      for (auto& [files, followed] : by_files_) {
        if (followed != nullptr) followed->Look();
      }
    }
  }

  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<FollowedFiles>> by_files_;  // Guarded by mutex_.
  bool running_ = false;
};

}  // namespace

absl::StatusOr<TlsIdentity> FollowTlsFiles(const config::v1::TlsFiles& files) {
  static auto* const followed = new Followed();
  return followed->Identity(files);
}

}  // namespace onereturn
