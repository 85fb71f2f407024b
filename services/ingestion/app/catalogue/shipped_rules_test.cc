// Every rule of the shipped definitions: cells on which it is silent and cells on which it speaks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/catalogue/testing/shipped_rule_cases.h"
#include "services/ingestion/app/testing/shipped_returns.h"

namespace onereturn::ingestion {
namespace {

TEST(ShippedRulesTest, EachSpeaksWhereItShouldAndNowhereElse) {
  const std::map<std::string, Collection> collections = ShippedCollections();
  for (const RuleCase& one : AllCases()) {
    const Collection& collection = collections.at(one.collection);
    Submission submission;
    submission.organisation = "RDY";
    submission.cells = CellsOfTexts(one.cells);
    ReturnHistory history;
    for (size_t i = 0; i < one.earlier.size(); ++i) {
      history.push_back(EarlierReturn{static_cast<uint32_t>(i + 1), CellsOfTexts(one.earlier[i])});
    }
    if (!one.beside.empty()) history.push_back(EarlierReturn{0, CellsOfTexts(one.beside)});
    const std::string usual =
        collection.period_kind == PeriodKind::kQuarter ? "2024-Q3" : "2024-08";
    const Period period = Period::Parse(one.period.empty() ? usual : one.period).value();
    const Judgement judgement = Judge(collection, period, submission, history);
    size_t findings = 0;
    for (const Finding& finding : judgement.findings.kept()) {
      findings += finding.code == one.rule ? 1 : 0;
      EXPECT_NE(finding.code, "RULE_FAULTY") << finding.message;
      EXPECT_NE(finding.code, "CELL_DIMENSION") << finding.message;
      EXPECT_NE(finding.code, "CELL_UNKNOWN_ITEM") << finding.message;
    }
    EXPECT_EQ(findings, one.findings)
        << one.collection << " " << one.rule << " on " << absl::StrJoin(one.cells, "; ");
  }
}

TEST(ShippedRulesTest, NoneIsWithoutACaseThatPassesAndOneThatFails) {
  std::set<std::string> silent;
  std::set<std::string> speaking;
  for (const RuleCase& one : AllCases()) {
    (one.findings == 0 ? silent : speaking).insert(one.collection + " " + one.rule);
  }
  size_t rules = 0;
  for (const auto& [code, collection] : ShippedCollections()) {
    for (const RuleSpec& rule : collection.rules) {
      ++rules;
      EXPECT_EQ(silent.count(code + " " + rule.code), 1u) << code << " " << rule.code;
      EXPECT_EQ(speaking.count(code + " " + rule.code), 1u) << code << " " << rule.code;
    }
  }
  EXPECT_EQ(rules, silent.size());
  EXPECT_EQ(rules, 54u);
}

// 1,500 rows with every band filled: 126,000 cells with a part type, and a month before as large.
TEST(ShippedRulesTest, TheLargestReturnIsJudgedInSeconds) {
  const Collection rtt = ShippedCollections().at("RTT");
  std::set<std::string> commissioners = *rtt.items.at("rtt_incomplete").dimensions[0].organisations;
  commissioners.insert("NONC");
  for (int i = 0; i < 8; ++i) commissioners.insert(absl::StrCat("C0", i));
  auto organisations = std::make_shared<const std::set<std::string>>(commissioners);
  Collection wider = rtt;
  for (auto& [code, item] : wider.items) item.dimensions[0].organisations = organisations;
  Submission submission;
  submission.organisation = "RDY";
  for (const char* item :
       {"rtt_admitted", "rtt_incomplete", "rtt_incomplete_with_decision", "rtt_non_admitted"}) {
    for (const std::string& commissioner : commissioners) {
      for (size_t function = 0; function < 20; ++function) {
        for (const std::string& band : RttBands()) {
          Cell cell;
          cell.item = item;
          cell.dimensions = {{"commissioner", commissioner},
                             {"treatment_function", TreatmentFunctions()[function]},
                             {"week_band", band}};
          cell.value = Decimal::FromWhole(static_cast<int64_t>(function));
          submission.cells.push_back(std::move(cell));
        }
      }
    }
  }
  ASSERT_EQ(submission.cells.size(), 126'000u);
  const ReturnHistory history = {EarlierReturn{1, submission.cells}};
  const auto start = std::chrono::steady_clock::now();
  const Judgement judgement = Judge(wider, Period::Parse("2026-06").value(), submission, history);
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  EXPECT_FALSE(judgement.findings.has_error());
  std::printf("%zu cells with a month before: judged in %.2f s\n", submission.cells.size(),
              seconds);
  EXPECT_LT(seconds, 20.0);
}

// What is asked for and what only informs, as the field has it.
TEST(ShippedRulesTest, SeveritiesAreThoseOfTheField) {
  std::map<Severity, std::set<std::string>> codes;
  for (const auto& [code, collection] : ShippedCollections()) {
    for (const RuleSpec& rule : collection.rules) codes[rule.severity].insert(rule.code);
  }
  EXPECT_THAT(codes[Severity::kExplain],
              ::testing::ElementsAre("AE06", "D04", "K01", "K04", "K05", "K07", "P03", "R09"));
  EXPECT_THAT(
      codes[Severity::kInfo],
      ::testing::ElementsAre("AE03", "AE04", "AE05", "AE07", "AE07R", "AE08", "D05", "D06", "K01D",
                             "K06", "P04", "P06", "P07", "R07", "R08", "R10", "R10C"));
}

// So completeness has something to call late.
TEST(ShippedRulesTest, EveryCollectionHasItsWindow) {
  std::map<std::string, std::string> windows;
  for (const auto& [code, collection] : ShippedCollections()) {
    ASSERT_TRUE(collection.window.has_value()) << code;
    windows[code] =
        absl::StrCat(collection.window->from.ToString(), " ", collection.window->open_day, "-",
                     collection.window->due_day, "-", collection.window->close_day);
  }
  EXPECT_EQ(windows, (std::map<std::string, std::string>{{"COUNCIL-CARE", "2026-10 1-10-20"},
                                                         {"CWT", "2026-10 1-25-25"},
                                                         {"DM01", "2026-10 1-10-20"},
                                                         {"KH03", "2026-Q4 1-21-45"},
                                                         {"MSitAE", "2026-10 1-2-125"},
                                                         {"PFR", "2026-10 1-12-60"},
                                                         {"PWR", "2026-10 1-15-20"},
                                                         {"RTT", "2026-10 1-10-20"}}));
}

}  // namespace
}  // namespace onereturn::ingestion
