// Where a deployment has the files that more than its making needs: names from its folder.
#ifndef ONERETURN_TOOLS_ONERETURN_COMMANDS_DEPLOYMENT_FILES_H_
#define ONERETURN_TOOLS_ONERETURN_COMMANDS_DEPLOYMENT_FILES_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace onereturn::client {

inline constexpr unsigned kPublicMode = 0644;
inline constexpr char kAuthorityFile[] = "certificates/authority.pem";
inline constexpr char kAuthorityKeyFile[] = "certificates/authority.key.pem";
inline constexpr char kRevocationFile[] = "certificates/revoked.pem";
inline constexpr char kRevokedFolder[] = "certificates/revoked";

inline std::string CertificateFile(absl::string_view name) {
  return absl::StrCat("certificates/", name, ".pem");
}

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_COMMANDS_DEPLOYMENT_FILES_H_
