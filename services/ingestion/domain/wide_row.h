// One row of a file in a wide layout: where it stands, and its figures.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_WIDE_ROW_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_WIDE_ROW_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/ingestion/domain/collection.h"
#include "services/ingestion/domain/column_plan.h"
#include "services/ingestion/domain/return_file.h"
#include "services/ingestion/domain/row_totals.h"

namespace onereturn::ingestion {

// Immutable. `collection` and `layout` must outlive it.
class WideRowReader {
 public:
  WideRowReader(const Collection& collection, const WideLayout& layout);

  // The row's shape and values; a finding for each text that chooses or stands for none. `fields`
  // are at least as many as the plan has columns.
  RowPlace ReadPlace(const ColumnPlan& plan, uint32_t row,
                     const std::vector<absl::string_view>& fields, FileReturnRows* rows) const;

  // The figures of a row whose place is known. Its cells go to `rows`, unless it is a total; a
  // finding for each figure that cannot be read or should not be there, and for each sum that does
  // not agree (not in a total: there each figure is compared with those of the other rows).
  RowFigures ReadFigures(const ColumnPlan& plan, const RowPlace& place,
                         const std::vector<absl::string_view>& fields, FileReturnRows* rows) const;

  // After an organisation's last row: where the layout says how missing rows stand, the cells at
  // each value of the row dimension that is not among `present`.
  void AddMissingRows(const ColumnPlan& plan, const std::set<std::string>& present,
                      FileReturnRows* rows) const;

 private:
  bool IsCode(size_t dimension, absl::string_view code) const;
  RowValue ReadValue(size_t dimension, absl::string_view text) const;
  Finding UnknownValue(size_t dimension, absl::string_view text) const;
  void CheckSum(const ColumnPlan& plan, const SumPlan& sum, uint32_t row, RowFigures* figures,
                FileReturnRows* rows) const;

  const Collection& collection_;
  const WideLayout& layout_;
  std::map<std::string, size_t> shapes_;  // By text of the selector.
  // Of each row dimension: what it is in the collection's items.
  std::vector<std::vector<const DimensionSpec*>> code_lists_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_WIDE_ROW_H_
