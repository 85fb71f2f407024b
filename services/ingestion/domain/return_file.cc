#include "services/ingestion/domain/return_file.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/utf8.h"
#include "common/decimal/decimal.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/domain/figure.h"
#include "services/ingestion/domain/long_file.h"
#include "services/ingestion/domain/wide_file.h"

namespace onereturn::ingestion {
namespace {

// FILE_PERIOD, naming the layouts of files of that period.
absl::Status CheckLayoutCovers(const Collection& collection, const LayoutSpec& layout,
                               const FileReturnRows& rows) {
  if (layout.Covers(rows.period)) return absl::OkStatus();
  std::vector<std::string> others;
  for (const LayoutSpec& other : collection.layouts) {
    if (other.Covers(rows.period)) others.push_back(other.code);
  }
  return Error(Reason::kFilePeriod,
               absl::StrCat("files of ", rows.period.ToString(), " do not have the layout ",
                            layout.code, ", which is for periods",
                            layout.from.has_value() ? " from " + layout.from->ToString() : "",
                            layout.to.has_value() ? " to " + layout.to->ToString() : "",
                            others.empty() ? "" : ": send it in one of ",
                            absl::StrJoin(others, ", ")))
      .With("row", rows.row);
}

}  // namespace

absl::StatusOr<const LayoutSpec*> LayoutNamed(const Collection& collection,
                                              absl::string_view code) {
  const LayoutSpec* layout = collection.FindLayout(code);
  if (layout != nullptr) return layout;
  std::vector<std::string> codes;
  for (const LayoutSpec& known : collection.layouts) codes.push_back(known.code);
  return Error(Reason::kFileLayout,
               absl::StrCat("collection ", collection.code, " has no layout \"",
                            CutAtCharacter(code, 64), "\""))
      .Field("layout", absl::StrCat("must be one of ", absl::StrJoin(codes, ", ")))
      .Remedy("Name one of the collection's layouts.");
}

absl::string_view Trimmed(absl::string_view text) { return absl::StripAsciiWhitespace(text); }

size_t WidthOfHeader(const std::vector<absl::string_view>& header) {
  size_t width = header.size();
  while (width > 0 && Trimmed(header[width - 1]).empty()) --width;
  return width;
}

bool IsBlankRow(const std::vector<absl::string_view>& fields) { return WidthOfHeader(fields) == 0; }

absl::Status CheckSeparator(const std::vector<absl::string_view>& header) {
  if (WidthOfHeader(header) != 1) return absl::OkStatus();
  const bool semicolon = absl::StrContains(header[0], ';');
  if (!semicolon && !absl::StrContains(Trimmed(header[0]), '\t')) return absl::OkStatus();
  return Error(Reason::kFileLayout,
               absl::StrCat("the columns are parted by ", semicolon ? "semicolons" : "tabs",
                            ", and a CSV file has commas"))
      .With("row", "1")
      .Remedy(
          "Save the file with commas between its columns; in a spreadsheet choose \"CSV UTF-8 "
          "(comma delimited)\".");
}

absl::Status CheckRowWidth(uint32_t row, const std::vector<absl::string_view>& fields,
                           size_t width) {
  if (fields.size() >= width && WidthOfHeader(fields) <= width) return absl::OkStatus();
  return Error(Reason::kFileLayout,
               absl::StrCat("row ", row, " has ", fields.size(), " columns, the header ", width))
      .With("row", row)
      .Remedy(fields.size() < width
                  ? "Look whether the row was cut short, and fill in what is missing."
                  : "Look for a comma inside a figure or a name: write figures without "
                    "separators, and put names with commas between quotes.");
}

Finding EmptyReturn(const FileReturnRows& rows, Place place) {
  Finding finding;
  finding.code = "RETURN_EMPTY";
  finding.organisation = rows.organisation;
  finding.place = std::move(place);
  finding.message = "No row of the organisation has a figure: a blank is no zero.";
  finding.suggestion =
      "Fill in the figures; if there was nothing to count, write zeros, or send a nil return.";
  return finding;
}

void TellIfEmpty(Place place, size_t given_cells, FileReturnRows* rows) {
  const bool all_blank = !rows->blank_cells.empty() &&
                         rows->blank_cells.size() + given_cells == rows->cells.size() &&
                         rows->findings.count() == rows->blanks;
  if (!all_blank) return;
  rows->findings = Findings();
  rows->blanks = 0;
  rows->findings.Add(EmptyReturn(*rows, std::move(place)));
}

absl::Status EmptyFile() {
  return Error(Reason::kFileLayout, "the file is empty")
      .With("row", "1")
      .Remedy("Export the file again, with its header and its rows.");
}

absl::Status NoRows() {
  return Error(Reason::kFileLayout, "the file holds no organisation's row below the header")
      .Remedy("Fill in a row for each organisation below the header.");
}

std::optional<std::string> ReadCellText(absl::string_view text, bool null_reasons_written,
                                        Cell* cell) {
  if (null_reasons_written) {
    if (std::optional<NullReason> reason = NullReasonOf(text); reason.has_value()) {
      cell->value.reset();
      cell->null_reason = *reason;
      return std::nullopt;
    }
  }
  absl::StatusOr<Decimal> value = Decimal::Parse(text);
  if (!value.ok()) {
    cell->value.reset();
    cell->null_reason = NullReason::kNotCollected;
    return absl::StrCat("The figure cannot be read: ", value.status().message());
  }
  cell->value = *value;
  return std::nullopt;
}

std::unique_ptr<ReturnFileReader> MakeReturnFileReader(const Collection& collection,
                                                       const LayoutSpec& layout,
                                                       ReturnFileReader::Taker taker,
                                                       const GivenWithFile& given) {
  if (layout.from.has_value() || layout.to.has_value()) {
    taker = [&collection, &layout, taker = std::move(taker)](FileReturnRows rows) -> absl::Status {
      RETURN_IF_ERROR(CheckLayoutCovers(collection, layout, rows));
      return taker(std::move(rows));
    };
  }
  if (const WideLayout* wide = std::get_if<WideLayout>(&layout.shape)) {
    return std::make_unique<WideFileReader>(collection, *wide, std::move(taker), given);
  }
  return std::make_unique<LongFileReader>(collection, std::get<LongLayout>(layout.shape),
                                          std::move(taker), given);
}

absl::Status CheckGivenOrganisation(bool has_column, const std::string& given) {
  if (has_column != given.empty()) {
    return Error(Reason::kFileLayout,
                 has_column ? "the file names its organisations: none is given with it"
                            : "the file names no organisation: give it with the call")
        .Field("organisation", has_column ? "must be empty" : "is missing")
        .Remedy(has_column ? "Leave --organisation out: each row says whose it is."
                           : "Say with --organisation whose figures they are.");
  }
  return absl::OkStatus();
}

}  // namespace onereturn::ingestion
