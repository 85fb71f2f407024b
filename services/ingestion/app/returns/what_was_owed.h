// What an organisation owed, besides what the collection's definition says, when a return was
// judged.
#ifndef ONERETURN_SERVICES_INGESTION_APP_RETURNS_WHAT_WAS_OWED_H_
#define ONERETURN_SERVICES_INGESTION_APP_RETURNS_WHAT_WAS_OWED_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "common/period/period.h"
#include "common/storage/reader.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "services/ingestion/domain/collection.h"
#include "services/ingestion/domain/judgement.h"
#include "services/ingestion/store/return_table.h"

namespace onereturn::ingestion {

struct WhatWasOwed {
  // The frames do not name the organisation, and a data request asks it for the return.
  bool for_request = false;
  DesirableItems desirable = DesirableItems::kOwed;
};

// At `sequence`; the same for ever. `key` is of the collection and the period.
absl::StatusOr<WhatWasOwed> OwedAt(const Reader& reader, const Collection& collection,
                                   const Period& period, const ReturnKey& key, uint64_t sequence);

// The entry up to which everything counted by which the revision was judged. What was signed was
// judged when it was submitted.
uint64_t JudgedAt(const feed::v1::ReturnAccepted& fact, const RevisionPlace& place);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_RETURNS_WHAT_WAS_OWED_H_
