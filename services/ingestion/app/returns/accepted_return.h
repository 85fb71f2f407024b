// The fact that a return was accepted: made from what was judged, read back from an entry, named.
#ifndef ONERETURN_SERVICES_INGESTION_APP_RETURNS_ACCEPTED_RETURN_H_
#define ONERETURN_SERVICES_INGESTION_APP_RETURNS_ACCEPTED_RETURN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "services/ingestion/app/returns/submit_return.h"
#include "services/ingestion/domain/judgement.h"
#include "services/ingestion/store/return_table.h"

namespace onereturn::ingestion {

// The fact of revision `number`.
feed::v1::ReturnAccepted FactOf(const ReturnSubmission& submission, const JudgedReturn& judged,
                                uint32_t number);

// Does the return hold each of these explanations, word for word?
bool HoldsExplanations(const feed::v1::ReturnAccepted& fact,
                       const std::vector<ExplanationGiven>& given);

// Who took the step that an entry holds.
returns::v1::SignOff SignOffOf(const feed::v1::Entry& entry, uint32_t level);

// The fact of an entry that holds an accepted return. DATA_LOSS otherwise.
absl::StatusOr<feed::v1::ReturnAccepted> ReturnOfEntry(const std::string& entry_bytes);

// The return as callers see it when the entry's revision is its newest. DATA_LOSS as ReturnOfEntry.
absl::StatusOr<returns::v1::Return> ReturnMessageOf(const std::string& entry_bytes);

// "organisations/RLQ/returns/MSitAE.2024-03" and "/revisions/2" behind it.
std::string ReturnName(const ReturnKey& key);
std::string RevisionName(const ReturnKey& key, uint32_t number);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_RETURNS_ACCEPTED_RETURN_H_
