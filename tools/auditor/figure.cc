#include "tools/auditor/figure.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "absl/strings/str_cat.h"

namespace onereturn::auditor {
namespace {

using catalogue::v1::Organisation;
using catalogue::v1::Relationship;
using metrics::v1::Metric;
using Terms = google::protobuf::RepeatedPtrField<metrics::v1::Term>;

constexpr Wide kMillion = 1'000'000;

bool Selects(const metrics::v1::Term& term, const Cell& cell) {
  if (term.item() != cell.item) return false;
  for (const auto& wanted : term.where()) {
    const auto value = cell.dimensions.find(wanted.dimension());
    if (value == cell.dimensions.end() || value->second != wanted.value()) return false;
  }
  return true;
}

// True when any term selects the cell; its signed amounts are added where it holds a number.
bool AddTerms(const Terms& terms, const Cell& cell, Wide* sum) {
  bool selected = false;
  for (const metrics::v1::Term& term : terms) {
    if (!Selects(term, cell)) continue;
    selected = true;
    *sum += Wide{term.sign()} * cell.millionths.value_or(0);
  }
  return selected;
}

// The values at the pairing's dimensions; nullopt when the cell lacks one, or its item enters in no
// way, or there is no pairing.
std::optional<std::vector<std::string>> TupleOf(const Metric& metric, const Cell& cell) {
  if (!metric.has_pairing()) return std::nullopt;
  std::vector<std::string> tuple;
  for (const std::string& dimension : metric.pairing().dimensions()) {
    const auto value = cell.dimensions.find(dimension);
    if (value == cell.dimensions.end()) return std::nullopt;
    tuple.push_back(value->second);
  }
  return tuple;
}

// The cells at one tuple of the pairing's dimensions.
struct TupleSums {
  Sums sums;
  std::set<std::string> items_with_number;
  bool null_seen = false;
};

std::optional<std::string> ParentOn(const Organisation& child, catalogue::v1::RelationshipKind kind,
                                    const std::string& day) {
  const Relationship* best = nullptr;
  const auto order = [](const Relationship& tie) {
    return std::make_tuple(!tie.lead(), -static_cast<int64_t>(tie.share_millionths()),
                           tie.parent());
  };
  for (const Relationship& tie : child.relationships()) {
    const bool in_force = tie.from_date() <= day && (tie.to_date().empty() || day <= tie.to_date());
    if (tie.kind() != kind || !in_force) continue;
    if (best == nullptr || order(tie) < order(*best)) best = &tie;
  }
  if (best == nullptr) return std::nullopt;
  return best->parent();
}

// What is known by its returns alone counts as a provider.
catalogue::v1::OrganisationType TypeIn(const Organisation& organisation) {
  return organisation.type() == catalogue::v1::ORGANISATION_TYPE_UNKNOWN
             ? catalogue::v1::ORGANISATION_TYPE_PROVIDER
             : organisation.type();
}

// Organisations of a type whose parent of a kind is `parent`.
std::vector<std::string> ChildrenOf(const Organisations& organisations,
                                    catalogue::v1::OrganisationType type,
                                    catalogue::v1::RelationshipKind kind, const std::string& parent,
                                    const std::string& day) {
  std::vector<std::string> children;
  for (const auto& [code, organisation] : organisations) {
    if (TypeIn(organisation) == type && ParentOn(organisation, kind, day) == parent) {
      children.push_back(code);
    }
  }
  return children;
}

bool IsCount(const Metric& metric) { return metric.denominator().empty(); }

metrics::v1::ValueState StateOf(const Metric& metric, const Sums& sums) {
  if (sums.numbers == 0) {
    return sums.nulls > 0 ? metrics::v1::VALUE_STATE_NOT_COLLECTED
                          : metrics::v1::VALUE_STATE_NOT_APPLICABLE;
  }
  const bool nothing_to_divide_by = !IsCount(metric) && sums.denominator == 0;
  return nothing_to_divide_by ? metrics::v1::VALUE_STATE_NOT_APPLICABLE
                              : metrics::v1::VALUE_STATE_VALUE;
}

bool Additive(const FigureBasis& basis) {
  for (const Terms* terms : {&basis.metric.numerator(), &basis.metric.denominator()}) {
    for (const auto& term : *terms) {
      const auto item = basis.additive.find(term.item());
      if (item != basis.additive.end() && !item->second) return false;
    }
  }
  return true;
}

}  // namespace

std::string DecimalText(Wide millionths) {
  const bool negative = millionths < 0;
  const auto magnitude =
      negative ? -static_cast<UnsignedWide>(millionths) : static_cast<UnsignedWide>(millionths);
  std::string digits;
  for (UnsignedWide rest = magnitude; rest != 0; rest /= 10) {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
  }
  constexpr size_t kPlaces = 6;
  if (digits.size() <= kPlaces) digits.insert(0, kPlaces + 1 - digits.size(), '0');
  std::string text = digits.substr(0, digits.size() - kPlaces);
  std::string fraction = digits.substr(digits.size() - kPlaces);
  fraction.erase(fraction.find_last_not_of('0') + 1);
  if (!fraction.empty()) absl::StrAppend(&text, ".", fraction);
  return negative ? "-" + text : text;
}

void Sums::Add(const Sums& other) {
  numerator += other.numerator;
  denominator += other.denominator;
  numbers += other.numbers;
  nulls += other.nulls;
}

Sums SumOf(const Metric& metric, const std::vector<Cell>& cells) {
  const std::set<std::string> paired(metric.pairing().items().begin(),
                                     metric.pairing().items().end());
  std::map<std::vector<std::string>, TupleSums> tuples;
  Sums total;
  for (const Cell& cell : cells) {
    const auto tuple = TupleOf(metric, cell);
    TupleSums* at = tuple.has_value() ? &tuples[*tuple] : nullptr;
    Sums& sums = at == nullptr ? total : at->sums;
    if (at != nullptr && paired.count(cell.item) > 0) {
      if (cell.millionths.has_value()) at->items_with_number.insert(cell.item);
      at->null_seen = at->null_seen || !cell.millionths.has_value();
    }
    const bool above = AddTerms(metric.numerator(), cell, &sums.numerator);
    const bool below = AddTerms(metric.denominator(), cell, &sums.denominator);
    if (!above && !below) continue;
    if (cell.millionths.has_value()) {
      ++sums.numbers;
    } else {
      ++total.nulls;  // Whether or not its tuple enters.
    }
  }
  for (const auto& [tuple, at] : tuples) {
    if (!at.null_seen && at.items_with_number == paired) total.Add(at.sums);
  }
  return total;
}

std::optional<std::vector<std::string>> ProvidersOf(const Organisations& organisations,
                                                    const Organisation& of,
                                                    const std::string& day) {
  using catalogue::v1::ORGANISATION_TYPE_PROVIDER;
  std::vector<std::string> providers;
  switch (TypeIn(of)) {
    case ORGANISATION_TYPE_PROVIDER:
      return std::vector<std::string>{of.code()};
    case catalogue::v1::ORGANISATION_TYPE_ICB:
      providers = ChildrenOf(organisations, ORGANISATION_TYPE_PROVIDER,
                             catalogue::v1::RELATIONSHIP_KIND_PROVIDER_TO_ICB, of.code(), day);
      break;
    case catalogue::v1::ORGANISATION_TYPE_REGION:
      providers = ChildrenOf(organisations, ORGANISATION_TYPE_PROVIDER,
                             catalogue::v1::RELATIONSHIP_KIND_PROVIDER_TO_REGION, of.code(), day);
      break;
    case catalogue::v1::ORGANISATION_TYPE_NATIONAL_BODY:
      providers = ChildrenOf(organisations, ORGANISATION_TYPE_PROVIDER,
                             catalogue::v1::RELATIONSHIP_KIND_PROVIDER_TO_NATION, of.code(), day);
      for (const std::string& region :
           ChildrenOf(organisations, catalogue::v1::ORGANISATION_TYPE_REGION,
                      catalogue::v1::RELATIONSHIP_KIND_REGION_TO_NATION, of.code(), day)) {
        const auto added =
            ChildrenOf(organisations, ORGANISATION_TYPE_PROVIDER,
                       catalogue::v1::RELATIONSHIP_KIND_PROVIDER_TO_REGION, region, day);
        for (const std::string& provider : added) {
          if (std::find(providers.begin(), providers.end(), provider) == providers.end()) {
            providers.push_back(provider);
          }
        }
      }
      break;
    default:
      break;
  }
  if (providers.empty()) return std::nullopt;
  return providers;
}

std::optional<Figure> Compute(const FigureBasis& basis, const std::string& organisation) {
  const auto found = basis.organisations.find(organisation);
  if (found == basis.organisations.end()) return std::nullopt;
  Figure figure;
  figure.state = metrics::v1::VALUE_STATE_NOT_APPLICABLE;
  figure.numerator = "0";
  figure.denominator = IsCount(basis.metric) ? "1" : "0";
  const auto providers = ProvidersOf(basis.organisations, found->second, basis.period.last);
  const bool rolls_up = TypeIn(found->second) != catalogue::v1::ORGANISATION_TYPE_PROVIDER;
  if (!providers.has_value() || (rolls_up && !Additive(basis))) return figure;
  Sums sums;
  for (const std::string& provider : *providers) {
    const auto held = basis.by_provider.find(provider);
    if (held == basis.by_provider.end()) continue;
    ++figure.providers;
    sums.Add(held->second);
  }
  const Wide denominator = IsCount(basis.metric) ? kMillion : sums.denominator;
  figure.state =
      figure.providers == 0 ? metrics::v1::VALUE_STATE_MISSING : StateOf(basis.metric, sums);
  figure.numerator = DecimalText(sums.numerator);
  if (!IsCount(basis.metric)) figure.denominator = DecimalText(denominator);
  if (figure.state == metrics::v1::VALUE_STATE_VALUE) {
    figure.value =
        static_cast<double>(static_cast<long double>(sums.numerator) /
                            static_cast<long double>(denominator) * basis.metric.factor());
  }
  return figure;
}

std::optional<std::string> Difference(const Figure& figure,
                                      const metrics::v1::MetricValue& served) {
  if (served.state() != figure.state) {
    return absl::StrCat("state ", metrics::v1::ValueState_Name(served.state()));
  }
  // No sums are stated where there is no hierarchy to sum over.
  if (figure.state == metrics::v1::VALUE_STATE_NOT_APPLICABLE && figure.providers == 0) {
    return std::nullopt;
  }
  if (served.numerator() != figure.numerator) {
    return absl::StrCat("numerator ", served.numerator());
  }
  if (served.denominator() != figure.denominator) {
    return absl::StrCat("denominator ", served.denominator());
  }
  // The exact sums are the figure; the double beside them is one division, good to its last bits.
  constexpr double kTolerance = 1e-14;
  const double slack = kTolerance * std::max(1.0, std::abs(figure.value));
  if (std::abs(served.value() - figure.value) <= slack) return std::nullopt;
  return absl::StrCat("value ", served.value());
}

}  // namespace onereturn::auditor
