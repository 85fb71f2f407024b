#include "services/assessment/rpc/assessment_server.h"

#include <utility>

namespace onereturn::assessment {

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
      context, request, response,
      [this](auto mutation) { use_cases_.add_evidence->Run(std::move(mutation)); });
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
