#include "tools/onereturn/console/text_table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/check.h"
#include "common/base/utf8.h"

namespace onereturn::client {
namespace {

constexpr absl::string_view kReplacement = "\xEF\xBF\xBD";
constexpr size_t kGap = 2;
constexpr size_t kNarrowest = 12;  // A wrapped column is never narrower.

bool Combines(uint32_t point) {
  return (point >= 0x300 && point <= 0x36F) || (point >= 0x1AB0 && point <= 0x1AFF) ||
         (point >= 0x20D0 && point <= 0x20FF) || (point >= 0xFE00 && point <= 0xFE0F);
}

bool IsWide(uint32_t point) {
  return (point >= 0x1100 && point <= 0x115F) || (point >= 0x2E80 && point <= 0xA4CF) ||
         (point >= 0xAC00 && point <= 0xD7A3) || (point >= 0xF900 && point <= 0xFAFF) ||
         (point >= 0xFE30 && point <= 0xFE6F) || (point >= 0xFF00 && point <= 0xFF60) ||
         (point >= 0xFFE0 && point <= 0xFFE6) || (point >= 0x1F300 && point <= 0x1FAFF) ||
         (point >= 0x20000 && point <= 0x3FFFD);
}

// The start of `text` that takes at most `width` places, at least one character.
absl::string_view FirstPlaces(absl::string_view text, size_t width) {
  size_t bytes = 0;
  size_t places = 0;
  while (bytes < text.size()) {
    const CodePoint point = FirstCodePoint(text.substr(bytes));
    const size_t size = std::max<size_t>(point.size, 1);
    const size_t more = DisplayWidth(text.substr(bytes, size));
    if (bytes > 0 && places + more > width) break;
    places += more;
    bytes += size;
  }
  return text.substr(0, bytes);
}

void AppendPadded(absl::string_view text, size_t width, TextTable::Align align, std::string* line) {
  const size_t places = DisplayWidth(text);
  const std::string padding(places < width ? width - places : 0, ' ');
  if (align == TextTable::Align::kRight) *line += padding;
  line->append(text.data(), text.size());
  if (align == TextTable::Align::kLeft) *line += padding;
}

void EndLine(std::string* line, std::string* output) {
  line->erase(line->find_last_not_of(' ') + 1);
  *output += *line;
  *output += '\n';
  line->clear();
}

}  // namespace

size_t DisplayWidth(absl::string_view text) {
  size_t width = 0;
  while (!text.empty()) {
    const CodePoint point = FirstCodePoint(text);
    if (point.size == 0) {
      ++width;
      text.remove_prefix(1);
      continue;
    }
    if (!Combines(point.value)) width += IsWide(point.value) ? 2 : 1;
    text.remove_prefix(point.size);
  }
  return width;
}

std::string Printable(absl::string_view text) {
  std::string printable;
  while (!text.empty()) {
    const CodePoint point = FirstCodePoint(text);
    const size_t size = std::max<size_t>(point.size, 1);
    if (point.size > 0 && (point.value == '\n' || point.value == '\r' || point.value == '\t')) {
      printable += ' ';
    } else if (point.size == 0 || IsUnsafeCodePoint(point.value)) {
      printable.append(kReplacement.data(), kReplacement.size());
    } else {
      printable.append(text.data(), size);
    }
    text.remove_prefix(size);
  }
  return printable;
}

std::vector<std::string> Wrapped(absl::string_view text, size_t width) {
  std::vector<std::string> lines;
  std::string line;
  for (absl::string_view word : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    if (!line.empty() && DisplayWidth(line) + 1 + DisplayWidth(word) > width) {
      lines.push_back(std::exchange(line, std::string()));
    }
    if (!line.empty()) line += ' ';
    while (DisplayWidth(word) > width) {
      const absl::string_view part = FirstPlaces(word, width);
      lines.emplace_back(part.data(), part.size());
      word.remove_prefix(part.size());
    }
    line.append(word.data(), word.size());
  }
  if (!line.empty() || lines.empty()) lines.push_back(line);
  return lines;
}

std::string WrappedHelp(absl::string_view text, size_t width) {
  std::string output;
  bool copied = false;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const absl::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    copied = copied || line == "Example:";
    const size_t indent = std::min(line.find_first_not_of(' '), line.size());
    if (copied || DisplayWidth(line) <= width) {
      absl::StrAppend(&output, line, "\n");
      continue;
    }
    // The column of what is said about the name before it; without one, the line's own.
    size_t column = line.find("  ", indent);
    column = column == absl::string_view::npos ? indent : line.find_first_not_of(' ', column);
    if (column >= width) column = indent;
    absl::string_view before = line.substr(0, column);
    const std::string blanks(column, ' ');
    for (const std::string& part : Wrapped(line.substr(column), width - column)) {
      absl::StrAppend(&output, before, part, "\n");
      before = blanks;
    }
  }
  return output;
}

void TextTable::Row(std::vector<std::string> cells) {
  ONERETURN_CHECK(cells.size() == columns_.size());
  for (std::string& cell : cells) cell = Printable(cell);
  rows_.push_back(std::move(cells));
}

std::vector<size_t> TextTable::Widths(size_t width) const {
  std::vector<size_t> widths(columns_.size(), 0);
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], DisplayWidth(row[i]));
  }
  size_t total = 0;
  size_t flexible = 0;
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (widths[i] == 0) continue;  // Nothing in it: left out.
    widths[i] = std::max(widths[i], DisplayWidth(columns_[i].header));
    total += widths[i] + kGap;
    if (columns_[i].wraps) flexible += widths[i];
  }
  if (total > 0) total -= kGap;
  if (width == 0 || total <= width || flexible == 0) return widths;
  const size_t excess = total - width;
  const size_t left = flexible > excess ? flexible - excess : 0;
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (!columns_[i].wraps || widths[i] == 0) continue;
    const size_t share = left * widths[i] / flexible;
    widths[i] = std::min(widths[i], std::max(share, kNarrowest));
  }
  return widths;
}

std::string TextTable::RenderRecords(const std::vector<size_t>& widths, size_t width) const {
  size_t header = 0;
  for (const Column& column : columns_) header = std::max(header, DisplayWidth(column.header));
  const size_t left = std::max(width, header + kGap + kNarrowest) - header - kGap;
  std::string output;
  std::string line;
  for (const auto& row : rows_) {
    if (!output.empty()) output += '\n';
    for (size_t i = 0; i < row.size(); ++i) {
      if (widths[i] == 0 || row[i].empty()) continue;
      absl::string_view name = columns_[i].header;
      for (const std::string& part : Wrapped(row[i], left)) {
        AppendPadded(name, header + kGap, Align::kLeft, &line);
        line += part;
        EndLine(&line, &output);
        name = "";
      }
    }
  }
  return output;
}

std::string TextTable::Render(size_t width) const {
  const std::vector<size_t> widths = Widths(width);
  size_t total = 0;
  for (size_t one : widths) total += one == 0 ? 0 : one + kGap;
  if (width > 0 && total > width + kGap) return RenderRecords(widths, width);
  std::string output;
  std::string line;
  const auto cell = [&](size_t column, absl::string_view text) {
    if (widths[column] == 0) return;
    if (!line.empty()) line += std::string(kGap, ' ');
    AppendPadded(text, widths[column], columns_[column].align, &line);
  };
  for (size_t i = 0; i < columns_.size(); ++i) cell(i, columns_[i].header);
  EndLine(&line, &output);
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (widths[i] == 0) continue;
    if (!line.empty()) line += std::string(kGap, ' ');
    for (size_t place = 0; place < widths[i]; ++place) line += "─";
  }
  EndLine(&line, &output);
  for (const auto& row : rows_) {
    std::vector<std::vector<std::string>> lines(row.size());
    size_t height = 1;
    for (size_t i = 0; i < row.size(); ++i) {
      lines[i] = columns_[i].wraps && widths[i] > 0 ? Wrapped(row[i], widths[i])
                                                    : std::vector<std::string>{row[i]};
      height = std::max(height, lines[i].size());
    }
    for (size_t k = 0; k < height; ++k) {
      for (size_t i = 0; i < row.size(); ++i) cell(i, k < lines[i].size() ? lines[i][k] : "");
      EndLine(&line, &output);
    }
  }
  return output;
}

}  // namespace onereturn::client
