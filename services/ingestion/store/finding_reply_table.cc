#include "services/ingestion/store/finding_reply_table.h"

#include "common/status/status_macros.h"
#include "common/storage/key_codec.h"
#include "services/ingestion/store/families.h"

namespace onereturn::ingestion {
namespace {

constexpr uint8_t kFindingReply = 0x42;

KeyWriter OfFinding(const ReturnKey& key, const std::string& finding) {
  KeyWriter writer;
  writer.U8(kFindingReply)
      .String(key.organisation)
      .String(key.collection)
      .String(key.period)
      .String(finding);
  return writer;
}

}  // namespace

absl::StatusOr<std::optional<FindingReplyPlace>> FindFindingReply(const Reader& reader,
                                                                  const ReturnKey& key,
                                                                  const std::string& finding,
                                                                  uint32_t up_to,
                                                                  uint64_t sequence) {
  std::optional<FindingReplyPlace> found;
  const std::string prefix = OfFinding(key, finding).Take();
  RETURN_IF_ERROR(reader.ForEach(
      Family::kHeads, OfFinding(key, finding).DescendingU64(sequence).Take(),
      PrefixUpperBound(prefix),
      [&](absl::string_view stored, absl::string_view value) -> absl::StatusOr<bool> {
        KeyReader rest(stored.substr(prefix.size()));
        FindingReplyPlace place;
        ASSIGN_OR_RETURN(place.sequence, rest.DescendingU64());
        ASSIGN_OR_RETURN(place.revision, KeyReader(value).U32());
        if (place.revision > up_to) return true;
        found = place;
        return false;
      }));
  return found;
}

void PutFindingReply(const ReturnKey& key, const std::string& finding,
                     const FindingReplyPlace& place, WriteBatch* batch) {
  batch->Put(Family::kHeads, OfFinding(key, finding).DescendingU64(place.sequence).Take(),
             KeyWriter().U32(place.revision).Take());
}

}  // namespace onereturn::ingestion
