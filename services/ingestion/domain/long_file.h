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
  // Has nobody filled it in? A row of a sparse item, as templates have them, may stay blank.
  bool IsLeftBlank(const std::vector<absl::string_view>& fields) const;
  absl::Status BeginOrganisation(uint32_t row, const std::string& organisation);
  // The row's cell; what is wrong with its value is added to the findings.
  Cell ReadCell(const Place& place, const std::vector<absl::string_view>& fields);
  void ReadStatus(uint32_t row, const std::vector<absl::string_view>& fields);
  void ReadExplanation(uint32_t row, const std::vector<absl::string_view>& fields,
                       const Cell& cell);
  // A finding at a column of the row.
  Finding FaultIn(uint32_t row, const std::string& header) const;
  absl::Status Deliver();
  // The field of a column; empty when the file has no such column.
  absl::string_view FieldOf(const std::string& header,
                            const std::vector<absl::string_view>& fields) const;

  const Collection& collection_;
  const LongLayout& layout_;
  Taker taker_;
  const std::string given_organisation_;
  const SubmitMode mode_;
  std::map<std::string, size_t> columns_;  // By header; empty until the header was read.
  FilePeriod period_;
  std::set<std::string> delivered_;  // Organisations whose rows are over.
  std::optional<FileReturnRows> current_;
  size_t explanation_bytes_ = 0;  // Of current_.
  CsvReader csv_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_LONG_FILE_H_
