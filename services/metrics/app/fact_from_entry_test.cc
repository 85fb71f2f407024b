#include "services/metrics/app/fact_from_entry.h"

#include <gtest/gtest.h>

#include <string>

#include "common/status/error.h"
#include "onereturn/timetable/v1/timetable.pb.h"
#include "services/metrics/app/convert.h"
#include "services/metrics/domain/testing/ae_metrics.h"

namespace onereturn::metrics {
namespace {

feed::v1::Entry EntryOf(feed::v1::EntryKind kind, const google::protobuf::Message& fact) {
  feed::v1::Entry entry;
  entry.set_kind(kind);
  entry.set_format(1);
  entry.set_epoch(1);
  entry.set_sequence(7);
  entry.set_fact(fact.SerializeAsString());
  return entry;
}

absl::StatusOr<Fact> CollectionFact(catalogue::v1::PeriodKind kind) {
  feed::v1::CollectionDefined defined;
  defined.mutable_collection()->set_code("c");
  defined.mutable_collection()->set_version(3);
  defined.mutable_collection()->set_period_kind(kind);
  return FactFromEntry(EntryOf(feed::v1::ENTRY_KIND_COLLECTION_DEFINED, defined), {});
}

TEST(FactFromEntryTest, ACollectionKeepsItsFirstPeriodAndItsEnd) {
  feed::v1::CollectionDefined defined;
  defined.mutable_collection()->set_code("c");
  defined.mutable_collection()->set_period_kind(catalogue::v1::PERIOD_KIND_MONTH);
  defined.mutable_collection()->set_valid_from_period("2027-04");
  defined.mutable_collection()->set_retired_from_period("2028-04");
  const auto entry = EntryOf(feed::v1::ENTRY_KIND_COLLECTION_DEFINED, defined);
  const Collection collection = std::get<Collection>(FactFromEntry(entry, {})->content);
  EXPECT_EQ(collection.valid_from, Period::Parse("2027-04").value());
  EXPECT_EQ(collection.retired_from, Period::Parse("2028-04").value());
  defined.mutable_collection()->set_valid_from_period("April");
  EXPECT_EQ(
      ReasonOf(
          FactFromEntry(EntryOf(feed::v1::ENTRY_KIND_COLLECTION_DEFINED, defined), {}).status()),
      Reason::kFeedBroken);
}

// What the catalogue's stewards do besides is of no use to metrics, and still one of the sequence.
TEST(FactFromEntryTest, OtherFactsOfTheCatalogueArePassedOver) {
  for (const feed::v1::EntryKind kind :
       {feed::v1::ENTRY_KIND_GUIDANCE_DEFINED, feed::v1::ENTRY_KIND_RESPONSIBILITY_DEFINED,
        feed::v1::ENTRY_KIND_CHANGE_PROPOSED, feed::v1::ENTRY_KIND_CHANGE_ANSWERED,
        feed::v1::ENTRY_KIND_CHANGE_REFUSED, feed::v1::ENTRY_KIND_CHANGE_WITHDRAWN}) {
    const auto fact = FactFromEntry(EntryOf(kind, feed::v1::GuidanceDefined()), {});
    ASSERT_TRUE(fact.ok());
    EXPECT_TRUE(std::holds_alternative<UnusedFact>(fact->content));
    EXPECT_EQ(fact->sequence, 7u);
  }
}

// The register of data requests: kinds 90 to 108.
TEST(FactFromEntryTest, FactsOfDataRequestsArePassedOver) {
  for (int kind = feed::v1::ENTRY_KIND_REQUEST_DRAFTED; kind <= feed::v1::ENTRY_KIND_ITEM_KEPT;
       ++kind) {
    ASSERT_TRUE(feed::v1::EntryKind_IsValid(kind));
    const auto entry = EntryOf(static_cast<feed::v1::EntryKind>(kind), feed::v1::ItemDefined());
    const absl::StatusOr<Fact> fact = FactFromEntry(entry, {});
    ASSERT_TRUE(fact.ok()) << kind << ": " << fact.status();
    EXPECT_TRUE(std::holds_alternative<UnusedFact>(fact->content)) << kind;
    EXPECT_EQ(fact->sequence, 7u);
  }
}

TEST(FactFromEntryTest, ACollectionKeepsTheKindOfItsPeriods) {
  const std::pair<catalogue::v1::PeriodKind, PeriodKind> kinds[] = {
      {catalogue::v1::PERIOD_KIND_MONTH, PeriodKind::kMonth},
      {catalogue::v1::PERIOD_KIND_QUARTER, PeriodKind::kQuarter},
      {catalogue::v1::PERIOD_KIND_WEEK, PeriodKind::kWeek},
      {catalogue::v1::PERIOD_KIND_DAY, PeriodKind::kDay},
      {catalogue::v1::PERIOD_KIND_CALENDAR_YEAR, PeriodKind::kCalendarYear},
      {catalogue::v1::PERIOD_KIND_FINANCIAL_YEAR, PeriodKind::kFinancialYear},
  };
  for (const auto& [wire, kind] : kinds) {
    const absl::StatusOr<Fact> fact = CollectionFact(wire);
    ASSERT_TRUE(fact.ok()) << fact.status();
    EXPECT_EQ(std::get<Collection>(fact->content), (Collection{"c", 3, {}, kind}));
  }
  EXPECT_EQ(ReasonOf(CollectionFact(catalogue::v1::PERIOD_KIND_UNSPECIFIED).status()),
            Reason::kFeedBroken);
}

absl::StatusOr<Fact> MetricFact(const v1::Metric& metric) {
  feed::v1::MetricDefined defined;
  *defined.mutable_metric() = metric;
  return FactFromEntry(EntryOf(feed::v1::ENTRY_KIND_METRIC_DEFINED, defined), {});
}

TEST(FactFromEntryTest, WhatWasAcceptedUnderOlderRulesIsTakenAsItIs) {
  MetricDefinition definition = FourHour("four_hour");
  definition.display_name = "";
  definition.eligibility_text = "";
  const v1::Metric wire = ToWire(DefinitionRecord{definition, 0});
  ASSERT_EQ(ReasonOf(DefinitionFromWire(wire).status()), Reason::kDefinitionInvalid);
  const absl::StatusOr<Fact> fact = MetricFact(wire);
  ASSERT_TRUE(fact.ok()) << fact.status();
  EXPECT_EQ(std::get<MetricDefinition>(fact->content), definition);
}

// What time caused, and kinds that came after this code: proved and counted like every other.
TEST(FactFromEntryTest, WhatIsOfNoUseIsStillOneOfTheSequence) {
  timetable::v1::WindowClosed closed;
  closed.set_collection("c");
  for (const int kind : {12, 13, 14, 15, 16, 17, 999}) {
    const absl::StatusOr<Fact> fact =
        FactFromEntry(EntryOf(static_cast<feed::v1::EntryKind>(kind), closed), {});
    ASSERT_TRUE(fact.ok()) << kind << " " << fact.status();
    EXPECT_TRUE(std::holds_alternative<UnusedFact>(fact->content)) << kind;
    EXPECT_EQ(fact->sequence, 7) << kind;
  }
}

TEST(FactFromEntryTest, WhatCannotBeComputedIsABrokenFeed) {
  const v1::Metric good = ToWire(DefinitionRecord{FourHour("four_hour"), 0});
  ASSERT_TRUE(MetricFact(good).ok());
  v1::Metric bad = good;
  bad.set_target("95 per cent");
  EXPECT_EQ(ReasonOf(MetricFact(bad).status()), Reason::kFeedBroken);
  bad = good;
  bad.set_direction(static_cast<v1::Direction>(9));
  EXPECT_EQ(ReasonOf(MetricFact(bad).status()), Reason::kFeedBroken);
  bad = good;
  for (int i = 0; i < 33; ++i) bad.mutable_pairing()->add_items("item");
  EXPECT_EQ(ReasonOf(MetricFact(bad).status()), Reason::kFeedBroken);
}

}  // namespace
}  // namespace onereturn::metrics
