#include "services/ingestion/app/returns/what_was_owed.h"

#include "common/status/status_macros.h"
#include "services/ingestion/app/timetable/owed_return.h"
#include "services/ingestion/store/simplified_mode_table.h"

namespace onereturn::ingestion {

absl::StatusOr<WhatWasOwed> OwedAt(const Reader& reader, const Collection& collection,
                                   const Period& period, const ReturnKey& key, uint64_t sequence) {
  WhatWasOwed owed;
  ASSIGN_OR_RETURN(const requests::v1::SimplifiedMode mode, SimplifiedModeAt(reader, sequence));
  if (mode.on()) owed.desirable = DesirableItems::kSuspended;
  if (collection.Owes(key.organisation, period)) return owed;
  ASSIGN_OR_RETURN(owed.for_request, WasOwedForRequest(reader, key, sequence));
  return owed;
}

uint64_t JudgedAt(const feed::v1::ReturnAccepted& fact, const RevisionPlace& place) {
  return (fact.submission() != 0 ? fact.submission() : place.sequence) - 1;
}

}  // namespace onereturn::ingestion
