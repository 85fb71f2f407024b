// Submitting the cells of an earlier revision again.
#ifndef ONERETURN_SERVICES_INGESTION_APP_RETURNS_UNDO_REVISION_H_
#define ONERETURN_SERVICES_INGESTION_APP_RETURNS_UNDO_REVISION_H_

#include "absl/status/statusor.h"
#include "common/identity/rights.h"
#include "common/storage/reader.h"
#include "onereturn/returns/v1/sign_off_service.pb.h"
#include "services/ingestion/app/returns/judge_return.h"

namespace onereturn::ingestion {

// What SubmitReturn is to be given for it: the revision's cells and status, reason UNDO, and the
// caller's words; explanations stay where they were given. NOT_FOUND when there is no such revision
// within `scope`; FIELD_INVALID without a reason.
absl::StatusOr<ReturnSubmission> UndoOf(const Reader& reader, const OrganisationScope& scope,
                                        const returns::v1::UndoRevisionRequest& request,
                                        RequestOrigin origin, Origin sent_by);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_RETURNS_UNDO_REVISION_H_
