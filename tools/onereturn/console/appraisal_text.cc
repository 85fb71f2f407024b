#include "tools/onereturn/console/appraisal_text.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/onereturn/console/hours_text.h"
#include "tools/onereturn/console/labels.h"
#include "tools/onereturn/console/match_text.h"
#include "tools/onereturn/console/number_text.h"
#include "tools/onereturn/console/request_text.h"

namespace onereturn::client {
namespace {

using requests::v1::Appraisal;
using requests::v1::Warning;

std::string WeekText(const Warning& warning) {
  const bool capacity = warning.kind() == requests::v1::WARNING_KIND_CAPACITY;
  return absl::StrCat("the week of ", DayText(warning.week_begins()),
                      warning.minutes_before() == 0
                          ? " holds nothing yet"
                          : absl::StrCat(" already holds ", HoursWords(warning.minutes_before())),
                      " for ", warning.organisation(), "; this adds ",
                      HoursWords(warning.minutes_added()),
                      capacity ? ": it can give " : ": a clash is more than ",
                      HoursWords(warning.minutes_allowed()));
}

// "003-00 (19 h, beds not read since 2 May 2026)"; of one that is only due to go on for long
// "003-00 (19 h, goes on until 31 March 2027)": that is no fault of it.
std::string EndableText(const Warning& warning) {
  const std::vector<std::string> unused(warning.unused_items().begin(),
                                        warning.unused_items().end());
  return absl::StrCat(
      ReferenceOf(warning.request()), " (", HoursWords(warning.minutes_freed()), ", ",
      unused.empty()
          ? absl::StrCat("goes on until ", DayText(warning.expiry()))
          : absl::StrCat(FirstFew(unused), " not read since ", DayText(warning.issue_date())),
      ")");
}

std::string BudgetText(const Warning& warning) {
  return absl::StrCat(warning.body(), " has used ", HoursWords(warning.minutes_before()),
                      " of its ", HoursWords(warning.minutes_allowed()), " since ",
                      DayText(warning.year_begins()), "; this asks ",
                      HoursWords(warning.minutes_added()));
}

// "  and 3 more such weeks".
void AppendMore(uint32_t count, absl::string_view noun, absl::string_view which,
                std::string* text) {
  if (count > 0) absl::StrAppend(text, "  and ", Count(count, noun), which, "\n");
}

}  // namespace

std::string WarningsText(const Appraisal& appraisal) {
  if (appraisal.warnings().empty()) return "";
  std::string text = "To weigh before it goes out:\n";
  const Warning* budget = nullptr;
  std::vector<std::string> could_end;
  std::vector<std::string> one_out;
  for (const Warning& warning : appraisal.warnings()) {
    if (warning.kind() == requests::v1::WARNING_KIND_BUDGET) {
      budget = &warning;
    } else if (warning.kind() == requests::v1::WARNING_KIND_ONE_IN_ONE_OUT) {
      could_end.push_back(EndableText(warning));
      one_out.push_back(absl::StrCat(
          "  one in, one out: ", Printable(could_end.back()),
          warning.unused_items().empty() ? ": its end would free that\n" : " could end\n"));
    } else {
      absl::StrAppend(&text, "  ", Printable(WeekText(warning)), "\n");
    }
  }
  AppendMore(appraisal.weeks_left_out(), "more such week", "", &text);
  AppendMore(appraisal.organisations_left_out(), "organisation", " not looked at", &text);
  if (budget != nullptr) {
    absl::StrAppend(&text, "  ", Printable(BudgetText(*budget)));
    if (!could_end.empty()) {
      absl::StrAppend(&text, ": end ", Printable(could_end.front()), " first");
      one_out.erase(one_out.begin());
    }
    absl::StrAppend(&text, "\n");
  }
  absl::StrAppend(&text, absl::StrJoin(one_out, ""));
  AppendMore(appraisal.requests_left_out(), "more request", " that could end", &text);
  return text;
}

}  // namespace onereturn::client
