#include "services/ingestion/domain/stale_copy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/ingestion/domain/judgement.h"
#include "services/ingestion/domain/testing/ae_collection.h"

namespace onereturn::ingestion {
namespace {

using ::testing::HasSubstr;

using Figures = std::map<std::string, std::string>;

const Figures kUsual = {{"ae_attendances|type1|no", "6221"},
                        {"ae_over_four_hours|type1|no", "3000"},
                        {"ae_waits_over_twelve_hours", "35"}};

Figures But(const std::string& cell, const std::string& figure) {
  Figures changed = kUsual;
  changed[cell] = figure;
  return changed;
}

TEST(StaleCopyTest, TheNearestPeriodWithTheSameFiguresIsFound) {
  const StaleCopySpec spec{12, 3, Severity::kInfo};
  const std::vector<Cell> now = AeCells(kUsual);
  std::vector<Cell> turned = now;
  std::reverse(turned.begin(), turned.end());
  const ReturnHistory history = {
      {1, AeCells(But("ae_waits_over_twelve_hours", "36"))}, {3, turned}, {5, now}};
  EXPECT_EQ(PeriodsSinceCopied(spec, now, PastReturnsHeld(history)), 3u);
  EXPECT_EQ(PeriodsSinceCopied(spec, AeCells(But("ae_attendances|type1|no", "6222")),
                               PastReturnsHeld(history)),
            std::nullopt);
}

TEST(StaleCopyTest, WhatIsNoCopy) {
  const std::vector<Cell> now = AeCells(kUsual);
  const ReturnHistory history = {{2, now}};
  struct Row {
    const char* what;
    StaleCopySpec spec;
    std::optional<uint32_t> copied;
  };
  for (const Row& row : std::vector<Row>{{"within reach", {2, 3, Severity::kInfo}, 2},
                                         {"further back", {1, 3, Severity::kInfo}, std::nullopt},
                                         {"too few figures", {2, 4, Severity::kInfo}, std::nullopt},
                                         {"not looked for", {}, std::nullopt}}) {
    EXPECT_EQ(PeriodsSinceCopied(row.spec, now, PastReturnsHeld(history)), row.copied) << row.what;
  }
  // Another reason for a null is another return; so is a cell more or less.
  const StaleCopySpec spec{2, 1, Severity::kInfo};
  const ReturnHistory nulls = {{1, AeCells(But("ae_waits_over_twelve_hours", "WITHHELD"))}};
  EXPECT_EQ(PeriodsSinceCopied(spec, AeCells(But("ae_waits_over_twelve_hours", "NOT_COLLECTED")),
                               PastReturnsHeld(nulls)),
            std::nullopt);
  std::vector<Cell> fewer = now;
  fewer.pop_back();
  EXPECT_EQ(PeriodsSinceCopied(spec, fewer, PastReturnsHeld(history)), std::nullopt);
  const ReturnHistory nothing = {{1, {}}};
  EXPECT_EQ(PeriodsSinceCopied(spec, {}, PastReturnsHeld(nothing)), std::nullopt);
}

TEST(StaleCopyTest, ACopyIsAFindingThatAReasonAnswers) {
  Collection collection = AeCollection();
  collection.rules.clear();
  collection.stale_copy = {6, 3, Severity::kExplain};
  Submission submission;
  submission.organisation = "RLQ";
  submission.cells = AeCells(kUsual);
  const ReturnHistory history = {{2, AeCells(kUsual)}};
  const Period period = Period::Parse("2024-02").value();
  const Judgement asked = Judge(collection, period, submission, history);
  ASSERT_EQ(asked.findings.kept().size(), 1u);
  const Finding& finding = asked.findings.kept()[0];
  EXPECT_EQ(finding.code, "STALE_COPY");
  EXPECT_THAT(finding.message, HasSubstr("2023-12"));
  EXPECT_TRUE(finding.explanation_owed);
  EXPECT_EQ(asked.verdict, Verdict::kValidWithExplanations);
  submission.explanations = {{"STALE_COPY", std::nullopt, "The unit was closed in both."}};
  EXPECT_FALSE(Judge(collection, period, submission, history).findings.kept()[0].explanation_owed);
  EXPECT_EQ(Judge(collection, period, submission, {}).verdict, Verdict::kValid);
}

TEST(StaleCopyTest, WhatIsLookedAtIsAskedFor) {
  Collection collection = AeCollection();
  EXPECT_EQ(collection.PriorPeriods(), 0u);
  collection.stale_copy = {6, 3, Severity::kInfo};
  EXPECT_EQ(collection.PriorPeriods(), 6u);
  EXPECT_EQ(collection.HistoryItems().size(), collection.items.size());
  EXPECT_EQ(collection.HistoryCellCount(), 6 * 18u);
}

}  // namespace
}  // namespace onereturn::ingestion
