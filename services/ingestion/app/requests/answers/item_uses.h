// Who read which item for what: noted by answers without waiting for a disk, written a batch at a
// time.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_ANSWERS_ITEM_USES_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_ANSWERS_ITEM_USES_H_

#include "absl/status/status.h"
#include "common/clock/clock.h"
#include "common/commit/committer.h"
#include "common/storage/store.h"
#include "services/ingestion/app/returns/waiting_uses.h"
#include "services/ingestion/store/item_use_table.h"

namespace onereturn::ingestion {

// Thread safe. As WaitingUses.
class ItemUses {
 public:
  // All must outlive it.
  ItemUses(const Store* store, Committer* committer, const Clock* clock);

  // Once more, now.
  void Used(const ItemUseKey& key);

  // As WaitingUses.
  absl::Status Flush();

 private:
  const Clock* const clock_;
  WaitingUses<ItemUseKey, ItemUse> waiting_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_ANSWERS_ITEM_USES_H_
