// Goal: figures are the signed sums of the definition over the right providers. Method: tables
// worked out by hand.
#include "tools/auditor/figure.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "tools/auditor/rating.h"

namespace onereturn::auditor {
namespace {

using ::testing::ElementsAre;
using ::testing::Optional;
using ::testing::UnorderedElementsAre;

template <typename Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

// Seen within four hours of all who came, per department where both are known.
const metrics::v1::Metric kWithin = Parse<metrics::v1::Metric>(R"(
    code: "within" factor: 100
    numerator { item: "all" sign: 1 } numerator { item: "over" sign: -1 }
    denominator { item: "all" sign: 1 }
    pairing { dimensions: "department" items: "all" items: "over" })");

Cell Of(const std::string& item, const std::string& department, std::optional<int64_t> number) {
  Cell cell{item, {{"department", department}}, std::nullopt, number.has_value() ? 0 : 1};
  if (number.has_value()) cell.millionths = *number * 1'000'000;
  return cell;
}

TEST(FigureTest, ATupleEntersOnlyWhereEveryItemHasANumber) {
  const Sums sums = SumOf(kWithin, {Of("all", "one", 100), Of("over", "one", 25),  //
                                    Of("all", "two", 10), Of("over", "two", std::nullopt),
                                    Of("all", "three", 7), Of("other", "one", 1'000)});
  EXPECT_EQ(DecimalText(sums.numerator), "75");
  EXPECT_EQ(DecimalText(sums.denominator), "100");
  EXPECT_EQ(sums.numbers, 2u);
  EXPECT_EQ(sums.nulls, 1u);
}

TEST(FigureTest, DecimalsAreWrittenWithoutNeedlessDigits) {
  EXPECT_EQ(DecimalText(0), "0");
  EXPECT_EQ(DecimalText(500'000), "0.5");
  EXPECT_EQ(DecimalText(-1), "-0.000001");
  EXPECT_EQ(DecimalText(Wide{10'000'000'000'000} * 1'000'000), "10000000000000");
  EXPECT_EQ(DecimalText(-1'230'000), "-1.23");
}

Organisations OrganisationTree() {
  Organisations organisations;
  for (const char* text : {
           R"(code: "P1" type: ORGANISATION_TYPE_PROVIDER
              relationships { kind: RELATIONSHIP_KIND_PROVIDER_TO_ICB parent: "I1" from_date: "2022-07-01"
                              to_date: "2024-03-31" lead: true }
              relationships { kind: RELATIONSHIP_KIND_PROVIDER_TO_ICB parent: "I2" from_date: "2024-04-01"
                              lead: true }
              relationships { kind: RELATIONSHIP_KIND_PROVIDER_TO_REGION parent: "R1" from_date: "2016-04-01"
                              lead: true })",
           R"(code: "P2" type: ORGANISATION_TYPE_PROVIDER
              relationships { kind: RELATIONSHIP_KIND_PROVIDER_TO_ICB parent: "I2" from_date: "2022-07-01"
                              share_millionths: 400000 }
              relationships { kind: RELATIONSHIP_KIND_PROVIDER_TO_ICB parent: "I1" from_date: "2022-07-01"
                              share_millionths: 600000 }
              relationships { kind: RELATIONSHIP_KIND_PROVIDER_TO_REGION parent: "R1" from_date: "2016-04-01"
                              lead: true })",
           R"(code: "I1" type: ORGANISATION_TYPE_ICB)", R"(code: "I2" type: ORGANISATION_TYPE_ICB)",
           R"(code: "R1" type: ORGANISATION_TYPE_REGION
              relationships { kind: RELATIONSHIP_KIND_REGION_TO_NATION parent: "X24" from_date: "2016-04-01"
                              lead: true })",
           R"(code: "X24" type: ORGANISATION_TYPE_NATIONAL_BODY)"}) {
    const auto organisation = Parse<catalogue::v1::Organisation>(text);
    organisations[organisation.code()] = organisation;
  }
  return organisations;
}

TEST(FigureTest, ProvidersAreThoseOfTheDay) {
  const Organisations tree = OrganisationTree();
  EXPECT_THAT(ProvidersOf(tree, tree.at("I1"), "2024-03-31"), Optional(ElementsAre("P1", "P2")));
  EXPECT_THAT(ProvidersOf(tree, tree.at("I1"), "2024-04-30"), Optional(ElementsAre("P2")));
  EXPECT_THAT(ProvidersOf(tree, tree.at("I2"), "2024-04-30"), Optional(ElementsAre("P1")));
  EXPECT_EQ(ProvidersOf(tree, tree.at("I1"), "2022-06-30"), std::nullopt);
  EXPECT_THAT(ProvidersOf(tree, tree.at("X24"), "2022-06-30"), Optional(ElementsAre("P1", "P2")));
  EXPECT_THAT(ProvidersOf(tree, tree.at("P2"), "1999-01-01"), Optional(ElementsAre("P2")));
}

TEST(FigureTest, WhatIsTiedToTheNationCountsThereOnce) {
  Organisations tree = OrganisationTree();
  tree["P3"] = Parse<catalogue::v1::Organisation>(
      R"(code: "P3" type: ORGANISATION_TYPE_UNKNOWN
         relationships { kind: RELATIONSHIP_KIND_PROVIDER_TO_NATION parent: "X24" from_date: "2016-04-01"
                         lead: true })");
  *tree.at("P2").add_relationships() = tree.at("P3").relationships(0);
  EXPECT_THAT(ProvidersOf(tree, tree.at("X24"), "2016-04-30"),
              Optional(UnorderedElementsAre("P1", "P2", "P3")));
  EXPECT_EQ(ProvidersOf(tree, tree.at("X24"), "2016-03-31"), std::nullopt);
  EXPECT_THAT(ProvidersOf(tree, tree.at("P3"), "1999-01-01"), Optional(ElementsAre("P3")));
}

FigureBasis Basis() {
  FigureBasis basis;
  basis.metric = kWithin;
  basis.period = *DaysOf("2024-03");
  basis.organisations = OrganisationTree();
  basis.additive = {{"all", true}, {"over", true}};
  basis.by_provider["P1"] = SumOf(kWithin, {Of("all", "one", 100), Of("over", "one", 25)});
  basis.by_provider["P2"] = SumOf(kWithin, {Of("all", "one", 50), Of("over", "one", 50)});
  return basis;
}

TEST(FigureTest, ARatioIsOfTheSumsAndNeverAMeanOfRatios) {
  const Figure nation = *Compute(Basis(), "X24");
  EXPECT_EQ(nation.state, metrics::v1::VALUE_STATE_VALUE);
  EXPECT_EQ(nation.numerator, "75");
  EXPECT_EQ(nation.denominator, "150");
  EXPECT_EQ(nation.value, 50);
  EXPECT_EQ(Compute(Basis(), "P1")->value, 75);
  EXPECT_EQ(Compute(Basis(), "nobody"), std::nullopt);
}

TEST(FigureTest, WithoutAFigureItSaysWhy) {
  FigureBasis basis = Basis();
  EXPECT_EQ(Compute(basis, "I2")->state, metrics::v1::VALUE_STATE_NOT_APPLICABLE);  // Nobody there.
  basis.additive["over"] = false;
  EXPECT_EQ(Compute(basis, "X24")->state, metrics::v1::VALUE_STATE_NOT_APPLICABLE);
  EXPECT_EQ(Compute(basis, "P1")->state, metrics::v1::VALUE_STATE_VALUE);
  basis.by_provider["P1"] = SumOf(kWithin, {Of("all", "one", std::nullopt)});
  EXPECT_EQ(Compute(basis, "P1")->state, metrics::v1::VALUE_STATE_NOT_COLLECTED);
  basis.by_provider.clear();
  EXPECT_EQ(Compute(basis, "P1")->state, metrics::v1::VALUE_STATE_MISSING);
}

TEST(FigureTest, ADifferenceIsNamed) {
  const Figure figure = *Compute(Basis(), "X24");
  auto served = Parse<metrics::v1::MetricValue>(
      R"(state: VALUE_STATE_VALUE numerator: "75" denominator: "150" factor: 100 value: 50)");
  EXPECT_EQ(Difference(figure, served), std::nullopt);
  served.set_value(50.1);
  EXPECT_EQ(Difference(figure, served), "value 50.1");
  served.set_numerator("76");
  EXPECT_EQ(Difference(figure, served), "numerator 76");
  served.set_state(metrics::v1::VALUE_STATE_MISSING);
  EXPECT_EQ(Difference(figure, served), "state VALUE_STATE_MISSING");
}

TEST(PeriodDaysTest, EveryKindHasItsFirstAndLastDay) {
  const struct {
    const char* text;
    const char* first;
    const char* last;
  } kPeriods[] = {
      {"2024-02", "2024-02-01", "2024-02-29"},    {"2025-Q4", "2025-10-01", "2025-12-31"},
      {"2025-W01", "2024-12-30", "2025-01-05"},   {"2026-W53", "2026-12-28", "2027-01-03"},
      {"2025-04-30", "2025-04-30", "2025-04-30"}, {"CY2025", "2025-01-01", "2025-12-31"},
      {"FY2025", "2025-04-01", "2026-03-31"}};
  for (const auto& period : kPeriods) {
    const auto days = DaysOf(period.text);
    ASSERT_TRUE(days.has_value()) << period.text;
    EXPECT_EQ(days->first, period.first) << period.text;
    EXPECT_EQ(days->last, period.last) << period.text;
  }
  for (const char* text : {"", "2024", "2024-13", "2024-00", "2025-Q5", "2025-W53", "2025-W00",
                           "2025-02-29", "2024-2", "XY2025", "2024-02 ", "FY20x5"}) {
    EXPECT_EQ(DaysOf(text), std::nullopt) << text;
  }
}

TEST(RatingTest, ThePercentageIsRoundedHalfUpAndLimitersNeverRaise) {
  const auto framework = Parse<assessment::v1::Framework>(R"(
      themes { statements { code: "A" } statements { code: "B" } } themes { statements { code: "C" } }
      scale { score: 1 } scale { score: 2 } scale { score: 3 } scale { score: 4 }
      bands { code: "low" } bands { code: "mid" from_percent: 50 } bands { code: "high" from_percent: 67 }
      limiters { band: "high" score: 1 limited_to: "mid" } rated: true)");
  const auto rate = [&](uint32_t a, uint32_t b, uint32_t c) {
    std::map<std::string, assessment::v1::Score> scores;
    for (const auto& [code, score] :
         std::map<std::string, uint32_t>{{"A", a}, {"B", b}, {"C", c}}) {
      if (score > 0) scores[code].set_score(score);
    }
    return Rate(framework, scores);
  };
  EXPECT_EQ(rate(2, 3, 3).percent(), 67u);  // 66.67
  EXPECT_EQ(rate(2, 3, 3).rating(), "high");
  EXPECT_EQ(rate(2, 2, 1).percent(), 42u);  // 41.67
  EXPECT_EQ(rate(4, 4, 1).band(), "high");
  EXPECT_EQ(rate(4, 4, 1).rating(), "mid");
  EXPECT_EQ(rate(4, 4, 0).percent(), 0u);
  EXPECT_FALSE(rate(4, 4, 0).complete());
}

}  // namespace
}  // namespace onereturn::auditor
