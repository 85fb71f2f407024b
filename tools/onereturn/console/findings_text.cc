#include "tools/onereturn/console/findings_text.h"

#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/onereturn/console/labels.h"
#include "tools/onereturn/console/number_text.h"
#include "tools/onereturn/console/text_table.h"

namespace onereturn::client {
namespace {

std::string NumberOrBlank(uint32_t number) { return number == 0 ? "" : absl::StrCat(number); }

// Words for the finding and, where they were sent, what was found and expected.
std::string MessageText(const common::v1::Finding& finding) {
  std::string text = finding.message();
  if (!text.empty() && text.back() != '.') text += '.';
  if (!finding.got().empty()) absl::StrAppend(&text, " Got: ", finding.got(), ".");
  if (!finding.expected().empty()) absl::StrAppend(&text, " Expected: ", finding.expected(), ".");
  return text;
}

std::string FieldText(const common::v1::Finding& finding) {
  if (!finding.place().field().empty()) return finding.place().field();
  return finding.has_cell() ? CellText(finding.cell()) : "";
}

}  // namespace

std::string FindingCounts(const Findings& findings) {
  std::map<std::pair<int, std::string>, uint64_t> counts;
  for (const auto& finding : findings) ++counts[{finding.severity(), finding.code()}];
  std::vector<std::string> parts;
  for (const auto& [key, count] : counts) {
    parts.push_back(absl::StrCat(key.second, " ",
                                 Label(static_cast<common::v1::Severity>(key.first)), " ",
                                 WithThousands(count)));
  }
  return absl::StrJoin(parts, ", ");
}

std::string FindingsText(const Findings& findings, uint64_t total, common::v1::Severity least,
                         size_t limit, size_t width) {
  TextTable table({{"row", TextTable::Align::kRight},
                   {"col", TextTable::Align::kRight},
                   {"org"},
                   {"field", TextTable::Align::kLeft, true},
                   {"code"},
                   {"severity"},
                   {"what is wrong", TextTable::Align::kLeft, true},
                   {"what to do", TextTable::Align::kLeft, true}});
  size_t shown = 0;
  for (const auto& finding : findings) {
    if (finding.severity() > least || shown == limit) continue;
    table.Row({NumberOrBlank(finding.place().row()), NumberOrBlank(finding.place().column()),
               finding.organisation(), FieldText(finding), finding.code(),
               Label(finding.severity()), MessageText(finding), finding.suggestion()});
    ++shown;
  }
  if (shown == 0) return "";
  std::string text = table.Render(width);
  if (total > shown) {
    absl::StrAppend(&text, WithThousands(shown), " of ", Count(total, "finding"), " shown.\n");
  }
  return text;
}

}  // namespace onereturn::client
