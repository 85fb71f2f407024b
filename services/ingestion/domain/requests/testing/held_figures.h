// For tests: cells that are held, by return and item, and the sources that are made of them.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_TESTING_HELD_FIGURES_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_TESTING_HELD_FIGURES_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/ingestion/domain/requests/answer.h"

namespace onereturn::ingestion {

// A cell as tests write it: a number, or a null as "null" or "WITHHELD" and the like.
inline Cell HeldCell(std::string item, std::vector<DimensionValue> dimensions,
                     const std::string& text) {
  Cell cell;
  cell.item = std::move(item);
  cell.dimensions = std::move(dimensions);
  const std::map<std::string, NullReason> reasons = {
      {"NOT_COLLECTED", NullReason::kNotCollected},
      {"NOT_APPLICABLE", NullReason::kNotApplicable},
      {"WITHHELD", NullReason::kWithheld},
      {"SUPPRESSED_AT_SOURCE", NullReason::kSuppressedAtSource}};
  const auto reason = reasons.find(text);
  if (reason != reasons.end()) {
    cell.null_reason = reason->second;
  } else {
    cell.value = Decimal::Parse(text).value();
  }
  return cell;
}

// What is held: returns of one collection. One without cells is held too, once it is named.
class HeldFigures {
 public:
  void Hold(const std::string& organisation, const std::string& period) {
    returns_[{"C", Period::Parse(period).value(), organisation}];
  }
  void Hold(const std::string& organisation, const std::string& period, Cell cell) {
    returns_[{"C", Period::Parse(period).value(), organisation}][cell.item].push_back(
        std::move(cell));
  }

  FigureSource::Part Part(const std::string& organisation, const std::string& period) const {
    static const HeldRevision kRevision;
    const PartKey key{"C", Period::Parse(period).value(), organisation};
    return {key, returns_.count(key) > 0 ? &kRevision : nullptr};
  }
  std::vector<FigureSource::Part> Parts(const std::vector<std::string>& organisations,
                                        const std::vector<std::string>& periods) const {
    std::vector<FigureSource::Part> parts;
    for (const std::string& period : periods) {
      for (const std::string& organisation : organisations) {
        parts.push_back(Part(organisation, period));
      }
    }
    return parts;
  }

  absl::StatusOr<std::vector<Cell>> Read(const FigureSource::Part& part,
                                         const std::string& item) const {
    if (part.held == nullptr) return absl::InternalError("a return that is not held was read");
    const auto cells = returns_.at(part.key).find(item);
    if (cells == returns_.at(part.key).end()) return std::vector<Cell>();
    return cells->second;
  }

 private:
  std::map<PartKey, std::map<std::string, std::vector<Cell>>> returns_;
};

// "type1,no 12", "null NOT_COLLECTED", "suppressed (rule)", "ratio 7/3": in order, each with the
// parts that are held, such as "[2/3]".
inline std::string TextOfFigure(const AnswerFigure& figure) {
  std::string text;
  for (const DimensionValue& value : figure.dimensions) {
    absl::StrAppend(&text, text.empty() ? "" : ",", value.value);
  }
  if (!text.empty()) text += " ";
  if (figure.value.has_value()) {
    text += figure.value->ToString();
  } else if (figure.ratio.has_value()) {
    absl::StrAppend(&text, MillionthsToString(figure.ratio->numerator_millionths()), "/",
                    MillionthsToString(figure.ratio->denominator_millionths()));
  } else if (figure.suppressed) {
    absl::StrAppend(&text, "suppressed by ", figure.suppressed_by);
  } else {
    const char* const reasons[] = {"", "NOT_COLLECTED", "NOT_APPLICABLE", "WITHHELD",
                                   "SUPPRESSED_AT_SOURCE"};
    text += reasons[static_cast<size_t>(figure.null_reason)];
  }
  return absl::StrCat(text, " [", figure.parts_held, "/", figure.parts, "]");
}

inline std::vector<std::string> TextsOf(const absl::StatusOr<std::vector<AnswerFigure>>& figures) {
  if (!figures.ok()) return {std::string(figures.status().message())};
  std::vector<std::string> texts;
  for (const AnswerFigure& figure : *figures) texts.push_back(TextOfFigure(figure));
  return texts;
}

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_TESTING_HELD_FIGURES_H_
