// Reading a file whose figures are not ready: in any of the collection's layouts, with what is
// filled in and every fault of it.
#ifndef ONERETURN_TOOLS_ONERETURN_OFFLINE_DRAFT_FILE_H_
#define ONERETURN_TOOLS_ONERETURN_OFFLINE_DRAFT_FILE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/cells/cell.h"
#include "common/period/period.h"
#include "services/ingestion/domain/collection.h"
#include "services/ingestion/domain/finding.h"
#include "services/ingestion/domain/return_file.h"

namespace onereturn::client {

struct DraftFile {
  std::string organisation;
  std::optional<Period> period;
  std::string layout;
  std::vector<Cell> cells;     // Blank ones are left out: nobody has filled them in yet.
  ingestion::Findings faults;  // What is filled in and cannot be read.
  size_t explanations = 0;     // A draft keeps none.
};

// `layout` empty: the first that the header fits. `given` goes to layouts without such columns.
// Errors of ReturnFileReader; a usage error for a file of several organisations.
absl::StatusOr<DraftFile> ReadDraftFile(const ingestion::Collection& collection,
                                        const std::string& layout,
                                        const ingestion::GivenWithFile& given,
                                        absl::string_view bytes);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_OFFLINE_DRAFT_FILE_H_
