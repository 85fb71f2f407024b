// The long layout: one row a cell, the rows of an organisation together.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_LONG_FILE_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_LONG_FILE_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/csv/csv_reader.h"
#include "services/ingestion/domain/file_period.h"
#include "services/ingestion/domain/return_file.h"

namespace onereturn::ingestion {

class LongFileReader final : public ReturnFileReader {
 public:
  // More cells of one organisation than this are refused: they are held in memory together.
  static constexpr size_t kMaxCells = kMaxCellsOfReturn;

  LongFileReader(const Collection& collection, const LongLayout& layout, Taker taker,
                 const GivenWithFile& given);

  absl::Status Feed(absl::string_view bytes) override;
  absl::Status Finish() override;
  std::optional<Period> period() const override { return period_.value(); }

 private:
  absl::Status ReadHeader(const std::vector<absl::string_view>& fields);
  absl::Status ReadRow(uint32_t row, const std::vector<absl::string_view>& fields);
  void ReadStatus(uint32_t row, const std::vector<absl::string_view>& fields);
  absl::Status Deliver();
  // The field of a column; empty when the file has no such column.
  absl::string_view FieldOf(const std::string& header,
                            const std::vector<absl::string_view>& fields) const;

  const LongLayout& layout_;
  Taker taker_;
  const std::string given_organisation_;
  std::map<std::string, size_t> columns_;  // By header; empty until the header was read.
  FilePeriod period_;
  std::set<std::string> delivered_;  // Organisations whose rows are over.
  std::optional<FileReturnRows> current_;
  std::string status_;  // Of the current organisation's first row, as it is written.
  CsvReader csv_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_LONG_FILE_H_
