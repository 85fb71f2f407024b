// A collection as validation sees it: compiled from the catalogue, immutable.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_COLLECTION_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_COLLECTION_H_

#include <cstdint>
#include <map>
#include <memory>
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
#include "services/ingestion/domain/return_window.h"
#include "services/ingestion/domain/severity.h"

namespace onereturn::ingestion {

// Cells of one return: they are held in memory together.
inline constexpr uint64_t kMaxCellsOfReturn = 1'000'000;
// Cells of earlier periods that the rules of one collection may read: they too are held together.
inline constexpr uint64_t kMaxCellsOfHistory = 1'000'000;

struct DimensionSpec {
  std::string code;
  std::set<std::string> values;
  bool sparse = false;  // Not every value is owed.
  // Values too: the organisations of the catalogue that stand there in the period. Null: they are
  // none. Only of a sparse one.
  std::shared_ptr<const std::set<std::string>> organisations = nullptr;
  // Those that stand there in some period. A definition may name them, also for periods in which
  // they are closed: nothing is there then. Null: those above.
  std::shared_ptr<const std::set<std::string>> organisations_ever = nullptr;

  bool Has(const std::string& value) const;
  // Has it the value in some period?
  bool HasEver(const std::string& value) const;
  // For people, what may stand there: the first few values.
  std::string Description() const;
};

struct ItemSpec {
  std::string code;
  std::vector<DimensionSpec> dimensions;  // In bytewise order of code.
  bool essential = true;                  // False: desirable, which simplified mode suspends.

  // Has it a sparse dimension? Then none of its cells is owed.
  bool IsSparse() const;
  // How many cells a return owes: one at each combination of values, none of a sparse item.
  // UINT64_MAX where that is more than can be counted.
  uint64_t CellCount() const;
  // Are these, sorted by dimension, the dimensions of one of its cells?
  bool HasCell(const std::vector<DimensionValue>& cell_dimensions) const;
};

// Values of a dimension for which a rule is evaluated whether or not they occur.
struct RuleValues {
  std::string dimension;
  std::vector<std::string> values;
};

// Periods from `from` to `to`, both inclusive; without `to`: no end.
struct PeriodSpan {
  Period from;
  std::optional<Period> to;

  bool Covers(const Period& period) const {
    return period.start() >= from.start() && (!to.has_value() || period.end() <= to->end());
  }
};

// An organisation's place on a list: spans in which it is on it.
struct OrganisationListSpec {
  std::map<std::string, std::vector<PeriodSpan>> members;

  bool Holds(absl::string_view organisation, const Period& period) const;
};

// What rules read of another collection's return of the same organisation and period.
struct BesideSpec {
  std::string collection;
  std::set<std::string> items;
};

struct RuleSpec {
  std::string code;
  Severity severity = Severity::kError;
  std::string message;
  std::string suggestion;
  Expression expression;
  std::vector<std::string> for_each;
  bool each_cell = false;  // The name `cell` stands for the cell in hand.
  bool screen = false;     // Looks for an unusual pattern; its findings are INFO.
  std::vector<RuleValues> at = {};
  // Of a rule without an expression: cells with another value of this dimension than those of its
  // list are its findings. `expression` is then true, and never evaluated.
  std::string values_of = "";

  // How many periods back it reads; 0: the period in hand alone.
  uint32_t PriorPeriods() const { return expression.PriorPeriods(); }
};

// How a return is looked at for the figures of an earlier one.
struct StaleCopySpec {
  uint32_t periods = 0;        // How many periods back; 0: it is not looked for.
  uint32_t least_figures = 0;  // Other than zero: with fewer, a repetition says nothing.
  Severity severity = Severity::kInfo;
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
  StaleCopySpec stale_copy;
  std::map<std::string, std::vector<PeriodSpan>>
      frames;  // By organisation; empty: any organisation.
  std::map<std::string, std::vector<NotCollectedSpec>> not_collected;  // By organisation.
  std::vector<LayoutSpec> layouts;
  std::optional<WindowSpec> window;  // Absent: its returns are taken at any time.
  bool made_by_request =
      false;  // By issuing it: without a window, a period is taken once it ended.
  std::map<std::string, OrganisationListSpec> lists = {};
  std::vector<BesideSpec> beside = {};

  // How many cells a whole return owes; UINT64_MAX as above.
  uint64_t CellCount() const;
  // Does the organisation owe the period? True for all where the collection has no frames.
  bool Owes(absl::string_view organisation, const Period& period) const;
  // Is the item one the organisation does not collect in the period?
  bool DoesNotCollect(absl::string_view organisation, const Period& period,
                      absl::string_view item) const;
  // Has it an item that is desirable alone?
  bool HasDesirable() const;
  // How many periods back its rules and the look for stale copies read at most; 0: no earlier
  // period is read.
  uint32_t PriorPeriods() const;
  // The items that may be read in earlier periods, each once.
  std::set<std::string> HistoryItems() const;
  // How many cells those items owe in all the periods; UINT64_MAX as CellCount. What a return holds
  // of sparse items is known when it is read.
  uint64_t HistoryCellCount() const;
  // The rule that speaks where a cell's value is none of the dimension's list; nullptr: the finding
  // is CELL_DIMENSION.
  const RuleSpec* RuleOfValues(absl::string_view dimension) const;
  // nullptr when there is none.
  const LayoutSpec* FindLayout(absl::string_view layout_code) const;
  // The first layout of one row a figure, which takes null reasons and explanations beside it;
  // nullptr when there is none.
  const LayoutSpec* FindLongLayout() const;
  // Every cell that a whole return owes, in order of item and dimensions, until `visit` answers
  // false. The cell holds no value.
  void VisitCells(absl::FunctionRef<bool(const Cell& cell)> visit) const;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_COLLECTION_H_
