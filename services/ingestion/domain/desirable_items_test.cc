// Items that simplified mode suspends: their cells may be left out, one by one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/ingestion/domain/judgement.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Deaths are essential; beds, by day and night, are not.
Collection DeathsAndBeds() {
  Collection collection;
  collection.code = "BOTH";
  collection.items["beds"] = ItemSpec{"beds", {{"sector", {"day", "night"}}}, false};
  collection.items["deaths"] = ItemSpec{"deaths", {}};
  collection.rules.push_back(RuleSpec{"SUM",
                                      Severity::kError,
                                      "More deaths than beds.",
                                      "",
                                      Expression::Parse("sum(deaths) <= sum(beds)").value(),
                                      {}});
  RuleSpec whole{
      "LARGE", Severity::kError, "Too large.", "", Expression::Parse("cell < 100").value(), {}};
  whole.each_cell = true;
  collection.rules.push_back(whole);
  return collection;
}

Cell FigureOf(const std::string& item, const std::string& sector, int64_t figure) {
  Cell cell;
  cell.item = item;
  if (!sector.empty()) cell.dimensions = {{"sector", sector}};
  cell.value = Decimal::FromWhole(figure);
  return cell;
}

Judgement JudgementOf(std::vector<Cell> cells, DesirableItems desirable) {
  Submission submission;
  submission.organisation = "RDY";
  submission.cells = std::move(cells);
  return Judge(DeathsAndBeds(), Period::Parse("2024-08").value(), submission, ReturnHistory(),
               desirable);
}

std::vector<std::string> FoundIn(std::vector<Cell> cells, DesirableItems desirable) {
  std::vector<std::string> codes;
  const Judgement judgement = JudgementOf(std::move(cells), desirable);
  for (const Finding& one : judgement.findings.kept()) {
    codes.push_back(one.code);
  }
  return codes;
}

TEST(DesirableItemsTest, AreOwedAsAllOthersOutsideSimplifiedMode) {
  EXPECT_THAT(
      FoundIn({FigureOf("beds", "day", 1), FigureOf("deaths", "", 2)}, DesirableItems::kOwed),
      ElementsAre("CELL_MISSING", "SUM"));
}

TEST(DesirableItemsTest, MayBeLeftOutInIt) {
  const Judgement judgement = JudgementOf({FigureOf("deaths", "", 1)}, DesirableItems::kSuspended);
  EXPECT_EQ(judgement.verdict, Verdict::kValid);
  EXPECT_EQ(judgement.cell_count, 1u);
  ASSERT_EQ(judgement.findings.kept().size(), 1u);
  const Finding& told = judgement.findings.kept()[0];
  EXPECT_EQ(told.code, "SIMPLIFIED_MODE");
  EXPECT_EQ(told.severity, Severity::kInfo);
  EXPECT_THAT(told.message, HasSubstr("2 of their figures are not there (beds)"));
}

TEST(DesirableItemsTest, ARuleOfAnItemThatIsLeftOutInPartIsNotDecided) {
  const std::vector<Cell> part = {FigureOf("beds", "day", 1), FigureOf("deaths", "", 2)};
  EXPECT_THAT(FoundIn(part, DesirableItems::kSuspended), ElementsAre("SIMPLIFIED_MODE"));
  const std::vector<Cell> large = {FigureOf("beds", "day", 100), FigureOf("deaths", "", 2)};
  EXPECT_THAT(FoundIn(large, DesirableItems::kSuspended), ElementsAre("SIMPLIFIED_MODE", "LARGE"));
}

TEST(DesirableItemsTest, WhatIsThereIsJudgedAsEver) {
  EXPECT_THAT(
      FoundIn({FigureOf("beds", "day", 1), FigureOf("beds", "night", 0), FigureOf("deaths", "", 2)},
              DesirableItems::kSuspended),
      ElementsAre("SUM"));
  EXPECT_THAT(
      FoundIn({FigureOf("beds", "day", 1), FigureOf("beds", "night", 1), FigureOf("deaths", "", 2)},
              DesirableItems::kSuspended),
      IsEmpty());
  EXPECT_THAT(FoundIn({FigureOf("beds", "day", 1)}, DesirableItems::kSuspended),
              ElementsAre("CELL_MISSING", "SIMPLIFIED_MODE"));
  EXPECT_THAT(
      FoundIn({FigureOf("beds", "dusk", 1), FigureOf("deaths", "", 1)}, DesirableItems::kSuspended),
      ElementsAre("CELL_DIMENSION"));
}

}  // namespace
}  // namespace onereturn::ingestion
