#include "services/assessment/app/assessment_view.h"

#include <memory>
#include <string>

#include "common/commit/journal.h"
#include "common/commit/primary_family.h"
#include "common/status/testing/status_matchers.h"
#include "gtest/gtest.h"
#include "services/assessment/app/convert.h"
#include "services/assessment/domain/testing/example_framework.h"
#include "services/assessment/store/framework_tables.h"
#include "services/assessment/store/testing/memory_store.h"

namespace onereturn::assessment {
namespace {

// The framework as version 1 in a store, whatever it says.
std::unique_ptr<Store> StoreWith(const Framework& framework) {
  feed::v1::FrameworkDefined fact;
  *fact.mutable_framework() = ToWire(framework);
  feed::v1::Entry entry;
  entry.set_kind(feed::v1::ENTRY_KIND_FRAMEWORK_DEFINED);
  entry.set_format(1);
  entry.set_sequence(1);
  entry.set_fact(fact.SerializeAsString());
  std::unique_ptr<Store> store = MemoryStore();
  WriteBatch batch;
  batch.Put(PrimaryFamily::kEntries, EntryKey(1), entry.SerializeAsString());
  PutFramework(framework.code, FrameworkVersion{1, 1}, &batch);
  EXPECT_THAT(store->Write(batch, Durability::kSynced), IsOk());
  return store;
}

// What was accepted by the rules of its day stays readable when they grow stricter.
TEST(LoadFrameworkTest, ReadsWhatTodaysRulesWouldRefuse) {
  Framework framework = ExampleFramework();
  framework.version = 1;
  framework.title = std::string(10'000, 't');
  framework.source.clear();
  framework.themes[0].title.clear();
  framework.bands[0].from_percent = 30;
  framework.evidence_categories.clear();
  ASSERT_THAT(framework.Check(), HasReason(Reason::kDefinitionInvalid));
  EXPECT_THAT(LoadFramework(*StoreWith(framework), framework.code, 1), IsOkAndHolds(framework));
}

TEST(LoadFrameworkTest, WhatNoRatingCanBeComputedFromIsDamage) {
  Framework framework = ExampleFramework();
  framework.scale.clear();
  EXPECT_THAT(LoadFramework(*StoreWith(framework), framework.code, 1),
              StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(LoadFramework(*StoreWith(ExampleFramework()), "other", 1),
              StatusIs(absl::StatusCode::kDataLoss));
}

}  // namespace
}  // namespace onereturn::assessment
