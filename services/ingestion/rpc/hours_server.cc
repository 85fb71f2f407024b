#include "services/ingestion/rpc/hours_server.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/period/london_day.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/requests/hours/accounts.h"
#include "services/ingestion/app/requests/hours/burden.h"
#include "services/ingestion/app/requests/hours/item_usage.h"
#include "services/ingestion/app/requests/hours/requesters.h"
#include "services/ingestion/app/requests/request_bodies.h"
#include "services/ingestion/rpc/convert.h"
#include "services/ingestion/rpc/officer_origin.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {
namespace {

constexpr int kUsualAccounts = 100;
constexpr int kMostAccounts = 1'000;

// Empty: of all of them.
absl::Status CheckCollectionKnown(const Reader& reader, const std::string& code) {
  if (code.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::optional<StoredDefinition> known,
                   FindDefinition(reader, DefinitionKind::kCollection, code, kNewest));
  return known.has_value() ? absl::OkStatus() : NotFound(absl::StrCat("collection ", code));
}

}  // namespace

grpc::Status HoursServer::ListAccounts(grpc::ServerContext* context,
                                       const requests::v1::ListAccountsRequest* request,
                                       requests::v1::ListAccountsResponse* response) {
  return parts_.guard->Serve(
      *context, *request, response, [&](const CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(const int rows,
                         PageSize(request->page_size(), kUsualAccounts, kMostAccounts));
        ASSIGN_OR_RETURN(PagePlace page, parts_.pages->Read(*request, call.caller.spiffe_id,
                                                            request->page_token()));
        ASSIGN_OR_RETURN(const ReadPlace place, PlaceOfPage(parts_, call, request->read(), page));
        const Snapshot snapshot = parts_.store->TakeSnapshot();
        RETURN_IF_ERROR(CheckOrganisationIsThere(snapshot, request->requesting_body()));
        RETURN_IF_ERROR(CheckOrganisationIsThere(snapshot, request->organisation()));
        ASSIGN_OR_RETURN(
            PageOf<requests::v1::Account> found,
            ingestion::ListAccounts(snapshot, *request, page.after, rows, place.sequence));
        for (requests::v1::Account& row : found.rows) *response->add_accounts() = std::move(row);
        if (!found.after.empty()) {
          response->set_next_page_token(parts_.pages->Write(
              *request, call.caller.spiffe_id, PagePlace{found.after, place.position}));
        }
        response->set_position(place.position);
        return absl::OkStatus();
      });
}

grpc::Status HoursServer::GetBurden(grpc::ServerContext* context,
                                    const requests::v1::GetBurdenRequest* request,
                                    requests::v1::GetBurdenResponse* response) {
  return parts_.guard->Serve(
      *context, *request, response, [&](const CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(const ReadPlace place,
                         PlaceOfPage(parts_, call, request->read(), PagePlace()));
        const Snapshot snapshot = parts_.store->TakeSnapshot();
        RETURN_IF_ERROR(CheckOrganisationIsThere(
            snapshot, std::string(absl::StripPrefix(request->parent(), "organisations/"))));
        ASSIGN_OR_RETURN(*response, ingestion::GetBurden(snapshot, *request, place.sequence));
        response->set_position(place.position);
        return absl::OkStatus();
      });
}

grpc::Status HoursServer::ListUsage(grpc::ServerContext* context,
                                    const requests::v1::ListUsageRequest* request,
                                    requests::v1::ListUsageResponse* response) {
  return parts_.guard->Serve(
      *context, *request, response, [&](const CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(const int rows,
                         PageSize(request->page_size(), kUsualAccounts, kMostAccounts));
        ASSIGN_OR_RETURN(PagePlace page, parts_.pages->Read(*request, call.caller.spiffe_id,
                                                            request->page_token()));
        ASSIGN_OR_RETURN(const ReadPlace place, PlaceOfPage(parts_, call, {}, page));
        const Snapshot snapshot = parts_.store->TakeSnapshot();
        RETURN_IF_ERROR(CheckCollectionKnown(snapshot, request->collection()));
        ASSIGN_OR_RETURN(const auto catalogue, picture_->At(snapshot, place.sequence));
        ASSIGN_OR_RETURN(const auto coverage, coverage_->At(snapshot, place.sequence));
        const UsageWorld world{catalogue.get(), coverage.get(), place.sequence,
                               LondonDay(parts_.committer->LatestPromise().through_time)};
        ASSIGN_OR_RETURN(PageOf<requests::v1::ItemUsage> found,
                         ListItemUsage(snapshot, world, *request, page.after, rows));
        for (requests::v1::ItemUsage& row : found.rows) *response->add_items() = std::move(row);
        if (!found.after.empty()) {
          response->set_next_page_token(parts_.pages->Write(
              *request, call.caller.spiffe_id, PagePlace{found.after, place.position}));
        }
        response->set_position(place.position);
        return absl::OkStatus();
      });
}

grpc::Status HoursServer::ListItemReviews(grpc::ServerContext* context,
                                          const requests::v1::ListItemReviewsRequest* request,
                                          requests::v1::ListItemReviewsResponse* response) {
  return parts_.guard->Serve(
      *context, *request, response, [&](const CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(const int rows,
                         PageSize(request->page_size(), kUsualAccounts, kMostAccounts));
        ASSIGN_OR_RETURN(PagePlace page, parts_.pages->Read(*request, call.caller.spiffe_id,
                                                            request->page_token()));
        ASSIGN_OR_RETURN(const ReadPlace place, PlaceOfPage(parts_, call, request->read(), page));
        const Snapshot snapshot = parts_.store->TakeSnapshot();
        RETURN_IF_ERROR(CheckOrganisationIsThere(snapshot, request->body()));
        ASSIGN_OR_RETURN(PageOf<requests::v1::ItemReview> found,
                         ingestion::ListItemReviews(snapshot, *request, BodyOf(call), page.after,
                                                    rows, place.sequence));
        for (requests::v1::ItemReview& row : found.rows) *response->add_reviews() = std::move(row);
        if (!found.after.empty()) {
          response->set_next_page_token(parts_.pages->Write(
              *request, call.caller.spiffe_id, PagePlace{found.after, place.position}));
        }
        response->set_position(place.position);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* HoursServer::KeepItem(grpc::CallbackServerContext* context,
                                                const grpc::ByteBuffer* request,
                                                grpc::ByteBuffer* response) {
  using Request = requests::v1::KeepItemRequest;
  using Response = requests::v1::KeepItemResponse;
  return parts_.gate->Start<Request, Response>(
      context, request, response, [this](Mutation<Request, Response> call) {
        keep_items_->Keep(
            OfficerOriginOf(*parts_.guard, call.call, call.digest), call.request,
            [respond = std::move(call.respond)](absl::StatusOr<ItemReviewAnswer> answer) {
              if (!answer.ok()) return respond(answer.status());
              Response response;
              *response.mutable_review() = std::move(answer->review);
              FillReceipt(std::optional<Accepted>(std::move(answer->accepted)), &response);
              respond(std::move(response));
            });
      });
}

grpc::Status HoursServer::ListRequesters(grpc::ServerContext* context,
                                         const requests::v1::ListRequestersRequest* request,
                                         requests::v1::ListRequestersResponse* response) {
  return parts_.guard->Serve(
      *context, *request, response, [&](const CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(const ReadPlace place,
                         PlaceOfPage(parts_, call, request->read(), PagePlace()));
        const Snapshot snapshot = parts_.store->TakeSnapshot();
        ASSIGN_OR_RETURN(const auto sums, sums_->At(snapshot, place.sequence));
        ASSIGN_OR_RETURN(*response,
                         ingestion::ListRequesters(snapshot, place.sequence, *sums, WasReadSince));
        response->set_position(place.position);
        return absl::OkStatus();
      });
}

}  // namespace onereturn::ingestion
