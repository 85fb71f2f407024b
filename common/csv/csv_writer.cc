#include "common/csv/csv_writer.h"

#include <cstddef>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/check.h"

namespace onereturn {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t'; }

bool NeedsQuotes(absl::string_view field) {
  if (field.empty()) return false;
  // Some readers trim blanks outside quotes, and take a mark at the start of a file for its
  // encoding.
  return field.find_first_of(",\"\r\n") != absl::string_view::npos || IsBlank(field.front()) ||
         IsBlank(field.back()) || absl::StartsWith(field, "\xEF\xBB\xBF");
}

}  // namespace

void CsvWriter::Field(absl::string_view field, bool alone) {
  if (NeedsQuotes(field) || (alone && field.empty())) {
    absl::StrAppend(output_, "\"", absl::StrReplaceAll(field, {{"\"", "\"\""}}), "\"");
  } else {
    absl::StrAppend(output_, field);
  }
}

void CsvWriter::Row(absl::Span<const absl::string_view> fields) {
  ONERETURN_CHECK(!fields.empty());
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) output_->push_back(',');
    Field(fields[i], fields.size() == 1);
  }
  absl::StrAppend(output_, "\r\n");
}

void CsvWriter::Row(absl::Span<const std::string> fields) {
  Row(std::vector<absl::string_view>(fields.begin(), fields.end()));
}

void CsvWriter::Row(std::initializer_list<absl::string_view> fields) {
  Row(absl::Span<const absl::string_view>(fields.begin(), fields.size()));
}

}  // namespace onereturn
