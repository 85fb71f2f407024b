// Reasons given for figures that a rule questions.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_EXPLANATION_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_EXPLANATION_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "common/cells/cell.h"

namespace onereturn::ingestion {

// Of one return.
inline constexpr size_t kMaxExplanations = 100;
inline constexpr size_t kMaxExplanationBytes = 2'000;
// Of all of them together: they are part of the entry that holds the return.
inline constexpr size_t kMaxExplanationsBytes = 32 * 1024;

struct ExplanationGiven {
  std::string rule;          // Empty: of every rule that asks about the cell. Then there is a cell.
  std::optional<Cell> cell;  // None: of the rule, wherever it asks.
  std::string text;
};

enum class ExplanationFault {
  kLength,        // Blank, or longer than kMaxExplanationBytes.
  kCharset,       // Not plain text on one line.
  kPersonalData,  // It seems to hold an NHS number or a postcode.
};

// What keeps the text from being kept; nullopt when nothing does.
std::optional<ExplanationFault> FaultOfExplanation(absl::string_view text);
// In words that complete "the explanation ..."; they hold none of the text.
absl::string_view WordsOf(ExplanationFault fault);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_EXPLANATION_H_
