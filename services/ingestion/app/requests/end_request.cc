#include <utility>

#include "common/status/status_macros.h"
#include "services/ingestion/app/requests/request_bodies.h"
#include "services/ingestion/app/requests/request_decisions.h"

namespace onereturn::ingestion {

absl::StatusOr<Decision> DecideEnd(const Reader& reader, const RequestWorld& world,
                                   const OfficerOrigin& origin,
                                   const requests::v1::EndRequestRequest& request,
                                   JudgedRequest* judged) {
  ASSIGN_OR_RETURN(StoredRequest stored,
                   FindForStep(reader, request.name(), request.etag(), RequestAction::kEnd));
  requests::v1::DataRequest& row = stored.request;
  RETURN_IF_ERROR(CheckActsFor(reader, origin.scope, row.requesting_body(), world.today()));
  RETURN_IF_ERROR(CheckStepReason(request.reason(), true));
  row.set_state(requests::v1::REQUEST_STATE_ENDED);
  *row.mutable_ended() = RequestStepOf(origin, origin.scope.organisation(), request.reason());
  requests::v1::RequestEnded fact;
  fact.set_request(row.name());
  *fact.mutable_step() = row.ended();
  judged->request = row;
  return FactOfRequestStep(stored.number, row, fact.SerializeAsString(), {std::move(stored.check)},
                           [](requests::v1::DataRequest* ended) { return ended->mutable_ended(); });
}

}  // namespace onereturn::ingestion
