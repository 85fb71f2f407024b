#include "services/ingestion/definitions/known_catalogue_builder.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>

#include "common/status/testing/status_matchers.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

template <typename Message>
Message Read(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

CivilDay DayOf(const std::string& text) { return CivilDay::Parse(text).value(); }

TEST(KnownCatalogueTest, VersionsOfAnItemFollowOneAnotherInTime) {
  CatalogueMessages messages;
  messages.items = {
      Read<catalogue::v1::DataItem>(
          "code: 'rate' version: 3 valid_from_period: '2025-04' formula: 'a / b' unit: 'share' "
          "retired_from_period: '2026-04'"),
      Read<catalogue::v1::DataItem>(
          "code: 'rate' version: 2 display_name: 'Rate' concept_text: 'Of beds.' unit: 'share' "
          "additive_over_time: true essential: true "
          "meaning { concept_code: 'bed' measure: 'rate' cut_off: '1' } "
          "dimensions { code: 'ward' values { code: 'w' } values { code: 'v' } adds_up: true } "
          "dimensions { code: 'by' sparse: true organisations: true }"),
      Read<catalogue::v1::DataItem>("code: 'rate' version: 1 unit: 'never'"),
  };
  const auto known = BuildKnownCatalogue(messages);
  ASSERT_THAT(known, IsOk());
  const std::vector<KnownItem>& rate = known->items.at("rate");
  ASSERT_THAT(rate, SizeIs(2));
  EXPECT_EQ(rate[0].days, (DayRange{CivilDay::Earliest(), DayOf("2025-04-01")}));
  EXPECT_EQ(rate[0].display_name, "Rate");
  EXPECT_EQ(rate[0].definition_text, "Of beds.");
  EXPECT_EQ(rate[0].meaning, (ItemMeaning{"bed", "rate", "", "1"}));
  EXPECT_TRUE(rate[0].additive_over_time);
  EXPECT_FALSE(rate[0].additive_over_organisations);
  EXPECT_TRUE(rate[0].essential);
  EXPECT_FALSE(rate[0].formula.has_value());
  ASSERT_THAT(rate[0].dimensions, SizeIs(2));
  EXPECT_EQ(rate[0].dimensions[0].code, "by");
  EXPECT_TRUE(rate[0].dimensions[0].organisations);
  EXPECT_FALSE(rate[0].dimensions[0].adds_up);
  EXPECT_THAT(rate[0].dimensions[1].values, ElementsAre("v", "w"));
  EXPECT_TRUE(rate[0].dimensions[1].adds_up);
  EXPECT_EQ(rate[1].days, (DayRange{DayOf("2025-04-01"), DayOf("2026-04-01")}));
  ASSERT_TRUE(rate[1].formula.has_value());
  EXPECT_THAT(rate[1].formula->Items(), ElementsAre("a", "b"));
}

TEST(KnownCatalogueTest, ACollectionHasItsWindowItsMinutesAndTheItemsOfEachVersion) {
  CatalogueMessages messages;
  messages.calendars = {
      Read<timetable::v1::Calendar>("code: 'england' from_date: '2025-01-01' to_date: '2026-12-31' "
                                    "holidays { date: '2025-04-18' }")};
  messages.collections = {
      Read<catalogue::v1::Collection>(
          "code: 'Beds' version: 2 items: 'a' items: 'b' period_kind: PERIOD_KIND_QUARTER "
          "valid_from_period: '2025-Q2' "
          "window { calendar: 'england' from_period: '2025-Q2' open_working_day: 1 "
          "due_working_day: 10 due_time_of_day: '12:00:00' close_working_day: 20 } "
          "estimated_minutes { gathering: 60 } "
          "item_minutes { item: 'b' minutes { quality_assurance: 7 } } "
          "frames { organisation: 'RLQ' from_period: '2025-Q2' to_period: '2025-Q4' } "
          "frames { organisation: 'RCF' from_period: '2025-Q2' }"),
      Read<catalogue::v1::Collection>(
          "code: 'Beds' version: 1 items: 'a' period_kind: PERIOD_KIND_QUARTER"),
      Read<catalogue::v1::Collection>(
          "code: 'Lone' version: 1 items: 'c' period_kind: PERIOD_KIND_MONTH "
          "window { calendar: 'wales' from_period: '2025-04' open_working_day: 1 "
          "due_working_day: 1 due_time_of_day: '12:00:00' close_working_day: 2 }"),
  };
  const auto known = BuildKnownCatalogue(messages);
  ASSERT_THAT(known, IsOk());
  const CollectionOverTime& beds = known->collections.at("Beds");
  ASSERT_THAT(beds.stretches, SizeIs(2));
  EXPECT_FALSE(beds.stretches[0].window.has_value());
  EXPECT_THAT(beds.stretches[0].items, ElementsAre("a"));
  const KnownCollection& now = beds.stretches[1];
  EXPECT_EQ(now.days, (DayRange{DayOf("2025-04-01"), std::nullopt}));
  EXPECT_EQ(now.period_kind, PeriodKind::kQuarter);
  ASSERT_TRUE(now.window.has_value());
  EXPECT_EQ(now.window->due_day, 10);
  ASSERT_NE(now.calendar, nullptr);
  EXPECT_EQ(now.calendar->IsWorkingDay(DayOf("2025-04-18")), false);
  EXPECT_EQ(now.return_minutes[Lens::kGathering], 60u);
  EXPECT_EQ(now.item_minutes.at("b")[Lens::kQualityAssurance], 7u);
  ASSERT_THAT(beds.frames, SizeIs(2));
  EXPECT_EQ(beds.frames[0].organisation, "RCF");
  EXPECT_FALSE(beds.frames[0].last.has_value());
  EXPECT_EQ(beds.frames[1].last->ToString(), "2025-Q4");
  EXPECT_THAT(beds.items_of_version.at(1), ElementsAre("a"));
  EXPECT_THAT(beds.items_of_version.at(2), ElementsAre("a", "b"));
  EXPECT_EQ(known->collections.at("Lone").stretches[0].calendar, nullptr);
}

TEST(KnownCatalogueTest, OrganisationsAreOpenThroughTheirLastDay) {
  CatalogueMessages messages;
  messages.organisations = {Read<catalogue::v1::Organisation>(
      "code: 'RLQ' type: ORGANISATION_TYPE_PROVIDER open_date: '2016-04-01' "
      "close_date: '2025-03-31' "
      "relationships { kind: RELATIONSHIP_KIND_PROVIDER_TO_ICB parent: 'QGH' "
      "from_date: '2022-07-01' lead: true } "
      "relationships { kind: RELATIONSHIP_KIND_PROVIDER_TO_NATION parent: 'X24' "
      "from_date: '2016-04-01' to_date: '2022-06-30' share_millionths: 1000000 }")};
  const auto known = BuildKnownCatalogue(messages);
  ASSERT_THAT(known, IsOk());
  const KnownOrganisation& trust = known->organisations.at("RLQ");
  EXPECT_EQ(trust.type, OrganisationType::kProvider);
  EXPECT_TRUE(trust.open.Covers(DayOf("2025-03-31")));
  EXPECT_FALSE(trust.open.Covers(DayOf("2025-04-01")));
  EXPECT_FALSE(trust.open.Covers(DayOf("2016-03-31")));
  ASSERT_THAT(trust.relationships, SizeIs(2));
  EXPECT_EQ(trust.relationships[0].kind, RelationshipKind::kProviderToNation);
  EXPECT_EQ(trust.relationships[0].to, DayOf("2022-06-30"));
  EXPECT_FALSE(trust.relationships[0].lead);
  EXPECT_EQ(trust.relationships[1].parent, "QGH");
  EXPECT_TRUE(trust.relationships[1].lead);
  EXPECT_EQ(trust.relationships[1].child, "RLQ");
}

TEST(KnownCatalogueTest, AnEditionEndsWhereTheNextOneBegins) {
  CatalogueMessages messages;
  messages.guidance = {
      Read<catalogue::v1::Guidance>(
          "code: 'DCB' version: 4 edition: '1.0' valid_from: '2020-01-01' "
          "valid_until: '2021-12-31' items: 'b'"),
      Read<catalogue::v1::Guidance>("code: 'DCB' version: 3 edition: '3' valid_from: '2024-04-01'"),
      Read<catalogue::v1::Guidance>(
          "code: 'DCB' version: 2 edition: '2.1' valid_from: '2022-01-01' collections: 'Beds'"),
      Read<catalogue::v1::Guidance>(
          "code: 'DCB' version: 1 edition: '1.0' valid_from: '2019-01-01'"),
  };
  const auto known = BuildKnownCatalogue(messages);
  ASSERT_THAT(known, IsOk());
  ASSERT_THAT(known->guidance, SizeIs(3));
  EXPECT_EQ(known->guidance[0].edition, "1.0");
  EXPECT_EQ(known->guidance[0].days, (DayRange{DayOf("2020-01-01"), DayOf("2022-01-01")}));
  EXPECT_THAT(known->guidance[0].items, ElementsAre("b"));
  EXPECT_EQ(known->guidance[1].days, (DayRange{DayOf("2022-01-01"), DayOf("2024-04-01")}));
  EXPECT_THAT(known->guidance[1].collections, ElementsAre("Beds"));
  EXPECT_EQ(known->guidance[2].days, (DayRange{DayOf("2024-04-01"), std::nullopt}));
}

TEST(KnownCatalogueTest, WhatCannotBeReadIsNamed) {
  CatalogueMessages messages;
  messages.items = {Read<catalogue::v1::DataItem>("code: 'rate' formula: 'a /'")};
  EXPECT_THAT(std::string(BuildKnownCatalogue(messages).status().message()),
              ::testing::StartsWith("the definition of item rate cannot be read: "));
}

TEST(MatchingRulesTest, EachClassOfChangeHasItsNotice) {
  const MatchingRules rules = MatchingRulesOf(Read<requests::v1::RequestRules>(
      "notice { change_class: CHANGE_CLASS_EXISTING_ITEMS days: 28 } "
      "notice { change_class: CHANGE_CLASS_NEW_DETAIL days: 90 } "
      "notice { change_class: CHANGE_CLASS_NEW_ITEMS days: 180 } "
      "synonyms { words: 'a&e' words: 'ed' } near_duplicate_from: 700 "
      "new_item_minutes { gathering: 3 } new_collection_minutes { transmission: 9 }"));
  EXPECT_EQ(rules.notice_days_existing, 28u);
  EXPECT_EQ(rules.notice_days_detail, 90u);
  EXPECT_EQ(rules.notice_days_new, 180u);
  EXPECT_THAT(rules.synonyms, ElementsAre(ElementsAre("a&e", "ed")));
  EXPECT_EQ(rules.near_duplicate_from, 700u);
  EXPECT_EQ(rules.new_item_minutes[Lens::kGathering], 3u);
  EXPECT_EQ(rules.new_collection_minutes[Lens::kTransmission], 9u);
  // Nothing said is never: not from nothing on.
  EXPECT_EQ(MatchingRulesOf({}).near_duplicate_from, 1'001u);
}

}  // namespace
}  // namespace onereturn::ingestion
