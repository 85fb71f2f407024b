// What to see before a data request goes out, for people.
#ifndef ONERETURN_TOOLS_ONERETURN_CONSOLE_APPRAISAL_TEXT_H_
#define ONERETURN_TOOLS_ONERETURN_CONSOLE_APPRAISAL_TEXT_H_

#include <string>

#include "onereturn/requests/v1/appraisal.pb.h"

namespace onereturn::client {

// The warnings, one a line below a heading, and how many more there are; "" where there are none.
// Whole lines, such as
//   the week of 13 April 2026 already holds 31 h for R0A; this adds 4 h: more than 15 h are a clash
//   X24 has used 112 h of its 120 h since 1 April 2026; this asks 14 h: end 003-00 (19 h, beds not
//   read since 2 May 2026) first
std::string WarningsText(const requests::v1::Appraisal& appraisal);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_CONSOLE_APPRAISAL_TEXT_H_
