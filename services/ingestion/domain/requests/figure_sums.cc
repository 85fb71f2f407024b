#include "services/ingestion/domain/requests/figure_sums.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"

namespace onereturn::ingestion {
namespace {

void TakeNull(NullReason reason, std::optional<NullReason>* least) {
  if (!least->has_value() || reason < **least) *least = reason;
}

const AskedDimension* FindAsked(const std::vector<AskedDimension>& level, const std::string& code) {
  const auto found = std::find_if(level.begin(), level.end(),
                                  [&](const AskedDimension& asked) { return asked.code == code; });
  return found == level.end() ? nullptr : &*found;
}

// nullopt where the cell has a value that is not asked for.
std::optional<FigurePlace> PlaceOf(const Cell& cell, const std::vector<AskedDimension>& level) {
  FigurePlace place;
  for (const DimensionValue& own : cell.dimensions) {
    const AskedDimension* asked = FindAsked(level, own.dimension);
    if (asked == nullptr) continue;
    const auto& values = asked->values;
    if (!values.empty() && std::find(values.begin(), values.end(), own.value) == values.end()) {
      return std::nullopt;
    }
    place.push_back(own);
  }
  return place;
}

}  // namespace

bool IsSparse(const KnownItem& item) {
  return std::any_of(item.dimensions.begin(), item.dimensions.end(),
                     [](const KnownDimension& one) { return one.sparse || one.organisations; });
}

const KnownDimension* FindDimension(const KnownItem& item, const std::string& code) {
  const auto found =
      std::find_if(item.dimensions.begin(), item.dimensions.end(),
                   [&](const KnownDimension& dimension) { return dimension.code == code; });
  return found == item.dimensions.end() ? nullptr : &*found;
}

FigurePlace ProjectedPlace(const FigurePlace& place, const std::set<std::string>& codes) {
  FigurePlace projected;
  for (const DimensionValue& value : place) {
    if (codes.count(value.dimension) > 0) projected.push_back(value);
  }
  return projected;
}

std::set<FigurePlace> AllPlaces(const std::vector<AskedDimension>& dimensions) {
  std::set<FigurePlace> places = {{}};
  for (const AskedDimension& dimension : dimensions) {
    std::set<FigurePlace> longer;
    for (const FigurePlace& place : places) {
      for (const std::string& value : dimension.values) {
        FigurePlace next = place;
        next.push_back({dimension.code, value});
        std::sort(next.begin(), next.end());
        longer.insert(std::move(next));
      }
    }
    places = std::move(longer);
  }
  return places;
}

absl::StatusOr<FigureSums> FigureSums::Read(const FigureParts& parts, const std::string& item,
                                            const std::vector<AskedDimension>& level,
                                            Absence absence, CellReader read) {
  FigureSums sums(parts.size(), absence);
  for (uint32_t part = 0; part < parts.size(); ++part) {
    if (parts[part].held == nullptr) continue;
    sums.is_held_[part] = true;
    absl::StatusOr<std::vector<Cell>> cells = read(parts[part], item);
    if (!cells.ok()) return std::move(cells).status();
    sums.Take(part, *cells, level);
  }
  if (sums.sums_.empty()) {
    for (const AskedDimension& dimension : level) sums.dimensions_.insert(dimension.code);
  }
  return sums;
}

void FigureSums::Take(uint32_t part, const std::vector<Cell>& cells,
                      const std::vector<AskedDimension>& level) {
  for (const Cell& cell : cells) {
    const std::optional<FigurePlace> place = PlaceOf(cell, level);
    if (!place.has_value()) continue;
    for (const DimensionValue& own : *place) dimensions_.insert(own.dimension);
    OfPart& sum = sums_[*place][part];
    if (!cell.value.has_value()) {
      TakeNull(cell.null_reason, &sum.null_reason);
    } else {
      // Terms are of 64 bits: it would take 2^63 of them to leave 128.
      sum.millionths += cell.value->wide();
    }
  }
}

std::set<FigurePlace> FigureSums::Places() const {
  std::set<FigurePlace> places;
  for (const auto& [place, sum] : sums_) places.insert(place);
  return places;
}

FigureSum FigureSums::At(const FigurePlace& place) const {
  static const std::map<uint32_t, OfPart> kNothing;
  const auto found = sums_.find(place);
  const std::map<uint32_t, OfPart>& of_parts = found == sums_.end() ? kNothing : found->second;
  FigureSum figure;
  for (uint32_t part = 0; part < is_held_.size(); ++part) {
    const auto own = of_parts.find(part);
    if (own != of_parts.end() && !own->second.null_reason.has_value()) {
      figure.millionths += own->second.millionths;
      figure.parts_held.insert(part);
    } else if (own != of_parts.end()) {
      TakeNull(*own->second.null_reason, &figure.null_reason);
    } else if (!is_held_[part] || absence_ == Absence::kMissing) {
      TakeNull(NullReason::kNotCollected, &figure.null_reason);
    } else {
      figure.parts_held.insert(part);
    }
  }
  if (of_parts.empty() && absence_ == Absence::kNotApplicable) {
    TakeNull(NullReason::kNotApplicable, &figure.null_reason);
  }
  return figure;
}

std::set<FigurePlace> PlacesAsked(const std::vector<AskedDimension>& asked, const KnownItem& item,
                                  std::set<FigurePlace> held) {
  bool by_name = true;
  std::vector<AskedDimension> values = asked;
  for (AskedDimension& dimension : values) {
    if (!dimension.values.empty()) continue;
    by_name = false;
    const KnownDimension* known = FindDimension(item, dimension.code);
    if (known != nullptr) dimension.values.assign(known->values.begin(), known->values.end());
  }
  if (by_name || !IsSparse(item)) held.merge(AllPlaces(values));
  return held;
}

std::set<std::string> DimensionsWithTotals(const std::vector<AskedDimension>& level,
                                           const KnownItem& item) {
  std::set<std::string> codes;
  for (const AskedDimension& asked : level) {
    const KnownDimension* known = FindDimension(item, asked.code);
    if (known == nullptr || !known->adds_up) codes.insert(asked.code);
  }
  return codes;
}

FigureSums::Absence AbsenceOf(const KnownItem& item) {
  if (!IsSparse(item)) return FigureSums::Absence::kMissing;
  return item.additive_over_organisations ? FigureSums::Absence::kNone
                                          : FigureSums::Absence::kNotApplicable;
}

absl::Status CheckSummable(const KnownItem& item, const FigureParts& parts,
                           const std::vector<AskedDimension>& level) {
  std::set<Period> periods;
  std::set<std::string> organisations;
  for (const FigureSource::Part& part : parts) {
    periods.insert(part.key.period);
    organisations.insert(part.key.organisation);
  }
  if (periods.size() > 1 && !item.additive_over_time) {
    return Error(Reason::kInternal, "an item that is not additive over time was to be summed");
  }
  if (organisations.size() > 1 && !item.additive_over_organisations) {
    return Error(Reason::kInternal,
                 "an item that is not additive over organisations was to be summed");
  }
  for (const KnownDimension& dimension : item.dimensions) {
    if (!dimension.adds_up && FindAsked(level, dimension.code) == nullptr) {
      return Error(Reason::kInternal, absl::StrCat("an item was to be summed over ", dimension.code,
                                                   ", whose values do not add up"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Decimal> FigureOfSum(Int128 millionths) {
  absl::StatusOr<Decimal> value = Decimal::FromWideMillionths(millionths);
  if (value.ok()) return value;
  return Error(Reason::kDefinitionInvalid, absl::StrCat("a sum of ", MillionthsToString(millionths),
                                                        " is too great to be a figure"))
      .Remedy("Ask for shorter periods or lower organisations.");
}

}  // namespace onereturn::ingestion
