// What validation has to say of a submission.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_FINDING_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_FINDING_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/personal_data.h"
#include "common/base/utf8.h"
#include "common/cells/cell.h"
#include "services/ingestion/domain/collection.h"

namespace onereturn::ingestion {

// Where in a file or request; 0 and empty: no such place.
struct Place {
  uint32_t row = 0;
  uint32_t column = 0;
  std::string field;
};

struct Finding {
  std::string code;
  Severity severity = Severity::kError;
  uint32_t rule_version = 0;  // 0: a structural finding.
  std::string message;
  // How much of the message says what is found; then follow figures that were looked at. 0: all.
  size_t words_bytes = 0;
  Place place;
  std::string organisation;
  std::optional<Cell> cell;  // Which cell; its value does not matter.
  std::string got;
  std::string expected;
  std::string suggestion;
  bool explanation_owed = false;  // Of an EXPLAIN: no reason was given.
  bool screen = false;            // Of a rule that looks for unusual patterns.
};

// Findings in the order they were made: the first ones kept, the others counted. Texts that come
// from a file or a request may be of any length; what is kept of them is cut, at a character, so
// that all findings together fit one answer; and nothing of them is kept that looks like a
// person's.
class Findings {
 public:
  static constexpr size_t kKept = 1'000;
  static constexpr size_t kMaxMessageBytes = 512;  // Message and suggestion, each.
  static constexpr size_t kMaxExpectedBytes = 256;
  static constexpr size_t kMaxGotBytes = 64;
  static constexpr size_t kMaxCodeBytes = 64;  // Each code of the cell and the place.

  void Add(Finding finding) {
    ++count_;
    if (finding.severity == Severity::kError) ++errors_;
    if (finding.severity == Severity::kExplain) ++explains_;
    if (kept_.size() == kKept) return;
    Withhold(&finding);
    Shorten(&finding);
    kept_.push_back(std::move(finding));
  }
  void Append(Findings other) {
    count_ += other.count_;
    errors_ += other.errors_;
    explains_ += other.explains_;
    for (Finding& finding : other.kept_) {
      if (kept_.size() == kKept) break;
      kept_.push_back(std::move(finding));
    }
  }

  const std::vector<Finding>& kept() const { return kept_; }
  uint64_t count() const { return count_; }
  bool has_error() const { return errors_ > 0; }
  bool has_explain() const { return explains_ > 0; }

 private:
  static void Cut(size_t most_bytes, std::string* text) {
    text->resize(CutAtCharacter(*text, most_bytes).size());
  }
  // A number that a rule questions is a figure, whatever it looks like: it was read as one.
  static void Withhold(Finding* finding) {
    if (finding->rule_version == 0) {
      Withhold(&finding->got);
      Withhold(&finding->message);
      Withhold(&finding->expected);
    }
    Withhold(&finding->organisation);
    Withhold(&finding->place.field);
    if (!finding->cell.has_value()) return;
    Withhold(&finding->cell->item);
    for (DimensionValue& dimension : finding->cell->dimensions) Withhold(&dimension.value);
  }
  static void Withhold(std::string* text) {
    if (HoldsPersonalData(*text)) *text = "(withheld)";
  }
  static void Shorten(Finding* finding) {
    Cut(kMaxMessageBytes, &finding->message);
    Cut(kMaxMessageBytes, &finding->suggestion);
    Cut(kMaxExpectedBytes, &finding->expected);
    Cut(kMaxGotBytes, &finding->got);
    Cut(kMaxCodeBytes, &finding->organisation);
    Cut(kMaxCodeBytes, &finding->place.field);
    if (!finding->cell.has_value()) return;
    Cut(kMaxCodeBytes, &finding->cell->item);
    if (finding->cell->dimensions.size() > kMaxDimensionsShown) {
      finding->cell->dimensions.resize(kMaxDimensionsShown);
    }
    for (DimensionValue& dimension : finding->cell->dimensions) {
      Cut(kMaxCodeBytes, &dimension.dimension);
      Cut(kMaxCodeBytes, &dimension.value);
    }
  }

  static constexpr size_t kMaxDimensionsShown = 16;

  std::vector<Finding> kept_;
  uint64_t count_ = 0;
  uint64_t errors_ = 0;
  uint64_t explains_ = 0;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_FINDING_H_
