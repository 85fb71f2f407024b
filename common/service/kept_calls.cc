#include "common/service/kept_calls.h"

#include <utility>

#include "common/rpc/credentials.h"
#include "common/rpc/server.h"
#include "common/status/status_macros.h"

namespace onereturn {

absl::StatusOr<KeptCalls> KeepCalls(const config::v1::ServerConfig& config, const Clock* clock) {
  config::v1::RightsFile rights;
  RETURN_IF_ERROR(ReadTextProto(config.rights_file(), &rights));
  KeptCalls kept;
  ASSIGN_OR_RETURN(kept.people, People::Create(config, rights, clock));
  ASSIGN_OR_RETURN(kept.revocations, FollowRevocations(config.tls()));
  AccessLogOptions options;
  options.folder = config.access_log_folder().empty() ? config.data_folder() + ".access"
                                                      : config.access_log_folder();
  if (config.access_log_days() > 0) options.days = config.access_log_days();
  ASSIGN_OR_RETURN(kept.access_log, AccessLog::Open(std::move(options), clock));
  return kept;
}

}  // namespace onereturn
