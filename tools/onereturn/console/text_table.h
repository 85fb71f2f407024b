// Tables on a terminal.
#ifndef ONERETURN_TOOLS_ONERETURN_CONSOLE_TEXT_TABLE_H_
#define ONERETURN_TOOLS_ONERETURN_CONSOLE_TEXT_TABLE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace onereturn::client {

// How many places `text` takes on a terminal: marks that combine take none, wide East Asian
// characters two.
size_t DisplayWidth(absl::string_view text);

// `text` fit for a terminal: controls, escapes, marks that hide or reorder text, and bytes that are
// no UTF-8 become U+FFFD; line ends become blanks. What a server sends never moves the cursor.
std::string Printable(absl::string_view text);

// `text` in lines of at most `width` places, broken at blanks where there are any.
std::vector<std::string> Wrapped(absl::string_view text, size_t width);

// The text of a help, whose lines are at most `width` places wide: of a line that is too long, what
// comes after the first gap of two blanks stays in its column. What follows "Example:" is for
// copying, and stays as it is.
std::string WrappedHelp(absl::string_view text, size_t width);

// Thread-compatible.
class TextTable {
 public:
  enum class Align { kLeft, kRight };
  struct Column {
    std::string header;
    Align align = Align::kLeft;
    // Gives way where the table is wider than the terminal: its text is wrapped.
    bool wraps = false;
  };

  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // As many cells as columns (checked). Each is made printable.
  void Row(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }

  // Header, rule, rows, each ended by a line feed; trailing blanks are left out. A column whose
  // every cell is empty is left out too. `width` 0: as wide as it needs. What does not fit, however
  // it is wrapped, is written row by row, a line or more for each cell, after its column's header.
  std::string Render(size_t width) const;

 private:
  std::vector<size_t> Widths(size_t width) const;
  std::string RenderRecords(const std::vector<size_t>& widths, size_t width) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_CONSOLE_TEXT_TABLE_H_
