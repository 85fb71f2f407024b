// Making the rule pack of one organisation's return.
#ifndef ONERETURN_SERVICES_INGESTION_APP_RETURNS_READ_RULE_PACK_H_
#define ONERETURN_SERVICES_INGESTION_APP_RETURNS_READ_RULE_PACK_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "common/commit/committer.h"
#include "common/storage/reader.h"
#include "common/storage/store.h"
#include "onereturn/returns/v1/rule_pack.pb.h"
#include "services/ingestion/store/return_table.h"

namespace onereturn::ingestion {

// Everything as of `sequence`, without position and time, which the caller knows. The organisation
// of `key` must be within the caller's scope. NOT_FOUND for a collection or organisation that was
// not defined, or is not for the period; PERIOD for a period that the collection does not take.
absl::StatusOr<returns::v1::RulePack> ReadRulePackOf(const Reader& reader, const ReturnKey& key,
                                                     uint64_t sequence);

// With the service's word on it, and how its key came to be the one that signs.
absl::StatusOr<returns::v1::SignedRulePack> SignRulePack(const returns::v1::RulePack& pack,
                                                         const Store& store,
                                                         const Committer& committer);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_RETURNS_READ_RULE_PACK_H_
