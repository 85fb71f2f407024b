// The keys that metrics_family.h describes.
#ifndef ONERETURN_SERVICES_METRICS_STORE_KEYS_H_
#define ONERETURN_SERVICES_METRICS_STORE_KEYS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/metrics/domain/derived_tables.h"

namespace onereturn::metrics {

// First byte of a key in the catalogue. On-disk format: never renumber.
enum class CatalogueTag : uint8_t {
  kOrganisation = 1,
  kItem = 2,
  kCollection = 3,
  kOrganisationChange = 4,
};

std::string MetricHeadKey(absl::string_view code);
std::string CursorKey(Feed feed);
std::string FeedEntryKey(Feed feed, uint64_t sequence);
// Of all versions of all codes under a tag.
std::string CataloguePrefix(CatalogueTag tag);
// Of all versions of one code.
std::string CatalogueCodePrefix(CatalogueTag tag, absl::string_view code);
std::string OrganisationChangeKey(uint64_t sequence);
std::string ChunkKey(uint64_t sequence, uint32_t index);
std::string DefinitionsPrefix();
std::string DefinitionKey(const DefinitionId& id);
std::string DefinitionCodePrefix(absl::string_view code);
std::string BackfillKey(const DefinitionId& id);
std::string LeavesPrefix(const DefinitionId& id);
std::string LeavesOfPeriodPrefix(const DefinitionId& id, const Period& period);
std::string LeavesOfOrganisationPrefix(const DefinitionId& id, const Period& period,
                                       absl::string_view organisation);

// `prefix` and the sequence, the greatest first: a seek to it finds the newest at or before the
// sequence.
std::string AtSequence(absl::string_view prefix, uint64_t sequence);

// A key that ends in a text and a sequence, after `prefix_bytes`.
struct VersionedKey {
  std::string text;
  uint64_t sequence = 0;
};
absl::StatusOr<VersionedKey> ReadVersionedKey(absl::string_view key, size_t prefix_bytes);
// The period of a leaf's key, after the definition's prefix; and the bytes it takes.
struct KeyPeriod {
  Period period;
  size_t bytes = 0;
};
absl::StatusOr<KeyPeriod> ReadPeriod(absl::string_view key, size_t prefix_bytes);

}  // namespace onereturn::metrics

#endif  // ONERETURN_SERVICES_METRICS_STORE_KEYS_H_
