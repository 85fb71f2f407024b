// What keeps a service's ledger honest while it lives: heads exchanged with its peers every second,
// the whole of it read again every day, and what happens when it is found wanting.
#ifndef ONERETURN_COMMON_SERVICE_LEDGER_LIFE_H_
#define ONERETURN_COMMON_SERVICE_LEDGER_LIFE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/commit/ledger_recheck.h"
#include "common/feed/head_exchange.h"
#include "common/feed/ledger_seams.h"
#include "common/feed/witnessed_heads.h"
#include "common/service/foundation.h"
#include "common/service/periodic_work.h"
#include "onereturn/config/v1/config.pb.h"

namespace onereturn {

// Thread-compatible. Made before the servers that are given its seams, begun once they serve, and
// gone before them.
class LedgerLife {
 public:
  // `peers` are the services that are asked for their heads, as far as the configuration names
  // them; `chunks` as LedgerRecheck's. `foundation` must outlive it.
  static absl::StatusOr<std::unique_ptr<LedgerLife>> Create(const config::v1::ServerConfig& config,
                                                            Foundation* foundation,
                                                            const std::vector<std::string>& peers,
                                                            LedgerRecheck::ReadChunk chunks);
  // As End().
  ~LedgerLife();

  LedgerSeams seams();

  // Starts the threads. `on_lost` is told once the ledger's standing is lost, `on_peer` of each
  // fault of a peer and its end; both on any thread. A ledger that was altered ends the process.
  void Begin(std::function<void(const absl::Status& why)> on_lost,
             WitnessedHeads::TellFault on_peer = nullptr);
  void End();

 private:
  LedgerLife(Foundation* foundation, std::unique_ptr<WitnessedHeads> witnesses,
             LedgerRecheck::ReadChunk chunks);

  Foundation* const foundation_;
  const std::unique_ptr<WitnessedHeads> witnesses_;
  LedgerRecheck recheck_;
  std::vector<std::unique_ptr<HeadExchange>> exchanges_;
  std::vector<std::unique_ptr<PeriodicWork>> work_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_SERVICE_LEDGER_LIFE_H_
