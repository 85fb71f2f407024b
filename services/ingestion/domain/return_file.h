// Reading a returns file in one of the collection's layouts, row by row, in bounded memory.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_RETURN_FILE_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_RETURN_FILE_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/cells/cell.h"
#include "common/period/period.h"
#include "services/ingestion/domain/collection.h"
#include "services/ingestion/domain/explanation.h"
#include "services/ingestion/domain/finding.h"
#include "services/ingestion/domain/layout.h"
#include "services/ingestion/domain/submit_mode.h"

namespace onereturn::ingestion {

// How firm the figures of a return are; numbered as returns.v1.RevisionStatus.
enum class FigureStatus { kProvisional = 1, kFinal = 2, kEstimated = 3 };

// A parent of the organisation, as a row names it.
struct StatedParent {
  ParentColumn column;
  std::string parent;  // Trimmed; not empty.
  Place place;
};

// One organisation's part of a file.
struct FileReturnRows {
  std::string organisation;  // As the file writes it, trimmed.
  Period period;
  uint32_t row = 0;  // The first one.
  // Without those that the file leaves blank where the layout takes that for nothing sent, and
  // those of rows that cannot be placed.
  std::vector<Cell> cells = {};
  std::vector<Place> places = {};
  std::vector<ExplanationGiven> explanations = {};
  // Each once, with the first place where it stands.
  std::vector<StatedParent> parents = {};
  // Where the file says it: of all the organisation's rows.
  std::optional<FigureStatus> status = std::nullopt;
  // What is wrong with single values and rows:
  //   CELL_VALUE        a figure cannot be read; its cell stands as a null, so that all the others
  //                     can be judged in the same pass
  //   CELL_DIMENSION    a row's text is no value of its dimension; the row has no cells
  //   ROW_KIND          a row's selector chooses no shape; the row has no cells
  //   ROW_STATUS        a row's status is none that figures have, or another than an earlier row's
  //   RETURN_EMPTY      none of the organisation's rows has anything filled in; it stands in place
  //                     of the CELL_VALUE of every figure that is owed
  //   COLUMN_NOT_BLANK  a figure stands where a row of its shape has none; it is no cell
  //   EXPLANATION       a reason cannot be kept as it is written
  //   PERSONAL_DATA     it seems to hold what a person could be found by
  // and the layout's own codes for sums that do not agree.
  Findings findings = {};
  // The CELL_VALUE findings of figures that are owed and blank, kept or not.
  uint64_t blanks = 0;
  // Those of `cells` that stand for such a figure, in order.
  std::vector<size_t> blank_cells = {};
};

// What is sent with a file besides its bytes.
struct GivenWithFile {
  // The period that it is sent for: a layout without a column of the period needs it, and one of
  // files of several periods, to choose its rows by; in others each row must agree with it.
  std::optional<Period> period = std::nullopt;
  // Whose it is: a layout without a column of the organisation needs it, and no other takes it.
  std::string organisation = "";
  // Only a file that replaces is the whole return: what it has no column or row for is filled in as
  // its layout says. One that takes out names cells, and may leave their values blank.
  SubmitMode mode = SubmitMode::kReplace;
};

// A file being read. Feed it all bytes in order, then Finish.
//   FILE_LAYOUT        the header does not fit the layout: every fault named; no row stands below
//                      it; or the organisation is neither in the file nor given, or both
//   FILE_PERIOD        a row's period cannot be read, is of another kind, differs from the first
//                      row's or from the one given; or files of that period look otherwise; of a
//                      file of several periods none is given, or no row is of it
//   FILE_TOTAL         the total row is not the sum of the rows above it: every column named. A
//                      column with a figure that cannot be read is not checked: its row has a
//                      finding
//   FILE_REPEATED_ROW  the rows of an organisation do not stand together, where it may have several
//   TOO_MANY_ITEMS     an organisation has more cells than kMaxCellsOfReturn: they are held in
//                      memory together
// and the errors of CsvReader. After an error nothing more is delivered. Not thread safe.
class ReturnFileReader {
 public:
  // Takes each organisation's part in order of row. An error ends the reading with that error.
  using Taker = std::function<absl::Status(FileReturnRows rows)>;

  virtual ~ReturnFileReader() = default;
  virtual absl::Status Feed(absl::string_view bytes) = 0;
  virtual absl::Status Finish() = 0;
  // The file's period; nullopt before the first row.
  virtual std::optional<Period> period() const = 0;
};

// `collection` and `layout` must outlive the reader.
std::unique_ptr<ReturnFileReader> MakeReturnFileReader(const Collection& collection,
                                                       const LayoutSpec& layout,
                                                       ReturnFileReader::Taker taker,
                                                       const GivenWithFile& given = {});

// FILE_LAYOUT where the organisation is given and the file has a column for it, or neither.
absl::Status CheckGivenOrganisation(bool has_column, const std::string& given);

// The collection's layout of that code; FILE_LAYOUT when it has none.
absl::StatusOr<const LayoutSpec*> LayoutNamed(const Collection& collection, absl::string_view code);

// The cell that a text stands for: a decimal, or where `null_reasons_written` a null reason. Null
// and a text that says why when it is neither; the cell is then a null.
std::optional<std::string> ReadCellText(absl::string_view text, bool null_reasons_written,
                                        Cell* cell);

// `text` without blanks at either end.
absl::string_view Trimmed(absl::string_view text);

// Has the row nothing in it but blanks? Spreadsheets write such rows, of commas alone, below and
// between the filled ones: they are passed over wherever they stand, as empty lines are.
bool IsBlankRow(const std::vector<absl::string_view>& fields);
// How many columns a header has: those right of the last one with a name are none.
size_t WidthOfHeader(const std::vector<absl::string_view>& header);
// FILE_LAYOUT where the header is one field that semicolons or tabs part: the one cause of all that
// would be wrong with it.
absl::Status CheckSeparator(const std::vector<absl::string_view>& header);
// FILE_LAYOUT where the row has fewer columns than `width`, or something in those beyond it.
absl::Status CheckRowWidth(uint32_t row, const std::vector<absl::string_view>& fields,
                           size_t width);
// What to do about a header that does not fit.
inline constexpr char kHeaderRemedy[] =
    "Correct the headings that are named, or name the layout that the file has; `onereturn "
    "template` writes a file with the right ones.";

// Where every figure that the rows have a place for is owed and blank, and nothing else is wrong
// with them: RETURN_EMPTY at `place`, in place of a finding of each. The cells stay, as blank ones.
// `given_cells`: how many of the first cells no row or column gives.
void TellIfEmpty(Place place, size_t given_cells, FileReturnRows* rows);
// RETURN_EMPTY.
Finding EmptyReturn(const FileReturnRows& rows, Place place);

// FILE_LAYOUT for a file without a header, and for one without a row below it.
absl::Status EmptyFile();
absl::Status NoRows();

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_RETURN_FILE_H_
