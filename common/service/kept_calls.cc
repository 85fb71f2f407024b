#include "common/service/kept_calls.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/rpc/admission.h"
#include "common/rpc/credentials.h"
#include "common/rpc/server.h"
#include "common/service/foundation.h"
#include "common/status/status_macros.h"
#include "onereturn/access/v1/access_service.grpc.pb.h"
#include "onereturn/feed/v1/feed.grpc.pb.h"
#include "onereturn/ledger/v1/ledger.grpc.pb.h"
#include "onereturn/operations/v1/operations.grpc.pb.h"

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

absl::StatusOr<std::unique_ptr<Guard>> MakeGuard(
    const config::v1::ServerConfig& config, const KeptCalls& kept,
    std::shared_ptr<const RightsSource> rights, const Clock* clock,
    std::vector<const google::protobuf::ServiceDescriptor*> own) {
  std::vector<const google::protobuf::ServiceDescriptor*> services = std::move(own);
  services.insert(services.end(), {ServiceDescriptor<operations::v1::OperationsService>(),
                                   ServiceDescriptor<operations::v1::BackupService>(),
                                   ServiceDescriptor<feed::v1::FeedService>(),
                                   ServiceDescriptor<ledger::v1::LedgerService>(),
                                   ServiceDescriptor<access::v1::AccessLogService>()});
  ASSIGN_OR_RETURN(std::unique_ptr<Guard> guard, Guard::Create(std::move(rights), clock, services));
  guard->LimitCallers(Shares::FromConfig(config.caller_shares()));
  guard->Use(kept.keeping());
  return guard;
}

}  // namespace onereturn
