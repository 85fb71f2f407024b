// What an organisation returned before, as the rules of its collection read it.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_RULE_HISTORY_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_RULE_HISTORY_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/cells/cell.h"
#include "common/expression/cell_source.h"
#include "common/expression/cell_table.h"
#include "services/ingestion/domain/cell_order.h"
#include "services/ingestion/domain/collection.h"

namespace onereturn::ingestion {

// The organisation's return for an earlier period: its newest revision, whatever its status.
struct EarlierReturn {
  // 1: the period just before the one that is judged. 0: that period itself; the cells are those of
  // the other collections that rules read beside the return.
  uint32_t periods_before = 0;
  std::vector<Cell> cells;  // Dimensions sorted, no cell twice; in any order of cells.
};

// The newest first, each period once. A period that is not there is one for which nothing is held.
// Periods further back than the collection's PriorPeriods, and items beyond its HistoryItems, are
// never looked at and need not be given.
using ReturnHistory = std::vector<EarlierReturn>;

// Where rules find what was returned before. Not thread-safe.
class PastReturns {
 public:
  virtual ~PastReturns() = default;
  // nullptr where nothing is held. Stays valid as long as this.
  virtual const EarlierReturn* Before(uint32_t periods_before) const = 0;
  // An error where something could not be read: then what was judged by this says nothing.
  virtual absl::Status status() const { return absl::OkStatus(); }
};

// What is in memory already; it must outlive this.
class PastReturnsHeld final : public PastReturns {
 public:
  explicit PastReturnsHeld(const ReturnHistory& history) : history_(history) {}
  const EarlierReturn* Before(uint32_t periods_before) const override;

 private:
  const ReturnHistory& history_;
};

// Under which name a rule of each cell reads the cell in hand.
inline constexpr char kCellName[] = "cell";

// For a rule that is evaluated over the items of a return: of each period that it reads, the items
// that it reads. A period is laid out when it is first asked for: most rules are settled before
// they look far back. Rule and past must outlive it. Not thread-safe.
class ItemHistory final : public CellHistory {
 public:
  ItemHistory(const RuleSpec& rule, const PastReturns& past) : rule_(rule), past_(past) {}
  ItemHistory(const ItemHistory&) = delete;
  ItemHistory& operator=(const ItemHistory&) = delete;

  const CellSource* Before(uint32_t periods_before) const override;

 private:
  const RuleSpec& rule_;
  const PastReturns& past_;
  mutable std::map<uint32_t, CellTable> tables_;  // Of the periods that were asked for.
};

// For a rule of each cell: the same cell in earlier periods, under the name `cell`. A period that
// is held but lacks the cell shows none. The past must outlive it. Not thread-safe.
class OneCellHistory final : public CellHistory {
 public:
  OneCellHistory(const RuleSpec& rule, const PastReturns& past)
      : furthest_(rule.PriorPeriods()), past_(past) {}
  OneCellHistory(const OneCellHistory&) = delete;
  OneCellHistory& operator=(const OneCellHistory&) = delete;

  // The cell in hand from now on; it must live as long as it is looked at.
  void LookAt(const Cell& cell) { cell_ = &cell; }

  const CellSource* Before(uint32_t periods_before) const override;

 private:
  class CellsOfPeriod final : public CellSource {
   public:
    CellsOfPeriod(const OneCellHistory* history, const std::vector<Cell>& cells);
    void Visit(absl::string_view item, const Bindings& bindings,
               absl::FunctionRef<void(const SourceCell&)> visitor) const override;

   private:
    const OneCellHistory* const history_;
    OrderedCells ordered_;
  };

  const uint32_t furthest_;
  const PastReturns& past_;
  const Cell* cell_ = nullptr;
  mutable std::map<uint32_t, CellsOfPeriod> periods_;  // Of those that were asked for and are held.
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_RULE_HISTORY_H_
