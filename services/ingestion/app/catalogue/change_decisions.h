// What is decided about each step of a change: pure of how it is written and answered.
#ifndef ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_CHANGE_DECISIONS_H_
#define ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_CHANGE_DECISIONS_H_

#include "absl/status/statusor.h"
#include "common/commit/fact_writer.h"
#include "common/storage/reader.h"
#include "onereturn/catalogue/v1/stewardship_service.pb.h"
#include "services/ingestion/app/rights/grant_rights.h"
#include "services/ingestion/app/token_use.h"

namespace onereturn::ingestion {

// Each answers the fact to be written, and fills `change` as it would be then, without the step's
// time. Errors are those of StewardshipService's methods.

absl::StatusOr<Decision> DecideProposal(const Reader& reader, const OfficerOrigin& origin,
                                        const catalogue::v1::ProposeChangeRequest& request,
                                        catalogue::v1::Change* change);
absl::StatusOr<Decision> DecideReply(const Reader& reader, const OfficerOrigin& origin,
                                     const catalogue::v1::ReplyToChangeRequest& request,
                                     catalogue::v1::Change* change);
// Spends the token last, once nothing else stands in the way.
absl::StatusOr<Decision> DecideDecision(const Reader& reader, const OfficerOrigin& origin,
                                        const catalogue::v1::DecideChangeRequest& request,
                                        TokenUse* token, catalogue::v1::Change* change);
absl::StatusOr<Decision> DecideWithdrawal(const Reader& reader, const OfficerOrigin& origin,
                                          const catalogue::v1::WithdrawChangeRequest& request,
                                          catalogue::v1::Change* change);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_CHANGE_DECISIONS_H_
