// Roll-ups, positions and trends over a handful of providers, worked out by hand.
#include "services/metrics/domain/value.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "common/cells/cell_chunk.h"
#include "common/status/error.h"
#include "services/metrics/domain/league.h"
#include "services/metrics/domain/projection.h"
#include "services/metrics/domain/testing/ae_metrics.h"
#include "services/metrics/domain/testing/memory_tables.h"
#include "services/metrics/domain/trend.h"

namespace onereturn::metrics {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr CivilDay kLongAgo{2000, 1, 1};

Organisation OfType(const std::string& code, OrganisationType type) {
  Organisation organisation;
  organisation.code = code;
  organisation.name = "The " + code;
  organisation.type = type;
  organisation.open_date = kLongAgo;
  return organisation;
}

Relationship Tie(RelationshipKind kind, const std::string& child, const std::string& parent,
                 CivilDay from = kLongAgo, std::optional<CivilDay> to = std::nullopt) {
  return Relationship{child, parent, kind, from, to, 0, true};
}

Period Month(const char* text) { return Period::Parse(text).value(); }

class ValueTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Open();
    Add(OfType("X24", OrganisationType::kNationalBody));
    Organisation region = OfType("Y61", OrganisationType::kRegion);
    region.relationships = {Tie(RelationshipKind::kRegionToNation, "Y61", "X24")};
    Add(region);
    Add(OfType("QHG", OrganisationType::kIcb));
    Add(OfType("S1Y", OrganisationType::kIcb));
    // RC9 moved from one ICB to another on 1 April 2026; RXX has no ICB recorded.
    Organisation moved = OfType("RC9", OrganisationType::kProvider);
    moved.relationships = {
        Tie(RelationshipKind::kProviderToIcb, "RC9", "QHG", CivilDay{2022, 7, 1},
            CivilDay{2026, 3, 31}),
        Tie(RelationshipKind::kProviderToIcb, "RC9", "S1Y", CivilDay{2026, 4, 1}),
        Tie(RelationshipKind::kProviderToRegion, "RC9", "Y61")};
    Add(moved);
    Organisation alone = OfType("RXX", OrganisationType::kProvider);
    alone.relationships = {Tie(RelationshipKind::kProviderToRegion, "RXX", "Y61")};
    Add(alone);
    Collection collection{kAeCollection, 1, {}};
    collection.frames = {{"RC9", Month("2022-01"), std::nullopt},
                         {"RXX", Month("2022-01"), Month("2026-04")}};
    Add(collection);
    TakeMetric(FourHour("four_hour"));
  }

  void Open() { projection_ = Projection::Open(&tables_).value(); }

  void Add(FactContent content, uint64_t epoch = 1) {
    ++time_micros_;
    const Fact fact{epoch, projection_->cursor(Feed::kIngestion).sequence + 1, time_micros_,
                    std::move(content)};
    const CursorNote note{1, time_micros_, "", true};
    ASSERT_TRUE(projection_->Apply(Feed::kIngestion, {fact}, note).ok());
  }

  void TakeMetric(MetricDefinition definition) {
    ++time_micros_;
    const Fact fact{1, projection_->cursor(Feed::kMetrics).sequence + 1, time_micros_,
                    std::move(definition)};
    ASSERT_TRUE(
        projection_->Apply(Feed::kMetrics, {fact}, CursorNote{1, time_micros_, "", true}).ok());
  }

  void Backfill() {
    while (projection_->BackfillStep(100, 1 << 20).value()) {
    }
  }

  void Return(const std::string& provider, const char* period, int64_t attendances,
              std::optional<int64_t> over4h, uint32_t revision = 1) {
    std::vector<Cell> cells(2);
    cells[0].item = "attendances";
    cells[1].item = "over4h";
    for (Cell& cell : cells) cell.dimensions = {{"booked", "no"}, {"department", "type1"}};
    cells[0].value = Decimal::FromWhole(attendances);
    if (over4h.has_value()) cells[1].value = Decimal::FromWhole(*over4h);
    Add(AcceptedReturn{provider, kAeCollection, Month(period), revision, PackCells(cells).value()});
  }

  // Of the newest version at a position; without one: now.
  absl::StatusOr<MetricValue> Ask(const std::string& organisation, const char* period,
                                  const RequestedPosition& at = {},
                                  std::optional<CivilDay> restated_on = std::nullopt) {
    const auto reader = tables_.Snapshot();
    const absl::StatusOr<Position> position = ResolvePosition(*reader, at);
    if (!position.ok()) return position.status();
    MetricReader metric_reader(reader.get(), *position);
    metric_reader.RestateOn(restated_on);
    const auto record = metric_reader.Definition("four_hour", 0);
    if (!record.ok()) return record.status();
    return metric_reader.Value(record->definition, organisation, Month(period));
  }

  FeedPosition Here() const {
    const FeedCursor& cursor = projection_->cursor(Feed::kIngestion);
    return {cursor.epoch, cursor.sequence};
  }

  MemoryTables tables_;
  std::unique_ptr<Projection> projection_;
  int64_t time_micros_ = 1'000;
};

TEST_F(ValueTest, NobodyHasSentAnything) {
  Backfill();
  const MetricValue value = Ask("QHG", "2023-04").value();
  EXPECT_EQ(value.state, ValueState::kMissing);
  EXPECT_EQ(value.coverage.expected, 1u);
  EXPECT_THAT(value.coverage.missing, ElementsAre("RC9"));
}

TEST_F(ValueTest, ALateDefinitionIsNeverAnsweredInPart) {
  EXPECT_EQ(ReasonOf(Ask("RC9", "2023-04").status()), Reason::kNotCaughtUp);
  ASSERT_TRUE(projection_->BackfillStep(1, 1 << 20).value());
  EXPECT_EQ(ReasonOf(Ask("RC9", "2023-04").status()), Reason::kNotCaughtUp);
  Backfill();
  EXPECT_TRUE(Ask("RC9", "2023-04").ok());
}

TEST_F(ValueTest, RollUpFollowsTheMapOfThePeriodsLastDay) {
  Backfill();
  for (const char* period : {"2022-06", "2022-07", "2026-03", "2026-04"}) {
    Return("RC9", period, 100, 40);
    Return("RXX", period, 50, 0);
  }
  // No ICB existed in June 2022.
  EXPECT_EQ(Ask("QHG", "2022-06")->state, ValueState::kNotApplicable);
  EXPECT_EQ(DisplayValue(FourHour("four_hour"), Ask("QHG", "2022-07").value()), "60.0 %");
  EXPECT_EQ(Ask("QHG", "2026-03")->state, ValueState::kValue);
  EXPECT_EQ(Ask("QHG", "2026-04")->state, ValueState::kNotApplicable);
  EXPECT_EQ(Ask("S1Y", "2026-03")->state, ValueState::kNotApplicable);
  EXPECT_EQ(Ask("S1Y", "2026-04")->state, ValueState::kValue);
  // The region has both, and so has England, with or without ICBs: 110 of 150.
  for (const char* period : {"2022-06", "2026-04"}) {
    for (const char* code : {"Y61", "X24"}) {
      const MetricValue value = Ask(code, period).value();
      EXPECT_EQ(value.ratio, Ratio(Int128{110'000'000}, Int128{150'000'000}, 100))
          << code << period;
      EXPECT_EQ(value.coverage.included, 2u);
    }
  }
  EXPECT_THAT(Ask("Y61", "2022-06")->coverage.no_icb_recorded, IsEmpty());
  EXPECT_THAT(Ask("X24", "2026-04")->coverage.no_icb_recorded, ElementsAre("RXX"));
  // It neither owes nor sent figures of that month, so nothing of it enters anything.
  EXPECT_THAT(Ask("X24", "2026-05")->coverage.no_icb_recorded, IsEmpty());
}

TEST_F(ValueTest, RestatedItFollowsTheMapOfTheDayThatIsNamed) {
  Backfill();
  for (const char* period : {"2022-06", "2026-04"}) {
    Return("RC9", period, 100, 40);
    Return("RXX", period, 50, 0);
  }
  const CivilDay first_day{2022, 7, 1}, last_day{2026, 3, 31}, later{2026, 4, 1};
  EXPECT_EQ(Ask("QHG", "2022-06", {}, first_day)->state, ValueState::kValue);
  EXPECT_EQ(Ask("QHG", "2022-06", {}, CivilDay{2022, 6, 30})->state, ValueState::kNotApplicable);
  EXPECT_EQ(Ask("S1Y", "2022-06", {}, last_day)->state, ValueState::kNotApplicable);
  const MetricValue value = Ask("S1Y", "2022-06", {}, later).value();
  EXPECT_EQ(value.ratio, Ratio(Int128{60'000'000}, Int128{100'000'000}, 100));
  EXPECT_EQ(value.restated_on, later);
  // Back in time as well: April 2026 by the map of March.
  EXPECT_EQ(Ask("QHG", "2026-04", {}, last_day)->state, ValueState::kValue);
  EXPECT_EQ(Ask("X24", "2022-06", {}, later)->ratio,
            Ratio(Int128{110'000'000}, Int128{150'000'000}, 100));
  // A provider's own figures are never restated, and what is not asked for is not.
  EXPECT_EQ(Ask("RC9", "2022-06", {}, later)->restated_on, std::nullopt);
  EXPECT_EQ(Ask("X24", "2022-06")->restated_on, std::nullopt);
}

TEST_F(ValueTest, WhatIsKnownByItsReturnsAloneCountsInItsNation) {
  Organisation unknown = OfType("RZZ", OrganisationType::kUnknown);
  unknown.relationships = {
      Tie(RelationshipKind::kProviderToNation, "RZZ", "X24", CivilDay{2016, 4, 1})};
  Add(unknown);
  // Tied both ways, it counts once.
  Organisation alone = OfType("RXX", OrganisationType::kProvider);
  alone.relationships = {Tie(RelationshipKind::kProviderToRegion, "RXX", "Y61"),
                         Tie(RelationshipKind::kProviderToNation, "RXX", "X24")};
  Add(alone);
  Backfill();
  for (const char* period : {"2016-03", "2016-04"}) {
    Return("RC9", period, 100, 40);
    Return("RXX", period, 50, 0);
    Return("RZZ", period, 10, 10);
  }
  EXPECT_EQ(Ask("X24", "2016-03")->ratio, Ratio(Int128{110'000'000}, Int128{150'000'000}, 100));
  EXPECT_EQ(Ask("X24", "2016-04")->ratio, Ratio(Int128{110'000'000}, Int128{160'000'000}, 100));
  EXPECT_EQ(Ask("Y61", "2016-04")->ratio, Ratio(Int128{110'000'000}, Int128{150'000'000}, 100));
  EXPECT_EQ(Ask("RZZ", "2016-04")->ratio, Ratio(Int128{0}, Int128{10'000'000}, 100));
  const auto reader = tables_.Snapshot();
  MetricReader metric_reader(reader.get(), ResolvePosition(*reader, {}).value());
  const MetricDefinition definition = metric_reader.Definition("four_hour", 0)->definition;
  const auto providers =
      metric_reader.Values(definition, OrganisationType::kProvider, Month("2016-04")).value();
  ASSERT_EQ(providers.size(), 3u);
  EXPECT_EQ(providers[2].organisation, "RZZ");
  EXPECT_EQ(metric_reader.Values(definition, OrganisationType::kUnknown, Month("2016-04"))->size(),
            1u);
}

TEST_F(ValueTest, CoverageNamesWhoIsMissingAndWhoDoesNotCollect) {
  Backfill();
  Return("RC9", "2023-04", 100, std::nullopt);
  MetricValue value = Ask("Y61", "2023-04").value();
  EXPECT_EQ(value.state, ValueState::kNotCollected);
  EXPECT_EQ(value.coverage.included, 0u);
  EXPECT_EQ(value.coverage.expected, 2u);
  EXPECT_THAT(value.coverage.missing, ElementsAre("RXX"));
  EXPECT_THAT(value.coverage.not_collected, ElementsAre("RC9"));
  Return("RXX", "2023-04", 50, 10);
  value = Ask("Y61", "2023-04").value();
  EXPECT_EQ(DisplayValue(FourHour("four_hour"), value), "80.0 %");
  EXPECT_EQ(value.coverage.included, 1u);
}

TEST_F(ValueTest, AnotherKindOfPeriodIsRefusedAndNobodyIsMissing) {
  Backfill();
  Return("RC9", "2024-01", 100, 40);
  const absl::Status status = Ask("RC9", "2024-Q1").status();
  EXPECT_EQ(ReasonOf(status), Reason::kPeriod);
  EXPECT_THAT(std::string(status.message()), HasSubstr("MONTH"));
  const auto reader = tables_.Snapshot();
  MetricReader metric_reader(reader.get(), ResolvePosition(*reader, {}).value());
  const MetricDefinition definition = metric_reader.Definition("four_hour", 0)->definition;
  EXPECT_EQ(ReasonOf(ComputeLeague(&metric_reader, definition, Month("2024-W03")).status()),
            Reason::kPeriod);
  for (const TrendRange& range :
       {TrendRange{Month("2024-Q1"), std::nullopt}, TrendRange{std::nullopt, Month("FY2024")},
        TrendRange{Month("2024-Q1"), Month("2024-Q2")}}) {
    EXPECT_EQ(ReasonOf(ComputeTrend(&metric_reader, definition, "RC9", range, false).status()),
              Reason::kPeriod);
  }
}

TEST_F(ValueTest, WhatWasReturnedBeforeTheKindChangedIsStillServed) {
  Backfill();
  Return("RC9", "2024-01", 100, 40);
  const FeedPosition before = Here();
  Add(Collection{
      kAeCollection, 2, {{"RC9", Month("2024-Q2"), std::nullopt}}, PeriodKind::kQuarter});
  EXPECT_EQ(ReasonOf(Ask("RC9", "2024-Q2", {before, {}}).status()), Reason::kPeriod);
  EXPECT_EQ(Ask("RC9", "2024-Q2")->state, ValueState::kMissing);
  EXPECT_EQ(Ask("RC9", "2024-Q2")->coverage.expected, 1u);
  EXPECT_EQ(Ask("RC9", "2024-01")->state, ValueState::kValue);
  EXPECT_EQ(Ask("RC9", "2024-05")->coverage.expected, 0u);
}

TEST_F(ValueTest, APeriodIsOwedByTheVersionThatIsForIt) {
  Backfill();
  Add(Collection{kAeCollection, 2, {{"RC9", Month("2023-01"), std::nullopt}}});
  Add(Collection{kAeCollection, 3, {}, PeriodKind::kMonth, Month("2024-04"), std::nullopt});
  EXPECT_EQ(Ask("RC9", "2024-03")->coverage.expected, 1u);
  EXPECT_EQ(Ask("RC9", "2024-04")->coverage.expected, 0u);
  Add(Collection{kAeCollection,
                 4,
                 {{"RC9", Month("2023-01"), std::nullopt}},
                 PeriodKind::kMonth,
                 Month("2024-05"),
                 Month("2024-07")});
  EXPECT_EQ(Ask("RC9", "2024-04")->coverage.expected, 0u);
  EXPECT_EQ(Ask("RC9", "2024-06")->coverage.expected, 1u);
  EXPECT_EQ(Ask("RC9", "2024-07")->coverage.expected, 0u);
}

TEST_F(ValueTest, APositionKeepsItsAnswer) {
  Backfill();
  Return("RC9", "2023-04", 100, 40);
  const FeedPosition before = Here();
  Return("RC9", "2023-04", 100, 10, 2);
  Organisation moved = OfType("RC9", OrganisationType::kProvider);
  Add(moved);
  EXPECT_EQ(DisplayValue(FourHour("four_hour"), Ask("QHG", "2023-04", {before, {}}).value()),
            "60.0 %");
  EXPECT_EQ(DisplayValue(FourHour("four_hour"), Ask("RC9", "2023-04").value()), "90.0 %");
  EXPECT_EQ(Ask("QHG", "2023-04")->state, ValueState::kNotApplicable);
  EXPECT_EQ(ReasonOf(Ask("ZZZ", "2023-04").status()), Reason::kNotFound);
  EXPECT_EQ(ReasonOf(Ask("RC9", "2023-04", {FeedPosition{1, 1'000}, {}}).status()),
            Reason::kPositionAhead);
}

TEST_F(ValueTest, FiguresThatMayNotBeAddedDoNotRollUp) {
  Backfill();
  Return("RC9", "2023-04", 100, 40);
  Add(Item{"attendances", false});
  EXPECT_EQ(Ask("RC9", "2023-04")->state, ValueState::kValue);
  EXPECT_EQ(Ask("QHG", "2023-04")->state, ValueState::kNotApplicable);
}

TEST_F(ValueTest, ATimeResolvesOnlyOnceBothFeedsHaveSpokenLater) {
  Backfill();
  const auto reader = tables_.Snapshot();
  // The organisations and the collection took the times 1,001 to 1,007, the metric 1,008.
  EXPECT_EQ(ReasonOf(ResolveTime(*reader, 1'007).status()), Reason::kNotCaughtUp);
  ASSERT_TRUE(projection_->ApplyHeartbeat(Feed::kIngestion, CursorNote{1, 2'000, "", true}).ok());
  ASSERT_TRUE(projection_->ApplyHeartbeat(Feed::kMetrics, CursorNote{1, 2'000, "", true}).ok());
  EXPECT_EQ(ResolveTime(*reader, 1'003).value(), (Position{{1, 3}, {1, 0}}));
  EXPECT_EQ(ResolveTime(*reader, 1'999).value(), (Position{{1, 7}, {1, 1}}));
  EXPECT_EQ(ResolveTime(*reader, 5).value(), (Position{{1, 0}, {1, 0}}));
  EXPECT_EQ(ReasonOf(ResolveTime(*reader, 2'000).status()), Reason::kNotCaughtUp);
}

TEST_F(ValueTest, AGapOrAStepBackInTheFeedIsRefused) {
  const CursorNote note{1, 0, "", true};
  const uint64_t next = projection_->cursor(Feed::kIngestion).sequence + 1;
  EXPECT_EQ(ReasonOf(projection_->Apply(Feed::kIngestion, {Fact{1, next + 1, 9'000, UnusedFact{}}},
                                        note)),
            Reason::kFeedBroken);
  EXPECT_EQ(ReasonOf(projection_->Apply(Feed::kIngestion, {Fact{1, next, 1, UnusedFact{}}}, note)),
            Reason::kFeedBroken);
  EXPECT_EQ(ReasonOf(projection_->Apply(Feed::kIngestion, {Fact{2, next, 9'000, UnusedFact{}}},
                                        CursorNote{2, 0, "", true})),
            Reason::kEpochChanged);
}

TEST_F(ValueTest, ATrendNamesTheHolesAndSpansThem) {
  Backfill();
  Return("RC9", "2023-01", 100, 40);
  Return("RC9", "2023-02", 100, std::nullopt);
  Return("RC9", "2023-04", 100, 20);
  const auto reader = tables_.Snapshot();
  MetricReader metric_reader(reader.get(), ResolvePosition(*reader, {}).value());
  const MetricDefinition definition = metric_reader.Definition("four_hour", 0)->definition;
  const Trend trend = ComputeTrend(&metric_reader, definition, "RC9", {}, false).value();
  ASSERT_EQ(trend.values.size(), 2u);
  EXPECT_THAT(trend.missing, ElementsAre(MissingPeriod{Month("2023-02"), ValueState::kNotCollected},
                                         MissingPeriod{Month("2023-03"), ValueState::kMissing}));
  // 60 and 80: mean 70, moving range 20, limits 70 -/+ 53.2.
  EXPECT_DOUBLE_EQ(trend.chart.segments[0].mean, 70);
  EXPECT_NEAR(trend.chart.segments[0].limits->upper, 123.2, 1e-9);
  EXPECT_TRUE(trend.chart.segments[0].trial_limits);
  const auto charts = ComputeProviderTrends(&metric_reader, definition, Month("2023-03"), {"RC9"});
  EXPECT_EQ(charts->at("RC9").values.size(), 1u);
  EXPECT_EQ(ReasonOf(ComputeTrend(&metric_reader, definition, "RC9",
                                  {Month("2023-05"), Month("2023-01")}, false)
                         .status()),
            Reason::kPeriod);
}

}  // namespace
}  // namespace onereturn::metrics
