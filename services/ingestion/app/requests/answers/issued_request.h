// A request whose figures may be read: issued, the caller acts for its body, and its items may be
// used by it.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_ANSWERS_ISSUED_REQUEST_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_ANSWERS_ISSUED_REQUEST_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/identity/organisation_scope.h"
#include "common/period/civil_day.h"
#include "common/storage/reader.h"
#include "onereturn/requests/v1/request.pb.h"
#include "services/ingestion/app/requests/matching/stored_matching.h"
#include "services/ingestion/domain/requests/line_plan.h"
#include "services/ingestion/store/request_table.h"

namespace onereturn::ingestion {

// The request as it is now. NOT_FOUND; ORG_SCOPE where the caller does not act for its body on the
// day; REQUEST_STATE unless it is ISSUED, ANSWERED or in REVIEW.
absl::StatusOr<StoredRequest> FindReadable(const Reader& reader, const OrganisationScope& scope,
                                           const std::string& name, const CivilDay& today);

// What one is answered from, at one position.
struct IssuedRequest {
  requests::v1::DataRequest request;
  // Asked of the organisations that it was issued to, by the items that its lines became then.
  MatchedRequest matched;
  std::vector<LineSubject> subjects;  // By line.
  std::vector<std::string> reuse_terms;

  // May figures be made of the line? Of a description that became no item: no.
  bool IsAnswered(uint32_t line) const;
};

// As FindReadable; REQUEST_STATE where it was not issued yet at `sequence`; REUSE_REFUSED, by the
// rights as they are now, whatever the position. `reader` must outlive it.
absl::StatusOr<IssuedRequest> ReadIssued(const Reader& reader, const StoredMatching& matching,
                                         const OrganisationScope& scope, const std::string& name,
                                         const CivilDay& today, uint64_t sequence);

// As it asks at `sequence`, for whoever was let in: issued by then, or it is an error.
absl::StatusOr<IssuedRequest> MatchIssued(const Reader& reader, const StoredMatching& matching,
                                          const requests::v1::DataRequest& request,
                                          uint64_t sequence);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_ANSWERS_ISSUED_REQUEST_H_
