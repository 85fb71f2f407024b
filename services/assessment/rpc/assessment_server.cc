#include "services/assessment/rpc/assessment_server.h"

#include <memory>
#include <utility>

#include "common/status/error.h"

namespace onereturn::assessment {
namespace {

// Adding evidence keeps its thread while metrics answers: with threads of its own, other writes
// never wait for metrics.
constexpr size_t kEvidenceThreads = 4;
constexpr size_t kEvidenceQueue = 64;

}  // namespace

AssessmentServer::AssessmentServer(const Guard* guard, MutationGate* gate, UseCases use_cases)
    : guard_(guard),
      gate_(gate),
      use_cases_(use_cases),
      evidence_(kEvidenceThreads, kEvidenceQueue) {}

grpc::ServerUnaryReactor* AssessmentServer::UpdateFramework(grpc::CallbackServerContext* context,
                                                            const grpc::ByteBuffer* request,
                                                            grpc::ByteBuffer* response) {
  return gate_->Start<v1::UpdateFrameworkRequest, v1::UpdateFrameworkResponse>(
      context, request, response,
      [this](auto mutation) { use_cases_.update_framework->Run(std::move(mutation)); });
}

grpc::ServerUnaryReactor* AssessmentServer::CreateAssessment(grpc::CallbackServerContext* context,
                                                             const grpc::ByteBuffer* request,
                                                             grpc::ByteBuffer* response) {
  return gate_->Start<v1::CreateAssessmentRequest, v1::CreateAssessmentResponse>(
      context, request, response,
      [this](auto mutation) { use_cases_.create_assessment->Run(std::move(mutation)); });
}

grpc::ServerUnaryReactor* AssessmentServer::AddEvidence(grpc::CallbackServerContext* context,
                                                        const grpc::ByteBuffer* request,
                                                        grpc::ByteBuffer* response) {
  return gate_->Start<v1::AddEvidenceRequest, v1::AddEvidenceResponse>(
      context, request, response, [this](auto mutation) {
        using Call = decltype(mutation);
        auto call = std::make_shared<Call>(std::move(mutation));
        if (evidence_.TrySubmit([this, call] { use_cases_.add_evidence->Run(*call); })) return;
        call->respond(Error(Reason::kQueueFull, "more evidence waits for metrics than is held")
                          .RetryAfter(absl::Seconds(1)));
      });
}

grpc::ServerUnaryReactor* AssessmentServer::ScoreStatement(grpc::CallbackServerContext* context,
                                                           const grpc::ByteBuffer* request,
                                                           grpc::ByteBuffer* response) {
  return gate_->Start<v1::ScoreStatementRequest, v1::ScoreStatementResponse>(
      context, request, response,
      [this](auto mutation) { use_cases_.score_statement->Run(std::move(mutation)); });
}

grpc::Status AssessmentServer::GetFramework(grpc::ServerContext* context,
                                            const v1::GetFrameworkRequest* request,
                                            v1::GetFrameworkResponse* response) {
  return guard_->Serve(*context, *request, [&](const CallContext& /*call*/) {
    return use_cases_.read_assessments->GetFramework(*request, response);
  });
}

grpc::Status AssessmentServer::GetAssessment(grpc::ServerContext* context,
                                             const v1::GetAssessmentRequest* request,
                                             v1::GetAssessmentResponse* response) {
  return guard_->Serve(*context, *request, [&](const CallContext& call) {
    return use_cases_.read_assessments->Get(call, *request, response);
  });
}

grpc::Status AssessmentServer::ListAssessments(grpc::ServerContext* context,
                                               const v1::ListAssessmentsRequest* request,
                                               v1::ListAssessmentsResponse* response) {
  return guard_->Serve(*context, *request, [&](const CallContext& call) {
    return use_cases_.read_assessments->List(call, *request, response);
  });
}

grpc::Status AssessmentServer::Trace(grpc::ServerContext* context, const v1::TraceRequest* request,
                                     grpc::ServerWriter<v1::TraceResponse>* writer) {
  return guard_->Serve(*context, *request, [&](const CallContext& call) {
    return use_cases_.trace_assessment->Run(call, *request,
                                            [context, writer](const v1::TraceResponse& part) {
                                              return !context->IsCancelled() && writer->Write(part);
                                            });
  });
}

}  // namespace onereturn::assessment
