#include "common/service/kept_calls.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/rpc/credentials.h"
#include "common/service/foundation.h"
#include "common/status/status_macros.h"

namespace onereturn {

absl::StatusOr<KeptCalls> KeepCalls(const config::v1::ServerConfig& config, const Clock* clock) {
  ASSIGN_OR_RETURN(const config::v1::RightsFile rights, ReadRightsFile(config));
  KeptCalls kept;
  ASSIGN_OR_RETURN(kept.people, People::Create(config, rights, clock));
  ASSIGN_OR_RETURN(kept.revocations, FollowRevocations(config.tls()));
  AccessLogOptions options;
  // Beside the store, also where its folder is named with a slash at the end.
  options.folder = config.access_log_folder().empty()
                       ? absl::StrCat(absl::StripSuffix(config.data_folder(), "/"), ".access")
                       : config.access_log_folder();
  if (config.access_log_days() > 0) options.days = config.access_log_days();
  ASSIGN_OR_RETURN(kept.access_log, AccessLog::Open(std::move(options), clock));
  return kept;
}

}  // namespace onereturn
