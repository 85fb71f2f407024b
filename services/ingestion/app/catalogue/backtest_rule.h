// Trying a rule on returns that are held: read-only.
#ifndef ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_BACKTEST_RULE_H_
#define ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_BACKTEST_RULE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/storage/reader.h"
#include "onereturn/catalogue/v1/catalogue.pb.h"
#include "services/ingestion/domain/finding.h"
#include "services/ingestion/store/return_table.h"

namespace onereturn::ingestion {

struct BacktestWish {
  std::string collection;
  catalogue::v1::Rule rule;
  std::optional<Period> from;  // Inclusive, both; absent: as far as is held.
  std::optional<Period> to;
  size_t most_examples = 20;
  size_t most_returns = 50'000;  // The newest periods' are taken.
};

struct BacktestCounts {
  uint32_t returns = 0;
  uint32_t found = 0;  // Of those, with which the rule finds fault.
};

struct BacktestExampleFound {
  ReturnKey key;
  uint32_t revision = 0;
  Finding finding;
};

struct BacktestResult {
  uint32_t examined = 0;
  uint32_t found = 0;
  uint32_t not_fitting = 0;  // The rule could not be read for their period.
  std::map<std::string, BacktestCounts> organisations;
  std::vector<BacktestExampleFound> examples;  // The newest periods first.
  bool incomplete = false;                     // Older returns were left out.
};

// Judges the newest revision of each return by this rule alone, with the definitions of its period
// and what its organisation returned before. `progress` hears how many of how many are done, from
// time to time; an error from it ends the test. Of a screen, whose findings are for the
// organisation and those above it alone, the totals are answered and no organisation.
// DEFINITION_INVALID for a rule that cannot be read with the newest definitions, DEFINITION_UNKNOWN
// for a collection that is not defined, RANGE for a last period before the first.
absl::StatusOr<BacktestResult> BacktestRule(
    const Reader& reader, const BacktestWish& wish,
    const std::function<absl::Status(uint32_t examined, uint32_t total)>& progress);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_BACKTEST_RULE_H_
