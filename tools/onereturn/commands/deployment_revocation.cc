#include "tools/onereturn/commands/deployment_revocation.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/authority/authority.h"
#include "common/authority/certificate_reading.h"
#include "common/authority/revocation_list.h"
#include "common/base/read_file.h"
#include "common/base/sync_folder.h"
#include "common/digest/digest.h"
#include "common/status/new_file.h"
#include "common/status/status_macros.h"
#include "tools/onereturn/commands/deployment_files.h"
#include "tools/onereturn/console/error_text.h"

namespace onereturn::client {
namespace {

namespace fs = std::filesystem;

absl::Status CannotUse(const fs::path& path, const std::error_code& error) {
  return absl::UnavailableError(
      absl::StrCat("cannot read or write \"", path.string(), "\": ", error.message()));
}

// Of a folder: while one lives and is held, others wait for it.
class FolderLock {
 public:
  explicit FolderLock(const fs::path& folder)
      : descriptor_(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (descriptor_ < 0) return;
    do {
      held_ = flock(descriptor_, LOCK_EX) == 0;
    } while (!held_ && errno == EINTR);
  }
  ~FolderLock() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  bool held() const { return held_; }

 private:
  const int descriptor_;
  bool held_ = false;
};

// The certificate of `name`: a PEM text.
absl::StatusOr<std::string> CertificateOf(const fs::path& folder, const std::string& name) {
  const std::string file = (folder / CertificateFile(name)).string();
  const std::optional<std::string> pem = ReadFile(file);
  if (!pem.has_value() || absl::StrContains(name, '/') ||
      file == (folder / kAuthorityFile).string() || !ReadCertificate(*pem, "certificate").ok()) {
    return UsageError(absl::StrCat("there is no certificate of \"", name, "\" to take back"),
                      absl::StrCat("Give names of certificates in ",
                                   (folder / "certificates").string(), ", such as analyst."));
  }
  return *pem;
}

// Copies a certificate to those that were taken back.
absl::Status KeepRevoked(const fs::path& folder, const std::string& pem) {
  ASSIGN_OR_RETURN(const CertificateFacts facts, ReadCertificate(pem, "certificate"));
  const std::string kept =
      (folder / kRevokedFolder / absl::StrCat(DigestToHex(facts.sha256), ".pem")).string();
  std::error_code ignored;
  return fs::exists(kept, ignored) ? absl::OkStatus() : WriteNewFile(kept, pem, kPublicMode);
}

// The certificates in `kept`: PEM texts.
absl::StatusOr<std::vector<std::string>> ReadRevoked(const fs::path& kept) {
  std::vector<std::string> revoked;
  std::error_code error;
  for (fs::directory_iterator file(kept, error); !error && file != fs::directory_iterator();
       file.increment(error)) {
    std::optional<std::string> pem = ReadFile(file->path());
    if (!pem.has_value() || !ReadCertificate(*pem, "certificate").ok()) {
      return UsageError(absl::StrCat("\"", file->path().string(), "\" is no certificate"),
                        "Put there again the one that was taken back, or take the file away.");
    }
    revoked.push_back(*std::move(pem));
  }
  if (error) return CannotUse(kept, error);
  return revoked;
}

// Would a list of `revoked`, which lie in `kept`, take back all that the one in `file` does?
absl::Status CheckHoldsMore(const std::string& file, const std::string& authority_pem,
                            const fs::path& kept, const std::vector<std::string>& revoked) {
  std::error_code error;
  if (!fs::exists(file, error) && !error) return absl::OkStatus();
  const absl::StatusOr<RevocationList> before =
      RevocationList::FromPem(ReadFile(file).value_or(""), authority_pem);
  if (!before.ok()) {
    return UsageError(absl::StrCat("\"", file, "\" is no list of this deployment's authority"),
                      "Put it elsewhere, if it is still needed, and call again.");
  }
  std::set<std::string> held;
  for (const std::string& pem : revoked) {
    ASSIGN_OR_RETURN(const CertificateFacts facts, ReadCertificate(pem, "certificate"));
    if (before->Holds(facts.issue)) held.insert(facts.issue);
  }
  if (held.size() == before->size()) return absl::OkStatus();
  return UsageError(absl::StrCat("\"", file, "\" takes back ", before->size() - held.size(),
                                 " certificates of which \"", kept.string(), "\" holds no copy"),
                    "Put a copy of each there, or take the list away if they may be good again; "
                    "call again then.");
}

}  // namespace

absl::StatusOr<std::string> RevokeInDeployment(const std::string& folder,
                                               const std::vector<std::string>& names,
                                               Timestamp now) {
  const fs::path root(folder);
  const std::optional<std::string> certificate = ReadFile(root / kAuthorityFile);
  const std::optional<std::string> key = ReadFile(root / kAuthorityKeyFile);
  if (!certificate.has_value() || !key.has_value()) {
    return UsageError(absl::StrCat("\"", folder, "\" holds no authority that `init` made"),
                      "Give the folder of a development deployment.");
  }
  ASSIGN_OR_RETURN(const Authority authority, Authority::FromPem({*certificate, *key}));
  const std::string file = (root / kRevocationFile).string();
  const fs::path kept = root / kRevokedFolder;
  std::error_code error;
  if (fs::create_directories(kept, error); error) return CannotUse(kept, error);
  const FolderLock lock(kept.parent_path());
  if (!lock.held()) return CannotUse(kept.parent_path(), {errno, std::generic_category()});
  std::vector<std::string> certificates;
  for (const std::string& name : names) {
    ASSIGN_OR_RETURN(certificates.emplace_back(), CertificateOf(root, name));
  }
  // Not before all names are right: whoever is refused has taken back nothing.
  for (const std::string& pem : certificates) RETURN_IF_ERROR(KeepRevoked(root, pem));
  ASSIGN_OR_RETURN(const std::vector<std::string> revoked, ReadRevoked(kept));
  RETURN_IF_ERROR(CheckHoldsMore(file, authority.certificate_pem(), kept, revoked));
  ASSIGN_OR_RETURN(const std::string list, authority.Revoke(revoked, now));
  fs::remove(file + ".new", error);
  RETURN_IF_ERROR(WriteNewFile(file + ".new", list, kPublicMode));
  if (fs::rename(file + ".new", file, error); error) return CannotUse(file, error);
  if (!SyncFolder(kept.parent_path().string())) {
    return CannotUse(file, {errno, std::generic_category()});
  }
  return file;
}

}  // namespace onereturn::client
