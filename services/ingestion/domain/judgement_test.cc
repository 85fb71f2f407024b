#include "services/ingestion/domain/judgement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/cells/cell_chunk.h"
#include "services/ingestion/domain/testing/ae_collection.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

using Figures = std::map<std::string, std::string>;

Submission Of(std::string organisation, std::vector<Cell> cells,
              Origin origin = Origin::kSubmitted) {
  return Submission{std::move(organisation), origin, std::move(cells), {}, {}};
}

Judgement JudgeAe(const std::string& organisation, const std::string& period,
                  const Figures& figures, Origin origin = Origin::kSubmitted) {
  return Judge(AeCollection(), Period::Parse(period).value(),
               Of(organisation, AeCells(figures), origin));
}

std::vector<std::string> Codes(const Judgement& judgement) {
  std::vector<std::string> codes;
  for (const Finding& finding : judgement.findings.kept()) codes.push_back(finding.code);
  return codes;
}

TEST(JudgementTest, AReturnOfZerosIsValid) {
  const Judgement judgement = JudgeAe("RLQ", "2023-06", {});
  EXPECT_EQ(judgement.verdict, Verdict::kValid);
  EXPECT_THAT(Codes(judgement), IsEmpty());
  EXPECT_EQ(judgement.cell_count, 18u);
  EXPECT_THAT(judgement.chunks, SizeIs(1));
  EXPECT_THAT(DecodeChunk(judgement.chunks[0]).value(), SizeIs(18));
  EXPECT_EQ(judgement.cell_digest, CellDigest(judgement.chunk_digests));
}

struct RuleCase {
  const char* name;
  Figures figures;
  std::vector<std::string> codes;
  Verdict verdict;
};

class RuleTest : public ::testing::TestWithParam<RuleCase> {};

TEST_P(RuleTest, SaysWhatItShould) {
  const Judgement judgement = JudgeAe("RLQ", "2023-06", GetParam().figures);
  EXPECT_EQ(Codes(judgement), GetParam().codes);
  EXPECT_EQ(judgement.verdict, GetParam().verdict);
  EXPECT_EQ(judgement.chunks.empty(), GetParam().verdict == Verdict::kInvalid);
}

INSTANTIATE_TEST_SUITE_P(
    Ae, RuleTest,
    ::testing::Values(
        RuleCase{"a whole number", {{"ae_other_emergency_admissions", "388"}}, {}, Verdict::kValid},
        RuleCase{
            "AE01 below 0", {{"ae_other_emergency_admissions", "-1"}}, {"AE01"}, Verdict::kInvalid},
        RuleCase{
            "AE01 a half", {{"ae_other_emergency_admissions", "0.5"}}, {"AE01"}, Verdict::kInvalid},
        RuleCase{"AE01 twice",
                 {{"ae_other_emergency_admissions", "-1"}, {"ae_attendances|type2|no", "0.000001"}},
                 {"AE01", "AE01"},
                 Verdict::kInvalid},
        RuleCase{
            "AE01 a null", {{"ae_other_emergency_admissions", "WITHHELD"}}, {}, Verdict::kValid},
        RuleCase{"AE02 equal",
                 {{"ae_attendances|type1|no", "5"}, {"ae_over_four_hours|type1|no", "5"}},
                 {},
                 Verdict::kValid},
        RuleCase{"AE02 one more",
                 {{"ae_attendances|type1|no", "5"}, {"ae_over_four_hours|type1|no", "6"}},
                 {"AE02"},
                 Verdict::kInvalid},
        // Each kind by itself: attendances of another kind do not help.
        RuleCase{"AE02 booked apart",
                 {{"ae_attendances|type1|no", "50"}, {"ae_over_four_hours|type1|yes", "6"}},
                 {"AE02"},
                 Verdict::kInvalid},
        RuleCase{"AE02 two kinds",
                 {{"ae_over_four_hours|type2|no", "1"}, {"ae_over_four_hours|other|yes", "1"}},
                 {"AE02", "AE02"},
                 Verdict::kInvalid},
        RuleCase{"AE02 over four hours not known",
                 {{"ae_over_four_hours|type1|no", "NOT_APPLICABLE"}},
                 {},
                 Verdict::kValid},
        RuleCase{"AE02 attendances not known",
                 {{"ae_attendances|type1|no", "WITHHELD"}, {"ae_over_four_hours|type1|no", "6"}},
                 {},
                 Verdict::kValid},
        RuleCase{"AE03 booked count",
                 {{"ae_attendances|type1|no", "5"},
                  {"ae_attendances|type1|yes", "2"},
                  {"ae_admissions_via_ae|type1", "7"}},
                 {},
                 Verdict::kValid},
        RuleCase{"AE03 one more",
                 {{"ae_attendances|type1|no", "5"},
                  {"ae_attendances|type1|yes", "2"},
                  {"ae_admissions_via_ae|type1", "8"}},
                 {"AE03"},
                 Verdict::kValid},
        RuleCase{"AE03 another department's attendances",
                 {{"ae_attendances|type2|no", "50"}, {"ae_admissions_via_ae|type1", "1"}},
                 {"AE03"},
                 Verdict::kValid},
        RuleCase{"AE03 part of the attendances not known",
                 {{"ae_attendances|type1|yes", "WITHHELD"}, {"ae_admissions_via_ae|type1", "8"}},
                 {},
                 Verdict::kValid},
        RuleCase{"AE04 equal",
                 {{"ae_attendances|type1|no", "9"},
                  {"ae_admissions_via_ae|type1", "9"},
                  {"ae_waits_four_to_twelve_hours", "5"},
                  {"ae_waits_over_twelve_hours", "4"}},
                 {},
                 Verdict::kValid},
        RuleCase{"AE04 one more",
                 {{"ae_attendances|type1|no", "9"},
                  {"ae_admissions_via_ae|type1", "9"},
                  {"ae_waits_four_to_twelve_hours", "5"},
                  {"ae_waits_over_twelve_hours", "5"}},
                 {"AE04"},
                 Verdict::kValid},
        RuleCase{
            "AE04 one wait not known",
            {{"ae_waits_four_to_twelve_hours", "5"}, {"ae_waits_over_twelve_hours", "WITHHELD"}},
            {},
            Verdict::kValid},
        RuleCase{
            "AE04 some admissions not known",
            {{"ae_waits_four_to_twelve_hours", "5"}, {"ae_admissions_via_ae|other", "WITHHELD"}},
            {},
            Verdict::kValid}));

TEST(JudgementTest, AFindingSaysWhereWhatAndWhatToDo) {
  Submission submission = Of(
      "RLQ", AeCells({{"ae_attendances|type2|yes", "5"}, {"ae_over_four_hours|type2|yes", "6"}}));
  for (uint32_t i = 0; i < submission.cells.size(); ++i) {
    submission.places.push_back(Place{7, i + 5, AeColumns()[i].first});
  }
  const Judgement judgement = Judge(AeCollection(), Period::Parse("2023-06").value(), submission);
  ASSERT_THAT(Codes(judgement), ElementsAre("AE02"));
  const Finding& finding = judgement.findings.kept()[0];
  EXPECT_EQ(finding.severity, Severity::kError);
  EXPECT_EQ(finding.rule_version, 3u);
  EXPECT_EQ(finding.message,
            "Rule AE02 is broken. [department=type2, booked=yes] (ae_over_four_hours = 6; "
            "ae_attendances = 5)");
  EXPECT_EQ(finding.suggestion, "Look at it again.");
  EXPECT_EQ(finding.organisation, "RLQ");
  EXPECT_EQ(DescribeCell(*finding.cell), "ae_attendances [booked=yes, department=type2]");
  EXPECT_EQ(finding.got, "5");
  EXPECT_EQ(finding.expected, "ae_over_four_hours <= ae_attendances");
  EXPECT_EQ(finding.place.row, 7u);
  EXPECT_EQ(finding.place.column, 9u);
  // The place is the cell's, in whatever order the cells came.
  std::reverse(submission.cells.begin(), submission.cells.end());
  std::reverse(submission.places.begin(), submission.places.end());
  const Judgement other =
      Judge(AeCollection(), Period::Parse("2023-06").value(), std::move(submission));
  EXPECT_EQ(other.findings.kept()[0].place.column, 9u);
  EXPECT_EQ(DescribeCell(*other.findings.kept()[0].cell), DescribeCell(*finding.cell));
}

TEST(JudgementTest, EveryFindingComesInOnePass) {
  const Judgement judgement = JudgeAe("RDY", "2023-07",
                                      {{"ae_other_emergency_admissions", "-1"},
                                       {"ae_over_four_hours|type2|no", "1"},
                                       {"ae_admissions_via_ae|other", "3"},
                                       {"ae_waits_over_twelve_hours", "4"}});
  EXPECT_THAT(Codes(judgement), ElementsAre("NOT_IN_FRAME", "AE01", "AE02", "AE03", "AE04"));
  EXPECT_EQ(judgement.verdict, Verdict::kInvalid);
}

TEST(JudgementTest, AReturnOutsideTheFrameIsAnErrorUnlessANationalBodyPublishedIt) {
  struct Case {
    const char* organisation;
    const char* period;
    bool owes;
  };
  for (const Case& one : {Case{"RDY", "2022-03", false}, Case{"RDY", "2022-04", true},
                          Case{"RDY", "2023-06", true}, Case{"RDY", "2023-07", false},
                          Case{"RLQ", "2031-01", true}, Case{"RXX", "2023-06", false}}) {
    const Judgement sent = JudgeAe(one.organisation, one.period, {});
    const Judgement imported = JudgeAe(one.organisation, one.period, {}, Origin::kImport);
    EXPECT_EQ(sent.verdict, one.owes ? Verdict::kValid : Verdict::kInvalid) << one.period;
    EXPECT_EQ(imported.verdict, Verdict::kValid);
    if (one.owes) {
      EXPECT_THAT(Codes(sent), IsEmpty());
      EXPECT_THAT(Codes(imported), IsEmpty());
      continue;
    }
    ASSERT_THAT(Codes(sent), ElementsAre("NOT_IN_FRAME"));
    EXPECT_EQ(sent.findings.kept()[0].severity, Severity::kError);
    ASSERT_THAT(Codes(imported), ElementsAre("NOT_IN_FRAME"));
    EXPECT_EQ(imported.findings.kept()[0].severity, Severity::kInfo);
  }
  Collection open = AeCollection();
  open.frames.clear();
  EXPECT_EQ(Judge(open, Period::Parse("2023-06").value(), Of("RXX", AeCells())).verdict,
            Verdict::kValid);
}

TEST(JudgementTest, StructureIsCheckedCellByCell) {
  std::vector<Cell> cells = AeCells();
  cells.push_back(AeCell("ae_attendances|type1|no", "9"));           // 18: again.
  cells.push_back(AeCell("ae_attendances|type1|no", "9"));           // 19: and again.
  cells.push_back(AeCell("ae_arrivals|type1|no", "9"));              // 20
  cells.push_back(AeCell("ae_attendances|type9|no", "9"));           // 21
  cells.push_back(AeCell("ae_attendances|type1", "9"));              // 22: a dimension less.
  cells.push_back(AeCell("ae_waits_over_twelve_hours|type1", "9"));  // 23: one too many.
  Submission submission = Of("RLQ", cells);
  for (uint32_t i = 0; i < cells.size(); ++i) {
    submission.places.push_back(Place{0, 0, absl::StrCat("cells[", i, "]")});
  }
  const Judgement judgement =
      Judge(AeCollection(), Period::Parse("2023-06").value(), std::move(submission));
  EXPECT_EQ(judgement.verdict, Verdict::kInvalid);
  std::vector<std::string> structural;
  for (const Finding& finding : judgement.findings.kept()) {
    if (finding.code.substr(0, 5) != "CELL_") continue;
    structural.push_back(absl::StrCat(finding.code, " ", finding.place.field));
    EXPECT_EQ(finding.severity, Severity::kError);
    EXPECT_EQ(finding.rule_version, 0u);
  }
  EXPECT_THAT(structural, ::testing::UnorderedElementsAre(
                              "CELL_UNKNOWN_ITEM cells[20]", "CELL_DIMENSION cells[21]",
                              "CELL_DIMENSION cells[22]", "CELL_DIMENSION cells[23]",
                              "CELL_DUPLICATE cells[18]", "CELL_DUPLICATE cells[19]"));
}

TEST(JudgementTest, ADimensionFindingListsWhatIsExpected) {
  std::vector<Cell> cells = AeCells();
  cells[0].dimensions[1].value = "type4";
  const Judgement judgement =
      Judge(AeCollection(), Period::Parse("2023-06").value(), Of("RLQ", cells));
  ASSERT_THAT(judgement.findings.kept(), Not(IsEmpty()));
  EXPECT_EQ(judgement.findings.kept()[0].expected,
            "booked: no, yes; department: other, type1, type2");
  cells = AeCells();
  cells[12].dimensions.push_back({"department", "type1"});
  const Judgement plain = Judge(AeCollection(), Period::Parse("2023-06").value(), Of("RLQ", cells));
  EXPECT_EQ(plain.findings.kept()[0].expected, "no dimensions");
}

TEST(JudgementTest, EveryMissingCellIsNamed) {
  std::vector<Cell> cells = AeCells();
  cells.erase(cells.begin() + 12, cells.begin() + 14);
  cells.erase(cells.begin());
  const Judgement judgement =
      Judge(AeCollection(), Period::Parse("2023-06").value(), Of("RLQ", cells));
  std::vector<std::string> missing;
  for (const Finding& finding : judgement.findings.kept()) {
    if (finding.code == "CELL_MISSING") missing.push_back(DescribeCell(*finding.cell));
  }
  EXPECT_THAT(missing, ElementsAre("ae_attendances [booked=no, department=type1]",
                                   "ae_waits_four_to_twelve_hours", "ae_waits_over_twelve_hours"));
  EXPECT_EQ(judgement.verdict, Verdict::kInvalid);
  const Judgement nothing = Judge(AeCollection(), Period::Parse("2023-06").value(), Of("RLQ", {}));
  EXPECT_EQ(nothing.findings.count(), 18u);
}

TEST(NotCollectedTest, AnImportsNumberBecomesANullInEachMonthOfTheSpan) {
  struct Case {
    const char* organisation;
    const char* period;
    bool hole;
  };
  for (const Case& one : {Case{"RVW", "2022-04", true}, Case{"RVW", "2023-05", true},
                          Case{"RVW", "2023-06", false}, Case{"RVW", "2020-04", true},
                          Case{"RVW", "2020-03", false}, Case{"RLQ", "2023-05", false}}) {
    const Figures figures = {{"ae_attendances|type1|no", "5"},
                             {"ae_over_four_hours|type1|no", "2"}};
    const Judgement imported = JudgeAe(one.organisation, one.period, figures, Origin::kImport);
    EXPECT_EQ(imported.verdict, Verdict::kValid);
    int nulls = 0;
    const std::vector<Cell> cells = DecodeChunk(imported.chunks[0]).value();
    for (const Cell& cell : cells) {
      if (cell.value.has_value()) continue;
      ++nulls;
      EXPECT_EQ(cell.item, "ae_over_four_hours");
      EXPECT_EQ(cell.null_reason, NullReason::kNotCollected);
    }
    EXPECT_EQ(nulls, one.hole ? 6 : 0) << one.organisation << " " << one.period;
    EXPECT_EQ(imported.cell_count, 18u);
  }
}

TEST(NotCollectedTest, ANumberFromTheOrganisationItselfIsAnErrorZeroIncluded) {
  const Judgement zeros = JudgeAe("RVW", "2023-05", {});
  EXPECT_EQ(zeros.verdict, Verdict::kInvalid);
  ASSERT_EQ(zeros.findings.count(), 6u);
  for (const Finding& finding : zeros.findings.kept()) {
    EXPECT_EQ(finding.code, "CELL_NOT_COLLECTED");
    EXPECT_EQ(finding.severity, Severity::kError);
    EXPECT_EQ(finding.got, "0");
    EXPECT_EQ(finding.expected, "NOT_COLLECTED");
  }
  EXPECT_EQ(JudgeAe("RVW", "2023-06", {}).verdict, Verdict::kValid);
  Figures nulls;
  for (const auto& [header, name] : AeColumns()) {
    if (name.find("over_four") != std::string::npos) nulls[name] = "NOT_COLLECTED";
  }
  const Judgement sent = JudgeAe("RVW", "2023-05", nulls);
  EXPECT_EQ(sent.verdict, Verdict::kValid);
  // The same cells, whoever wrote the null.
  EXPECT_EQ(sent.cell_digest, JudgeAe("RVW", "2023-05", {}, Origin::kImport).cell_digest);
}

TEST(NotCollectedTest, AnImportKeepsTheReasonThatItsFileGives) {
  const Judgement judgement =
      JudgeAe("RVW", "2023-05", {{"ae_over_four_hours|type1|no", "WITHHELD"}}, Origin::kImport);
  int withheld = 0;
  const std::vector<Cell> cells = DecodeChunk(judgement.chunks[0]).value();
  for (const Cell& cell : cells) {
    withheld += !cell.value.has_value() && cell.null_reason == NullReason::kWithheld ? 1 : 0;
  }
  EXPECT_EQ(withheld, 1);
}

Collection WithExplain() {
  Collection collection = AeCollection();
  collection.rules.push_back(
      AeRule("EX01", Severity::kExplain, "ae_attendances <= 1000", {"department", "booked"}));
  return collection;
}

TEST(ExplainTest, AQuestionedValueIsTakenAndAnExplanationIsOwed) {
  const Judgement judgement = Judge(WithExplain(), Period::Parse("2023-06").value(),
                                    Of("RLQ", AeCells({{"ae_attendances|type1|no", "1001"}})));
  EXPECT_EQ(judgement.verdict, Verdict::kValidWithExplanations);
  ASSERT_THAT(Codes(judgement), ElementsAre("EX01"));
  EXPECT_EQ(judgement.findings.kept()[0].severity, Severity::kExplain);
  EXPECT_THAT(judgement.findings.kept()[0].suggestion, StartsWith("EXPLANATION_OWED: "));
  EXPECT_THAT(judgement.chunks, SizeIs(1));
}

TEST(ExplainTest, AnExplanationOfTheRuleOrOfTheCellIsEnough) {
  const Cell cell = AeCell("ae_attendances|type1|no", "1001");
  const Cell other = AeCell("ae_attendances|type2|no", "1001");
  struct Case {
    ExplanationGiven given;
    bool owed;
  };
  for (const Case& one :
       {Case{{"EX01", std::nullopt, "A marathon."}, false},
        Case{{"EX01", cell, "A marathon."}, false}, Case{{"EX01", other, "A marathon."}, true},
        Case{{"EX02", std::nullopt, "A marathon."}, true}}) {
    Submission submission = Of("RLQ", AeCells({{"ae_attendances|type1|no", "1001"}}));
    submission.explanations = {one.given};
    const Judgement judgement =
        Judge(WithExplain(), Period::Parse("2023-06").value(), std::move(submission));
    EXPECT_EQ(judgement.verdict, Verdict::kValidWithExplanations);
    ASSERT_THAT(Codes(judgement), ElementsAre("EX01"));
    EXPECT_EQ(judgement.findings.kept()[0].suggestion.find("EXPLANATION_OWED") == 0, one.owed);
  }
}

TEST(ExplainTest, AnErrorBesideItDecides) {
  const Judgement judgement = Judge(WithExplain(), Period::Parse("2023-06").value(),
                                    Of("RLQ", AeCells({{"ae_attendances|type1|no", "1001"},
                                                       {"ae_other_emergency_admissions", "-1"}})));
  EXPECT_EQ(judgement.verdict, Verdict::kInvalid);
  EXPECT_THAT(Codes(judgement), ElementsAre("AE01", "EX01"));
}

TEST(JudgementTest, ARuleThatCannotBeEvaluatedIsItsOwnersFault) {
  Collection collection = AeCollection();
  collection.rules = {AeRule("BAD", Severity::kError, "ae_attendances > 0")};  // Six cells: which?
  const Judgement judgement =
      Judge(collection, Period::Parse("2023-06").value(), Of("RLQ", AeCells()));
  EXPECT_EQ(judgement.verdict, Verdict::kValid);
  ASSERT_THAT(Codes(judgement), ElementsAre("RULE_FAULTY"));
  EXPECT_EQ(judgement.findings.kept()[0].severity, Severity::kInfo);
  EXPECT_THAT(judgement.findings.kept()[0].message, HasSubstr("BAD"));
}

TEST(JudgementTest, NoRuleIsBlamedForACellThatIsWrong) {
  Collection collection = AeCollection();
  collection.rules = {AeRule("BAD", Severity::kError, "ae_attendances > 0")};
  std::vector<Cell> cells = AeCells();
  cells[0].dimensions.clear();
  const Judgement judgement =
      Judge(collection, Period::Parse("2023-06").value(), Of("RLQ", std::move(cells)));
  EXPECT_EQ(judgement.verdict, Verdict::kInvalid);
  EXPECT_THAT(Codes(judgement), ::testing::Not(::testing::Contains("RULE_FAULTY")));
}

TEST(JudgementTest, ManyFindingsAreCountedAndAThousandKeptShort) {
  std::vector<Cell> cells;
  for (int i = 0; i < 5'000; ++i) {
    cells.push_back(AeCell(absl::StrCat(std::string(20'000, 'x'), i, "|type1"), "1"));
  }
  const Judgement judgement =
      Judge(AeCollection(), Period::Parse("2023-06").value(), Of("RLQ", std::move(cells)));
  EXPECT_EQ(judgement.findings.count(), 5'000u);
  ASSERT_THAT(judgement.findings.kept(), SizeIs(Findings::kKept));
  size_t bytes = 0;
  for (const Finding& finding : judgement.findings.kept()) {
    bytes += finding.message.size() + finding.suggestion.size() + finding.cell->item.size();
  }
  EXPECT_LT(bytes, 1'000'000u);
}

}  // namespace
}  // namespace onereturn::ingestion
