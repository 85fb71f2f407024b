#include "services/ingestion/domain/requests/due_moment.h"

#include <algorithm>

namespace onereturn::ingestion {
namespace {

constexpr int kLastSecondOfDay = 86'399;

// No window of any period from this one on has moments: the calendar has ended.
bool IsBeyond(const CollectionOverTime& collection, const Period& period) {
  const KnownCollection* definition = CollectionOn(collection, period.start());
  if (definition == nullptr) {
    return std::none_of(
        collection.stretches.begin(), collection.stretches.end(),
        [&](const KnownCollection& stretch) { return stretch.days.from > period.start(); });
  }
  return definition->window.has_value() && definition->calendar != nullptr &&
         period.end() > definition->calendar->last();
}

}  // namespace

bool DueMoments::HasWindows(const CollectionOverTime& collection) {
  return std::any_of(collection.stretches.begin(), collection.stretches.end(),
                     [](const KnownCollection& stretch) {
                       return stretch.window.has_value() && stretch.calendar != nullptr;
                     });
}

std::optional<Moments> DueMoments::WindowOf(const CollectionOverTime& collection,
                                            const Period& period) {
  const KnownCollection* definition = CollectionOn(collection, period.start());
  if (definition == nullptr || !definition->window.has_value() || definition->calendar == nullptr ||
      !definition->window->Covers(period)) {
    return std::nullopt;
  }
  return MomentsOf(*definition->window, *definition->calendar, period);
}

Timestamp DueMoments::DueOf(const CollectionOverTime* collection, const Period& period,
                            uint32_t notice_days) {
  if (collection == nullptr || !HasWindows(*collection)) {
    return WithoutWindow(period, notice_days);
  }
  const CivilDay first_day = today_.PlusDays(notice_days).value_or(CivilDay::Latest());
  std::optional<Period> next = period;
  while (next.has_value() && !IsBeyond(*collection, *next)) {
    const auto [window, is_new] = windows_.try_emplace({collection, *next});
    if (is_new) window->second = WindowOf(*collection, *next);
    const std::optional<Moments>& moments = window->second;
    if (moments.has_value() && LondonDay(moments->due) >= first_day) return moments->due;
    next = next->Next();
  }
  return WithoutWindow(period, notice_days);
}

Timestamp DueMoments::DueOfOwed(const CollectionOverTime& collection, const Period& period) {
  const std::optional<Moments> window = WindowOf(collection, period);
  return window.has_value() ? window->due : WithoutWindow(period, 0);
}

Timestamp DueMoments::WithoutWindow(const Period& period, uint32_t notice_days) const {
  const CivilDay noticed = today_.PlusDays(notice_days).value_or(CivilDay::Latest());
  return LondonTime(std::max({ask_.due_date, noticed, period.end()}), kLastSecondOfDay);
}

}  // namespace onereturn::ingestion
