// The wide layout: one or more rows an organisation, one column a cell, perhaps total rows.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_WIDE_FILE_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_WIDE_FILE_H_

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/csv/csv_reader.h"
#include "services/ingestion/domain/column_plan.h"
#include "services/ingestion/domain/file_period.h"
#include "services/ingestion/domain/return_file.h"
#include "services/ingestion/domain/row_totals.h"
#include "services/ingestion/domain/wide_row.h"

namespace onereturn::ingestion {

// Holds the cells of one organisation at most, and the codes of those before it.
class WideFileReader final : public ReturnFileReader {
 public:
  WideFileReader(const Collection& collection, const WideLayout& layout, Taker taker,
                 const GivenWithFile& given);

  absl::Status Feed(absl::string_view bytes) override;
  absl::Status Finish() override;
  std::optional<Period> period() const override { return period_.value(); }

 private:
  using Fields = std::vector<absl::string_view>;

  absl::Status ReadHeader(const Fields& fields);
  absl::Status ReadRow(uint32_t row, const Fields& fields);
  absl::Status BeginRow(uint32_t row, absl::string_view organisation);
  // The parents that the row names, where they are new.
  void TakeParents(uint32_t row, const Fields& fields);
  void AddToSums(const RowFigures& figures, const Fields& fields);
  // Whether the row is one of those that are taken.
  absl::StatusOr<bool> TakePeriod(uint32_t row, const Fields& fields);
  absl::Status Deliver();
  absl::Status CheckTotal(uint32_t row, const Fields& fields);

  const Collection& collection_;
  const WideLayout& layout_;
  const bool several_rows_;  // An organisation may have more than one.
  Taker taker_;
  const std::string given_organisation_;  // Of a layout without a column for it.
  const std::optional<Period> given_period_;
  const bool whole_;  // It is the whole return.
  WideRowReader row_reader_;
  std::optional<ColumnPlan> plan_;  // nullopt until the header was read.
  FilePeriod period_;
  std::optional<FileReturnRows> current_;
  RowTotals totals_;
  std::set<std::string> row_values_;  // Of current_'s rows, where missing ones stand for something.
  std::set<std::string> delivered_;   // Where there are several rows: organisations that are over.
  // Of the rows that were kept. A figure that could not be read leaves its column's total
  // unchecked: that row's return is kept out, and no other's.
  RowFigures sums_;
  bool total_seen_ = false;
  CsvReader csv_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_WIDE_FILE_H_
