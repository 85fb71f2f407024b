// Goal: what a collection reads beside its own returns is there to be read, whichever of the two is
// defined last; and a set of definitions can still be applied in its order.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/testing/small_catalogue.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class BesideRulesTest : public ::testing::Test {
 protected:
  BesideRulesTest() {
    for (const char* item : {"beds", "wards", "rooms", "staff"}) {
      EXPECT_THAT(Define(SmallItem(item)), IsOk());
    }
  }

  template <typename Definition>
  absl::Status Define(const Definition& definition) {
    return ingestion_.DefineOne(definition).status();
  }
  // Of months, and one item of its own.
  static catalogue::v1::Collection Reading(const std::string& code, const std::string& own,
                                           const std::string& other,
                                           const std::vector<std::string>& items,
                                           const std::string& valid_from = "") {
    catalogue::v1::Collection collection = SmallCollection(code, {own}, valid_from);
    catalogue::v1::ReadBeside* beside = collection.add_beside();
    beside->set_collection(other);
    for (const std::string& item : items) beside->add_items(item);
    return collection;
  }
  static catalogue::v1::Collection OfQuarters(catalogue::v1::Collection collection) {
    collection.set_period_kind(catalogue::v1::PERIOD_KIND_QUARTER);
    return collection;
  }
  // "place: words" of each fault.
  static std::vector<std::string> FaultsOf(const absl::Status& status) {
    EXPECT_THAT(status, HasReason(Reason::kDefinitionInvalid));
    std::vector<std::string> faults;
    const std::optional<ErrorDetails> details = DetailsOf(status);
    if (!details.has_value()) return faults;
    for (const FieldViolation& field : details->fields) {
      faults.push_back(absl::StrCat(field.field, ": ", field.description));
    }
    return faults;
  }

  TestIngestion ingestion_;
};

TEST_F(BesideRulesTest, AnotherPeriodKindIsRefusedWhicheverIsDefinedLast) {
  ASSERT_THAT(Define(SmallCollection("STAFF", {"staff"})), IsOk());
  EXPECT_THAT(FaultsOf(Define(OfQuarters(Reading("BEDS", "beds", "STAFF", {"staff"})))),
              ElementsAre("collection.beside[0].collection: STAFF is of period kind MONTH, and "
                          "BEDS is of period kind QUARTER"));
  EXPECT_THAT(Define(Reading("BEDS", "beds", "STAFF", {"staff"})), IsOk());

  ASSERT_THAT(Define(Reading("WARDS", "wards", "ROOMS", {"rooms"})), IsOk());
  EXPECT_THAT(FaultsOf(Define(OfQuarters(SmallCollection("ROOMS", {"rooms"})))),
              ElementsAre(HasSubstr("collection.period_kind: WARDS reads ROOMS")));
  EXPECT_THAT(Define(SmallCollection("ROOMS", {"rooms"})), IsOk());
}

TEST_F(BesideRulesTest, AnItemOfAnotherCollectionIsRefusedWhicheverIsDefinedLast) {
  ASSERT_THAT(Define(SmallCollection("STAFF", {"staff"})), IsOk());
  ASSERT_THAT(Define(SmallCollection("ROOMS", {"rooms"})), IsOk());
  EXPECT_THAT(FaultsOf(Define(Reading("BEDS", "beds", "STAFF", {"staff", "rooms"}))),
              ElementsAre("collection.beside[0].items: rooms is an item of ROOMS, not of STAFF"));
  // Nobody's yet.
  ASSERT_THAT(Define(Reading("BEDS", "beds", "STAFF", {"staff", "wards"})), IsOk());
  EXPECT_THAT(FaultsOf(Define(SmallCollection("WARDS", {"wards"}))),
              ElementsAre(HasSubstr("collection.items[0]: BEDS reads STAFF")));
  EXPECT_THAT(Define(SmallCollection("STAFF", {"staff", "wards"})), IsOk());
}

TEST_F(BesideRulesTest, TwoThatReadOneAnotherGrowInOneSet) {
  ASSERT_THAT(Define(Reading("BEDS", "beds", "STAFF", {"staff"})), IsOk());
  ASSERT_THAT(Define(Reading("STAFF", "staff", "BEDS", {"beds"})), IsOk());
  catalogue::v1::Collection beds = Reading("BEDS", "beds", "STAFF", {"staff", "rooms"});
  beds.add_items("wards");
  catalogue::v1::Collection staff = Reading("STAFF", "staff", "BEDS", {"beds", "wards"});
  staff.add_items("rooms");
  EXPECT_THAT(Define(beds), IsOk());
  EXPECT_THAT(Define(staff), IsOk());
}

// Only the periods of the one that reads count.
TEST_F(BesideRulesTest, AnItemMovesFromOneCollectionToAnother) {
  ASSERT_THAT(Define(SmallCollection("STAFF", {"staff", "rooms"})), IsOk());
  ASSERT_THAT(Define(Reading("BEDS", "beds", "STAFF", {"rooms"})), IsOk());
  ASSERT_THAT(Define(SmallCollection("STAFF", {"staff"}, "2027-04")), IsOk());
  ASSERT_THAT(Define(SmallCollection("ROOMS", {"rooms"}, "2027-04")), IsOk());
  EXPECT_THAT(Define(Reading("BEDS", "beds", "STAFF", {"rooms"}, "2027-03")), IsOk());
  EXPECT_THAT(FaultsOf(Define(Reading("BEDS", "beds", "STAFF", {"rooms"}, "2027-04"))),
              ElementsAre("collection.beside[0].items: rooms is an item of ROOMS, not of STAFF"));
  EXPECT_THAT(Define(Reading("BEDS", "beds", "ROOMS", {"rooms"}, "2027-04")), IsOk());
}

TEST_F(BesideRulesTest, AnItemThatIsNotDefinedIsUnknown) {
  EXPECT_THAT(Define(Reading("BEDS", "beds", "STAFF", {"nurses"})),
              HasReason(Reason::kDefinitionUnknown));
}

}  // namespace
}  // namespace onereturn::ingestion
