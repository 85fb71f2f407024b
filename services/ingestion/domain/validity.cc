#include "services/ingestion/domain/validity.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"

namespace onereturn::ingestion {

bool DayRange::Overlaps(const DayRange& other) const {
  return (!before.has_value() || other.from < *before) &&
         (!other.before.has_value() || from < *other.before);
}

std::optional<DayRange> Stretch::InUse() const {
  DayRange used = days;
  if (retired_from.has_value() && (!used.before.has_value() || *retired_from < *used.before)) {
    used.before = retired_from;
  }
  if (used.before.has_value() && *used.before <= used.from) return std::nullopt;
  return used;
}

std::vector<Stretch> StretchesOf(const std::vector<Validity>& newest_first) {
  // The newest version has all time from its first day on; each older one what comes before the
  // stretches that are there already.
  std::vector<Stretch> backwards;
  std::optional<CivilDay> taken_from;
  for (size_t i = 0; i < newest_first.size(); ++i) {
    const Validity& version = newest_first[i];
    Stretch stretch;
    if (version.from.has_value()) stretch.days.from = version.from->start();
    stretch.days.before = taken_from;
    stretch.version = i;
    if (version.retired_from.has_value()) stretch.retired_from = version.retired_from->start();
    if (taken_from.has_value() && stretch.days.from >= *taken_from) continue;
    taken_from = stretch.days.from;
    backwards.push_back(stretch);
  }
  std::reverse(backwards.begin(), backwards.end());
  return backwards;
}

const Stretch* StretchOn(const std::vector<Stretch>& stretches, const CivilDay& day) {
  const auto found =
      std::find_if(stretches.begin(), stretches.end(),
                   [&day](const Stretch& stretch) { return stretch.days.Covers(day); });
  return found == stretches.end() ? nullptr : &*found;
}

absl::StatusOr<Validity> ReadValidity(const std::string& valid_from_period,
                                      const std::string& retired_from_period) {
  Validity validity;
  if (!valid_from_period.empty()) {
    ASSIGN_OR_RETURN(validity.from, Period::Parse(valid_from_period));
  }
  if (!retired_from_period.empty()) {
    ASSIGN_OR_RETURN(validity.retired_from, Period::Parse(retired_from_period));
  }
  return validity;
}

std::string TextOf(const DayRange& days) {
  if (!days.before.has_value()) {
    return days.from == CivilDay::Earliest() ? std::string("all time")
                                             : absl::StrCat("from ", days.from.ToString(), " on");
  }
  const std::string last = days.before->PlusDays(-1).value_or(*days.before).ToString();
  return days.from == CivilDay::Earliest() ? absl::StrCat("up to ", last)
                                           : absl::StrCat(days.from.ToString(), " to ", last);
}

}  // namespace onereturn::ingestion
