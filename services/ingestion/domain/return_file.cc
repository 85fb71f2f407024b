#include "services/ingestion/domain/return_file.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/decimal/decimal.h"
#include "services/ingestion/domain/figure.h"
#include "services/ingestion/domain/long_file.h"
#include "services/ingestion/domain/wide_file.h"

namespace onereturn::ingestion {
absl::string_view Trimmed(absl::string_view text) { return absl::StripAsciiWhitespace(text); }

std::optional<std::string> ReadCellText(absl::string_view text, bool null_reasons_written,
                                        Cell* cell) {
  if (null_reasons_written) {
    if (std::optional<NullReason> reason = NullReasonOf(text); reason.has_value()) {
      cell->value.reset();
      cell->null_reason = *reason;
      return std::nullopt;
    }
  }
  absl::StatusOr<Decimal> value = Decimal::Parse(text);
  if (!value.ok()) {
    cell->value.reset();
    cell->null_reason = NullReason::kNotCollected;
    return absl::StrCat("The figure cannot be read: ", value.status().message());
  }
  cell->value = *value;
  return std::nullopt;
}

std::unique_ptr<ReturnFileReader> MakeReturnFileReader(const Collection& collection,
                                                       const LayoutSpec& layout,
                                                       ReturnFileReader::Taker taker,
                                                       std::optional<Period> given) {
  if (const WideLayout* wide = std::get_if<WideLayout>(&layout.shape)) {
    return std::make_unique<WideFileReader>(collection, *wide, std::move(taker), given);
  }
  return std::make_unique<LongFileReader>(collection, std::get<LongLayout>(layout.shape),
                                          std::move(taker), given);
}

}  // namespace onereturn::ingestion
