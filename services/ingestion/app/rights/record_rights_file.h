// The rights file in the ledger: what it says is a fact from the first start with it on.
#ifndef ONERETURN_SERVICES_INGESTION_APP_RIGHTS_RECORD_RIGHTS_FILE_H_
#define ONERETURN_SERVICES_INGESTION_APP_RIGHTS_RECORD_RIGHTS_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/commit/fact_writer.h"
#include "common/storage/store.h"
#include "onereturn/config/v1/config.pb.h"

namespace onereturn::ingestion {

// Records the file when it differs from what was last recorded, as `actor`, the service itself;
// returns once that is on disk. True when something was recorded. The digest of a RightsConfigured
// is SHA-256 over the serialised ConfiguredPrincipals of all parts, in order, each after its length
// as four bytes, most significant first.
absl::StatusOr<bool> RecordRightsFile(const config::v1::RightsFile& file, const std::string& actor,
                                      const Store& store, const FactWriter& writer);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_RIGHTS_RECORD_RIGHTS_FILE_H_
