// Every rule of the shipped definitions: cells on which it is silent and cells on which it speaks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/testing/shipped_returns.h"

namespace onereturn::ingestion {
namespace {

using Texts = std::vector<std::string>;

// "item dimension=value dimension=value: figure".
Cell CellOfText(const std::string& text) {
  const std::vector<std::string> halves = absl::StrSplit(text, ": ");
  const std::vector<std::string> words = absl::StrSplit(halves.at(0), ' ');
  Cell cell;
  cell.item = words.front();
  for (size_t i = 1; i < words.size(); ++i) {
    const std::pair<std::string, std::string> pair = absl::StrSplit(words[i], '=');
    cell.dimensions.push_back(DimensionValue{pair.first, pair.second});
  }
  std::sort(cell.dimensions.begin(), cell.dimensions.end());
  cell.value = Decimal::Parse(halves.at(1)).value();
  return cell;
}

std::vector<Cell> CellsOfTexts(const Texts& texts) {
  std::vector<Cell> cells;
  for (const std::string& text : texts) cells.push_back(CellOfText(text));
  return cells;
}

struct RuleCase {
  std::string collection;
  std::string rule;
  size_t findings;  // 0: the rule is silent.
  Texts cells;
  std::vector<Texts> earlier = {};  // The period before first.
};

std::string Attendances(int figure) {
  return absl::StrCat("ae_attendances department=type1 booked=no: ", figure);
}

// `count` months before, by turns of these attendances; the month before has the first.
std::vector<Texts> Months(size_t count, int first, int second) {
  std::vector<Texts> months;
  for (size_t i = 0; i < count; ++i) months.push_back({Attendances(i % 2 == 0 ? first : second)});
  return months;
}

// The eleven months before.
std::vector<Texts> YearOf(const Texts& month) { return std::vector<Texts>(11, month); }

// Limits are mean -/+ 2.66 x average moving range: of 100 and 110 by turns 78.4 and 131.6, of
// 1,000 and 1,010 by turns 978.4 and 1,031.6, of 100 and 300 by turns -332 and 732.
std::vector<RuleCase> AttendanceCases() {
  const std::string over = "ae_over_four_hours department=type1 booked=no: ";
  const std::string admitted = "ae_admissions_via_ae department=type1: ";
  const auto small = [&](int attendances, int other_admissions) {
    return Texts{Attendances(attendances), admitted + "30",
                 absl::StrCat("ae_other_emergency_admissions: ", other_admissions)};
  };
  return {
      {"MSitAE", "AE01", 0, {"ae_other_emergency_admissions: 0"}},
      {"MSitAE", "AE01", 1, {"ae_other_emergency_admissions: -1"}},
      {"MSitAE", "AE01", 1, {"ae_other_emergency_admissions: 0.5"}},
      {"MSitAE", "AE02", 0, {Attendances(5), over + "5"}},
      {"MSitAE", "AE02", 1, {Attendances(5), over + "6"}},
      {"MSitAE",
       "AE03",
       0,
       {Attendances(3), "ae_attendances department=type1 booked=yes: 2", admitted + "5"}},
      {"MSitAE",
       "AE03",
       1,
       {Attendances(3), "ae_attendances department=type1 booked=yes: 2", admitted + "6"}},
      {"MSitAE",
       "AE04",
       0,
       {"ae_waits_four_to_twelve_hours: 3", "ae_waits_over_twelve_hours: 2", admitted + "5"}},
      {"MSitAE",
       "AE04",
       1,
       {"ae_waits_four_to_twelve_hours: 3", "ae_waits_over_twelve_hours: 2", admitted + "4"}},
      {"MSitAE", "AE06", 1, {Attendances(151)}, Months(12, 100, 110)},
      {"MSitAE", "AE06", 0, {Attendances(150)}, Months(12, 100, 110)},  // 50, not over it.
      {"MSitAE", "AE06", 0, {Attendances(151)}, Months(11, 100, 110)},  // No limits of 11.
      {"MSitAE", "AE06", 1, {Attendances(1301)}, Months(12, 1000, 1010)},
      {"MSitAE", "AE06", 0, {Attendances(1300)}, Months(12, 1000, 1010)},  // 30 %, not over it.
      {"MSitAE", "AE06", 0, {Attendances(200)}, Months(12, 100, 300)},     // Within the limits.
      {"MSitAE", "AE06", 1, {Attendances(0)}, Months(12, 100, 110)},
      {"MSitAE", "AE07", 1, {Attendances(1000), over + "50"}},
      {"MSitAE", "AE07", 0, {Attendances(1000), over + "49"}},
      {"MSitAE", "AE07", 1, {Attendances(2000), over + "101"}},  // 94.95 %, shown as 95.0 %.
      {"MSitAE", "AE07", 0, {Attendances(2000), over + "99"}},   // 95.05 %, shown as 95.1 %.
      {"MSitAE", "AE07", 1, {Attendances(100), over + "22"}},
      {"MSitAE", "AE07", 0, {Attendances(0), over + "0"}},
      {"MSitAE", "AE08", 1, small(200, 9), YearOf(small(200, 9))},
      {"MSitAE", "AE08", 0, small(201, 9), YearOf(small(200, 9))},
      {"MSitAE", "AE08", 0, small(200, 10), YearOf(small(200, 10))},
      {"MSitAE", "AE08", 1, small(200, 10), YearOf(small(200, 9))},
      {"MSitAE", "AE08", 0, small(0, 9), YearOf(small(200, 9))},
      {"MSitAE", "AE08", 0, small(100, 9), {small(100, 9)}},  // No year is held.
  };
}

std::string Waiting(const std::string& test, int patients) {
  return absl::StrCat("dm01_waiting commissioner=QWO test=", test, " week_band=00-01: ", patients);
}

std::string Tests(const std::string& test, int count) {
  return absl::StrCat("dm01_activity commissioner=QWO test=", test, " activity=planned: ", count);
}

std::vector<RuleCase> DiagnosticsCases() {
  Texts all;
  for (const std::string& test : DiagnosticTests()) all.push_back(Waiting(test, 0));
  const Texts mri = {Waiting("MRI", 5)};
  const Texts both = {Waiting("MRI", 5), Waiting("CT", 1)};
  return {
      {"DM01", "D00", 0, {Waiting("MRI", 0)}},
      {"DM01", "D00", 1, {Waiting("MRI", -1)}},
      {"DM01", "D04", 0, all},
      {"DM01", "D04", 14, mri},
      {"DM01", "D05", 1, {Waiting("CT", 5), Tests("CT", 0)}, {{Waiting("CT", 3), Tests("CT", 0)}}},
      {"DM01", "D05", 0, {Waiting("CT", 5), Tests("CT", 0)}, {{Waiting("CT", 3), Tests("CT", 1)}}},
      {"DM01", "D05", 0, {Waiting("CT", 5), Tests("CT", 1)}, {{Waiting("CT", 3), Tests("CT", 0)}}},
      {"DM01", "D06", 1, both, {mri, mri, mri}},
      {"DM01", "D06", 0, both, {mri, mri, both}},
      {"DM01", "D06", 0, both, {mri, mri}},
  };
}

std::string Pathways(const std::string& item, const std::string& band, int count) {
  return absl::StrCat("rtt_", item, " commissioner=NONC treatment_function=C_100 week_band=", band,
                      ": ", count);
}

std::string Counted(const std::string& item, int count) {
  return absl::StrCat("rtt_", item, " commissioner=NONC treatment_function=C_100: ", count);
}

std::vector<RuleCase> WaitingTimeCases() {
  const std::vector<Texts> before = {{Pathways("incomplete", "00-01", 100)}};
  const Texts flow = {Pathways("admitted", "03-04", 12), Pathways("non_admitted", "03-04", 7),
                      Counted("admitted_unknown_start", 1), Counted("new_clock_starts", 30)};
  const auto with = [](Texts texts, const std::string& text) {
    texts.push_back(text);
    return texts;
  };
  return {
      {"RTT", "R02", 0, {Counted("new_clock_starts", 0)}},
      {"RTT", "R02", 1, {Counted("new_clock_starts", -3)}},
      {"RTT",
       "R05",
       0,
       {Pathways("incomplete", "17-18", 4), Pathways("incomplete_with_decision", "17-18", 4)}},
      {"RTT",
       "R05",
       1,
       {Pathways("incomplete", "17-18", 4), Pathways("incomplete_with_decision", "17-18", 5)}},
      {"RTT",
       "R05",
       1,
       {Pathways("incomplete", "17-18", 4), Pathways("incomplete_with_decision", "18-19", 4)}},
      {"RTT", "R07", 0, {Pathways("admitted", "00-01", 19), Counted("admitted_unknown_start", 1)}},
      {"RTT",
       "R07",
       1,
       {Pathways("admitted", "00-01", 18), Counted("non_admitted_unknown_start", 1)}},
      // 100 and 30 more, 20 done: 110. Ten off are 10 % of 100.
      {"RTT", "R08", 0, with(flow, Pathways("incomplete", "00-01", 100)), before},
      {"RTT", "R08", 1, with(flow, Pathways("incomplete", "00-01", 99)), before},
      {"RTT", "R08", 0, with(flow, Pathways("incomplete", "00-01", 120)), before},
      {"RTT", "R08", 1, with(flow, Pathways("incomplete", "00-01", 121)), before},
      {"RTT", "R09", 1, {Pathways("incomplete", "104+", 1)}, before},
      {"RTT", "R09", 0, {Pathways("incomplete", "103-104", 1)}, before},
      {"RTT", "R09", 0, {Pathways("incomplete", "104+", 9)}, {{Pathways("incomplete", "104+", 1)}}},
  };
}

std::string Beds(const std::string& item, const std::string& sector, int days) {
  return absl::StrCat("kh03_", item, " sector=", sector, ": ", days);
}

std::vector<RuleCase> BedCases() {
  const std::string by_specialty = "kh03_occupied_overnight_by_specialty specialty=300: ";
  const std::string by_day = "kh03_occupied_day_only_by_specialty specialty=300: ";
  const auto beds = [](int available, int occupied) {
    return Texts{Beds("available_overnight", "maternity", available),
                 Beds("occupied_overnight", "maternity", occupied)};
  };
  const auto chairs = [](int available, int occupied) {
    return Texts{Beds("available_day_only", "general_acute", available),
                 Beds("occupied_day_only", "general_acute", occupied)};
  };
  return {
      {"KH03", "K00", 0, {Beds("available_overnight", "maternity", 0)}},
      {"KH03", "K00", 1, {Beds("available_overnight", "maternity", -1)}},
      {"KH03", "K01", 0, beds(100, 100)},
      {"KH03", "K01", 1, beds(100, 101)},
      {"KH03", "K01D", 0, chairs(100, 100)},
      {"KH03", "K01D", 1, chairs(100, 101)},
      {"KH03", "K02", 0, {Beds("occupied_overnight", "maternity", 7), by_specialty + "7"}},
      {"KH03", "K02", 1, {Beds("occupied_overnight", "maternity", 7), by_specialty + "8"}},
      {"KH03", "K02", 0, {Beds("occupied_overnight", "maternity", 7)}},
      {"KH03", "K02D", 0, {Beds("occupied_day_only", "maternity", 7), by_day + "7"}},
      {"KH03", "K02D", 1, {Beds("occupied_day_only", "maternity", 7), by_day + "8"}},
      {"KH03", "K04", 0, beds(115, 0), {beds(100, 0)}},
      {"KH03", "K04", 1, beds(116, 0), {beds(100, 0)}},
      {"KH03", "K04", 1, beds(84, 0), {beds(100, 0)}},
      {"KH03", "K05", 0, beds(100, 98)},
      {"KH03", "K05", 1, beds(100, 99)},
      {"KH03", "K05", 1, beds(100, 100)},
      {"KH03", "K05", 0, beds(100, 101)},  // K01 says so.
      {"KH03", "K05", 0, beds(0, 0)},
      {"KH03", "K06", 1, beds(0, 0), {beds(10, 0)}},
      {"KH03", "K06", 0, beds(0, 0), {beds(0, 0)}},
      {"KH03", "K06", 0, beds(1, 0), {beds(10, 0)}},
  };
}

std::string Cancer(const std::string& item, const std::string& standard, const std::string& n) {
  return absl::StrCat("cancer_", item, " standard=", standard, ": ", n);
}

std::vector<RuleCase> OtherCases() {
  const auto of = [](const std::string& standard, const std::string& total,
                     const std::string& within) {
    return Texts{Cancer("total", standard, total), Cancer("within", standard, within)};
  };
  const auto efficiency = [](int delivered, int recurrent, int other, int unidentified) {
    const std::string of_plan = " main_code=YTD_PLAN: ";
    return Texts{absl::StrCat("finance_efficiency_delivered", of_plan, delivered),
                 absl::StrCat("finance_efficiency_recurrent", of_plan, recurrent),
                 absl::StrCat("finance_efficiency_non_recurrent", of_plan, other),
                 absl::StrCat("finance_efficiency_unidentified", of_plan, unidentified)};
  };
  const auto nurses = [](const std::string& substantive, const std::string& total,
                         const std::string& vacancies) {
    return Texts{"workforce_staff staff_group=nursing contract=substantive: " + substantive,
                 "workforce_staff staff_group=nursing contract=agency: 4.5",
                 "workforce_total: " + total, "workforce_establishment staff_group=nursing: 100",
                 "workforce_vacancies staff_group=nursing: " + vacancies};
  };
  return {
      {"CWT", "C00", 0, of("28_day", "1", "0")},
      {"CWT", "C00", 1, of("28_day", "1", "-1")},
      {"CWT", "C01", 0, of("28_day", "3", "3")},
      {"CWT", "C01", 1, of("31_day", "3", "4")},
      {"CWT", "C02", 0, of("28_day", "3", "3")},
      {"CWT", "C02", 1, of("28_day", "3.5", "3")},
      {"CWT", "C02", 1, of("31_day", "3", "2.5")},
      {"CWT", "C02", 0, of("62_day", "3.5", "3")},
      {"CWT", "C03", 0, of("62_day", "3.5", "0.5")},
      {"CWT", "C03", 1, of("62_day", "3.25", "3")},
      {"PFR", "P05", 0, efficiency(10, 7, 3, 0)},
      {"PFR", "P05", 1, efficiency(10, 7, 2, 0)},
      {"PFR", "P05U", 0, efficiency(10, 7, 3, 0)},
      {"PFR", "P05U", 1, efficiency(10, 7, 3, -1)},
      {"PWR", "P00", 0, nurses("0", "4.5", "100")},
      {"PWR", "P00", 1, nurses("-1", "3.5", "101")},
      {"PWR", "P01", 0, nurses("90.5", "95", "9.5")},
      {"PWR", "P01", 1, nurses("90.5", "95", "5")},  // Less agency too: those are no posts.
      {"PWR", "P02", 0, nurses("90.5", "95", "9.5")},
      {"PWR", "P02", 1, nurses("90.5", "90.5", "9.5")},
      {"COUNCIL-CARE", "L01", 0, {"council_home_care_hours: 12"}},
      {"COUNCIL-CARE", "L01", 1, {"council_home_care_hours: 12.5"}},
  };
}

std::vector<RuleCase> AllCases() {
  std::vector<RuleCase> all;
  for (const auto& cases :
       {AttendanceCases(), DiagnosticsCases(), WaitingTimeCases(), BedCases(), OtherCases()}) {
    all.insert(all.end(), cases.begin(), cases.end());
  }
  return all;
}

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
    const Period period =
        Period::Parse(collection.period_kind == PeriodKind::kQuarter ? "2024-Q3" : "2024-08")
            .value();
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
  EXPECT_EQ(rules, 34u);
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
              ::testing::ElementsAre("AE06", "D04", "K01", "K04", "K05", "R09"));
  EXPECT_THAT(codes[Severity::kInfo], ::testing::ElementsAre("AE03", "AE04", "AE07", "AE08", "D05",
                                                             "D06", "K01D", "K06", "R07", "R08"));
}

}  // namespace
}  // namespace onereturn::ingestion
