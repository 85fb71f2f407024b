// Proposed changes of definitions by definition and number, as their newest step left them.
#ifndef ONERETURN_SERVICES_INGESTION_STORE_CHANGE_TABLE_H_
#define ONERETURN_SERVICES_INGESTION_STORE_CHANGE_TABLE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/commit/committer.h"
#include "common/storage/reader.h"
#include "common/storage/write_batch.h"
#include "onereturn/catalogue/v1/stewardship.pb.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {

// Which change: the number counts those of one definition, from 1.
struct ChangeKey {
  DefinitionKind kind = DefinitionKind::kItem;
  std::string code;
  uint64_t number = 0;
};

struct StoredChange {
  ChangeKey key;
  catalogue::v1::Change change;
  ReadCheck check;  // That it still is so.
};

// nullopt when there is none.
absl::StatusOr<std::optional<StoredChange>> FindChange(const Reader& reader, const ChangeKey& key);

// The number that the next change of the definition takes, and the check that it is still free.
struct NextChange {
  uint64_t number = 1;
  ReadCheck check;
};
absl::StatusOr<NextChange> NextChangeOf(const Reader& reader, DefinitionKind kind,
                                        absl::string_view code);

// Those after `after` (a text of ChangeKeyText; empty: from the first), by kind, code and number,
// until `visit` answers false.
absl::Status VisitChanges(
    const Reader& reader, absl::string_view after,
    absl::FunctionRef<absl::StatusOr<bool>(const ChangeKey& key, const catalogue::v1::Change&)>
        visit);
std::string ChangeKeyText(const ChangeKey& key);

void PutChange(const ChangeKey& key, const catalogue::v1::Change& change, WriteBatch* batch);

// "items/{code}/changes/{number}", "collections/{code}/changes/{number}"; nullopt for a text that
// is no such name.
std::string ChangeName(const ChangeKey& key);
std::optional<ChangeKey> ParseChangeName(absl::string_view name);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_STORE_CHANGE_TABLE_H_
