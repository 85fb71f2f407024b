#include "services/ingestion/app/requests/matching/split_lines.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/period/period.h"
#include "common/status/error.h"

namespace onereturn::ingestion {
namespace {

constexpr size_t kMostNamed = 5;

// The periods and organisations of some figures.
struct Side {
  std::set<Period> periods;
  std::set<std::string> organisations;
};

template <typename Set>
bool AreApart(const Set& left, const Set& right) {
  return std::none_of(left.begin(), left.end(),
                      [&](const auto& one) { return right.count(one) > 0; });
}

std::string Named(const std::vector<std::string>& names) {
  if (names.size() <= kMostNamed) return absl::StrJoin(names, ", ");
  const std::vector<std::string> some(names.begin(), names.begin() + kMostNamed);
  return absl::StrCat(absl::StrJoin(some, ", "), " and ", names.size() - kMostNamed, " more");
}

std::string PeriodsOf(const Side& side) {
  std::vector<std::string> names;
  for (const Period& period : side.periods) names.push_back(period.ToString());
  return absl::StrCat("for ", Named(names));
}

std::string OrganisationsOf(const Side& side) {
  return absl::StrCat("from ", Named({side.organisations.begin(), side.organisations.end()}));
}

// Of a line: the figures that have a home, and those that have none.
std::pair<Side, Side> SidesOf(const LineMatch& line, const Ask& ask, const MatchResult& match) {
  std::set<std::pair<Period, std::string>> without;
  for (const Gap& gap : match.gaps) {
    const bool is_of_line = gap.collection.empty() && std::find(gap.items.begin(), gap.items.end(),
                                                                line.new_figure) != gap.items.end();
    if (!is_of_line) continue;
    for (const Period& period : gap.periods) {
      for (const std::string& one : gap.organisations) without.emplace(period, one);
    }
  }
  std::pair<Side, Side> sides;
  for (const Period& period : ask.periods) {
    for (const std::string& one : ask.organisations) {
      Side& side = without.count({period, one}) > 0 ? sides.second : sides.first;
      side.periods.insert(period);
      side.organisations.insert(one);
    }
  }
  return sides;
}

std::string WordsOf(const LineMatch& line, const Ask& ask, const MatchResult& match) {
  const auto [home, none] = SidesOf(line, ask, match);
  if (AreApart(home.periods, none.periods)) {
    return absl::StrCat(line.item, " is collected ", PeriodsOf(home), " and by no return ",
                        PeriodsOf(none), ": ask for it ", PeriodsOf(none),
                        " in a request of its own, in which it is a new figure");
  }
  if (AreApart(home.organisations, none.organisations)) {
    return absl::StrCat(line.item, " is collected ", OrganisationsOf(home),
                        " and by no return of their own ", OrganisationsOf(none), ": ask for it ",
                        OrganisationsOf(none),
                        " in a request of its own, in which it is a new figure");
  }
  return absl::StrCat(line.item, " is collected for some of this and by no return ",
                      OrganisationsOf(none), " ", PeriodsOf(none),
                      ": ask for that in requests of its own, in which it is a new figure");
}

}  // namespace

absl::Status CheckNoLineIsSplit(const Ask& ask, const MatchResult& match) {
  Error split(Reason::kFieldInvalid,
              "some of a line is collected already, and some of it is collected by nobody");
  for (size_t line = 0; line < match.lines.size(); ++line) {
    if (!match.lines[line].split) continue;
    split.Field(absl::StrCat("data_request.lines[", line, "]"),
                WordsOf(match.lines[line], ask, match));
  }
  if (split.fields_total() > 0) return split;
  return absl::OkStatus();
}

}  // namespace onereturn::ingestion
