#include "services/ingestion/app/requests/issue/approved_match.h"

#include <cstdint>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/error.h"
#include "services/ingestion/definitions/minutes_messages.h"

namespace onereturn::ingestion {
namespace {

constexpr size_t kMostOthersNamed = 5;

uint64_t TotalOf(const timetable::v1::EstimatedMinutes& minutes) {
  return MinutesOf(minutes).Total();
}

uint64_t MissingReturnsOf(const requests::v1::MatchSummary& match) {
  return match.parts() - match.parts_held();
}

struct AskedReturn {
  std::string collection;
  Period period;
  std::string organisation;

  friend auto operator<=>(const AskedReturn&, const AskedReturn&) = default;
};

// `also_by_frames`: also what their collection's frames make them owe, which no request is charged
// with.
std::set<AskedReturn> ReturnsAskedBy(const MatchResult& match, bool also_by_frames) {
  std::set<AskedReturn> asked;
  for (const Gap& gap : match.gaps) {
    if (gap.owed_to_collection && !also_by_frames) continue;
    for (const Period& period : gap.periods) {
      for (const std::string& organisation : gap.organisations) {
        asked.insert({gap.collection, period, organisation});
      }
    }
  }
  return asked;
}

}  // namespace

absl::Status CheckAsksNoMore(const requests::v1::DataRequest& request,
                             const requests::v1::MatchSummary& now) {
  const requests::v1::MatchSummary& approved = request.match();
  const uint64_t before = TotalOf(approved.outstanding());
  const uint64_t after = TotalOf(now.outstanding());
  const bool more = after > before || MissingReturnsOf(now) > MissingReturnsOf(approved) ||
                    now.change_class() > approved.change_class();
  if (!more) return absl::OkStatus();
  return Error(Reason::kMatchChanged,
               absl::StrCat("it was approved with ", before, " minutes of outstanding work and ",
                            MissingReturnsOf(approved), " missing returns, and now there would be ",
                            after, " minutes and ", MissingReturnsOf(now),
                            " returns: match it again"))
      .Precondition(request.name(), "asks for more than was approved");
}

absl::Status CheckAsksNobodyElse(const requests::v1::DataRequest& request,
                                 const MatchResult& approved, const MatchResult& now) {
  const std::set<AskedReturn> known = ReturnsAskedBy(approved, /*also_by_frames=*/true);
  std::set<std::string> others;
  for (const AskedReturn& asked : ReturnsAskedBy(now, /*also_by_frames=*/false)) {
    if (known.count(asked) > 0 || others.size() == kMostOthersNamed) continue;
    others.insert(asked.organisation);
  }
  if (others.empty()) return absl::OkStatus();
  return Error(Reason::kMatchChanged,
               absl::StrCat("it would ask for returns that it was not approved for, such as of ",
                            absl::StrJoin(others, ", "), ": match it again"))
      .Precondition(request.name(), "asks for others than was approved");
}

}  // namespace onereturn::ingestion
