#include "services/ingestion/rpc/stewardship_server.h"

#include <algorithm>
#include <utility>

#include "common/rpc/stream_bound.h"
#include "services/ingestion/app/catalogue/backtest_rule.h"
#include "services/ingestion/app/catalogue/diff_catalogue.h"
#include "services/ingestion/app/catalogue/search_catalogue.h"
#include "services/ingestion/definitions/messages.h"
#include "services/ingestion/rpc/definition_methods.h"
#include "services/ingestion/rpc/officer_origin.h"

namespace onereturn::ingestion {
namespace {

namespace v1 = catalogue::v1;

constexpr int kUsualHits = 20;
constexpr int kMostHits = 100;

// Rows that are dear: fewer than PageSize gives.
absl::StatusOr<size_t> RowsOf(int32_t page_size) {
  ASSIGN_OR_RETURN(const int size, PageSize(page_size));
  return static_cast<size_t>(page_size == 0 ? kUsualHits : std::min(size, kMostHits));
}

template <typename Response>
ChangeDefinitions::Done RespondingWithChange(
    std::function<void(absl::StatusOr<Response>)> respond) {
  return [respond = std::move(respond)](absl::StatusOr<ChangeAnswer> answer) {
    if (!answer.ok()) return respond(answer.status());
    Response response;
    *response.mutable_change() = std::move(answer->change);
    FillReceipt(answer->accepted, &response);
    respond(std::move(response));
  };
}

// A method that takes one step of a change.
template <typename Response, typename Request>
grpc::ServerUnaryReactor* StartChangeStep(
    const IngestionParts& parts, const ChangeDefinitions* changes, const RawCall& raw,
    void (ChangeDefinitions::*step)(const OfficerOrigin&, const Request&, ChangeDefinitions::Done)
        const) {
  return parts.gate->Start<Request, Response>(
      raw.context, raw.request, raw.response,
      [guard = parts.guard, changes, step](Mutation<Request, Response> call) {
        (changes->*step)(OfficerOriginOf(*guard, call.call, call.digest), call.request,
                         RespondingWithChange<Response>(std::move(call.respond)));
      });
}

absl::StatusOr<ReadPlace> PlaceOf(const IngestionParts& parts, const CallContext& call,
                                  const common::v1::ReadAt& read, const std::string& position) {
  ASSIGN_OR_RETURN(ReadWish wish, ToWish(read, call));
  if (!position.empty()) {
    wish.as_of_time.reset();
    wish.as_of_position = position;
  }
  return ResolveRead(*parts.store, *parts.committer, parts.guard->clock(), wish);
}

absl::StatusOr<std::optional<Period>> OptionalPeriod(const std::string& text,
                                                     absl::string_view field) {
  if (text.empty()) return std::optional<Period>();
  absl::StatusOr<Period> period = Period::Parse(text);
  if (period.ok()) return std::optional<Period>(*period);
  return Error(Reason::kPeriod, "a period cannot be read").Field(field, period.status().message());
}

absl::StatusOr<BacktestWish> ToWish(const v1::BacktestRuleRequest& request) {
  BacktestWish wish;
  wish.collection = request.collection();
  wish.rule = request.rule();
  ASSIGN_OR_RETURN(wish.from, OptionalPeriod(request.from_period(), "from_period"));
  ASSIGN_OR_RETURN(wish.to, OptionalPeriod(request.to_period(), "to_period"));
  ASSIGN_OR_RETURN(wish.most_examples, RowsOf(request.most_examples()));
  return wish;
}

v1::BacktestOutcome ToWire(const BacktestResult& result) {
  v1::BacktestOutcome outcome;
  outcome.set_returns_found(result.found);
  outcome.set_returns_not_fitting(result.not_fitting);
  for (const auto& [code, counts] : result.organisations) {
    v1::BacktestOrganisation* row = outcome.add_organisations();
    row->set_organisation(code);
    row->set_returns(counts.returns);
    row->set_found(counts.found);
  }
  for (const BacktestExampleFound& one : result.examples) {
    v1::BacktestExample* example = outcome.add_examples();
    example->set_organisation(one.key.organisation);
    example->set_period(one.key.period);
    example->set_revision(one.revision);
    *example->mutable_finding() = MessageOf(one.finding);
  }
  outcome.set_incomplete(result.incomplete);
  return outcome;
}

}  // namespace

grpc::ServerUnaryReactor* StewardshipServer::UpdateGuidance(grpc::CallbackServerContext* context,
                                                            const grpc::ByteBuffer* request,
                                                            grpc::ByteBuffer* response) {
  return StartDefining(parts_, define_, {context, request, response}, &Define::Guidance,
                       &v1::UpdateGuidanceRequest::guidance,
                       &v1::UpdateGuidanceResponse::mutable_guidance);
}

grpc::ServerUnaryReactor* StewardshipServer::UpdateResponsibility(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return StartDefining(parts_, define_, {context, request, response}, &Define::Responsibility,
                       &v1::UpdateResponsibilityRequest::responsibility,
                       &v1::UpdateResponsibilityResponse::mutable_responsibility);
}

grpc::ServerUnaryReactor* StewardshipServer::ProposeChange(grpc::CallbackServerContext* context,
                                                           const grpc::ByteBuffer* request,
                                                           grpc::ByteBuffer* response) {
  return StartChangeStep<v1::ProposeChangeResponse>(parts_, changes_, {context, request, response},
                                                    &ChangeDefinitions::Propose);
}

grpc::ServerUnaryReactor* StewardshipServer::ReplyToChange(grpc::CallbackServerContext* context,
                                                           const grpc::ByteBuffer* request,
                                                           grpc::ByteBuffer* response) {
  return StartChangeStep<v1::ReplyToChangeResponse>(parts_, changes_, {context, request, response},
                                                    &ChangeDefinitions::Reply);
}

grpc::ServerUnaryReactor* StewardshipServer::DecideChange(grpc::CallbackServerContext* context,
                                                          const grpc::ByteBuffer* request,
                                                          grpc::ByteBuffer* response) {
  return StartChangeStep<v1::DecideChangeResponse>(parts_, changes_, {context, request, response},
                                                   &ChangeDefinitions::Decide);
}

grpc::ServerUnaryReactor* StewardshipServer::WithdrawChange(grpc::CallbackServerContext* context,
                                                            const grpc::ByteBuffer* request,
                                                            grpc::ByteBuffer* response) {
  return StartChangeStep<v1::WithdrawChangeResponse>(parts_, changes_, {context, request, response},
                                                     &ChangeDefinitions::Withdraw);
}

grpc::Status StewardshipServer::ListGuidance(grpc::ServerContext* context,
                                             const v1::ListGuidanceRequest* request,
                                             v1::ListGuidanceResponse* response) {
  return parts_.guard->Serve(*context, *request, response, [&](const CallContext& call) {
    return LoadPage<v1::Guidance, v1::ListGuidanceRequest, v1::ListGuidanceResponse>(
        parts_, call, DefinitionKind::kGuidance, *request, [](const v1::Guidance&) { return true; },
        [](v1::ListGuidanceResponse* page) { return page->mutable_guidance(); }, response);
  });
}

grpc::Status StewardshipServer::ListResponsibilities(grpc::ServerContext* context,
                                                     const v1::ListResponsibilitiesRequest* request,
                                                     v1::ListResponsibilitiesResponse* response) {
  return parts_.guard->Serve(*context, *request, response, [&](const CallContext& call) {
    return LoadPage<v1::Responsibility, v1::ListResponsibilitiesRequest,
                    v1::ListResponsibilitiesResponse>(
        parts_, call, DefinitionKind::kResponsibility, *request,
        [](const v1::Responsibility&) { return true; },
        [](v1::ListResponsibilitiesResponse* page) { return page->mutable_responsibilities(); },
        response);
  });
}

grpc::Status StewardshipServer::SearchCatalogue(grpc::ServerContext* context,
                                                const v1::SearchCatalogueRequest* request,
                                                v1::SearchCatalogueResponse* response) {
  const Guard& guard = *parts_.guard;
  return guard.Serve(*context, *request, response, [&](const CallContext& call) -> absl::Status {
    ASSIGN_OR_RETURN(const size_t rows, RowsOf(request->page_size()));
    ASSIGN_OR_RETURN(const ReadPlace place, PlaceOf(parts_, call, request->read(), ""));
    ASSIGN_OR_RETURN(*response, ingestion::SearchCatalogue(*parts_.store, request->words(),
                                                           place.sequence, rows));
    response->set_position(place.position);
    return absl::OkStatus();
  });
}

grpc::Status StewardshipServer::DiffDefinition(grpc::ServerContext* context,
                                               const v1::DiffDefinitionRequest* request,
                                               v1::DiffDefinitionResponse* response) {
  const Guard& guard = *parts_.guard;
  return guard.Serve(*context, *request, response, [&](const CallContext& call) -> absl::Status {
    ASSIGN_OR_RETURN(const ReadPlace place, PlaceOf(parts_, call, request->read(), ""));
    ASSIGN_OR_RETURN(*response, ingestion::DiffDefinition(*parts_.store, request->name(),
                                                          request->from_version(),
                                                          request->to_version(), place.sequence));
    response->set_position(place.position);
    return absl::OkStatus();
  });
}

grpc::Status StewardshipServer::DiffCatalogue(grpc::ServerContext* context,
                                              const v1::DiffCatalogueRequest* request,
                                              v1::DiffCatalogueResponse* response) {
  const Guard& guard = *parts_.guard;
  return guard.Serve(*context, *request, response, [&](const CallContext& call) -> absl::Status {
    ASSIGN_OR_RETURN(const size_t rows, RowsOf(request->page_size()));
    if (request->from_position().empty()) {
      return Error(Reason::kFieldInvalid, "what is to be compared?")
          .Field("from_position", "is missing: give a position from a receipt or an answer");
    }
    RETURN_IF_ERROR(CheckFromPosition(request->from_position(), parts_.committer->service()));
    ASSIGN_OR_RETURN(PagePlace page,
                     parts_.pages->Read(*request, call.caller.spiffe_id, request->page_token()));
    ASSIGN_OR_RETURN(const ReadPlace from, PlaceOf(parts_, call, {}, request->from_position()));
    ASSIGN_OR_RETURN(const ReadPlace to, PlaceOf(parts_, call, request->read(), page.position));
    ASSIGN_OR_RETURN(
        PageOf<v1::DefinitionChange> found,
        ingestion::DiffCatalogue(*parts_.store, from.sequence, to.sequence, page.after, rows));
    for (v1::DefinitionChange& row : found.rows) *response->add_definitions() = std::move(row);
    if (!found.after.empty()) {
      response->set_next_page_token(parts_.pages->Write(*request, call.caller.spiffe_id,
                                                        PagePlace{found.after, to.position}));
    }
    response->set_position(to.position);
    return absl::OkStatus();
  });
}

grpc::Status StewardshipServer::ListChanges(grpc::ServerContext* context,
                                            const v1::ListChangesRequest* request,
                                            v1::ListChangesResponse* response) {
  const Guard& guard = *parts_.guard;
  return guard.Serve(*context, *request, response, [&](const CallContext& call) -> absl::Status {
    ASSIGN_OR_RETURN(const size_t rows, RowsOf(request->page_size()));
    ASSIGN_OR_RETURN(PagePlace page,
                     parts_.pages->Read(*request, call.caller.spiffe_id, request->page_token()));
    ASSIGN_OR_RETURN(const ReadPlace place, PlaceOf(parts_, call, {}, ""));
    ASSIGN_OR_RETURN(PageOf<v1::Change> found,
                     ingestion::ListChanges(*parts_.store, *request, page.after, rows));
    for (v1::Change& row : found.rows) *response->add_changes() = std::move(row);
    if (!found.after.empty()) {
      response->set_next_page_token(parts_.pages->Write(*request, call.caller.spiffe_id,
                                                        PagePlace{found.after, place.position}));
    }
    response->set_position(place.position);
    return absl::OkStatus();
  });
}

grpc::Status StewardshipServer::BacktestRule(grpc::ServerContext* context,
                                             const v1::BacktestRuleRequest* request,
                                             grpc::ServerWriter<v1::BacktestRuleResponse>* writer) {
  return parts_.guard->ServeStream(
      *context, *request, [&](const CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(const BacktestWish wish, ToWish(*request));
        ASSIGN_OR_RETURN(const ReadPlace place, PlaceOf(parts_, call, {}, ""));
        const auto write = [&](const v1::BacktestRuleResponse& message) -> absl::Status {
          return WriteInTime(context, writer, message) ? absl::OkStatus()
                                                       : absl::CancelledError("the reader left");
        };
        v1::BacktestRuleResponse last;
        const Snapshot snapshot = parts_.store->TakeSnapshot();
        ASSIGN_OR_RETURN(
            const BacktestResult result,
            ingestion::BacktestRule(snapshot, wish, [&](uint32_t examined, uint32_t total) {
              v1::BacktestRuleResponse progress;
              progress.set_returns_examined(examined);
              progress.set_returns_total(total);
              return write(progress);
            }));
        last.set_returns_examined(result.examined);
        last.set_returns_total(result.examined);
        *last.mutable_outcome() = ToWire(result);
        last.mutable_outcome()->set_position(place.position);
        return write(last);
      });
}

}  // namespace onereturn::ingestion
