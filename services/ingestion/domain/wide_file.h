// The wide layout: one row an organisation, one column a cell, perhaps a total row.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_WIDE_FILE_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_WIDE_FILE_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/csv/csv_reader.h"
#include "services/ingestion/domain/return_file.h"

namespace onereturn::ingestion {

class WideFileReader final : public ReturnFileReader {
 public:
  WideFileReader(const Collection& collection, const WideLayout& layout, Taker taker);

  absl::Status Feed(absl::string_view bytes) override;
  absl::Status Finish() override;
  std::optional<Period> period() const override { return period_; }

 private:
  struct Column {
    enum class Role { kIgnored, kOrganisation, kPeriod, kCell };
    Role role = Role::kIgnored;
    const CellColumn* cell = nullptr;
  };

  absl::Status ReadHeader(const std::vector<absl::string_view>& fields);
  absl::Status ReadRow(uint32_t row, const std::vector<absl::string_view>& fields);
  void ReadCell(size_t column, absl::string_view text, FileReturnRows* rows);
  absl::StatusOr<Period> ReadPeriod(uint32_t row, absl::string_view text);
  absl::Status CheckTotal(uint32_t row, const std::vector<absl::string_view>& fields);

  const Collection& collection_;
  const WideLayout& layout_;
  Taker taker_;
  std::vector<Column> columns_;  // Empty until the header was read.
  std::vector<Int128> sums_;     // Of each column, in millionths; nulls count as nothing.
  // Of each column: a figure could not be read, so that no total can be checked. That row's return
  // is kept out, and no other's.
  std::vector<bool> unreadable_;
  std::optional<Period> period_;
  bool total_seen_ = false;
  CsvReader csv_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_WIDE_FILE_H_
