// Everything an assessment report says. Rendering is a pure function of it: no clock, no service.
// All texts are plain, not HTML.
#ifndef ONERETURN_TOOLS_ONERETURN_REPORT_REPORT_MODEL_H_
#define ONERETURN_TOOLS_ONERETURN_REPORT_REPORT_MODEL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace onereturn::client {

// Making Data Count icons.
enum class Variation {
  kNone,
  kCommonCause,
  kImprovementHigh,
  kImprovementLow,
  kConcernHigh,
  kConcernLow,
  kNeutralHigh,
  kNeutralLow,
};
enum class Assurance { kNone, kPasses, kFails, kHitOrMiss };

struct ReportPoint {
  std::string period;   // Short: "Apr 22".
  std::string display;  // "62.1 %".
  double value = 0;
  double mean = 0;
  std::optional<double> lower_limit;
  std::optional<double> upper_limit;
  int signal = 0;             // 1 improvement, -1 concern, 0 neither.
  bool special = false;       // Special cause, of whichever direction.
  std::string special_cause;  // In words; empty for common cause.
};

// What one provider contributes to a metric value, and the proof that it was submitted.
struct ReportPart {
  std::string organisation;  // ODS code.
  std::string name;
  std::string state;  // Why it contributes nothing, in words; empty when it does.
  std::string numerator;
  std::string denominator;  // Empty for a count.
  std::string revision;     // Name of the return's revision.
  uint64_t sequence = 0;
  std::string accepted;   // When.
  std::string leaf_hash;  // Hexadecimal.
};

struct ReportMetric {
  std::string anchor;  // Unique in the report; letters, digits, hyphens.
  std::string code;
  uint32_t version = 0;
  std::string title;
  std::string description;
  std::string unit;
  std::string direction;     // "higher is better"
  std::string organisation;  // Name.
  std::string period;        // "March 2024"
  std::string value;         // With its unit, or why there is none.
  std::string exactly;       // "100 × 14,151 / 26,145"; empty for a count.
  int digits = 1;            // After the point, on the chart.
  std::optional<double> target;
  Variation variation = Variation::kNone;
  Assurance assurance = Assurance::kNone;
  bool trial_limits = false;
  std::vector<ReportPoint> points;
  std::vector<std::string> without_value;  // "Apr 22: not applicable"
  std::string coverage;                    // "2 of 3 providers"
  std::vector<std::string> missing;        // "RLQ Wye Valley NHS Trust"
  std::vector<std::string> not_collected;
  std::vector<std::string> no_icb_recorded;
  std::vector<ReportPart> parts;
  std::string position;
  std::vector<std::string> statements;  // Codes of those it bears on.
};

struct ReportEvidence {
  std::string anchor;  // Of the metric.
  std::string title;
  std::string value;
  std::string category;
  std::string note;
};

struct ReportStatement {
  std::string code;
  std::string title;
  uint32_t score = 0;  // 0: not scored.
  std::string score_title;
  std::string rationale;
  std::vector<ReportEvidence> evidence;
};

struct ReportTheme {
  std::string title;
  std::vector<ReportStatement> statements;
};

struct ReportBand {
  std::string title;
  uint32_t from_percent = 0;
};

struct ReportRating {
  bool complete = false;
  bool rated = false;   // The framework gives a rating.
  uint32_t scored = 0;  // Statements scored, of all.
  uint32_t statements = 0;
  uint32_t sum = 0;
  uint32_t highest = 0;  // The greatest sum there can be.
  uint32_t percent = 0;
  std::string rating;      // Title, after limiters.
  std::string band;        // Title, by percentage.
  std::string limited_by;  // In words; empty when nothing limited it.
};

struct ReportModel {
  std::string title;
  std::string organisation;  // Name.
  std::string organisation_code;
  std::string framework;
  uint32_t framework_version = 0;
  std::string framework_source;
  std::string marking;  // On every section; empty: none.
  std::string assessment;
  std::string created;   // When.
  std::string position;  // Of the trace.
  std::string software;  // "onereturn 0.1.0"
  uint32_t highest_score = 4;
  ReportRating rating;
  std::vector<ReportBand> bands;  // From the lowest.
  std::vector<ReportTheme> themes;
  std::vector<ReportMetric> metrics;
};

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_REPORT_REPORT_MODEL_H_
