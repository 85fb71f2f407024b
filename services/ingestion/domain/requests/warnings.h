// What to see before a request goes out: docs/collect-once.md, "What is warned of". Pure.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_WARNINGS_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_WARNINGS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "common/period/civil_day.h"
#include "common/period/period.h"

namespace onereturn::ingestion {

inline constexpr size_t kMostWeeksWarnedOf = 10;
inline constexpr size_t kMostRequestsNamed = 5;
// An expiry that lies so many days ahead, or more, is far off.
inline constexpr int kFarOffDays = 182;

// A week of an organisation in which the request makes something due; in minutes.
struct DueWeek {
  std::string organisation;
  Period week;
  uint64_t before = 0;  // Without the request.
  uint64_t added = 0;
  friend bool operator==(const DueWeek&, const DueWeek&) = default;
};

// A request of the same body that was issued and has not ended.
struct EndableRequest {
  std::string name;
  uint64_t frees = 0;               // Minutes that would be owed no more.
  std::vector<std::string> unused;  // Items that the body has not read since its issue.
  CivilDay issued;
  CivilDay expiry;
  friend bool operator==(const EndableRequest&, const EndableRequest&) = default;
};

// What a request would come on top of. Of what is 0 there is no bound.
struct BurdenBefore {
  std::vector<DueWeek> weeks;
  uint64_t clash_minutes_a_week = 0;
  uint64_t capacity_minutes_a_week = 0;
  uint64_t budget_minutes = 0;
  uint64_t budget_used_minutes = 0;
  uint64_t asked_minutes = 0;  // By the request, of all organisations.
  std::vector<EndableRequest> others;
  CivilDay today;
};

struct WeekWarning {
  DueWeek week;
  bool beyond_capacity = false;  // Else it is a clash.
  uint64_t allowed = 0;
};

struct Warnings {
  // Of weeks to which the request adds something, the fullest first; then by code and week.
  std::vector<WeekWarning> weeks;
  uint32_t weeks_left_out = 0;
  bool beyond_budget = false;
  // Where it asks for anything: those that have unused items or whose expiry is far off, and that
  // free something, the most first; then by name.
  std::vector<EndableRequest> could_end;
  uint32_t requests_left_out = 0;
};

Warnings WarningsOf(BurdenBefore burden);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_WARNINGS_H_
