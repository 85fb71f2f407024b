// What holds for every submission: properties of judging, and bounds on its work.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/ingestion/domain/judgement.h"
#include "services/ingestion/domain/testing/ae_collection.h"

namespace onereturn::ingestion {
namespace {

using Figures = std::map<std::string, std::string>;

Submission AnySubmission(std::string organisation, std::vector<Cell> cells) {
  return Submission{std::move(organisation), Origin::kSubmitted, std::move(cells), {}, {}};
}

std::vector<std::string> CodesOf(const Judgement& judgement) {
  std::vector<std::string> codes;
  for (const Finding& finding : judgement.findings.kept()) codes.push_back(finding.code);
  return codes;
}

// Cells in any order give the same verdict, and the same content.
TEST(JudgementProperty, TheOrderOfCellsDoesNotMatter) {
  const auto holds = [] {
    Figures figures;
    for (const auto& [header, name] : AeColumns()) {
      figures[name] = absl::StrCat(*rc::gen::inRange(-1, 6));
    }
    std::vector<Cell> cells = AeCells(figures);
    const Judgement straight =
        Judge(AeCollection(), Period::Parse("2023-06").value(), AnySubmission("RLQ", cells));
    std::mt19937 random(*rc::gen::arbitrary<uint32_t>());
    std::shuffle(cells.begin(), cells.end(), random);
    const Judgement shuffled =
        Judge(AeCollection(), Period::Parse("2023-06").value(), AnySubmission("RLQ", cells));
    RC_ASSERT(straight.verdict == shuffled.verdict);
    RC_ASSERT(straight.cell_digest == shuffled.cell_digest);
    std::vector<std::string> a = CodesOf(straight);
    std::vector<std::string> b = CodesOf(shuffled);
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    RC_ASSERT(a == b);
    // Independent count of what the rules must say.
    int expected = 0;
    auto figure = [&figures](const std::string& name) { return std::stoi(figures.at(name)); };
    int admissions = 0;
    for (const auto& [name, text] : figures) expected += text == "-1" ? 1 : 0;
    for (const char* department : {"type1", "type2", "other"}) {
      const std::string d = department;
      const int own = figure("ae_admissions_via_ae|" + d);
      admissions += own;
      expected +=
          own > figure("ae_attendances|" + d + "|no") + figure("ae_attendances|" + d + "|yes");
      for (const char* booked : {"|no", "|yes"}) {
        expected +=
            figure("ae_over_four_hours|" + d + booked) > figure("ae_attendances|" + d + booked);
      }
    }
    expected +=
        figure("ae_waits_four_to_twelve_hours") + figure("ae_waits_over_twelve_hours") > admissions;
    RC_ASSERT(static_cast<int>(a.size()) == expected);
  };
  EXPECT_TRUE(rc::check("the order of cells does not matter", holds));
}

// The work of rules that hold must not grow with the square of the cells.
TEST(JudgementTest, ARuleForEachOfManyTuplesIsNotSlow) {
  Collection collection;
  collection.code = "BIG";
  collection.version = 1;
  DimensionSpec ward{"ward", {}};
  for (int i = 0; i < 20'000; ++i) ward.values.insert(absl::StrCat("w", i));
  collection.items["beds"] = ItemSpec{"beds", {ward}};
  collection.items["used"] = ItemSpec{"used", {ward}};
  collection.rules = {AeRule("B1", Severity::kError, "used <= beds", {"ward"})};
  std::vector<Cell> cells;
  collection.VisitCells([&cells](const Cell& cell) {
    cells.push_back(cell);
    cells.back().value = Decimal::FromWhole(1);
    return true;
  });
  const auto start = std::chrono::steady_clock::now();
  const Judgement judgement =
      Judge(collection, Period::Parse("2023-06").value(), AnySubmission("RLQ", std::move(cells)));
  const auto taken = std::chrono::steady_clock::now() - start;
  EXPECT_EQ(judgement.verdict, Verdict::kValid);
  EXPECT_LT(taken, std::chrono::seconds(5));
}

TEST(CollectionTest, CountsThatCannotBeHeldSaturate) {
  ItemSpec item{"x", {}};
  for (int i = 0; i < 7; ++i) {
    DimensionSpec dimension{absl::StrCat("d", i), {}};
    for (int value = 0; value < 1'000; ++value) dimension.values.insert(absl::StrCat(value));
    item.dimensions.push_back(dimension);
  }
  EXPECT_EQ(item.CellCount(), UINT64_MAX);
  Collection collection;
  collection.items["x"] = item;
  collection.items["y"] = item;
  EXPECT_EQ(collection.CellCount(), UINT64_MAX);
}

}  // namespace
}  // namespace onereturn::ingestion
