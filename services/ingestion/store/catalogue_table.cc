#include "services/ingestion/store/catalogue_table.h"

#include <algorithm>
#include <utility>

#include "common/status/status_macros.h"
#include "common/storage/key_codec.h"
#include "services/ingestion/store/families.h"

namespace onereturn::ingestion {
namespace {

constexpr uint8_t kCatalogueHead = 1;
constexpr uint8_t kHomeHead = 2;
constexpr uint8_t kDefinitionHead = 5;
constexpr uint8_t kNamingHead = 0x31;

std::string DefinitionKey(DefinitionKind kind, absl::string_view code, uint64_t sequence) {
  return KeyWriter().U8(static_cast<uint8_t>(kind)).String(code).DescendingU64(sequence).Take();
}

std::string CodePrefix(DefinitionKind kind, absl::string_view code) {
  return KeyWriter().U8(static_cast<uint8_t>(kind)).String(code).Take();
}

std::string KindPrefix(DefinitionKind kind) {
  return KeyWriter().U8(static_cast<uint8_t>(kind)).Take();
}

std::string DefinitionHeadKey(DefinitionKind kind, absl::string_view code) {
  return KeyWriter().U8(kDefinitionHead).U8(static_cast<uint8_t>(kind)).String(code).Take();
}

absl::StatusOr<StoredDefinition> Decode(const StoredEntry& entry) {
  KeyReader key(entry.key);
  RETURN_IF_ERROR(key.U8().status());
  StoredDefinition definition;
  ASSIGN_OR_RETURN(definition.code, key.String());
  ASSIGN_OR_RETURN(definition.sequence, key.DescendingU64());
  RETURN_IF_ERROR(key.Finish());
  definition.bytes = entry.value;
  return definition;
}

std::string HomeKey(absl::string_view item) {
  return KeyWriter().U8(kHomeHead).String(item).Take();
}

}  // namespace

absl::StatusOr<std::optional<StoredDefinition>> FindDefinition(const Reader& reader,
                                                               DefinitionKind kind,
                                                               absl::string_view code,
                                                               uint64_t sequence) {
  ASSIGN_OR_RETURN(std::optional<StoredEntry> found,
                   reader.SeekFirst(Family::kCatalogue, DefinitionKey(kind, code, sequence),
                                    PrefixUpperBound(CodePrefix(kind, code))));
  if (!found.has_value()) return std::optional<StoredDefinition>();
  ASSIGN_OR_RETURN(StoredDefinition definition, Decode(*found));
  return std::optional<StoredDefinition>(std::move(definition));
}

absl::Status VisitVersions(const Reader& reader, DefinitionKind kind, absl::string_view code,
                           uint64_t sequence,
                           absl::FunctionRef<absl::StatusOr<bool>(const StoredDefinition&)> visit) {
  return reader.ForEach(
      Family::kCatalogue, DefinitionKey(kind, code, sequence),
      PrefixUpperBound(CodePrefix(kind, code)),
      [&visit](absl::string_view key, absl::string_view value) -> absl::StatusOr<bool> {
        ASSIGN_OR_RETURN(const StoredDefinition definition,
                         Decode(StoredEntry{std::string(key), std::string(value)}));
        return visit(definition);
      });
}

absl::Status VisitDefinitions(
    const Reader& reader, DefinitionKind kind, absl::string_view after_code, uint64_t sequence,
    absl::FunctionRef<absl::StatusOr<bool>(const StoredDefinition&)> visit) {
  std::string lower =
      after_code.empty() ? KindPrefix(kind) : PrefixUpperBound(CodePrefix(kind, after_code));
  const std::string upper = PrefixUpperBound(KindPrefix(kind));
  while (true) {
    // The first key of the next code, whatever its version; then the version in force.
    ASSIGN_OR_RETURN(std::optional<StoredEntry> next,
                     reader.SeekFirst(Family::kCatalogue, lower, upper));
    if (!next.has_value()) return absl::OkStatus();
    ASSIGN_OR_RETURN(StoredDefinition newest, Decode(*next));
    ASSIGN_OR_RETURN(std::optional<StoredDefinition> in_force,
                     FindDefinition(reader, kind, newest.code, sequence));
    if (in_force.has_value()) {
      ASSIGN_OR_RETURN(bool more, visit(*in_force));
      if (!more) return absl::OkStatus();
    }
    lower = PrefixUpperBound(CodePrefix(kind, newest.code));
  }
}

absl::StatusOr<uint64_t> CatalogueSequence(const Reader& reader) {
  ASSIGN_OR_RETURN(std::optional<std::string> head,
                   reader.Get(Family::kHeads, KeyWriter().U8(kCatalogueHead).Take()));
  if (!head.has_value()) return 0;
  return KeyReader(*head).U64();
}

ReadCheck CatalogueCheck(uint64_t sequence) {
  ReadCheck check{Family::kHeads, KeyWriter().U8(kCatalogueHead).Take(), std::nullopt};
  if (sequence > 0) check.expected = KeyWriter().U64(sequence).Take();
  return check;
}

ReadCheck DefinitionCheck(DefinitionKind kind, absl::string_view code, uint64_t sequence) {
  ReadCheck check{Family::kHeads, DefinitionHeadKey(kind, code), std::nullopt};
  if (sequence > 0) check.expected = KeyWriter().U64(sequence).Take();
  return check;
}

absl::StatusOr<std::optional<std::string>> HomeOf(const Reader& reader, absl::string_view item) {
  return reader.Get(Family::kHeads, HomeKey(item));
}

ReadCheck HomeCheck(absl::string_view item, std::optional<std::string> home) {
  return ReadCheck{Family::kHeads, HomeKey(item), std::move(home)};
}

absl::StatusOr<std::vector<std::string>> CollectionsNaming(const Reader& reader,
                                                           absl::string_view item) {
  std::vector<std::string> collections;
  const std::string prefix = KeyWriter().U8(kNamingHead).String(item).Take();
  RETURN_IF_ERROR(
      reader.ForEach(Family::kHeads, prefix, PrefixUpperBound(prefix),
                     [&](absl::string_view key, absl::string_view) -> absl::StatusOr<bool> {
                       KeyReader read(key);
                       RETURN_IF_ERROR(read.U8().status());
                       RETURN_IF_ERROR(read.String().status());
                       ASSIGN_OR_RETURN(std::string collection, read.String());
                       collections.push_back(std::move(collection));
                       return true;
                     }));
  // A store of before namings were kept has the home alone.
  ASSIGN_OR_RETURN(const std::optional<std::string> home, HomeOf(reader, item));
  if (home.has_value() &&
      std::find(collections.begin(), collections.end(), *home) == collections.end()) {
    collections.insert(std::lower_bound(collections.begin(), collections.end(), *home), *home);
  }
  return collections;
}

void PutNaming(absl::string_view item, absl::string_view collection, WriteBatch* batch) {
  batch->Put(Family::kHeads, KeyWriter().U8(kNamingHead).String(item).String(collection).Take(),
             "");
}

void PutDefinition(DefinitionKind kind, absl::string_view code, uint64_t sequence,
                   absl::string_view bytes, WriteBatch* batch) {
  batch->Put(Family::kCatalogue, DefinitionKey(kind, code, sequence), bytes);
  batch->Put(Family::kHeads, KeyWriter().U8(kCatalogueHead).Take(),
             KeyWriter().U64(sequence).Take());
  batch->Put(Family::kHeads, DefinitionHeadKey(kind, code), KeyWriter().U64(sequence).Take());
}

void PutHome(absl::string_view item, absl::string_view collection, WriteBatch* batch) {
  batch->Put(Family::kHeads, HomeKey(item), collection);
}

void RemoveHome(absl::string_view item, WriteBatch* batch) {
  batch->Delete(Family::kHeads, HomeKey(item));
}

}  // namespace onereturn::ingestion
