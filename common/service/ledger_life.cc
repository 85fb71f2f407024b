#include "common/service/ledger_life.h"

#include <utility>

#include "common/commit/service_store.h"
#include "common/log/log.h"
#include "common/rpc/credentials.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

constexpr absl::Duration kExchangeInterval = absl::Seconds(1);
// The first reading of the whole comes when the start is over, then one a day.
constexpr absl::Duration kRecheckDelay = absl::Minutes(10);
constexpr int kDelaysADay = 144;

// One line when it changes: a peer that is down for a night is not said every second.
class OutcomeLog {
 public:
  explicit OutcomeLog(std::string peer) : peer_(std::move(peer)) {}

  void Say(const absl::Status& outcome) {
    const std::string code = outcome.ok() ? "" : std::string(NameOf(ReasonOf(outcome)));
    if (code == last_) return;
    last_ = code;
    if (outcome.ok()) {
      LogInfo("ledger.heads_exchanged", {{"peer", peer_}});
    } else {
      LogWarning("ledger.heads_not_exchanged", {{"peer", peer_}, {"why", TextOf(outcome)}});
    }
  }

 private:
  const std::string peer_;
  std::string last_ = "none yet";
};

}  // namespace

absl::StatusOr<std::unique_ptr<LedgerLife>> LedgerLife::Create(
    const config::v1::ServerConfig& config, Foundation* foundation,
    const std::vector<std::string>& peers, LedgerRecheck::ReadChunk chunks) {
  ASSIGN_OR_RETURN(std::unique_ptr<WitnessedHeads> witnesses,
                   WitnessedHeads::Load(foundation->store.get(), foundation->committer.get()));
  std::unique_ptr<LedgerLife> life(
      new LedgerLife(foundation, std::move(witnesses), std::move(chunks)));
  for (const config::v1::Peer& peer : config.peers()) {
    for (const std::string& wanted : peers) {
      if (peer.service() != wanted) continue;
      ASSIGN_OR_RETURN(std::shared_ptr<grpc::Channel> channel,
                       MutualTlsChannel(config.tls(), peer));
      life->exchanges_.push_back(std::make_unique<HeadExchange>(
          HeadExchange::Peer{peer.service(), peer.spiffe_id(), std::move(channel)},
          foundation->store.get(), foundation->committer.get(), foundation->standing.get(),
          life->witnesses_.get()));
    }
  }
  return life;
}

LedgerLife::LedgerLife(Foundation* foundation, std::unique_ptr<WitnessedHeads> witnesses,
                       LedgerRecheck::ReadChunk chunks)
    : foundation_(foundation),
      witnesses_(std::move(witnesses)),
      recheck_(foundation->store.get(), foundation->committer.get(), &foundation->clock,
               std::move(chunks)) {}

LedgerLife::~LedgerLife() { End(); }

LedgerSeams LedgerLife::seams() {
  return {foundation_->standing.get(), witnesses_.get(), &recheck_, foundation_->next_key};
}

void LedgerLife::Begin(std::function<void(const absl::Status& why)> on_lost,
                       WitnessedHeads::TellFault on_peer) {
  foundation_->standing->OnLost(std::move(on_lost));
  if (on_peer) witnesses_->OnFault(std::move(on_peer));
  for (const std::unique_ptr<HeadExchange>& exchange : exchanges_) {
    work_.push_back(std::make_unique<PeriodicWork>(
        kExchangeInterval,
        [exchange = exchange.get(), log = std::make_shared<OutcomeLog>(exchange->service())] {
          log->Say(exchange->Exchange());
        }));
  }
  work_.push_back(
      std::make_unique<PeriodicWork>(kExchangeInterval, [this] { witnesses_->WriteUnkept(); }));
  work_.push_back(std::make_unique<PeriodicWork>(kRecheckDelay, [this, delays = 0]() mutable {
    if (delays++ % kDelaysADay != 1) return;
    const absl::Status checked = recheck_.Run();
    if (!checked.ok()) StopForStorageFault(checked);
  }));
}

void LedgerLife::End() {
  recheck_.Stop();
  for (const std::unique_ptr<HeadExchange>& exchange : exchanges_) exchange->Cancel();
  work_.clear();
}

}  // namespace onereturn
