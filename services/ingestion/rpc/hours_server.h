// HoursService, over the accounts of requests.
#ifndef ONERETURN_SERVICES_INGESTION_RPC_HOURS_SERVER_H_
#define ONERETURN_SERVICES_INGESTION_RPC_HOURS_SERVER_H_

#include <utility>

#include "onereturn/requests/v1/hours_service.grpc.pb.h"
#include "services/ingestion/app/requests/hours/item_reviews.h"
#include "services/ingestion/app/requests/hours/kept_request_sums.h"
#include "services/ingestion/app/requests/matching/catalogue_picture.h"
#include "services/ingestion/app/requests/matching/held_coverage.h"
#include "services/ingestion/rpc/returns_server.h"

namespace onereturn::ingestion {

using HoursBase =
    requests::v1::HoursService::WithRawCallbackMethod_KeepItem<requests::v1::HoursService::Service>;

// Thread safe.
class HoursServer final : public HoursBase {
 public:
  // All must outlive it.
  HoursServer(IngestionParts parts, CataloguePicture* picture, HeldCoverage* coverage,
              KeptRequestSums* sums, const KeepItems* keep_items)
      : parts_(parts),
        picture_(picture),
        coverage_(coverage),
        sums_(sums),
        keep_items_(keep_items) {}

  grpc::ServerUnaryReactor* KeepItem(grpc::CallbackServerContext* context,
                                     const grpc::ByteBuffer* request,
                                     grpc::ByteBuffer* response) override;

  grpc::Status ListAccounts(grpc::ServerContext* context,
                            const requests::v1::ListAccountsRequest* request,
                            requests::v1::ListAccountsResponse* response) override;
  grpc::Status GetBurden(grpc::ServerContext* context,
                         const requests::v1::GetBurdenRequest* request,
                         requests::v1::GetBurdenResponse* response) override;
  grpc::Status ListUsage(grpc::ServerContext* context,
                         const requests::v1::ListUsageRequest* request,
                         requests::v1::ListUsageResponse* response) override;
  grpc::Status ListItemReviews(grpc::ServerContext* context,
                               const requests::v1::ListItemReviewsRequest* request,
                               requests::v1::ListItemReviewsResponse* response) override;
  grpc::Status ListRequesters(grpc::ServerContext* context,
                              const requests::v1::ListRequestersRequest* request,
                              requests::v1::ListRequestersResponse* response) override;

 private:
  const IngestionParts parts_;
  CataloguePicture* const picture_;
  HeldCoverage* const coverage_;
  KeptRequestSums* const sums_;
  const KeepItems* const keep_items_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_RPC_HOURS_SERVER_H_
