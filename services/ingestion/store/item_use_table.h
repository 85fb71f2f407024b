// Who used which item, in which product, for which purpose. Rows are no facts: reads make them, a
// batch at a time.
#ifndef ONERETURN_SERVICES_INGESTION_STORE_ITEM_USE_TABLE_H_
#define ONERETURN_SERVICES_INGESTION_STORE_ITEM_USE_TABLE_H_

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/clock/clock.h"
#include "common/storage/reader.h"
#include "common/storage/write_batch.h"
#include "onereturn/common/v1/purpose.pb.h"

namespace onereturn::ingestion {

struct ItemUseKey {
  std::string item;  // Code.
  std::string body;  // As UseKey.
  std::string product;
  common::v1::Purpose purpose = common::v1::PURPOSE_UNSPECIFIED;
};

struct ItemUse {
  uint64_t count = 0;
  Timestamp last;  // Of no meaning without a count.
};
// Both, one after the other.
ItemUse Together(const ItemUse& left, const ItemUse& right);

// Of one that was never noted: no count.
absl::StatusOr<ItemUse> FindItemUse(const Reader& reader, const ItemUseKey& key);

// Who used the item, in order of body, product and purpose, until `visit` answers false.
absl::Status VisitItemUses(
    const Reader& reader, const std::string& item,
    absl::FunctionRef<absl::StatusOr<bool>(const ItemUseKey& key, const ItemUse& use)> visit);

void PutItemUse(const ItemUseKey& key, const ItemUse& use, WriteBatch* batch);

// Distinct for distinct keys.
std::string ItemUseKeyText(const ItemUseKey& key);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_STORE_ITEM_USE_TABLE_H_
