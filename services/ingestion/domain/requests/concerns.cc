#include "services/ingestion/domain/requests/concerns.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "services/ingestion/domain/requests/due_moment.h"

namespace onereturn::ingestion {
namespace {

// What the concern quotes at most: all of it stands in the request.
constexpr size_t kQuotedBytes = 300;

std::string Quoted(absl::string_view text) {
  if (text.size() <= kQuotedBytes) return absl::StrCat("\"", text, "\"");
  size_t end = kQuotedBytes;
  // Not within a character of UTF-8.
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return absl::StrCat("\"", text.substr(0, end), "...\"");
}

std::string WhatToDo(const AskLine& line) {
  if (line.justification.empty()) {
    return "ask for the item as it is held, or say in the line's justification why another is "
           "needed";
  }
  return absl::StrCat("it is justified, for whoever decides to weigh: ",
                      Quoted(line.justification));
}

std::optional<Concern> LikenessConcern(const AskLine& asked, const LineSubject& subject,
                                       uint32_t line) {
  const FoundLikeness& found = subject.found;
  const std::string about = absl::StrCat("items/", found.item);
  if (found.kind == LikenessKind::kNearDuplicate) {
    return Concern{ConcernKind::kNearDuplicate, line, about,
                   absl::StrCat("its words are like those of ", found.item,
                                ": a steward says whether it is the same"),
                   found.likeness};
  }
  if (found.kind != LikenessKind::kConflict) return std::nullopt;
  return Concern{ConcernKind::kConflictDefinition, line, about,
                 absl::StrCat("of the same concept and measure as ", found.item, ", but ",
                              absl::StrJoin(found.differs, "; "), ": ", WhatToDo(asked)),
                 0};
}

bool IsAbout(const KnownGuidance& guidance, const std::string& item,
             const KnownCatalogue& catalogue) {
  if (item.empty() || guidance.items.count(item) > 0) return true;
  for (const std::string& code : guidance.collections) {
    const auto collection = catalogue.collections.find(code);
    if (collection == catalogue.collections.end()) continue;
    for (const KnownCollection& stretch : collection->second.stretches) {
      if (stretch.items.count(item) > 0) return true;
    }
  }
  return false;
}

std::optional<Concern> GuidanceConcern(const AskLine& line, uint32_t number,
                                       const std::string& item, const CivilDay& last_day,
                                       const KnownCatalogue& catalogue) {
  if (line.guidance.empty()) return std::nullopt;
  Concern concern{ConcernKind::kConflictGuidance, number, absl::StrCat("guidance/", line.guidance),
                  "", 0};
  bool is_about = false;
  bool edition_is_known = false;
  std::string in_force;
  for (const KnownGuidance& guidance : catalogue.guidance) {
    if (guidance.code != line.guidance || !IsAbout(guidance, item, catalogue)) continue;
    is_about = true;
    edition_is_known |= guidance.edition == line.guidance_edition;
    if (!guidance.days.Covers(last_day)) continue;
    if (guidance.edition == line.guidance_edition) return std::nullopt;
    in_force = guidance.edition;
  }
  if (!is_about) {
    concern.words = absl::StrCat("no guidance ", line.guidance, " is known",
                                 item.empty() ? "" : absl::StrCat(" about ", item),
                                 ": name guidance that is, or none");
  } else if (!in_force.empty()) {
    concern.words = absl::StrCat("edition ", in_force, " of ", line.guidance, " is in force on ",
                                 last_day.ToString(), ", not edition ", line.guidance_edition,
                                 ": read the figure by edition ", in_force);
  } else if (!edition_is_known) {
    concern.words = absl::StrCat(line.guidance, " has no edition ", line.guidance_edition,
                                 ": name one that it has");
  } else {
    return std::nullopt;
  }
  return concern;
}

// The part of a collection's gap that is due last.
struct LastDue {
  Timestamp due;
  Period period;
  bool with_earlier = false;
};

// The earliest day on which its window is due, where that is too late however short the notice.
std::optional<CivilDay> DueWithLeastNotice(const Ask& ask, const MatchWorld& world,
                                           const std::string& collection, const LastDue& last) {
  const std::optional<Moments> window =
      DueMoments(ask, world).WindowAfter(collection, last.period, 1);
  if (!window.has_value() || DueDayOf(window->due) <= ask.due_date) return std::nullopt;
  return DueDayOf(window->due);
}

std::string WhyLater(const Ask& ask, const MatchWorld& world, const std::string& collection,
                     const LastDue& last, uint32_t class_notice_days) {
  if (last.period.end() >= ask.due_date) {
    return absl::StrCat(last.period.Display(), " ends on ", last.period.end().ToString());
  }
  const std::optional<Moments> window = WindowOf(world, collection, last.period);
  if (window.has_value() && DueDayOf(window->due) > ask.due_date) {
    return absl::StrCat("returns for ", last.period.Display(), " are due on ",
                        DueDayOf(window->due).ToString());
  }
  if (last.with_earlier) {
    return absl::StrCat("an earlier request has given until then for returns for ",
                        last.period.Display());
  }
  const uint32_t days = ask.excepted_notice_days.value_or(class_notice_days);
  const std::string needed = absl::StrCat(days, days == 1 ? " day" : " days");
  // Only where a shorter notice could help it says "of notice", by which clients offer it.
  if (const auto least = DueWithLeastNotice(ask, world, collection, last)) {
    const std::string due = absl::StrCat("its window is due on ", least->ToString());
    if (*least == DueDayOf(last.due)) return due;
    return absl::StrCat("what is asked needs ", needed, days == 1 ? "'s" : "'",
                        " notice, and however short it were ", due);
  }
  return absl::StrCat("what is asked needs ", needed, " of notice, ",
                      ask.excepted_notice_days.has_value() ? "as the exception gives"
                                                           : "or an exception when it is approved");
}

struct OwedCount {
  uint64_t returns = 0;
  uint64_t figures = 0;
};

// Until one of the bounds is passed. A return may be in several gaps, each with items of its own.
OwedCount CountOwed(const std::vector<Gap>& gaps, const IssueBounds& bounds) {
  OwedCount owed;
  std::set<std::pair<Period, absl::string_view>> of_collection;
  const std::string* collection = nullptr;
  for (const Gap& gap : gaps) {
    if (collection == nullptr || *collection != gap.collection) of_collection.clear();
    collection = &gap.collection;
    owed.figures += gap.items.size() * gap.organisations.size() * gap.periods.size();
    for (const Period& period : gap.periods) {
      for (const std::string& organisation : gap.organisations) {
        owed.returns += of_collection.emplace(period, organisation).second ? 1 : 0;
        if (owed.returns > bounds.returns || owed.figures > bounds.figures) return owed;
      }
    }
  }
  return owed;
}

}  // namespace

std::vector<Concern> LineConcerns(const Ask& ask, const std::vector<LineSubject>& subjects,
                                  const KnownCatalogue& catalogue) {
  std::vector<Concern> concerns;
  for (uint32_t line = 0; line < subjects.size(); ++line) {
    if (std::optional<Concern> found = LikenessConcern(ask.lines[line], subjects[line], line)) {
      concerns.push_back(std::move(*found));
    }
    if (ask.periods.empty()) continue;
    if (std::optional<Concern> found = GuidanceConcern(ask.lines[line], line, subjects[line].item,
                                                       ask.periods.back().end(), catalogue)) {
      concerns.push_back(std::move(*found));
    }
  }
  return concerns;
}

std::vector<Concern> DateConcerns(const Ask& ask, const MatchWorld& world,
                                  const MatchResult& result) {
  std::map<std::string, LastDue> last;
  for (const Gap& gap : result.gaps) {
    const LastDue of_gap{gap.due, gap.periods.back(), gap.due_with_earlier};
    const auto [entry, is_new] = last.emplace(gap.collection, of_gap);
    if (is_new) continue;
    const bool later = gap.due > entry->second.due ||
                       (gap.due == entry->second.due && of_gap.period > entry->second.period);
    if (later) entry->second = of_gap;
  }
  std::vector<Concern> concerns;
  for (const auto& [code, part] : last) {
    const CivilDay day = DueDayOf(part.due);
    if (day <= ask.due_date) continue;
    concerns.push_back(Concern{
        ConcernKind::kConflictDate, std::nullopt,
        code.empty() ? "" : absl::StrCat("collections/", code),
        absl::StrCat("asked by ", ask.due_date.ToString(), ", but ",
                     code.empty() ? "the new collection" : code, " can be there only on ",
                     day.ToString(), ": ", WhyLater(ask, world, code, part, result.notice_days)),
        0});
  }
  return concerns;
}

std::optional<Concern> SizeConcern(const std::vector<Gap>& gaps, const IssueBounds& bounds) {
  const OwedCount owed = CountOwed(gaps, bounds);
  if (owed.returns <= bounds.returns && owed.figures <= bounds.figures) return std::nullopt;
  return Concern{
      ConcernKind::kTooLarge, std::nullopt, "",
      absl::StrCat("one request may leave at most ", bounds.returns, " returns missing, with ",
                   bounds.figures, " figures (items of a return) in all, and this one ",
                   owed.returns > bounds.returns
                       ? "has more returns: ask in several requests, each of some of "
                         "the periods or organisations"
                       : "has more figures: ask in several requests, each of some of "
                         "the lines, periods or organisations"),
      0};
}

}  // namespace onereturn::ingestion
