#include "services/ingestion/definitions/request_match.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/period/london_day.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;

Period MonthOf(const std::string& text) { return Period::Parse(text).value(); }

Ask TwoLines() {
  Ask ask;
  ask.lines.resize(2);
  ask.organisations = {"RCF", "RLQ"};
  ask.periods = {MonthOf("2025-04"), MonthOf("2025-05")};
  return ask;
}

// The first line is held but for what a formula makes of it, the second is new.
MatchResult TwoLinesFound() {
  MatchResult result;
  result.lines.resize(2);
  result.lines[0].item = "rate";
  result.lines[0].is_item = true;
  result.lines[0].triples[static_cast<size_t>(CoverageClass::kExact)] = 3;
  result.lines[0].triples[static_cast<size_t>(CoverageClass::kDerivable)] = 1;
  result.lines[0].source = "Beds";
  result.lines[1].triples[static_cast<size_t>(CoverageClass::kNew)] = 4;
  result.blocks.push_back({0,
                           CoverageClass::kExact,
                           {"RCF"},
                           {MonthOf("2025-04"), MonthOf("2025-05")},
                           "Beds",
                           "Held as it is asked.",
                           2,
                           2});
  result.concerns = {{ConcernKind::kConflictDate, std::nullopt, "collections/Beds", "Too soon.", 0},
                     {ConcernKind::kNearDuplicate, 1, "items/rate", "Like the rate.", 812}};
  Gap gap;
  gap.items = {"line 2"};
  gap.organisations = {"RCF", "RLQ"};
  gap.periods = {MonthOf("2025-04")};
  gap.due = LondonTime(CivilDay::Parse("2025-07-01").value(), 0);
  gap.awaited = true;
  result.gaps = {gap};
  result.prices["RCF"].avoided[Lens::kGathering] = 30;
  result.prices["RLQ"].avoided[Lens::kGathering] = 12;
  result.prices["RLQ"].outstanding[Lens::kTransmission] = 5;
  result.parts = 8;
  result.parts_held = 4;
  result.change_class = ChangeClass::kNewItems;
  result.notice_days = 180;
  result.last_due = CivilDay::Parse("2025-06-30").value();
  return result;
}

TEST(RequestMatchTest, TheSummaryAddsUpWhatWasFound) {
  const requests::v1::Match match = MessageOf(TwoLinesFound(), TwoLines(), 77);
  const requests::v1::MatchSummary& summary = match.summary();
  EXPECT_EQ(summary.sequence(), 77u);
  EXPECT_EQ(summary.triples(), 8u);
  EXPECT_EQ(summary.exact(), 3u);
  EXPECT_EQ(summary.derivable(), 1u);
  EXPECT_EQ(summary.new_triples(), 4u);
  EXPECT_EQ(summary.rollup() + summary.fresher() + summary.finer(), 0u);
  EXPECT_EQ(summary.lines(), 2u);
  EXPECT_EQ(summary.lines_held(), 1u);
  EXPECT_EQ(summary.lines_derivable(), 1u);
  EXPECT_EQ(summary.lines_new(), 1u);
  EXPECT_EQ(summary.parts(), 8u);
  EXPECT_EQ(summary.parts_held(), 4u);
  EXPECT_EQ(summary.avoided().gathering(), 42u);
  EXPECT_EQ(summary.outstanding().transmission(), 5u);
  EXPECT_EQ(summary.change_class(), requests::v1::CHANGE_CLASS_NEW_ITEMS);
  EXPECT_EQ(summary.notice_days(), 180u);
  EXPECT_EQ(summary.last_due_date(), "2025-06-30");
  EXPECT_THAT(summary.concerns(), ElementsAre(requests::v1::CONCERN_KIND_NEAR_DUPLICATE,
                                              requests::v1::CONCERN_KIND_CONFLICT_DATE));
}

// An item that is held of months, which may not be summed, and is asked by quarter.
TEST(RequestMatchTest, AnItemThatWouldBeCollectedAnewIsNew) {
  MatchResult result = TwoLinesFound();
  result.lines[1].item = "waiting";
  result.lines[1].is_item = true;
  EXPECT_EQ(MessageOf(result, TwoLines(), 77).summary().lines_new(), 0u);
  result.lines[1].new_figure = "waiting";
  EXPECT_EQ(MessageOf(result, TwoLines(), 77).summary().lines_new(), 1u);
}

TEST(RequestMatchTest, LinesAreCountedFromOneAndMomentsBecomeTheirLastDay) {
  const requests::v1::Match match = MessageOf(TwoLinesFound(), TwoLines(), 77);
  ASSERT_EQ(match.lines_size(), 2);
  EXPECT_EQ(match.lines(1).line(), 2u);
  EXPECT_EQ(match.lines(0).source(), "Beds");
  EXPECT_EQ(match.blocks(0).line(), 1u);
  EXPECT_THAT(match.blocks(0).periods(), ElementsAre("2025-04", "2025-05"));
  EXPECT_EQ(match.concerns(0).line(), 0u);
  EXPECT_EQ(match.concerns(1).line(), 2u);
  EXPECT_EQ(match.concerns(1).likeness(), 812u);
  // Midnight after it is the first moment that is late.
  EXPECT_EQ(match.gaps(0).due_date(), "2025-06-30");
  EXPECT_TRUE(match.gaps(0).awaited());
  ASSERT_EQ(match.prices_size(), 2);
  EXPECT_EQ(match.prices(1).organisation(), "RLQ");
  EXPECT_EQ(match.prices(1).outstanding().transmission(), 5u);
}

TEST(RequestMatchTest, ALineOfWhichSomePartsAreMissingIsNotHeld) {
  MatchResult result = TwoLinesFound();
  result.lines[0].subset = true;
  EXPECT_EQ(MessageOf(result, TwoLines(), 1).summary().lines_held(), 0u);
}

TEST(RequestMatchTest, TheDigestIsOfAllButTheSequence) {
  const requests::v1::Match match = MessageOf(TwoLinesFound(), TwoLines(), 77);
  const requests::v1::Match later = MessageOf(TwoLinesFound(), TwoLines(), 78);
  EXPECT_EQ(match.summary().digest().size(), 32u);
  EXPECT_EQ(match.summary().digest(), later.summary().digest());
  const Digest again = DigestOf(match);
  EXPECT_EQ(match.summary().digest(), DigestBytes(again));
  MatchResult other = TwoLinesFound();
  other.prices["RLQ"].outstanding[Lens::kTransmission] = 6;
  EXPECT_NE(MessageOf(other, TwoLines(), 77).summary().digest(), match.summary().digest());
}

}  // namespace
}  // namespace onereturn::ingestion
