// For tests: referral-to-treatment waiting times as they are published, 121 columns: a collection
// for them, and files in exactly that form.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_TESTING_RTT_FILES_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_TESTING_RTT_FILES_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "services/ingestion/domain/collection.h"
#include "services/ingestion/domain/testing/read_file.h"

namespace onereturn::ingestion {

inline SeriesForm FormOf(absl::string_view header, absl::string_view value) {
  return SeriesForm{NumberPattern::Parse(header).value(), NumberPattern::Parse(value).value()};
}

inline constexpr NoFigure kBlankIsAbsent{NoFigure::Meaning::kAbsent};
inline constexpr NoFigure kBlankIsZero{NoFigure::Meaning::kZero};

inline constexpr int kRttBands = 105;

// "00-01" to "103-104", and "104+".
inline std::vector<std::string> RttBands() {
  std::vector<std::string> bands;
  for (int week = 0; week < kRttBands - 1; ++week) {
    bands.push_back(absl::StrFormat("%02d-%02d", week, week + 1));
  }
  bands.push_back("104+");
  return bands;
}

// 23, without the total C_999.
inline const std::vector<std::string>& TreatmentFunctions() {
  static const auto* codes = new std::vector<std::string>{
      "C_100", "C_101", "C_110", "C_120", "C_130", "C_140", "C_150", "C_160",
      "C_170", "C_300", "C_301", "C_320", "C_330", "C_340", "C_400", "C_410",
      "C_430", "C_502", "X02",   "X03",   "X04",   "X05",   "X06"};
  return *codes;
}

inline const std::vector<std::string>& RttPartTypes() {
  static const auto* parts =
      new std::vector<std::string>{"Part_1A", "Part_1B", "Part_2", "Part_2A", "Part_3"};
  return *parts;
}

inline std::vector<std::string> RttCommissioners() { return {"15E", "92G", "NONC", "QWO", "Y60"}; }

inline RowShape RttShape(const std::string& part, const std::string& item,
                         const std::string& unknown_item) {
  RowShape shape;
  shape.selected_by = {part};
  if (item.empty()) {
    shape.columns = {{"Total All", "rtt_new_clock_starts", {}}};
    return shape;
  }
  shape.series = {{"bands", item, {}, kBlankIsAbsent}};
  if (unknown_item.empty()) {
    shape.checks = {{"Total All", {"bands"}, "R03"}};
    return shape;
  }
  shape.columns = {{"Patients with unknown clock start date", unknown_item, {}, kBlankIsAbsent}};
  shape.checks = {{"Total", {"bands"}, "R03"},
                  {"Total All", {"Total", "Patients with unknown clock start date"}, "R03"}};
  return shape;
}

inline WideLayout RttLayout() {
  WideLayout layout;
  layout.organisation_header = "Provider Org Code";
  layout.period_header = "Period";
  layout.period_form = PeriodForm::kWritten;
  layout.period_prefix = "RTT";
  layout.selector_header = "RTT Part Type";
  layout.row_dimensions = {
      {"Commissioner Org Code", "commissioner"},
      {"Treatment Function Code", "treatment_function", {}, TotalRows{"C_999", "R04"}}};
  layout.series = {{"bands",
                    "week_band",
                    {FormOf("Gt # To # Weeks SUM 1", "#-#"), FormOf("Gt # Weeks SUM 1", "#+")},
                    RttBands()}};
  layout.shapes = {
      RttShape("Part_1A", "rtt_admitted", "rtt_admitted_unknown_start"),
      RttShape("Part_1B", "rtt_non_admitted", "rtt_non_admitted_unknown_start"),
      RttShape("Part_2", "rtt_incomplete", ""),
      RttShape("Part_2A", "rtt_incomplete_with_decision", ""),
      RttShape("Part_3", "", ""),
  };
  layout.ignored_headers = {"Provider Parent Org Code", "Provider Parent Name",
                            "Provider Org Name",        "Commissioner Parent Org Code",
                            "Commissioner Parent Name", "Commissioner Org Name",
                            "RTT Part Description",     "Treatment Function Name"};
  return layout;
}

inline Collection RttCollection() {
  Collection collection;
  collection.code = "RTT";
  collection.version = 2;
  const std::vector<std::string> commissioners = RttCommissioners();
  const std::vector<std::string> bands = RttBands();
  const DimensionSpec commissioner{"commissioner", {commissioners.begin(), commissioners.end()}};
  const DimensionSpec function{"treatment_function",
                               {TreatmentFunctions().begin(), TreatmentFunctions().end()}};
  const DimensionSpec band{"week_band", {bands.begin(), bands.end()}};
  for (const char* item :
       {"rtt_admitted", "rtt_non_admitted", "rtt_incomplete", "rtt_incomplete_with_decision"}) {
    collection.items[item] = ItemSpec{item, {commissioner, function, band}};
  }
  for (const char* item :
       {"rtt_admitted_unknown_start", "rtt_non_admitted_unknown_start", "rtt_new_clock_starts"}) {
    collection.items[item] = ItemSpec{item, {commissioner, function}};
  }
  collection.layouts = {{"published", RttLayout()}};
  return collection;
}

inline constexpr size_t kRttSelector = 9;
inline constexpr size_t kRttFunction = 11;
inline constexpr size_t kRttFirstBand = 13;
inline constexpr size_t kRttTotal = kRttFirstBand + kRttBands;  // Then unknown, then Total All.

inline std::vector<std::string> RttHeader() {
  std::vector<std::string> header = {"Period",
                                     "Provider Parent Org Code",
                                     "Provider Parent Name",
                                     "Provider Org Code",
                                     "Provider Org Name",
                                     "Commissioner Parent Org Code",
                                     "Commissioner Parent Name",
                                     "Commissioner Org Code",
                                     "Commissioner Org Name",
                                     "RTT Part Type",
                                     "RTT Part Description",
                                     "Treatment Function Code",
                                     "Treatment Function Name"};
  for (int week = 0; week < kRttBands - 1; ++week) {
    header.push_back(absl::StrFormat("Gt %02d To %02d Weeks SUM 1", week, week + 1));
  }
  for (const char* last :
       {"Gt 104 Weeks SUM 1", "Total", "Patients with unknown clock start date", "Total All"}) {
    header.push_back(last);
  }
  return header;
}

// One row: `bands` patients waiting in each band, as many as there are, the rest blank.
inline std::vector<std::string> RttRow(const std::string& organisation,
                                       const std::string& commissioner, const std::string& part,
                                       const std::string& function, const std::vector<int>& bands,
                                       int unknown) {
  std::vector<std::string> row = {
      "RTT-June-2026", "QOX", "NHS BATH ICB", organisation, "A TRUST", "QOX", "NHS BATH ICB",
      commissioner,    "",    part,           "Pathways",   function,  "Name"};
  int sum = 0;
  for (size_t i = 0; i < kRttBands; ++i) {
    const bool blank = i >= bands.size() || part == "Part_3";
    row.push_back(blank ? "" : absl::StrCat(bands[i]));
    if (i < bands.size()) sum += bands[i];
  }
  const bool completed = part == "Part_1A" || part == "Part_1B";
  row.push_back(completed ? absl::StrCat(sum) : "");
  row.push_back(completed && unknown > 0 ? absl::StrCat(unknown) : "");
  row.push_back(absl::StrCat(sum + (completed ? unknown : 0)));
  return row;
}

// A provider's rows for one commissioner: of each part type so many treatment functions, each with
// figures in `bands` bands, and the total of them.
inline Records RttRows(const std::string& organisation, const std::string& commissioner,
                       size_t functions, size_t bands) {
  Records rows;
  int figure = 0;
  for (const std::string& part : RttPartTypes()) {
    std::vector<int> sums(bands, 0);
    int unknown_sum = 0;
    for (size_t function = 0; function < functions; ++function) {
      std::vector<int> figures(bands);
      for (size_t band = 0; band < bands; ++band) {
        figures[band] = figure++ % 90 + 1;
        sums[band] += figures[band];
      }
      const int unknown = static_cast<int>(function % 2);
      unknown_sum += unknown;
      rows.push_back(RttRow(organisation, commissioner, part, TreatmentFunctions()[function],
                            figures, unknown));
    }
    rows.push_back(RttRow(organisation, commissioner, part, "C_999", sums, unknown_sum));
  }
  return rows;
}

// RDY and RN5, each for 15E and NONC with three treatment functions: rows 2 to 81, 20 for each. The
// first three rows of each 20 are Part_1A, the fourth is its total.
inline Records RttRecords() {
  Records records = {RttHeader()};
  for (const char* organisation : {"RDY", "RN5"}) {
    for (const char* commissioner : {"15E", "NONC"}) {
      for (auto& row : RttRows(organisation, commissioner, 3, kRttBands)) {
        records.push_back(std::move(row));
      }
    }
  }
  return records;
}

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_TESTING_RTT_FILES_H_
