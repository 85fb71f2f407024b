// What a long file may say beside its figures: how firm they are, and why they are as they are.
#include "services/ingestion/domain/long_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/domain/judgement.h"
#include "services/ingestion/domain/testing/ae_collection.h"
#include "services/ingestion/domain/testing/read_file.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kHeader[] =
    "organisation,period,item,department,booked,value,null_reason,status,explanation\n";

// A row of RLQ's for one cell without dimensions.
std::string Row(const std::string& status, const std::string& explanation,
                const std::string& item = "ae_waits_over_twelve_hours") {
  return absl::StrCat("RLQ,2023-06,", item, ",,,3,,", status, ",", explanation, "\n");
}

ReadFileResult Read(const std::string& rows) {
  return ReadReturnFile(AeCollection(), "long", absl::StrCat(kHeader, rows));
}

TEST(LongFileTest, RowsSayHowFirmTheirFiguresAre) {
  const std::pair<const char*, std::optional<FigureStatus>> cases[] = {
      {"provisional", FigureStatus::kProvisional},
      {"final", FigureStatus::kFinal},
      {"Estimated", FigureStatus::kEstimated},
      {"", std::nullopt},
  };
  for (const auto& [text, status] : cases) {
    const ReadFileResult result = Read(Row(text, ""));
    ASSERT_THAT(result.status, IsOk()) << text;
    EXPECT_EQ(result.rows[0].status, status) << text;
    EXPECT_EQ(FindingsOf(result), "") << text;
  }
}

TEST(LongFileTest, AStatusThatIsNoneOrNotTheSameIsAFindingWithItsPlace) {
  EXPECT_EQ(FindingsOf(Read(Row("firm", ""))), "ROW_STATUS 2 8");
  EXPECT_EQ(
      FindingsOf(Read(Row("final", "") + Row("estimated", "", "ae_other_emergency_admissions"))),
      "ROW_STATUS 3 8");
  const ReadFileResult blank =
      Read(Row("estimated", "") + Row("", "", "ae_other_emergency_admissions"));
  EXPECT_EQ(FindingsOf(blank), "");
  EXPECT_EQ(blank.rows[0].status, FigureStatus::kEstimated);
}

TEST(LongFileTest, AReasonStandsBesideItsFigureForWhateverRuleAsks) {
  const ReadFileResult result = Read(Row("", "A ward was closed for two weeks."));
  ASSERT_THAT(result.status, IsOk());
  ASSERT_THAT(result.rows[0].explanations, SizeIs(1));
  const ExplanationGiven& given = result.rows[0].explanations[0];
  EXPECT_EQ(given.rule, "");
  EXPECT_EQ(given.cell->item, "ae_waits_over_twelve_hours");
  EXPECT_EQ(given.text, "A ward was closed for two weeks.");
}

TEST(LongFileTest, AReasonThatCannotBeKeptIsAFindingThatRepeatsNoneOfIt) {
  const std::pair<std::string, const char*> cases[] = {
      {"Ask Mrs Smith at LS1 3EX.", "PERSONAL_DATA 2 9"},
      {"Patient 943 476 5919 was moved.", "PERSONAL_DATA 2 9"},
      {std::string(2'001, 'x'), "EXPLANATION 2 9"},
      {"a\x01z", "EXPLANATION 2 9"},
      {"\"One line.\nAnother.\"", "EXPLANATION 2 9"},
  };
  for (const auto& [text, finding] : cases) {
    const ReadFileResult result = Read(Row("", text));
    ASSERT_THAT(result.status, IsOk()) << text;
    EXPECT_EQ(FindingsOf(result), finding) << text;
    EXPECT_THAT(result.rows[0].explanations, IsEmpty()) << text;
    for (const Finding& one : result.rows[0].findings.kept()) {
      EXPECT_EQ(one.got, "") << text;
      EXPECT_EQ(absl::StrCat(one.message, one.suggestion).find("943"), std::string::npos);
      EXPECT_EQ(absl::StrCat(one.message, one.suggestion).find("LS1"), std::string::npos);
    }
  }
}

TEST(LongFileTest, AsManyReasonsAsAReturnTakes) {
  std::string rows;
  for (size_t i = 0; i <= kMaxExplanations; ++i) absl::StrAppend(&rows, Row("", "As before."));
  const ReadFileResult result = Read(rows);
  EXPECT_THAT(result.rows[0].explanations, SizeIs(kMaxExplanations));
  EXPECT_EQ(FindingsOf(result), absl::StrCat("EXPLANATION ", kMaxExplanations + 2, " 9"));
}

// Seventeen reasons of 2,000 bytes are more than 32 KiB.
TEST(LongFileTest, ReasonsAreBoundedTogether) {
  std::string rows;
  for (int i = 0; i < 17; ++i) absl::StrAppend(&rows, Row("", std::string(2'000, 'x')));
  EXPECT_THAT(Read(rows).rows[0].explanations, SizeIs(16));
}

// What looks like a patient is withheld wherever a file writes it; a figure is a figure.
TEST(LongFileTest, WhatCouldBeAPatientIsShownNowhere) {
  const ReadFileResult result = Read("RLQ,2023-06,943 476 5919,,,LS1 3EX,,,\n");
  ASSERT_THAT(result.status, IsOk());
  ASSERT_THAT(result.rows[0].findings.kept(), SizeIs(1));
  const Finding& finding = result.rows[0].findings.kept()[0];
  EXPECT_EQ(finding.got, "(withheld)");
  EXPECT_EQ(finding.cell->item, "(withheld)");
}

TEST(DuplicateTest, ACellThatStandsTwiceIsGradedByWhatMendsIt) {
  const auto judged = [](const std::string& first, const std::string& second) {
    Submission submission;
    submission.organisation = "RLQ";
    submission.cells = AeCells({{"ae_waits_over_twelve_hours", first}});
    submission.cells.push_back(AeCell("ae_waits_over_twelve_hours", second));
    Collection collection = AeCollection();
    collection.rules.clear();
    const Judgement judgement = Judge(collection, Period::Parse("2023-06").value(), submission);
    EXPECT_EQ(judgement.verdict, Verdict::kInvalid);
    std::vector<std::string> words;
    for (const Finding& finding : judgement.findings.kept()) {
      words.push_back(
          absl::StrCat(finding.code, ": ", finding.message.substr(finding.message.rfind(',') + 2)));
    }
    return absl::StrJoin(words, "\n");
  };
  const std::string same = "CELL_DUPLICATE: the same both times: a complete duplicate.";
  EXPECT_EQ(judged("3", "3"), same);
  EXPECT_EQ(judged("WITHHELD", "WITHHELD"), same);
  EXPECT_EQ(judged("3", "NOT_COLLECTED"),
            "CELL_DUPLICATE: once with a figure: a consistent duplicate.");
  const std::string differs = "CELL_DUPLICATE: with different figures: an inconsistent duplicate.";
  EXPECT_EQ(judged("3", "4"), differs);
  EXPECT_EQ(judged("WITHHELD", "NOT_COLLECTED"), differs);
}

// A rule that reads several cells together is answered by a reason beside any of them, and a rule
// of each cell by one beside that cell alone.
TEST(ExplainedRuleTest, AReasonBesideAnyCellThatARuleReadsIsOneForIt) {
  Collection collection = AeCollection();
  collection.rules = {
      AeRule("T01", Severity::kExplain, "ae_over_four_hours <= 1", {"department", "booked"}),
      AeRule("T02", Severity::kExplain,
             "ae_waits_over_twelve_hours <= ae_other_emergency_admissions")};
  Submission submission;
  submission.organisation = "RLQ";
  submission.cells = AeCells({{"ae_over_four_hours|type1|no", "5"},
                              {"ae_over_four_hours|type2|no", "5"},
                              {"ae_waits_over_twelve_hours", "2"},
                              {"ae_attendances|type1|no", "5"},
                              {"ae_attendances|type2|no", "5"}});
  submission.explanations = {
      {"", AeCell("ae_over_four_hours|type1|no", "5"), "A late ambulance."},
      {"", AeCell("ae_other_emergency_admissions", "0"), "Counted elsewhere."}};
  const Judgement judgement = Judge(collection, Period::Parse("2023-06").value(), submission);
  std::vector<std::string> owed;
  for (const Finding& finding : judgement.findings.kept()) {
    const bool owing = finding.suggestion.find("EXPLANATION_OWED") == 0;
    owed.push_back(absl::StrCat(finding.code, owing ? " owed" : " given"));
  }
  EXPECT_THAT(owed, ElementsAre("T01 given", "T01 owed", "T02 given"));
}

}  // namespace
}  // namespace onereturn::ingestion
