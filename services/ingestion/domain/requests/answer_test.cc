// Goal: each figure of an answer is what an analyst would make of the cells by hand, and says what
// is missing. Method: tables of few cells and the figures that they come to.
#include "services/ingestion/domain/requests/answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "common/status/testing/status_matchers.h"
#include "services/ingestion/domain/requests/testing/held_figures.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

KnownDimension DimensionOf(std::string code, std::set<std::string> values, bool sparse = false) {
  KnownDimension dimension;
  dimension.code = std::move(code);
  dimension.values = std::move(values);
  dimension.adds_up = true;
  dimension.sparse = sparse;
  return dimension;
}

KnownItem CountedItem(std::vector<KnownDimension> dimensions) {
  KnownItem item;
  item.additive_over_organisations = item.additive_over_time = true;
  item.dimensions = std::move(dimensions);
  return item;
}

KnownItem DerivedItem(const char* formula, std::vector<KnownDimension> dimensions = {}) {
  KnownItem item;
  item.formula = Expression::Parse(formula).value();
  item.dimensions = std::move(dimensions);
  return item;
}

// Attendances x and those over four hours y by department and booked, of two trusts in two months.
class AnswerTest : public ::testing::Test {
 protected:
  AnswerTest() {
    Hold("RXA", "2023-04", "x", {"100", "20", "30", "4"});
    Hold("RXA", "2023-05", "x", {"200", "40", "60", "8"});
    Hold("RXB", "2023-04", "x", {"1000", "0", "300", "0"});
    Hold("RXA", "2023-04", "y", {"10", "2", "3", "0"});
    Hold("RXA", "2023-05", "y", {"20", "WITHHELD", "6", "0"});
    Hold("RXB", "2023-04", "y", {"100", "0", "30", "0"});
  }

  void Hold(const std::string& organisation, const std::string& period, const std::string& item,
            const std::vector<std::string>& texts) {
    size_t next = 0;
    for (const char* booked : {"no", "yes"}) {
      for (const char* department : {"type1", "type2"}) {
        held_.Hold(organisation, period,
                   HeldCell(item, {{"booked", booked}, {"department", department}}, texts[next++]));
      }
    }
  }

  std::vector<std::string> Figures(const KnownItem& item, const DisclosureRule& rule = {},
                                   const FormulaInputs& inputs = {}) {
    figures_ =
        EvaluateFigures(source_, item, Period::Parse("FY2023-Q1").value(), rule, inputs, Reader());
    return TextsOf(figures_);
  }
  std::function<absl::StatusOr<std::vector<Cell>>(const FigureSource::Part&, const std::string&)>
  Reader() {
    return [this](const FigureSource::Part& part, const std::string& item) {
      return held_.Read(part, item);
    };
  }

  static KnownItem Attendances() {
    return CountedItem(
        {DimensionOf("booked", {"no", "yes"}), DimensionOf("department", {"type1", "type2"})});
  }

  HeldFigures held_;
  FigureSource source_;
  absl::StatusOr<std::vector<AnswerFigure>> figures_;
};

TEST_F(AnswerTest, WhatIsHeldAsItIsAskedIsShownAsItWasSent) {
  source_.coverage = CoverageClass::kExact;
  source_.parts_of_item["y"] = held_.Parts({"RXA"}, {"2023-05"});
  source_.dimensions = {{"booked", {}}, {"department", {}}};
  EXPECT_THAT(Figures(Attendances()), ElementsAre("no,type1 20 [1/1]", "no,type2 WITHHELD [0/1]",
                                                  "yes,type1 6 [1/1]", "yes,type2 0 [1/1]"));
  EXPECT_EQ(figures_->front().derivation, "");
  source_.dimensions = {{"booked", {"yes"}}, {"department", {"type1"}}};
  EXPECT_THAT(Figures(Attendances()), ElementsAre("yes,type1 6 [1/1]"));
}

TEST_F(AnswerTest, DimensionsThatAreLeftOutAreSummedOver) {
  source_.coverage = CoverageClass::kRollup;
  source_.parts_of_item["x"] = held_.Parts({"RXA"}, {"2023-04"});
  source_.dimensions = {{"department", {}}};
  EXPECT_THAT(Figures(Attendances()), ElementsAre("type1 130 [1/1]", "type2 24 [1/1]"));
  EXPECT_EQ(figures_->front().derivation, "sum over booked");
  source_.dimensions = {};
  EXPECT_THAT(Figures(Attendances()), ElementsAre("154 [1/1]"));
  EXPECT_EQ(figures_->front().derivation, "sum over booked, department");
}

TEST_F(AnswerTest, PeriodsAndOrganisationsAreSummed) {
  source_.coverage = CoverageClass::kRollup;
  source_.parts_of_item["x"] = held_.Parts({"RXA"}, {"2023-04", "2023-05"});
  source_.dimensions = {{"booked", {}}, {"department", {}}};
  EXPECT_THAT(Figures(Attendances()), ElementsAre("no,type1 300 [2/2]", "no,type2 60 [2/2]",
                                                  "yes,type1 90 [2/2]", "yes,type2 12 [2/2]"));
  EXPECT_EQ(figures_->front().derivation, "sum of 2 periods");
  source_.parts_of_item["x"] = held_.Parts({"RXA", "RXB"}, {"2023-04"});
  source_.dimensions = {};
  EXPECT_THAT(Figures(Attendances()), ElementsAre("1454 [2/2]"));
  EXPECT_EQ(figures_->front().derivation, "sum of 2 organisations, over booked, department");
}

TEST_F(AnswerTest, OfAPartThatIsMissingTheSumIsNotKnown) {
  source_.coverage = CoverageClass::kRollup;
  source_.parts_of_item["x"] = held_.Parts({"RXA", "RXB"}, {"2023-04", "2023-05"});
  source_.dimensions = {{"department", {"type1"}}};
  EXPECT_THAT(Figures(Attendances()), ElementsAre("type1 NOT_COLLECTED [3/4]"));
  EXPECT_EQ(figures_->front().derivation, "sum of 2 periods and 2 organisations, over booked");
}

TEST_F(AnswerTest, OfAPartThatIsANullTheSumHasItsReason) {
  source_.coverage = CoverageClass::kRollup;
  source_.parts_of_item["y"] = held_.Parts({"RXA"}, {"2023-04", "2023-05"});
  source_.dimensions = {{"department", {}}};
  EXPECT_THAT(Figures(Attendances()), ElementsAre("type1 39 [2/2]", "type2 WITHHELD [1/2]"));
}

TEST_F(AnswerTest, OfSeveralReasonsTheFirstOfTheirOrderIsShown) {
  Hold("RXC", "2023-04", "y", {"SUPPRESSED_AT_SOURCE", "1", "NOT_APPLICABLE", "1"});
  source_.coverage = CoverageClass::kRollup;
  source_.parts_of_item["y"] = held_.Parts({"RXC", "RXA"}, {"2023-04"});
  EXPECT_THAT(Figures(Attendances()), ElementsAre("NOT_APPLICABLE [1/2]"));
  source_.parts_of_item["y"] = held_.Parts({"RXC", "RXZ"}, {"2023-04"});
  EXPECT_THAT(Figures(Attendances()), ElementsAre("NOT_COLLECTED [0/2]"));
}

TEST_F(AnswerTest, AnOwedValueThatAHeldReturnLacksIsNotCollected) {
  KnownItem item = Attendances();
  item.dimensions[1].values.insert("type3");  // Since those returns were sent.
  source_.coverage = CoverageClass::kRollup;
  source_.parts_of_item["x"] = held_.Parts({"RXA"}, {"2023-04"});
  source_.dimensions = {{"department", {}}};
  EXPECT_THAT(Figures(item),
              ElementsAre("type1 130 [1/1]", "type2 24 [1/1]", "type3 NOT_COLLECTED [0/1]"));
  source_.dimensions = {};
  EXPECT_THAT(Figures(item), ElementsAre("154 [1/1]")) << "what was collected then is the sum";
}

// Pathways by commissioner, which is sparse.
class SparseAnswerTest : public AnswerTest {
 protected:
  SparseAnswerTest() : item_(CountedItem({DimensionOf("commissioner", {"NONC"}, true)})) {
    item_.dimensions[0].organisations = true;
    held_.Hold("RXA", "2023-04", HeldCell("w", {{"commissioner", "QHG"}}, "12"));
    held_.Hold("RXA", "2023-04", HeldCell("w", {{"commissioner", "QUE"}}, "7"));
    held_.Hold("RXB", "2023-04", HeldCell("w", {{"commissioner", "QHG"}}, "3"));
    held_.Hold("RXC", "2023-04");
    source_.coverage = CoverageClass::kRollup;
  }
  KnownItem item_;
};

TEST_F(SparseAnswerTest, AnAbsentCellIsNothingToAdd) {
  source_.parts_of_item["w"] = held_.Parts({"RXA", "RXB", "RXC"}, {"2023-04"});
  source_.dimensions = {{"commissioner", {}}};
  EXPECT_THAT(Figures(item_), ElementsAre("QHG 15 [3/3]", "QUE 7 [3/3]"));
  source_.dimensions = {};
  EXPECT_THAT(Figures(item_), ElementsAre("22 [3/3]"));
}

TEST_F(SparseAnswerTest, AValueAskedForByNameOfWhichThereIsNoneIsZero) {
  source_.parts_of_item["w"] = held_.Parts({"RXA", "RXC"}, {"2023-04"});
  source_.dimensions = {{"commissioner", {"QHG", "QWO"}}};
  EXPECT_THAT(Figures(item_), ElementsAre("QHG 12 [2/2]", "QWO 0 [2/2]"));
  item_.additive_over_organisations = false;  // An average: no zero means that there is none.
  source_.parts_of_item["w"] = held_.Parts({"RXA"}, {"2023-04"});
  EXPECT_THAT(Figures(item_), ElementsAre("QHG 12 [1/1]", "QWO NOT_APPLICABLE [1/1]"));
}

TEST_F(SparseAnswerTest, OfAMissingReturnItIsNotKnownWhetherThereIsOne) {
  source_.parts_of_item["w"] = held_.Parts({"RXA", "RXZ"}, {"2023-04"});
  source_.dimensions = {{"commissioner", {"QHG", "QWO"}}};
  EXPECT_THAT(Figures(item_), ElementsAre("QHG NOT_COLLECTED [1/2]", "QWO NOT_COLLECTED [1/2]"));
}

TEST_F(SparseAnswerTest, NothingAtAllHasNoFigureButTheWhole) {
  source_.parts_of_item["w"] = held_.Parts({"RXC"}, {"2023-04"});
  source_.dimensions = {{"commissioner", {}}};
  EXPECT_THAT(Figures(item_), ElementsAre());
  source_.dimensions = {};
  EXPECT_THAT(Figures(item_), ElementsAre("0 [1/1]"));
}

class FormulaAnswerTest : public AnswerTest {
 protected:
  FormulaAnswerTest() {
    source_.coverage = CoverageClass::kDerivable;
    Of({"RXA", "RXB"}, {"2023-04"});
  }
  void Of(const std::vector<std::string>& organisations, const std::vector<std::string>& periods) {
    for (const char* item : {"x", "y"}) {
      source_.parts_of_item[item] = held_.Parts(organisations, periods);
    }
  }
  static KnownItem FourHours() { return DerivedItem("(sum(x) - sum(y)) / sum(x)"); }
};

TEST_F(FormulaAnswerTest, IsAQuotientOfSums) {
  // x: 154 + 1300, y: 15 + 130: 1309 / 1454 within four hours, in lowest terms.
  EXPECT_THAT(Figures(FourHours()), ElementsAre("1309/1454 [2/2]"));
  EXPECT_EQ(figures_->front().derivation, "(sum(x) - sum(y)) / sum(x)");
  EXPECT_EQ(figures_->front().ratio->factor(), 1);
}

TEST_F(FormulaAnswerTest, ADecimalIsAValue) {
  Of({"RXB"}, {"2023-04"});
  EXPECT_THAT(Figures(FourHours()), ElementsAre("0.9 [1/1]"));
  EXPECT_THAT(Figures(DerivedItem("100 * y / x")), ElementsAre("10 [1/1]"));
}

TEST_F(FormulaAnswerTest, IsEvaluatedAtEachValueOfItsDimensions) {
  KnownItem item = FourHours();
  item.dimensions = {DimensionOf("department", {"type1"})};
  source_.dimensions = {{"department", {}}};
  // 143 of 1430 over four hours; type2 is no value of the derived item.
  EXPECT_THAT(Figures(item), ElementsAre("type1 0.9 [2/2]"));
  item.dimensions[0].values.insert("type2");
  EXPECT_THAT(Figures(item), ElementsAre("type1 0.9 [2/2]", "type2 11/12 [2/2]"));
  source_.dimensions[0].values = {"type2"};
  EXPECT_THAT(Figures(item), ElementsAre("type2 11/12 [2/2]"));
}

TEST_F(FormulaAnswerTest, AnItemWithoutTheDimensionIsTheSameAtEachValue) {
  held_.Hold("RXA", "2023-04", HeldCell("beds", {}, "13"));
  held_.Hold("RXB", "2023-04", HeldCell("beds", {}, "27"));
  source_.parts_of_item.erase("y");
  source_.parts_of_item["beds"] = held_.Parts({"RXA", "RXB"}, {"2023-04"});
  source_.dimensions = {{"department", {}}};
  EXPECT_THAT(Figures(DerivedItem("x / beds", {DimensionOf("department", {"type1", "type2"})})),
              ElementsAre("type1 35.75 [2/2]", "type2 0.6 [2/2]"));
}

TEST_F(FormulaAnswerTest, ReadsTheValuesThatItSelectsAndNoOthers) {
  Of({"RXA"}, {"2023-05"});  // y is withheld at type2.
  EXPECT_THAT(Figures(DerivedItem("sum(y[department = 'type1']) / sum(x[department = 'type1'])")),
              ElementsAre("0.1 [1/1]"));
  EXPECT_THAT(Figures(DerivedItem("sum(y[department = 'type1']) / sum(y)")),
              ElementsAre("WITHHELD [0/1]"));
}

// 52+ is among the others: all of them are no sum of which it could be a share.
TEST_F(FormulaAnswerTest, SumsNothingOverATotal) {
  KnownItem waits = CountedItem({DimensionOf("band", {"0-17", "18+", "52+"})});
  waits.dimensions[0].adds_up = false;
  for (const char* band : {"0-17", "18+", "52+"}) {
    held_.Hold("RXA", "2023-04", HeldCell("w", {{"band", band}}, "10"));
  }
  source_.parts_of_item = {{"w", held_.Parts({"RXA"}, {"2023-04"})}};
  const auto figures = [&](const char* formula) {
    return Figures(DerivedItem(formula), {}, {{"w", {&waits, {}}}}).front();
  };
  EXPECT_EQ(figures("w[band = '52+'] / w[band = '18+']"), "1 [1/1]");
  for (const char* formula :
       {"w[band = '52+'] / sum(w)", "w[band = '52+'] / sum(w[band = '18+' or '52+'])"}) {
    EXPECT_THAT(figures(formula), HasSubstr("was to be summed over band")) << formula;
  }
}

TEST_F(FormulaAnswerTest, OverANullIsANullWhateverItSaysOfNulls) {
  Of({"RXA"}, {"2023-04", "2023-05"});
  EXPECT_THAT(Figures(FourHours()), ElementsAre("WITHHELD [1/2]"));
  EXPECT_THAT(Figures(DerivedItem("coalesce(y, 0) + x")), ElementsAre("WITHHELD [1/2]"));
  source_.parts_of_item["x"] = held_.Parts({"RXA", "RXB"}, {"2023-04"});
  source_.parts_of_item["y"] = held_.Parts({"RXA", "RXZ"}, {"2023-04"});
  EXPECT_THAT(Figures(FourHours()), ElementsAre("NOT_COLLECTED [2/3]"));
}

TEST_F(FormulaAnswerTest, NothingOfNothingIsNotApplicable) {
  Hold("RXN", "2023-04", "x", {"0", "0", "0", "0"});
  Hold("RXN", "2023-04", "y", {"0", "0", "0", "0"});
  Of({"RXN"}, {"2023-04"});
  EXPECT_THAT(Figures(FourHours()), ElementsAre("NOT_APPLICABLE [1/1]"));
}

TEST_F(FormulaAnswerTest, AnAbsentCellOfASparseItemIsZero) {
  const KnownItem sparse = CountedItem({DimensionOf("band", {"18+", "0-18"}, true)});
  held_.Hold("RXA", "2023-04", HeldCell("w", {{"band", "0-18"}}, "8"));
  source_.parts_of_item = {{"w", held_.Parts({"RXA"}, {"2023-04"})}};
  const KnownItem item = DerivedItem("sum(w[band = '18+']) / sum(w)");
  EXPECT_THAT(Figures(item, {}, {{"w", {&sparse, {}}}}), ElementsAre("0 [1/1]"));
}

TEST_F(FormulaAnswerTest, KnowsHowManyDaysThePeriodHas) {
  Of({"RXB"}, {"2023-04"});
  EXPECT_THAT(Figures(DerivedItem("7 * x / days_in_period()")), ElementsAre("100 [1/1]"));
}

TEST_F(FormulaAnswerTest, WhatIsMadeOfSuppressedFiguresIsSuppressed) {
  Of({"RXA"}, {"2023-04"});
  const KnownItem x = Attendances(), y = Attendances();
  const DisclosureRule small{15, 0, "small numbers"};
  EXPECT_THAT(Figures(FourHours(), {}, {{"x", {&x, {}}}, {"y", {&y, small}}}),
              ElementsAre("suppressed by small numbers [1/1]"));
  EXPECT_THAT(Figures(FourHours(), {}, {{"x", {&x, small}}, {"y", {&y, {}}}}),
              ElementsAre("139/154 [1/1]"));
  EXPECT_THAT(Figures(FourHours(), small), ElementsAre("suppressed by small numbers [1/1]"));
}

TEST_F(FormulaAnswerTest, WhatIsMadeOfRoundedFiguresIsMadeOfThemAsTheyAreShown) {
  Of({"RXA"}, {"2023-04"});  // 154 and 15: 150 and 20.
  EXPECT_THAT(Figures(FourHours(), {0, 10, "tens"}), ElementsAre("13/15 [1/1]"));
}

TEST_F(FormulaAnswerTest, WithoutADivisionItsOwnFigureGoesByTheRuleToo) {
  Hold("RXS", "2023-04", "x", {"50", "0", "0", "0"});
  Hold("RXS", "2023-04", "y", {"48", "0", "0", "0"});
  Of({"RXS"}, {"2023-04"});
  EXPECT_THAT(Figures(DerivedItem("x - y"), {5, 0, "small numbers"}),
              ElementsAre("suppressed by small numbers [1/1]"));
}

TEST_F(AnswerTest, WhatIsShownIsSuppressedAndRoundedAfterItIsSummed) {
  source_.coverage = CoverageClass::kRollup;
  source_.parts_of_item["x"] = held_.Parts({"RXA"}, {"2023-04", "2023-05"});
  source_.dimensions = {{"booked", {}}, {"department", {}}};
  EXPECT_THAT(Figures(Attendances(), {12, 50, "ECDS 2018"}),
              ElementsAre("no,type1 300 [2/2]", "no,type2 50 [2/2]", "yes,type1 100 [2/2]",
                          "yes,type2 suppressed by ECDS 2018 [2/2]"));
}

TEST_F(AnswerTest, WhatMayNotBeSummedIsRefused) {
  source_.coverage = CoverageClass::kRollup;
  KnownItem item = Attendances();
  item.additive_over_time = false;
  source_.parts_of_item["x"] = held_.Parts({"RXA"}, {"2023-04", "2023-05"});
  EXPECT_THAT(Figures(item).front(), HasSubstr("not additive over time"));
  EXPECT_EQ(ReasonOf(figures_.status()), Reason::kInternal);
  item = Attendances();
  item.additive_over_organisations = false;
  source_.parts_of_item["x"] = held_.Parts({"RXA", "RXB"}, {"2023-04"});
  EXPECT_THAT(Figures(item).front(), HasSubstr("not additive over organisations"));
  item = Attendances();
  item.dimensions[1].adds_up = false;
  EXPECT_THAT(Figures(item).front(), HasSubstr("over department"));
  source_.dimensions = {{"department", {}}};
  EXPECT_THAT(Figures(item), ElementsAre("type1 1430 [2/2]", "type2 24 [2/2]"));
}

TEST_F(AnswerTest, AFigureThatIsTooGreatIsAnError) {
  held_.Hold("RXA", "2023-04", HeldCell("z", {}, "9199999999999"));
  held_.Hold("RXB", "2023-04", HeldCell("z", {}, "1"));
  source_.coverage = CoverageClass::kRollup;
  source_.parts_of_item["z"] = held_.Parts({"RXA", "RXB"}, {"2023-04"});
  EXPECT_THAT(Figures(CountedItem({})).front(), HasSubstr("9200000000000 is too great"));
  EXPECT_EQ(ReasonOf(figures_.status()), Reason::kDefinitionInvalid);
  source_.parts_of_item["z"] = held_.Parts({"RXA"}, {"2023-04"});
  EXPECT_THAT(Figures(DerivedItem("z * z * z")).front(), HasSubstr("too great"));
  EXPECT_EQ(ReasonOf(figures_.status()), Reason::kDefinitionInvalid);
  // 1 / 9199999999999: its denominator fits in millionths; that of its square does not fit at all.
  EXPECT_THAT(Figures(DerivedItem("1 / z")), ElementsAre("1/9199999999999 [1/1]"));
  EXPECT_THAT(Figures(DerivedItem("1 / z / 100")), ElementsAre("0.000001/919999999.9999 [1/1]"));
  EXPECT_THAT(Figures(DerivedItem("1 / z / z")).front(), HasSubstr("too great"));
}

TEST_F(AnswerTest, AFormulaThatIsNoNumberIsAnError) {
  source_.parts_of_item["x"] = held_.Parts({"RXA"}, {"2023-04"});
  EXPECT_THAT(Figures(DerivedItem("x > 1")).front(), HasSubstr("is a condition"));
  EXPECT_THAT(Figures(DerivedItem("x / sum(x[department = 'type1' or 'type2'])")).front(),
              HasSubstr("write sum(x)"));
}

TEST_F(AnswerTest, AnErrorOfReadingIsTheOutcome) {
  source_.parts_of_item["x"] = held_.Parts({"RXA"}, {"2023-04"});
  const auto broken = [](const FigureSource::Part&, const std::string&) {
    return absl::StatusOr<std::vector<Cell>>(absl::DataLossError("torn"));
  };
  for (const KnownItem& item : {Attendances(), DerivedItem("sum(x)")}) {
    EXPECT_EQ(EvaluateFigures(source_, item, Period::Parse("2023-04").value(), {}, broken).status(),
              absl::DataLossError("torn"));
  }
}

}  // namespace
}  // namespace onereturn::ingestion
