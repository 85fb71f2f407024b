// Is a value of metrics still what it was?
#ifndef ONERETURN_SERVICES_ASSESSMENT_APP_SAME_VALUE_H_
#define ONERETURN_SERVICES_ASSESSMENT_APP_SAME_VALUE_H_

#include "onereturn/metrics/v1/value.pb.h"

namespace onereturn::assessment {

// In what a rating rests on; names and words may have changed.
inline bool SameValue(const metrics::v1::MetricValue& left, const metrics::v1::MetricValue& right) {
  return left.state() == right.state() && left.numerator() == right.numerator() &&
         left.denominator() == right.denominator() && left.factor() == right.factor();
}

}  // namespace onereturn::assessment

#endif  // ONERETURN_SERVICES_ASSESSMENT_APP_SAME_VALUE_H_
