#include "services/ingestion/rpc/timetable_server.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "common/feed/position.h"
#include "common/feed/wire.h"
#include "common/rpc/stream_bound.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/catalogue/read_catalogue.h"
#include "services/ingestion/app/timetable/read_timetable.h"
#include "services/ingestion/app/timetable/reminders.h"
#include "services/ingestion/app/timetable/window_reading.h"
#include "services/ingestion/rpc/convert.h"

namespace onereturn::ingestion {
namespace {

constexpr int64_t kReminderHeartbeatMicros = 500'000;
constexpr uint32_t kMostSoonWorkingDays = 20;
constexpr char kOrganisationPrefix[] = "organisations/";

template <typename Call>
RequestOrigin TimetableOrigin(const Call& call) {
  RequestOrigin origin;
  origin.actor = call.call.caller.spiffe_id;
  origin.request_id = call.request.request_id();
  origin.digest = call.digest;
  origin.person = call.call.caller.person;
  origin.role = call.call.caller.role;
  return origin;
}

// The organisation that a parent names: the caller's scope, or one organisation within it.
absl::StatusOr<OrganisationScope> ScopeIn(const std::string& parent, const CallContext& call) {
  if (!absl::StartsWith(parent, kOrganisationPrefix)) return NotFound(parent);
  const std::string code = parent.substr(sizeof(kOrganisationPrefix) - 1);
  if (code == "-") return call.caller.scope;
  if (code.empty() || absl::StrContains(code, '/') || !call.caller.scope.Covers(code)) {
    return NotFound(absl::StrCat("organisation ", code));
  }
  return OrganisationScope::Only(code);
}

template <typename Response>
ingestion::GiveExtension::Done RespondingTo(std::function<void(absl::StatusOr<Response>)> respond,
                                            void (*fill)(ExtensionAnswer* answer,
                                                         Response* response)) {
  return [respond = std::move(respond), fill](absl::StatusOr<ExtensionAnswer> answer) {
    if (!answer.ok()) return respond(answer.status());
    Response response;
    fill(&*answer, &response);
    FillReceipt(std::optional<Accepted>(std::move(answer->accepted)), &response);
    respond(std::move(response));
  };
}

}  // namespace

grpc::ServerUnaryReactor* TimetableServer::UpdateCalendar(grpc::CallbackServerContext* context,
                                                          const grpc::ByteBuffer* request,
                                                          grpc::ByteBuffer* response) {
  using Request = timetable::v1::UpdateCalendarRequest;
  using Response = timetable::v1::UpdateCalendarResponse;
  return parts_.gate->Start<Request, Response>(
      context, request, response, [this](Mutation<Request, Response> call) {
        RequestOrigin origin = TimetableOrigin(call);
        origin.validate_only = call.request.validate_only();
        define_->Calendar(origin, call.request.calendar(),
                          [respond = std::move(call.respond)](
                              absl::StatusOr<Defined<timetable::v1::Calendar>> defined) {
                            if (!defined.ok()) return respond(defined.status());
                            Response answer;
                            *answer.mutable_calendar() = std::move(defined->definition);
                            FillReceipt(defined->accepted, &answer);
                            answer.set_unchanged(defined->unchanged);
                            respond(std::move(answer));
                          });
      });
}

grpc::ServerUnaryReactor* TimetableServer::GiveExtension(grpc::CallbackServerContext* context,
                                                         const grpc::ByteBuffer* request,
                                                         grpc::ByteBuffer* response) {
  using Request = timetable::v1::GiveExtensionRequest;
  using Response = timetable::v1::GiveExtensionResponse;
  return parts_.gate->Start<Request, Response>(
      context, request, response, [this](Mutation<Request, Response> call) {
        // For the access log: the call is of no organisation, and about one.
        call.call.concerned->Add(call.request.organisation());
        extensions_->Give(TimetableOrigin(call), call.request,
                          RespondingTo<Response>(
                              std::move(call.respond), [](ExtensionAnswer* answer, Response* out) {
                                *out->mutable_extension() = std::move(answer->extension);
                              }));
      });
}

grpc::ServerUnaryReactor* TimetableServer::RevokeExtension(grpc::CallbackServerContext* context,
                                                           const grpc::ByteBuffer* request,
                                                           grpc::ByteBuffer* response) {
  using Request = timetable::v1::RevokeExtensionRequest;
  using Response = timetable::v1::RevokeExtensionResponse;
  return parts_.gate->Start<Request, Response>(
      context, request, response, [this](Mutation<Request, Response> call) {
        if (const auto name = ParseExtensionName(call.request.name()); name.ok()) {
          call.call.concerned->Add(name->key.organisation);
        }
        extensions_->Revoke(
            TimetableOrigin(call), call.request,
            RespondingTo<Response>(std::move(call.respond), [](ExtensionAnswer*, Response*) {}));
      });
}

absl::StatusOr<ReadPlace> TimetableServer::PlaceOf(const CallContext& call,
                                                   const common::v1::ReadAt& read) const {
  ASSIGN_OR_RETURN(const ReadWish wish, ToWish(read, call));
  return ResolveRead(*parts_.store, *parts_.committer, parts_.guard->clock(), wish);
}

grpc::Status TimetableServer::GetCalendar(grpc::ServerContext* context,
                                          const timetable::v1::GetCalendarRequest* request,
                                          timetable::v1::GetCalendarResponse* response) {
  return parts_.guard->Serve(
      *context, *request, response, [&](const CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(const ReadPlace place, PlaceOf(call, request->read()));
        ASSIGN_OR_RETURN(
            *response->mutable_calendar(),
            GetDefinition<timetable::v1::Calendar>(*parts_.store, DefinitionKind::kCalendar,
                                                   "calendars/", request->name(), place.sequence));
        response->set_position(place.position);
        return absl::OkStatus();
      });
}

grpc::Status TimetableServer::ListExtensions(grpc::ServerContext* context,
                                             const timetable::v1::ListExtensionsRequest* request,
                                             timetable::v1::ListExtensionsResponse* response) {
  return parts_.guard->Serve(
      *context, *request, response, [&](const CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(const ReadPlace place, PlaceOf(call, request->read()));
        ASSIGN_OR_RETURN(const OrganisationScope scope, ScopeIn(request->parent(), call));
        ASSIGN_OR_RETURN(*response,
                         ingestion::ListExtensions(*parts_.store, scope, *request, place.sequence));
        response->set_position(place.position);
        return absl::OkStatus();
      });
}

grpc::Status TimetableServer::GetWindow(grpc::ServerContext* context,
                                        const timetable::v1::GetWindowRequest* request,
                                        timetable::v1::GetWindowResponse* response) {
  return parts_.guard->Serve(
      *context, *request, response, [&](const CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(const ReadPlace place, PlaceOf(call, request->read()));
        ASSIGN_OR_RETURN(const WindowKey key, ParseWindowName(request->name()));
        const auto position = [this](uint64_t sequence) {
          Position cut;
          cut.Set(parts_.committer->service(),
                  ServicePosition{parts_.committer->epoch(), sequence});
          return cut.ToString();
        };
        ASSIGN_OR_RETURN(*response->mutable_window(),
                         ingestion::GetWindow(*parts_.store, key, place.sequence, position));
        response->set_position(place.position);
        return absl::OkStatus();
      });
}

grpc::Status TimetableServer::GetCompleteness(grpc::ServerContext* context,
                                              const timetable::v1::GetCompletenessRequest* request,
                                              timetable::v1::GetCompletenessResponse* response) {
  return parts_.guard->Serve(
      *context, *request, response, [&](const CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(const ReadPlace place, PlaceOf(call, request->read()));
        ASSIGN_OR_RETURN(const OrganisationScope scope, ScopeIn(request->parent(), call));
        ASSIGN_OR_RETURN(
            *response, ingestion::GetCompleteness(*parts_.store, scope, *request, place.sequence));
        response->set_position(place.position);
        return absl::OkStatus();
      });
}

grpc::Status TimetableServer::GetForwardCalendar(
    grpc::ServerContext* context, const timetable::v1::GetForwardCalendarRequest* request,
    timetable::v1::GetForwardCalendarResponse* response) {
  return parts_.guard->Serve(
      *context, *request, response, [&](const CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(const ReadPlace place, PlaceOf(call, request->read()));
        ASSIGN_OR_RETURN(const OrganisationScope scope, ScopeIn(request->parent(), call));
        if (scope.organisation().empty() || request->parent() == "organisations/-") {
          return absl::Status(Error(Reason::kFieldInvalid, "a calendar is of one organisation")
                                  .Field("parent", "names no organisation"));
        }
        ASSIGN_OR_RETURN(
            *response, ingestion::GetForwardCalendar(*parts_.store, scope.organisation(), *request,
                                                     place.sequence));
        response->set_position(place.position);
        return absl::OkStatus();
      });
}

grpc::Status TimetableServer::WatchReminders(
    grpc::ServerContext* context, const timetable::v1::WatchRemindersRequest* request,
    grpc::ServerWriter<timetable::v1::WatchRemindersResponse>* writer) {
  return parts_.guard->ServeWatch(
      *context, *request, parts_.watches, [&](const CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(const OrganisationScope scope, ScopeIn(request->parent(), call));
        return Follow(context, scope, *request, writer);
      });
}

absl::Status TimetableServer::Follow(
    grpc::ServerContext* context, const OrganisationScope& scope,
    const timetable::v1::WatchRemindersRequest& request,
    grpc::ServerWriter<timetable::v1::WatchRemindersResponse>* writer) const {
  if (request.due_soon_working_days() > kMostSoonWorkingDays) {
    return Error(Reason::kRange, "the reminders look too far ahead")
        .Field("due_soon_working_days", "must be 0 to 20");
  }
  const Committer& committer = *parts_.committer;
  const uint64_t newest = committer.LatestHead().head.size;
  if (request.after_sequence() > newest) {
    return Error(Reason::kPositionAhead, "the newest entry is before it")
        .Field("after_sequence", "lies beyond the newest entry");
  }
  uint64_t after = request.after_sequence() == 0 ? newest : request.after_sequence();
  Reminders reminders(parts_.store, scope, static_cast<int>(request.due_soon_working_days()));
  while (!context->IsCancelled()) {
    if (draining_) return Error(Reason::kDraining, "the service is shutting down");
    const Promise promise = committer.LatestPromise();
    ASSIGN_OR_RETURN(timetable::v1::WatchRemindersResponse response,
                     reminders.OfFacts(after, promise.head.head.size));
    after = response.sequence();
    const bool caught_up = after == promise.head.head.size;
    if (caught_up) RETURN_IF_ERROR(reminders.AddSoon(after, promise.through_time, &response));
    if (!WriteInTime(context, writer, response)) break;
    if (caught_up) committer.WaitForHeadBeyond(after, kReminderHeartbeatMicros);
  }
  return absl::OkStatus();
}

}  // namespace onereturn::ingestion
