#include "services/assessment/store/framework_tables.h"

#include <utility>

#include "common/status/status_macros.h"
#include "common/storage/key_codec.h"
#include "services/assessment/store/families.h"

namespace onereturn::assessment {
namespace {

std::string HeadKey(absl::string_view code) {
  return KeyWriter().U8(static_cast<uint8_t>(HeadTag::kFramework)).String(code).Take();
}

std::string VersionKey(absl::string_view code, uint32_t version) {
  return KeyWriter().String(code).U32(version).Take();
}

}  // namespace

absl::StatusOr<FrameworkHead> ReadFrameworkHead(const Reader& reader, absl::string_view code) {
  const std::string key = HeadKey(code);
  ASSIGN_OR_RETURN(std::optional<std::string> value, reader.Get(Family::kHeads, key));
  FrameworkHead head{std::nullopt, ReadCheck{Family::kHeads, key, value}};
  if (value.has_value()) {
    KeyReader row(*value);
    FrameworkVersion newest;
    ASSIGN_OR_RETURN(newest.version, row.U32());
    ASSIGN_OR_RETURN(newest.sequence, row.U64());
    RETURN_IF_ERROR(row.Finish());
    head.newest = newest;
  }
  return head;
}

absl::StatusOr<std::optional<FrameworkVersion>> NewestFramework(const Reader& reader,
                                                                absl::string_view code,
                                                                uint64_t at) {
  const std::string prefix = KeyWriter().String(code).Take();
  Cursor cursor = reader.ScanReverse(Family::kFrameworks, prefix, PrefixUpperBound(prefix));
  while (true) {
    ASSIGN_OR_RETURN(bool more, cursor.Next());
    if (!more) return std::optional<FrameworkVersion>();
    KeyReader key(cursor.key());
    RETURN_IF_ERROR(key.String().status());
    FrameworkVersion version;
    ASSIGN_OR_RETURN(version.version, key.U32());
    ASSIGN_OR_RETURN(version.sequence, KeyReader(cursor.value()).U64());
    if (version.sequence <= at) return std::optional<FrameworkVersion>(version);
  }
}

absl::StatusOr<std::vector<NamedFramework>> FrameworksAfter(const Reader& reader,
                                                            absl::string_view after, size_t limit,
                                                            uint64_t at) {
  const std::string prefix = KeyWriter().U8(static_cast<uint8_t>(HeadTag::kFramework)).Take();
  std::vector<NamedFramework> frameworks;
  const std::string first = HeadKey(after) + std::string(1, '\0');  // The next key there can be.
  Cursor cursor = reader.Scan(Family::kHeads, first, PrefixUpperBound(prefix));
  while (frameworks.size() < limit) {
    ASSIGN_OR_RETURN(bool more, cursor.Next());
    if (!more) break;
    KeyReader key(cursor.key());
    RETURN_IF_ERROR(key.U8().status());
    ASSIGN_OR_RETURN(std::string code, key.String());
    ASSIGN_OR_RETURN(std::optional<FrameworkVersion> newest, NewestFramework(reader, code, at));
    if (newest.has_value()) frameworks.push_back({std::move(code), *newest});
  }
  return frameworks;
}

absl::StatusOr<std::optional<uint64_t>> FrameworkSequence(const Reader& reader,
                                                          absl::string_view code,
                                                          uint32_t version) {
  ASSIGN_OR_RETURN(std::optional<std::string> value,
                   reader.Get(Family::kFrameworks, VersionKey(code, version)));
  if (!value.has_value()) return std::optional<uint64_t>();
  ASSIGN_OR_RETURN(uint64_t sequence, KeyReader(*value).U64());
  return std::optional<uint64_t>(sequence);
}

void PutFramework(absl::string_view code, FrameworkVersion version, WriteBatch* batch) {
  batch->Put(Family::kFrameworks, VersionKey(code, version.version),
             KeyWriter().U64(version.sequence).key());
  batch->Put(Family::kHeads, HeadKey(code),
             KeyWriter().U32(version.version).U64(version.sequence).key());
}

}  // namespace onereturn::assessment
