// What the catalogue takes of derived items, meanings, rights of reuse and minutes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/testing/small_catalogue.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;

catalogue::v1::DataItem WithWards(catalogue::v1::DataItem item,
                                  const std::vector<std::string>& wards = {"day", "night"}) {
  catalogue::v1::Dimension* dimension = item.add_dimensions();
  dimension->set_code("ward");
  for (const std::string& ward : wards) dimension->add_values()->set_code(ward);
  return item;
}

catalogue::v1::DataItem Derived(const std::string& code, const std::string& formula,
                                const std::string& valid_from = "") {
  catalogue::v1::DataItem item = SmallItem(code);
  item.set_formula(formula);
  item.set_valid_from_period(valid_from);
  return item;
}

std::vector<std::string> FieldsAtFaultOf(const absl::Status& status) {
  std::vector<std::string> fields;
  const std::optional<ErrorDetails> details = DetailsOf(status);
  if (!details.has_value()) return fields;
  for (const FieldViolation& fault : details->fields) fields.push_back(fault.field);
  return fields;
}

class DerivedItemsTest : public ::testing::Test {
 protected:
  DerivedItemsTest() {
    Must(SmallProvider("RCF"));
    Must(WithWards(SmallItem("occupied")));
    Must(WithWards(SmallItem("available")));
    Must(SmallItem("staff"));
  }
  template <typename Definition>
  void Must(const Definition& definition) {
    ASSERT_THAT(ingestion_.DefineOne(definition), IsOk());
  }
  template <typename Definition>
  absl::Status Define(const Definition& definition) {
    return ingestion_.DefineOne(definition).status();
  }
  void SendBeds() {
    Must(SmallCollection("Staff", {"staff"}));
    const auto answer =
        ingestion_.Submit(SmallReturn(&ingestion_, "Staff", "RCF", "2025-04", {{"staff", 3}}));
    ASSERT_THAT(answer, IsOk());
    ASSERT_TRUE(answer->accepted.has_value());
  }

  TestIngestion ingestion_;
};

TEST_F(DerivedItemsTest, AFormulaReadsWhatIsDefinedAndHasItsDimensions) {
  EXPECT_THAT(Define(Derived("rate", "occupied / available")), IsOk());
  EXPECT_THAT(Define(WithWards(Derived("rate_by_ward", "occupied / available"))), IsOk());
  EXPECT_THAT(Define(Derived("day_rate", "occupied[ward='day'] / available[ward='day']")), IsOk());
  const auto unknown = Define(Derived("other", "occupied / beds"));
  EXPECT_THAT(unknown, HasReason(Reason::kDefinitionUnknown));
  EXPECT_THAT(FieldsAtFaultOf(unknown), ElementsAre("item.formula"));
  const std::vector<catalogue::v1::DataItem> bad = {
      Derived("other", "rate * 100"),                      // Of a derived item.
      WithWards(Derived("other", "occupied / staff")),     // Staff is not by ward.
      Derived("other", "occupied[ward='evening']"),        // No such value.
      Derived("other", "occupied[age='65'] + available"),  // No such dimension.
  };
  for (const catalogue::v1::DataItem& item : bad) {
    const absl::Status status = Define(item);
    EXPECT_THAT(status, HasReason(Reason::kDefinitionInvalid)) << item.formula();
    EXPECT_THAT(FieldsAtFaultOf(status), ElementsAre("item.formula")) << item.formula();
  }
}

TEST_F(DerivedItemsTest, NoCollectionAsksForOne) {
  Must(Derived("rate", "occupied / available"));
  const absl::Status named = Define(SmallCollection("Rates", {"staff", "rate"}));
  EXPECT_THAT(named, HasReason(Reason::kDefinitionInvalid));
  EXPECT_THAT(FieldsAtFaultOf(named), ElementsAre("collection.items[1]"));
  Must(SmallCollection("Staff", {"staff"}));
  EXPECT_THAT(Define(Derived("staff", "occupied / available")), HasReason(Reason::kHomeCollection));
  // From a period on in which nobody asks for it any more.
  Must(SmallItem("nurses"));
  Must(SmallCollection("Staff", {"nurses"}, "2025-04"));
  EXPECT_THAT(Define(Derived("staff", "occupied / available", "2025-03")),
              HasReason(Reason::kHomeCollection));
  EXPECT_THAT(Define(Derived("staff", "occupied / available", "2025-04")), IsOk());
}

TEST_F(DerivedItemsTest, WhatAFormulaReadsStaysThere) {
  Must(WithWards(Derived("rate", "occupied / available")));
  Must(Derived("nights", "occupied[ward='night']"));
  EXPECT_THAT(Define(SmallItem("available")), HasReason(Reason::kDefinitionInvalid));
  EXPECT_THAT(Define(WithWards(SmallItem("occupied"), {"day"})),
              HasReason(Reason::kDefinitionInvalid));
  EXPECT_THAT(Define(WithWards(SmallItem("occupied"), {"day", "evening", "night"})), IsOk());
  EXPECT_THAT(Define(WithWards(Derived("available", "staff * 2"))),
              HasReason(Reason::kDefinitionInvalid));
}

TEST_F(DerivedItemsTest, AFormulaStaysAsItIsOnceFiguresAreHeld) {
  Must(Derived("pay", "staff * 2"));
  EXPECT_THAT(Define(Derived("pay", "staff * 3")), IsOk());  // Nothing is held yet.
  SendBeds();
  const absl::Status changed = Define(Derived("pay", "staff * 4"));
  EXPECT_THAT(changed, HasReason(Reason::kCodeReused));
  EXPECT_THAT(FieldsAtFaultOf(changed), ElementsAre("item.formula"));
  EXPECT_THAT(Define(Derived("pay", "staff * 4", "2026-04")), IsOk());
  auto no_more = SmallItem("pay");
  EXPECT_THAT(Define(no_more), HasReason(Reason::kCodeReused));
}

TEST_F(DerivedItemsTest, AMeaningMayBeGivenLaterAndThenStays) {
  SendBeds();
  catalogue::v1::DataItem staff = SmallItem("staff");
  staff.mutable_meaning()->set_concept_code("member-of-staff");
  staff.mutable_meaning()->set_measure("count");
  EXPECT_THAT(Define(staff), IsOk());
  staff.mutable_meaning()->set_cut_off("full-time");
  const absl::Status changed = Define(staff);
  EXPECT_THAT(changed, HasReason(Reason::kCodeReused));
  EXPECT_THAT(FieldsAtFaultOf(changed), ElementsAre("item.meaning"));
  staff.clear_meaning();
  EXPECT_THAT(Define(staff), HasReason(Reason::kCodeReused));
}

TEST_F(DerivedItemsTest, WhatValuesAddUpToMayBeSaidWhenFiguresAreHeld) {
  Must(SmallCollection("Beds", {"occupied"}));
  ReturnSubmission sent =
      SmallReturn(&ingestion_, "Beds", "RCF", "2025-04", {{"occupied", 1}, {"occupied", 2}});
  sent.submission.cells[0].dimensions = {{"ward", "day"}};
  sent.submission.cells[1].dimensions = {{"ward", "night"}};
  const auto answer = ingestion_.Submit(std::move(sent));
  ASSERT_THAT(answer, IsOk());
  ASSERT_TRUE(answer->accepted.has_value());
  catalogue::v1::DataItem occupied = WithWards(SmallItem("occupied"));
  occupied.mutable_dimensions(0)->set_adds_up(true);
  EXPECT_THAT(Define(occupied), IsOk());
}

TEST_F(DerivedItemsTest, RightsAreGivenToBodiesThatAreDefined) {
  catalogue::v1::DataItem item = SmallItem("beds");
  item.add_reuse_rights()->set_terms("any body");
  item.add_reuse_rights()->set_terms("this one");
  item.mutable_reuse_rights(1)->set_body("RCF");
  EXPECT_THAT(Define(item), IsOk());
  item.mutable_reuse_rights(1)->set_body("RZZ");
  const absl::Status status = Define(item);
  EXPECT_THAT(status, HasReason(Reason::kDefinitionUnknown));
  EXPECT_THAT(FieldsAtFaultOf(status), ElementsAre("item.reuse_rights[1].body"));
}

TEST_F(DerivedItemsTest, ACollectionSaysMinutesOfItsOwnItemsAndNoRequest) {
  catalogue::v1::Collection collection = SmallCollection("Staff", {"staff"});
  collection.add_item_minutes()->set_item("staff");
  EXPECT_THAT(Define(collection), IsOk());
  collection.mutable_item_minutes(0)->set_item("occupied");
  EXPECT_THAT(Define(collection), HasReason(Reason::kDefinitionInvalid));
  collection.mutable_item_minutes(0)->set_item("staff");
  collection.set_request("requests/001-00");
  EXPECT_THAT(Define(collection), HasReason(Reason::kOutputOnly));
}

}  // namespace
}  // namespace onereturn::ingestion
