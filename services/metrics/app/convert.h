// Between the messages of the v1 API and the domain's values.
#ifndef ONERETURN_SERVICES_METRICS_APP_CONVERT_H_
#define ONERETURN_SERVICES_METRICS_APP_CONVERT_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "onereturn/catalogue/v1/catalogue.pb.h"
#include "onereturn/metrics/v1/metric.pb.h"
#include "onereturn/metrics/v1/metrics_service.pb.h"
#include "onereturn/metrics/v1/value.pb.h"
#include "services/metrics/domain/league.h"
#include "services/metrics/domain/metric_definition.h"
#include "services/metrics/domain/trend.h"
#include "services/metrics/domain/value.h"

namespace onereturn::metrics {

// A definition that is to be accepted. DEFINITION_INVALID with every fault found, as
// ValidateDefinition.
absl::StatusOr<MetricDefinition> DefinitionFromWire(const v1::Metric& metric);
// A definition that was accepted, under whatever rules were in force then. DEFINITION_INVALID only
// when nothing can be computed from it.
absl::StatusOr<MetricDefinition> AcceptedDefinitionFromWire(const v1::Metric& metric);
// With its name, and the etag of its sequence.
v1::Metric ToWire(const DefinitionRecord& record);

v1::MetricValue ToWire(const MetricDefinition& definition, const MetricValue& value);
v1::ValueState ToWire(ValueState state);
v1::TraceLeaf ToWire(const MetricDefinition& definition, const Period& period,
                     const LeafRecord& leaf);
v1::VariationIcon ToWire(const std::optional<VariationIcon>& icon);
v1::AssuranceIcon ToWire(const std::optional<AssuranceIcon>& icon);
void FillTrend(const MetricDefinition& definition, const Trend& trend,
               v1::GetTrendResponse* response);

// ENUM_VALUE when it is not given or not known.
absl::StatusOr<OrganisationType> FromWire(catalogue::v1::OrganisationType type);

// A period as a request writes it: PERIOD, naming the field, when it cannot be read.
absl::StatusOr<Period> PeriodFromWire(absl::string_view field, const std::string& text);
// The day by whose hierarchy a request wants values restated; nullopt: it does not. FIELD_INVALID
// when it cannot be read.
absl::StatusOr<std::optional<CivilDay>> HierarchyDayFromWire(const std::string& text);

}  // namespace onereturn::metrics

#endif  // ONERETURN_SERVICES_METRICS_APP_CONVERT_H_
