// What is not shown of figures, as catalogue.v1.Disclosure says: docs/collect-once.md, "The figures
// of an answer".
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_DISCLOSURE_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_DISCLOSURE_H_

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/decimal/decimal.h"
#include "services/ingestion/domain/requests/answer.h"

namespace onereturn::ingestion {

// Above zero, and not above the greatest number that is suppressed: a part of a whole too.
bool IsSuppressed(const DisclosureRule& rule, Decimal value);

// The nearest multiple, halves up (-2.5 to 0 where it is 5). The value where the rule does not
// round. DEFINITION_INVALID where the multiple is too great to be a figure.
absl::StatusOr<Decimal> RoundedFigure(const DisclosureRule& rule, Decimal value);

// Suppresses and rounds the values among `figures`, which are those of one item, organisation and
// period at one level. Where exactly one figure is suppressed among those that differ in a
// dimension of `may_hold_totals` alone, the smallest of them that is shown is suppressed too: one
// of them may be the total of the others. Nulls and ratios stay as they are.
absl::Status Disclose(const DisclosureRule& rule, const std::set<std::string>& may_hold_totals,
                      std::vector<AnswerFigure>* figures);

// The stricter of two in each respect. The words are those of `first`, where it has any.
DisclosureRule StricterRule(const DisclosureRule& first, const DisclosureRule& second);

// Of one item and period: the figures of one organisation.
struct ShownFigures {
  // Numbers of what they sum: an item of the return of one organisation for one period.
  std::set<size_t> made_of;
  std::vector<AnswerFigure>* figures = nullptr;
};

inline constexpr size_t kMostWaysToTake = 64;

// For organisations whose figures are shown beside one another, some of them made of what others
// are made of too. From each sum that is shown the largest shown figures within it that do not
// overlap are taken: where what is left over would be suppressed, or lies within a single one that
// is, the smallest of those taken is suppressed; where there is none, the sum. So it is too where
// they make up the whole of one that is suppressed. This is repeated until nothing changes.
// Where some of those within it overlap, neither within the other, this holds of every way to take
// them; of one that can be taken in more than kMostWaysToTake ways such ones are suppressed, the
// smallest first. `figures` are disclosed by the same rule; `may_hold_totals` as above. What such
// ones tell of one another otherwise, added up, is not guarded against.
void HideRemainders(const DisclosureRule& rule, const std::set<std::string>& may_hold_totals,
                    absl::Span<const ShownFigures> shown);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_DISCLOSURE_H_
