// The facts that metrics computes from, as plain values: those of ingestion's feed, and its own.
#ifndef ONERETURN_SERVICES_METRICS_DOMAIN_FACTS_H_
#define ONERETURN_SERVICES_METRICS_DOMAIN_FACTS_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "services/metrics/domain/catalogue.h"
#include "services/metrics/domain/metric_definition.h"

namespace onereturn::metrics {

// A revision of one organisation's return, with all its cells.
struct AcceptedReturn {
  std::string organisation;
  std::string collection;
  Period period;
  uint32_t revision = 0;
  std::vector<std::string> chunks;  // Packed cells: see common/cells/cell_chunk.h.
};

// A kind of fact that no metric value depends on. It still takes its place in the sequence.
struct UnusedFact {};

using FactContent =
    std::variant<UnusedFact, Organisation, Item, Collection, AcceptedReturn, MetricDefinition>;

// One entry of a feed. Sequences are dense: 1, 2, ...
struct Fact {
  uint64_t epoch = 0;
  uint64_t sequence = 0;
  int64_t time_micros = 0;  // Never before that of an earlier fact.
  FactContent content;
};

}  // namespace onereturn::metrics

#endif  // ONERETURN_SERVICES_METRICS_DOMAIN_FACTS_H_
