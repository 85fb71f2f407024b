#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/requests/register/consultation.h"
#include "services/ingestion/app/requests/register/request_decisions.h"
#include "services/ingestion/app/requests/request_bodies.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {
namespace {

using requests::v1::DataRequest;

// REPLIES_OUTSTANDING names each of whom no reply is held.
absl::Status CheckAllReplied(const Reader& reader, const RequestWorld& world,
                             const DataRequest& request) {
  Error missing(Reason::kRepliesOutstanding,
                absl::StrCat(request.name(), " is not answered by all who are asked"));
  bool any = false;
  const Replies replies(request);
  for (const std::string& consultee : request.consultees()) {
    if (replies.Replied(consultee)) continue;
    any = true;
    missing.Precondition(absl::StrCat("organisations/", consultee), "has not replied");
  }
  ASSIGN_OR_RETURN(const requests::v1::Match match,
                   MatchOf(*world.matching, reader, request, kNewest));
  ASSIGN_OR_RETURN(const std::set<std::string> regions,
                   FilteringRegions(reader, match, world.today()));
  for (const std::string& region : regions) {
    if (replies.Filtered(region)) continue;
    any = true;
    missing.Precondition(absl::StrCat("organisations/", region),
                         "has not replied as the region that filters");
  }
  if (any) {
    return missing.Remedy(
        "Wait for the replies that are named; or close it without them and say why: "
        "--without-all-replies --reason TEXT.");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Decision> DecideClose(const Reader& reader, const RequestWorld& world,
                                     const OfficerOrigin& origin,
                                     const requests::v1::CloseConsultationRequest& request,
                                     JudgedRequest* judged) {
  ASSIGN_OR_RETURN(StoredRequest stored,
                   FindForStep(reader, request.name(), request.etag(), RequestAction::kClose));
  DataRequest& row = stored.request;
  RETURN_IF_ERROR(CheckActsFor(reader, origin.scope, row.requesting_body(), world.today()));
  RETURN_IF_ERROR(CheckNotExpired(row, world.today()));
  RETURN_IF_ERROR(CheckStepReason(request.reason(), request.without_all_replies()));
  ASSIGN_OR_RETURN(const uint64_t catalogue, CatalogueSequence(reader));
  if (!request.without_all_replies()) {
    RETURN_IF_ERROR(CheckAllReplied(reader, world, row));
  }
  row.set_state(requests::v1::REQUEST_STATE_CONSULTED);
  *row.mutable_consulted() = RequestStepOf(origin, origin.scope.organisation(), request.reason());
  requests::v1::RequestConsulted fact;
  fact.set_request(row.name());
  *fact.mutable_step() = row.consulted();
  judged->request = row;
  return FactOfRequestStep(stored.number, row, fact.SerializeAsString(),
                           {std::move(stored.check), CatalogueCheck(catalogue)},
                           [](DataRequest* consulted) { return consulted->mutable_consulted(); });
}

}  // namespace onereturn::ingestion
