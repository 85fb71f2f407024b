#include "tests/harness/day_ahead.h"

#include "common/clock/clock.h"
#include "common/period/london_day.h"

namespace onereturn {

std::string DayAhead(int days) { return LondonDay(SystemClock().Now()).PlusDays(days)->ToString(); }

}  // namespace onereturn
