// Definitions by code, each kept in every version, read as of a sequence.
#ifndef ONERETURN_SERVICES_INGESTION_STORE_CATALOGUE_TABLE_H_
#define ONERETURN_SERVICES_INGESTION_STORE_CATALOGUE_TABLE_H_

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

namespace onereturn::ingestion {

// Stored: DO NOT RENUMBER.
enum class DefinitionKind : uint8_t {
  kOrganisation = 1,
  kItem = 2,
  kCollection = 3,
  kCalendar = 4,
  kGuidance = 5,
  kResponsibility = 6,
  kRequestRules = 7,
};

struct StoredDefinition {
  std::string code;
  uint64_t sequence = 0;
  std::string bytes;  // The serialised v1 message.
};

inline constexpr uint64_t kNewest = UINT64_MAX;

// The definition in force at `sequence`; nullopt when there was none.
absl::StatusOr<std::optional<StoredDefinition>> FindDefinition(const Reader& reader,
                                                               DefinitionKind kind,
                                                               absl::string_view code,
                                                               uint64_t sequence);

// Its versions up to `sequence`, the newest first, until `visit` answers false.
absl::Status VisitVersions(const Reader& reader, DefinitionKind kind, absl::string_view code,
                           uint64_t sequence,
                           absl::FunctionRef<absl::StatusOr<bool>(const StoredDefinition&)> visit);

// The definitions in force at `sequence` whose code is after `after_code`, in order, until `visit`
// answers false.
absl::Status VisitDefinitions(
    const Reader& reader, DefinitionKind kind, absl::string_view after_code, uint64_t sequence,
    absl::FunctionRef<absl::StatusOr<bool>(const StoredDefinition&)> visit);

// The sequence of the newest fact of the catalogue; 0 when there is none. What a submission is
// judged on.
absl::StatusOr<uint64_t> CatalogueSequence(const Reader& reader);
// The check that the catalogue is still the one of `sequence`.
ReadCheck CatalogueCheck(uint64_t sequence);

// The check that the definition in force is still the one of `sequence`; 0: that there is none.
ReadCheck DefinitionCheck(DefinitionKind kind, absl::string_view code, uint64_t sequence);

// The collection that is the item's home in the newest periods for which it has one; nullopt when
// it has none in any.
absl::StatusOr<std::optional<std::string>> HomeOf(const Reader& reader, absl::string_view item);
// The check that the item's home is still `home`.
ReadCheck HomeCheck(absl::string_view item, std::optional<std::string> home);

// Every collection of which a version names the item, or reads it beside its own, in order.
absl::StatusOr<std::vector<std::string>> CollectionsNaming(const Reader& reader,
                                                           absl::string_view item);

// Rows of a definition accepted at `sequence`.
void PutDefinition(DefinitionKind kind, absl::string_view code, uint64_t sequence,
                   absl::string_view bytes, WriteBatch* batch);
void PutHome(absl::string_view item, absl::string_view collection, WriteBatch* batch);
void RemoveHome(absl::string_view item, WriteBatch* batch);
void PutNaming(absl::string_view item, absl::string_view collection, WriteBatch* batch);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_STORE_CATALOGUE_TABLE_H_
