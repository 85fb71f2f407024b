// What providers' returns of one collection and period say of a commissioner, at a position.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REVIEWS_REVIEW_CONTENT_H_
#define ONERETURN_SERVICES_INGESTION_APP_REVIEWS_REVIEW_CONTENT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/digest/digest.h"
#include "common/storage/reader.h"
#include "services/ingestion/domain/commissioner_review.h"
#include "services/ingestion/store/return_table.h"

namespace onereturn::ingestion {

struct ReviewedReturn {
  std::string organisation;
  bool belongs = false;     // To the commissioner, on the period's last day.
  uint32_t revision = 0;    // 0: awaited; none is held.
  uint64_t sequence = 0;    // Of its entry.
  uint64_t cell_count = 0;  // That count.
};

struct ReviewContent {
  std::vector<std::string> codes;  // The commissioner's own first.
  std::vector<std::string> items_not_summed;
  ReviewRule rule;
  std::vector<ReviewedReturn> providers;  // In order of code.
  ReviewSums sums;
  ReviewedReturn own;  // Revision 0: the commissioner holds no such return.
  ReviewSums own_sums;
  Digest digest = {};
};

// `review` names the commissioner as its organisation. Everything as of `sequence`; reads every
// return of the period, of whatever organisation: the caller's right is to what names the
// commissioner. NOT_FOUND for a commissioner that is not defined and a collection that is not for
// the period; PERIOD for a period that the collection does not take.
absl::StatusOr<ReviewContent> ReadReviewContent(const Reader& reader, const ReturnKey& review,
                                                uint64_t sequence);

// May the content digest be another at `sequence` than it was at `before`? False only where it
// cannot: no return of the period was accepted between them, and nothing defined.
absl::StatusOr<bool> MayHaveChanged(const Reader& reader, const ReturnKey& review, uint64_t before,
                                    uint64_t sequence);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REVIEWS_REVIEW_CONTENT_H_
