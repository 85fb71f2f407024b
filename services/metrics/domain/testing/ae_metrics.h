// The A&E metrics of the monthly collection, as tests use them: items and dimensions of the
// published file.
#ifndef ONERETURN_SERVICES_METRICS_DOMAIN_TESTING_AE_METRICS_H_
#define ONERETURN_SERVICES_METRICS_DOMAIN_TESTING_AE_METRICS_H_

#include <string>
#include <vector>

#include "services/metrics/domain/metric_definition.h"

namespace onereturn::metrics {

inline constexpr char kAeCollection[] = "MSitAE";

// 100 x (attendances - over four hours) / attendances, paired over department and booked.
inline MetricDefinition FourHour(const std::string& code, std::vector<DimensionValue> where = {}) {
  MetricDefinition definition;
  definition.code = code;
  definition.version = 1;
  definition.display_name = "Four-hour";
  definition.unit = "%";
  definition.direction = Direction::kHigherIsBetter;
  definition.collection = kAeCollection;
  definition.numerator = {Term{"attendances", 1, where}, Term{"over4h", -1, where}};
  definition.denominator = {Term{"attendances", 1, where}};
  definition.pairing = Pairing{{"department", "booked"}, {"attendances", "over4h"}};
  definition.factor = 100;
  definition.target = Decimal::FromWhole(95);
  definition.eligibility = {Term{"attendances", 1, {{"department", "type1"}}}};
  definition.eligibility_text = "no type 1 attendances";
  definition.display_digits = 1;
  return definition;
}

inline MetricDefinition Count(const std::string& code, const std::vector<std::string>& items) {
  MetricDefinition definition;
  definition.code = code;
  definition.version = 1;
  definition.display_name = "Count";
  definition.direction = Direction::kLowerIsBetter;
  definition.collection = kAeCollection;
  for (const std::string& item : items) definition.numerator.push_back(Term{item, 1, {}});
  return definition;
}

}  // namespace onereturn::metrics

#endif  // ONERETURN_SERVICES_METRICS_DOMAIN_TESTING_AE_METRICS_H_
