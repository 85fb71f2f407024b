#include "services/ingestion/definitions/item_checks.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/definitions/definition_checks.h"
#include "services/ingestion/definitions/minutes_messages.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;

catalogue::v1::DataItem ItemWith(const std::string& fields) {
  catalogue::v1::DataItem item;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      absl::StrCat("code: 'beds' display_name: 'Beds' concept_text: 'Beds.' unit: 'beds' ", fields),
      &item));
  return item;
}

std::vector<std::string> FaultyFields(const absl::Status& status) {
  std::vector<std::string> fields;
  const std::optional<ErrorDetails> details = DetailsOf(status);
  if (!details.has_value()) return fields;
  for (const FieldViolation& fault : details->fields) fields.push_back(fault.field);
  return fields;
}

TEST(ItemChecksTest, WhatIsSoundIsTaken) {
  const std::vector<std::string> good = {
      "",
      "meaning { concept_code: 'a' measure: 'count' }",
      "meaning { concept_code: 'general-and-acute-bed' measure: 'count' population: 'all-patients' "
      "cut_off: '4-hours' }",
      "formula: 'occupied / available'",
      "refines: 'occupied'",
      "formula: \"occupied[ward='day' or 'night'] / days_in_period()\"",
      "reuse_rights { terms: 'OGL v3.0' }",
      "reuse_rights { body: 'X26' purposes: PURPOSE_FUNDING purposes: PURPOSE_EMERGENCY terms: 't' "
      "}",
      "disclosure { suppressed_to: 7 rounded_to: 5 rule: 'ECDS 2018' }",
      "disclosure { rule: 'none is hidden' }",
  };
  for (const std::string& fields : good) {
    EXPECT_THAT(CheckItem(ItemWith(fields)), IsOk()) << fields;
  }
}

TEST(ItemChecksTest, EachFaultNamesItsField) {
  const std::string long_code(65, 'a');
  const std::vector<std::pair<std::string, std::string>> bad = {
      {"meaning { measure: 'count' }", "item.meaning.concept_code"},
      {"meaning { concept_code: 'bed' }", "item.meaning.measure"},
      {"meaning { concept_code: 'Bed' measure: 'count' }", "item.meaning.concept_code"},
      {"meaning { concept_code: 'a_bed' measure: 'count' }", "item.meaning.concept_code"},
      {absl::StrCat("meaning { concept_code: '", long_code, "' measure: 'count' }"),
       "item.meaning.concept_code"},
      {"meaning { concept_code: 'bed' measure: 'count' population: 'all patients' }",
       "item.meaning.population"},
      {"meaning { concept_code: 'bed' measure: 'count' cut_off: '4h!' }", "item.meaning.cut_off"},
      {"formula: 'occupied /'", "item.formula"},
      {"formula: 'occupied > 3'", "item.formula"},
      {"formula: '3 + 4'", "item.formula"},
      {"formula: 'beds + occupied'", "item.formula"},
      {"formula: 'prior(occupied)'", "item.formula"},
      {"formula: 'if(outside_limits(occupied), 1, 0)'", "item.formula"},
      {"formula: \"if(listed('type1'), occupied, 0)\"", "item.formula"},
      {"refines: 'beds'", "item.refines"},
      {"reuse_rights { body: 'X26' }", "item.reuse_rights[0].terms"},
      {"reuse_rights { body: 'x26' terms: 't' }", "item.reuse_rights[0].body"},
      {"reuse_rights { purposes: PURPOSE_UNSPECIFIED terms: 't' }",
       "item.reuse_rights[0].purposes"},
      {"reuse_rights { purposes: 99 terms: 't' }", "item.reuse_rights[0].purposes"},
      {"reuse_rights { purposes: [PURPOSE_FUNDING, PURPOSE_FUNDING] terms: 't' }",
       "item.reuse_rights[0].purposes"},
      {"disclosure { suppressed_to: 7 }", "item.disclosure.rule"},
      {"disclosure { suppressed_to: 1000001 rule: 'r' }", "item.disclosure.suppressed_to"},
      {"disclosure { rounded_to: 1000001 rule: 'r' }", "item.disclosure.rounded_to"},
  };
  for (const auto& [fields, field] : bad) {
    const absl::Status status = CheckItem(ItemWith(fields));
    EXPECT_THAT(status, HasReason(Reason::kDefinitionInvalid)) << fields;
    EXPECT_THAT(FaultyFields(status), ElementsAre(field)) << fields;
  }
}

TEST(CollectionMinutesTest, ItemsOfTheCollectionEachOnceAndWithinBounds) {
  catalogue::v1::Collection collection;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      "code: 'C' items: 'beds' items: 'wards' estimated_minutes { gathering: 100000 } "
      "item_minutes { item: 'beds' minutes { transmission: 5 } } "
      "item_minutes { item: 'wards' }",
      &collection));
  EXPECT_THAT(CheckCollectionMinutes(collection), IsOk());
  collection.mutable_estimated_minutes()->set_quality_assurance(100'001);
  collection.add_item_minutes()->set_item("beds");
  collection.add_item_minutes()->set_item("chairs");
  collection.mutable_item_minutes(0)->mutable_minutes()->set_training_and_guidance(200'000);
  const absl::Status status = CheckCollectionMinutes(collection);
  EXPECT_THAT(status, HasReason(Reason::kDefinitionInvalid));
  EXPECT_THAT(FaultyFields(status), ElementsAre("estimated_minutes.quality_assurance",
                                                "item_minutes[0].minutes.training_and_guidance",
                                                "item_minutes[2].item", "item_minutes[3].item"));
}

TEST(MinutesMessagesTest, EveryLensThereAndBackAndSumsStayWhole) {
  timetable::v1::EstimatedMinutes message;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      "gathering: 1 quality_assurance: 2 extraction_and_transformation: 4 transmission: 8 "
      "system_change_and_development: 16 training_and_guidance: 32",
      &message));
  Minutes minutes = MinutesOf(message);
  EXPECT_EQ(minutes[Lens::kTransmission], 8u);
  EXPECT_EQ(minutes.Total(), 63u);
  EXPECT_EQ(MessageOf(minutes).SerializeAsString(), message.SerializeAsString());
  minutes[Lens::kGathering] = uint64_t{1} << 40;
  EXPECT_EQ(MessageOf(minutes).gathering(), 1'099'511'627'776u);
}

}  // namespace
}  // namespace onereturn::ingestion
