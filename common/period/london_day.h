// The civil day in England at an instant.
#ifndef ONERETURN_COMMON_PERIOD_LONDON_DAY_H_
#define ONERETURN_COMMON_PERIOD_LONDON_DAY_H_

#include <string>

#include "common/clock/clock.h"
#include "common/period/civil_day.h"

namespace onereturn {

// The day of Europe/London: one hour ahead of UTC from 01:00 UTC on the last Sunday of March to
// 01:00 UTC on the last Sunday of October (the Summer Time Order 2002), which holds for 1996 and
// later. An instant outside the years of CivilDay gives the nearest day inside.
CivilDay LondonDay(Timestamp instant);

// What clocks in London show then, to the second: "2024-05-01 09:30:12 BST", in winter "GMT".
std::string LondonClock(Timestamp instant);

// The instant at which clocks in London show `seconds` (0 to 86,399) after midnight of the day. Of
// an hour that comes twice, the first; in an hour that is left out, as if it had not been.
Timestamp LondonTime(const CivilDay& day, int seconds);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_PERIOD_LONDON_DAY_H_
