#include "services/ingestion/rpc/returns_server.h"

#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "common/feed/wire.h"
#include "common/rpc/stream_bound.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/requests/reuse_of_returns.h"
#include "services/ingestion/app/returns/accepted_return.h"
#include "services/ingestion/app/returns/read_returns.h"
#include "services/ingestion/app/returns/read_rule_pack.h"
#include "services/ingestion/app/returns/read_unsigned.h"
#include "services/ingestion/rpc/convert.h"

namespace onereturn::ingestion {
namespace {

// An import keeps its thread until its last return is committed; more than a few would only wait
// for one another.
constexpr size_t kImportThreads = 2;
constexpr size_t kImportQueue = 16;
constexpr int kUsualCells = 1'000;
constexpr int kLargestCells = 5'000;
constexpr size_t kPieceBytes = 64 * 1024;
constexpr std::chrono::milliseconds kProgressEvery{500};

template <typename Response>
std::function<void(absl::StatusOr<UploadState>)> RespondUpload(
    std::function<void(absl::StatusOr<Response>)> respond,
    void (*fill)(const UploadState&, Response*)) {
  return [respond = std::move(respond), fill](absl::StatusOr<UploadState> state) {
    if (!state.ok()) return respond(state.status());
    Response response;
    fill(*state, &response);
    respond(std::move(response));
  };
}

std::set<std::string> ItemsOf(const std::vector<common::v1::Cell>& cells) {
  std::set<std::string> items;
  for (const common::v1::Cell& cell : cells) items.insert(cell.reference().item());
  return items;
}

// Of which a rule pack tells figures.
std::set<std::string> ItemsOf(const returns::v1::RulePack& pack) {
  std::set<std::string> items;
  for (const common::v1::Cell& cell : pack.held()) items.insert(cell.reference().item());
  for (const returns::v1::HeldEarlier& earlier : pack.earlier()) {
    for (const common::v1::Cell& cell : earlier.cells()) items.insert(cell.reference().item());
  }
  return items;
}

ReuseOfDigests DigestsFor(const IngestionParts& parts, const CallContext& call) {
  return ReuseOfDigests(parts.store, ReuserOf(call, common::v1::PURPOSE_UNSPECIFIED));
}

Uploader UploaderOf(const CallContext& call) { return {OwnerOf(call), call.caller.scope}; }

}  // namespace

absl::StatusOr<ReadPlace> PlaceOfPage(const IngestionParts& parts, const CallContext& call,
                                      const common::v1::ReadAt& read, const PagePlace& page) {
  ASSIGN_OR_RETURN(ReadWish wish, ToWish(read, call));
  if (!page.position.empty()) {
    wish.as_of_time.reset();
    wish.as_of_position = page.position;
  }
  return ResolveRead(*parts.store, *parts.committer, parts.guard->clock(), wish);
}

ReturnsServer::ReturnsServer(IngestionParts parts)
    : parts_(parts), imports_(kImportThreads, kImportQueue) {}

grpc::ServerUnaryReactor* ReturnsServer::SubmitReturn(grpc::CallbackServerContext* context,
                                                      const grpc::ByteBuffer* request,
                                                      grpc::ByteBuffer* response) {
  using Call = Mutation<returns::v1::SubmitReturnRequest, returns::v1::SubmitReturnResponse>;
  return parts_.gate->Start<returns::v1::SubmitReturnRequest, returns::v1::SubmitReturnResponse>(
      context, request, response, [this](Call call) {
        absl::StatusOr<ReturnSubmission> submission =
            ToSubmission(call.request, call.call, call.digest);
        if (!submission.ok()) return call.respond(submission.status());
        parts_.submit_return->Run(*std::move(submission), [respond = std::move(call.respond)](
                                                              absl::StatusOr<ReturnAnswer> answer) {
          if (!answer.ok()) return respond(answer.status());
          respond(ToResponse<returns::v1::SubmitReturnResponse>(*answer));
        });
      });
}

grpc::ServerUnaryReactor* ReturnsServer::CreateUpload(grpc::CallbackServerContext* context,
                                                      const grpc::ByteBuffer* request,
                                                      grpc::ByteBuffer* response) {
  using Call = Mutation<returns::v1::CreateUploadRequest, returns::v1::CreateUploadResponse>;
  return parts_.gate->Start<returns::v1::CreateUploadRequest, returns::v1::CreateUploadResponse>(
      context, request, response, [this](Call call) {
        parts_.uploads->Create(
            UploaderOf(call.call), call.request.request_id(), call.request.size_bytes(),
            call.request.digest(),
            RespondUpload<returns::v1::CreateUploadResponse>(
                std::move(call.respond), [](const UploadState& state, auto* answer) {
                  answer->set_name("uploads/" + state.id);
                  answer->set_held_bytes(state.held_bytes);
                }));
      });
}

grpc::ServerUnaryReactor* ReturnsServer::WriteUpload(grpc::CallbackServerContext* context,
                                                     const grpc::ByteBuffer* request,
                                                     grpc::ByteBuffer* response) {
  using Call = Mutation<returns::v1::WriteUploadRequest, returns::v1::WriteUploadResponse>;
  return parts_.gate->Start<returns::v1::WriteUploadRequest, returns::v1::WriteUploadResponse>(
      context, request, response, [this](Call call) {
        absl::StatusOr<std::string> id = UploadIdOf(call.request.name(), "name");
        if (!id.ok()) return call.respond(id.status());
        parts_.uploads->Write(
            UploaderOf(call.call), *id, call.request.offset(), call.request.data(),
            RespondUpload<returns::v1::WriteUploadResponse>(
                std::move(call.respond), [](const UploadState& state, auto* answer) {
                  answer->set_held_bytes(state.held_bytes);
                }));
      });
}

grpc::ServerUnaryReactor* ReturnsServer::SubmitReturnFile(grpc::CallbackServerContext* context,
                                                          const grpc::ByteBuffer* request,
                                                          grpc::ByteBuffer* response) {
  using Call =
      Mutation<returns::v1::SubmitReturnFileRequest, returns::v1::SubmitReturnFileResponse>;
  return parts_.gate
      ->Start<returns::v1::SubmitReturnFileRequest, returns::v1::SubmitReturnFileResponse>(
          context, request, response, [this](Call call) {
            absl::StatusOr<FileSubmission> submission =
                ToSubmission(call.request, call.call, call.digest);
            if (!submission.ok()) return call.respond(submission.status());
            TakeFile(*std::move(submission), std::move(call.respond));
          });
}

void ReturnsServer::TakeFile(FileSubmission submission, RespondFile respond) {
  // Once it is taken on: who watches while it waits for its turn is not told of an earlier run.
  const OwnedUpload file{submission.owner, submission.upload};
  const bool begun = parts_.progress->BeginTaken(file, [&](const FileProgress::RunToCome& run) {
    return imports_.TrySubmit([this, submission = std::move(submission), run, respond] {
      absl::StatusOr<FileAnswer> answer = parts_.submit_file->Run(submission, run.get().get());
      if (!answer.ok()) return respond(answer.status());
      respond(ToWire(*answer));
    });
  });
  if (begun) return;
  respond(Error(Reason::kQueueFull, "more files wait than the service takes at once")
              .RetryAfter(absl::Seconds(2)));
}

grpc::Status ReturnsServer::WatchUpload(
    grpc::ServerContext* context, const returns::v1::WatchUploadRequest* request,
    grpc::ServerWriter<returns::v1::WatchUploadResponse>* writer) {
  return parts_.guard->ServeWatch(
      *context, *request, parts_.watches, [&](const CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(const std::string upload, UploadIdOf(request->name(), "name"));
        return FollowUpload(context, UploaderOf(call), upload, writer);
      });
}

absl::Status ReturnsServer::FollowUpload(
    grpc::ServerContext* context, const Uploader& who, const std::string& upload,
    grpc::ServerWriter<returns::v1::WatchUploadResponse>* writer) const {
  const OwnedUpload file{who.owner, upload};
  // By a call of before the service's start, or of too long ago to be remembered.
  ASSIGN_OR_RETURN(const bool was_taken, parts_.uploads->WasTaken(who, upload));
  std::shared_ptr<const FileRun> run;
  while (!context->IsCancelled()) {
    if (draining_) return Error(Reason::kDraining, "the service is shutting down");
    if (run == nullptr) run = parts_.progress->Find(file);
    FileState state;
    if (run != nullptr) {
      state = run->state();
    } else if (was_taken) {
      state.stage = FileStage::kEnded;
    }
    if (!WriteInTime(context, writer, ToWire(state))) break;
    if (state.stage == FileStage::kEnded) break;
    if (run == nullptr) {
      parts_.progress->WaitForOne(file, kProgressEvery);
    } else {
      run->WaitForEnd(kProgressEvery);
    }
  }
  return absl::OkStatus();
}

grpc::Status ReturnsServer::GetReturn(grpc::ServerContext* context,
                                      const returns::v1::GetReturnRequest* request,
                                      returns::v1::GetReturnResponse* response) {
  const Guard& guard = *parts_.guard;
  return guard.Serve(*context, *request, response, [&](const CallContext& call) -> absl::Status {
    ASSIGN_OR_RETURN(const ReturnKey key, ParseReturnKey(request->name()));
    ASSIGN_OR_RETURN(ReadPlace place, PlaceOfPage(parts_, call, request->read(), {}));
    ASSIGN_OR_RETURN(*response->mutable_return_(),
                     ingestion::GetReturn(*parts_.store, call.caller.scope, key, place.sequence));
    RETURN_IF_ERROR(
        DigestsFor(parts_, call).LeaveOut(key, response->mutable_return_()->mutable_revision()));
    response->set_position(place.position);
    return absl::OkStatus();
  });
}

grpc::Status ReturnsServer::ListReturns(grpc::ServerContext* context,
                                        const returns::v1::ListReturnsRequest* request,
                                        returns::v1::ListReturnsResponse* response) {
  const Guard& guard = *parts_.guard;
  return guard.Serve(*context, *request, response, [&](const CallContext& call) -> absl::Status {
    if (request->collection().empty()) {
      return Error(Reason::kMissing, "which collection?").Field("collection", "is missing");
    }
    ASSIGN_OR_RETURN(OrganisationScope scope, ScopeOfParent(request->parent(), call));
    ASSIGN_OR_RETURN(int size, PageSize(request->page_size()));
    ASSIGN_OR_RETURN(PagePlace page,
                     parts_.pages->Read(*request, call.caller.spiffe_id, request->page_token()));
    ASSIGN_OR_RETURN(ReadPlace place, PlaceOfPage(parts_, call, request->read(), page));
    ASSIGN_OR_RETURN(auto rows,
                     ingestion::ListReturns(*parts_.store, scope, request->collection(),
                                            request->period(), place.sequence, page.after, size));
    ReuseOfDigests digests = DigestsFor(parts_, call);
    for (returns::v1::Return& row : rows.rows) {
      const ReturnKey key{row.collection(), row.period(), row.organisation()};
      RETURN_IF_ERROR(digests.LeaveOut(key, row.mutable_revision()));
      *response->add_returns() = std::move(row);
    }
    if (!rows.after.empty()) {
      response->set_next_page_token(parts_.pages->Write(*request, call.caller.spiffe_id,
                                                        PagePlace{rows.after, place.position}));
    }
    response->set_position(place.position);
    return absl::OkStatus();
  });
}

grpc::Status ReturnsServer::ListRevisions(grpc::ServerContext* context,
                                          const returns::v1::ListRevisionsRequest* request,
                                          returns::v1::ListRevisionsResponse* response) {
  const Guard& guard = *parts_.guard;
  return guard.Serve(*context, *request, response, [&](const CallContext& call) -> absl::Status {
    ASSIGN_OR_RETURN(const ReturnKey key, ParseReturnKey(request->parent()));
    ASSIGN_OR_RETURN(int size, PageSize(request->page_size()));
    ASSIGN_OR_RETURN(PagePlace page,
                     parts_.pages->Read(*request, call.caller.spiffe_id, request->page_token()));
    ASSIGN_OR_RETURN(ReadPlace place, PlaceOfPage(parts_, call, request->read(), page));
    ASSIGN_OR_RETURN(auto rows, ingestion::ListRevisions(*parts_.store, call.caller.scope, key,
                                                         place.sequence, page.after, size));
    ReuseOfDigests digests = DigestsFor(parts_, call);
    for (returns::v1::Revision& row : rows.rows) {
      RETURN_IF_ERROR(digests.LeaveOut(key, &row));
      *response->add_revisions() = std::move(row);
    }
    if (!rows.after.empty()) {
      response->set_next_page_token(parts_.pages->Write(*request, call.caller.spiffe_id,
                                                        PagePlace{rows.after, place.position}));
    }
    response->set_position(place.position);
    return absl::OkStatus();
  });
}

grpc::Status ReturnsServer::ListCells(grpc::ServerContext* context,
                                      const returns::v1::ListCellsRequest* request,
                                      returns::v1::ListCellsResponse* response) {
  const Guard& guard = *parts_.guard;
  return guard.Serve(*context, *request, response, [&](const CallContext& call) -> absl::Status {
    ASSIGN_OR_RETURN(ParsedName name, ParseReturnName(request->parent()));
    ASSIGN_OR_RETURN(int size, PageSize(request->page_size(), kUsualCells, kLargestCells));
    ASSIGN_OR_RETURN(PagePlace page,
                     parts_.pages->Read(*request, call.caller.spiffe_id, request->page_token()));
    ASSIGN_OR_RETURN(ReadPlace place, PlaceOfPage(parts_, call, request->read(), page));
    if (name.revision == 0) {
      ASSIGN_OR_RETURN(const auto newest,
                       FindRevision(*parts_.store, call.caller.scope, name.key, place.sequence));
      if (!newest.has_value()) return NoSuchReturn(*parts_.store, call.caller.scope, name.key);
      name.revision = newest->number;
    }
    ASSIGN_OR_RETURN(const CellState state, RevisionState(*parts_.store, call.caller.scope,
                                                          name.key, name.revision, place.sequence));
    ASSIGN_OR_RETURN(auto rows, CellsOf(*parts_.store, state, page.after, size));
    ASSIGN_OR_RETURN(const auto terms,
                     ReuseTermsOfReturn(*parts_.store, ReuserOf(call, request->purpose()), name.key,
                                        ItemsOf(rows.rows)));
    if (page.after.empty()) response->mutable_reuse_terms()->Add(terms.begin(), terms.end());
    // Before they are given: who watches notices while the next revision is accepted is told of it.
    parts_.uses->Used(BodyOf(call), name.key, RevisionPlace{name.revision, state.sequence});
    response->set_revision(RevisionName(name.key, name.revision));
    for (common::v1::Cell& row : rows.rows) *response->add_cells() = std::move(row);
    if (!rows.after.empty()) {
      response->set_next_page_token(parts_.pages->Write(*request, call.caller.spiffe_id,
                                                        PagePlace{rows.after, place.position}));
    }
    response->set_position(place.position);
    return absl::OkStatus();
  });
}

grpc::Status ReturnsServer::GetFile(grpc::ServerContext* context,
                                    const returns::v1::GetFileRequest* request,
                                    grpc::ServerWriter<returns::v1::GetFileResponse>* writer) {
  return parts_.guard->ServeStream(
      *context, *request, [&](const CallContext& call) -> absl::Status {
        const absl::StatusOr<Digest> digest = DigestFromBytes(request->digest());
        if (!digest.ok()) {
          return Error(Reason::kFieldInvalid, "which file?").Field("digest", "must have 32 bytes");
        }
        ASSIGN_OR_RETURN(const StoredFile file,
                         FindFile(*parts_.store, call.caller.scope, OwnerOf(call), *digest));
        RETURN_IF_ERROR(CheckReuseOfFile(
            *parts_.store, ReuserOf(call, common::v1::PURPOSE_UNSPECIFIED), file.owner));
        return ReadFile(*parts_.store, file.id, file.size_bytes, [&](absl::string_view bytes) {
          returns::v1::GetFileResponse response;
          response.set_data(std::string(bytes));
          return WriteInTime(context, writer, response) ? absl::OkStatus()
                                                        : absl::CancelledError("the reader left");
        });
      });
}

grpc::Status ReturnsServer::GetReceipt(grpc::ServerContext* context,
                                       const returns::v1::GetReceiptRequest* request,
                                       returns::v1::GetReceiptResponse* response) {
  const Guard& guard = *parts_.guard;
  return guard.Serve(*context, *request, response, [&](const CallContext& call) -> absl::Status {
    ASSIGN_OR_RETURN(ParsedName name, ParseReturnName(request->name()));
    ASSIGN_OR_RETURN(ReadPlace place, PlaceOfPage(parts_, call, {}, {}));
    ASSIGN_OR_RETURN(
        RevisionPlace revision,
        PlaceOfRevision(*parts_.store, call.caller.scope, name.key, name.revision, place.sequence));
    // Its entry holds the digests.
    RETURN_IF_ERROR(DigestsFor(parts_, call).Check(name.key));
    ASSIGN_OR_RETURN(Accepted accepted, parts_.committer->ReceiptOf(revision.sequence));
    *response->mutable_receipt() = onereturn::ToWire(accepted);
    response->set_public_key_pem(parts_.committer->verifying_key().ToPem());
    return absl::OkStatus();
  });
}

grpc::Status ReturnsServer::GetRulePack(
    grpc::ServerContext* context, const returns::v1::GetRulePackRequest* request,
    grpc::ServerWriter<returns::v1::GetRulePackResponse>* writer) {
  const Guard& guard = *parts_.guard;
  return guard.ServeStream(*context, *request, [&](const CallContext& call) -> absl::Status {
    ASSIGN_OR_RETURN(const ReadPlace place, PlaceOfPage(parts_, call, request->read(), {}));
    const ReturnKey key{request->collection(), request->period(), request->organisation()};
    ASSIGN_OR_RETURN(returns::v1::RulePack pack,
                     ReadRulePackOf(*parts_.store, key, place.sequence));
    RETURN_IF_ERROR(ReuseTermsOfReturn(*parts_.store,
                                       ReuserOf(call, common::v1::PURPOSE_UNSPECIFIED), key,
                                       ItemsOf(pack))
                        .status());
    pack.set_position(place.position);
    *pack.mutable_time() = onereturn::ToWire(guard.clock().Now());
    ASSIGN_OR_RETURN(const returns::v1::SignedRulePack signed_pack,
                     SignRulePack(pack, *parts_.store, *parts_.committer));
    const std::string bytes = signed_pack.SerializeAsString();
    for (size_t at = 0; at < bytes.size(); at += kPieceBytes) {
      returns::v1::GetRulePackResponse response;
      response.set_data(bytes.substr(at, kPieceBytes));
      if (!WriteInTime(context, writer, response)) return absl::CancelledError("the reader left");
    }
    return absl::OkStatus();
  });
}

}  // namespace onereturn::ingestion
