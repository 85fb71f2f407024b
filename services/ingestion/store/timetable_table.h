// Windows that were opened, and extensions. Numbers in keys are hexadecimal in families.h.
#ifndef ONERETURN_SERVICES_INGESTION_STORE_TIMETABLE_TABLE_H_
#define ONERETURN_SERVICES_INGESTION_STORE_TIMETABLE_TABLE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/commit/committer.h"
#include "common/storage/reader.h"
#include "common/storage/write_batch.h"
#include "onereturn/timetable/v1/timetable.pb.h"
#include "services/ingestion/domain/return_window.h"
#include "services/ingestion/store/return_table.h"

namespace onereturn::ingestion {

// Which window.
struct WindowKey {
  std::string collection;
  std::string period;  // Canonical text.
};

struct StoredWindow {
  std::optional<WindowFacts> facts;  // Absent: it was not opened.
  ReadCheck check;                   // That it is still so.
};
absl::StatusOr<StoredWindow> FindWindow(const Reader& reader, const WindowKey& key);

// Every window that was opened, in order of collection and period.
absl::Status VisitWindows(
    const Reader& reader,
    absl::FunctionRef<absl::Status(const WindowKey& key, const WindowFacts& facts)> visit);

void PutWindow(const WindowKey& key, const WindowFacts& facts, WriteBatch* batch);

// The extensions of one return, as far as a submission is judged on them.
struct ExtensionHead {
  uint32_t count = 0;              // That were given.
  uint32_t steps = 0;              // Given, revoked, ended.
  std::optional<Timestamp> until;  // The latest end of those in force.
};

struct StoredExtensionHead {
  ExtensionHead head;
  ReadCheck check;  // That it is still so.
};
absl::StatusOr<StoredExtensionHead> FindExtensionHead(const Reader& reader, const ReturnKey& key);

// Every return with an extension in force, in order of collection, period, organisation.
absl::Status VisitExtensionsInForce(
    const Reader& reader,
    absl::FunctionRef<absl::Status(const ReturnKey& key, const ExtensionHead& head)> visit);

// All that were ever given for the return, in order of number.
absl::StatusOr<std::vector<timetable::v1::Extension>> ExtensionsOf(const Reader& reader,
                                                                   const ReturnKey& key);

// All of a window, in order of organisation and number.
absl::Status VisitExtensions(
    const Reader& reader, const WindowKey& key,
    absl::FunctionRef<absl::Status(const timetable::v1::Extension& extension)> visit);

void PutExtensionHead(const ReturnKey& key, const ExtensionHead& head, WriteBatch* batch);
void PutExtension(const timetable::v1::Extension& extension, WriteBatch* batch);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_STORE_TIMETABLE_TABLE_H_
