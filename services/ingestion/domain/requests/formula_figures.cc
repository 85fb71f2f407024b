#include "services/ingestion/domain/requests/formula_figures.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/expression/cell_table.h"
#include "common/expression/evaluation.h"
#include "common/status/error.h"
#include "services/ingestion/domain/requests/disclosure.h"
#include "services/ingestion/domain/requests/figure_sums.h"
#include "services/ingestion/domain/requests/finer_views.h"

namespace onereturn::ingestion {
namespace {

std::set<std::string> CodesOf(const std::vector<AskedDimension>& dimensions) {
  std::set<std::string> codes;
  for (const AskedDimension& dimension : dimensions) codes.insert(dimension.code);
  return codes;
}

std::vector<ItemReference> ReferencesTo(const Expression& formula, const std::string& code) {
  std::vector<ItemReference> references = formula.References();
  references.erase(
      std::remove_if(references.begin(), references.end(),
                     [&](const ItemReference& reference) { return reference.item != code; }),
      references.end());
  return references;
}

// The asked dimensions, and those by which the formula selects.
std::vector<AskedDimension> LevelOf(const std::vector<AskedDimension>& asked,
                                    const std::vector<ItemReference>& references) {
  std::vector<AskedDimension> level = asked;
  std::set<std::string> codes = CodesOf(asked);
  for (const ItemReference& reference : references) {
    for (const ItemSelection& selection : reference.selections) {
      if (codes.insert(selection.dimension).second) level.push_back({selection.dimension, {}});
    }
  }
  return level;
}

bool Reads(const ItemReference& reference, const FigurePlace& place) {
  return std::all_of(
      reference.selections.begin(), reference.selections.end(),
      [&](const ItemSelection& selection) {
        return std::any_of(place.begin(), place.end(), [&](const DimensionValue& own) {
          return own.dimension == selection.dimension &&
                 std::binary_search(selection.values.begin(), selection.values.end(), own.value);
        });
      });
}

bool IsRead(const std::vector<ItemReference>& references, const FigurePlace& place) {
  return std::any_of(references.begin(), references.end(),
                     [&](const ItemReference& reference) { return Reads(reference, place); });
}

// Where the references ask for an item by name, at a place of the line.
std::set<FigurePlace> SelectedPlaces(const std::vector<ItemReference>& references,
                                     const std::set<std::string>& level, const FigurePlace& at) {
  std::set<FigurePlace> places;
  for (const ItemReference& reference : references) {
    std::vector<AskedDimension> chosen;
    for (const DimensionValue& value : at) chosen.push_back({value.dimension, {value.value}});
    const std::set<std::string> bound = CodesOf(chosen);
    for (const ItemSelection& selection : reference.selections) {
      if (bound.count(selection.dimension) == 0) {
        chosen.push_back({selection.dimension, selection.values});
      }
    }
    for (const FigurePlace& place : AllPlaces(chosen)) {
      if (place.size() == level.size() && Reads(reference, place)) places.insert(place);
    }
  }
  return places;
}

absl::StatusOr<AnswerFigure> FigureAt(const FigurePlace& place, const FigureSum& sum) {
  AnswerFigure figure;
  figure.dimensions = place;
  if (sum.null_reason.has_value()) {
    figure.null_reason = *sum.null_reason;
    return figure;
  }
  absl::StatusOr<Decimal> value = FigureOfSum(sum.millionths);
  if (!value.ok()) return std::move(value).status();
  figure.value = *value;
  return figure;
}

// A ratio whose sides fit 64 bits, in millionths where they do so. nullopt: they do not fit.
std::optional<Ratio> RatioOf(const Rational& number) {
  const auto fits = [](Int128 side) { return side >= INT64_MIN && side <= INT64_MAX; };
  if (!fits(number.numerator()) || !fits(number.denominator())) return std::nullopt;
  const Int128 numerator = number.numerator() * Decimal::kMillion;
  const Int128 denominator = number.denominator() * Decimal::kMillion;
  if (fits(numerator) && fits(denominator)) return Ratio(numerator, denominator);
  return Ratio(number.numerator(), number.denominator());
}

}  // namespace

const KnownItem& FormulaEvaluation::KnownInput(const std::string& code) const {
  const auto found = inputs_.find(code);
  return found == inputs_.end() || found->second.item == nullptr ? item_ : *found->second.item;
}

absl::Status FormulaEvaluation::ReadSums(CellReader read) {
  for (const std::string& code : item_.formula->Items()) {
    const auto parts = source_.parts_of_item.find(code);
    if (parts == source_.parts_of_item.end()) {
      return Error(Reason::kInternal,
                   absl::StrCat("nobody said of which parts ", code, " is made"));
    }
    const std::vector<AskedDimension> level =
        LevelOf(source_.dimensions, ReferencesTo(*item_.formula, code));
    const KnownItem& known = KnownInput(code);
    if (&known != &item_) {
      const absl::Status summable =
          CheckSummable(known, parts->second, InputDimensions(code, item_, source_.dimensions));
      if (!summable.ok()) return summable;
    }
    absl::StatusOr<FigureSums> sums =
        FigureSums::Read(parts->second, code, level, AbsenceOf(known), read);
    if (!sums.ok()) return std::move(sums).status();
    sums_.emplace(code, *std::move(sums));
  }
  return absl::OkStatus();
}

bool FormulaEvaluation::IsOfLine(const FigurePlace& place) const {
  return std::all_of(place.begin(), place.end(), [&](const DimensionValue& own) {
    const KnownDimension* known = FindDimension(item_, own.dimension);
    return known == nullptr || known->organisations || known->values.count(own.value) > 0;
  });
}

std::set<FigurePlace> FormulaEvaluation::Places() const {
  const std::set<std::string> asked = CodesOf(source_.dimensions);
  std::set<FigurePlace> held;
  for (const auto& [code, sums] : sums_) {
    for (const FigurePlace& place : sums.Places()) {
      FigurePlace projected = ProjectedPlace(place, asked);
      // An item without a dimension of the line says nothing of its values.
      if (projected.size() == asked.size() && IsOfLine(projected)) {
        held.insert(std::move(projected));
      }
    }
  }
  return PlacesAsked(source_.dimensions, item_, std::move(held));
}

absl::StatusOr<InputFigures> FormulaEvaluation::InputOf(const std::string& code) const {
  const FigureSums& sums = sums_.at(code);
  const std::vector<ItemReference> references = ReferencesTo(*item_.formula, code);
  InputFigures input;
  input.code = code;
  input.parts = &source_.parts_of_item.at(code);
  for (const AskedDimension& asked : source_.dimensions) {
    if (sums.dimensions().count(asked.code) > 0) input.dimensions.insert(asked.code);
  }
  std::map<FigurePlace, std::set<FigurePlace>> below;
  for (const FigurePlace& place : places_) {
    const FigurePlace own = ProjectedPlace(place, input.dimensions);
    if (below.count(own) == 0) below[own] = SelectedPlaces(references, sums.dimensions(), own);
  }
  for (const FigurePlace& place : sums.Places()) {
    const auto own = below.find(ProjectedPlace(place, input.dimensions));
    if (own != below.end() && IsRead(references, place)) own->second.insert(place);
  }
  for (const auto& [own, own_places] : below) {
    for (const FigurePlace& place : own_places) {
      const FigureSum sum = sums.At(place);
      absl::StatusOr<AnswerFigure> figure = FigureAt(place, sum);
      if (!figure.ok()) return std::move(figure).status();
      input.at[own].push_back(input.figures.size());
      input.figures.push_back(*std::move(figure));
      input.parts_held.push_back(sum.parts_held);
    }
  }
  const auto known = inputs_.find(code);
  const DisclosureRule own_rule =
      known == inputs_.end() ? DisclosureRule() : known->second.disclosure;
  input.rule = StricterRule(own_rule, disclosure_);
  input.may_hold_totals =
      DimensionsWithTotals(LevelOf(source_.dimensions, references), KnownInput(code));
  const absl::Status disclosed = Disclose(input.rule, input.may_hold_totals, &input.figures);
  if (!disclosed.ok()) return disclosed;
  return input;
}

void FormulaEvaluation::CountParts(const FigurePlace& place, AnswerFigure* figure) const {
  std::map<PartKey, bool> held;
  for (const InputFigures& input : inputs_read_) {
    const auto at = input.at.find(ProjectedPlace(place, input.dimensions));
    for (uint32_t part = 0; part < input.parts->size(); ++part) {
      bool is_held = (*input.parts)[part].held != nullptr;
      if (at != input.at.end()) {
        for (const size_t i : at->second) is_held = is_held && input.parts_held[i].count(part) > 0;
      }
      const auto [known, is_new] = held.emplace((*input.parts)[part].key, is_held);
      if (!is_new) known->second = known->second && is_held;
    }
  }
  figure->parts = static_cast<uint32_t>(held.size());
  figure->parts_held = static_cast<uint32_t>(
      std::count_if(held.begin(), held.end(), [](const auto& part) { return part.second; }));
}

void FormulaEvaluation::TakeInputs(const FigurePlace& place, CellTable* table, AnswerFigure* figure,
                                   bool* is_null) const {
  for (const InputFigures& input : inputs_read_) {
    const auto at = input.at.find(ProjectedPlace(place, input.dimensions));
    if (at == input.at.end()) continue;
    for (const size_t i : at->second) {
      const AnswerFigure& own = input.figures[i];
      table->Add(input.code, own.dimensions, own.value);
      if (own.suppressed) {
        if (!figure->suppressed) figure->suppressed_by = own.suppressed_by;
        figure->suppressed = true;
      } else if (!own.value.has_value()) {
        figure->null_reason =
            *is_null ? std::min(figure->null_reason, own.null_reason) : own.null_reason;
        *is_null = true;
      }
    }
  }
}

absl::Status FormulaEvaluation::TakeOutcome(const Evaluation& evaluation,
                                            AnswerFigure* figure) const {
  if (evaluation.outcome == EvaluationOutcome::kNull) {
    figure->null_reason =
        figure->parts_held < figure->parts ? NullReason::kNotCollected : NullReason::kNotApplicable;
    return absl::OkStatus();
  }
  if (evaluation.outcome == EvaluationOutcome::kNumber) {
    const absl::StatusOr<Decimal> decimal = evaluation.number.ToDecimal();
    if (decimal.ok()) {
      figure->value = *decimal;
      return absl::OkStatus();
    }
    figure->ratio = RatioOf(evaluation.number);
    if (figure->ratio.has_value()) return absl::OkStatus();
  }
  const bool too_great = evaluation.outcome == EvaluationOutcome::kNumber ||
                         evaluation.outcome == EvaluationOutcome::kOverflow;
  std::string words = "is a condition, not a number";
  if (too_great) words = "comes to a figure that is too great";
  if (evaluation.outcome == EvaluationOutcome::kAmbiguous) {
    words = absl::StrCat("reads several figures of ", evaluation.ambiguous_item, ": write sum(",
                         evaluation.ambiguous_item, ")");
  }
  return Error(Reason::kDefinitionInvalid,
               absl::StrCat("the formula ", item_.formula->ToString(), " ", words))
      .Remedy("Have the owner of the derived item correct its formula.");
}

absl::StatusOr<AnswerFigure> FormulaEvaluation::FigureOf(const FigurePlace& place) const {
  AnswerFigure figure;
  figure.dimensions = place;
  figure.derivation = item_.formula->ToString();
  CountParts(place, &figure);
  CellTable table;
  bool is_null = false;
  TakeInputs(place, &table, &figure, &is_null);
  if (is_null) {
    figure.suppressed = false;
    figure.suppressed_by.clear();
  }
  if (is_null || figure.suppressed) return figure;
  const absl::Status taken = TakeOutcome(
      Evaluate(*item_.formula, table, place, EvaluationSetting{nullptr, &period_, nullptr}),
      &figure);
  if (!taken.ok()) return taken;
  return figure;
}

absl::Status FormulaEvaluation::Read(CellReader read) {
  const absl::Status status = ReadSums(read);
  if (!status.ok()) return status;
  places_ = Places();
  for (const std::string& code : item_.formula->Items()) {
    absl::StatusOr<InputFigures> input = InputOf(code);
    if (!input.ok()) return std::move(input).status();
    inputs_read_.push_back(*std::move(input));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<AnswerFigure>> FormulaEvaluation::Figures() const {
  std::vector<AnswerFigure> figures;
  for (const FigurePlace& place : places_) {
    absl::StatusOr<AnswerFigure> figure = FigureOf(place);
    if (!figure.ok()) return std::move(figure).status();
    figures.push_back(*std::move(figure));
  }
  if (item_.formula->Divides()) return figures;
  const absl::Status status =
      Disclose(disclosure_, DimensionsWithTotals(source_.dimensions, item_), &figures);
  if (!status.ok()) return status;
  return figures;
}

}  // namespace onereturn::ingestion
