#include "services/ingestion/app/requests/register/second_body.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/identity/two_persons.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/requests/request_bodies.h"

namespace onereturn::ingestion {

using requests::v1::DataRequest;

absl::Status CheckSecondBody(const Reader& reader, const OfficerOrigin& origin,
                             const DataRequest& request) {
  const std::string& body = origin.scope.organisation();
  if (body.empty()) {
    return Error(Reason::kSelfApproval, "it is not known for which body you decide")
        .Remedy("Decide as a steward who acts for one organisation, another than the requester's.");
  }
  ASSIGN_OR_RETURN(const bool related, AreRelated(reader, body, request.requesting_body()));
  if (related) {
    return Error(Reason::kSelfApproval,
                 absl::StrCat(body,
                              " is the body that asks, a predecessor or successor of it, or has a "
                              "successor with it"))
        .Remedy("Have a steward of another body decide.");
  }
  return CheckTwoPersons(Actor{request.drafted().system(), request.drafted().person()},
                         origin.actor);
}

absl::Status CheckApprovedByAnother(const Reader& reader, const DataRequest& request) {
  const std::string& approver = request.decided().body();
  ASSIGN_OR_RETURN(const bool related, AreRelated(reader, approver, request.requesting_body()));
  if (!related) return absl::OkStatus();
  return Error(Reason::kSelfApproval,
               absl::StrCat(approver,
                            ", which approved it, is by now the body that asks, a predecessor or "
                            "successor of it, or has a successor with it"))
      .Remedy("Draft the request anew, and have a steward of another body decide.");
}

absl::Status CheckSecondBodyOfAll(const Reader& reader, const RequestMatching& matching,
                                  const OfficerOrigin& origin, const LikenessKey& key,
                                  const std::string& first) {
  const auto describes_it = [&](const requests::v1::RequestLine& line) {
    return line.has_described() && matching.DescriptionKeyOf(line.described()) == key.description;
  };
  return VisitDataRequests(
      reader, 0, kNewest,
      [&](uint64_t /*number*/, const DataRequest& request) -> absl::StatusOr<bool> {
        const bool asks = std::any_of(request.lines().begin(), request.lines().end(), describes_it);
        if (asks || request.name() == first) {
          RETURN_IF_ERROR(CheckSecondBody(reader, origin, request));
        }
        return true;
      });
}

}  // namespace onereturn::ingestion
