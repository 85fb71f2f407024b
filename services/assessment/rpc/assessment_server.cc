#include "services/assessment/rpc/assessment_server.h"

#include <functional>
#include <utility>

#include "common/rpc/stream_bound.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn::assessment {
namespace {

// Adding evidence keeps its thread while metrics answers: with threads of its own, other writes
// never wait for metrics.
constexpr size_t kEvidenceThreads = 4;
// Fewer than the calls of one connection, so that a caller is told rather than kept waiting.
constexpr size_t kEvidenceQueue = 32;

// A framework may have 60 KiB, and an answer no more than 4 MiB.
constexpr int kUsualFrameworks = 20;
constexpr int kMostFrameworks = 50;
constexpr int kUsualAssessments = 50;
constexpr int kMostAssessments = 200;

template <typename Call>
WriteOrigin OriginOf(const Call& call) {
  return WriteOrigin{call.call.caller.spiffe_id, call.call.caller.scope,  call.digest,
                     call.call.started,          call.call.deadline,      call.call.caller.person,
                     call.call.caller.role,      call.call.person_token()};
}

// Answers with what `fill` takes from the answer, the receipt, and whether it is a repeat.
template <typename Resource, typename Response>
Respond<Resource> Responding(std::function<void(absl::StatusOr<Response>)> respond,
                             void (*fill)(Answer<Resource> answer, Response* response)) {
  return [respond = std::move(respond), fill](absl::StatusOr<Answer<Resource>> answer) {
    if (!answer.ok()) return respond(answer.status());
    Response response;
    if (answer->receipt.has_value()) *response.mutable_receipt() = *std::move(answer->receipt);
    response.set_replayed(answer->replayed);
    fill(*std::move(answer), &response);
    respond(std::move(response));
  };
}

}  // namespace

AssessmentServer::AssessmentServer(const Guard* guard, MutationGate* gate, const Store* store,
                                   const Committer* committer, UseCases use_cases)
    : guard_(guard),
      gate_(gate),
      store_(store),
      committer_(committer),
      use_cases_(use_cases),
      evidence_(kEvidenceThreads, kEvidenceQueue) {}

grpc::ServerUnaryReactor* AssessmentServer::UpdateFramework(grpc::CallbackServerContext* context,
                                                            const grpc::ByteBuffer* request,
                                                            grpc::ByteBuffer* response) {
  using Call = Mutation<v1::UpdateFrameworkRequest, v1::UpdateFrameworkResponse>;
  return gate_->Start<v1::UpdateFrameworkRequest, v1::UpdateFrameworkResponse>(
      context, request, response, [this](Call call) {
        use_cases_.update_framework->Run(
            OriginOf(call), call.request,
            Responding<v1::Framework, v1::UpdateFrameworkResponse>(
                std::move(call.respond),
                [](Answer<v1::Framework> answer, v1::UpdateFrameworkResponse* filled) {
                  *filled->mutable_framework() = std::move(answer.resource);
                  filled->set_unchanged(answer.unchanged);
                }));
      });
}

grpc::ServerUnaryReactor* AssessmentServer::CreateAssessment(grpc::CallbackServerContext* context,
                                                             const grpc::ByteBuffer* request,
                                                             grpc::ByteBuffer* response) {
  using Call = Mutation<v1::CreateAssessmentRequest, v1::CreateAssessmentResponse>;
  return gate_->Start<v1::CreateAssessmentRequest, v1::CreateAssessmentResponse>(
      context, request, response, [this](Call call) {
        use_cases_.create_assessment->Run(
            OriginOf(call), call.request,
            Responding<v1::Assessment, v1::CreateAssessmentResponse>(
                std::move(call.respond),
                [](Answer<v1::Assessment> answer, v1::CreateAssessmentResponse* filled) {
                  *filled->mutable_assessment() = std::move(answer.resource);
                }));
      });
}

grpc::ServerUnaryReactor* AssessmentServer::AddEvidence(grpc::CallbackServerContext* context,
                                                        const grpc::ByteBuffer* request,
                                                        grpc::ByteBuffer* response) {
  using Call = Mutation<v1::AddEvidenceRequest, v1::AddEvidenceResponse>;
  return gate_->Start<v1::AddEvidenceRequest, v1::AddEvidenceResponse>(
      context, request, response, [this](Call call) {
        const bool begun = evidence_.TrySubmit([this, call] {
          use_cases_.add_evidence->Run(
              OriginOf(call), call.request,
              Responding<v1::Evidence, v1::AddEvidenceResponse>(
                  call.respond, [](Answer<v1::Evidence> answer, v1::AddEvidenceResponse* filled) {
                    *filled->mutable_evidence() = std::move(answer.resource);
                    filled->set_etag(std::move(answer.etag));
                  }));
        });
        if (begun) return;
        call.respond(Error(Reason::kQueueFull, "more evidence waits for metrics than is held")
                         .RetryAfter(absl::Seconds(1)));
      });
}

grpc::ServerUnaryReactor* AssessmentServer::ScoreStatement(grpc::CallbackServerContext* context,
                                                           const grpc::ByteBuffer* request,
                                                           grpc::ByteBuffer* response) {
  using Call = Mutation<v1::ScoreStatementRequest, v1::ScoreStatementResponse>;
  return gate_->Start<v1::ScoreStatementRequest, v1::ScoreStatementResponse>(
      context, request, response, [this](Call call) {
        use_cases_.score_statement->Run(
            OriginOf(call), call.request,
            Responding<v1::Score, v1::ScoreStatementResponse>(
                std::move(call.respond),
                [](Answer<v1::Score> answer, v1::ScoreStatementResponse* filled) {
                  *filled->mutable_score() = std::move(answer.resource);
                  filled->set_etag(std::move(answer.etag));
                }));
      });
}

absl::StatusOr<ReadPlace> AssessmentServer::PlaceOf(const common::v1::ReadAt& read,
                                                    const PagePlace& page) const {
  ASSIGN_OR_RETURN(ReadWish wish, onereturn::FromWire(read));
  if (!page.position.empty()) {
    wish.as_of_time.reset();
    wish.as_of_position = page.position;
  }
  return ResolveRead(*store_, *committer_, guard_->clock(), wish);
}

grpc::Status AssessmentServer::GetFramework(grpc::ServerContext* context,
                                            const v1::GetFrameworkRequest* request,
                                            v1::GetFrameworkResponse* response) {
  return guard_->Serve(*context, *request, response, [&](const CallContext&) -> absl::Status {
    ASSIGN_OR_RETURN(ReadPlace place, PlaceOf(request->read()));
    ASSIGN_OR_RETURN(*response->mutable_framework(),
                     use_cases_.read_assessments->GetFramework(request->name(), request->version(),
                                                               place.sequence));
    response->set_position(place.position);
    return absl::OkStatus();
  });
}

grpc::Status AssessmentServer::ListFrameworks(grpc::ServerContext* context,
                                              const v1::ListFrameworksRequest* request,
                                              v1::ListFrameworksResponse* response) {
  return guard_->Serve(*context, *request, response, [&](const CallContext& call) -> absl::Status {
    ASSIGN_OR_RETURN(int size, PageSize(request->page_size(), kUsualFrameworks, kMostFrameworks));
    ASSIGN_OR_RETURN(PagePlace page,
                     tokens_.Read(*request, call.caller.spiffe_id, request->page_token()));
    ASSIGN_OR_RETURN(ReadPlace place, PlaceOf(request->read(), page));
    ASSIGN_OR_RETURN(auto found, use_cases_.read_assessments->ListFrameworks(
                                     page.after, static_cast<size_t>(size), place.sequence));
    for (v1::Framework& row : found.rows) *response->add_frameworks() = std::move(row);
    if (!found.after.empty()) {
      response->set_next_page_token(
          tokens_.Write(*request, call.caller.spiffe_id, PagePlace{found.after, place.position}));
    }
    response->set_position(place.position);
    return absl::OkStatus();
  });
}

grpc::Status AssessmentServer::GetAssessment(grpc::ServerContext* context,
                                             const v1::GetAssessmentRequest* request,
                                             v1::GetAssessmentResponse* response) {
  return guard_->Serve(*context, *request, response, [&](const CallContext& call) -> absl::Status {
    ASSIGN_OR_RETURN(ReadPlace place, PlaceOf(request->read()));
    ASSIGN_OR_RETURN(
        *response->mutable_assessment(),
        use_cases_.read_assessments->Get(call.caller.scope, request->name(), place.sequence));
    call.concerned->Add(response->assessment().organisation());
    response->set_position(place.position);
    return absl::OkStatus();
  });
}

grpc::Status AssessmentServer::ListAssessments(grpc::ServerContext* context,
                                               const v1::ListAssessmentsRequest* request,
                                               v1::ListAssessmentsResponse* response) {
  return guard_->Serve(*context, *request, response, [&](const CallContext& call) -> absl::Status {
    ASSIGN_OR_RETURN(int size, PageSize(request->page_size(), kUsualAssessments, kMostAssessments));
    ASSIGN_OR_RETURN(PagePlace page,
                     tokens_.Read(*request, call.caller.spiffe_id, request->page_token()));
    ASSIGN_OR_RETURN(ReadPlace place, PlaceOf(request->read(), page));
    ASSIGN_OR_RETURN(auto found,
                     use_cases_.read_assessments->List(call.caller.scope, page.after,
                                                       static_cast<size_t>(size), place.sequence));
    for (v1::Assessment& row : found.rows) {
      call.concerned->Add(row.organisation());
      *response->add_assessments() = std::move(row);
    }
    if (!found.after.empty()) {
      response->set_next_page_token(
          tokens_.Write(*request, call.caller.spiffe_id, PagePlace{found.after, place.position}));
    }
    response->set_position(place.position);
    return absl::OkStatus();
  });
}

grpc::Status AssessmentServer::Trace(grpc::ServerContext* context, const v1::TraceRequest* request,
                                     grpc::ServerWriter<v1::TraceResponse>* writer) {
  return guard_->ServeStream(*context, *request, [&](const CallContext& call) -> absl::Status {
    ASSIGN_OR_RETURN(ReadPlace place, PlaceOf(request->read()));
    return use_cases_.trace_assessment->Run(
        TraceCaller{call.caller.scope, std::move(place), call.deadline, call.person_token()},
        *request, [this, &call, context, writer](v1::TraceResponse part) {
          guard_->Prune(call, &part);
          return !context->IsCancelled() && WriteInTime(context, writer, part);
        });
  });
}

grpc::Status AssessmentServer::CheckEvidence(
    grpc::ServerContext* context, const v1::CheckEvidenceRequest* request,
    grpc::ServerWriter<v1::CheckEvidenceResponse>* writer) {
  return guard_->ServeStream(*context, *request, [&](const CallContext& call) -> absl::Status {
    ASSIGN_OR_RETURN(ReadPlace place, PlaceOf({}));
    const auto is_there = [context] { return MayBeWritten(context); };
    const auto take = [&](v1::CheckEvidenceResponse part) {
      call.concerned->Add(part.organisation());
      guard_->Prune(call, &part);
      return WriteInTime(context, writer, part);
    };
    return use_cases_.check_evidence->Run(
        TraceCaller{call.caller.scope, std::move(place), call.deadline, call.person_token()},
        *request, {is_there, take});
  });
}

}  // namespace onereturn::assessment
