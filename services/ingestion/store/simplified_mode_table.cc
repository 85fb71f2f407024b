#include "services/ingestion/store/simplified_mode_table.h"

#include <optional>
#include <string>

#include "common/status/status_macros.h"
#include "common/storage/key_codec.h"
#include "services/ingestion/store/families.h"

namespace onereturn::ingestion {
namespace {

constexpr uint8_t kNewestMode = 0x22;
constexpr uint8_t kModeAt = 0x23;

std::string NewestModeKey() { return KeyWriter().U8(kNewestMode).Take(); }
std::string ModeKey(uint64_t sequence) {
  return KeyWriter().U8(kModeAt).DescendingU64(sequence).Take();
}

}  // namespace

absl::StatusOr<StoredSimplifiedMode> FindSimplifiedMode(const Reader& reader) {
  StoredSimplifiedMode stored{{}, ReadCheck{Family::kDataRequests, NewestModeKey(), std::nullopt}};
  ASSIGN_OR_RETURN(stored.check.expected, reader.Get(Family::kDataRequests, stored.check.key));
  if (!stored.check.expected.has_value()) return stored;
  ASSIGN_OR_RETURN(const uint64_t sequence, KeyReader(*stored.check.expected).U64());
  ASSIGN_OR_RETURN(stored.mode, SimplifiedModeAt(reader, sequence));
  return stored;
}

absl::StatusOr<requests::v1::SimplifiedMode> SimplifiedModeAt(const Reader& reader,
                                                              uint64_t sequence) {
  requests::v1::SimplifiedMode mode;
  ASSIGN_OR_RETURN(const std::optional<StoredEntry> found,
                   reader.SeekFirst(Family::kDataRequests, ModeKey(sequence),
                                    PrefixUpperBound(KeyWriter().U8(kModeAt).Take())));
  if (found.has_value() && !mode.ParseFromString(std::string(found->value))) {
    return absl::DataLossError("simplified mode, as it was set, cannot be read");
  }
  return mode;
}

void PutSimplifiedMode(uint64_t sequence, requests::v1::SimplifiedMode mode, WriteBatch* batch) {
  mode.set_sequence(sequence);
  batch->Put(Family::kDataRequests, NewestModeKey(), KeyWriter().U64(sequence).Take());
  batch->Put(Family::kDataRequests, ModeKey(sequence), mode.SerializeAsString());
}

}  // namespace onereturn::ingestion
