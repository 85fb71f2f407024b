// Goal: figures computed again from cells, by hand: pairing, nulls, signs, sums.
#include "tools/onereturn/evidence/leaf_check.h"

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace onereturn::client {
namespace {

using ::testing::HasSubstr;

metrics::v1::Metric FourHoursOfLeaf() {
  metrics::v1::Metric metric;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"pb(numerator { item: "came" sign: 1 }
           numerator { item: "waited" sign: -1 }
           denominator { item: "came" sign: 1 }
           pairing { dimensions: "department" items: "came" items: "waited" }
           factor: 100)pb",
      &metric));
  return metric;
}

void Add(const char* item, const char* department, std::optional<int64_t> whole, Cells* cells) {
  common::v1::Cell* cell = cells->Add();
  cell->mutable_reference()->set_item(item);
  auto* dimension = cell->mutable_reference()->add_dimensions();
  dimension->set_dimension("department");
  dimension->set_value(department);
  if (whole.has_value()) {
    cell->set_millionths(*whole * Decimal::kMillion);
  } else {
    cell->set_null_reason(common::v1::NULL_REASON_NOT_COLLECTED);
  }
}

Cells ThreeDepartments() {
  Cells cells;
  Add("came", "type1", 100, &cells);
  Add("waited", "type1", 40, &cells);
  Add("came", "type2", 30, &cells);
  Add("waited", "type2", std::nullopt, &cells);  // Not collected: the pair stays out.
  Add("came", "other", 8, &cells);
  Add("waited", "other", 0, &cells);
  return cells;
}

TEST(ComputeLeaf, OnlyWholePairsEnter) {
  const LeafSums sums = ComputeLeaf(FourHoursOfLeaf(), ThreeDepartments());
  EXPECT_EQ(sums.numerator, Int128{68} * Decimal::kMillion);     // 100 - 40 + 8 - 0.
  EXPECT_EQ(sums.denominator, Int128{108} * Decimal::kMillion);  // 100 + 8.
}

TEST(ComputeLeaf, WithoutPairingEveryNumberEnters) {
  metrics::v1::Metric metric = FourHoursOfLeaf();
  metric.clear_pairing();
  metric.clear_denominator();
  const LeafSums sums = ComputeLeaf(metric, ThreeDepartments());
  EXPECT_EQ(sums.numerator, Int128{98} * Decimal::kMillion);  // 138 - 40.
}

TEST(ComputeLeaf, TermsTakeWhatTheySelect) {
  metrics::v1::Metric metric;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"pb(numerator {
             item: "came"
             sign: 1
             where { dimension: "department" value: "type2" }
           })pb",
      &metric));
  EXPECT_EQ(ComputeLeaf(metric, ThreeDepartments()).numerator, Int128{30} * Decimal::kMillion);
}

TEST(CheckLeaf, NamesBothFigures) {
  metrics::v1::TraceLeaf leaf;
  leaf.set_numerator("68");
  leaf.set_denominator("108");
  EXPECT_TRUE(CheckLeaf(FourHoursOfLeaf(), leaf, ThreeDepartments()).ok());
  leaf.set_numerator("69");
  EXPECT_EQ(CheckLeaf(FourHoursOfLeaf(), leaf, ThreeDepartments()).message(),
            "the numerator is 68 by the cells; stated is 69");
  leaf.set_numerator("a lot");
  EXPECT_FALSE(CheckLeaf(FourHoursOfLeaf(), leaf, ThreeDepartments()).ok());
}

TEST(CheckValue, PartsMakeTheWhole) {
  metrics::v1::TraceLeaf leaf;
  leaf.set_state(metrics::v1::VALUE_STATE_VALUE);
  leaf.set_numerator("68");
  leaf.set_denominator("108.5");
  metrics::v1::MetricValue value;
  value.set_state(metrics::v1::VALUE_STATE_VALUE);
  value.set_factor(100);
  value.set_numerator("136");
  value.set_denominator("217");
  value.set_value(13600.0 / 217.0);
  EXPECT_TRUE(CheckValue(value, {leaf, leaf}).ok()) << CheckValue(value, {leaf, leaf});
  EXPECT_THAT(std::string(CheckValue(value, {leaf}).message()), HasSubstr("numerators"));
  value.set_value(62.6);
  EXPECT_THAT(std::string(CheckValue(value, {leaf, leaf}).message()), HasSubstr("the value is"));
}

}  // namespace
}  // namespace onereturn::client
