#include "services/ingestion/rpc/sign_off_server.h"

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/requests/reuse_of_returns.h"
#include "services/ingestion/app/returns/read_unsigned.h"
#include "services/ingestion/app/returns/undo_revision.h"
#include "services/ingestion/rpc/convert.h"

namespace onereturn::ingestion {
namespace {

constexpr int kUsualRows = 1'000;
constexpr int kLargestRows = 5'000;

// A step that is answered with its receipt alone.
template <typename Response, typename Request, typename Step>
grpc::ServerUnaryReactor* StartPlainStep(const IngestionParts& parts, const RawCall& raw,
                                         Step step) {
  return parts.gate->Start<Request, Response>(
      raw.context, raw.request, raw.response, [step](Mutation<Request, Response> call) {
        step(RequestOriginOf(call.call, call.request, call.digest), call.request,
             [respond = std::move(call.respond)](auto answer) {
               if (!answer.ok()) return respond(answer.status());
               Response response;
               FillReceipt(answer->accepted, &response);
               respond(std::move(response));
             });
      });
}

returns::v1::SaveDraftResponse ToWire(const DraftAnswer& answer) {
  returns::v1::SaveDraftResponse response;
  if (answer.draft.has_value()) *response.mutable_draft() = *answer.draft;
  if (answer.verdict.has_value()) FillFindings(*answer.verdict, answer.findings, &response);
  FillReceipt(answer.accepted, &response);
  return response;
}

returns::v1::SignReturnResponse ToWire(const SignedAnswer& answer) {
  returns::v1::SignReturnResponse response;
  if (answer.submission.has_value()) *response.mutable_submission() = *answer.submission;
  if (answer.accepted_return.has_value()) *response.mutable_return_() = *answer.accepted_return;
  FillReceipt(answer.accepted, &response);
  return response;
}

std::set<std::string> ItemsCompared(const std::vector<returns::v1::CellDifference>& differences) {
  std::set<std::string> items;
  for (const returns::v1::CellDifference& one : differences) {
    items.insert(one.has_after() ? one.after().reference().item()
                                 : one.before().reference().item());
  }
  return items;
}

// What the page goes on with, of what is at `sequence` still.
absl::StatusOr<std::string> GoOn(const PagePlace& page, uint64_t sequence) {
  if (page.after.empty()) return std::string();
  const std::pair<std::string, std::string> parts =
      absl::StrSplit(page.after, absl::MaxSplits('.', 1));
  if (parts.first == absl::StrCat(sequence)) return parts.second;
  return Error(Reason::kContentChanged,
               "what the first page was of has been replaced: begin again");
}

std::string ToGoOn(const std::string& after, uint64_t sequence) {
  return after.empty() ? "" : absl::StrCat(sequence, ".", after);
}

absl::StatusOr<ReadPlace> NowPlace(const IngestionParts& parts, const CallContext& call,
                                   const common::v1::ReadAt& read) {
  ASSIGN_OR_RETURN(const ReadWish wish, ToWish(read, call));
  return ResolveRead(*parts.store, *parts.committer, parts.guard->clock(), wish);
}

// Where a method reads its page, and how long that is.
struct PageAsked {
  PagePlace place;
  size_t size = 0;
};

template <typename Request>
absl::StatusOr<PageAsked> AskedPage(const IngestionParts& parts, const CallContext& call,
                                    const Request& request, bool rows_are_cells) {
  PageAsked asked;
  ASSIGN_OR_RETURN(const int size, rows_are_cells
                                       ? PageSize(request.page_size(), kUsualRows, kLargestRows)
                                       : PageSize(request.page_size()));
  asked.size = static_cast<size_t>(size);
  ASSIGN_OR_RETURN(asked.place,
                   parts.pages->Read(request, call.caller.spiffe_id, request.page_token()));
  return asked;
}

template <typename Request, typename Response>
void GiveNext(const IngestionParts& parts, const CallContext& call, const Request& request,
              const PagePlace& next, Response* response) {
  if (next.after.empty()) return;
  response->set_next_page_token(parts.pages->Write(request, call.caller.spiffe_id, next));
}

// The state before, that a difference is against; absent where there was none.
absl::StatusOr<std::optional<CellState>> BaseOf(const IngestionParts& parts,
                                                const OrganisationScope& scope,
                                                const ReturnKey& key, uint32_t revision,
                                                uint64_t sequence) {
  if (revision == 0) return std::optional<CellState>();
  ASSIGN_OR_RETURN(CellState state, RevisionState(*parts.store, scope, key, revision, sequence));
  return std::optional<CellState>(std::move(state));
}

template <typename Response>
void FillDifferences(CellDifferences differences, uint32_t base_revision, Response* response) {
  for (auto& row : differences.page.rows) *response->add_differences() = std::move(row);
  response->set_difference_count(differences.count);
  response->set_base_revision(base_revision);
}

}  // namespace

grpc::ServerUnaryReactor* SignOffServer::SaveDraft(grpc::CallbackServerContext* context,
                                                   const grpc::ByteBuffer* request,
                                                   grpc::ByteBuffer* response) {
  using Call = Mutation<returns::v1::SaveDraftRequest, returns::v1::SaveDraftResponse>;
  return parts_.gate->Start<returns::v1::SaveDraftRequest, returns::v1::SaveDraftResponse>(
      context, request, response, [this](Call call) {
        const absl::StatusOr<ReturnSubmission> draft =
            ToSubmission(call.request, call.call, call.digest);
        if (!draft.ok()) return call.respond(draft.status());
        drafts_->Save(*draft,
                      [respond = std::move(call.respond)](absl::StatusOr<DraftAnswer> answer) {
                        if (!answer.ok()) return respond(answer.status());
                        respond(ToWire(*answer));
                      });
      });
}

grpc::ServerUnaryReactor* SignOffServer::DropDraft(grpc::CallbackServerContext* context,
                                                   const grpc::ByteBuffer* request,
                                                   grpc::ByteBuffer* response) {
  using Request = returns::v1::DropDraftRequest;
  return StartPlainStep<returns::v1::DropDraftResponse, Request>(
      parts_, {context, request, response},
      [this](const RequestOrigin& origin, const Request& asked, Drafts::Done done) {
        drafts_->Drop(origin, asked, std::move(done));
      });
}

grpc::ServerUnaryReactor* SignOffServer::SignReturn(grpc::CallbackServerContext* context,
                                                    const grpc::ByteBuffer* request,
                                                    grpc::ByteBuffer* response) {
  using Call = Mutation<returns::v1::SignReturnRequest, returns::v1::SignReturnResponse>;
  return parts_.gate->Start<returns::v1::SignReturnRequest, returns::v1::SignReturnResponse>(
      context, request, response, [this](Call call) {
        sign_return_->Sign(
            RequestOriginOf(call.call, call.request, call.digest, call.request.validate_only()),
            call.request, [respond = std::move(call.respond)](absl::StatusOr<SignedAnswer> answer) {
              if (!answer.ok()) return respond(answer.status());
              respond(ToWire(*answer));
            });
      });
}

grpc::ServerUnaryReactor* SignOffServer::SendReturnBack(grpc::CallbackServerContext* context,
                                                        const grpc::ByteBuffer* request,
                                                        grpc::ByteBuffer* response) {
  using Request = returns::v1::SendReturnBackRequest;
  return StartPlainStep<returns::v1::SendReturnBackResponse, Request>(
      parts_, {context, request, response},
      [this](const RequestOrigin& origin, const Request& asked, ingestion::SignReturn::Done done) {
        sign_return_->SendBack(origin, asked, std::move(done));
      });
}

grpc::ServerUnaryReactor* SignOffServer::WithdrawSubmission(grpc::CallbackServerContext* context,
                                                            const grpc::ByteBuffer* request,
                                                            grpc::ByteBuffer* response) {
  using Request = returns::v1::WithdrawSubmissionRequest;
  return StartPlainStep<returns::v1::WithdrawSubmissionResponse, Request>(
      parts_, {context, request, response},
      [this](const RequestOrigin& origin, const Request& asked, ingestion::SignReturn::Done done) {
        sign_return_->Withdraw(origin, asked, std::move(done));
      });
}

grpc::ServerUnaryReactor* SignOffServer::ReopenReturn(grpc::CallbackServerContext* context,
                                                      const grpc::ByteBuffer* request,
                                                      grpc::ByteBuffer* response) {
  using Request = returns::v1::ReopenReturnRequest;
  return StartPlainStep<returns::v1::ReopenReturnResponse, Request>(
      parts_, {context, request, response},
      [this](const RequestOrigin& origin, const Request& asked, ingestion::SignReturn::Done done) {
        sign_return_->Reopen(origin, asked, std::move(done));
      });
}

grpc::ServerUnaryReactor* SignOffServer::UndoRevision(grpc::CallbackServerContext* context,
                                                      const grpc::ByteBuffer* request,
                                                      grpc::ByteBuffer* response) {
  using Call = Mutation<returns::v1::UndoRevisionRequest, returns::v1::UndoRevisionResponse>;
  return parts_.gate->Start<returns::v1::UndoRevisionRequest, returns::v1::UndoRevisionResponse>(
      context, request, response, [this](Call call) {
        absl::StatusOr<ReturnSubmission> undo = UndoOf(
            *parts_.store, call.call.caller.scope, call.request,
            RequestOriginOf(call.call, call.request, call.digest, call.request.validate_only()),
            SentBy(call.call));
        if (!undo.ok()) return call.respond(undo.status());
        parts_.submit_return->Run(*std::move(undo), [respond = std::move(call.respond)](
                                                        absl::StatusOr<ReturnAnswer> answer) {
          if (!answer.ok()) return respond(answer.status());
          respond(ToResponse<returns::v1::UndoRevisionResponse>(*answer));
        });
      });
}

grpc::Status SignOffServer::GetDraft(grpc::ServerContext* context,
                                     const returns::v1::GetDraftRequest* request,
                                     returns::v1::GetDraftResponse* response) {
  return parts_.guard->Serve(
      *context, *request, response, [&](const CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(*response->mutable_draft(),
                         ingestion::GetDraft(*parts_.store, call.caller.scope, request->name()));
        return absl::OkStatus();
      });
}

grpc::Status SignOffServer::ListDrafts(grpc::ServerContext* context,
                                       const returns::v1::ListDraftsRequest* request,
                                       returns::v1::ListDraftsResponse* response) {
  return parts_.guard->Serve(
      *context, *request, response, [&](const CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(const OrganisationScope scope, ScopeOfParent(request->parent(), call));
        ASSIGN_OR_RETURN(const PageAsked asked, AskedPage(parts_, call, *request, false));
        ASSIGN_OR_RETURN(auto rows,
                         ingestion::ListDrafts(*parts_.store, scope, request->collection(),
                                               asked.place.after, asked.size));
        for (auto& row : rows.rows) *response->add_drafts() = std::move(row);
        GiveNext(parts_, call, *request, PagePlace{rows.after, asked.place.position}, response);
        return absl::OkStatus();
      });
}

grpc::Status SignOffServer::GetSubmission(grpc::ServerContext* context,
                                          const returns::v1::GetSubmissionRequest* request,
                                          returns::v1::GetSubmissionResponse* response) {
  return parts_.guard->Serve(
      *context, *request, response, [&](const CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(
            *response->mutable_submission(),
            ingestion::GetSubmission(*parts_.store, call.caller.scope, request->name()));
        return absl::OkStatus();
      });
}

grpc::Status SignOffServer::ListSubmissions(grpc::ServerContext* context,
                                            const returns::v1::ListSubmissionsRequest* request,
                                            returns::v1::ListSubmissionsResponse* response) {
  return parts_.guard->Serve(
      *context, *request, response, [&](const CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(const OrganisationScope scope, ScopeOfParent(request->parent(), call));
        ASSIGN_OR_RETURN(const PageAsked asked, AskedPage(parts_, call, *request, false));
        ASSIGN_OR_RETURN(auto rows,
                         ingestion::ListSubmissions(*parts_.store, scope, request->collection(),
                                                    asked.place.after, asked.size));
        for (auto& row : rows.rows) *response->add_submissions() = std::move(row);
        GiveNext(parts_, call, *request, PagePlace{rows.after, asked.place.position}, response);
        return absl::OkStatus();
      });
}

grpc::Status SignOffServer::ListUnsignedCells(grpc::ServerContext* context,
                                              const returns::v1::ListUnsignedCellsRequest* request,
                                              returns::v1::ListUnsignedCellsResponse* response) {
  return parts_.guard->Serve(
      *context, *request, response, [&](const CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(const PageAsked asked, AskedPage(parts_, call, *request, true));
        ASSIGN_OR_RETURN(const CellState state,
                         UnsignedState(*parts_.store, call.caller.scope, request->parent()));
        ASSIGN_OR_RETURN(const std::string after, GoOn(asked.place, state.sequence));
        ASSIGN_OR_RETURN(auto rows, CellsOf(*parts_.store, state, after, asked.size));
        for (auto& row : rows.rows) *response->add_cells() = std::move(row);
        response->set_cell_digest(state.cell_digest);
        GiveNext(parts_, call, *request,
                 PagePlace{ToGoOn(rows.after, state.sequence), asked.place.position}, response);
        return absl::OkStatus();
      });
}

grpc::Status SignOffServer::DiffRevisions(grpc::ServerContext* context,
                                          const returns::v1::DiffRevisionsRequest* request,
                                          returns::v1::DiffRevisionsResponse* response) {
  return parts_.guard->Serve(
      *context, *request, response, [&](const CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(const ParsedName name, ParseReturnName(request->name()));
        if (name.revision == 0) return NotFound(request->name());
        ASSIGN_OR_RETURN(const PageAsked asked, AskedPage(parts_, call, *request, true));
        ASSIGN_OR_RETURN(const ReadPlace place, NowPlace(parts_, call, request->read()));
        const OrganisationScope& scope = call.caller.scope;
        ASSIGN_OR_RETURN(const CellState state, RevisionState(*parts_.store, scope, name.key,
                                                              name.revision, place.sequence));
        const uint32_t base =
            request->base_revision() == 0 ? name.revision - 1 : request->base_revision();
        ASSIGN_OR_RETURN(const auto before, BaseOf(parts_, scope, name.key, base, place.sequence));
        ASSIGN_OR_RETURN(CellDifferences differences, DifferencesOf(*parts_.store, before, state,
                                                                    asked.place.after, asked.size));
        RETURN_IF_ERROR(ReuseTermsOfReturn(*parts_.store,
                                           ReuserOf(call, common::v1::PURPOSE_UNSPECIFIED),
                                           name.key, ItemsCompared(differences.page.rows))
                            .status());
        // Whoever is given a difference knows both.
        parts_.uses->Used(BodyOf(call), name.key, RevisionPlace{name.revision, state.sequence});
        if (before.has_value()) {
          parts_.uses->Used(BodyOf(call), name.key, RevisionPlace{base, before->sequence});
        }
        GiveNext(parts_, call, *request, PagePlace{differences.page.after, place.position},
                 response);
        FillDifferences(std::move(differences), base, response);
        response->set_position(place.position);
        return absl::OkStatus();
      });
}

grpc::Status SignOffServer::DiffUnsigned(grpc::ServerContext* context,
                                         const returns::v1::DiffUnsignedRequest* request,
                                         returns::v1::DiffUnsignedResponse* response) {
  return parts_.guard->Serve(
      *context, *request, response, [&](const CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(const PageAsked asked, AskedPage(parts_, call, *request, true));
        const OrganisationScope& scope = call.caller.scope;
        ASSIGN_OR_RETURN(const CellState state,
                         UnsignedState(*parts_.store, scope, request->name()));
        uint32_t base = request->base_revision();
        if (base == 0) {
          ASSIGN_OR_RETURN(const ReturnHeadState head, HeadOf(*parts_.store, state.key));
          base = head.newest.number;
        }
        ASSIGN_OR_RETURN(const auto before, BaseOf(parts_, scope, state.key, base, UINT64_MAX));
        ASSIGN_OR_RETURN(const std::string after, GoOn(asked.place, state.sequence));
        ASSIGN_OR_RETURN(CellDifferences differences,
                         DifferencesOf(*parts_.store, before, state, after, asked.size));
        GiveNext(parts_, call, *request,
                 PagePlace{ToGoOn(differences.page.after, state.sequence), asked.place.position},
                 response);
        FillDifferences(std::move(differences), base, response);
        response->set_cell_digest(state.cell_digest);
        return absl::OkStatus();
      });
}

}  // namespace onereturn::ingestion
