// Reading the catalogue: a definition by its name, and pages of them in order of code.
#ifndef ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_READ_CATALOGUE_H_
#define ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_READ_CATALOGUE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "common/commit/journal.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/storage/reader.h"
#include "services/ingestion/app/returns/read_returns.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {

// Well below what a client takes in one message.
inline constexpr size_t kMaxCataloguePageBytes = 2 << 20;

// With its etag. DATA_LOSS when it cannot be read.
template <typename Definition>
absl::StatusOr<Definition> DefinitionOf(const StoredDefinition& stored) {
  Definition definition;
  if (!definition.ParseFromString(stored.bytes)) {
    return absl::DataLossError("a stored definition cannot be read");
  }
  definition.set_etag(EtagOf(stored.sequence));
  return definition;
}

// The definition that `name` ("items/x", for the prefix "items/") names, as in force at `sequence`.
// NOT_FOUND when there is none.
template <typename Definition>
absl::StatusOr<Definition> GetDefinition(const Reader& reader, DefinitionKind kind,
                                         absl::string_view prefix, absl::string_view name,
                                         uint64_t sequence) {
  const absl::string_view whole = name;
  if (!absl::ConsumePrefix(&name, prefix)) return NotFound(whole);
  ASSIGN_OR_RETURN(const std::optional<StoredDefinition> stored,
                   FindDefinition(reader, kind, name, sequence));
  if (!stored.has_value()) return NotFound(whole);
  return DefinitionOf<Definition>(*stored);
}

// Those in force at `sequence` whose code comes after `after`, if `wanted` says so: at most
// `limit`, and about kMaxCataloguePageBytes.
template <typename Definition>
absl::StatusOr<PageOf<Definition>> ListDefinitions(
    const Reader& reader, DefinitionKind kind, absl::string_view after, uint64_t sequence,
    size_t limit, const std::function<bool(const Definition& definition)>& wanted) {
  PageOf<Definition> page;
  size_t bytes = 0;
  RETURN_IF_ERROR(VisitDefinitions(
      reader, kind, after, sequence, [&](const StoredDefinition& stored) -> absl::StatusOr<bool> {
        ASSIGN_OR_RETURN(Definition definition, DefinitionOf<Definition>(stored));
        if (!wanted(definition)) return true;
        if (page.rows.size() == limit || bytes >= kMaxCataloguePageBytes) {
          page.after = page.rows.back().code();
          return false;
        }
        bytes += stored.bytes.size();
        page.rows.push_back(std::move(definition));
        return true;
      }));
  return page;
}

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_READ_CATALOGUE_H_
