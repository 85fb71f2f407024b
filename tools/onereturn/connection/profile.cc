#include "tools/onereturn/connection/profile.h"

#include <cstdlib>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "common/rpc/server.h"
#include "tools/onereturn/console/error_text.h"

namespace onereturn::client {
namespace {

constexpr char kVariable[] = "ONERETURN_PROFILE";

void ToAbsolute(const std::filesystem::path& folder, std::string* path) {
  if (!path->empty()) *path = (folder / *path).lexically_normal().string();
}

}  // namespace

bool IsProfileGiven(const std::string& file) {
  return !file.empty() || std::getenv(kVariable) != nullptr;
}

absl::StatusOr<config::v1::ClientProfile> ReadProfile(const std::string& file) {
  std::string path = file;
  if (const char* variable = std::getenv(kVariable); path.empty() && variable != nullptr) {
    path = variable;
  }
  if (path.empty()) {
    return UsageError("no profile is given",
                      absl::StrCat("Name one with --profile FILE or in ", kVariable,
                                   "; `onereturn init --folder F` makes profiles."));
  }
  config::v1::ClientProfile profile;
  if (absl::Status status = ReadTextProto(path, &profile); !status.ok()) {
    return UsageError(absl::StrCat("the profile cannot be used: ", status.message()),
                      "Check the path; `onereturn init --folder F` makes profiles.");
  }
  const auto folder = std::filesystem::absolute(path).parent_path();
  for (std::string* name :
       {profile.mutable_tls()->mutable_certificate_file(),
        profile.mutable_tls()->mutable_key_file(), profile.mutable_tls()->mutable_authority_file(),
        profile.mutable_tls()->mutable_revocation_file(), profile.mutable_token_file(),
        profile.mutable_issuer_key_file()}) {
    ToAbsolute(folder, name);
  }
  for (auto& [service, key_file] : *profile.mutable_public_key_files()) {
    ToAbsolute(folder, &key_file);
  }
  return profile;
}

absl::StatusOr<config::v1::Peer> PeerOf(const config::v1::ClientProfile& profile,
                                        absl::string_view service) {
  for (const config::v1::Peer& peer : profile.services()) {
    if (peer.service() == service) return peer;
  }
  return UsageError(absl::StrCat("the profile names no ", service, " service"),
                    absl::StrCat("Add to it: services { service: \"", service,
                                 "\" address: \"...\" spiffe_id: \"...\" }"));
}

}  // namespace onereturn::client
