// AssessmentService on the wire.
#ifndef ONERETURN_SERVICES_ASSESSMENT_RPC_ASSESSMENT_SERVER_H_
#define ONERETURN_SERVICES_ASSESSMENT_RPC_ASSESSMENT_SERVER_H_

#include "common/base/thread_pool.h"
#include "common/commit/committer.h"
#include "common/feed/read_position.h"
#include "common/rpc/guard.h"
#include "common/rpc/mutation_gate.h"
#include "common/rpc/page_token.h"
#include "common/storage/store.h"
#include "onereturn/assessment/v1/assessment_service.grpc.pb.h"
#include "services/assessment/app/add_evidence.h"
#include "services/assessment/app/check_evidence.h"
#include "services/assessment/app/create_assessment.h"
#include "services/assessment/app/read_assessments.h"
#include "services/assessment/app/score_statement.h"
#include "services/assessment/app/trace_assessment.h"
#include "services/assessment/app/update_framework.h"

namespace onereturn::assessment {

// What the service can do; all must outlive the server.
struct UseCases {
  const UpdateFramework* update_framework = nullptr;
  const CreateAssessment* create_assessment = nullptr;
  const AddEvidence* add_evidence = nullptr;
  const ScoreStatement* score_statement = nullptr;
  const ReadAssessments* read_assessments = nullptr;
  const TraceAssessment* trace_assessment = nullptr;
  const assessment::CheckEvidence* check_evidence = nullptr;
};

// Writes need the received bytes, so they are raw callbacks; reads are synchronous.
using AssessmentServiceBase = v1::AssessmentService::WithRawCallbackMethod_UpdateFramework<
    v1::AssessmentService::WithRawCallbackMethod_CreateAssessment<
        v1::AssessmentService::WithRawCallbackMethod_AddEvidence<
            v1::AssessmentService::WithRawCallbackMethod_ScoreStatement<
                v1::AssessmentService::Service>>>>;

// Thread safe.
class AssessmentServer final : public AssessmentServiceBase {
 public:
  // What is pointed to must outlive the server.
  AssessmentServer(const Guard* guard, MutationGate* gate, const Store* store,
                   const Committer* committer, UseCases use_cases);

  // Lets the evidence that was taken run to its end. Call it after the gate's.
  void Drain() { evidence_.Shutdown(); }

  grpc::ServerUnaryReactor* UpdateFramework(grpc::CallbackServerContext* context,
                                            const grpc::ByteBuffer* request,
                                            grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* CreateAssessment(grpc::CallbackServerContext* context,
                                             const grpc::ByteBuffer* request,
                                             grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* AddEvidence(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ScoreStatement(grpc::CallbackServerContext* context,
                                           const grpc::ByteBuffer* request,
                                           grpc::ByteBuffer* response) override;
  grpc::Status GetFramework(grpc::ServerContext* context, const v1::GetFrameworkRequest* request,
                            v1::GetFrameworkResponse* response) override;
  grpc::Status ListFrameworks(grpc::ServerContext* context,
                              const v1::ListFrameworksRequest* request,
                              v1::ListFrameworksResponse* response) override;
  grpc::Status GetAssessment(grpc::ServerContext* context, const v1::GetAssessmentRequest* request,
                             v1::GetAssessmentResponse* response) override;
  grpc::Status ListAssessments(grpc::ServerContext* context,
                               const v1::ListAssessmentsRequest* request,
                               v1::ListAssessmentsResponse* response) override;
  grpc::Status Trace(grpc::ServerContext* context, const v1::TraceRequest* request,
                     grpc::ServerWriter<v1::TraceResponse>* writer) override;
  grpc::Status CheckEvidence(grpc::ServerContext* context, const v1::CheckEvidenceRequest* request,
                             grpc::ServerWriter<v1::CheckEvidenceResponse>* writer) override;

 private:
  // Where a read is answered; later pages where the first one was.
  absl::StatusOr<ReadPlace> PlaceOf(const common::v1::ReadAt& read,
                                    const PagePlace& page = {}) const;

  const Guard* const guard_;
  MutationGate* const gate_;
  const Store* const store_;
  const Committer* const committer_;
  const UseCases use_cases_;
  const PageTokens tokens_ = PageTokens::Random();
  BoundedPool evidence_;
};

}  // namespace onereturn::assessment

#endif  // ONERETURN_SERVICES_ASSESSMENT_RPC_ASSESSMENT_SERVER_H_
