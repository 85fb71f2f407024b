// What keeps a new home from being made is said when the request is drafted, and when it is issued.
#include "services/ingestion/app/requests/matching/new_home_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/catalogue/read_catalogue.h"
#include "services/ingestion/app/requests/register/read_requests.h"
#include "services/ingestion/app/requests/testing/issue_world.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

class NewHomeChecksTest : public ::testing::Test, protected IssueWorld {
 protected:
  static requests::v1::RequestLine Corridor(const std::string& more) {
    return Parse<requests::v1::RequestLine>(absl::StrCat(
        R"(described { display_name: "Corridor care" unit: "patients"
                       definition_text: "Those who were cared for in a corridor." )",
        more));
  }
  static requests::v1::DataRequest AskingLines(
      const std::vector<requests::v1::RequestLine>& lines) {
    requests::v1::DataRequest draft = Asking({}, {"RLQ"});
    for (const requests::v1::RequestLine& line : lines) *draft.add_lines() = line;
    return draft;
  }
  static std::vector<std::string> FieldsOf(const absl::Status& status) {
    std::vector<std::string> fields;
    const std::optional<ErrorDetails> details = DetailsOf(status);
    if (!details.has_value()) return fields;
    for (const FieldViolation& fault : details->fields) fields.push_back(fault.field);
    return fields;
  }
  absl::Status Previewed(const requests::v1::DataRequest& shown) {
    requests::v1::PreviewMatchRequest request;
    *request.mutable_data_request() = shown;
    return PreviewMatchOf(ingestion().store(), data_requests().World(), request, kNewest).status();
  }
  absl::StatusOr<catalogue::v1::DataItem> ItemOf(const std::string& code) {
    return GetDefinition<catalogue::v1::DataItem>(ingestion().store(), DefinitionKind::kItem,
                                                  "items/", absl::StrCat("items/", code), kNewest);
  }
};

TEST_F(NewHomeChecksTest, FaultsOfNewItemsAreNamedByTheFieldsOfTheDraft) {
  catalogue::v1::DataItem derived = SmallItem("occupancy");
  derived.set_formula("admissions / wards");
  Define(derived);
  const struct {
    std::vector<requests::v1::RequestLine> lines;
    Reason reason;
    std::string field;
  } faults[] = {
      {{Corridor(R"(dimensions { code: "a" values: "x" } dimensions { code: "b" } })")},
       Reason::kFieldInvalid,
       "data_request.lines[0].described.dimensions[1].values"},
      {{Parse<requests::v1::RequestLine>(R"(item: "wards" detail: DETAIL_BY_DIMENSIONS
                                            dimensions { code: "grade" })")},
       Reason::kFieldInvalid,
       "data_request.lines[0].dimensions[0].values"},
      {{Corridor("}"), Corridor(R"(measure: "b" concept_code: "b" } new_item: "r001_00_1")")},
       Reason::kFieldInvalid,
       "data_request.lines[1].new_item"},
      {{Corridor(R"(} new_item: "admissions")")},
       Reason::kCodeReused,
       "data_request.lines[0].new_item"},
      {{Corridor(R"(} new_item: "occupancy")")},
       Reason::kCodeReused,
       "data_request.lines[0].new_item"},
  };
  for (const auto& fault : faults) {
    const absl::Status drafted = Draft(AskingLines(fault.lines)).status();
    EXPECT_THAT(drafted, HasReason(fault.reason)) << fault.field;
    EXPECT_THAT(FieldsOf(drafted), ElementsAre(fault.field));
  }
  const absl::Status shown = Previewed(AskingLines(faults[0].lines));
  EXPECT_THAT(FieldsOf(shown), ElementsAre(faults[0].field));
  EXPECT_EQ(ItemOf("admissions")->version(), 1u);
}

// Two values of 32 bytes for each of 500 places: once in the request, twice in the item.
TEST_F(NewHomeChecksTest, AnItemThatIsTooLargeIsNamed) {
  requests::v1::RequestLine line = Corridor("}");
  auto* places = line.mutable_described()->add_dimensions();
  places->set_code("place");
  for (int i = 0; i < 500; ++i) places->add_values(absl::StrCat(std::string(60, 'v'), 100 + i));
  const absl::Status drafted = Draft(AskingLines({line})).status();
  EXPECT_THAT(drafted, HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(FieldsOf(drafted), ElementsAre("data_request.lines[0]"));
}

// A description that is an item asks for all the values that the item has.
TEST_F(NewHomeChecksTest, WhatIsAnItemNeedsNoValues) {
  catalogue::v1::DataItem item = SmallItem("staff");
  *item.mutable_meaning() =
      Parse<catalogue::v1::ItemMeaning>(R"(concept_code: "staff" measure: "count")");
  *item.add_dimensions() = Parse<catalogue::v1::Dimension>(R"(
      code: "grade" display_name: "Grade" adds_up: true
      values { code: "all" display_name: "All" })");
  Define(item);
  const auto drafted = Draft(AskingLines({Parse<requests::v1::RequestLine>(R"(
      described { display_name: "Staff" unit: "patients" definition_text: "Who works there."
                  concept_code: "staff" measure: "count" dimensions { code: "grade" } })")}));
  EXPECT_THAT(drafted, IsOk());
}

// Defined by somebody after the request was approved.
TEST_F(NewHomeChecksTest, ACodeThatWasTakenMeanwhileIsRefusedAtIssue) {
  const std::string name = Approved(AskingLines({Corridor(R"(} new_item: "corridor")")}));
  Define(SmallItem("corridor"));
  const Answer refused = Issue(name);
  EXPECT_THAT(refused, HasReason(Reason::kCodeReused));
  EXPECT_THAT(FieldsOf(refused.status()), ElementsAre("data_request.lines[0].new_item"));
  EXPECT_EQ(ItemOf("corridor")->version(), 1u);
  const std::string other = Approved(AskingLines({Corridor("}")}));
  ASSERT_EQ(other, "requests/002-00");
  Define(SmallItem("spare"));
  Define(SmallCollection("R002-00", {"spare"}));
  const Answer taken = Issue(other);
  EXPECT_THAT(taken, HasReason(Reason::kCodeReused));
  ASSERT_THAT(DetailsOf(taken.status())->preconditions, SizeIs(1));
  EXPECT_EQ(DetailsOf(taken.status())->preconditions[0].subject, "collections/R002-00");
}

}  // namespace
}  // namespace onereturn::ingestion
