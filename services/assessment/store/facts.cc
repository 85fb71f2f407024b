#include "services/assessment/store/facts.h"

#include "absl/strings/str_cat.h"
#include "common/commit/journal.h"
#include "common/status/status_macros.h"

namespace onereturn::assessment {

absl::StatusOr<feed::v1::Entry> ParseEntry(absl::string_view bytes) {
  feed::v1::Entry entry;
  if (!entry.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError("a stored entry cannot be read");
  }
  if (entry.format() == 0 || entry.format() > kFactFormat) {
    return absl::DataLossError(absl::StrCat("entry ", entry.sequence(), " has format ",
                                            entry.format(), ": this version reads up to ",
                                            kFactFormat));
  }
  return entry;
}

absl::StatusOr<feed::v1::Entry> EntryAt(const Reader& reader, uint64_t sequence,
                                        feed::v1::EntryKind kind) {
  absl::StatusOr<std::string> bytes = EntryBytes(reader, sequence);
  if (absl::IsNotFound(bytes.status())) {
    return absl::DataLossError(absl::StrCat("entry ", sequence, " is missing from the store"));
  }
  RETURN_IF_ERROR(bytes.status());
  ASSIGN_OR_RETURN(feed::v1::Entry entry, ParseEntry(*bytes));
  if (entry.kind() == kind) return entry;
  return absl::DataLossError(absl::StrCat("entry ", sequence, " is of another kind than its row"));
}

}  // namespace onereturn::assessment
