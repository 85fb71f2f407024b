// Who read which item for what: noted by answers without waiting for a disk, written a batch at a
// time.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_ITEM_USES_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_ITEM_USES_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "common/clock/clock.h"
#include "common/commit/committer.h"
#include "common/storage/store.h"
#include "services/ingestion/store/item_use_table.h"

namespace onereturn::ingestion {

// Thread safe. As ReturnUses (app/returns/return_uses.h): what is noted is on disk once Flush() has
// answered OK, and waits in memory until then, as much as kMostWaiting.
class ItemUses {
 public:
  static constexpr size_t kMostWaiting = 65'536;

  // All must outlive it.
  ItemUses(const Store* store, Committer* committer, const Clock* clock)
      : store_(store), committer_(committer), clock_(clock) {}

  // Once more, now.
  void Used(const ItemUseKey& key);

  // Waits until what was noted before is on disk. What cannot be written goes on waiting; the
  // committer's errors.
  absl::Status Flush();

 private:
  struct Waiting {
    ItemUseKey key;
    ItemUse use;
  };
  using Uses = std::map<std::string, Waiting>;  // By ItemUseKeyText.

  // The first ones of `uses`, as many as go into one write, are written and taken out of it.
  absl::Status WriteSome(Uses* uses) const;

  const Store* const store_;
  Committer* const committer_;
  const Clock* const clock_;
  std::mutex flushing_;  // Held by the one that writes.

  std::mutex mutex_;
  Uses waiting_;          // Guarded by mutex_.
  uint64_t dropped_ = 0;  // Since the log last said so. Guarded by mutex_.
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_ITEM_USES_H_
