// What `onereturn revoke` does to the revocation list of a deployment that `init` laid out.
#ifndef ONERETURN_TOOLS_ONERETURN_COMMANDS_DEPLOYMENT_REVOCATION_H_
#define ONERETURN_TOOLS_ONERETURN_COMMANDS_DEPLOYMENT_REVOCATION_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/clock/clock.h"

namespace onereturn::client {

// Takes back the certificates of `names`, such as "analyst" or "metrics", of the deployment in
// `folder`: its revocation list, which its services follow, then holds them beside all that were
// taken back before, good for 30 days from `now`; without names it is made anew. A copy of each is
// kept in certificates/revoked, so that another may be issued under the name. Others that do the
// same in the folder are waited for. The list's file. A usage error when the folder is no
// deployment or holds no such certificate, and when the list holds one of which there is no copy;
// UNAVAILABLE when something cannot be read or written. The list then takes back no less than
// before.
absl::StatusOr<std::string> RevokeInDeployment(const std::string& folder,
                                               const std::vector<std::string>& names,
                                               Timestamp now);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_COMMANDS_DEPLOYMENT_REVOCATION_H_
