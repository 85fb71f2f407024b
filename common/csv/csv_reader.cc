#include "common/csv/csv_reader.h"

#include <csv.h>

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/utf8.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

constexpr absl::string_view kByteOrderMark = "\xEF\xBB\xBF";

// The parser keeps growing a field until its end comes; between slices of this size it can be
// stopped.
constexpr size_t kSliceBytes = 4'096;

// The parser would trim blanks from unquoted fields: to it, nothing is a blank.
int NothingIsBlank(unsigned char) { return 0; }

}  // namespace

class CsvReader::State {
 public:
  State(const CsvLimits& limits, RowCallback on_row) : limits_(limits), on_row_(std::move(on_row)) {
    csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL);
    csv_set_space_func(&parser_, NothingIsBlank);
    csv_set_blk_size(&parser_, kSliceBytes);
  }
  ~State() { csv_free(&parser_); }

  State(const State&) = delete;
  State& operator=(const State&) = delete;

  absl::Status Feed(absl::string_view bytes) {
    ONERETURN_CHECK(!finished_);
    if (!start_seen_) {
      // The first bytes may come one by one; they are held back until they can be told from a mark.
      const size_t taken = std::min(bytes.size(), kByteOrderMark.size() - start_.size());
      start_.append(bytes.data(), taken);
      bytes.remove_prefix(taken);
      if (start_.size() < kByteOrderMark.size()) return error_;
      RETURN_IF_ERROR(ParseStart());
    }
    return Parse(bytes);
  }

  absl::Status Finish() {
    ONERETURN_CHECK(!finished_);
    finished_ = true;
    if (!start_seen_) RETURN_IF_ERROR(ParseStart());
    RETURN_IF_ERROR(error_);
    if (csv_fini(&parser_, &State::OnField, &State::OnRowEnd, this) != 0) {
      Refuse(Reason::kMalformed,
             "a quote is opened and never closed; close it, or double a quote that "
             "belongs to the text");
    }
    return error_;
  }

 private:
  absl::Status ParseStart() {
    start_seen_ = true;
    return start_ == kByteOrderMark ? absl::OkStatus() : Parse(start_);
  }

  absl::Status Parse(absl::string_view bytes) {
    while (!bytes.empty() && error_.ok()) {
      ParseSlice(bytes.substr(0, kSliceBytes));
      bytes.remove_prefix(std::min(bytes.size(), kSliceBytes));
    }
    return error_;
  }

  // Faults are judged in the order of the bytes, so that the split into slices cannot be seen in
  // the result.
  void ParseSlice(absl::string_view slice) {
    const absl::string_view clean = slice.substr(0, slice.find('\0'));
    const size_t parsed =
        csv_parse(&parser_, clean.data(), clean.size(), &State::OnField, &State::OnRowEnd, this);
    if (!error_.ok()) return;
    // A quoted field may hold one quote more here than in the end; OnField judges the exact length.
    if (parser_.entry_pos > limits_.max_field_bytes + 1) {
      RefuseField();
    } else if (parsed < clean.size()) {
      RefuseUnparsed();
    } else if (clean.size() < slice.size()) {
      Refuse(Reason::kCharset, "there is a NUL byte, as in UTF-16 and in files that are no text");
    }
  }

  static void OnField(void* bytes, size_t size, void* state) {
    static_cast<State*>(state)->TakeField(absl::string_view(static_cast<const char*>(bytes), size));
  }
  static void OnRowEnd(int terminator, void* state) {
    static_cast<State*>(state)->TakeRowEnd(terminator);
  }

  void TakeField(absl::string_view field) {
    if (!error_.ok()) return;
    after_carriage_return_ = false;
    if (field.size() > limits_.max_field_bytes || field_ends_.size() >= limits_.max_columns) {
      RefuseField();
    } else if (field.size() > limits_.max_row_bytes - row_bytes_.size()) {
      Refuse(Reason::kLength,
             absl::StrCat("the row is longer than ", limits_.max_row_bytes, " bytes"));
    } else if (!IsValidUtf8(field)) {
      Refuse(Reason::kNotUtf8,
             "the text is not UTF-8; save the file as \"CSV UTF-8\" and send it again");
    } else {
      row_bytes_.append(field.data(), field.size());
      field_ends_.push_back(row_bytes_.size());
    }
  }

  // `terminator` is the byte that ended the row, or negative at the end of the file.
  void TakeRowEnd(int terminator) {
    if (!error_.ok()) return;
    const bool second_half = after_carriage_return_ && terminator == CSV_LF;
    after_carriage_return_ = terminator == CSV_CR;
    if (second_half) return;
    ++rows_;
    if (field_ends_.empty()) return;  // A line with nothing on it.
    size_t start = 0;
    for (const size_t end : field_ends_) {
      fields_.push_back(absl::string_view(row_bytes_).substr(start, end - start));
      start = end;
    }
    error_ = on_row_(rows_, fields_);
    fields_.clear();
    field_ends_.clear();
    row_bytes_.clear();
  }

  // A field beyond the last column, or longer than any may be. Where it is both, the column is what
  // is said, whether the field has ended or is still being read.
  void RefuseField() {
    if (field_ends_.size() >= limits_.max_columns) {
      Refuse(Reason::kTooManyItems,
             absl::StrCat("there are more than ", limits_.max_columns, " columns"));
    } else {
      Refuse(Reason::kLength, absl::StrCat("the field is longer than ", limits_.max_field_bytes,
                                           " bytes; perhaps a quote is opened and never closed"));
    }
  }

  void RefuseUnparsed() {
    if (csv_error(&parser_) == CSV_EPARSE) {
      Refuse(Reason::kMalformed,
             "a quote stands where none may; put the whole field in quotes and double "
             "each quote that belongs to the text");
    } else {
      Refuse(Reason::kOverloaded, "there is no memory left to read on; send the file again later");
    }
  }

  void Refuse(Reason reason, absl::string_view what) {
    const int64_t row = rows_ + 1;
    const int64_t column = static_cast<int64_t>(field_ends_.size()) + 1;
    Error error(reason, absl::StrCat("row ", row, ", column ", column, ": ", what));
    error.With("row", row).With("column", column);
    if (reason == Reason::kMalformed) {
      error.Remedy("Correct the quotes there, or save the file as CSV again.");
    } else if (reason == Reason::kCharset) {
      error.Remedy(
          "Save the file as CSV in UTF-8; in a spreadsheet choose \"CSV UTF-8\", and no workbook.");
    }
    error_ = error;
  }

  const CsvLimits limits_;
  const RowCallback on_row_;
  csv_parser parser_;
  absl::Status error_;  // The first; what comes after it is not looked at.
  bool finished_ = false;

  std::string start_;  // The first bytes of the file, until there are enough for a byte-order mark.
  bool start_seen_ = false;

  int64_t rows_ = 0;  // Ended so far, empty lines included.
  bool after_carriage_return_ = false;
  std::string row_bytes_;                  // The fields of the row that is being read, end to end.
  std::vector<size_t> field_ends_;         // Where each ends in row_bytes_.
  std::vector<absl::string_view> fields_;  // Kept for its memory alone.
};

CsvReader::CsvReader(const CsvLimits& limits, RowCallback on_row)
    : state_(std::make_unique<State>(limits, std::move(on_row))) {}
CsvReader::~CsvReader() = default;

absl::Status CsvReader::Feed(absl::string_view bytes) { return state_->Feed(bytes); }
absl::Status CsvReader::Finish() { return state_->Finish(); }

}  // namespace onereturn
