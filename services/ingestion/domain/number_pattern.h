// Texts with whole numbers in them, such as the headers "Gt 00 To 01 Weeks SUM 1".
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_NUMBER_PATTERN_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_NUMBER_PATTERN_H_

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace onereturn::ingestion {

// A pattern is plain text in which each # stands for a run of one to nine decimal digits; all else
// stands for itself. "Gt # To # Weeks SUM 1" matches "Gt 00 To 01 Weeks SUM 1" with 00 and 01.
//
// A number ends where the digits end, so a text matches in one way or not at all, in time linear in
// its length. Thread-compatible.
class NumberPattern {
 public:
  static constexpr size_t kMaxDigits = 9;

  // INVALID_ARGUMENT, saying why, for a pattern without a number, and for one whose numbers could
  // end in several places: # directly before another # or before a digit, or after a digit.
  static absl::StatusOr<NumberPattern> Parse(absl::string_view pattern);

  // The numbers as the text writes them, in order; nullopt where it does not match. The views are
  // into `text`.
  std::optional<std::vector<absl::string_view>> Match(absl::string_view text) const;
  // The text with these numbers: one for each # (checked).
  std::string Fill(const std::vector<absl::string_view>& numbers) const;

  size_t number_count() const { return literals_.size() - 1; }
  std::string ToString() const;

 private:
  explicit NumberPattern(std::vector<std::string> literals) : literals_(std::move(literals)) {}

  std::vector<std::string> literals_;  // Before, between and after the numbers; may be empty.
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_NUMBER_PATTERN_H_
