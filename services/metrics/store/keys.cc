#include "services/metrics/store/keys.h"

#include <utility>

#include "common/status/status_macros.h"
#include "common/storage/key_codec.h"

namespace onereturn::metrics {
namespace {

// First byte of a key in the definitions. On-disk format: never renumber.
constexpr uint8_t kByVersion = 1;
constexpr uint8_t kBySequence = 2;

KeyWriter LeafWriter(const DefinitionId& id, const Period& period) {
  KeyWriter writer;
  writer.String(id.code).U32(id.version).I64(period.start().EpochDays()).String(period.ToString());
  return writer;
}

}  // namespace

std::string MetricHeadKey(absl::string_view code) { return KeyWriter().String(code).Take(); }

std::string CursorKey(Feed feed) { return KeyWriter().U8(static_cast<uint8_t>(feed)).Take(); }

std::string FeedEntryKey(Feed feed, uint64_t sequence) {
  return KeyWriter().U8(static_cast<uint8_t>(feed)).U64(sequence).Take();
}

std::string CataloguePrefix(CatalogueTag tag) {
  return KeyWriter().U8(static_cast<uint8_t>(tag)).Take();
}

std::string CatalogueCodePrefix(CatalogueTag tag, absl::string_view code) {
  return KeyWriter().U8(static_cast<uint8_t>(tag)).String(code).Take();
}

std::string OrganisationChangeKey(uint64_t sequence) {
  return AtSequence(CataloguePrefix(CatalogueTag::kOrganisationChange), sequence);
}

std::string ChunkKey(uint64_t sequence, uint32_t index) {
  return KeyWriter().U64(sequence).U32(index).Take();
}

std::string DefinitionsPrefix() { return KeyWriter().U8(kByVersion).Take(); }

std::string DefinitionKey(const DefinitionId& id) {
  return KeyWriter().U8(kByVersion).String(id.code).U32(id.version).Take();
}

std::string DefinitionCodePrefix(absl::string_view code) {
  return KeyWriter().U8(kBySequence).String(code).Take();
}

std::string BackfillKey(const DefinitionId& id) {
  return KeyWriter().String(id.code).U32(id.version).Take();
}

std::string LeavesPrefix(const DefinitionId& id) { return BackfillKey(id); }

std::string LeavesOfPeriodPrefix(const DefinitionId& id, const Period& period) {
  return LeafWriter(id, period).Take();
}

std::string LeavesOfOrganisationPrefix(const DefinitionId& id, const Period& period,
                                       absl::string_view organisation) {
  return LeafWriter(id, period).String(organisation).Take();
}

std::string AtSequence(absl::string_view prefix, uint64_t sequence) {
  return KeyWriter().Fixed(prefix).DescendingU64(sequence).Take();
}

absl::StatusOr<VersionedKey> ReadVersionedKey(absl::string_view key, size_t prefix_bytes) {
  KeyReader reader(key);
  RETURN_IF_ERROR(reader.Fixed(prefix_bytes).status());
  VersionedKey versioned;
  ASSIGN_OR_RETURN(versioned.text, reader.String());
  ASSIGN_OR_RETURN(versioned.sequence, reader.DescendingU64());
  RETURN_IF_ERROR(reader.Finish());
  return versioned;
}

absl::StatusOr<KeyPeriod> ReadPeriod(absl::string_view key, size_t prefix_bytes) {
  KeyReader reader(key);
  RETURN_IF_ERROR(reader.Fixed(prefix_bytes).status());
  RETURN_IF_ERROR(reader.I64().status());
  ASSIGN_OR_RETURN(const std::string text, reader.String());
  absl::StatusOr<Period> period = Period::Parse(text);
  if (!period.ok()) return absl::DataLossError("the key of a leaf holds no period");
  return KeyPeriod{*std::move(period), key.size() - prefix_bytes - reader.rest().size()};
}

}  // namespace onereturn::metrics
