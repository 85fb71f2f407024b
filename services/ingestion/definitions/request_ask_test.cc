#include "services/ingestion/definitions/request_ask.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/testing/status_matchers.h"
#include "onereturn/config/v1/definitions.pb.h"
#include "services/ingestion/definitions/known_catalogue_builder.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

// X24 over Y63 over ICB QWO over RCF; RAE led by the region alone, RJL by the nation alone. QHM has
// half of RCF and does not lead. RLQ closed on 31 March 2025.
KnownCatalogue SmallEngland() {
  const std::string open = "from_date: '2022-07-01' lead: true } }";
  const std::string text =
      "organisations { code: 'X24' type: ORGANISATION_TYPE_NATIONAL_BODY } "
      "organisations { code: 'Y63' type: ORGANISATION_TYPE_REGION "
      "relationships { kind: RELATIONSHIP_KIND_REGION_TO_NATION parent: 'X24' " +
      open +
      "organisations { code: 'QWO' type: ORGANISATION_TYPE_ICB "
      "relationships { kind: RELATIONSHIP_KIND_ICB_TO_REGION parent: 'Y63' " +
      open +
      "organisations { code: 'QHM' type: ORGANISATION_TYPE_ICB }"
      "organisations { code: 'RCF' type: ORGANISATION_TYPE_PROVIDER "
      "relationships { kind: RELATIONSHIP_KIND_PROVIDER_TO_ICB parent: 'QHM' "
      "from_date: '2022-07-01' share_millionths: 500000 } "
      "relationships { kind: RELATIONSHIP_KIND_PROVIDER_TO_ICB parent: 'QWO' " +
      open +
      "organisations { code: 'RAE' type: ORGANISATION_TYPE_PROVIDER "
      "relationships { kind: RELATIONSHIP_KIND_PROVIDER_TO_REGION parent: 'Y63' " +
      open +
      "organisations { code: 'RJL' type: ORGANISATION_TYPE_PROVIDER "
      "relationships { kind: RELATIONSHIP_KIND_PROVIDER_TO_NATION parent: 'X24' " +
      open +
      "organisations { code: 'RLQ' type: ORGANISATION_TYPE_PROVIDER close_date: '2025-03-31' "
      "relationships { kind: RELATIONSHIP_KIND_PROVIDER_TO_ICB parent: 'QWO' " +
      open +
      "items { code: 'beds' } items { code: 'old' valid_from_period: '2020-04' "
      "retired_from_period: '2025-04' }";
  config::v1::DefinitionSet set;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &set));
  CatalogueMessages messages;
  messages.organisations = {set.organisations().begin(), set.organisations().end()};
  messages.items = {set.items().begin(), set.items().end()};
  return BuildKnownCatalogue(messages).value();
}

constexpr CivilDay kToday{2025, 6, 15};

requests::v1::DataRequest RequestWith(const std::string& changes) {
  requests::v1::DataRequest request;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      "lines { item: 'beds' } organisations: 'RCF' from_period: '2025-04' to_period: '2025-06' "
      "due_date: '2025-09-30' expiry: '2026-03-31'",
      &request));
  requests::v1::DataRequest changed;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(changes, &changed)) << changes;
  if (changed.lines_size() > 0) request.clear_lines();
  if (changed.organisations_size() > 0 || changed.has_selector()) request.clear_organisations();
  request.MergeFrom(changed);
  return request;
}

absl::StatusOr<Ask> AskWith(const std::string& changes) {
  return AskOf(RequestWith(changes), SmallEngland(), kToday);
}

std::vector<std::string> FieldsAtFault(const absl::Status& status) {
  std::vector<std::string> fields;
  const std::optional<ErrorDetails> details = DetailsOf(status);
  if (!details.has_value()) return fields;
  for (const FieldViolation& fault : details->fields) fields.push_back(fault.field);
  return fields;
}

std::vector<std::string> TextsOf(const std::vector<Period>& periods) {
  std::vector<std::string> texts;
  for (const Period& period : periods) texts.push_back(period.ToString());
  return texts;
}

TEST(RequestAskTest, ALineByItsCode) {
  const auto ask = AskWith(
      "lines { item: 'beds' detail: DETAIL_BY_DIMENSIONS "
      "dimensions { code: 'ward' values: 'w' values: 'a' } dimensions { code: 'age' } "
      "guidance: 'DCB2050' guidance_edition: '2.1' estimated_minutes { gathering: 4 } } "
      "organisations: ['RJL', 'RCF'] freshness { accepted_from: '2025-08-01' final_only: true } "
      "ask_anew: true");
  ASSERT_THAT(ask, IsOk());
  ASSERT_THAT(ask->lines, SizeIs(1));
  const AskLine& line = ask->lines[0];
  EXPECT_EQ(line.item, "beds");
  EXPECT_FALSE(line.described.has_value());
  EXPECT_FALSE(line.as_held);
  EXPECT_THAT(line.dimensions,
              ElementsAre(AskedDimension{"age", {}}, AskedDimension{"ward", {"a", "w"}}));
  EXPECT_EQ(line.guidance, "DCB2050");
  EXPECT_EQ(line.guidance_edition, "2.1");
  EXPECT_EQ(line.justification, "");
  EXPECT_EQ((*line.estimated_minutes)[Lens::kGathering], 4u);
  EXPECT_THAT(ask->organisations, ElementsAre("RCF", "RJL"));
  EXPECT_THAT(TextsOf(ask->periods), ElementsAre("2025-04", "2025-05", "2025-06"));
  EXPECT_EQ(ask->accepted_from->ToString(), "2025-08-01");
  EXPECT_TRUE(ask->final_only);
  EXPECT_TRUE(ask->ask_anew);
  EXPECT_EQ(ask->due_date.ToString(), "2025-09-30");
}

TEST(RequestAskTest, AnExceptionOfNoticeUpToItsDay) {
  const auto request = RequestWith("notice_exception { notice_days: 5 expiry: '2025-06-15' }");
  EXPECT_EQ(AskOf(request, SmallEngland(), kToday)->excepted_notice_days, 5u);
  EXPECT_EQ(AskOf(request, SmallEngland(), *kToday.PlusDays(1))->excepted_notice_days,
            std::nullopt);
}

TEST(RequestAskTest, ADescribedItem) {
  const auto request = RequestWith(
      "lines { described { display_name: 'Beds open' concept_code: 'bed' measure: 'count' "
      "population: 'adults' cut_off: '1-day' unit: 'beds' definition_text: 'Beds that are open.' "
      "dimensions { code: 'ward' values: 'b' values: 'a' } dimensions { code: 'age' } } "
      "justification: 'Ours are weekly.' }");
  const auto ask = AskOf(request, SmallEngland(), kToday);
  ASSERT_THAT(ask, IsOk());
  const AskLine& line = ask->lines[0];
  EXPECT_EQ(line.justification, "Ours are weekly.");
  ASSERT_TRUE(line.described.has_value());
  EXPECT_EQ(line.described->meaning, (ItemMeaning{"bed", "count", "adults", "1-day"}));
  EXPECT_EQ(line.described->dimensions[1].values, (std::vector<std::string>{"a", "b"}));
}

TEST(RequestAskTest, ASelectorChoosesThoseThatAreOpenAndBelow) {
  const std::string providers = "selector { types: ORGANISATION_TYPE_PROVIDER ";
  const std::vector<std::pair<std::string, std::vector<std::string>>> chosen = {
      {"}", {"RAE", "RCF", "RJL"}},
      {"within: 'QWO' }", {"RCF"}},
      {"within: 'Y63' }", {"RAE", "RCF"}},
      {"within: 'X24' }", {"RAE", "RCF", "RJL"}},
      {"types: ORGANISATION_TYPE_ICB within: 'X24' }", {"QWO", "RAE", "RCF", "RJL"}},
  };
  for (const auto& [selector, organisations] : chosen) {
    const auto ask = AskWith(providers + selector);
    ASSERT_THAT(ask, IsOk()) << selector;
    EXPECT_EQ(ask->organisations, organisations) << selector;
  }
  // By what they are on the last day of the last period, whatever came before.
  EXPECT_THAT(AskWith(providers + "within: 'QWO' } from_period: '2025-02' to_period: '2025-03'")
                  ->organisations,
              ElementsAre("RCF", "RLQ"));
  EXPECT_THAT(AskWith(providers + "within: 'QWO' } from_period: '2025-02' to_period: '2025-04'")
                  ->organisations,
              ElementsAre("RCF"));
  // Before anybody was below it.
  EXPECT_THAT(AskWith(providers + "within: 'QWO' } from_period: '2022-05' to_period: '2022-06'"),
              HasReason(Reason::kEmptySelector));
  // A share is no lead.
  EXPECT_THAT(AskWith(providers + "within: 'QHM' }"), HasReason(Reason::kEmptySelector));
  EXPECT_THAT(AskWith(providers + "within: 'QQQ' }"), HasReason(Reason::kEmptySelector));
}

// 125 lines of 160 organisations for 100 periods are the two million that one request may ask.
TEST(RequestAskTest, WhatIsAskedInAllIsBounded) {
  auto request = RequestWith("from_period: '2015-01' to_period: '2023-04' organisations: 'RCF'");
  request.clear_organisations();
  for (int i = 0; i < 160; ++i) request.add_organisations(absl::StrCat("R", 100 + i));
  for (int i = 1; i < 125; ++i) request.add_lines()->set_item("beds");
  const auto most = AskOf(request, SmallEngland(), kToday);
  ASSERT_THAT(most, IsOk());
  EXPECT_EQ(most->lines.size() * most->organisations.size() * most->periods.size(), 2'000'000u);
  request.add_lines()->set_item("beds");
  const absl::Status more = AskOf(request, SmallEngland(), kToday).status();
  EXPECT_THAT(more, HasReason(Reason::kTooManyItems));
  EXPECT_THAT(more.message(),
              ::testing::HasSubstr("126 lines of 160 organisations for 100 periods are 2016000"));
  EXPECT_THAT(FieldsAtFault(more), ElementsAre("data_request"));
  EXPECT_THAT(
      DetailsOf(more)->metadata,
      ::testing::Contains(std::pair<std::string, std::string>(
          kRemedyKey, "Ask for fewer periods, organisations or lines, or in several requests.")));
  // What was issued was within the bound of its day.
  request.mutable_issue()->add_organisations("RCF");
  EXPECT_THAT(AskOf(request, SmallEngland(), kToday), IsOk());
}

TEST(RequestAskTest, WhatIsWrongByItselfIsNotRead) {
  const auto ask = AskWith("lines { item: 'Beds' }");
  EXPECT_THAT(ask, HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(FieldsAtFault(ask.status()), ElementsAre("data_request.lines[0].item"));
}

TEST(RequestAskTest, AnIssuedRequestIsAskedOfWhomItWasIssuedTo) {
  auto request = RequestWith("lines { item: 'gone' } issue { organisations: ['RAE', 'RZZ'] }");
  const auto ask = AskOf(request, SmallEngland(), kToday);
  ASSERT_THAT(ask, IsOk());
  EXPECT_THAT(ask->organisations, ElementsAre("RAE", "RZZ"));
}

}  // namespace
}  // namespace onereturn::ingestion
