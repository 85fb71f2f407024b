#include "services/ingestion/domain/return_file.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/decimal/decimal.h"
#include "services/ingestion/domain/long_file.h"
#include "services/ingestion/domain/wide_file.h"

namespace onereturn::ingestion {
namespace {

std::optional<NullReason> NullReasonOf(absl::string_view text) {
  if (text == "NOT_COLLECTED") return NullReason::kNotCollected;
  if (text == "NOT_APPLICABLE") return NullReason::kNotApplicable;
  if (text == "WITHHELD") return NullReason::kWithheld;
  if (text == "SUPPRESSED_AT_SOURCE") return NullReason::kSuppressedAtSource;
  return std::nullopt;
}

}  // namespace

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
                                                       ReturnFileReader::Taker taker) {
  if (const WideLayout* wide = std::get_if<WideLayout>(&layout.shape)) {
    return std::make_unique<WideFileReader>(collection, *wide, std::move(taker));
  }
  return std::make_unique<LongFileReader>(collection, std::get<LongLayout>(layout.shape),
                                          std::move(taker));
}

}  // namespace onereturn::ingestion
