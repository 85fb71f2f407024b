// What holds for every history: nothing beyond what rules need of it matters, both ways of writing
// a rule agree, and its work is bounded.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/ingestion/domain/judgement.h"
#include "services/ingestion/domain/testing/ae_collection.h"

namespace onereturn::ingestion {
namespace {

using Wards = std::map<std::string, int>;  // Below zero: a null.

std::vector<Cell> CellsOf(const Wards& wards) {
  std::vector<Cell> cells;
  for (const auto& [ward, beds] : wards) {
    Cell cell;
    cell.item = "beds";
    cell.dimensions = {{"ward", ward}};
    if (beds >= 0) cell.value = Decimal::FromWhole(beds);
    cells.push_back(cell);
  }
  return cells;
}

Collection WardCollection(int wards, std::vector<RuleSpec> rules) {
  Collection collection;
  collection.code = "WARDS";
  collection.version = 1;
  DimensionSpec ward{"ward", {}};
  for (int i = 0; i < wards; ++i) ward.values.insert(absl::StrCat("w", i));
  collection.items["beds"] = ItemSpec{"beds", {ward}};
  collection.rules = std::move(rules);
  return collection;
}

Wards AnyWards(std::mt19937* random) {
  Wards wards;
  for (int i = 0; i < 5; ++i) wards[absl::StrCat("w", i)] = static_cast<int>((*random)() % 8) - 1;
  return wards;
}

// "rule at cell" of each finding.
std::vector<std::string> FoundAt(const Judgement& judgement) {
  std::vector<std::string> found;
  for (const Finding& finding : judgement.findings.kept()) {
    found.push_back(absl::StrCat(finding.code, " ", DescribeCell(*finding.cell)));
  }
  return found;
}

Judgement JudgeWards(const Collection& collection, const Wards& wards,
                     const ReturnHistory& history) {
  return Judge(collection, Period::Parse("2023-06").value(),
               Submission{"RLQ", Origin::kSubmitted, CellsOf(wards), {}, {}}, history);
}

TEST(RuleHistoryProperty, BothWaysOfWritingARuleAgreeWithAModel) {
  const Collection by_ward = WardCollection(
      5, {AeRule("W1", Severity::kInfo, "abs(beds - prior(beds, 2)) <= 2", {"ward"})});
  const Collection by_cell = WardCollection(
      5, {AeRule("W1", Severity::kInfo, "abs(cell - prior(cell, 2)) <= 2", {}, true)});
  size_t findings = 0;
  const auto holds = [&] {
    std::mt19937 random(*rc::gen::arbitrary<uint32_t>());
    const Wards now = AnyWards(&random);
    ReturnHistory history;
    std::map<int, Wards> held;
    for (int before = 1; before <= 4; ++before) {
      if (random() % 4 == 0) continue;
      held[before] = AnyWards(&random);
      if (random() % 4 == 0) held[before].erase("w2");
      history.push_back({static_cast<uint32_t>(before), CellsOf(held[before])});
      std::shuffle(history.back().cells.begin(), history.back().cells.end(), random);
    }
    std::vector<std::string> expected;
    for (const auto& [ward, beds] : now) {
      if (held.count(2) == 0 || held[2].count(ward) == 0) continue;
      const int before = held[2][ward];
      if (beds < 0 || before < 0 || std::abs(beds - before) <= 2) continue;
      expected.push_back(absl::StrCat("W1 beds [ward=", ward, "]"));
    }
    RC_ASSERT(FoundAt(JudgeWards(by_ward, now, history)) == expected);
    RC_ASSERT(FoundAt(JudgeWards(by_cell, now, history)) == expected);
    findings += expected.size();
  };
  EXPECT_TRUE(rc::check("both ways of writing a rule agree with a model", holds));
  EXPECT_GT(findings, 30u);
}

TEST(RuleHistoryProperty, WhatRulesDoNotNeedChangesNothing) {
  const Collection collection = WardCollection(
      5, {AeRule("W1", Severity::kInfo, "sum_present(beds) >= prior(sum_present(beds), 3)"),
          AeRule("W2", Severity::kInfo, "not outside_limits(beds)", {"ward"}),
          AeRule("W3", Severity::kInfo, "prior(cell, 13) <= cell", {}, true)});
  size_t findings = 0;
  const auto holds = [&] {
    std::mt19937 random(*rc::gen::arbitrary<uint32_t>());
    const Wards now = AnyWards(&random);
    ReturnHistory needed, everything;
    for (uint32_t before = 1; before <= 40; ++before) {
      if (random() % 8 == 0) continue;
      EarlierReturn earlier{before, CellsOf(AnyWards(&random))};
      if (before <= collection.PriorPeriods()) needed.push_back(earlier);
      earlier.cells.push_back(AeCell("chairs", "7"));
      std::shuffle(earlier.cells.begin(), earlier.cells.end(), random);
      everything.push_back(earlier);
    }
    const Judgement straight = JudgeWards(collection, now, needed);
    const Judgement with_all = JudgeWards(collection, now, everything);
    RC_ASSERT(FoundAt(straight) == FoundAt(with_all));
    RC_ASSERT(straight.verdict == with_all.verdict);
    RC_ASSERT(straight.cell_digest == with_all.cell_digest);
    findings += straight.findings.count();
  };
  EXPECT_TRUE(rc::check("what rules do not need changes nothing", holds));
  EXPECT_GT(findings, 30u);
}

// 5,000 charts of 24 points, and each cell against the one before.
TEST(RuleHistoryTest, ChartsOfManyTuplesAreNotSlow) {
  constexpr int kWards = 5'000;
  const Collection collection =
      WardCollection(kWards, {AeRule("W1", Severity::kInfo, "not outside_limits(beds)", {"ward"}),
                              AeRule("W2", Severity::kInfo, "cell <= 2 * prior(cell)", {}, true)});
  const auto wards_of = [](uint32_t seed) {
    Wards wards;
    for (int i = 0; i < kWards; ++i) {
      wards[absl::StrCat("w", i)] = 20 + static_cast<int>((seed + i) % 3);
    }
    return wards;
  };
  ReturnHistory history;
  for (uint32_t before = 1; before <= 24; ++before) {
    history.push_back({before, CellsOf(wards_of(before))});
  }
  Wards now = wards_of(0);
  now["w7"] = 90;
  const auto start = std::chrono::steady_clock::now();
  const Judgement judgement = JudgeWards(collection, now, history);
  const auto taken = std::chrono::steady_clock::now() - start;
  EXPECT_THAT(FoundAt(judgement), ::testing::ElementsAre("W1 beds [ward=w7]", "W2 beds [ward=w7]"));
  EXPECT_LT(taken, std::chrono::seconds(5));
  std::printf(
      "%d charts of 24 points: %lld ms\n", kWards,
      static_cast<long long>(std::chrono::duration_cast<std::chrono::milliseconds>(taken).count()));
}

}  // namespace
}  // namespace onereturn::ingestion
