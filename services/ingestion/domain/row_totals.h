// Total rows inside an organisation's part of a file, checked against the rows they are the sum of.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_ROW_TOTALS_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_ROW_TOTALS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "services/ingestion/domain/column_plan.h"
#include "services/ingestion/domain/layout.h"
#include "services/ingestion/domain/return_file.h"

namespace onereturn::ingestion {

// A row's value of one row dimension.
struct RowValue {
  enum class Kind { kCode, kTotal, kUnknown };
  Kind kind = Kind::kUnknown;
  std::string text;  // The code, or the total's text; empty when it is unknown.
};

// Where a row stands among the rows of its organisation.
struct RowPlace {
  uint32_t row = 0;
  std::string selector;         // Its text; empty where the layout has none.
  std::optional<size_t> shape;  // nullopt: the selector chooses none.
  std::vector<RowValue> values;

  // Does the layout say what every cell of the row is?
  bool IsKnown() const;
  bool IsTotal() const;
};

// The figures of a row, of each column of the file.
struct RowFigures {
  std::vector<Int128> millionths;  // 0 where there is none.
  // It could not be read, is there and not given (withheld, suppressed), or is a sum that does not
  // agree: what it is part of is not checked.
  std::vector<bool> doubtful;

  void Clear(size_t columns);
};

// Of one organisation at a time. A figure that cannot be read leaves its column of its group
// unchecked, a row that cannot be placed leaves its group unchecked (all of them, where its group
// cannot be told): those rows have findings of their own. Memory: two numbers a column and group,
// and there are no more groups than rows.
class RowTotals {
 public:
  explicit RowTotals(const WideLayout& layout);

  // A finding where it is the second total of its group.
  void Add(const ColumnPlan& plan, const RowPlace& place, const RowFigures& figures,
           uint32_t rule_version, FileReturnRows* rows);
  // After the organisation's last row: a finding for each column of a total that is not the sum,
  // and for each total that is missing; then it is ready for the next organisation.
  void Finish(const ColumnPlan& plan, uint32_t rule_version, FileReturnRows* rows);

 private:
  struct Group {
    uint32_t first_row = 0;
    size_t shape = 0;
    std::string name;  // For people: "Part_1A, QWO".
    RowFigures sums;
    bool unchecked = false;
    uint32_t total_row = 0;  // 0: none yet.
    std::vector<Int128> total;
  };
  struct Dimension {
    size_t number = 0;  // Among the layout's row dimensions.
    const RowDimension* spec = nullptr;
    std::map<std::string, Group> groups;
    bool unchecked = false;
  };

  static Group* FindGroup(const RowPlace& place, Dimension* dimension);
  static void CheckGroup(const ColumnPlan& plan, const Dimension& dimension, const Group& group,
                         uint32_t rule_version, FileReturnRows* rows);

  std::vector<Dimension> dimensions_;  // Those that have totals.
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_ROW_TOTALS_H_
