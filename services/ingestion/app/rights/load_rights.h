// Rights as ingestion's store holds them, which must be what its ledger made of them.
#ifndef ONERETURN_SERVICES_INGESTION_APP_RIGHTS_LOAD_RIGHTS_H_
#define ONERETURN_SERVICES_INGESTION_APP_RIGHTS_LOAD_RIGHTS_H_

#include "absl/status/status.h"
#include "common/identity/rights_source.h"
#include "common/storage/reader.h"

namespace onereturn::ingestion {

// What the store holds of organisations and grants, into `rights`. Each row must be what the entry
// that it names made of it, and no grant may be missing below the store's own count of them:
// DATA_LOSS names the first that is not so, and `rights` is then not to be used. Not found here are
// a row that was put back to what an earlier entry made of it, and newest rows that were taken out
// (of grants, with the count made lower: then the next has a number that was given before). That
// takes the whole ledger: the auditor finds it.
absl::Status LoadRights(const Reader& reader, RightsSource* rights);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_RIGHTS_LOAD_RIGHTS_H_
