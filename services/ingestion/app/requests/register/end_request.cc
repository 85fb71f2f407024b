#include <utility>

#include "common/status/status_macros.h"
#include "services/ingestion/app/requests/obligations/release_obligations.h"
#include "services/ingestion/app/requests/register/request_decisions.h"
#include "services/ingestion/app/requests/request_bodies.h"

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
  // What is still outstanding is released by the same fact.
  ASSIGN_OR_RETURN(Releases releases, OpenObligationsOf(reader, stored.number));
  std::vector<ReadCheck> read_set = releases.read_set;
  read_set.push_back(std::move(stored.check));
  return FactOfRequestStep(
      stored.number, row, fact.SerializeAsString(), std::move(read_set),
      [](requests::v1::DataRequest* ended) { return ended->mutable_ended(); },
      [releases = std::move(releases)](const Placement& placement, WriteBatch* batch) {
        releases.Write(placement.sequence, requests::v1::RELEASE_REASON_WITHDRAWN, batch);
      });
}

}  // namespace onereturn::ingestion
