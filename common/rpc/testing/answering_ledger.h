// For tests: a ledger service behind a guard that answers everybody who is admitted, with nothing.
#ifndef ONERETURN_COMMON_RPC_TESTING_ANSWERING_LEDGER_H_
#define ONERETURN_COMMON_RPC_TESTING_ANSWERING_LEDGER_H_

#include "common/rpc/guard.h"
#include "onereturn/ledger/v1/ledger.grpc.pb.h"

namespace onereturn {

class AnsweringLedger final : public ledger::v1::LedgerService::Service {
 public:
  explicit AnsweringLedger(const Guard* guard) : guard_(guard) {}
  grpc::Status GetHead(grpc::ServerContext* context, const ledger::v1::GetHeadRequest* request,
                       ledger::v1::GetHeadResponse* response) override {
    return guard_->Serve(*context, *request, response,
                         [](const CallContext&) { return absl::OkStatus(); });
  }

 private:
  const Guard* const guard_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_RPC_TESTING_ANSWERING_LEDGER_H_
