// For tests: a store in memory with ingestion's families.
#ifndef ONERETURN_SERVICES_INGESTION_STORE_TESTING_STORE_FIXTURE_H_
#define ONERETURN_SERVICES_INGESTION_STORE_TESTING_STORE_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "common/status/testing/status_matchers.h"
#include "common/storage/store.h"
#include "services/ingestion/store/families.h"

namespace onereturn::ingestion {

class StoreFixture : public ::testing::Test {
 protected:
  StoreFixture() {
    StoreOptions options;
    options.path = "/store";
    options.service = "ingestion";
    options.column_families = Families();
    options.small_buffers = true;
    options.memory_files = MemoryFiles::Create();
    store_ = Store::Create(options).value();
  }
  void Write(const std::function<void(WriteBatch*)>& fill) {
    WriteBatch batch;
    fill(&batch);
    ASSERT_THAT(store_->Write(batch, Durability::kUnsynced), IsOk());
  }
  std::vector<std::string> KeysOf(Family family) {
    std::vector<std::string> keys;
    EXPECT_THAT(store_->ForEach(family, "", "",
                                [&keys](absl::string_view key, absl::string_view) {
                                  keys.push_back(absl::BytesToHexString(key));
                                  return true;
                                }),
                IsOk());
    return keys;
  }

  std::unique_ptr<Store> store_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_STORE_TESTING_STORE_FIXTURE_H_
