// Whether a described figure is an item: by structure first, then by words.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_LIKENESS_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_LIKENESS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/ingestion/domain/requests/ask.h"
#include "services/ingestion/domain/requests/known_catalogue.h"

namespace onereturn::ingestion {

enum class LikenessKind {
  kSame,           // It is the item; dimensions that it leaves out are summed over.
  kFiner,          // A finer view of the item.
  kConflict,       // Same concept and measure; another unit, population or cut-off.
  kNearDuplicate,  // By words; nobody has decided yet.
  kNone,
};

struct FoundLikeness {
  LikenessKind kind = LikenessKind::kNone;
  std::string item;                  // Code; empty with kNone.
  std::vector<std::string> differs;  // Of a conflict: "cut-off: 4-hours held, 6-hours asked", ...
  uint32_t likeness = 0;             // Of a near duplicate, in thousandths.
};

// The rules of docs/collect-once.md, over the items as they are on `day`, in order of code.
FoundLikeness FindItem(const DescribedItem& described, const KnownCatalogue& catalogue,
                       const CivilDay& day);

// In thousandths, rounded down.
uint32_t LikenessOf(absl::string_view left, absl::string_view right,
                    const std::vector<std::vector<std::string>>& synonyms);

// 64 hexadecimal digits: equal for descriptions that mean the same to a steward's decision
// (meaning, unit, dimensions and words, trimmed and in lower case).
std::string DescriptionKey(const DescribedItem& described);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_LIKENESS_H_
