// Feeds any bytes to CsvReader, whole and cut in two: no crash, and the same outcome.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/base/check.h"
#include "common/csv/csv_reader.h"

namespace {

std::string Outcome(absl::string_view first, absl::string_view second) {
  const onereturn::CsvLimits limits{.max_columns = 8, .max_field_bytes = 64, .max_row_bytes = 128};
  std::string outcome;
  onereturn::CsvReader reader(
      limits, [&outcome](int64_t row, const std::vector<absl::string_view>& fields) {
        outcome += std::to_string(row) + "\n";
        for (const absl::string_view field : fields) {
          outcome += std::to_string(field.size()) + ":" + std::string(field);
        }
        return absl::OkStatus();
      });
  absl::Status status = reader.Feed(first);
  if (status.ok()) status = reader.Feed(second);
  if (status.ok()) status = reader.Finish();
  return outcome + status.ToString();
}

}  // namespace

// The first byte says where to cut the rest.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const absl::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  const size_t cut = text.empty() ? 0 : data[0] % (text.size() + 1);
  ONERETURN_CHECK(Outcome(text, "") == Outcome(text.substr(0, cut), text.substr(cut)));
  return 0;
}
