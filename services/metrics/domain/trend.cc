#include "services/metrics/domain/trend.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn::metrics {
namespace {

ImprovementDirection ImprovementOf(Direction direction) {
  switch (direction) {
    case Direction::kHigherIsBetter:
      return ImprovementDirection::kIncrease;
    case Direction::kLowerIsBetter:
      return ImprovementDirection::kDecrease;
    case Direction::kNeutral:
      break;
  }
  return ImprovementDirection::kNeutral;
}

// Every period from `from` to `to`, by stepping, so that holes are seen.
absl::StatusOr<std::vector<Period>> Steps(const Period& from, const Period& to) {
  if (from.kind() != to.kind() || to < from) {
    return Error(Reason::kPeriod, absl::StrCat("a trend runs over periods of one kind, the first "
                                               "before the last: not from ",
                                               from.ToString(), " to ", to.ToString()));
  }
  std::vector<Period> periods;
  for (std::optional<Period> period = from; period.has_value() && *period <= to;
       period = period->Next()) {
    if (periods.size() == kMaxTrendPeriods) {
      return Error(Reason::kPeriod, absl::StrCat("the trend has more than ", kMaxTrendPeriods,
                                                 " periods: ask for a shorter range"));
    }
    periods.push_back(*period);
  }
  return periods;
}

// The range's ends; where one is open, the first or last period with a leaf at the position.
// nullopt: none is held.
absl::StatusOr<std::optional<std::pair<Period, Period>>> EndsOf(MetricReader* reader,
                                                                const MetricDefinition& definition,
                                                                absl::string_view organisation,
                                                                const TrendRange& range) {
  std::optional<Period> from = range.from;
  std::optional<Period> to = range.to;
  if (!from.has_value() || !to.has_value()) {
    ASSIGN_OR_RETURN(const std::vector<Period> periods,
                     reader->reader().Periods({definition.code, definition.version}));
    ASSIGN_OR_RETURN(std::optional<PeriodKind> kind, reader->KindOf(definition));
    if (from.has_value()) kind = from->kind();
    if (to.has_value()) kind = to->kind();
    std::optional<Period> first;
    std::optional<Period> last;
    for (const Period& period : periods) {
      // One chart has periods of one kind: that of the end given, else that of the collection.
      if (!kind.has_value()) kind = period.kind();
      if (period.kind() != *kind) continue;
      ASSIGN_OR_RETURN(const std::vector<LeafRecord> leaves,
                       reader->LeavesBelow(definition, organisation, period));
      if (leaves.empty()) continue;
      if (!first.has_value()) first = period;
      last = period;
    }
    if (!from.has_value()) from = first;
    if (!to.has_value()) to = last;
  }
  // An open end may lie on the wrong side of a given one: then nothing is held in the range.
  const bool open = !range.from.has_value() || !range.to.has_value();
  if (!from.has_value() || !to.has_value() || (open && *to < *from)) return std::nullopt;
  return std::make_pair(*from, *to);
}

}  // namespace

absl::StatusOr<Trend> ChartOf(const MetricDefinition& definition, std::vector<MetricValue> values,
                              bool screen) {
  std::vector<XmrPoint> points;
  points.reserve(values.size());
  for (const MetricValue& value : values) {
    points.push_back(XmrPoint{value.period.ToString(), value.Number()});
  }
  XmrOptions options;
  options.direction = ImprovementOf(definition.direction);
  options.screen_moving_ranges = screen;
  if (definition.target.has_value()) {
    options.target = Ratio(definition.target->wide(), Decimal::kMillion).Value();
  }
  Trend trend;
  ASSIGN_OR_RETURN(trend.chart, ComputeXmr(points, options));
  trend.values = std::move(values);
  return trend;
}

absl::StatusOr<Trend> ComputeTrend(MetricReader* reader, const MetricDefinition& definition,
                                   absl::string_view organisation, const TrendRange& range,
                                   bool screen) {
  RETURN_IF_ERROR(reader->FindOrganisation(organisation).status());
  if (range.from.has_value()) {
    RETURN_IF_ERROR(reader->CheckKind(definition, "from_period", *range.from));
  }
  if (range.to.has_value()) {
    RETURN_IF_ERROR(reader->CheckKind(definition, "to_period", *range.to));
  }
  ASSIGN_OR_RETURN(const auto ends, EndsOf(reader, definition, organisation, range));
  if (!ends.has_value()) return ChartOf(definition, {}, screen);
  ASSIGN_OR_RETURN(const std::vector<Period> periods, Steps(ends->first, ends->second));
  std::vector<MetricValue> values;
  std::vector<MissingPeriod> missing;
  for (const Period& period : periods) {
    ASSIGN_OR_RETURN(MetricValue value, reader->Value(definition, organisation, period));
    if (value.state == ValueState::kValue) {
      values.push_back(std::move(value));
    } else {
      missing.push_back(MissingPeriod{period, value.state});
    }
  }
  ASSIGN_OR_RETURN(Trend trend, ChartOf(definition, std::move(values), screen));
  trend.missing = std::move(missing);
  return trend;
}

absl::StatusOr<std::map<std::string, Trend>> ComputeProviderTrends(
    MetricReader* reader, const MetricDefinition& definition, const Period& to,
    absl::Span<const std::string> providers) {
  const DefinitionId id{definition.code, definition.version};
  ASSIGN_OR_RETURN(const std::vector<Period> periods, reader->reader().Periods(id));
  std::map<std::string, std::vector<MetricValue>> values;
  for (const std::string& provider : providers) values[provider];
  for (const Period& period : periods) {
    if (period.kind() != to.kind() || to < period) continue;
    ASSIGN_OR_RETURN(
        const std::vector<LeafRecord> leaves,
        reader->reader().LeavesOfPeriod(id, period, reader->position().ingestion.sequence));
    for (const LeafRecord& leaf : leaves) {
      const auto found = values.find(leaf.organisation);
      if (found == values.end()) continue;
      ASSIGN_OR_RETURN(const Organisation* organisation, reader->FindOrganisation(found->first));
      ProvidersBelow itself;
      itself.in_force = true;
      itself.providers = {found->first};
      MetricValue value = RollUp(definition, *organisation, itself, period,
                                 absl::MakeConstSpan(&leaf, 1), {}, /*additive=*/true);
      if (value.state == ValueState::kValue) found->second.push_back(std::move(value));
    }
  }
  std::map<std::string, Trend> trends;
  for (auto& [provider, of_provider] : values) {
    ASSIGN_OR_RETURN(trends[provider], ChartOf(definition, std::move(of_provider), false));
  }
  return trends;
}

}  // namespace onereturn::metrics
