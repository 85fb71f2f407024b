// What returns cost organisations, for people. Everything is counted in whole minutes, by lens.
#ifndef ONERETURN_TOOLS_ONERETURN_CONSOLE_HOURS_TEXT_H_
#define ONERETURN_TOOLS_ONERETURN_CONSOLE_HOURS_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "onereturn/timetable/v1/timetable.pb.h"

namespace onereturn::client {

// Of all six lenses together.
uint64_t AllMinutes(const timetable::v1::EstimatedMinutes& minutes);

// For tables: "2:05"; "" for none.
std::string HoursText(uint64_t minutes);

// For sentences: "93 h", "1 h 5 min", "45 min"; "0 h" for none.
std::string HoursWords(uint64_t minutes);

// For tables: "2,790.05" of pence; "" for none.
std::string PoundsText(uint64_t pence);

// For sentences: " (about £2,790)" of pence, in whole pounds, halves up; "" for none.
std::string AboutPounds(uint64_t pence);

// "14 May 2026" for "2026-05-14"; a text that is no day comes back as it is.
std::string DayText(absl::string_view day);

// "26 October 2026 to 8 November 2026": the days of the whole weeks, Monday to Sunday, in which the
// days from the first to the last lie; texts that are no days come back as they are.
std::string WholeWeeksText(absl::string_view from, absl::string_view to);

// A table with a row for each name and a column for each lens, in minutes, and their sum. As wide
// as `width`; 0: as it needs.
using MinutesByName = std::vector<std::pair<std::string, timetable::v1::EstimatedMinutes>>;
std::string LensTable(const MinutesByName& rows, size_t width);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_CONSOLE_HOURS_TEXT_H_
