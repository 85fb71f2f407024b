// Which of a collection's states a file is read by, where its period stands in the file.
#ifndef ONERETURN_SERVICES_INGESTION_APP_FILES_COLLECTION_OF_FILE_H_
#define ONERETURN_SERVICES_INGESTION_APP_FILES_COLLECTION_OF_FILE_H_

#include <cstddef>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/storage/store.h"
#include "services/ingestion/app/catalogue/compiled_collections.h"
#include "services/ingestion/domain/return_file.h"

namespace onereturn::ingestion {

// Gives a file's bytes in order to what it is given; an error of that ends the reading with it.
using FileBytes =
    std::function<absl::Status(std::function<absl::Status(absl::string_view bytes)> take)>;

// Bytes of a file in which its first row is looked for: below a header, and blank rows. A check
// with a rule pack is told the period or reads by the pack's collection, looks for nothing, and so
// does not refuse a file that begins later: definitions/rule_pack.h.
inline constexpr size_t kFirstRowBytes = size_t{1} << 20;

// The collection as it is for the file's period: the one that is given with it, and then nothing is
// read; else that of its first row, which each version of the collection in turn is tried for, the
// newest first. Where none finds a period, the collection of the newest periods, by which the
// file's faults are told. FILE_LAYOUT where the first row does not begin within kFirstRowBytes; and
// the errors of CompiledCollections and of `read`.
absl::StatusOr<CompiledCollection> CollectionOfFile(
    const Snapshot& snapshot, CompiledCollections* collections, const std::string& collection,
    const std::string& layout, const GivenWithFile& given, const FileBytes& read);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_FILES_COLLECTION_OF_FILE_H_
