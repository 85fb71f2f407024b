#include "tools/onereturn/console/match_text.h"

#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "common/period/civil_day.h"
#include "common/period/period.h"
#include "common/status/enum_words.h"
#include "tools/onereturn/console/appraisal_text.h"
#include "tools/onereturn/console/hours_text.h"
#include "tools/onereturn/console/labels.h"
#include "tools/onereturn/console/number_text.h"
#include "tools/onereturn/console/text_table.h"

namespace onereturn::client {
namespace {

using requests::v1::Concern;
using requests::v1::DataRequest;
using requests::v1::Gap;
using requests::v1::LineMatch;
using requests::v1::Match;
using requests::v1::MatchSummary;

constexpr TextTable::Align kNumbers = TextTable::Align::kRight;
constexpr size_t kCodesNamed = 3;
constexpr size_t kGapsShown = 40;
constexpr size_t kReasonsShown = 10;

// Blank for none: what is there stands out.
std::string CountOrBlank(uint64_t number) { return number == 0 ? "" : WithThousands(number); }

std::string SubjectText(const LineMatch& line, const DataRequest& request) {
  const int index = static_cast<int>(line.line()) - 1;
  if (index < 0 || index >= request.lines_size() || !request.lines(index).has_described()) {
    return line.item().empty() ? "no item" : line.item();
  }
  const std::string& described = request.lines(index).described().display_name();
  return line.item().empty() ? described : absl::StrCat(described, " (", line.item(), ")");
}

std::string HeldText(const LineMatch& line) {
  if (line.subset()) return "in part";
  if (line.new_triples() + line.finer() > 0) return "no";
  return line.fresher() > 0 ? "too old" : "yes";
}

std::string LinesText(const Match& match, const DataRequest& request, size_t width) {
  TextTable table({{"line", kNumbers},
                   {"item", TextTable::Align::kLeft, true},
                   {"exact", kNumbers},
                   {"rolled up", kNumbers},
                   {"derivable", kNumbers},
                   {"too old", kNumbers},
                   {"too coarse", kNumbers},
                   {"new figures", kNumbers},
                   {"held"},
                   {"source"}});
  for (const LineMatch& line : match.lines()) {
    table.Row({absl::StrCat(line.line()), SubjectText(line, request), CountOrBlank(line.exact()),
               CountOrBlank(line.rollup()), CountOrBlank(line.derivable()),
               CountOrBlank(line.fresher()), CountOrBlank(line.finer()),
               CountOrBlank(line.new_triples()), HeldText(line), line.source()});
  }
  return table.Render(width);
}

// What an item has instead of what is asked, and what nobody collects, is said in words: it may be
// a slip of the pen. What has a home stands below as missing.
std::string WhyNotText(const Match& match) {
  std::string text;
  std::set<std::pair<uint32_t, std::string>> said;
  for (const requests::v1::MatchBlock& block : match.blocks()) {
    const bool nowhere =
        block.coverage() == requests::v1::COVERAGE_CLASS_FINER ||
        (block.coverage() == requests::v1::COVERAGE_CLASS_NEW && block.collection().empty());
    if (!nowhere || block.words().empty() || !said.emplace(block.line(), block.words()).second) {
      continue;
    }
    if (said.size() > kReasonsShown) continue;
    absl::StrAppend(&text, "  line ", block.line(), ": ", Printable(block.words()), "\n");
  }
  if (text.empty()) return "";
  if (said.size() > kReasonsShown) {
    absl::StrAppend(&text, "  and ", said.size() - kReasonsShown, " more: --json has them\n");
  }
  return absl::StrCat("\nNot held as it is asked:\n", text);
}

std::string DateToDo(const Concern& concern) {
  // Of the notice alone an exception mends it; figures that are not there yet none brings.
  if (!absl::StrContains(concern.words(), "of notice")) return "draft it with a later due date";
  return "draft it with a later due date, or have it approved on a shorter notice: onereturn "
         "request approve --notice-days and the options beside it";
}

bool IsJustified(const Concern& concern, const DataRequest& request) {
  const int index = static_cast<int>(concern.line()) - 1;
  return index >= 0 && index < request.lines_size() &&
         !request.lines(index).justification().empty();
}

// Days as they are written everywhere else: "14 May 2026" for "2026-05-14".
std::string WithDaysInWords(const std::string& words) {
  static const std::regex& day = *new std::regex("[0-9]{4}-[0-9]{2}-[0-9]{2}");
  std::string text;
  auto from = words.begin();
  for (std::sregex_iterator found(words.begin(), words.end(), day), end; found != end; ++found) {
    text.append(from, words.begin() + found->position());
    text += DayText(found->str());
    from = words.begin() + found->position() + found->length();
  }
  return text.append(from, words.end());
}

std::string ToDoAbout(const Concern& concern, const DataRequest& request) {
  switch (concern.kind()) {
    case requests::v1::CONCERN_KIND_NEAR_DUPLICATE:
      return "a steward says which: onereturn request likenesses, then request same or different";
    case requests::v1::CONCERN_KIND_CONFLICT_DEFINITION:
      return IsJustified(concern, request)
                 ? "nothing: whoever decides weighs the justification"
                 : "ask for the item as it is held, or say in the line's justification why not";
    case requests::v1::CONCERN_KIND_CONFLICT_DATE:
      return DateToDo(concern);
    case requests::v1::CONCERN_KIND_CONFLICT_GUIDANCE:
      return "name the edition that is in force in the line, or no guidance";
    case requests::v1::CONCERN_KIND_TOO_LARGE:
      return "ask for it in several requests, each of some of the periods, organisations or lines";
    default:
      return "";
  }
}

std::string ConcernsText(const Match& match, const DataRequest& request) {
  std::string text;
  for (const Concern& concern : match.concerns()) {
    std::string kind = EnumWords(concern.kind());
    absl::StrAppend(&text, text.empty() ? "\nTo look at before it is issued:\n" : "", "  ",
                    concern.line() == 0 ? "" : absl::StrCat("line ", concern.line(), ", "), kind);
    if (concern.likeness() > 0) {
      absl::StrAppend(&text, absl::StrFormat(" (%d.%d %% alike)", concern.likeness() / 10,
                                             concern.likeness() % 10));
    }
    absl::StrAppend(&text, concern.about().empty() ? "" : ", ", Printable(concern.about()), ": ",
                    Printable(concern.kind() == requests::v1::CONCERN_KIND_CONFLICT_DATE
                                  ? WithDaysInWords(concern.words())
                                  : concern.words()),
                    "\n    to do: ", ToDoAbout(concern, request), "\n");
  }
  return text;
}

// By organisation: the days of which the frames make it owe the collection.
class FramedDays {
 public:
  explicit FramedDays(const catalogue::v1::Collection& home) {
    for (const catalogue::v1::Frame& frame : home.frames()) {
      const auto from = Period::Parse(frame.from_period());
      const auto to = Period::Parse(frame.to_period());
      if (!from.ok()) continue;
      days_[frame.organisation()].emplace_back(from->start(),
                                               to.ok() ? to->end() : CivilDay::Latest());
    }
  }

  // True of everybody where there are no frames.
  bool Name(const std::string& organisation, const Period& period) const {
    if (days_.empty()) return true;
    const auto found = days_.find(organisation);
    if (found == days_.end()) return false;
    return std::any_of(found->second.begin(), found->second.end(), [&period](const auto& days) {
      return days.first <= period.start() && period.start() <= days.second;
    });
  }

 private:
  std::map<std::string, std::vector<std::pair<CivilDay, CivilDay>>> days_;
};

// Of the returns that are asked anew of collections that there are: how many, and how many of them
// their collection's frames never asked for.
std::string NeverAskedText(const Match& match, const HomeCollections& homes) {
  std::map<std::string, std::set<std::pair<std::string, std::string>>> asked;  // By collection.
  for (const Gap& gap : match.gaps()) {
    if (gap.awaited() || homes.count(gap.collection()) == 0) continue;
    for (const std::string& period : gap.periods()) {
      for (const std::string& one : gap.organisations())
        asked[gap.collection()].insert({period, one});
    }
  }
  std::string text;
  for (const auto& [collection, returns] : asked) {
    const FramedDays frames(homes.at(collection));
    const auto never = std::count_if(returns.begin(), returns.end(), [&frames](const auto& one) {
      const auto period = Period::Parse(one.first);
      return period.ok() && !frames.Name(one.second, *period);
    });
    if (never == 0) continue;
    absl::StrAppend(&text, WithThousands(static_cast<uint64_t>(never)), " of the ",
                    Count(returns.size(), "return"), " of ", collection,
                    " that would be asked anew are not in its frames: it never asked for them.\n");
  }
  return text;
}

// What is asked in one collection for one period, by one day.
struct PeriodGap {
  std::set<std::string> organisations;
  std::set<std::string> items;
};

std::string ListOf(const std::set<std::string>& codes) {
  return FirstFew(std::vector<std::string>(codes.begin(), codes.end()));
}

std::string GapsText(const Match& match, const HomeCollections& homes, size_t width) {
  // By collection, period, whether it is owed already, and due day.
  std::map<std::tuple<std::string, std::string, bool, std::string>, PeriodGap> gaps;
  for (const Gap& gap : match.gaps()) {
    for (const std::string& period : gap.periods()) {
      PeriodGap& one = gaps[{gap.collection(), period, gap.awaited(), gap.due_date()}];
      one.organisations.insert(gap.organisations().begin(), gap.organisations().end());
      one.items.insert(gap.items().begin(), gap.items().end());
    }
  }
  TextTable table({{"missing in"},
                   {"period"},
                   {"organisations", TextTable::Align::kLeft, true},
                   {"items", TextTable::Align::kLeft, true},
                   {"due"},
                   {"asked"}});
  size_t shown = 0;
  for (const auto& [key, gap] : gaps) {
    if (shown++ == kGapsShown) break;
    const auto& [collection, period, awaited, due] = key;
    table.Row({collection.empty() ? "a new collection" : collection, period,
               absl::StrCat(gap.organisations.size(), ": ", ListOf(gap.organisations)),
               ListOf(gap.items), DayText(due), awaited ? "owed already" : "anew"});
  }
  if (table.empty()) return "";
  std::string text = absl::StrCat("\n", table.Render(width));
  if (gaps.size() > kGapsShown) {
    absl::StrAppend(&text, kGapsShown, " of ", gaps.size(), " rows; --json has all of them.\n");
  }
  return absl::StrCat(text, NeverAskedText(match, homes));
}

std::string PricesText(const Match& match, size_t width) {
  TextTable table({{"org"}, {"hours avoided", kNumbers}, {"hours asked", kNumbers}});
  for (const auto& price : match.prices()) {
    table.Row({price.organisation(), HoursText(AllMinutes(price.avoided())),
               HoursText(AllMinutes(price.outstanding()))});
  }
  return table.empty() ? "\nNothing falls on any organisation.\n"
                       : absl::StrCat("\n", table.Render(width));
}

}  // namespace

std::string FirstFew(const std::vector<std::string>& codes) {
  const size_t named = std::min(codes.size(), kCodesNamed);
  const std::vector<std::string> first(codes.begin(),
                                       codes.begin() + static_cast<ptrdiff_t>(named));
  return absl::StrCat(absl::StrJoin(first, ", "),
                      codes.size() > named
                          ? absl::StrCat(" and ", WithThousands(codes.size() - named), " more")
                          : "");
}

std::string HeldSentence(const MatchSummary& summary) {
  std::string text = absl::StrCat(WithThousands(summary.lines_held()), " of ",
                                  Count(summary.lines(), "item"), " held");
  if (summary.parts_held() < summary.parts()) {
    absl::StrAppend(&text, " (", WithThousands(summary.parts_held()), " of ",
                    Count(summary.parts(), "return"), ")");
  }
  if (summary.lines_derivable() > 0) {
    absl::StrAppend(&text, ", ", WithThousands(summary.lines_derivable()), " derivable");
  }
  if (summary.lines_new() > 0) {
    absl::StrAppend(&text, ", ", WithThousands(summary.lines_new()), " new");
  }
  if (summary.fresher() > 0) {
    absl::StrAppend(&text, ", ", Count(summary.fresher(), "figure"), " too old");
  }
  return text;
}

std::string MatchSentence(const MatchSummary& summary, uint64_t pence) {
  const std::string text =
      absl::StrCat(HeldSentence(summary), "; ", HoursWords(AllMinutes(summary.avoided())),
                   " avoided", AboutPounds(pence), "; ");
  if (summary.last_due_date().empty()) return text + "nothing is asked of anybody";
  return absl::StrCat(text, "earliest due date ", DayText(summary.last_due_date()));
}

std::string AskedSentence(const Match& match, uint64_t pence) {
  const auto in_part = std::count_if(match.lines().begin(), match.lines().end(),
                                     [](const LineMatch& line) { return line.subset(); });
  std::string text;
  if (in_part > 0) {
    absl::StrAppend(&text, Count(static_cast<uint64_t>(in_part), "item"), " held in part. ");
  }
  const MatchSummary& summary = match.summary();
  const auto asked =
      std::count_if(match.prices().begin(), match.prices().end(),
                    [](const auto& price) { return AllMinutes(price.outstanding()) > 0; });
  if (summary.change_class() > requests::v1::CHANGE_CLASS_NONE) {
    absl::StrAppend(&text, HoursWords(AllMinutes(summary.outstanding())), AboutPounds(pence),
                    " would be asked of ", Count(static_cast<uint64_t>(asked), "organisation"),
                    " (", EnumWords(summary.change_class()), ": ",
                    Count(summary.notice_days(), "day"), " of notice). ");
  }
  if (!text.empty()) text.back() = '\n';
  return text;
}

std::string MatchText(const Match& match, const DataRequest& request,
                      const requests::v1::Appraisal& appraisal, const MatchTextOptions& options) {
  const std::string warnings = WarningsText(appraisal);
  std::string text = absl::StrCat(MatchSentence(match.summary(), appraisal.avoided_pence()), ".\n",
                                  AskedSentence(match, appraisal.outstanding_pence()), "\n",
                                  LinesText(match, request, options.width), WhyNotText(match),
                                  ConcernsText(match, request),
                                  warnings.empty() ? "" : absl::StrCat("\n", warnings),
                                  GapsText(match, options.homes, options.width));
  if (options.hours) absl::StrAppend(&text, PricesText(match, options.width));
  if (options.lenses) {
    absl::StrAppend(&text, "\n",
                    LensTable({{"avoided", match.summary().avoided()},
                               {"asked", match.summary().outstanding()}},
                              options.width));
  }
  return text;
}

std::string OpenText(const Match& match, const DataRequest& request, const HomeCollections& homes,
                     size_t width) {
  return absl::StrCat(WhyNotText(match), ConcernsText(match, request),
                      GapsText(match, homes, width));
}

}  // namespace onereturn::client
