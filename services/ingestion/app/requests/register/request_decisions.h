// What is decided about each step of a request: pure of how it is written and answered.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_REGISTER_REQUEST_DECISIONS_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_REGISTER_REQUEST_DECISIONS_H_

#include <optional>

#include "absl/status/statusor.h"
#include "common/commit/fact_writer.h"
#include "common/storage/reader.h"
#include "onereturn/requests/v1/requests_service.pb.h"
#include "services/ingestion/app/requests/request_steps.h"
#include "services/ingestion/app/token_use.h"

namespace onereturn::ingestion {

// What a step would leave, without its time.
struct JudgedRequest {
  requests::v1::DataRequest request;
  requests::v1::Match match;  // Of a match alone.
};

// Each answers the fact to be written, and fills `judged`. Errors are those of RequestsService's
// methods.

absl::StatusOr<Decision> DecideDraft(const Reader& reader, const RequestWorld& world,
                                     const OfficerOrigin& origin,
                                     const requests::v1::DraftRequestRequest& request,
                                     JudgedRequest* judged);
absl::StatusOr<Decision> DecideMatch(const Reader& reader, const RequestWorld& world,
                                     const OfficerOrigin& origin,
                                     const requests::v1::MatchRequestRequest& request,
                                     JudgedRequest* judged);
absl::StatusOr<Decision> DecideRequestReply(const Reader& reader, const RequestWorld& world,
                                            const OfficerOrigin& origin,
                                            const requests::v1::ReplyToRequestRequest& request,
                                            JudgedRequest* judged);
absl::StatusOr<Decision> DecideClose(const Reader& reader, const RequestWorld& world,
                                     const OfficerOrigin& origin,
                                     const requests::v1::CloseConsultationRequest& request,
                                     JudgedRequest* judged);
// Spends the token last, once nothing else stands in the way.
absl::StatusOr<Decision> DecideApproval(const Reader& reader, const RequestWorld& world,
                                        const OfficerOrigin& origin,
                                        const requests::v1::DecideRequestRequest& request,
                                        TokenUse* token, JudgedRequest* judged);
absl::StatusOr<Decision> DecideEnd(const Reader& reader, const RequestWorld& world,
                                   const OfficerOrigin& origin,
                                   const requests::v1::EndRequestRequest& request,
                                   JudgedRequest* judged);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_REGISTER_REQUEST_DECISIONS_H_
