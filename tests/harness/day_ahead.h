// Days for services that run by the machine's clock.
#ifndef ONERETURN_TESTS_HARNESS_DAY_AHEAD_H_
#define ONERETURN_TESTS_HARNESS_DAY_AHEAD_H_

#include <string>

namespace onereturn {

// The day in London so many days after today's, as YYYY-MM-DD; before it where `days` is below 0.
std::string DayAhead(int days);

}  // namespace onereturn

#endif  // ONERETURN_TESTS_HARNESS_DAY_AHEAD_H_
