// What an organisation returned before, as the rules of its collection read it.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_RULE_HISTORY_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_RULE_HISTORY_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "common/cells/cell.h"
#include "common/expression/cell_source.h"
#include "common/expression/cell_table.h"
#include "services/ingestion/domain/collection.h"

namespace onereturn::ingestion {

// The organisation's return for an earlier period: its newest revision, whatever its status.
struct EarlierReturn {
  uint32_t periods_before = 0;  // 1: the period just before the one that is judged.
  std::vector<Cell> cells;      // Dimensions sorted, no cell twice; in any order of cells.
};

// The newest first, each period once. A period that is not there is one for which nothing is held.
// Periods further back than the collection's PriorPeriods, and items beyond its HistoryItems, are
// never looked at and need not be given.
using ReturnHistory = std::vector<EarlierReturn>;

// Under which name a rule of each cell reads the cell in hand.
inline constexpr char kCellName[] = "cell";

// For a rule that is evaluated over the items of a return: of each period that it reads, the items
// that it reads. A period is laid out when it is first asked for: most rules are settled before
// they look far back. Rule and history must outlive it. Not thread-safe.
class ItemHistory final : public CellHistory {
 public:
  ItemHistory(const RuleSpec& rule, const ReturnHistory& history)
      : rule_(rule), history_(history) {}
  ItemHistory(const ItemHistory&) = delete;
  ItemHistory& operator=(const ItemHistory&) = delete;

  const CellSource* Before(uint32_t periods_before) const override;

 private:
  const RuleSpec& rule_;
  const ReturnHistory& history_;
  mutable std::map<uint32_t, CellTable> tables_;  // Of the periods that were asked for.
};

// For a rule of each cell: the same cell in earlier periods, under the name `cell`. A period that
// is held but lacks the cell shows none. The history must outlive it. Not thread-safe.
class OneCellHistory final : public CellHistory {
 public:
  OneCellHistory(const RuleSpec& rule, const ReturnHistory& history);
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
    std::vector<const Cell*> ordered_;  // By item and dimensions.
  };

  const Cell* cell_ = nullptr;
  std::map<uint32_t, CellsOfPeriod> periods_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_RULE_HISTORY_H_
