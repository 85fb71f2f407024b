// For tests: diagnostics (DM01), beds (KH03) and cancer waits in the forms that are published:
// collections for them, and files in exactly those forms.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_TESTING_OTHER_FILES_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_TESTING_OTHER_FILES_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "services/ingestion/domain/collection.h"
#include "services/ingestion/domain/testing/read_file.h"
#include "services/ingestion/domain/testing/rtt_files.h"

namespace onereturn::ingestion {

// In the file's order: 1 to 15; 16 is the total.
inline const std::vector<std::string>& DiagnosticTests() {
  static const auto* tests = new std::vector<std::string>{"MRI",
                                                          "CT",
                                                          "NON_OBSTETRIC_ULTRASOUND",
                                                          "BARIUM_ENEMA",
                                                          "DEXA_SCAN",
                                                          "AUDIOLOGY_ASSESSMENTS",
                                                          "ECHOCARDIOGRAPHY",
                                                          "ELECTROPHYSIOLOGY",
                                                          "PERIPHERAL_NEUROPHYS",
                                                          "SLEEP_STUDIES",
                                                          "URODYNAMICS",
                                                          "COLONOSCOPY",
                                                          "FLEXI_SIGMOIDOSCOPY",
                                                          "CYSTOSCOPY",
                                                          "GASTROSCOPY"};
  return *tests;
}

// "00-01" to "12-13", and "13+".
inline std::vector<std::string> DiagnosticBands() {
  std::vector<std::string> bands;
  for (int week = 0; week < 13; ++week) {
    bands.push_back(absl::StrFormat("%02d-%02d", week, week + 1));
  }
  bands.push_back("13+");
  return bands;
}

inline WideLayout DiagnosticsLayout() {
  WideLayout layout;
  layout.organisation_header = "Provider Org Code";
  layout.period_header = "Period";
  layout.period_form = PeriodForm::kWritten;
  layout.period_prefix = "DM01";
  layout.row_dimensions = {{"Commissioner Org Code", "commissioner"},
                           {"Diagnostic Tests",
                            "test",
                            {{"NON_OBSTETRIC_ULTRASOUND", "ULTRASOUND"}},
                            TotalRows{"TOTAL", "D03"}}};
  layout.series = {
      {"bands",
       "week_band",
       {FormOf("# < # Week", "#-#"), FormOf("# < # Weeks", "#-#"), FormOf("#+ Weeks", "#+")},
       DiagnosticBands()}};
  RowShape shape;
  shape.series = {{"bands", "dm01_waiting", {}}};
  shape.columns = {
      {"Waiting List Activity", "dm01_activity", {{"activity", "waiting_list"}}},
      {"Planned Activity", "dm01_activity", {{"activity", "planned"}}},
      {"Unscheduled Activity", "dm01_activity", {{"activity", "unscheduled"}}},
  };
  shape.checks = {{"Total WL", {"bands"}, "D01"},
                  {"Total Activity",
                   {"Waiting List Activity", "Planned Activity", "Unscheduled Activity"},
                   "D02"}};
  layout.shapes = {shape};
  layout.ignored_headers = {"Provider Parent Org Code",   "Provider Parent Name",
                            "Provider Org Name",          "Commissioner Parent Org Code",
                            "Commissioner Parent Name",   "Commissioner Org Name",
                            "Diagnostic Tests Sort Order"};
  return layout;
}

inline Collection DiagnosticsCollection() {
  Collection collection;
  collection.code = "DM01";
  collection.version = 4;
  DimensionSpec test{"test", {DiagnosticTests().begin(), DiagnosticTests().end()}};
  test.values.erase("NON_OBSTETRIC_ULTRASOUND");
  test.values.insert("ULTRASOUND");
  const std::vector<std::string> bands = DiagnosticBands();
  const DimensionSpec commissioner{"commissioner", {"11A", "15N", "NONC"}};
  collection.items["dm01_waiting"] =
      ItemSpec{"dm01_waiting", {commissioner, test, {"week_band", {bands.begin(), bands.end()}}}};
  collection.items["dm01_activity"] =
      ItemSpec{"dm01_activity",
               {{"activity", {"planned", "unscheduled", "waiting_list"}}, commissioner, test}};
  collection.layouts = {{"published", DiagnosticsLayout()}};
  return collection;
}

inline constexpr size_t kTestColumn = 10;
inline constexpr size_t kFirstWeek = 11;
inline constexpr size_t kTotalWaiting = 25;
inline constexpr size_t kTotalActivity = 29;

inline std::vector<std::string> DiagnosticsHeader() {
  std::vector<std::string> header = {"Period",
                                     "Provider Parent Org Code",
                                     "Provider Parent Name",
                                     "Provider Org Code",
                                     "Provider Org Name",
                                     "Commissioner Parent Org Code",
                                     "Commissioner Parent Name",
                                     "Commissioner Org Code",
                                     "Commissioner Org Name",
                                     "Diagnostic Tests Sort Order",
                                     "Diagnostic Tests"};
  for (int week = 0; week < 13; ++week) {
    header.push_back(absl::StrFormat("%02d < %02d Week%s", week, week + 1, week == 0 ? "" : "s"));
  }
  for (const char* last : {"13+ Weeks", "Total WL", "Waiting List Activity", "Planned Activity",
                           "Unscheduled Activity", "Total Activity"}) {
    header.push_back(last);
  }
  return header;
}

// `bands` of 14 weeks; then activity from the waiting list.
inline std::vector<std::string> DiagnosticsRow(const std::string& organisation,
                                               const std::string& commissioner, int order,
                                               const std::string& test,
                                               const std::vector<int>& bands, int activity) {
  std::vector<std::string> row = {
      "DM01-MARCH-2026", "QOX",        "NHS A ICB", organisation,        "A TRUST", "QOX",
      "NHS A ICB",       commissioner, "NHS A ICB", absl::StrCat(order), test};
  int waiting = 0;
  for (const int patients : bands) {
    row.push_back(absl::StrCat(patients));
    waiting += patients;
  }
  row.push_back(absl::StrCat(waiting));
  for (const int of_kind : {activity, 0, 0, activity}) row.push_back(absl::StrCat(of_kind));
  return row;
}

// Dorset HealthCare (RDY), March 2026, of one commissioner as published: audiology with 2,306
// waiting and 1,451 tests, and with the 55 and 425 of ultrasound 2,361 and 1,876 in the total. The
// other 13 tests are 0. Rows 2 to 17 in the order of the tests, the total last.
inline Records DiagnosticsRecords() {
  const std::vector<int> audiology = {231, 367, 288, 291, 258, 216, 216, 146, 124, 87, 64, 9, 3, 6};
  const std::vector<int> ultrasound = {55, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  std::vector<int> total = audiology;
  total[0] += 55;
  Records records = {DiagnosticsHeader()};
  for (size_t i = 0; i < DiagnosticTests().size(); ++i) {
    const std::string& test = DiagnosticTests()[i];
    const bool heard = test == "AUDIOLOGY_ASSESSMENTS";
    const bool seen = test == "NON_OBSTETRIC_ULTRASOUND";
    records.push_back(DiagnosticsRow("RDY", "11A", static_cast<int>(i) + 1, test,
                                     heard  ? audiology
                                     : seen ? ultrasound
                                            : std::vector<int>(14, 0),
                                     heard  ? 1'451
                                     : seen ? 425
                                            : 0));
  }
  records.push_back(DiagnosticsRow("RDY", "11A", 16, "TOTAL", total, 1'876));
  return records;
}

// Average daily beds by sector; the cells are bed days of the quarter.
inline Collection BedsCollection() {
  Collection collection;
  collection.code = "KH03";
  collection.version = 1;
  collection.period_kind = PeriodKind::kQuarter;
  collection.items["kh03_available_bed_days"] =
      ItemSpec{"kh03_available_bed_days", {{"sector", {"ga", "ld", "maternity", "mh"}}}};
  WideLayout layout;
  layout.organisation_header = "Organisation_Code";
  layout.period_header = "Effective_Snapshot_Date";
  layout.period_form = PeriodForm::kLastDay;
  layout.row_dimensions = {{"Sector",
                            "sector",
                            {{"General & Acute", "ga"},
                             {"Learning Disabilities", "ld"},
                             {"Maternity", "maternity"},
                             {"Mental Illness", "mh"}}}};
  RowShape shape;
  shape.columns = {
      {"Number_Of_Beds", "kh03_available_bed_days", {}, {}, FigureKind::kDailyAverage}};
  layout.shapes = {shape};
  collection.layouts = {{"published", layout}};
  return collection;
}

inline Records BedsRecords(const std::string& last_day, const std::string& beds) {
  return {{"Organisation_Code", "Sector", "Number_Of_Beds", "Effective_Snapshot_Date"},
          {"RDY", "Mental Illness", beds, last_day},
          {"RDY", "Learning Disabilities", "0", last_day}};
}

// Metrics in three rows each: denominator, numerator, and their rate, which is not kept.
inline Collection CancerCollection() {
  Collection collection;
  collection.code = "CWT";
  collection.version = 1;
  const DimensionSpec standard{"standard", {"28_day", "31_day", "62_day"}};
  for (const char* item : {"cancer_total", "cancer_within"}) {
    collection.items[item] = ItemSpec{item, {standard}};
  }
  WideLayout layout;
  layout.organisation_header = "OrgCode";
  layout.period_header = "Period";
  layout.selector_header = "MetricType";
  layout.row_dimensions = {
      {"MetricID", "standard", {{"CWT_28", "28_day"}, {"CWT_31", "31_day"}, {"CWT_62", "62_day"}}}};
  RowShape denominator;
  denominator.selected_by = {"Den"};
  denominator.columns = {{"Value", "cancer_total", {}}};
  RowShape numerator;
  numerator.selected_by = {"Num"};
  numerator.columns = {{"Value", "cancer_within", {}}};
  RowShape rate;
  rate.selected_by = {"Rate"};
  rate.unread = {"Value"};
  layout.shapes = {denominator, numerator, rate};
  layout.ignored_headers = {"MetricName", "Domain", "OrgType", "LastModified"};
  collection.layouts = {{"metrics", layout}};
  return collection;
}

// Two providers, the three standards; the 62-day figures are shared between providers, in halves.
inline Records CancerRecords() {
  Records records = {{"MetricID", "MetricName", "Domain", "OrgType", "OrgCode", "Period",
                      "MetricType", "Value", "LastModified"}};
  for (const char* organisation : {"RDY", "RN5"}) {
    for (const char* metric : {"CWT_28", "CWT_31", "CWT_62"}) {
      const bool shared = std::string(metric) == "CWT_62";
      const std::pair<const char*, const char*> rows[] = {{"Den", shared ? "40.5" : "200"},
                                                          {"Num", shared ? "27.5" : "150"},
                                                          {"Rate", shared ? "67.9%" : "75.0%"}};
      for (const auto& [type, value] : rows) {
        records.push_back({metric, "Cancer waits", "Quality", "Provider", organisation, "2024-04",
                           type, value, "2024-06-13"});
      }
    }
  }
  return records;
}

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_TESTING_OTHER_FILES_H_
