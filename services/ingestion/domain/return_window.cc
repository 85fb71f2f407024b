#include "services/ingestion/domain/return_window.h"

namespace onereturn::ingestion {
namespace {

uint64_t UpTo(uint64_t fact, uint64_t sequence) { return fact <= sequence ? fact : 0; }

ReturnStanding StandingOfHeld(const WindowFacts* facts, const HeldReturn& held,
                              const ExtensionFacts& extension) {
  const bool before_cut = facts == nullptr || facts->cut == 0 || held.first < facts->cut;
  return before_cut || extension.held_within ? ReturnStanding::kHeldOnTime
                                             : ReturnStanding::kHeldLate;
}

}  // namespace

std::optional<Moments> MomentsOf(const WindowSpec& spec, const WorkingCalendar& calendar,
                                 const Period& period) {
  const auto moment = [&](int day, int seconds) -> std::optional<Timestamp> {
    const std::optional<CivilDay> reached = calendar.WorkingDayAfter(period.end(), day);
    if (!reached.has_value()) return std::nullopt;
    return LondonTime(*reached, seconds);
  };
  const std::optional<Timestamp> opens = moment(spec.open_day, 0);
  const std::optional<Timestamp> due = moment(spec.due_day, spec.due_seconds);
  const std::optional<Timestamp> closes = moment(spec.close_day, spec.due_seconds);
  if (!opens.has_value() || !due.has_value() || !closes.has_value()) return std::nullopt;
  Moments moments{*opens, *due, std::nullopt, *closes};
  if (spec.refresh_day > 0) moments.refresh = moment(spec.refresh_day, spec.due_seconds);
  return moments;
}

bool BeginsAfter(const WorkingCalendar& calendar, const Period& period) {
  return calendar.first().EpochDays() > period.end().EpochDays() + 1;
}

WindowFacts WindowFacts::At(uint64_t sequence) const {
  WindowFacts then = *this;
  for (uint64_t* fact : {&then.opened, &then.cut, &then.refreshed, &then.closed, &then.cut_listed,
                         &then.refresh_listed, &then.close_listed}) {
    *fact = UpTo(*fact, sequence);
  }
  return then;
}

std::optional<DueStep> NextStep(const WindowFacts& facts) {
  const Moments& moments = facts.moments;
  if (facts.opened == 0) return DueStep{WindowStep::kOpen, moments.opens};
  if (facts.cut == 0) return DueStep{WindowStep::kCut, moments.due};
  if (facts.cut_listed == 0) return DueStep{WindowStep::kListCut, moments.due};
  if (moments.refresh.has_value()) {
    if (facts.refreshed == 0) return DueStep{WindowStep::kRefresh, *moments.refresh};
    if (facts.refresh_listed == 0) return DueStep{WindowStep::kListRefresh, *moments.refresh};
  }
  if (facts.closed == 0) return DueStep{WindowStep::kClose, moments.closes};
  if (facts.close_listed == 0) return DueStep{WindowStep::kListClose, moments.closes};
  return std::nullopt;
}

Admission AdmissionTo(const WindowFacts* facts, bool extended) {
  if (facts == nullptr || facts->opened == 0) return Admission::kNotOpen;
  if (facts->closed != 0 && !extended) return Admission::kClosed;
  return Admission::kTaken;
}

ReturnStanding StandingOf(bool owed, bool has_window, const WindowFacts* facts,
                          const HeldReturn& held, const ExtensionFacts& extension) {
  if (facts != nullptr && facts->opened == 0) facts = nullptr;
  if (held.first != 0) {
    if (!has_window) return ReturnStanding::kHeld;
    return StandingOfHeld(facts, held, extension);
  }
  if (held.estimated) return ReturnStanding::kEstimated;
  if (!owed) return ReturnStanding::kNotOwed;
  if (facts == nullptr) return ReturnStanding::kExpected;
  if (facts->cut == 0) return ReturnStanding::kOpen;
  if (extension.in_force) return ReturnStanding::kExtended;
  return facts->closed == 0 ? ReturnStanding::kLate : ReturnStanding::kMissing;
}

bool CountsAsDue(ReturnStanding standing, const WindowFacts* facts) {
  if (facts == nullptr || facts->cut == 0) return false;
  switch (standing) {
    case ReturnStanding::kHeldOnTime:
    case ReturnStanding::kHeldLate:
    case ReturnStanding::kLate:
    case ReturnStanding::kMissing:
    case ReturnStanding::kEstimated:
      return true;
    default:
      return false;
  }
}

}  // namespace onereturn::ingestion
