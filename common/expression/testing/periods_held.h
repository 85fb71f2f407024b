// For tests: a history of tables in memory.
#ifndef ONERETURN_COMMON_EXPRESSION_TESTING_PERIODS_HELD_H_
#define ONERETURN_COMMON_EXPRESSION_TESTING_PERIODS_HELD_H_

#include <cstdint>
#include <map>

#include "common/expression/cell_source.h"
#include "common/expression/cell_table.h"

namespace onereturn {

// Holds the periods that were asked for with Hold, and no other.
class PeriodsHeld final : public CellHistory {
 public:
  CellTable& Hold(uint32_t periods_before) { return tables_[periods_before]; }

  const CellSource* Before(uint32_t periods_before) const override {
    const auto found = tables_.find(periods_before);
    return found == tables_.end() ? nullptr : &found->second;
  }

 private:
  std::map<uint32_t, CellTable> tables_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_EXPRESSION_TESTING_PERIODS_HELD_H_
