#include "services/ingestion/domain/rule_figures.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/expression/evaluation.h"

namespace onereturn::ingestion {
namespace {

constexpr size_t kMostFigures = 6;

std::string NumberText(const std::optional<Rational>& value) {
  if (!value.has_value()) return "not known";
  return value->ToDecimal().ok() ? value->ToString() : absl::StrFormat("%.2f", value->ToDouble());
}

}  // namespace

std::string FiguresText(const RuleSpec& rule, const CellSource& cells, const Bindings& bindings,
                        const EvaluationSetting& setting) {
  std::string text;
  for (const SeenFigure& figure :
       FiguresSeen(rule.expression, cells, bindings, setting, kMostFigures)) {
    absl::StrAppend(&text, text.empty() ? " (" : "; ", figure.text, " = ",
                    NumberText(figure.value));
    if (!figure.limits.has_value()) continue;
    absl::StrAppend(&text,
                    absl::StrFormat(", usual %.1f to %.1f by %d earlier ones", figure.limits->lower,
                                    figure.limits->upper, figure.limits->values));
  }
  return text.empty() ? text : text + ")";
}

}  // namespace onereturn::ingestion
