// Definitions that others rest on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/catalogue/define.h"
#include "services/ingestion/app/testing/test_ingestion.h"

namespace onereturn::ingestion {
namespace {

using ::testing::HasSubstr;

class DefineDependentsTest : public ::testing::Test {
 protected:
  DefineDependentsTest() { ingestion_.Apply(EnglandOf({"RLQ"})); }

  // The item as it is in force, ready to be changed.
  static catalogue::v1::DataItem Attendances() {
    const config::v1::DefinitionSet all = EnglandCatalogue();
    const auto found = std::find_if(
        all.items().begin(), all.items().end(),
        [](const catalogue::v1::DataItem& item) { return item.code() == "ae_attendances"; });
    ONERETURN_CHECK(found != all.items().end());
    return *found;
  }

  TestIngestion ingestion_;
};

// The collection's layouts name cells by the item's dimensions: without them no return of it could
// be judged any more.
TEST_F(DefineDependentsTest, AnItemCannotLeaveItsCollectionUnreadable) {
  const uint64_t before = ingestion_.LastSequence();
  catalogue::v1::DataItem item = Attendances();
  item.mutable_dimensions()->RemoveLast();
  const absl::Status status = ingestion_.DefineOne(item).status();
  EXPECT_THAT(status, HasReason(Reason::kDefinitionInvalid));
  EXPECT_THAT(std::string(status.message()), HasSubstr("MSitAE"));
  EXPECT_GT(DetailsOf(status)->fields_total, 0u);
  EXPECT_EQ(ingestion_.LastSequence(), before);
  EXPECT_TRUE(ingestion_.Submit(ingestion_.AeReturn("RLQ", "2023-06"))->accepted.has_value());
}

TEST_F(DefineDependentsTest, AnItemMayChangeWhereItsCollectionStaysReadable) {
  catalogue::v1::DataItem item = Attendances();
  item.set_display_name("Attendances at A&E");
  ASSERT_THAT(ingestion_.DefineOne(item), IsOk());
  EXPECT_TRUE(ingestion_.Submit(ingestion_.AeReturn("RLQ", "2023-06"))->accepted.has_value());
}

// The item is judged while the collection that takes it as its own is on its way.
TEST_F(DefineDependentsTest, AnItemAndItsNewHomeRaceWithoutHarm) {
  catalogue::v1::DataItem item = Attendances();
  item.set_code("attendances_again");
  ASSERT_THAT(ingestion_.DefineOne(item), IsOk());
  const config::v1::DefinitionSet all = EnglandCatalogue();
  catalogue::v1::Collection home = all.collections(0);
  home.clear_rules();
  home.clear_layouts();
  home.clear_frames();
  home.clear_not_collected();
  home.clear_lists();
  home.clear_window();
  home.set_code("Again");
  home.clear_items();
  home.clear_item_minutes();
  home.add_items("attendances_again");
  *home.add_layouts() = all.collections(0).layouts(2);
  std::promise<absl::Status> collection_told;
  std::promise<absl::Status> item_told;
  {
    CommitterHold hold(&ingestion_.committer());
    ingestion_.Begin(ingestion_.FreshOrigin(), home, [&collection_told](auto defined) {
      collection_told.set_value(defined.status());
    });
    // The layout has no column for it.
    catalogue::v1::Dimension* site = item.add_dimensions();
    site->set_code("site");
    site->add_values()->set_code("north");
    ingestion_.Begin(ingestion_.FreshOrigin(), item,
                     [&item_told](auto defined) { item_told.set_value(defined.status()); });
  }
  ASSERT_THAT(collection_told.get_future().get(), IsOk());
  EXPECT_THAT(item_told.get_future().get(), HasReason(Reason::kDefinitionInvalid));
}

TEST_F(DefineDependentsTest, ANameThatIsNotTheCodesIsRefused) {
  catalogue::v1::DataItem item = Attendances();
  item.set_name("items/other");
  EXPECT_THAT(ingestion_.DefineOne(item).status(), HasReason(Reason::kFieldInvalid));
  item.set_name("items/ae_attendances");
  EXPECT_TRUE(ingestion_.DefineOne(item)->unchanged);
}

}  // namespace
}  // namespace onereturn::ingestion
