// For tests: figures of an answer in the simplest way, a flat list of cells and loops over it. Its
// arithmetic and its reading of the rules share nothing with what is tested.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_TESTING_NAIVE_ANSWER_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_TESTING_NAIVE_ANSWER_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace onereturn::ingestion {

// A cell of dimensions d and e. In millionths.
struct FlatCell {
  std::string organisation, period, item, d, e;
  int64_t value = 0;
  int null_reason = 0;  // 0: it has a value.
};

struct FlatReturn {
  std::string organisation, period;
  bool held = false;
};

// A figure: of an item, or of an item of a formula.
struct NaiveSum {
  int null_reason = 0;
  int64_t value = 0;
  bool any_cell = false;
  std::vector<bool> parts_held;  // Of each return that is needed.
};

struct NaiveStore {
  std::vector<FlatCell> cells;
  std::vector<FlatReturn> needed;
  bool sparse = false;
  bool counts = true;

  // At the values d and e; empty: summed over.
  NaiveSum Sum(const std::string& item, const std::string& d, const std::string& e) const {
    NaiveSum sum;
    const auto take_null = [&](int reason) {
      sum.null_reason = sum.null_reason == 0 ? reason : std::min(sum.null_reason, reason);
    };
    for (const FlatReturn& one : needed) {
      bool any = false, null = false;
      for (const FlatCell& cell : cells) {
        if (!one.held || cell.organisation != one.organisation || cell.period != one.period ||
            cell.item != item || (!d.empty() && cell.d != d) || (!e.empty() && cell.e != e)) {
          continue;
        }
        any = true;
        if (cell.null_reason != 0) null = true, take_null(cell.null_reason);
        sum.value += cell.value;
      }
      const bool lacks = !one.held || (!any && !sparse);
      if (lacks) take_null(1);
      sum.any_cell = sum.any_cell || any;
      sum.parts_held.push_back(!lacks && !null);
    }
    if (!sum.any_cell && sparse && !counts) take_null(2);
    return sum;
  }
};

// To the nearest multiple of whole units, halves up.
inline int64_t NaiveRounded(int64_t value, int64_t units) {
  if (units <= 1) return value;
  const int64_t multiple = units * 1'000'000;
  int64_t best = value / multiple * multiple - 2 * multiple;
  for (int64_t candidate = best; candidate <= value + multiple; candidate += multiple) {
    if (std::abs(candidate - value) <= std::abs(best - value)) best = candidate;
  }
  return best;
}

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_TESTING_NAIVE_ANSWER_H_
