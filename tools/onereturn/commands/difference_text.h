// In which figures two states of a return differ, for people.
#ifndef ONERETURN_TOOLS_ONERETURN_COMMANDS_DIFFERENCE_TEXT_H_
#define ONERETURN_TOOLS_ONERETURN_COMMANDS_DIFFERENCE_TEXT_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "tools/onereturn/console/labels.h"
#include "tools/onereturn/console/number_text.h"
#include "tools/onereturn/console/text_table.h"

namespace onereturn::client {

// "Against revision 1: 2 cells differ." and a table of those that `list` has, a DiffRevisions- or
// DiffUnsignedResponse.
template <typename List>
std::string DifferencesText(const List& list, size_t width) {
  TextTable table(
      {{"cell"}, {"before", TextTable::Align::kRight}, {"after", TextTable::Align::kRight}});
  for (const auto& one : list.differences()) {
    table.Row({CellText(one.has_after() ? one.after().reference() : one.before().reference()),
               one.has_before() ? CellValueText(one.before()) : "-",
               one.has_after() ? CellValueText(one.after()) : "-"});
  }
  const std::string base =
      list.base_revision() == 0 ? "nothing" : absl::StrCat("revision ", list.base_revision());
  return absl::StrCat("Against ", base, ": ", Count(list.difference_count(), "cell"),
                      list.difference_count() == 1 ? " differs" : " differ", ".\n",
                      table.empty() ? "" : "\n" + table.Render(width));
}

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_COMMANDS_DIFFERENCE_TEXT_H_
