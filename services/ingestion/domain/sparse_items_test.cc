// Items of which a return holds what it has, dimensions of organisations, and rules at stated
// values.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/ingestion/domain/judgement.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Tests by commissioner, of which none is owed; beds by sector, of which all are.
Collection TestsAndBeds() {
  Collection collection;
  collection.code = "TESTS";
  const auto organisations =
      std::make_shared<const std::set<std::string>>(std::set<std::string>{"QWO", "RDY"});
  collection.items["beds"] = ItemSpec{"beds", {{"sector", {"day", "night"}}}};
  collection.items["tests"] =
      ItemSpec{"tests", {{"commissioner", {"NONC"}, true, organisations}, {"test", {"CT", "MRI"}}}};
  return collection;
}

Cell CellOf(const std::string& item, std::vector<DimensionValue> dimensions, int64_t figure) {
  Cell cell;
  cell.item = item;
  cell.dimensions = std::move(dimensions);
  cell.value = Decimal::FromWhole(figure);
  return cell;
}

Cell TestsOf(const std::string& commissioner, const std::string& test, int64_t figure) {
  return CellOf("tests", {{"commissioner", commissioner}, {"test", test}}, figure);
}

Findings FindingsIn(const Collection& collection, std::vector<Cell> cells,
                    std::vector<ExplanationGiven> explanations = {}) {
  cells.push_back(CellOf("beds", {{"sector", "day"}}, 1));
  cells.push_back(CellOf("beds", {{"sector", "night"}}, 1));
  Submission submission;
  submission.organisation = "RDY";
  submission.cells = std::move(cells);
  submission.explanations = std::move(explanations);
  return Judge(collection, Period::Parse("2024-08").value(), submission).findings;
}

std::vector<std::string> CodesIn(const Findings& findings) {
  std::vector<std::string> codes;
  for (const Finding& finding : findings.kept()) codes.push_back(finding.code);
  return codes;
}

TEST(SparseItemsTest, WhatIsAbsentIsNotMissing) {
  const Collection collection = TestsAndBeds();
  EXPECT_EQ(collection.CellCount(), 2u);  // Those of the beds.
  EXPECT_THAT(CodesIn(FindingsIn(collection, {})), IsEmpty());
  EXPECT_THAT(CodesIn(FindingsIn(collection, {TestsOf("QWO", "MRI", 3)})), IsEmpty());
}

// As many cells as are owed, and not those.
TEST(SparseItemsTest, NoSparseCellStandsInForOneThatIsOwed) {
  Submission submission;
  submission.organisation = "RDY";
  submission.cells = {TestsOf("QWO", "CT", 1), TestsOf("QWO", "MRI", 1)};
  const Judgement judgement = Judge(TestsAndBeds(), Period::Parse("2024-08").value(), submission);
  EXPECT_THAT(CodesIn(judgement.findings), ElementsAre("CELL_MISSING", "CELL_MISSING"));
}

TEST(SparseItemsTest, AnOrganisationOfTheCatalogueOrAStatedCodeIsAValue) {
  const Collection collection = TestsAndBeds();
  for (const char* commissioner : {"QWO", "RDY", "NONC"}) {
    EXPECT_THAT(CodesIn(FindingsIn(collection, {TestsOf(commissioner, "CT", 1)})), IsEmpty());
  }
  const Findings findings = FindingsIn(collection, {TestsOf("99Z", "CT", 1)});
  ASSERT_THAT(CodesIn(findings), ElementsAre("CELL_DIMENSION"));
  EXPECT_EQ(findings.kept()[0].expected,
            "commissioner: the code of an organisation of the catalogue, NONC; test: CT, MRI");
  EXPECT_THAT(findings.kept()[0].suggestion, HasSubstr("added to the catalogue"));
}

RuleSpec RuleOf(const std::string& expression, std::vector<RuleValues> at,
                std::vector<std::string> for_each = {}) {
  RuleSpec rule{"T1",
                Severity::kExplain,
                "Look.",
                "Say why.",
                Expression::Parse(expression).value(),
                std::move(for_each)};
  rule.at = std::move(at);
  return rule;
}

TEST(RuleValuesTest, ARuleIsEvaluatedAtEachValueWhetherItOccursOrNot) {
  Collection collection = TestsAndBeds();
  collection.rules = {RuleOf("count_present(tests) > 0", {{"test", {"CT", "MRI"}}})};
  EXPECT_THAT(CodesIn(FindingsIn(collection, {TestsOf("QWO", "CT", 1), TestsOf("QWO", "MRI", 0)})),
              IsEmpty());
  const Findings findings = FindingsIn(collection, {TestsOf("QWO", "CT", 1)});
  ASSERT_THAT(CodesIn(findings), ElementsAre("T1"));
  EXPECT_THAT(findings.kept()[0].message, HasSubstr("test=MRI"));
  EXPECT_THAT(findings.kept()[0].suggestion, HasSubstr("EXPLANATION_OWED"));
  EXPECT_FALSE(findings.kept()[0].cell.has_value());
  // It is at no cell: a reason for the rule is one for it, a reason for a cell is not.
  const ExplanationGiven reason{"T1", std::nullopt, "Not offered."};
  const ExplanationGiven of_cell{"T1", TestsOf("QWO", "CT", 1), "Not offered."};
  EXPECT_EQ(FindingsIn(collection, {TestsOf("QWO", "CT", 1)}, {reason}).kept()[0].suggestion,
            "Say why.");
  EXPECT_THAT(FindingsIn(collection, {TestsOf("QWO", "CT", 1)}, {of_cell}).kept()[0].suggestion,
              HasSubstr("EXPLANATION_OWED"));
  EXPECT_THAT(CodesIn(FindingsIn(collection, {})), ElementsAre("T1", "T1"));
}

TEST(RuleValuesTest, OnlyTheCellsAtTheValueAreRead) {
  Collection collection = TestsAndBeds();
  collection.rules = {RuleOf("sum(tests) < 10", {{"test", {"MRI"}}})};
  EXPECT_THAT(CodesIn(FindingsIn(collection, {TestsOf("QWO", "CT", 50), TestsOf("QWO", "MRI", 9)})),
              IsEmpty());
  EXPECT_THAT(CodesIn(FindingsIn(collection, {TestsOf("QWO", "MRI", 5), TestsOf("RDY", "MRI", 5)})),
              ElementsAre("T1"));
}

// Tuples are those that occur at the value, and no others.
TEST(RuleValuesTest, WithTuplesThatOccurBesideThem) {
  Collection collection = TestsAndBeds();
  collection.rules = {RuleOf("tests > 100", {{"test", {"MRI"}}}, {"commissioner"})};
  const Findings findings =
      FindingsIn(collection, {TestsOf("NONC", "CT", 1), TestsOf("QWO", "MRI", 1),
                              TestsOf("RDY", "CT", 1), TestsOf("RDY", "MRI", 101)});
  ASSERT_THAT(CodesIn(findings), ElementsAre("T1"));
  EXPECT_THAT(findings.kept()[0].message, HasSubstr("[commissioner=QWO, test=MRI]"));
}

TEST(RuleValuesTest, SeveralDimensionsGiveEachCombination) {
  Collection collection = TestsAndBeds();
  collection.rules = {RuleOf("count_present(tests) > 0",
                             {{"commissioner", {"QWO", "RDY"}}, {"test", {"CT", "MRI"}}})};
  EXPECT_EQ(FindingsIn(collection, {TestsOf("QWO", "CT", 1)}).count(), 3u);
}

}  // namespace
}  // namespace onereturn::ingestion
