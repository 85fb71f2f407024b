#include "services/ingestion/app/requests/answers/item_uses.h"

#include "common/status/status_macros.h"

namespace onereturn::ingestion {

ItemUses::ItemUses(const Store* store, Committer* committer, const Clock* clock)
    : clock_(clock),
      waiting_(
          committer, "item_uses.dropped",
          [store](const ItemUseKey& key, const ItemUse& use, WriteBatch* batch) -> absl::Status {
            ASSIGN_OR_RETURN(const ItemUse stored, FindItemUse(*store, key));
            PutItemUse(key, Together(stored, use), batch);
            return absl::OkStatus();
          }) {}

void ItemUses::Used(const ItemUseKey& key) {
  waiting_.Note(ItemUseKeyText(key), key, ItemUse{1, clock_->Now()});
}

absl::Status ItemUses::Flush() { return waiting_.Flush(); }

}  // namespace onereturn::ingestion
