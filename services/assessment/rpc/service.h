// The assessment service put together: what main.cc and the tests share.
#ifndef ONERETURN_SERVICES_ASSESSMENT_RPC_SERVICE_H_
#define ONERETURN_SERVICES_ASSESSMENT_RPC_SERVICE_H_

#include <grpcpp/channel.h>
#include <grpcpp/impl/service_type.h>

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "common/clock/clock.h"
#include "common/commit/committer.h"
#include "common/feed/feed_service.h"
#include "common/feed/ledger_service.h"
#include "common/feed/operations_service.h"
#include "common/identity/rights_source.h"
#include "common/rpc/access_server.h"
#include "common/rpc/guard.h"
#include "common/rpc/mutation_gate.h"
#include "common/storage/store.h"
#include "services/assessment/rpc/assessment_server.h"
#include "services/assessment/rpc/metrics_client.h"

namespace onereturn::assessment {

// As positions, signed heads and the store name it.
inline constexpr char kServiceName[] = "assessment";

// Must outlive the gRPC server that serves it.
class Service {
 public:
  // `store`, `committer`, `clock` and what `keeping` holds must outlive the service. Errors as
  // Guard::Create.
  static absl::StatusOr<std::unique_ptr<Service>> Create(
      const Store* store, Committer* committer, const Clock* clock,
      std::shared_ptr<const RightsSource> rights, const std::shared_ptr<grpc::Channel>& metrics,
      MutationLimits limits, const LedgerSeams& seams = {}, const CallKeeping& keeping = {});

  // As Drain().
  ~Service() { Drain(); }

  // As Guard::LimitCallers: before the server starts.
  void LimitCallers(Shares shares) { guard_->LimitCallers(std::move(shares)); }
  // As CreateAssessment::CheckOrganisations: where ingestion is followed, before the server starts.
  void CheckOrganisations() { create_assessment_.CheckOrganisations(); }
  // As PlainOperationsServer::ShowFollowed.
  void ShowFollowed(std::string source, const FeedConsumer* consumer, FeedTaker* taker) {
    operations_server_.ShowFollowed(std::move(source), consumer, taker);
  }
  std::vector<grpc::Service*> grpc_services();
  // For what is served beside these: it knows BackupService too.
  const Guard* guard() const { return guard_.get(); }
  // Ends what would never end by itself: the feed's watchers.
  void EndStreams();
  // Every call is answered with `why`, an error, and streams end.
  void RefuseAll(const absl::Status& why);
  // Lets accepted writes run to their end. Call it once no more calls come, and before the
  // committer stops.
  void Drain();

 private:
  Service(const Store* store, Committer* committer, const Clock* clock,
          std::unique_ptr<Guard> guard, const std::shared_ptr<grpc::Channel>& metrics,
          const MutationLimits& limits, const LedgerSeams& seams, AccessLog* access_log);

  Committer* const committer_;
  const std::unique_ptr<Guard> guard_;
  MutationGate gate_;
  MetricsClient metrics_;
  const FactWriter writer_;
  const UpdateFramework update_framework_;
  CreateAssessment create_assessment_;
  const AddEvidence add_evidence_;
  const ScoreStatement score_statement_;
  const ReadAssessments read_assessments_;
  const TraceAssessment trace_assessment_;
  const CheckEvidence check_evidence_;
  AssessmentServer assessment_server_;
  FeedServer feed_server_;
  LedgerServer ledger_server_;
  PlainOperationsServer operations_server_;
  // Null: calls are kept nowhere.
  std::unique_ptr<AccessServer> access_server_;
};

}  // namespace onereturn::assessment

#endif  // ONERETURN_SERVICES_ASSESSMENT_RPC_SERVICE_H_
