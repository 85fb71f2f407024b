// Commissioner review: what providers' returns say of a commissioner, summed, and where that is not
// what it is compared with.
//
// What was reviewed is named by a content digest, SHA-256 over
//
//   content := "onereturn review 1" 00 part*   -- in order of organisation, the own return last
//   part    := kind:byte organisation:text cell*     -- 01 a provider, 02 the commissioner's own
//   cell    := 03 item:text pair_count:u32 pair* figure  -- those that count, in order
//   pair    := dimension:text value:text
//   figure  := 00 millionths:i64 | null_reason:byte
//   text    := length:u32 byte*
//
// Numbers are big-endian, signed ones in two's complement. A return none of whose cells counts has
// no part. So a revision that changes nothing of what counts leaves the digest as it is. The digest
// is in the ledger: never change this form, add another beside it.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_COMMISSIONER_REVIEW_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_COMMISSIONER_REVIEW_H_

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/cells/cell.h"
#include "common/cells/cell_chunk.h"
#include "common/decimal/decimal.h"
#include "common/digest/digest.h"

namespace onereturn::ingestion {

// Which cells of a return count for a commissioner.
struct ReviewRule {
  // The items that are summed; each with the dimension in which it names organisations. Empty: it
  // names none, and counts whole for providers that belong to the commissioner.
  std::map<std::string, std::string, std::less<>> dimension_of_item;
  // What stands for the commissioner in such a dimension.
  std::set<std::string, std::less<>> codes;

  // Does an item name organisations?
  bool NamesOrganisations() const;
  // `belongs`: does the provider belong to the commissioner?
  bool Counts(const CellView& cell, bool belongs) const;
};

// Which cell, in the order of cells.
struct ReviewedCell {
  std::string item;
  std::vector<DimensionValue> dimensions;
  friend auto operator<=>(const ReviewedCell&, const ReviewedCell&) = default;
  friend bool operator==(const ReviewedCell&, const ReviewedCell&) = default;
};
ReviewedCell ReviewedCellOf(const CellView& cell);

// What one provider says of one cell.
struct ProviderFigure {
  std::string organisation;
  std::optional<Decimal> value;
  NullReason null_reason = NullReason::kNotCollected;  // Means something only without a value.
};

// What several returns say of one cell.
struct ReviewSum {
  Int128 millionths = 0;  // Of the numbers.
  uint32_t numbers = 0;
  uint32_t nulls = 0;
  NullReason null_reason = NullReason::kNotCollected;  // The first null's.
  std::vector<ProviderFigure> figures;  // The first kMostFigures, as they were added.
};
using ReviewSums = std::map<ReviewedCell, ReviewSum>;
inline constexpr size_t kMostFigures = 50;
// `organisation` says it.
void AddTo(ReviewSums* sums, absl::string_view organisation, const CellView& cell);

struct ReviewDifferenceOf {
  const ReviewedCell* cell = nullptr;
  const ReviewSum* providers = nullptr;  // Null: no provider has the cell.
  const ReviewSum* compared = nullptr;   // Null: the other side does not have it.

  // providers - compared, in millionths, what is absent being 0; nullopt where the one is a null.
  std::optional<Int128> Difference() const;
};
// In order of cell; it points into both. A cell that the one side does not have is equal to a 0 of
// the other, and two that hold no number are equal.
std::vector<ReviewDifferenceOf> ReviewDifferences(const ReviewSums& providers,
                                                  const ReviewSums& compared);

// The content digest. Parts in the order above; a part begins with its first cell.
class ReviewDigest {
 public:
  ReviewDigest();
  // The cells that follow are this organisation's.
  void BeginProvider(absl::string_view organisation) { Begin(0x01, organisation); }
  void BeginOwn(absl::string_view organisation) { Begin(0x02, organisation); }
  void Add(const CellView& cell);
  Digest Finish() { return stream_.Finish(); }

 private:
  void Begin(uint8_t kind, absl::string_view organisation);

  Sha256Stream stream_;
  std::string bytes_;  // Of what is added next.
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_COMMISSIONER_REVIEW_H_
