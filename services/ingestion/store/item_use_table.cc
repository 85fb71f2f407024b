#include "services/ingestion/store/item_use_table.h"

#include <algorithm>
#include <optional>

#include "common/status/status_macros.h"
#include "common/storage/key_codec.h"
#include "services/ingestion/store/families.h"

namespace onereturn::ingestion {
namespace {

constexpr uint8_t kItemUse = 3;

std::string ItemUsesPrefix(const std::string& item) {
  return KeyWriter().U8(kItemUse).String(item).Take();
}

absl::StatusOr<ItemUse> ItemUseIn(absl::string_view bytes) {
  KeyReader stored(bytes);
  ItemUse use;
  ASSIGN_OR_RETURN(use.count, stored.U64());
  ASSIGN_OR_RETURN(use.last.micros, stored.I64());
  RETURN_IF_ERROR(stored.Finish());
  return use;
}

}  // namespace

ItemUse Together(const ItemUse& left, const ItemUse& right) {
  if (left.count == 0) return right;
  if (right.count == 0) return left;
  return ItemUse{left.count + right.count,
                 Timestamp{std::max(left.last.micros, right.last.micros)}};
}

std::string ItemUseKeyText(const ItemUseKey& key) {
  return ItemUsesPrefix(key.item) + KeyWriter()
                                        .String(key.body)
                                        .String(key.product)
                                        .U32(static_cast<uint32_t>(key.purpose))
                                        .Take();
}

absl::StatusOr<ItemUse> FindItemUse(const Reader& reader, const ItemUseKey& key) {
  ASSIGN_OR_RETURN(const std::optional<std::string> stored,
                   reader.Get(Family::kUses, ItemUseKeyText(key)));
  if (!stored.has_value()) return ItemUse();
  return ItemUseIn(*stored);
}

absl::Status VisitItemUses(
    const Reader& reader, const std::string& item,
    absl::FunctionRef<absl::StatusOr<bool>(const ItemUseKey& key, const ItemUse& use)> visit) {
  const std::string prefix = ItemUsesPrefix(item);
  return reader.ForEach(
      Family::kUses, prefix, PrefixUpperBound(prefix),
      [&](absl::string_view stored, absl::string_view value) -> absl::StatusOr<bool> {
        KeyReader reading(stored);
        ItemUseKey key;
        RETURN_IF_ERROR(reading.U8().status());
        ASSIGN_OR_RETURN(key.item, reading.String());
        ASSIGN_OR_RETURN(key.body, reading.String());
        ASSIGN_OR_RETURN(key.product, reading.String());
        ASSIGN_OR_RETURN(const uint32_t purpose, reading.U32());
        RETURN_IF_ERROR(reading.Finish());
        key.purpose = static_cast<common::v1::Purpose>(purpose);
        ASSIGN_OR_RETURN(const ItemUse use, ItemUseIn(value));
        return visit(key, use);
      });
}

void PutItemUse(const ItemUseKey& key, const ItemUse& use, WriteBatch* batch) {
  batch->Put(Family::kUses, ItemUseKeyText(key),
             KeyWriter().U64(use.count).I64(use.last.micros).Take());
}

}  // namespace onereturn::ingestion
