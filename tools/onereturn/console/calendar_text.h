// What an organisation owes in the weeks ahead: to collections by their windows, and to requests.
#ifndef ONERETURN_TOOLS_ONERETURN_CONSOLE_CALENDAR_TEXT_H_
#define ONERETURN_TOOLS_ONERETURN_CONSOLE_CALENDAR_TEXT_H_

#include <cstddef>
#include <string>
#include <vector>

#include "common/period/civil_day.h"
#include "onereturn/requests/v1/obligations_service.pb.h"
#include "onereturn/timetable/v1/timetable_service.pb.h"

namespace onereturn::client {

// "LATE", "on time"; what needs somebody's hand stands in capitals.
std::string StandingText(timetable::v1::Standing standing);

// Does it begin this week, or before? Then what was due before its weeks and is still to come
// stands in it.
bool HasWhatIsLate(const timetable::v1::GetForwardCalendarResponse& calendar,
                   const CivilDay& today);

// Of these obligations those of the organisation itself that are due by the end of the calendar's
// weeks, in order of due moment; where the weeks begin later than this one, also from their
// beginning on. One that is awaited is left out where its return stands there already, as the
// calendar's or as an earlier request's: it asks for nothing more.
std::vector<requests::v1::Obligation> OwedToRequests(
    const requests::v1::ListObligationsResponse& obligations, const std::string& organisation,
    const timetable::v1::GetForwardCalendarResponse& calendar, const CivilDay& today);

// What is due, in order, and what it comes to by week, each return once. Whole lines; empty where
// nothing is owed.
std::string CalendarText(const timetable::v1::GetForwardCalendarResponse& calendar,
                         const std::vector<requests::v1::Obligation>& owed, const CivilDay& today,
                         size_t width);

// The calendar as the API gives it, and `obligations` beside it: its weeks count the collections'
// returns alone.
std::string CalendarJson(const timetable::v1::GetForwardCalendarResponse& calendar,
                         const std::vector<requests::v1::Obligation>& owed);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_CONSOLE_CALENDAR_TEXT_H_
