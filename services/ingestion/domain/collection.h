// A collection as validation sees it: compiled from the catalogue, immutable.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_COLLECTION_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_COLLECTION_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "common/cells/cell.h"
#include "common/expression/expression.h"
#include "common/period/period.h"
#include "services/ingestion/domain/layout.h"
#include "services/ingestion/domain/severity.h"

namespace onereturn::ingestion {

// Cells of one return: they are held in memory together.
inline constexpr uint64_t kMaxCellsOfReturn = 1'000'000;
// Cells of earlier periods that the rules of one collection may read: they too are held together.
inline constexpr uint64_t kMaxCellsOfHistory = 1'000'000;

struct DimensionSpec {
  std::string code;
  std::set<std::string> values;
};

struct ItemSpec {
  std::string code;
  std::vector<DimensionSpec> dimensions;  // In bytewise order of code.

  // How many cells the item has: one at each combination of values. UINT64_MAX where that is more
  // than can be counted.
  uint64_t CellCount() const;
  // Are these, sorted by dimension, the dimensions of one of its cells?
  bool HasCell(const std::vector<DimensionValue>& cell_dimensions) const;
};

struct RuleSpec {
  std::string code;
  Severity severity = Severity::kError;
  std::string message;
  std::string suggestion;
  Expression expression;
  std::vector<std::string> for_each;
  bool each_cell = false;  // The name `cell` stands for the cell in hand.

  // How many periods back it reads; 0: the period in hand alone.
  uint32_t PriorPeriods() const { return expression.PriorPeriods(); }
};

// Periods from `from` to `to`, both inclusive; without `to`: no end.
struct PeriodSpan {
  Period from;
  std::optional<Period> to;

  bool Covers(const Period& period) const {
    return period.start() >= from.start() && (!to.has_value() || period.end() <= to->end());
  }
};

struct NotCollectedSpec {
  PeriodSpan span;
  std::set<std::string> items;
};

// Thread safe: nothing changes once it is filled in.
struct Collection {
  std::string code;
  uint32_t version = 0;
  PeriodKind period_kind = PeriodKind::kMonth;
  uint32_t sign_off_levels = 0;       // How many persons sign what is submitted.
  bool asks_revision_reason = false;  // From revision 2 on a submission must say why.
  std::map<std::string, ItemSpec> items;
  std::vector<RuleSpec> rules;
  std::map<std::string, std::vector<PeriodSpan>>
      frames;  // By organisation; empty: any organisation.
  std::map<std::string, std::vector<NotCollectedSpec>> not_collected;  // By organisation.
  std::vector<LayoutSpec> layouts;

  // How many cells a whole return has; UINT64_MAX as above.
  uint64_t CellCount() const;
  // Does the organisation owe the period? True for all where the collection has no frames.
  bool Owes(absl::string_view organisation, const Period& period) const;
  // Is the item one the organisation does not collect in the period?
  bool DoesNotCollect(absl::string_view organisation, const Period& period,
                      absl::string_view item) const;
  // How many periods back its rules read at most; 0: none reads an earlier period.
  uint32_t PriorPeriods() const;
  // The items that rules may read in earlier periods, each once.
  std::set<std::string> HistoryItems() const;
  // How many cells those items have in all the periods; UINT64_MAX as CellCount.
  uint64_t HistoryCellCount() const;
  // nullptr when there is none.
  const LayoutSpec* FindLayout(absl::string_view layout_code) const;
  // Every cell of a whole return, in order of item and dimensions, until `visit` answers false. The
  // cell holds no value.
  void VisitCells(absl::FunctionRef<bool(const Cell& cell)> visit) const;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_COLLECTION_H_
