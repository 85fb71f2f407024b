// The derived tables on disk.
#ifndef ONERETURN_SERVICES_METRICS_STORE_STORED_TABLES_H_
#define ONERETURN_SERVICES_METRICS_STORE_STORED_TABLES_H_

#include <memory>

#include "absl/status/statusor.h"
#include "common/digest/digest.h"
#include "common/storage/store.h"
#include "services/metrics/domain/derived_tables.h"

namespace onereturn::metrics {

// SHA-256 over what is derived, and how far the feeds had been taken in.
struct DerivedHash {
  Digest digest = {};
  FeedCursor ingestion;
  FeedCursor metrics;
};

// Any thread may take snapshots; one thread writes. Batches are not synced: what is derived can be
// derived again, and the cursor lies in the same batch.
class StoredTables final : public DerivedTables {
 public:
  // `store` has MetricsFamilies() and must outlive the tables and their snapshots.
  explicit StoredTables(Store* store) : store_(store) {}

  std::unique_ptr<DerivedReader> Snapshot() const override;
  std::unique_ptr<DerivedBatch> NewBatch() override;
  absl::Status Commit(std::unique_ptr<DerivedBatch> batch) override;
  absl::Status Drop() override;

  // Equal positions give equal hashes, however the tables came there. Reads everything.
  // NOT_CAUGHT_UP while a definition is being backfilled: what is there then depends on how far it
  // has come.
  absl::StatusOr<DerivedHash> Hash() const;

 private:
  Store* const store_;
};

}  // namespace onereturn::metrics

#endif  // ONERETURN_SERVICES_METRICS_STORE_STORED_TABLES_H_
