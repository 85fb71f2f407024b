#include "tools/onereturn/offline/draft_file.h"

#include <memory>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "tools/onereturn/console/error_text.h"

namespace onereturn::client {
namespace {

using ingestion::LayoutSpec;

// What a layout has columns for is not given beside the file.
ingestion::GivenWithFile GivenFor(const LayoutSpec& layout, const ingestion::GivenWithFile& given) {
  ingestion::GivenWithFile needed;
  const auto* wide = std::get_if<ingestion::WideLayout>(&layout.shape);
  if (wide != nullptr && wide->organisation_header.empty()) {
    needed.organisation = given.organisation;
  }
  needed.period = given.period;
  return needed;
}

// A figure that is owed and that nobody has filled in yet.
bool IsBlank(const ingestion::Finding& finding) {
  return finding.code == "CELL_VALUE" && ingestion::Trimmed(finding.got).empty();
}

// The rows' faults without those of blanks. Of findings beyond those that are kept it is known how
// many are of blanks: the others count, each as one that is not shown.
ingestion::Findings FaultsOf(const ingestion::FileReturnRows& rows) {
  ingestion::Findings faults;
  uint64_t blanks = 0;
  for (const ingestion::Finding& finding : rows.findings.kept()) {
    if (IsBlank(finding)) {
      ++blanks;
    } else if (finding.code != "RETURN_EMPTY") {
      faults.Add(finding);
    }
  }
  const uint64_t others = rows.findings.count() - rows.findings.kept().size();
  for (uint64_t i = rows.blanks - blanks; i < others; ++i) {
    ingestion::Finding finding;
    finding.code = "CELL_VALUE";
    finding.organisation = rows.organisation;
    finding.message = "One more figure cannot be read.";
    finding.suggestion = "Mend those that are shown, and save the draft again.";
    faults.Add(std::move(finding));
  }
  return faults;
}

void TakeRows(ingestion::FileReturnRows rows, DraftFile* draft) {
  auto blank = rows.blank_cells.begin();
  for (size_t i = 0; i < rows.cells.size(); ++i) {
    if (blank != rows.blank_cells.end() && *blank == i) {
      ++blank;
    } else {
      draft->cells.push_back(std::move(rows.cells[i]));
    }
  }
  draft->organisation = rows.organisation;
  draft->period = rows.period;
  draft->explanations = rows.explanations.size();
  draft->faults = FaultsOf(rows);
}

absl::StatusOr<DraftFile> ReadIn(const ingestion::Collection& collection, const LayoutSpec& layout,
                                 const ingestion::GivenWithFile& given, absl::string_view bytes) {
  DraftFile draft;
  draft.layout = layout.code;
  const std::unique_ptr<ingestion::ReturnFileReader> reader = ingestion::MakeReturnFileReader(
      collection, layout,
      [&draft](ingestion::FileReturnRows rows) -> absl::Status {
        if (draft.period.has_value()) {
          return UsageError(absl::StrCat("row ", rows.row, " is of ", rows.organisation,
                                         ", the rows above of ", draft.organisation),
                            "A draft is of one organisation: split the file.");
        }
        TakeRows(std::move(rows), &draft);
        return absl::OkStatus();
      },
      GivenFor(layout, given));
  RETURN_IF_ERROR(reader->Feed(bytes));
  RETURN_IF_ERROR(reader->Finish());
  return draft;
}

// How far a header is from that of a layout; 0 where it is something else that is wrong.
uint64_t HeaderFaults(const absl::Status& status) {
  const std::optional<ErrorDetails> details = DetailsOf(status);
  return details.has_value() && details->reason == Reason::kFileLayout ? details->fields_total : 0;
}

}  // namespace

absl::StatusOr<DraftFile> ReadDraftFile(const ingestion::Collection& collection,
                                        const std::string& layout,
                                        const ingestion::GivenWithFile& given,
                                        absl::string_view bytes) {
  if (!layout.empty()) {
    ASSIGN_OR_RETURN(const LayoutSpec* named, ingestion::LayoutNamed(collection, layout));
    return ReadIn(collection, *named, given, bytes);
  }
  absl::Status nearest = UsageError(absl::StrCat("collection ", collection.code, " has no layout"),
                                    "Ask the collection's owner for one.");
  uint64_t fewest = UINT64_MAX;
  for (const LayoutSpec& one : collection.layouts) {
    absl::StatusOr<DraftFile> read = ReadIn(collection, one, given, bytes);
    if (read.ok()) return read;
    const uint64_t faults = HeaderFaults(read.status());
    if (faults >= fewest) continue;
    fewest = faults;
    nearest = Within(absl::StrCat("layout ", one.code), read.status());
  }
  return nearest;
}

}  // namespace onereturn::client
