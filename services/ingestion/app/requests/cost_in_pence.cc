#include "services/ingestion/app/requests/cost_in_pence.h"

#include <algorithm>
#include <array>

#include "absl/strings/string_view.h"
#include "common/decimal/decimal.h"

namespace onereturn::ingestion {
namespace {

constexpr uint64_t kMinutesAnHour = 60;

// In order of Lens.
constexpr std::array<absl::string_view, kLensCount> kLensNames = {"gathering",
                                                                  "quality_assurance",
                                                                  "extraction_and_transformation",
                                                                  "transmission",
                                                                  "system_change_and_development",
                                                                  "training_and_guidance"};

}  // namespace

uint64_t CostInPence(const Minutes& minutes, const requests::v1::RequestRules& rules,
                     uint64_t sharers) {
  Int128 pence_minutes = 0;  // At a penny an hour each.
  for (const requests::v1::PayBand& band : rules.pay_bands()) {
    const auto* lens = std::find(kLensNames.begin(), kLensNames.end(), band.lens());
    if (lens == kLensNames.end()) continue;
    pence_minutes += Int128{minutes.by_lens[static_cast<size_t>(lens - kLensNames.begin())]} *
                     band.pence_an_hour();
  }
  const Int128 parts = Int128{kMinutesAnHour} * sharers;  // An even number.
  return static_cast<uint64_t>((pence_minutes + parts / 2) / parts);
}

}  // namespace onereturn::ingestion
