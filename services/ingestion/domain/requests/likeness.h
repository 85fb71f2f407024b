// Whether a described figure is an item: by structure first, then by words.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_LIKENESS_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_LIKENESS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/ingestion/domain/requests/ask.h"
#include "services/ingestion/domain/requests/known_catalogue.h"

namespace onereturn::ingestion {

class ComparedFigure;
class WordReader;

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
  // With kSame: those of the description, spelt as the item's, in order of code; values in order,
  // each once.
  std::vector<AskedDimension> dimensions;
  uint32_t likeness = 0;  // Of a near duplicate, in thousandths.
};

// Equal texts of descriptions and items: after trimming, in lower case, of ASCII letters.
bool SameText(absl::string_view left, absl::string_view right);

// Finds the items of many descriptions. What it read of an item's words it keeps; not for several
// threads. The catalogue must outlive it.
class ItemFinder {
 public:
  // Over the items as they are on the day.
  ItemFinder(const KnownCatalogue& catalogue, const CivilDay& day);
  ~ItemFinder();

  // The rules of docs/collect-once.md, over the items in order of code.
  FoundLikeness Find(const DescribedItem& described);

 private:
  struct Candidate {
    const std::string& code;
    const KnownItem& item;
    std::unique_ptr<const ComparedFigure> figure;  // Null: not compared yet.
  };

  FoundLikeness FindByMeaning(const DescribedItem& described) const;
  FoundLikeness FindByWords(const DescribedItem& described);
  FoundLikeness MostAlike(const DescribedItem& described,
                          const std::map<std::string, LikenessDecision>& decisions);

  const KnownCatalogue& catalogue_;
  std::unique_ptr<const WordReader> reader_;
  std::vector<Candidate> items_;
};

// As ItemFinder, of one description.
FoundLikeness FindItem(const DescribedItem& described, const KnownCatalogue& catalogue,
                       const CivilDay& day);

// The dimensions of the description, spelt as the item's, in order of code; values in order, each
// once. nullopt where the item lacks one of them, or a value.
std::optional<std::vector<AskedDimension>> DimensionsAsHeld(const DescribedItem& described,
                                                            const KnownItem& item,
                                                            const KnownCatalogue& catalogue);

// In thousandths, rounded down: symmetric, 1000 for equal texts. Any bytes; of letters, ASCII ones
// alone are put in lower case. To compare one text with many: word_likeness.h.
uint32_t LikenessOf(absl::string_view left, absl::string_view right,
                    const std::vector<std::vector<std::string>>& synonyms);

// 64 hexadecimal digits: equal for descriptions that mean the same to a steward's decision
// (meaning, unit, dimensions and words, trimmed and in lower case). It is in the ledger, as a part
// of names: DO NOT CHANGE. SHA-256 over:
//   "onereturn description 1" 00 display_name definition_text concept measure population cut_off
//   unit dimensions:u32 (code values:u32 value*)*
// each text as its length:u32 and its bytes, numbers big-endian; dimensions in order of code (of
// one code, of values), values in order, each once.
std::string DescriptionKey(const DescribedItem& described);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_LIKENESS_H_
