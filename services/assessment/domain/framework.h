// How a kind of assessment is made: what is judged, on what scale, and how scores become a rating.
// Data, versioned; a version is never changed.
#ifndef ONERETURN_SERVICES_ASSESSMENT_DOMAIN_FRAMEWORK_H_
#define ONERETURN_SERVICES_ASSESSMENT_DOMAIN_FRAMEWORK_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace onereturn::assessment {

// Limits of a definition: several times what any published framework has.
inline constexpr size_t kMaxThemes = 32;
inline constexpr size_t kMaxStatements = 128;
inline constexpr size_t kMaxEvidenceCategories = 32;
inline constexpr size_t kMaxScaleSteps = 16;
inline constexpr size_t kMaxBands = 16;
inline constexpr size_t kMaxLimiters = 64;
inline constexpr size_t kMaxCodeBytes = 64;
inline constexpr uint32_t kMaxScore = 100;

struct QualityStatement {
  std::string code;  // "QS1".
  std::string title;
  friend bool operator==(const QualityStatement&, const QualityStatement&) = default;
};

struct Theme {
  std::string code;
  std::string title;
  std::vector<QualityStatement> statements;
  friend bool operator==(const Theme&, const Theme&) = default;
};

// One point of the scale a statement is scored on.
struct ScaleStep {
  uint32_t score = 0;
  std::string title;
  friend bool operator==(const ScaleStep&, const ScaleStep&) = default;
};

// The rating of percentages from `from_percent`, whole percent, to the next band.
struct Band {
  std::string code;  // "good".
  std::string title;
  uint32_t from_percent = 0;
  friend bool operator==(const Band&, const Band&) = default;
};

// Where the band is `band` and any statement scores `score` or lower, the rating is no better than
// `limited_to`.
struct Limiter {
  std::string band;
  uint32_t score = 0;
  std::string limited_to;
  friend bool operator==(const Limiter&, const Limiter&) = default;
};

struct Framework {
  std::string code;      // Lower-case letters, digits, '-' and '_', at most 64.
  uint32_t version = 0;  // Given by the service: 1, 2, ...
  std::string title;
  std::vector<Theme> themes;
  std::vector<std::string> evidence_categories;
  std::vector<ScaleStep> scale;  // Scores rise.
  std::vector<Band> bands;       // From the lowest.
  std::vector<Limiter> limiters;
  bool rated = false;  // False while assessments under it may not carry a rating.
  std::string source;  // Where the rules come from.
  friend bool operator==(const Framework&, const Framework&) = default;

  // DEFINITION_INVALID with every fault found, each with its field. The version is not looked at:
  // the service gives it. For definitions that are sent; those that were accepted are not checked
  // again, so that they stay readable when the rules grow.
  absl::Status Check() const;

  // Can rating.h compute with it: is there a statement, a scale that reaches above 0, a band, and a
  // band wherever a limiter limits to one? True of all that ever passed Check(); never to be made
  // stricter.
  bool CanRate() const;

  size_t StatementCount() const;
  // Codes in the order of themes and statements.
  std::vector<std::string> StatementCodes() const;
  bool HasStatement(absl::string_view code) const;
  bool HasEvidenceCategory(absl::string_view category) const;
  bool HasScore(uint32_t score) const;
  // CanRate() must be true.
  uint32_t HighestScore() const { return scale.back().score; }
  // Place of a band from the lowest, 0; nullopt when there is none of that code.
  std::optional<size_t> BandIndex(absl::string_view code) const;
};

}  // namespace onereturn::assessment

#endif  // ONERETURN_SERVICES_ASSESSMENT_DOMAIN_FRAMEWORK_H_
