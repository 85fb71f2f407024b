// Periods as files and other systems write them.
#ifndef ONERETURN_COMMON_PERIOD_PERIOD_FORMATS_H_
#define ONERETURN_COMMON_PERIOD_PERIOD_FORMATS_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/period/period.h"

namespace onereturn {

// Reads a period as NHS files, DHIS2, ADX and spreadsheets write it. Letter case, surrounding and
// repeated blanks and kinds of dash do not matter. Canonical text is tried first and always wins.
//
//   month           April-2025, Apr-25, April 2025, MSitAE-APRIL-2025 (any one word may stand
//   before
//                   the month), 202504, 2025-04-01/P1M
//   quarter         2025Q2 (calendar), 25/26 Q1, Q1 2025/26, 2024-25-Q2 (financial),
//                   2025-04-01/P3M from the first day of a quarter
//   week            2025W14, 2025W4, 2025-03-31/P7D or /P1W from a Monday
//   day             20250430, 30 April 2025, 30-Apr-2025, 30/04/2025 (day first), 2025-04-30/P1D
//   calendar year   2025, 2025-01-01/P1Y
//   financial year  2025/26, 25/26, 2025/2026, 2025-26, FY 2025/26, 2025April, 2025-04-01/P1Y
//   year to date    Month 7 2025/26, M7 2025/26, 2025/26 M07, Month 7 2025 (of the financial year
//                   that begins in 2025)
//   plan            2025/26 plan
//   rolling months  Apr 25 - Mar 26, 2025-04-01/P12M, and every interval of whole months not above
//   comparison      two of these with "vs" between them
//
// Two-digit years are 1970 to 2069. "2011-12" is December 2011, as in canonical text; write 2011/12
// for the year. Refused because they may mean two things: "Q2 2025", "2025 April", "FY25".
// INVALID_ARGUMENT says what is wrong and gives examples.
absl::StatusOr<Period> ParseWrittenPeriod(absl::string_view text);

// The day on which reporting years begin: SDMX's REPORTING_YEAR_START_DAY.
enum class ReportingYearStart {
  kJanuary,  // --01-01, also when the attribute is missing.
  kApril,    // --04-01
};

// "" and "--01-01" are January, "--04-01" is April; others are INVALID_ARGUMENT.
absl::StatusOr<ReportingYearStart> ParseReportingYearStart(absl::string_view attribute);

// Reads an SDMX TIME_PERIOD. The same text means different periods by `start`: 2025-Q1 is January
// to March 2025 for kJanuary, April to June 2025 for kApril. Reporting years (2025-A1), quarters
// (2025-Q1) and months (2025-M01) count from `start`; Gregorian years (2025), months (2025-04) and
// days (2025-04-30) do not. Weeks (2025-W14) are read for kJanuary only, where they are ISO weeks.
absl::StatusOr<Period> ParseSdmxPeriod(absl::string_view text, ReportingYearStart start);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_PERIOD_PERIOD_FORMATS_H_
