#include "services/metrics/app/convert.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/commit/journal.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn::metrics {
namespace {

std::vector<Term> TermsFromWire(const google::protobuf::RepeatedPtrField<v1::Term>& terms) {
  std::vector<Term> converted;
  for (const v1::Term& term : terms) {
    Term own{term.item(), term.sign(), {}};
    for (const auto& where : term.where()) own.where.push_back({where.dimension(), where.value()});
    converted.push_back(std::move(own));
  }
  return converted;
}

void TermsToWire(const std::vector<Term>& terms,
                 google::protobuf::RepeatedPtrField<v1::Term>* wire) {
  for (const Term& term : terms) {
    v1::Term* added = wire->Add();
    added->set_item(term.item);
    added->set_sign(term.sign);
    for (const DimensionValue& pair : term.where) {
      auto* where = added->add_where();
      where->set_dimension(pair.dimension);
      where->set_value(pair.value);
    }
  }
}

// What a leaf or a value shows as its two sums.
std::string DenominatorText(const MetricDefinition& definition, Int128 denominator) {
  return definition.IsCount() ? "1" : MillionthsToString(denominator);
}

}  // namespace

namespace {

absl::StatusOr<MetricDefinition> ConvertDefinition(const v1::Metric& metric) {
  MetricDefinition definition;
  definition.code = metric.code();
  definition.version = metric.version();
  definition.display_name = metric.display_name();
  definition.description = metric.description();
  definition.unit = metric.unit();
  definition.direction = static_cast<Direction>(metric.direction());
  definition.collection = metric.collection();
  definition.numerator = TermsFromWire(metric.numerator());
  definition.denominator = TermsFromWire(metric.denominator());
  if (metric.has_pairing()) {
    definition.pairing =
        Pairing{{metric.pairing().dimensions().begin(), metric.pairing().dimensions().end()},
                {metric.pairing().items().begin(), metric.pairing().items().end()}};
  }
  definition.factor = metric.factor();
  if (!metric.target().empty()) {
    absl::StatusOr<Decimal> target = Decimal::Parse(metric.target());
    if (!target.ok()) {
      return Error(Reason::kDefinitionInvalid, "the metric's target cannot be read")
          .Field("target", target.status().message());
    }
    definition.target = *target;
  }
  definition.eligibility = TermsFromWire(metric.eligibility());
  definition.eligibility_text = metric.eligibility_text();
  definition.display_digits = metric.display_digits();
  return definition;
}

}  // namespace

absl::StatusOr<MetricDefinition> DefinitionFromWire(const v1::Metric& metric) {
  ASSIGN_OR_RETURN(MetricDefinition definition, ConvertDefinition(metric));
  RETURN_IF_ERROR(ValidateDefinition(definition));
  return definition;
}

absl::StatusOr<MetricDefinition> AcceptedDefinitionFromWire(const v1::Metric& metric) {
  ASSIGN_OR_RETURN(MetricDefinition definition, ConvertDefinition(metric));
  if (definition.direction < Direction::kHigherIsBetter ||
      definition.direction > Direction::kNeutral) {
    return Error(Reason::kDefinitionInvalid, "the metric's direction is not known");
  }
  if (definition.pairing.has_value() && definition.pairing->items.size() > kMaxPairingItems) {
    return Error(Reason::kDefinitionInvalid, "the metric pairs more items than can be computed");
  }
  return definition;
}

v1::Metric ToWire(const DefinitionRecord& record) {
  const MetricDefinition& definition = record.definition;
  v1::Metric metric;
  metric.set_name(absl::StrCat("metrics/", definition.code));
  metric.set_code(definition.code);
  metric.set_version(definition.version);
  metric.set_display_name(definition.display_name);
  metric.set_description(definition.description);
  metric.set_unit(definition.unit);
  metric.set_direction(static_cast<v1::Direction>(definition.direction));
  metric.set_collection(definition.collection);
  TermsToWire(definition.numerator, metric.mutable_numerator());
  TermsToWire(definition.denominator, metric.mutable_denominator());
  if (definition.pairing.has_value()) {
    for (const std::string& code : definition.pairing->dimensions) {
      metric.mutable_pairing()->add_dimensions(code);
    }
    for (const std::string& code : definition.pairing->items) {
      metric.mutable_pairing()->add_items(code);
    }
  }
  metric.set_factor(definition.factor);
  if (definition.target.has_value()) metric.set_target(definition.target->ToString());
  TermsToWire(definition.eligibility, metric.mutable_eligibility());
  metric.set_eligibility_text(definition.eligibility_text);
  metric.set_display_digits(definition.display_digits);
  metric.set_etag(EtagOf(record.sequence));
  return metric;
}

v1::ValueState ToWire(ValueState state) {
  switch (state) {
    case ValueState::kValue:
      return v1::VALUE_STATE_VALUE;
    case ValueState::kNotApplicable:
      return v1::VALUE_STATE_NOT_APPLICABLE;
    case ValueState::kNotCollected:
      return v1::VALUE_STATE_NOT_COLLECTED;
    case ValueState::kMissing:
      return v1::VALUE_STATE_MISSING;
  }
  return v1::VALUE_STATE_UNSPECIFIED;
}

v1::MetricValue ToWire(const MetricDefinition& definition, const MetricValue& value) {
  v1::MetricValue wire;
  const std::string period = value.period.ToString();
  wire.set_name(
      absl::StrCat("metrics/", definition.code, "/values/", value.organisation, ".", period));
  wire.set_metric(definition.code);
  wire.set_metric_version(definition.version);
  wire.set_organisation(value.organisation);
  wire.set_organisation_display_name(value.organisation_display_name);
  wire.set_period(period);
  wire.set_state(ToWire(value.state));
  wire.set_numerator(MillionthsToString(value.ratio.numerator_millionths()));
  wire.set_denominator(DenominatorText(definition, value.ratio.denominator_millionths()));
  wire.set_factor(definition.factor);
  wire.set_value(value.Number());
  wire.set_display(DisplayValue(definition, value));
  v1::Coverage* coverage = wire.mutable_coverage();
  coverage->set_included(value.coverage.included);
  coverage->set_expected(value.coverage.expected);
  for (const std::string& code : value.coverage.missing) coverage->add_missing(code);
  for (const std::string& code : value.coverage.not_collected) coverage->add_not_collected(code);
  for (const std::string& code : value.coverage.no_icb_recorded)
    coverage->add_no_icb_recorded(code);
  if (value.restated_on.has_value()) wire.set_hierarchy_date(value.restated_on->ToString());
  return wire;
}

v1::TraceLeaf ToWire(const MetricDefinition& definition, const Period& period,
                     const LeafRecord& leaf) {
  v1::TraceLeaf wire;
  wire.set_organisation(leaf.organisation);
  wire.set_numerator(MillionthsToString(leaf.leaf.numerator));
  wire.set_denominator(DenominatorText(definition, leaf.leaf.denominator));
  wire.set_revision(absl::StrCat("organisations/", leaf.organisation, "/returns/",
                                 definition.collection, ".", period.ToString(), "/revisions/",
                                 leaf.leaf.revision));
  wire.set_sequence(leaf.sequence);
  wire.set_state(ToWire(StateOf(definition, leaf.leaf)));
  return wire;
}

v1::VariationIcon ToWire(const std::optional<VariationIcon>& icon) {
  if (!icon.has_value()) return v1::VARIATION_ICON_UNSPECIFIED;
  switch (*icon) {
    case VariationIcon::kCommonCause:
      return v1::VARIATION_ICON_COMMON_CAUSE;
    case VariationIcon::kImprovementHigh:
      return v1::VARIATION_ICON_IMPROVEMENT_HIGH;
    case VariationIcon::kImprovementLow:
      return v1::VARIATION_ICON_IMPROVEMENT_LOW;
    case VariationIcon::kConcernHigh:
      return v1::VARIATION_ICON_CONCERN_HIGH;
    case VariationIcon::kConcernLow:
      return v1::VARIATION_ICON_CONCERN_LOW;
    case VariationIcon::kNeutralHigh:
      return v1::VARIATION_ICON_NEUTRAL_HIGH;
    case VariationIcon::kNeutralLow:
      return v1::VARIATION_ICON_NEUTRAL_LOW;
  }
  return v1::VARIATION_ICON_UNSPECIFIED;
}

v1::AssuranceIcon ToWire(const std::optional<AssuranceIcon>& icon) {
  if (!icon.has_value()) return v1::ASSURANCE_ICON_UNSPECIFIED;
  switch (*icon) {
    case AssuranceIcon::kConsistentlyPasses:
      return v1::ASSURANCE_ICON_CONSISTENTLY_PASSES;
    case AssuranceIcon::kConsistentlyFails:
      return v1::ASSURANCE_ICON_CONSISTENTLY_FAILS;
    case AssuranceIcon::kHitOrMiss:
      return v1::ASSURANCE_ICON_HIT_OR_MISS;
  }
  return v1::ASSURANCE_ICON_UNSPECIFIED;
}

void FillTrend(const MetricDefinition& definition, const Trend& trend,
               v1::GetTrendResponse* response) {
  for (size_t i = 0; i < trend.values.size(); ++i) {
    const MetricValue& value = trend.values[i];
    const XmrPointResult& result = trend.chart.points[i];
    const XmrSegment& segment = trend.chart.segments[result.segment];
    v1::TrendPoint* point = response->add_points();
    point->set_period(value.period.ToString());
    point->set_value(value.Number());
    point->set_display(DisplayValue(definition, value));
    point->set_mean(segment.mean);
    if (segment.limits.has_value()) {
      point->set_lower_limit(segment.limits->lower);
      point->set_upper_limit(segment.limits->upper);
    }
    point->set_special_cause(SpecialCauseLabel(result.special_cause, XmrParameters()));
    point->set_signal(result.type == XmrPointType::kImprovement ? 1
                      : result.type == XmrPointType::kConcern   ? -1
                                                                : 0);
    *point->mutable_coverage() = ToWire(definition, value).coverage();
  }
  for (const MissingPeriod& missing : trend.missing) {
    v1::MissingPeriod* wire = response->add_missing();
    wire->set_period(missing.period.ToString());
    wire->set_state(ToWire(missing.state));
  }
  if (!trend.chart.segments.empty()) {
    response->set_trial_limits(trend.chart.segments.back().trial_limits);
  }
  response->set_variation(ToWire(trend.chart.variation));
  response->set_assurance(ToWire(trend.chart.assurance));
}

absl::StatusOr<OrganisationType> FromWire(catalogue::v1::OrganisationType type) {
  const int number = static_cast<int>(type);
  if (number < 1 || number > static_cast<int>(kOrganisationTypeCount)) {
    return Error(Reason::kEnumValue, "the type of organisation is not given")
        .Field("type", "say which type, such as ORGANISATION_TYPE_ICB");
  }
  return static_cast<OrganisationType>(number);
}

absl::StatusOr<Period> PeriodFromWire(absl::string_view field, const std::string& text) {
  absl::StatusOr<Period> period = Period::Parse(text);
  if (!period.ok()) {
    return Error(Reason::kPeriod,
                 absl::StrCat("\"", field, "\" cannot be read: ", period.status().message()))
        .Field(field, period.status().message());
  }
  return period;
}

absl::StatusOr<std::optional<CivilDay>> HierarchyDayFromWire(const std::string& text) {
  if (text.empty()) return std::optional<CivilDay>();
  const absl::StatusOr<CivilDay> day = CivilDay::Parse(text);
  if (!day.ok()) {
    return Error(Reason::kFieldInvalid, "the day of the hierarchy cannot be read")
        .Field("hierarchy_date", "write a day such as 2024-03-31");
  }
  return std::optional<CivilDay>(*day);
}

}  // namespace onereturn::metrics
