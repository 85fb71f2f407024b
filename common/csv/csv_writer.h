// Writing of comma-separated files (RFC 4180).
#ifndef ONERETURN_COMMON_CSV_CSV_WRITER_H_
#define ONERETURN_COMMON_CSV_CSV_WRITER_H_

#include <initializer_list>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace onereturn {

// Appends rows to a text, each ended by CRLF. A field is quoted only where it must be: commas,
// quotes, line ends, a blank at either end, a byte-order mark, or a row that is one empty field
// (which would else be an empty line). CsvReader gives back exactly the fields that were written,
// provided that they are UTF-8 without NUL and within its limits. Thread-compatible.
class CsvWriter {
 public:
  // `output` is not owned and must outlive the writer.
  explicit CsvWriter(std::string* output) : output_(output) {}

  // At least one field (checked): a row of none cannot be written.
  void Row(absl::Span<const absl::string_view> fields);
  void Row(absl::Span<const std::string> fields);
  void Row(std::initializer_list<absl::string_view> fields);

 private:
  void Field(absl::string_view field, bool alone);

  std::string* output_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_CSV_CSV_WRITER_H_
