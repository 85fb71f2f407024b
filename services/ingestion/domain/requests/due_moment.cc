#include "services/ingestion/domain/requests/due_moment.h"

#include <algorithm>

namespace onereturn::ingestion {
namespace {

constexpr int kLastSecondOfDay = 86'399;

const CollectionOverTime* Find(const MatchWorld& world, const std::string& collection) {
  const auto found = world.catalogue->collections.find(collection);
  return found == world.catalogue->collections.end() ? nullptr : &found->second;
}

// Has it a window for any period?
bool HasWindows(const CollectionOverTime& collection) {
  return std::any_of(collection.stretches.begin(), collection.stretches.end(),
                     [](const KnownCollection& stretch) {
                       return stretch.window.has_value() && stretch.calendar != nullptr;
                     });
}

// No period from this one on has a window with moments: the last stretch that has windows is over,
// or its calendar has ended.
bool IsBeyond(const CollectionOverTime& collection, const Period& period) {
  return std::none_of(collection.stretches.begin(), collection.stretches.end(),
                      [&](const KnownCollection& stretch) {
                        const bool over = stretch.days.before.has_value() &&
                                          *stretch.days.before <= period.start();
                        return !over && stretch.window.has_value() && stretch.calendar != nullptr &&
                               period.end() <= stretch.calendar->last();
                      });
}

std::optional<OpenedWindow> OpenedOf(const MatchWorld& world, const std::string& collection,
                                     const Period& period) {
  if (world.opened_window == nullptr) return std::nullopt;
  return world.opened_window(collection, period);
}

std::optional<Moments> MomentsOfCalendar(const CollectionOverTime& collection,
                                         const Period& period) {
  const KnownCollection* definition = CollectionOn(collection, period.start());
  if (definition == nullptr || !definition->window.has_value() || definition->calendar == nullptr ||
      !definition->window->Covers(period)) {
    return std::nullopt;
  }
  return MomentsOf(*definition->window, *definition->calendar, period);
}

}  // namespace

CivilDay DueDayOf(Timestamp due) { return LondonDay(Timestamp{due.micros - 1}); }

std::optional<Moments> WindowOf(const MatchWorld& world, const std::string& collection,
                                const Period& period) {
  const CollectionOverTime* const over_time = Find(world, collection);
  if (over_time == nullptr) return std::nullopt;
  const std::optional<OpenedWindow> opened = OpenedOf(world, collection, period);
  return opened.has_value() ? opened->moments : MomentsOfCalendar(*over_time, period);
}

bool IsYetToClose(const MatchWorld& world, const std::string& collection, const Period& period) {
  const CollectionOverTime* const over_time = Find(world, collection);
  if (over_time == nullptr) return false;
  const std::optional<OpenedWindow> opened = OpenedOf(world, collection, period);
  if (!opened.has_value() && !HasWindows(*over_time)) return true;
  const std::optional<Moments> moments =
      opened.has_value() ? opened->moments : MomentsOfCalendar(*over_time, period);
  const bool closed = opened.has_value() && opened->closed;
  return !closed && moments.has_value() && LondonDay(moments->closes) >= world.today;
}

const std::optional<Moments>& DueMoments::Window(const std::string& collection,
                                                 const Period& period) {
  const auto [window, is_new] = windows_.try_emplace({collection, period});
  if (is_new) window->second = WindowOf(world_, collection, period);
  return window->second;
}

Timestamp DueMoments::DueOf(const std::string& collection, const Period& period,
                            uint32_t notice_days) {
  const auto [due, is_new] = due_.try_emplace({collection, period, notice_days});
  if (is_new) due->second = FindDue(collection, period, notice_days);
  return due->second;
}

std::optional<Moments> DueMoments::WindowAfter(const std::string& collection, const Period& period,
                                               uint32_t notice_days) {
  const CollectionOverTime* const over_time = Find(world_, collection);
  if (over_time == nullptr) return std::nullopt;
  const CivilDay first_day = world_.today.PlusDays(notice_days).value_or(CivilDay::Latest());
  // Its own may have been opened by a timetable that is given up since.
  std::optional<Period> next = period;
  do {
    const std::optional<Moments>& moments = Window(collection, *next);
    if (moments.has_value() && DueDayOf(moments->due) >= first_day) return moments;
    next = next->Next();
  } while (next.has_value() && !IsBeyond(*over_time, *next));
  return std::nullopt;
}

Timestamp DueMoments::FindDue(const std::string& collection, const Period& period,
                              uint32_t notice_days) {
  const std::optional<Moments> window = WindowAfter(collection, period, notice_days);
  return window.has_value() ? window->due : WithoutWindow(period, notice_days);
}

Timestamp DueMoments::DueOfOwed(const std::string& collection, const Period& period) {
  const std::optional<Moments>& window = Window(collection, period);
  return window.has_value() ? window->due : WithoutWindow(period, 0);
}

Timestamp DueMoments::WithoutWindow(const Period& period, uint32_t notice_days) const {
  const CivilDay noticed = world_.today.PlusDays(notice_days).value_or(CivilDay::Latest());
  return LondonTime(std::max({ask_.due_date, noticed, period.end()}), kLastSecondOfDay);
}

}  // namespace onereturn::ingestion
