// For tests: a whole file through a reader.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_TESTING_READ_FILE_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_TESTING_READ_FILE_H_

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/csv/csv_writer.h"
#include "common/status/error.h"
#include "services/ingestion/domain/return_file.h"

namespace onereturn::ingestion {

// Records of fields, the header first.
using Records = std::vector<std::vector<std::string>>;

inline std::string TextOf(const Records& records) {
  std::string text;
  CsvWriter writer(&text);
  for (const std::vector<std::string>& record : records) writer.Row(record);
  return text;
}

struct ReadFileResult {
  absl::Status status;
  std::vector<FileReturnRows> rows;
  std::optional<Period> period;
};

// Fed in pieces of so many bytes; 0: at once.
inline ReadFileResult ReadReturnFile(const Collection& collection, const std::string& layout,
                                     const std::string& bytes, size_t piece_bytes = 0,
                                     const GivenWithFile& given = {}) {
  ReadFileResult result;
  std::unique_ptr<ReturnFileReader> reader = MakeReturnFileReader(
      collection, *collection.FindLayout(layout),
      [&result](FileReturnRows rows) {
        result.rows.push_back(std::move(rows));
        return absl::OkStatus();
      },
      given);
  if (piece_bytes == 0) piece_bytes = bytes.size() + 1;
  for (size_t i = 0; result.status.ok() && i < bytes.size(); i += piece_bytes) {
    result.status = reader->Feed(absl::string_view(bytes).substr(i, piece_bytes));
  }
  if (result.status.ok()) result.status = reader->Finish();
  result.period = reader->period();
  return result;
}

// The message and every field of an error.
inline std::string WordsOf(const absl::Status& status) {
  std::string words(status.message());
  if (std::optional<ErrorDetails> details = DetailsOf(status); details.has_value()) {
    for (const FieldViolation& field : details->fields) {
      absl::StrAppend(&words, "\n", field.field, ": ", field.description);
    }
  }
  return words;
}

// A line a cell, in order: what it is and its figure.
inline std::string CellsOf(const FileReturnRows& rows) {
  std::vector<std::string> texts;
  for (const Cell& cell : rows.cells) {
    texts.push_back(absl::StrCat(DescribeCell(cell), "=",
                                 cell.value.has_value()
                                     ? cell.value->ToString()
                                     : absl::StrCat("null ", static_cast<int>(cell.null_reason))));
  }
  std::sort(texts.begin(), texts.end());
  return absl::StrJoin(texts, "\n");
}

// "CODE row column", a line a finding, of all organisations.
inline std::string FindingsOf(const ReadFileResult& result) {
  std::vector<std::string> texts;
  for (const FileReturnRows& rows : result.rows) {
    for (const Finding& finding : rows.findings.kept()) {
      texts.push_back(
          absl::StrCat(finding.code, " ", finding.place.row, " ", finding.place.column));
    }
  }
  return absl::StrJoin(texts, "\n");
}

// The sum of the cells of an item, of those with one value of a dimension where it is given.
inline Int128 SumOfItem(const std::vector<Cell>& cells, absl::string_view item,
                        const DimensionValue* at = nullptr) {
  Int128 sum = 0;
  for (const Cell& cell : cells) {
    if (cell.item != item || !cell.value.has_value()) continue;
    if (at != nullptr &&
        std::find(cell.dimensions.begin(), cell.dimensions.end(), *at) == cell.dimensions.end()) {
      continue;
    }
    sum += cell.value->wide();
  }
  return sum;
}

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_TESTING_READ_FILE_H_
