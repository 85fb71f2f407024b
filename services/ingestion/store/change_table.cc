#include "services/ingestion/store/change_table.h"

#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/status/status_macros.h"
#include "common/storage/key_codec.h"
#include "services/ingestion/store/families.h"

namespace onereturn::ingestion {
namespace {

constexpr uint8_t kChangeHead = 0x30;
constexpr char kItems[] = "items";
constexpr char kCollections[] = "collections";
constexpr char kChanges[] = "changes";

std::string OfDefinition(DefinitionKind kind, absl::string_view code) {
  return KeyWriter().U8(kChangeHead).U8(static_cast<uint8_t>(kind)).String(code).Take();
}

absl::StatusOr<ChangeKey> ReadKey(absl::string_view stored) {
  KeyReader read(stored);
  RETURN_IF_ERROR(read.U8().status());
  ChangeKey key;
  ASSIGN_OR_RETURN(const uint8_t kind, read.U8());
  key.kind = static_cast<DefinitionKind>(kind);
  ASSIGN_OR_RETURN(key.code, read.String());
  ASSIGN_OR_RETURN(key.number, read.U64());
  RETURN_IF_ERROR(read.Finish());
  return key;
}

}  // namespace

std::string ChangeKeyText(const ChangeKey& key) {
  return KeyWriter()
      .U8(kChangeHead)
      .U8(static_cast<uint8_t>(key.kind))
      .String(key.code)
      .U64(key.number)
      .Take();
}

absl::StatusOr<std::optional<StoredChange>> FindChange(const Reader& reader, const ChangeKey& key) {
  StoredChange stored{key, {}, ReadCheck{Family::kHeads, ChangeKeyText(key), std::nullopt}};
  ASSIGN_OR_RETURN(stored.check.expected, reader.Get(Family::kHeads, stored.check.key));
  if (!stored.check.expected.has_value()) return std::optional<StoredChange>();
  if (!stored.change.ParseFromString(*stored.check.expected)) {
    return absl::DataLossError("a stored change cannot be read");
  }
  return std::optional<StoredChange>(std::move(stored));
}

absl::StatusOr<NextChange> NextChangeOf(const Reader& reader, DefinitionKind kind,
                                        absl::string_view code) {
  uint64_t number = 1;
  const std::string prefix = OfDefinition(kind, code);
  ASSIGN_OR_RETURN(const std::optional<StoredEntry> last,
                   reader.SeekLast(Family::kHeads, prefix, PrefixUpperBound(prefix)));
  if (last.has_value()) {
    ASSIGN_OR_RETURN(const ChangeKey key, ReadKey(last->key));
    number = key.number + 1;
  }
  return NextChange{
      number,
      ReadCheck{Family::kHeads, ChangeKeyText({kind, std::string(code), number}), std::nullopt}};
}

absl::Status VisitChanges(
    const Reader& reader, absl::string_view after,
    absl::FunctionRef<absl::StatusOr<bool>(const ChangeKey& key, const catalogue::v1::Change&)>
        visit) {
  const std::string all = KeyWriter().U8(kChangeHead).Take();
  return reader.ForEach(
      Family::kHeads, after.empty() ? all : PrefixUpperBound(after), PrefixUpperBound(all),
      [&visit](absl::string_view stored, absl::string_view value) -> absl::StatusOr<bool> {
        ASSIGN_OR_RETURN(const ChangeKey key, ReadKey(stored));
        catalogue::v1::Change change;
        if (!change.ParseFromString(std::string(value))) {
          return absl::DataLossError("a stored change cannot be read");
        }
        return visit(key, change);
      });
}

void PutChange(const ChangeKey& key, const catalogue::v1::Change& change, WriteBatch* batch) {
  batch->Put(Family::kHeads, ChangeKeyText(key), change.SerializeAsString());
}

std::string ChangeName(const ChangeKey& key) {
  return absl::StrCat(key.kind == DefinitionKind::kItem ? kItems : kCollections, "/", key.code, "/",
                      kChanges, "/", key.number);
}

std::optional<ChangeKey> ParseChangeName(absl::string_view name) {
  const std::vector<absl::string_view> parts = absl::StrSplit(name, '/');
  ChangeKey key;
  if (parts.size() != 4 || (parts[0] != kItems && parts[0] != kCollections) ||
      parts[2] != kChanges || !absl::SimpleAtoi(parts[3], &key.number)) {
    return std::nullopt;
  }
  key.kind = parts[0] == kItems ? DefinitionKind::kItem : DefinitionKind::kCollection;
  key.code = std::string(parts[1]);
  if (ChangeName(key) != name) return std::nullopt;
  return key;
}

}  // namespace onereturn::ingestion
