// The one period of a file.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_FILE_PERIOD_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_FILE_PERIOD_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/period/period.h"
#include "services/ingestion/domain/layout.h"

namespace onereturn::ingestion {

// Reads the period of each row; all must be the same, and `given` where that is set.
// Thread-compatible.
class FilePeriod {
 public:
  // `kind` is the collection's; `prefix` must begin a written period.
  FilePeriod(PeriodKind kind, PeriodForm form, std::string prefix, std::optional<Period> given);

  // The next row's text; blanks at its ends do not belong to it. FILE_PERIOD, with the row, for one
  // that cannot be read, is of another kind, or differs.
  absl::Status Take(uint32_t row, absl::string_view text);
  // The next row of a file without a column for it. FILE_PERIOD where none was given, or one of
  // another kind.
  absl::Status TakeGiven(uint32_t row);

  // The next row's text in a file of several periods: is the row of the one given? The others do
  // not count. FILE_PERIOD as Take, and where none was given.
  absl::StatusOr<bool> Chooses(uint32_t row, absl::string_view text);

  // nullopt before the first row.
  const std::optional<Period>& value() const { return value_; }

 private:
  absl::StatusOr<Period> Read(absl::string_view text) const;
  absl::StatusOr<Period> ReadIn(uint32_t row, absl::string_view text) const;
  absl::Status Keep(uint32_t row, const Period& period);

  PeriodKind kind_;
  PeriodForm form_;
  std::string prefix_;
  std::optional<Period> given_;
  std::optional<Period> value_;
  std::string text_;                   // The last one that was read.
  std::optional<std::string> passed_;  // The last one of another period than the one given.
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_FILE_PERIOD_H_
