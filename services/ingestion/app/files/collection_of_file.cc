#include "services/ingestion/app/files/collection_of_file.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn::ingestion {
namespace {

absl::Status NoRowSoFar() {
  return Error(Reason::kFileLayout, "the file's first MiB holds no row but blank ones")
      .Remedy("Take the blank rows out of the file, and send it again.");
}

// The period of the first row, as the collection reads files of the layout; nullopt where it finds
// none. The errors of `read` alone, and that of a first row that does not come.
absl::StatusOr<std::optional<Period>> PeriodOfFirstRow(const Collection& collection,
                                                       const LayoutSpec& layout,
                                                       const GivenWithFile& given,
                                                       const FileBytes& read) {
  std::unique_ptr<ReturnFileReader> reader = MakeReturnFileReader(
      collection, layout, [](const FileReturnRows&) { return absl::OkStatus(); }, given);
  absl::Status fault;  // Of the file, as this collection reads it.
  bool ended = false;
  size_t bytes_read = 0;
  const absl::Status status = read([&](absl::string_view bytes) -> absl::Status {
    fault = reader->Feed(bytes);
    bytes_read += bytes.size();
    ended = !fault.ok() || reader->period().has_value() || bytes_read >= kFirstRowBytes;
    return ended ? absl::CancelledError("enough was read") : absl::OkStatus();
  });
  if (!ended) {
    RETURN_IF_ERROR(status);
    fault = reader->Finish();
  }
  if (!reader->period().has_value() && fault.ok() && bytes_read >= kFirstRowBytes) {
    return NoRowSoFar();
  }
  return reader->period();
}

}  // namespace

absl::StatusOr<CompiledCollection> CollectionOfFile(
    const Snapshot& snapshot, CompiledCollections* collections, const std::string& collection,
    const std::string& layout, const GivenWithFile& given, const FileBytes& read) {
  if (given.period.has_value()) return collections->Get(snapshot, collection, given.period);
  ASSIGN_OR_RETURN(const std::vector<CompiledCollection> all,
                   collections->All(snapshot, collection));
  std::optional<uint32_t> tried;
  for (const CompiledCollection& one : all) {
    // Where the period stands is the version's; which organisations are open changes nothing of it.
    if (tried == one.collection->version) continue;
    tried = one.collection->version;
    const LayoutSpec* found = one.collection->FindLayout(layout);
    if (found == nullptr) continue;
    ASSIGN_OR_RETURN(const std::optional<Period> period,
                     PeriodOfFirstRow(*one.collection, *found, given, read));
    if (period.has_value()) return collections->Get(snapshot, collection, period);
  }
  return collections->Get(snapshot, collection);
}

}  // namespace onereturn::ingestion
