// The naive answer to a question about a metric, computed straight from the two logs by walking all
// of them: no leaf, no cursor, no key. What the projection answers must equal it.
#ifndef ONERETURN_TESTS_PROPERTY_ORACLE_H_
#define ONERETURN_TESTS_PROPERTY_ORACLE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/cells/cell.h"
#include "common/period/period.h"
#include "services/metrics/domain/catalogue.h"
#include "services/metrics/domain/metric_definition.h"

namespace onereturn::metrics {

// A return as the oracle sees it: with its cells.
struct PlainReturn {
  std::string organisation;
  std::string collection;
  Period period;
  uint32_t revision = 0;
  std::vector<Cell> cells;
};

struct LogEntry {
  uint64_t epoch = 0;
  int64_t time_micros = 0;
  std::variant<std::monostate, Organisation, Item, Collection, PlainReturn, MetricDefinition>
      content;
};

// Entry i of a log has the sequence i + 1.
using Log = std::vector<LogEntry>;

// How much of each log is looked at.
struct Extent {
  uint64_t ingestion = 0;
  uint64_t metrics = 0;
};

struct Question {
  std::string metric;
  uint32_t version = 0;      // 0: the newest.
  std::string organisation;  // Empty: the league table.
  Period period;
};

// Everything a caller can see of the answer, as text.
std::string OracleAnswer(const Log& ingestion, const Log& metrics, const Extent& extent,
                         const Question& question);

}  // namespace onereturn::metrics

#endif  // ONERETURN_TESTS_PROPERTY_ORACLE_H_
