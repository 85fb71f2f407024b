#include "services/ingestion/rpc/notice_server.h"

#include <utility>

#include "common/feed/position.h"
#include "common/identity/roles.h"
#include "common/rpc/stream_bound.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/rpc/convert.h"

namespace onereturn::ingestion {
namespace {

constexpr int64_t kNoticeHeartbeatMicros = 500'000;
constexpr size_t kNoticesAMessage = 100;

NoticeReader NoticeReaderOf(const CallContext& call) {
  return {call.caller.scope, BodyOf(call),
          Holds(call.caller.role, options::v1::PERMISSION_REQUESTS_MAKE)};
}

}  // namespace

grpc::Status NoticeServer::ListNotices(grpc::ServerContext* context,
                                       const returns::v1::ListNoticesRequest* request,
                                       returns::v1::ListNoticesResponse* response) {
  return parts_.guard->Serve(
      *context, *request, response, [&](const CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(const int size, PageSize(request->page_size()));
        ASSIGN_OR_RETURN(const PagePlace page, parts_.pages->Read(*request, call.caller.spiffe_id,
                                                                  request->page_token()));
        ASSIGN_OR_RETURN(const ReadPlace place, PlaceOfPage(parts_, call, {}, page));
        const Notices notices(parts_.store, parts_.uses, NoticeReaderOf(call),
                              request->collection());
        ASSIGN_OR_RETURN(auto rows,
                         notices.Open(place.sequence, page.after, static_cast<size_t>(size)));
        for (returns::v1::Notice& row : rows.rows) {
          notices.MarkTold(row);
          call.concerned->Add(row.organisation());
          *response->add_notices() = std::move(row);
        }
        if (!rows.after.empty()) {
          response->set_next_page_token(parts_.pages->Write(*request, call.caller.spiffe_id,
                                                            PagePlace{rows.after, place.position}));
        }
        response->set_position(place.position);
        return absl::OkStatus();
      });
}

grpc::Status NoticeServer::WatchNotices(grpc::ServerContext* context,
                                        const returns::v1::WatchNoticesRequest* request,
                                        Writer* writer) {
  return parts_.guard->ServeWatch(*context, *request, parts_.watches, [&](const CallContext& call) {
    return Follow(context, call, *request, writer);
  });
}

bool NoticeServer::Give(grpc::ServerContext* context, const CallContext& call,
                        const Notices& notices, std::vector<returns::v1::Notice> rows,
                        uint64_t sequence, Writer* writer) const {
  returns::v1::WatchNoticesResponse response;
  for (returns::v1::Notice& row : rows) *response.add_notices() = std::move(row);
  Position position;
  position.Set(parts_.committer->service(), ServicePosition{parts_.committer->epoch(), sequence});
  response.set_position(position.ToString());
  parts_.guard->Prune(call, &response);
  if (!WriteInTime(context, writer, response)) return false;
  for (const returns::v1::Notice& row : response.notices()) {
    notices.MarkTold(row);
    call.concerned->Add(row.organisation());
  }
  return true;
}

absl::Status NoticeServer::Follow(grpc::ServerContext* context, const CallContext& call,
                                  const returns::v1::WatchNoticesRequest& request,
                                  Writer* writer) const {
  const Notices notices(parts_.store, parts_.uses, NoticeReaderOf(call), request.collection());
  uint64_t at = parts_.committer->LatestHead().head.size;
  std::string after;
  do {
    ASSIGN_OR_RETURN(auto open, notices.Open(at, after, kNoticesAMessage));
    after = std::move(open.after);
    if (!Give(context, call, notices, std::move(open.rows), at, writer)) return absl::OkStatus();
  } while (!after.empty());
  while (!context->IsCancelled()) {
    if (draining_) return Error(Reason::kDraining, "the service is shutting down");
    const uint64_t newest = parts_.committer->LatestHead().head.size;
    ASSIGN_OR_RETURN(Notices::OfFacts found, notices.Accepted(at, newest));
    at = found.sequence;
    if (!Give(context, call, notices, std::move(found.notices), at, writer)) break;
    if (at == newest) parts_.committer->WaitForHeadBeyond(at, kNoticeHeartbeatMicros);
  }
  return absl::OkStatus();
}

grpc::Status NoticeServer::ListUses(grpc::ServerContext* context,
                                    const returns::v1::ListUsesRequest* request,
                                    returns::v1::ListUsesResponse* response) {
  return parts_.guard->Serve(
      *context, *request, response, [&](const CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(const ReturnKey key, ParseReturnKey(request->parent()));
        ASSIGN_OR_RETURN(const int size, PageSize(request->page_size()));
        ASSIGN_OR_RETURN(const PagePlace page, parts_.pages->Read(*request, call.caller.spiffe_id,
                                                                  request->page_token()));
        ASSIGN_OR_RETURN(const ReadPlace place, PlaceOfPage(parts_, call, {}, page));
        // What waits while the disk takes no writes is left out.
        parts_.uses->Flush().IgnoreError();
        ASSIGN_OR_RETURN(UsesOfReturn uses,
                         ListUsesOf(*parts_.store, call.caller.scope, key, place.sequence,
                                    page.after, static_cast<size_t>(size)));
        for (returns::v1::Use& row : uses.page.rows) *response->add_uses() = std::move(row);
        if (!uses.page.after.empty()) {
          response->set_next_page_token(parts_.pages->Write(
              *request, call.caller.spiffe_id, PagePlace{uses.page.after, place.position}));
        }
        response->set_revision(uses.newest);
        response->set_position(place.position);
        return absl::OkStatus();
      });
}

}  // namespace onereturn::ingestion
