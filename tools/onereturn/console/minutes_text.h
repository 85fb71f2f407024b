// What a return cost its organisation, as people write and read it.
#ifndef ONERETURN_TOOLS_ONERETURN_CONSOLE_MINUTES_TEXT_H_
#define ONERETURN_TOOLS_ONERETURN_CONSOLE_MINUTES_TEXT_H_

#include <string>

#include "absl/status/statusor.h"
#include "onereturn/timetable/v1/timetable.pb.h"

namespace onereturn::client {

// Reads "gathering=30,quality-assurance=5": each lens at most once, whole minutes. A usage error
// names the part that is wrong.
absl::StatusOr<timetable::v1::EstimatedMinutes> MinutesNamed(const std::string& text);

// "35 minutes declared: gathering 30, quality-assurance 5"; "0 minutes declared".
std::string MinutesText(const timetable::v1::EstimatedMinutes& minutes);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_CONSOLE_MINUTES_TEXT_H_
