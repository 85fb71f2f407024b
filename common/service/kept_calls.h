// What a service keeps of its calls, and whose calls it takes.
#ifndef ONERETURN_COMMON_SERVICE_KEPT_CALLS_H_
#define ONERETURN_COMMON_SERVICE_KEPT_CALLS_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "common/access_log/access_log.h"
#include "common/clock/clock.h"
#include "common/rpc/guard.h"
#include "onereturn/config/v1/config.pb.h"

namespace onereturn {

// Must outlive the calls of the guard that uses it.
struct KeptCalls {
  std::shared_ptr<const People> people;
  std::shared_ptr<const Revocations> revocations;
  std::unique_ptr<AccessLog> access_log;

  CallKeeping keeping() const { return {people, revocations, access_log.get()}; }
};

// The people of the configuration's issuers, its revocation list, and its access log, which is
// opened. `clock` must outlive it. Errors as People::Create, FollowRevocations and AccessLog::Open.
absl::StatusOr<KeptCalls> KeepCalls(const config::v1::ServerConfig& config, const Clock* clock);

// The guard of `own`, and of the services that every server has: operations, backups, feed, ledger
// and access log. It keeps its calls in `kept`, and gives each caller the configuration's share.
// Errors as Guard::Create.
absl::StatusOr<std::unique_ptr<Guard>> MakeGuard(
    const config::v1::ServerConfig& config, const KeptCalls& kept,
    std::shared_ptr<const RightsSource> rights, const Clock* clock,
    std::vector<const google::protobuf::ServiceDescriptor*> own);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_SERVICE_KEPT_CALLS_H_
