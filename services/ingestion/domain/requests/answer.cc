#include "services/ingestion/domain/requests/answer.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/error.h"
#include "services/ingestion/domain/requests/disclosure.h"
#include "services/ingestion/domain/requests/figure_sums.h"
#include "services/ingestion/domain/requests/formula_figures.h"

namespace onereturn::ingestion {
namespace {

bool IsAsked(const std::vector<AskedDimension>& asked, const std::string& code) {
  return std::any_of(asked.begin(), asked.end(),
                     [&](const AskedDimension& dimension) { return dimension.code == code; });
}

std::string CountOf(size_t count, absl::string_view one) {
  return absl::StrCat(count, " ", one, count == 1 ? "" : "s");
}

// "sum of 3 periods and 5 organisations, over booked, department"; empty: as it was sent.
std::string DerivationOf(const FigureSource& source, const FigureParts& parts,
                         const KnownItem& item) {
  std::set<Period> periods;
  std::set<std::string> organisations;
  for (const FigureSource::Part& part : parts) {
    periods.insert(part.key.period);
    organisations.insert(part.key.organisation);
  }
  std::vector<std::string> left_out;
  for (const KnownDimension& dimension : item.dimensions) {
    if (!IsAsked(source.dimensions, dimension.code)) left_out.push_back(dimension.code);
  }
  std::vector<std::string> of;
  if (periods.size() > 1) of.push_back(CountOf(periods.size(), "period"));
  const bool one_below = parts.size() == 1 && left_out.empty();
  if (organisations.size() > 1 || (one_below && source.coverage == CoverageClass::kRollup)) {
    of.push_back(CountOf(organisations.size(), "organisation"));
  }
  if (of.empty() && left_out.empty()) return "";
  return absl::StrCat("sum", of.empty() ? "" : " of ", absl::StrJoin(of, " and "),
                      of.empty() || left_out.empty() ? "" : ",", left_out.empty() ? "" : " over ",
                      absl::StrJoin(left_out, ", "));
}

absl::StatusOr<std::vector<AnswerFigure>> ItemFigures(const FigureSource& source,
                                                      const KnownItem& item,
                                                      const DisclosureRule& disclosure,
                                                      CellReader read) {
  if (source.parts_of_item.size() != 1) {
    return Error(Reason::kInternal, "the figures of one item were to be made of several");
  }
  const auto& [code, parts] = *source.parts_of_item.begin();
  absl::Status status = CheckSummable(item, parts, source.dimensions);
  if (!status.ok()) return status;
  const absl::StatusOr<FigureSums> sums =
      FigureSums::Read(parts, code, source.dimensions, AbsenceOf(item), read);
  if (!sums.ok()) return sums.status();
  const std::string derivation = DerivationOf(source, parts, item);
  std::vector<AnswerFigure> figures;
  for (const FigurePlace& place : PlacesAsked(source.dimensions, item, sums->Places())) {
    const FigureSum sum = sums->At(place);
    AnswerFigure figure;
    figure.dimensions = place;
    figure.parts = static_cast<uint32_t>(parts.size());
    figure.parts_held = static_cast<uint32_t>(sum.parts_held.size());
    figure.derivation = derivation;
    if (sum.null_reason.has_value()) {
      figure.null_reason = *sum.null_reason;
    } else {
      absl::StatusOr<Decimal> value = FigureOfSum(sum.millionths);
      if (!value.ok()) return std::move(value).status();
      figure.value = *value;
    }
    figures.push_back(std::move(figure));
  }
  status = Disclose(disclosure, DimensionsWithTotals(source.dimensions, item), &figures);
  if (!status.ok()) return status;
  return figures;
}

}  // namespace

absl::StatusOr<std::vector<AnswerFigure>> EvaluateFigures(
    const FigureSource& source, const KnownItem& item, const Period& period,
    const DisclosureRule& disclosure, const FormulaInputs& inputs, CellReader read) {
  if (!item.formula.has_value()) return ItemFigures(source, item, disclosure, read);
  FormulaEvaluation evaluation(source, item, period, disclosure, inputs);
  const absl::Status status = evaluation.Read(read);
  if (!status.ok()) return status;
  return evaluation.Figures();
}

absl::StatusOr<std::vector<AnswerFigure>> EvaluateFigures(const FigureSource& source,
                                                          const KnownItem& item,
                                                          const Period& period,
                                                          const DisclosureRule& disclosure,
                                                          CellReader read) {
  return EvaluateFigures(source, item, period, disclosure, FormulaInputs(), read);
}

}  // namespace onereturn::ingestion
