// What every service stands on, and the way its process begins and ends. A main.cc builds on it and
// has nothing else but construction.
#ifndef ONERETURN_COMMON_SERVICE_FOUNDATION_H_
#define ONERETURN_COMMON_SERVICE_FOUNDATION_H_

#include <grpcpp/channel.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/exit_code.h"
#include "common/clock/clock.h"
#include "common/commit/committer.h"
#include "common/commit/high_water_file.h"
#include "common/commit/ledger_standing.h"
#include "common/identity/rights.h"
#include "common/service/backups.h"
#include "common/service/periodic_work.h"
#include "common/service/table_verification.h"
#include "common/storage/store.h"
#include "onereturn/config/v1/config.pb.h"

namespace onereturn {

// How a process that could not start, or not go on, ends.
ExitCode ExitCodeOf(const absl::Status& status);

// Answers `--help`; otherwise reads the arguments and the configuration, prepares the process, runs
// `serve` until it returns, and gives ExitCodeOf() what came; an error is said on stderr: what is
// wrong, in which fields, and what to do.
int RunService(int argument_count, char** arguments,
               const std::function<absl::Status(const config::v1::ServerConfig& config)>& serve);

// The store, the one way into it, and its copies. The committer stops before the store closes.
struct Foundation {
  // First ends the copy that is being made: the schedule waits for its work.
  ~Foundation();

  SystemClock clock;
  std::unique_ptr<Store> store;
  std::unique_ptr<HighWaterFile> high_water;  // Null where none is configured.
  std::unique_ptr<Committer> committer;
  std::unique_ptr<LedgerStanding> standing;
  // The key of `next_signing_key_file` where it does not sign: to which RotateSigningKey may turn.
  std::optional<SigningKey> next_key;
  std::unique_ptr<Backups> backups;
  std::unique_ptr<PeriodicWork> backup_schedule;
  std::unique_ptr<TableVerification> verification;
};

// Carries out a restore that was ordered, opens the store of `service`, holds its ledger against
// the high-water file (LEDGER_BEHIND), and starts its committer with the one of the configuration's
// keys that the store says signs, and the making of copies. A failure of the store that forbids
// going on ends the process.
absl::StatusOr<std::unique_ptr<Foundation>> LayFoundation(const config::v1::ServerConfig& config,
                                                          const std::string& service,
                                                          std::vector<ColumnFamilySpec> families);

// The rights that the configuration names.
absl::StatusOr<Rights> ReadRights(const config::v1::ServerConfig& config);
absl::StatusOr<config::v1::RightsFile> ReadRightsFile(const config::v1::ServerConfig& config);

// The channel to a peer that the configuration names; null where it names none.
absl::StatusOr<std::shared_ptr<grpc::Channel>> PeerChannel(const config::v1::ServerConfig& config,
                                                           const std::string& service);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_SERVICE_FOUNDATION_H_
