#include "common/period/period_formats.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "common/period/period.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

// Longer text is no period; the bound keeps the work on hostile input small.
constexpr size_t kMaxLength = 100;

constexpr std::array<const char*, 12> kMonthWords = {
    "JANUARY", "FEBRUARY", "MARCH",     "APRIL",   "MAY",      "JUNE",
    "JULY",    "AUGUST",   "SEPTEMBER", "OCTOBER", "NOVEMBER", "DECEMBER"};

absl::Status Wrong(absl::string_view what) { return absl::InvalidArgumentError(what); }

absl::Status Fault(absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("not a period: ", what,
                   "; write for example April-2025, 2025/26 Q1, 2025/26, 202504 or 2025-04"));
}

absl::StatusOr<Period> OrFault(absl::StatusOr<Period> period) {
  if (period.ok()) return period;
  return Fault(period.status().message());
}

// 1 to 12 for a month's full name, its first three letters, or SEPT; 0 otherwise.
int MonthOfWord(absl::string_view word) {
  for (size_t i = 0; i < kMonthWords.size(); ++i) {
    const absl::string_view name = kMonthWords[i];
    if (word == name || word == name.substr(0, 3) || (word == "SEPT" && name == "SEPTEMBER")) {
      return static_cast<int>(i) + 1;
    }
  }
  return 0;
}

// The text in upper case, plain hyphens for typographic dashes, plain blanks, trimmed.
std::string Normalized(absl::string_view text) {
  std::string result = absl::StrReplaceAll(text, {{"\xE2\x80\x90", "-"},
                                                  {"\xE2\x80\x91", "-"},
                                                  {"\xE2\x80\x92", "-"},
                                                  {"\xE2\x80\x93", "-"},
                                                  {"\xE2\x80\x94", "-"},
                                                  {"\xC2\xA0", " "}});
  absl::RemoveExtraAsciiWhitespace(&result);
  absl::AsciiStrToUpper(&result);
  return result;
}

// A text cut into words, numbers and the signs - and /, with a shape that tells its form: one
// character a token, so that a form is recognised by comparing strings. A number is the digit of
// its length; a month's name is m; the words Q, W, M (or MONTH), P (PLAN), V (VS) and F (FY) are
// themselves; another word is w; the signs are themselves.
struct Written {
  std::string shape;
  std::vector<int> numbers;        // In order of appearance.
  std::vector<int> months;         // In order of appearance.
  bool glued_after_first = false;  // Nothing stands between the first and second token.
  bool full_month_name = false;    // The last month is written in full.
};

char ShapeOfWord(absl::string_view word, Written& written) {
  const int month = MonthOfWord(word);
  if (month != 0) {
    written.months.push_back(month);
    written.full_month_name = word == kMonthWords[static_cast<size_t>(month - 1)];
    return 'm';
  }
  if (word == "Q" || word == "W" || word == "M") return word[0];
  if (word == "MONTH") return 'M';
  if (word == "PLAN") return 'P';
  if (word == "VS") return 'V';
  if (word == "FY") return 'F';
  return 'w';
}

// nullopt where a character or a number fits no period.
std::optional<Written> Cut(absl::string_view text) {
  Written written;
  size_t position = 0;
  while (position < text.size()) {
    if (text[position] == ' ') {
      ++position;
      continue;
    }
    if (written.shape.size() == 1) {
      written.glued_after_first = position > 0 && text[position - 1] != ' ';
    }
    if (text[position] == '-' || text[position] == '/') {
      written.shape.push_back(text[position++]);
      continue;
    }
    const bool digits = absl::ascii_isdigit(static_cast<unsigned char>(text[position]));
    size_t end = position;
    while (end < text.size()) {
      const unsigned char next = static_cast<unsigned char>(text[end]);
      if (digits ? !absl::ascii_isdigit(next) : !absl::ascii_isalpha(next)) break;
      ++end;
    }
    const size_t length = end - position;
    if (length == 0 || (digits && length > 8)) return std::nullopt;
    const absl::string_view token = text.substr(position, length);
    if (digits) {
      int number = 0;
      for (const char digit : token) number = number * 10 + (digit - '0');
      written.numbers.push_back(number);
      written.shape.push_back(static_cast<char>('0' + length));
    } else {
      written.shape.push_back(ShapeOfWord(token, written));
    }
    position = end;
  }
  return written;
}

int FullYear(int number) {
  if (number >= 100) return number;
  return number >= 70 ? 1900 + number : 2000 + number;
}

// The shapes of a financial year written as two years, the longest first.
constexpr std::array<const char*, 5> kYearPairShapes = {"4/4", "4-4", "4/2", "4-2", "2/2"};

// The first year of two that must follow each other: 2025/26, 25/26, 2025/2026.
absl::StatusOr<int> YearOfPair(int first, int second) {
  const int year = FullYear(first);
  const int following = second >= 100 ? year + 1 : (year + 1) % 100;
  if (second == following) return year;
  return Wrong(absl::StrCat("a financial year is written as two years that follow each other, and ",
                            second, " does not follow ", first));
}

// Years written as a pair, and what may stand before or after the pair.
absl::StatusOr<Period> FromYearPair(const Written& written, absl::string_view before,
                                    absl::string_view after) {
  const std::vector<int>& numbers = written.numbers;
  const bool number_first = before == "Q1" || before == "M1" || before == "M2";
  const size_t pair_at = number_first ? 1 : 0;
  ASSIGN_OR_RETURN(const int year, YearOfPair(numbers[pair_at], numbers[pair_at + 1]));
  absl::ConsumePrefix(&after, "-");
  if (before.empty() || before == "F") {
    if (after.empty()) return Period::FinancialYear(year);
    if (after == "P") return Period::Plan(year);
    if (after == "Q1") return Period::FinancialQuarter(year, numbers[2]);
    if (after == "M1" || after == "M2") return Period::YearToDate(year, numbers[2]);
  } else if (number_first && after.empty()) {
    if (before == "Q1") return Period::FinancialQuarter(year, numbers[0]);
    return Period::YearToDate(year, numbers[0]);
  }
  return Wrong("what stands beside the financial year is not known");
}

// "Apr 25 - Mar 26": the months from one to another.
absl::StatusOr<Period> FromMonthRange(const Written& written) {
  const int first_year = FullYear(written.numbers[0]);
  const int last_year = FullYear(written.numbers[1]);
  const int months = (last_year - first_year) * 12 + written.months[1] - written.months[0] + 1;
  if (months < 1) return Wrong("the span ends before it begins");
  return Period::RollingMonths(first_year, written.months[0], months);
}

absl::StatusOr<Period> FromYearAndMonthName(const Written& written) {
  if (written.glued_after_first && written.full_month_name) {
    if (written.months[0] == kApril) return Period::FinancialYear(written.numbers[0]);
    return Wrong("financial years begin in April only");
  }
  return Wrong(
      "a month after its year may mean the month or a year that begins in it; write the month "
      "first, or 2025/26 for the year");
}

absl::StatusOr<Period> FromShape(const Written& written) {
  const std::string& shape = written.shape;
  const std::vector<int>& numbers = written.numbers;
  const std::vector<int>& months = written.months;
  if (shape == "m-4" || shape == "m4" || shape == "m-2" || shape == "m2") {
    return Period::Month(FullYear(numbers[0]), months[0]);
  }
  if (shape == "6") return Period::Month(numbers[0] / 100, numbers[0] % 100);
  if (shape == "4Q1") return Period::Quarter(numbers[0], numbers[1]);
  if (shape == "4W1" || shape == "4W2") return Period::Week(numbers[0], numbers[1]);
  if (shape == "4m") return FromYearAndMonthName(written);
  if (shape == "4") return Period::CalendarYear(numbers[0]);
  if (shape == "8") {
    return Period::Day(CivilDay{numbers[0] / 10'000, numbers[0] / 100 % 100, numbers[0] % 100});
  }
  if (shape == "1m4" || shape == "2m4" || shape == "1-m-4" || shape == "2-m-4") {
    return Period::Day(CivilDay{numbers[1], months[0], numbers[0]});
  }
  if (shape == "2/2/4") return Period::Day(CivilDay{numbers[2], numbers[1], numbers[0]});
  if (shape == "M14" || shape == "M24") return Period::YearToDate(numbers[1], numbers[0]);
  if (shape == "m2-m2" || shape == "m4-m4") return FromMonthRange(written);
  if (shape == "Q14" || shape == "Q1-4") {
    return Wrong(
        "the quarter may be of the calendar or of the financial year; write 2025-Q2 or "
        "2025/26 Q1");
  }
  if (shape == "F2" || shape == "F4") {
    return Wrong("the year after FY may be its first or its last; write 2025/26");
  }
  for (const absl::string_view pair : kYearPairShapes) {
    const size_t at = shape.find(std::string(pair));
    if (at == std::string::npos) continue;
    const absl::string_view whole = shape;
    return FromYearPair(written, whole.substr(0, at), whole.substr(at + pair.size()));
  }
  return Wrong("it is not written in a form that is known");
}

// An interval "2025-04-01/P1M": a first day and a length.
absl::StatusOr<Period> ParseInterval(absl::string_view day_text, absl::string_view length_text) {
  const absl::StatusOr<CivilDay> day = CivilDay::Parse(day_text);
  if (!day.ok()) return Fault(day.status().message());
  const std::optional<Written> length = Cut(length_text);
  // One number and one letter, with nothing between them.
  const bool known = length.has_value() && length->shape.size() == 2 &&
                     length->numbers.size() == 1 && length->shape[0] <= '3' &&
                     length_text.size() == 1 + static_cast<size_t>(length->shape[0] - '0') &&
                     length->numbers[0] > 0 && length->numbers[0] <= Period::kMaxRollingMonths;
  const char unit = length_text.empty() ? ' ' : length_text.back();
  if (!known || (unit != 'D' && unit != 'W' && unit != 'M' && unit != 'Y')) {
    return Fault("after the day a length such as P1M, P3M, P1Y, P7D or P1D is expected");
  }
  const int count = length->numbers[0];
  if (unit == 'D' && count == 1) return OrFault(Period::Day(*day));
  if ((unit == 'D' && count == 7) || (unit == 'W' && count == 1)) {
    const std::optional<Period> week = Period::Containing(PeriodKind::kWeek, *day);
    if (week.has_value() && week->start() == *day) return *week;
    return Fault("a week begins on a Monday, and this day is none");
  }
  if (unit == 'D' || unit == 'W') return Fault("of days, only one day or one week is a period");
  if (day->day != 1) return Fault("months and years are counted from the first day of a month");
  if (unit == 'Y' && count == 1 && day->month == kApril) {
    return OrFault(Period::FinancialYear(day->year));
  }
  if (unit == 'Y' && count == 1 && day->month == 1) {
    return OrFault(Period::CalendarYear(day->year));
  }
  const int months = unit == 'Y' ? count * 12 : count;
  if (months == 1) return OrFault(Period::Month(day->year, day->month));
  if (months == 3 && day->month % 3 == 1) {
    return OrFault(Period::Quarter(day->year, day->month / 3 + 1));
  }
  return OrFault(Period::RollingMonths(day->year, day->month, months));
}

absl::StatusOr<Period> ParseOne(absl::string_view text) {
  const absl::StatusOr<Period> canonical = Period::Parse(text);
  if (canonical.ok()) return canonical;
  const size_t interval = text.find("/P");
  if (interval == 10) {
    return ParseInterval(text.substr(0, interval), text.substr(interval + 2));
  }
  std::optional<Written> written = Cut(text);
  if (!written.has_value()) return Fault("a character or number in it belongs to no period");
  // Text that sets out to be canonical is answered with the fault of the canonical form.
  for (const absl::string_view canonical_start : {"4-2-2", "4-Q", "4-W", "F4-", "w4"}) {
    if (absl::StartsWith(written->shape, canonical_start)) return canonical;
  }
  // The name of a return before its month: MSitAE-APRIL-2025.
  if (absl::StartsWith(written->shape, "w-m")) written->shape.erase(0, 2);
  return OrFault(FromShape(*written));
}

}  // namespace

absl::StatusOr<Period> ParseWrittenPeriod(absl::string_view text) {
  if (text.size() > kMaxLength) return Fault("the text is too long");
  const std::string normalized = Normalized(text);
  if (normalized.empty()) return Fault("the text is empty");
  for (const absl::string_view versus : {"_VS_", " VS "}) {
    const size_t at = normalized.find(std::string(versus));
    if (at == std::string::npos) continue;
    const absl::string_view whole = normalized;
    ASSIGN_OR_RETURN(const Period subject, ParseOne(whole.substr(0, at)));
    ASSIGN_OR_RETURN(const Period baseline, ParseOne(whole.substr(at + versus.size())));
    return OrFault(Period::Comparison(subject, baseline));
  }
  return ParseOne(normalized);
}

absl::StatusOr<ReportingYearStart> ParseReportingYearStart(absl::string_view attribute) {
  if (attribute.empty() || attribute == "--01-01") return ReportingYearStart::kJanuary;
  if (attribute == "--04-01") return ReportingYearStart::kApril;
  return absl::InvalidArgumentError(
      "REPORTING_YEAR_START_DAY is known as --01-01 (calendar years) and --04-01 (financial years) "
      "only");
}

absl::StatusOr<Period> ParseSdmxPeriod(absl::string_view text, ReportingYearStart start) {
  const bool april = start == ReportingYearStart::kApril;
  const auto number = [](absl::string_view digits, size_t count) {
    int value = digits.size() == count ? 0 : -1;
    for (const char digit : digits) {
      if (value < 0 || !absl::ascii_isdigit(static_cast<unsigned char>(digit))) return -1;
      value = value * 10 + (digit - '0');
    }
    return value;
  };
  const int year = number(text.substr(0, 4), 4);
  if (year < 0) return Fault("a year of four digits is expected first");
  if (text.size() == 4) return OrFault(Period::CalendarYear(year));
  const absl::string_view rest = text.substr(4);
  if (rest == "-A1") {
    return OrFault(april ? Period::FinancialYear(year) : Period::CalendarYear(year));
  }
  if (absl::StartsWith(rest, "-Q")) {
    const int quarter = number(rest.substr(2), 1);
    if (quarter < 0) return Fault("after Q one digit from 1 to 4 is expected");
    return OrFault(april ? Period::FinancialQuarter(year, quarter)
                         : Period::Quarter(year, quarter));
  }
  if (absl::StartsWith(rest, "-M")) {
    const int month = number(rest.substr(2), 2);
    if (month < 1 || month > 12) return Fault("after M two digits from 01 to 12 are expected");
    const int months_from_january = april ? month - 1 + kApril - 1 : month - 1;
    return OrFault(Period::Month(year + months_from_january / 12, months_from_january % 12 + 1));
  }
  if (absl::StartsWith(rest, "-W") && april) {
    return Fault("weeks of a reporting year that begins in April are not read; send ISO weeks");
  }
  const absl::StatusOr<Period> canonical = Period::Parse(text);
  if (!canonical.ok()) return canonical;
  if (canonical->kind() == PeriodKind::kMonth || canonical->kind() == PeriodKind::kDay ||
      canonical->kind() == PeriodKind::kWeek) {
    return canonical;
  }
  return Fault("this form is not one of SDMX");
}

}  // namespace onereturn
