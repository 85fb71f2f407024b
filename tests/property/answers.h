// Facts as the projection takes them, and answers as text, to be compared with the oracle's.
#ifndef ONERETURN_TESTS_PROPERTY_ANSWERS_H_
#define ONERETURN_TESTS_PROPERTY_ANSWERS_H_

#include <cstdint>
#include <string>

#include "services/metrics/domain/facts.h"
#include "services/metrics/domain/league.h"
#include "services/metrics/domain/value.h"
#include "tests/property/oracle.h"

namespace onereturn::metrics {

Fact ToFact(const LogEntry& entry, uint64_t sequence);
// In the words of OracleAnswer.
std::string Describe(const MetricValue& value);
std::string Describe(const League& league);

}  // namespace onereturn::metrics

#endif  // ONERETURN_TESTS_PROPERTY_ANSWERS_H_
