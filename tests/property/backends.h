// The tables that a history runs on: in memory, or on the storage engine.
#ifndef ONERETURN_TESTS_PROPERTY_BACKENDS_H_
#define ONERETURN_TESTS_PROPERTY_BACKENDS_H_

#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "common/storage/store.h"
#include "services/metrics/domain/testing/memory_tables.h"
#include "services/metrics/store/metrics_family.h"
#include "services/metrics/store/stored_tables.h"

namespace onereturn::metrics {

// The tables of a history, and how two of them are compared.
class Backend {
 public:
  virtual ~Backend() = default;
  virtual DerivedTables* tables() = 0;
  virtual bool SameContent(const Backend& other) const = 0;
};

class MemoryBackend final : public Backend {
 public:
  DerivedTables* tables() override { return &tables_; }
  bool SameContent(const Backend& other) const override {
    return tables_.rows() == static_cast<const MemoryBackend&>(other).tables_.rows();
  }

 private:
  MemoryTables tables_;
};

// On the storage engine, with its files in memory and buffers so small that everything crosses
// files.
class StoredBackend final : public Backend {
 public:
  StoredBackend() : store_(Store::Create(Options()).value()), tables_(store_.get()) {}
  DerivedTables* tables() override { return &tables_; }
  bool SameContent(const Backend& other) const override {
    return tables_.Hash()->digest ==
           static_cast<const StoredBackend&>(other).tables_.Hash()->digest;
  }

 private:
  static StoreOptions Options() {
    StoreOptions options;
    options.path = "/store";
    options.service = "metrics";
    options.column_families = MetricsFamilies();
    options.small_buffers = true;
    options.memory_files = MemoryFiles::Create();
    return options;
  }

  std::unique_ptr<Store> store_;
  StoredTables tables_;
};

using MakeBackend = std::unique_ptr<Backend> (*)();

// Tables whose next commit can be made not to take place: the process was killed before it.
class MortalTables final : public DerivedTables {
 public:
  explicit MortalTables(DerivedTables* tables) : tables_(tables) {}
  void LoseNextCommit() { lose_next_commit_ = true; }

  std::unique_ptr<DerivedReader> Snapshot() const override { return tables_->Snapshot(); }
  std::unique_ptr<DerivedBatch> NewBatch() override { return tables_->NewBatch(); }
  absl::Status Commit(std::unique_ptr<DerivedBatch> batch) override {
    if (std::exchange(lose_next_commit_, false)) return absl::UnavailableError("killed");
    return tables_->Commit(std::move(batch));
  }
  absl::Status Drop() override { return tables_->Drop(); }

 private:
  DerivedTables* const tables_;
  bool lose_next_commit_ = false;
};

}  // namespace onereturn::metrics

#endif  // ONERETURN_TESTS_PROPERTY_BACKENDS_H_
