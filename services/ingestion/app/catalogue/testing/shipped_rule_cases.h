// For tests: cells on which each rule of the shipped definitions is silent, and cells on which it
// speaks.
#ifndef ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_TESTING_SHIPPED_RULE_CASES_H_
#define ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_TESTING_SHIPPED_RULE_CASES_H_

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/cells/cell.h"
#include "services/ingestion/domain/testing/other_files.h"

namespace onereturn::ingestion {

using Texts = std::vector<std::string>;

// "item dimension=value dimension=value: figure".
inline Cell CellOfText(const std::string& text) {
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

inline std::vector<Cell> CellsOfTexts(const Texts& texts) {
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
  Texts beside = {};                // Of other collections, of the same period.
  std::string period = "";          // Empty: August 2024, or its quarter.
};

inline std::string Attendances(int figure) {
  return absl::StrCat("ae_attendances department=type1 booked=no: ", figure);
}

// `count` months before, by turns of these attendances; the month before has the first.
inline std::vector<Texts> Months(size_t count, int first, int second) {
  std::vector<Texts> months;
  for (size_t i = 0; i < count; ++i) months.push_back({Attendances(i % 2 == 0 ? first : second)});
  return months;
}

// The eleven months before.
inline std::vector<Texts> YearOf(const Texts& month) { return std::vector<Texts>(11, month); }

// Months before, the nearest first: of 1,000 attendances so many within four hours.
inline std::vector<Texts> Same(const std::vector<int>& within) {
  std::vector<Texts> months;
  for (const int one : within) {
    months.push_back({Attendances(1000), absl::StrCat("ae_over_four_hours department=type1 ",
                                                      "booked=no: ", 1000 - one)});
  }
  return months;
}

// Limits are mean -/+ 2.66 x average moving range: of 100 and 110 by turns 78.4 and 131.6, of
// 1,000 and 1,010 by turns 978.4 and 1,031.6, of 100 and 300 by turns -332 and 732.
inline std::vector<RuleCase> AttendanceCases() {
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
      // RDY is not on the list of providers with a type 1 department.
      {"MSitAE", "AE05", 0, {"ae_attendances department=other booked=no: 5"}},
      {"MSitAE", "AE05", 0, {Attendances(0)}},
      {"MSitAE", "AE05", 1, {Attendances(5)}},
      {"MSitAE", "AE07R", 1, {Attendances(1000), over + "124"}, Same({876, 876})},
      {"MSitAE", "AE07R", 1, {Attendances(2000), over + "249"}, Same({876, 876})},  // 87.55 %.
      {"MSitAE", "AE07R", 0, {Attendances(2000), over + "247"}, Same({876, 876})},  // 87.65 %.
      {"MSitAE", "AE07R", 0, {Attendances(1000), over + "124"}, Same({876, 875})},
      {"MSitAE", "AE07R", 0, {Attendances(1000), over + "124"}, Same({876})},
      {"MSitAE", "AE07R", 0, {Attendances(1000), over + "0"}, Same({1000, 1000})},
      {"MSitAE", "AE08", 1, small(200, 9), YearOf(small(200, 9))},
      {"MSitAE", "AE08", 0, small(201, 9), YearOf(small(200, 9))},
      {"MSitAE", "AE08", 0, small(200, 10), YearOf(small(200, 10))},
      {"MSitAE", "AE08", 1, small(200, 10), YearOf(small(200, 9))},
      {"MSitAE", "AE08", 0, small(0, 9), YearOf(small(200, 9))},
      {"MSitAE", "AE08", 0, small(100, 9), {small(100, 9)}},  // No year is held.
  };
}

inline std::string Waiting(const std::string& test, int patients) {
  return absl::StrCat("dm01_waiting commissioner=QWO test=", test, " week_band=00-01: ", patients);
}

inline std::string Tests(const std::string& test, int count) {
  return absl::StrCat("dm01_activity commissioner=QWO test=", test, " activity=planned: ", count);
}

inline std::vector<RuleCase> DiagnosticsCases() {
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
      {"DM01", "D07", 0, mri},
      {"DM01", "D07", 0, {"dm01_waiting commissioner=NONC test=MRI week_band=00-01: 5"}},
      {"DM01", "D07", 1, {"dm01_waiting commissioner=ZZ9 test=MRI week_band=00-01: 5"}},
  };
}

inline std::string Pathways(const std::string& item, const std::string& band, int count) {
  return absl::StrCat("rtt_", item, " commissioner=NONC treatment_function=C_100 week_band=", band,
                      ": ", count);
}

// So many in two bands from `week` on with one between them, and `between` in that one.
inline Texts Bands(const std::string& item, int week, int beside, int between) {
  const auto band = [](int from) { return absl::StrCat(from, "-", from + 1); };
  return {Pathways(item, band(week), beside), Pathways(item, band(week + 1), between),
          Pathways(item, band(week + 2), beside)};
}

inline std::string Counted(const std::string& item, int count) {
  return absl::StrCat("rtt_", item, " commissioner=NONC treatment_function=C_100: ", count);
}

inline std::vector<RuleCase> WaitingTimeCases() {
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
      // Over half as many again as the bands beside it on average, and over 50.
      {"RTT", "R10", 0, Bands("incomplete", 50, 100, 150)},
      {"RTT", "R10", 1, Bands("incomplete", 50, 100, 151)},
      {"RTT", "R10", 1, Bands("incomplete", 16, 100, 151)},
      {"RTT", "R10", 0, Bands("incomplete", 17, 100, 151)},  // 18 to 19 weeks is no threshold.
      {"RTT", "R10", 0, Bands("incomplete", 50, 0, 50)},
      {"RTT", "R10", 1, Bands("incomplete", 50, 0, 51)},
      {"RTT", "R10C", 0, Bands("admitted", 16, 100, 150)},
      {"RTT", "R10C", 1, Bands("non_admitted", 16, 100, 151)},
      {"RTT", "R10C", 0, Bands("incomplete", 16, 100, 151)},
  };
}

inline std::string Beds(const std::string& item, const std::string& sector, int days) {
  return absl::StrCat("kh03_", item, " sector=", sector, ": ", days);
}

inline std::vector<RuleCase> BedCases() {
  const std::string by_specialty = "kh03_occupied_overnight_by_specialty specialty=300: ";
  const std::string by_day = "kh03_occupied_day_only_by_specialty specialty=300: ";
  const auto beds = [](int available, int occupied) {
    return Texts{Beds("available_overnight", "maternity", available),
                 Beds("occupied_overnight", "maternity", occupied)};
  };
  const std::string births = "kh03_occupied_overnight_by_specialty specialty=501: ";
  const auto of_learning = [](const std::string& specialty) {
    return Texts{Beds("occupied_overnight", "learning_disabilities", 7),
                 absl::StrCat("kh03_occupied_overnight_by_specialty specialty=", specialty, ": 7")};
  };
  const auto by_day_of = [](const std::string& sector, const std::string& specialty) {
    return Texts{Beds("occupied_day_only", sector, 7),
                 absl::StrCat("kh03_occupied_day_only_by_specialty specialty=", specialty, ": 7")};
  };
  const auto most = [](const std::string& stay, int available, int most_beds) {
    return Texts{Beds("available_" + stay, "mental_illness", available),
                 Beds("most_beds_" + stay, "mental_illness", most_beds)};
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
      {"KH03", "K02LD", 0, of_learning("700")},
      {"KH03", "K02LD", 1, of_learning("710")},
      {"KH03", "K02LD", 0, {Beds("occupied_overnight", "learning_disabilities", 7)}},  // A part.
      {"KH03", "K02MI", 0, of_learning("700")},
      {"KH03", "K02MI", 1, of_learning("710")},
      {"KH03", "K02MA", 0, {Beds("occupied_overnight", "maternity", 7), births + "7"}},
      {"KH03", "K02MA", 1, {Beds("occupied_overnight", "maternity", 7), by_specialty + "7"}},
      {"KH03", "K02DLD", 0, by_day_of("learning_disabilities", "700")},
      {"KH03", "K02DLD", 1, by_day_of("learning_disabilities", "300")},
      {"KH03", "K02DMA", 0, by_day_of("maternity", "560")},
      {"KH03", "K02DMA", 1, by_day_of("maternity", "502")},
      {"KH03", "K02DMI", 0, by_day_of("mental_illness", "715")},
      {"KH03", "K02DMI", 1, by_day_of("mental_illness", "700")},
      // 215.445652 beds a day are 19,821 bed days in 92; 216 beds give 19,872 at most, 215 19,780.
      {"KH03", "K03", 0, most("overnight", 19'821, 216)},
      {"KH03", "K03", 1, most("overnight", 19'821, 215)},
      {"KH03", "K03", 0, most("overnight", 16'093, 177), {}, {}, "2024-Q2"},  // 91 days: 16,107.
      {"KH03", "K03", 1, most("overnight", 16'093, 176), {}, {}, "2024-Q2"},  // 16,016.
      {"KH03", "K03D", 0, most("day_only", 920, 10)},
      {"KH03", "K03D", 1, most("day_only", 921, 10)},
      {"KH03", "K07", 1, beds(0, 0), {beds(10, 0)}},
      {"KH03", "K07", 0, beds(0, 0), {beds(0, 0)}},
      {"KH03", "K07", 0, beds(1, 0), {beds(10, 0)}},
      {"KH03", "K04", 0, beds(0, 0), {beds(100, 0)}},  // K07 asks.
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

inline std::string Cancer(const std::string& item, const std::string& standard,
                          const std::string& n) {
  return absl::StrCat("cancer_", item, " standard=", standard, ": ", n);
}

inline std::string Amount(const std::string& line, const std::string& main, const std::string& n) {
  return absl::StrCat("finance_amount subcode=", line, " main_code=", main, ": ", n);
}

inline std::vector<RuleCase> OtherCases() {
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
  const auto ytd = [](const std::string& n) { return Amount("INC010", "YTD_ACTUAL", n); };
  const auto agency_cost = [](const std::string& n) { return Amount("EXP030", "YTD_ACTUAL", n); };
  const auto accounts = [](const std::string& month_12) {
    return Texts{Amount("EXP040", "YTD_ACTUAL", month_12),
                 Amount("EXP040", "YEAR_ACCOUNTS", "100")};
  };
  const std::string agency = "workforce_staff staff_group=nursing contract=agency: 4.5";
  const Texts pay = {Amount("EXP010", "YTD_ACTUAL", "80"), Amount("EXP030", "YTD_ACTUAL", "20"),
                     Amount("EXP040", "YTD_ACTUAL", "500")};
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
      {"PFR", "P03", 0, {ytd("100")}, {{ytd("100")}}},
      {"PFR", "P03", 1, {ytd("99.9")}, {{ytd("100")}}},
      {"PFR", "P03", 0, {ytd("20")}, {{ytd("100")}}, {}, "2024-04"},  // A year begins anew.
      {"PFR", "P03", 1, {ytd("20")}, {{ytd("100")}}, {}, "2025-03"},
      {"PFR",
       "P03",
       0,
       {Amount("CAS010", "YTD_ACTUAL", "1")},
       {{Amount("CAS010", "YTD_ACTUAL", "9")}}},
      {"PFR", "P04", 0, accounts("101"), {}, {}, "2025-03"},
      {"PFR", "P04", 1, accounts("101.1"), {}, {}, "2025-03"},
      {"PFR", "P04", 1, accounts("98.9"), {}, {}, "2025-03"},
      {"PFR", "P04", 0, accounts("101.1"), {}, {}, "2025-02"},
      {"PFR", "P06", 1, {agency_cost("0")}, {}, {agency}},
      {"PFR", "P06", 0, {agency_cost("1")}, {}, {agency}},
      {"PFR", "P06", 0, {agency_cost("0")}},  // Nothing is held of the other return.
      {"PWR", "P06", 1, {agency}, {}, {agency_cost("0")}},
      {"PWR", "P06", 0, {agency}, {}, {agency_cost("0.5")}},
      {"PFR", "P07", 0, pay, {}, {"workforce_pay contract=substantive: 102"}},
      {"PFR", "P07", 1, pay, {}, {"workforce_pay contract=substantive: 102.1"}},
      {"PWR", "P07", 0, {"workforce_pay contract=bank: 98"}, {}, pay},
      {"PWR", "P07", 1, {"workforce_pay contract=bank: 97.9"}, {}, pay},
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

inline std::vector<RuleCase> AllCases() {
  std::vector<RuleCase> all;
  for (const auto& cases :
       {AttendanceCases(), DiagnosticsCases(), WaitingTimeCases(), BedCases(), OtherCases()}) {
    all.insert(all.end(), cases.begin(), cases.end());
  }
  return all;
}

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_TESTING_SHIPPED_RULE_CASES_H_
