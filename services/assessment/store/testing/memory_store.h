// For tests: the service's store in memory.
#ifndef ONERETURN_SERVICES_ASSESSMENT_STORE_TESTING_MEMORY_STORE_H_
#define ONERETURN_SERVICES_ASSESSMENT_STORE_TESTING_MEMORY_STORE_H_

#include <memory>
#include <utility>

#include "common/storage/store.h"
#include "services/assessment/store/families.h"

namespace onereturn::assessment {

inline StoreOptions MemoryStoreOptions(std::shared_ptr<MemoryFiles> files) {
  StoreOptions options;
  options.path = "/assessment";
  options.service = "assessment";
  options.column_families = AllFamilies();
  options.cache_bytes = 1 << 20;
  options.small_buffers = true;
  options.memory_files = std::move(files);
  return options;
}

inline std::unique_ptr<Store> MemoryStore() {
  return Store::Create(MemoryStoreOptions(MemoryFiles::Create())).value();
}

}  // namespace onereturn::assessment

#endif  // ONERETURN_SERVICES_ASSESSMENT_STORE_TESTING_MEMORY_STORE_H_
