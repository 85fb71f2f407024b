// The same fault of a data request has the same reason and path, whoever looks: a draft, a preview
// or a match.
#include "services/ingestion/definitions/request_checks.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/definitions/request_periods.h"

namespace onereturn::ingestion {
namespace {

using requests::v1::DataRequest;
using ::testing::ElementsAre;
using ::testing::SizeIs;

// A good request with these fields in place of its own.
DataRequest RequestOf(const std::string& changes) {
  DataRequest request;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"(requesting_body: "X24" sponsor: "Director of beds" title: "Beds"
         legal_basis: "Section 259" purpose: PURPOSE_ACCOUNTABILITY_TO_PARLIAMENT
         lines { item: "beds" } organisations: "RCF" from_period: "2025-04" to_period: "2025-06"
         due_date: "2025-09-30" planned_use: "to see beds" product: "Beds monthly"
         expiry: "2026-03-31")",
      &request));
  DataRequest changed;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(changes, &changed)) << changes;
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  changed.GetReflection()->ListFields(changed, &fields);
  for (const auto* field : fields) request.GetReflection()->ClearField(&request, field);
  if (changed.has_selector() && changed.organisations().empty()) request.clear_organisations();
  request.MergeFrom(changed);
  return request;
}

std::vector<std::string> FieldsOf(const absl::Status& status) {
  std::vector<std::string> fields;
  const std::optional<ErrorDetails> details = DetailsOf(status);
  if (!details.has_value()) return fields;
  for (const FieldViolation& fault : details->fields) fields.push_back(fault.field);
  return fields;
}

struct Fault {
  std::string changes;
  std::string field;
  Reason reason = Reason::kFieldInvalid;
};

// Of what matching reads; "data_request." goes before each field.
std::vector<Fault> FaultsOfWhatIsAsked() {
  const std::string described =
      "lines { described { display_name: 'B' unit: 'b' definition_text: 'B' ";
  return {
      {"lines { }", "lines[0]"},
      {"lines { item: 'Beds' }", "lines[0].item"},
      {"lines { item: 'beds' dimensions { code: 'w' } }", "lines[0].dimensions"},
      {"lines { item: 'beds' new_item: 'x' }", "lines[0].new_item"},
      {"lines { item: 'beds' detail: 9 }", "lines[0].detail"},
      {"lines { item: 'beds' detail: DETAIL_BY_DIMENSIONS dimensions { } }",
       "lines[0].dimensions[0].code"},
      {"lines { item: 'beds' detail: DETAIL_BY_DIMENSIONS dimensions { code: 'a' } "
       "dimensions { code: 'a' } }",
       "lines[0].dimensions[1].code"},
      {"lines { item: 'beds' detail: DETAIL_BY_DIMENSIONS "
       "dimensions { code: 'a' values: 'x' values: 'x' } }",
       "lines[0].dimensions[0].values[1]"},
      {absl::StrCat("lines { item: 'beds' detail: DETAIL_BY_DIMENSIONS dimensions { code: 'a' "
                    "values: '",
                    std::string(65, 'v'), "' } }"),
       "lines[0].dimensions[0].values[0]"},
      {"lines { item: 'beds' guidance_edition: '2' }", "lines[0].guidance"},
      {"lines { item: 'beds' guidance: 'DCB2050' }", "lines[0].guidance_edition"},
      {"lines { item: 'beds' guidance: 'no code' guidance_edition: '2' }", "lines[0].guidance"},
      {absl::StrCat("lines { item: 'beds' justification: '", std::string(1'001, 'j'), "' }"),
       "lines[0].justification"},
      {"lines { item: 'beds' estimated_minutes { transmission: 100001 } }",
       "lines[0].estimated_minutes.transmission"},
      {"lines { described { display_name: 'B' unit: 'beds' } }",
       "lines[0].described.definition_text"},
      {"lines { described { display_name: 'B' definition_text: 'B' } }", "lines[0].described.unit"},
      {absl::StrCat("lines { described { display_name: 'B' definition_text: 'B' unit: '",
                    std::string(65, 'u'), "' } }"),
       "lines[0].described.unit"},
      {described + "concept_code: 'b' measure: 'A b' } }", "lines[0].described.measure"},
      {described + "dimensions { values: 'x' } } }", "lines[0].described.dimensions[0].code"},
      {described + "} detail: DETAIL_AS_HELD }", "lines[0].detail"},
      {described + "} new_item: 'N' }", "lines[0].new_item"},
      {described + "dimensions { code: 'age' } dimensions { code: 'AGE' } } }",
       "lines[0].described.dimensions[1].code"},
      {absl::StrCat(described, "} new_item: 'n' } ", described, "} new_item: 'n' }"),
       "lines[1].new_item"},
      {"organisations: 'rcf'", "organisations[0]"},
      {"organisations: ['RCF', 'RCF']", "organisations[1]"},
      {"organisations: 'RCF' selector { types: ORGANISATION_TYPE_ICB }", "selector"},
      {"selector { }", "selector.types"},
      {"selector { types: 99 }", "selector.types[0]"},
      {"selector { types: ORGANISATION_TYPE_ICB within: 'y63' }", "selector.within"},
      {"due_date: 'soon'", "due_date"},
      {"expiry: '2025-09-30'", "expiry"},
      {"freshness { accepted_from: '1 August' }", "freshness.accepted_from"},
      {"from_period: ''", "from_period"},
      {"from_period: 'April 2025'", "from_period"},
      {"to_period: 'April 2025'", "to_period"},
      {"to_period: ''", "to_period"},
      {"to_period: '2025-Q3'", "to_period"},
      {"from_period: 'FY2025-PLAN' to_period: '2025-06'", "from_period"},
      {"from_period: '2025-04/P12M' to_period: '2025-06'", "from_period"},
      {"from_period: '2015-04' to_period: '2025-04'", "to_period"},
      {"to_period: '2025-03'", "to_period", Reason::kEmptySelector},
  };
}

TEST(RequestChecksTest, TheSameFaultHasOneReasonAndPath) {
  for (const Fault& fault : FaultsOfWhatIsAsked()) {
    DataRequest request = RequestOf(fault.changes);
    // Texts cannot say that a field is empty.
    if (fault.changes == "from_period: ''") request.clear_from_period();
    if (fault.changes == "to_period: ''") request.clear_to_period();
    for (const absl::Status& status : {CheckWhatIsAsked(request), CheckDataRequest(request)}) {
      EXPECT_THAT(status, HasReason(fault.reason)) << fault.changes;
      EXPECT_THAT(FieldsOf(status), ElementsAre("data_request." + fault.field)) << fault.changes;
    }
  }
}

TEST(RequestChecksTest, NothingAskedIsAnEmptySelector) {
  DataRequest request = RequestOf("");
  EXPECT_THAT(CheckDataRequest(request), IsOk());
  request.clear_lines();
  EXPECT_THAT(FieldsOf(CheckWhatIsAsked(request)), ElementsAre("data_request.lines"));
  EXPECT_THAT(CheckWhatIsAsked(request), HasReason(Reason::kEmptySelector));
  request = RequestOf("");
  request.clear_organisations();
  EXPECT_THAT(CheckWhatIsAsked(request), HasReason(Reason::kEmptySelector));
  // There is no selector to widen where the periods are the wrong way round.
  EXPECT_THAT(DetailsOf(CheckWhatIsAsked(RequestOf("to_period: '2025-03'")))->metadata,
              ::testing::Contains(std::pair<std::string, std::string>(
                  kRemedyKey, "Give a to_period that is from_period or a later one of its kind.")));
}

// What matching does not read is no matter to it.
TEST(RequestChecksTest, WhoAsksAndWhyIsLookedAtInADraftAlone) {
  for (const std::string field : {"sponsor", "title", "legal_basis", "planned_use", "product"}) {
    const DataRequest request = RequestOf(absl::StrCat(field, ": ' '"));
    EXPECT_THAT(CheckWhatIsAsked(request), IsOk()) << field;
    EXPECT_THAT(FieldsOf(CheckDataRequest(request)), ElementsAre("data_request." + field));
  }
  const DataRequest consulted = RequestOf("consultees: ['RCF', 'RCF']");
  EXPECT_THAT(CheckWhatIsAsked(consulted), IsOk());
  EXPECT_THAT(FieldsOf(CheckDataRequest(consulted)), ElementsAre("data_request.consultees[1]"));
}

TEST(RequestChecksTest, AStandingRequestGoesOnUntilItExpires) {
  DataRequest request = RequestOf("standing: true expiry: '2025-12-15' due_date: '2025-10-01'");
  request.clear_to_period();
  const auto periods = PeriodsAsked(request);
  ASSERT_THAT(periods, IsOk());
  EXPECT_THAT(*periods, SizeIs(9));
  EXPECT_EQ(periods->back().ToString(), "2025-12");
  EXPECT_THAT(PeriodsAsked(RequestOf("from_period: '2015-07'")).value(), SizeIs(120));
}

TEST(RequestChecksTest, WhatBeginsAfterItsEndIsOfTheFuture) {
  const DataRequest request = RequestOf("from_period: '2026-04' to_period: '2026-06'");
  EXPECT_THAT(CheckWhatIsAsked(request), HasReason(Reason::kFuturePeriod));
  EXPECT_THAT(CheckDataRequest(request), HasReason(Reason::kFuturePeriod));
}

}  // namespace
}  // namespace onereturn::ingestion
