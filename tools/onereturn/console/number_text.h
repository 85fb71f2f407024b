// Numbers as people read them.
#ifndef ONERETURN_TOOLS_ONERETURN_CONSOLE_NUMBER_TEXT_H_
#define ONERETURN_TOOLS_ONERETURN_CONSOLE_NUMBER_TEXT_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace onereturn::client {

// Commas between the thousands of the first run of digits: "2370221 patients" becomes
// "2,370,221 patients", "-1234.5" becomes "-1,234.5". A text without such a run, or with commas
// already, comes back as it is.
std::string WithThousands(absl::string_view number);
std::string WithThousands(uint64_t number);

// `value` with exactly `digits` (0 to 6) digits after the point, rounded half away from zero on its
// shortest decimal text, with thousands: 74.35 with 1 digit is "74.4". "" for what is not finite.
std::string FixedNumber(double value, int digits);

// Millionths as a plain decimal with thousands: 5536000000 is "5,536".
std::string MillionthsText(int64_t millionths);

// "412 ms", "3.2 s", "2 min 05 s". Negative counts as zero.
std::string DurationText(int64_t micros);

// "512 B", "64.0 KiB", "1.5 MiB".
std::string BytesText(uint64_t bytes);

// "1 return", "2 returns": the number, then the noun, with an s where it is not one.
std::string Count(uint64_t number, absl::string_view noun);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_CONSOLE_NUMBER_TEXT_H_
