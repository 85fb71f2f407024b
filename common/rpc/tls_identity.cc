#include "common/rpc/tls_identity.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
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

class FollowedFiles {
 public:
  explicit FollowedFiles(const config::v1::TlsFiles& files)
      : names_{files.certificate_file(), files.key_file(), files.authority_file(),
               files.revocation_file()} {}

  // Takes what the files hold now.
  absl::Status Take() {
    for (size_t i = 0; i < names_.size(); ++i) {
      std::optional<std::string> text = TextOf(names_[i]);
      if (!text.has_value()) {
        texts_ = {};
        return Error(Reason::kFieldInvalid,
                     absl::StrCat("the TLS file \"", names_[i], "\" cannot be read"))
            .Field("tls", names_[i]);
      }
      texts_[i] = *std::move(text);
    }
    ASSIGN_OR_RETURN(RevocationList revoked, Check());
    revocations_->Replace(std::move(revoked));
    absl::Status kept = identity_.Replace(absl::StrCat(texts_[1], "\n", texts_[0]));
    if (kept.ok()) kept = authority_.Replace(texts_[2]);
    // What could not be kept in memory is no fault of the files: they are taken at the next look.
    if (!kept.ok()) texts_ = {};
    return kept;
  }

  // Takes what has changed, and says in the log what came of it.
  void Look() {
    bool changed = false;
    for (size_t i = 0; i < names_.size(); ++i) {
      changed = changed || TextOf(names_[i]).value_or("") != texts_[i];
    }
    if (!changed) return WarnOfAnOldList();
    const absl::Status taken = Take();
    const std::string why(taken.message());
    if (taken.ok()) {
      LogInfo("tls.files_taken", {{"certificate", names_[0]}});
    } else if (why != said_) {
      LogWarning("tls.files_refused", {{"why", why}});
    }
    said_ = why;
  }

  TlsIdentity identity() const { return {identity_.path(), authority_.path(), revocations_}; }

 private:
  // An absent revocation file has no name and no text.
  static std::optional<std::string> TextOf(const std::string& name) {
    return name.empty() ? std::string() : ReadFile(name);
  }

  // What the authorities took back.
  absl::StatusOr<RevocationList> Check() const {
    const absl::Status status =
        CheckTlsIdentity(texts_[0], texts_[1], texts_[2], SystemClock().Now());
    if (!status.ok()) return NamingTheFile(status);
    ASSIGN_OR_RETURN(const CertificateFacts facts, ReadCertificate(texts_[0], "certificate_file"));
    if (absl::StatusOr<std::string> id = SpiffeIdOf(facts.uri_names); !id.ok()) {
      return Error(Reason::kFieldInvalid,
                   absl::StrCat("the TLS file \"", names_[0], "\": ", id.status().message()))
          .Field("tls.certificate_file", "must have one URI name, its SPIFFE id");
    }
    if (names_[3].empty()) return RevocationList();
    absl::StatusOr<RevocationList> revoked = RevocationList::FromPem(texts_[3], texts_[2]);
    if (!revoked.ok()) return NamingTheFile(revoked.status());
    return revoked;
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

  const std::array<std::string, 4> names_;  // Certificate, key, authority, revocations.
  std::array<std::string, 4> texts_;        // As last read, good or not.
  std::string said_;
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
