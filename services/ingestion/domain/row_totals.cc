#include "services/ingestion/domain/row_totals.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace onereturn::ingestion {
namespace {

bool IsUnknown(const RowValue& value) { return value.kind == RowValue::Kind::kUnknown; }

Finding TotalFinding(const TotalRows& total, uint32_t rule_version, const FileReturnRows& rows,
                     Place place) {
  Finding finding;
  finding.code = total.rule;
  finding.severity = total.severity;
  finding.rule_version = rule_version;
  finding.organisation = rows.organisation;
  finding.place = std::move(place);
  return finding;
}

std::string OfGroup(const std::string& name) {
  return name.empty() ? "" : absl::StrCat(" of ", name);
}

}  // namespace

bool RowPlace::IsKnown() const {
  return shape.has_value() && std::none_of(values.begin(), values.end(), IsUnknown);
}

bool RowPlace::IsTotal() const {
  return std::any_of(values.begin(), values.end(),
                     [](const RowValue& value) { return value.kind == RowValue::Kind::kTotal; });
}

void RowFigures::Clear(size_t columns) {
  millionths.assign(columns, 0);
  doubtful.assign(columns, false);
}

RowTotals::RowTotals(const WideLayout& layout) {
  for (size_t i = 0; i < layout.row_dimensions.size(); ++i) {
    const RowDimension& dimension = layout.row_dimensions[i];
    if (dimension.total.has_value()) dimensions_.push_back(Dimension{i, &dimension, {}, false});
  }
}

// nullptr where the group cannot be told.
RowTotals::Group* RowTotals::FindGroup(const RowPlace& place, Dimension* dimension) {
  if (!place.shape.has_value()) return nullptr;
  std::string key = place.selector;
  std::string name = place.selector;
  for (size_t i = 0; i < place.values.size(); ++i) {
    if (i == dimension->number) continue;
    const RowValue& value = place.values[i];
    if (IsUnknown(value)) return nullptr;
    // A code never holds a NUL: the reader of files refuses it.
    absl::StrAppend(&key, absl::string_view("\0", 1), static_cast<int>(value.kind), value.text);
    absl::StrAppend(&name, name.empty() ? "" : ", ", value.text);
  }
  auto [found, fresh] = dimension->groups.try_emplace(std::move(key));
  if (fresh) {
    found->second.first_row = place.row;
    found->second.shape = *place.shape;
    found->second.name = std::move(name);
  }
  return &found->second;
}

void RowTotals::Add(const ColumnPlan& plan, const RowPlace& place, const RowFigures& figures,
                    uint32_t rule_version, FileReturnRows* rows) {
  for (Dimension& dimension : dimensions_) {
    Group* group = FindGroup(place, &dimension);
    if (group == nullptr) {
      dimension.unchecked = true;
      continue;
    }
    if (group->sums.millionths.empty()) group->sums.Clear(plan.width());
    const RowValue& value = place.values[dimension.number];
    if (IsUnknown(value)) {
      group->unchecked = true;
      continue;
    }
    for (size_t i = 0; i < plan.width(); ++i) {
      if (figures.doubtful[i]) group->sums.doubtful[i] = true;
    }
    if (value.kind == RowValue::Kind::kCode) {
      for (size_t i = 0; i < plan.width(); ++i) group->sums.millionths[i] += figures.millionths[i];
    } else if (group->total_row == 0) {
      group->total_row = place.row;
      group->total = figures.millionths;
    } else {
      const TotalRows& total = *dimension.spec->total;
      Finding finding =
          TotalFinding(total, rule_version, *rows,
                       plan.PlaceOf(place.row, plan.row_dimension_column(dimension.number)));
      finding.message = absl::StrCat("Row ", place.row, " is a second row \"", total.text,
                                     "\" in \"", dimension.spec->header, "\"", OfGroup(group->name),
                                     "; the first is row ", group->total_row, ".");
      finding.got = total.text;
      finding.suggestion = "Give the total once, or correct the code of the row.";
      rows->findings.Add(std::move(finding));
    }
  }
}

void RowTotals::CheckGroup(const ColumnPlan& plan, const Dimension& dimension, const Group& group,
                           uint32_t rule_version, FileReturnRows* rows) {
  if (group.unchecked) return;
  const TotalRows& total = *dimension.spec->total;
  if (group.total_row == 0) {
    if (!total.required) return;
    Finding finding =
        TotalFinding(total, rule_version, *rows,
                     plan.PlaceOf(group.first_row, plan.row_dimension_column(dimension.number)));
    finding.message = absl::StrCat("No row \"", total.text, "\" in \"", dimension.spec->header,
                                   "\" gives the total", OfGroup(group.name),
                                   ", whose rows begin in row ", group.first_row, ".");
    finding.expected = total.text;
    finding.suggestion = "Add the row with the total of the others; is the file cut short?";
    return rows->findings.Add(std::move(finding));
  }
  for (const size_t column : plan.figure_columns()) {
    if (!plan.shape(group.shape).uses[column].IsRead()) continue;
    if (group.sums.doubtful[column] || group.total[column] == group.sums.millionths[column]) {
      continue;
    }
    Finding finding =
        TotalFinding(total, rule_version, *rows, plan.PlaceOf(group.total_row, column));
    finding.got = MillionthsToString(group.total[column]);
    finding.expected = MillionthsToString(group.sums.millionths[column]);
    finding.message = absl::StrCat("The total in row ", group.total_row, " says ", finding.got,
                                   " in \"", plan.header(column), "\"; the other rows",
                                   OfGroup(group.name), " sum to ", finding.expected, ".");
    finding.suggestion = "Correct the total, or the row that it leaves out or counts twice.";
    rows->findings.Add(std::move(finding));
  }
}

void RowTotals::Finish(const ColumnPlan& plan, uint32_t rule_version, FileReturnRows* rows) {
  for (Dimension& dimension : dimensions_) {
    if (!dimension.unchecked) {
      for (const auto& [key, group] : dimension.groups) {
        CheckGroup(plan, dimension, group, rule_version, rows);
      }
    }
    dimension.groups.clear();
    dimension.unchecked = false;
  }
}

}  // namespace onereturn::ingestion
