// Reading of comma-separated files (RFC 4180) as they come, in chunks of any size.
#ifndef ONERETURN_COMMON_CSV_CSV_READER_H_
#define ONERETURN_COMMON_CSV_CSV_READER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace onereturn {

struct CsvLimits {
  size_t max_columns = 1'024;
  size_t max_field_bytes = 32 * 1'024;   // What a spreadsheet's cell can hold.
  size_t max_row_bytes = 1'024 * 1'024;  // Of all fields of a row together.
};

// Finds the rows and fields of a file; it never looks at what they mean, and trims nothing.
//
// Accepted: a UTF-8 byte-order mark at the start (skipped); rows ended by CRLF, LF or CR; a last
// row without an end; quoted fields with commas, line ends and doubled quotes. A line with nothing
// on it is no row and is not reported, but it is counted: the row number is the one that a
// spreadsheet shows (1 for the first, a quoted line end does not count).
//
// Refused, with the row (and column where it is known) in the message and in the metadata "row" and
// "column": NUL bytes (CHARSET), text that is not UTF-8 (NOT_UTF8), a quote inside an unquoted
// field or after the end of a quoted one, a quote that is never closed (MALFORMED), too many
// columns (TOO_MANY_ITEMS), a field or row that is too long (LENGTH). Rows before the refused one
// have been reported. The outcome depends on the bytes alone, not on how they were split.
//
// Memory is bounded by the limits, whatever is fed. Thread-compatible.
class CsvReader {
 public:
  // Gets each row once, in order. The views live until it returns. An error stops the reading and
  // becomes its result.
  using RowCallback =
      std::function<absl::Status(int64_t row, const std::vector<absl::string_view>& fields)>;

  CsvReader(const CsvLimits& limits, RowCallback on_row);
  ~CsvReader();

  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;

  // The next bytes of the file. After an error every call returns that error again. Not after
  // Finish (checked).
  absl::Status Feed(absl::string_view bytes);
  // The end of the file: reports a last row without an end. Call once.
  absl::Status Finish();

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_CSV_CSV_READER_H_
