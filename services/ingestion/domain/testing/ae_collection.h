// For tests: the monthly A&E collection as validation sees it, and short ways to write its cells.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_TESTING_AE_COLLECTION_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_TESTING_AE_COLLECTION_H_

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "common/base/check.h"
#include "services/ingestion/domain/collection.h"
#include "services/ingestion/domain/return_file.h"

namespace onereturn::ingestion {

// The published file's 18 columns of figures: its header, and the cell as "item|department|booked".
inline const std::vector<std::pair<std::string, std::string>>& AeColumns() {
  static const auto* columns = new std::vector<std::pair<std::string, std::string>>{
      {"A&E attendances Type 1", "ae_attendances|type1|no"},
      {"A&E attendances Type 2", "ae_attendances|type2|no"},
      {"A&E attendances Other A&E Department", "ae_attendances|other|no"},
      {"A&E attendances Booked Appointments Type 1", "ae_attendances|type1|yes"},
      {"A&E attendances Booked Appointments Type 2", "ae_attendances|type2|yes"},
      {"A&E attendances Booked Appointments Other Department", "ae_attendances|other|yes"},
      {"Attendances over 4hrs Type 1", "ae_over_four_hours|type1|no"},
      {"Attendances over 4hrs Type 2", "ae_over_four_hours|type2|no"},
      {"Attendances over 4hrs Other Department", "ae_over_four_hours|other|no"},
      {"Attendances over 4hrs Booked Appointments Type 1", "ae_over_four_hours|type1|yes"},
      {"Attendances over 4hrs Booked Appointments Type 2", "ae_over_four_hours|type2|yes"},
      {"Attendances over 4hrs Booked Appointments Other Department",
       "ae_over_four_hours|other|yes"},
      {"Patients who have waited 4-12 hs from DTA to admission", "ae_waits_four_to_twelve_hours"},
      {"Patients who have waited 12+ hrs from DTA to admission", "ae_waits_over_twelve_hours"},
      {"Emergency admissions via A&E - Type 1", "ae_admissions_via_ae|type1"},
      {"Emergency admissions via A&E - Type 2", "ae_admissions_via_ae|type2"},
      {"Emergency admissions via A&E - Other A&E department", "ae_admissions_via_ae|other"},
      {"Other emergency admissions", "ae_other_emergency_admissions"},
  };
  return *columns;
}

// The cell named "item|department|booked" with a number, or a null reason written out.
inline Cell AeCell(absl::string_view name, absl::string_view figure) {
  const std::vector<std::string> parts = absl::StrSplit(name, '|');
  Cell cell;
  cell.item = parts[0];
  if (parts.size() > 2) cell.dimensions.push_back({"booked", parts[2]});
  if (parts.size() > 1) cell.dimensions.push_back({"department", parts[1]});
  ONERETURN_CHECK(!ReadCellText(figure, true, &cell).has_value());
  return cell;
}

// A whole return: 0 in every cell but those named.
inline std::vector<Cell> AeCells(const std::map<std::string, std::string>& figures = {}) {
  std::vector<Cell> cells;
  for (const auto& [header, name] : AeColumns()) {
    auto given = figures.find(name);
    cells.push_back(AeCell(name, given == figures.end() ? "0" : given->second));
  }
  return cells;
}

inline RuleSpec AeRule(std::string code, Severity severity, absl::string_view expression,
                       std::vector<std::string> for_each = {}, bool each_cell = false) {
  return RuleSpec{code,
                  severity,
                  "Rule " + code + " is broken.",
                  "Look at it again.",
                  Expression::Parse(expression).value(),
                  std::move(for_each),
                  each_cell};
}

// RLQ, RVW, RCF and RDY owe it from April 2022, RDY until June 2023; RVW did not collect the
// four-hour figures from April 2020 to May 2023. Layouts "published", "wide" and "long".
inline Collection AeCollection() {
  Collection collection;
  collection.code = "MSitAE";
  collection.version = 3;
  const DimensionSpec booked{"booked", {"no", "yes"}};
  const DimensionSpec department{"department", {"other", "type1", "type2"}};
  for (const char* item : {"ae_attendances", "ae_over_four_hours"}) {
    collection.items[item] = ItemSpec{item, {booked, department}};
  }
  collection.items["ae_admissions_via_ae"] = ItemSpec{"ae_admissions_via_ae", {department}};
  for (const char* item : {"ae_waits_four_to_twelve_hours", "ae_waits_over_twelve_hours",
                           "ae_other_emergency_admissions"}) {
    collection.items[item] = ItemSpec{item, {}};
  }
  collection.rules = {
      AeRule("AE01", Severity::kError, "cell >= 0 and is_whole(cell)", {}, true),
      AeRule("AE02", Severity::kError, "ae_over_four_hours <= ae_attendances",
             {"department", "booked"}),
      AeRule("AE03", Severity::kInfo, "ae_admissions_via_ae <= sum(ae_attendances)",
             {"department"}),
      AeRule("AE04", Severity::kInfo,
             "ae_waits_four_to_twelve_hours + ae_waits_over_twelve_hours <= "
             "sum(ae_admissions_via_ae)"),
  };
  const Period april = Period::Parse("2022-04").value();
  for (const char* code : {"RLQ", "RVW", "RCF"}) collection.frames[code] = {{april, std::nullopt}};
  collection.frames["RDY"] = {{april, Period::Parse("2023-06").value()}};
  collection.not_collected["RVW"] = {
      {{Period::Parse("2020-04").value(), Period::Parse("2023-05").value()},
       {"ae_over_four_hours"}}};
  WideLayout published;
  published.organisation_header = "Org Code";
  published.period_header = "Period";
  published.period_form = PeriodForm::kWritten;
  published.period_prefix = "MSitAE";
  published.ignored_headers = {"Parent Org", "Org name"};
  published.total_label = "TOTAL";
  WideLayout wide;
  wide.organisation_header = "organisation";
  wide.period_header = "period";
  wide.null_reasons_written = true;
  published.shapes.resize(1);
  wide.shapes.resize(1);
  for (const auto& [header, name] : AeColumns()) {
    const Cell cell = AeCell(name, "0");
    published.shapes[0].columns.push_back({header, cell.item, cell.dimensions});
    wide.shapes[0].columns.push_back({name, cell.item, cell.dimensions});
  }
  collection.layouts = {
      {"published", published}, {"wide", wide}, {"long", LongLayout{{"department", "booked"}}}};
  return collection;
}

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_TESTING_AE_COLLECTION_H_
