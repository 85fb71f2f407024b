#include "services/metrics/domain/leaf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/status/error.h"
#include "services/metrics/domain/testing/ae_metrics.h"

namespace onereturn::metrics {
namespace {

Cell Number(const std::string& item, const char* department, const char* booked, int64_t whole) {
  Cell cell;
  cell.item = item;
  cell.dimensions = {{"booked", booked}, {"department", department}};
  cell.value = Decimal::FromWhole(whole);
  return cell;
}

Cell Null(const std::string& item, const char* department, const char* booked) {
  Cell cell = Number(item, department, booked, 0);
  cell.value.reset();
  return cell;
}

struct Case {
  const char* what;
  MetricDefinition definition;
  std::vector<Cell> cells;
  int64_t numerator;  // In whole units.
  int64_t denominator;
  uint32_t entering;
  uint32_t null;
  ValueState state;
};

TEST(LeafTest, Table) {
  const MetricDefinition ratio = FourHour("f");
  MetricDefinition unpaired = ratio;
  unpaired.pairing.reset();
  const MetricDefinition type1 = FourHour("f", {{"department", "type1"}});
  const MetricDefinition count = Count("c", {"attendances"});
  MetricDefinition by_department = ratio;
  by_department.pairing->dimensions = {"department"};
  for (const Case& test : std::vector<Case>{
           {"a whole pair",
            ratio,
            {Number("attendances", "type1", "no", 100), Number("over4h", "type1", "no", 30)},
            70,
            100,
            2,
            0,
            ValueState::kValue},
           {"a pair with a null does not enter",
            ratio,
            {Number("attendances", "type1", "no", 100), Null("over4h", "type1", "no"),
             Number("attendances", "type2", "no", 10), Number("over4h", "type2", "no", 4)},
            6,
            10,
            2,
            1,
            ValueState::kValue},
           {"a pair of which one is not there does not enter",
            ratio,
            {Number("attendances", "type1", "no", 100)},
            0,
            0,
            0,
            0,
            ValueState::kNotApplicable},
           {"nothing but nulls",
            ratio,
            {Null("attendances", "type1", "no"), Null("over4h", "type1", "no")},
            0,
            0,
            0,
            2,
            ValueState::kNotCollected},
           {"over four hours is not collected",
            ratio,
            {Number("attendances", "type1", "no", 9), Null("over4h", "type1", "no")},
            0,
            0,
            0,
            1,
            ValueState::kNotCollected},
           {"zeros are figures, and 0/0 is no value",
            ratio,
            {Number("attendances", "type1", "no", 0), Number("over4h", "type1", "no", 0)},
            0,
            0,
            2,
            0,
            ValueState::kNotApplicable},
           {"without pairing each sum takes what there is",
            unpaired,
            {Number("attendances", "type1", "no", 100), Null("over4h", "type1", "no")},
            100,
            100,
            1,
            1,
            ValueState::kValue},
           {"only the departments asked for",
            type1,
            {Number("attendances", "type1", "yes", 5), Number("over4h", "type1", "yes", 1),
             Number("attendances", "type2", "no", 50), Number("over4h", "type2", "no", 50)},
            4,
            5,
            2,
            0,
            ValueState::kValue},
           {"a null in one of a tuple's cells keeps the tuple out",
            by_department,
            {Number("attendances", "type1", "no", 5), Null("attendances", "type1", "yes"),
             Number("over4h", "type1", "no", 1)},
            0,
            0,
            0,
            1,
            ValueState::kNotCollected},
           {"a count",
            count,
            {Number("attendances", "type1", "no", 7)},
            7,
            0,
            1,
            0,
            ValueState::kValue},
           {"a count of zero is a value",
            count,
            {Number("attendances", "type1", "no", 0)},
            0,
            0,
            1,
            0,
            ValueState::kValue},
           {"a count of what the return does not hold",
            count,
            {Number("over4h", "type1", "no", 7)},
            0,
            0,
            0,
            0,
            ValueState::kNotApplicable},
       }) {
    SCOPED_TRACE(test.what);
    const std::vector<std::string> chunks = PackCells(test.cells).value();
    const auto leaves = ComputeLeaves({&test.definition}, chunks, 3);
    ASSERT_TRUE(leaves.ok()) << leaves.status();
    const Leaf& leaf = leaves->front();
    EXPECT_EQ(MillionthsToString(leaf.numerator), std::to_string(test.numerator));
    EXPECT_EQ(MillionthsToString(leaf.denominator), std::to_string(test.denominator));
    EXPECT_EQ(leaf.entering_cells, test.entering);
    EXPECT_EQ(leaf.null_cells, test.null);
    EXPECT_EQ(leaf.revision, 3u);
    EXPECT_EQ(StateOf(test.definition, leaf), test.state);
  }
}

TEST(LeafTest, ADamagedChunkIsAnError) {
  const MetricDefinition count = Count("c", {"attendances"});
  EXPECT_FALSE(ComputeLeaves({&count}, {"no chunk"}, 1).ok());
}

TEST(LeafTest, SumsBeyond64Bits) {
  MetricDefinition count = Count("c", {"attendances"});
  std::vector<Cell> cells;
  const Decimal great = Decimal::FromMillionths(Decimal::kLimitMillionths - 1);
  for (int i = 0; i < 1'000; ++i) {
    Cell cell = Number("attendances", "type1", "no", 0);
    cell.dimensions[0].value = std::to_string(i);
    cell.value = great;
    cells.push_back(cell);
  }
  const auto leaves = ComputeLeaves({&count}, PackCells(cells).value(), 1);
  ASSERT_TRUE(leaves.ok());
  EXPECT_EQ(MillionthsToString(leaves->front().numerator), "9199999999999999.999");
}

TEST(MetricDefinitionTest, EveryFaultAtOnce) {
  MetricDefinition bad;
  bad.code = "Not A Code";
  bad.numerator = {Term{"", 2, {{"a", "x"}, {"a", "y"}}}};
  bad.factor = 0;
  bad.eligibility = {Term{"attendances", 1, {}}};
  bad.pairing = Pairing{{}, {"a", "a"}};
  bad.display_digits = 7;
  const ErrorDetails details = DetailsOf(ValidateDefinition(bad)).value();
  for (const char* field : {"code", "display_name", "collection", "numerator[0].item",
                            "numerator[0].sign", "numerator[0].where", "factor", "eligibility_text",
                            "pairing.dimensions", "pairing.items", "display_digits"}) {
    bool found = false;
    for (const FieldViolation& violation : details.fields) {
      found = found || violation.field == field;
    }
    EXPECT_TRUE(found) << field;
  }
  EXPECT_TRUE(ValidateDefinition(FourHour("four_hour")).ok());
}

}  // namespace
}  // namespace onereturn::metrics
