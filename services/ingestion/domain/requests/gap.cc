#include "services/ingestion/domain/requests/gap.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace onereturn::ingestion {
namespace {

// Does its own collection ask for it? Frames ask for a return once: of one that came without the
// item they ask nothing more.
bool OwedByFrames(const ItemReturns& part, uint32_t organisation) {
  return part.of->held[organisation] == nullptr && part.of->named_by_frames.Has(organisation);
}

// Organisations that are asked for the same items.
struct SameItems {
  std::vector<std::string> items;
  std::vector<uint32_t> organisations;
};
struct ItemBits {
  std::string name;
  const OrganisationSet* organisations;
};

// In order of the first organisation. `items` in order of name.
std::vector<SameItems> GroupByItems(const std::vector<ItemBits>& items, uint32_t count) {
  // Groups are split item by item: of group g, those who have the item go to a new one.
  std::vector<uint32_t> group(count, 0);
  std::vector<std::vector<std::string>> items_of = {{}};
  for (const ItemBits& item : items) {
    std::vector<uint32_t> with(items_of.size(), 0);
    item.organisations->ForEach([&](uint32_t organisation) {
      const uint32_t before = group[organisation];
      if (with[before] == 0) {
        with[before] = static_cast<uint32_t>(items_of.size());
        items_of.push_back(items_of[before]);
        items_of.back().push_back(item.name);
      }
      group[organisation] = with[before];
    });
  }
  std::vector<SameItems> groups;
  std::map<uint32_t, size_t> places;
  for (uint32_t organisation = 0; organisation < count; ++organisation) {
    if (group[organisation] == 0) continue;
    const auto [place, is_new] = places.try_emplace(group[organisation], groups.size());
    if (is_new) groups.push_back(SameItems{items_of[group[organisation]], {}});
    groups[place->second].organisations.push_back(organisation);
  }
  return groups;
}

// When a part of the gap is due, and whether because an earlier request has it due then.
struct DueWhen {
  Timestamp moment;
  bool with_earlier = false;
  friend auto operator<=>(const DueWhen&, const DueWhen&) = default;
};

// Joins periods for which the same is asked of the same organisations.
class GapRows {
 public:
  explicit GapRows(const OrganisationIndex& index) : index_(index) {}

  void Add(const std::string& collection, PartAsk ask, const DueWhen& due, const Period& period,
           std::vector<SameItems> groups) {
    for (SameItems& group : groups) {
      rows_[{collection, ask, due, std::move(group.items), std::move(group.organisations)}]
          .push_back(period);
    }
  }

  std::vector<Gap> Gaps() {
    std::vector<Gap> gaps;
    for (auto& [key, periods] : rows_) {
      const auto& [collection, ask, due, items, organisations] = key;
      std::sort(periods.begin(), periods.end());
      Gap gap{collection,
              items,
              {},
              periods,
              due.moment,
              IsAwaited(ask),
              ask == PartAsk::kOwedByFrames,
              due.with_earlier};
      for (const uint32_t organisation : organisations) {
        gap.organisations.push_back(index_.CodeOf(organisation));
      }
      gaps.push_back(std::move(gap));
    }
    const auto order = [](const Gap& gap) {
      return std::tie(gap.collection, gap.awaited, gap.periods.front(), gap.organisations.front(),
                      gap.items);
    };
    std::sort(gaps.begin(), gaps.end(),
              [&](const Gap& left, const Gap& right) { return order(left) < order(right); });
    return gaps;
  }

 private:
  using Key =
      std::tuple<std::string, PartAsk, DueWhen, std::vector<std::string>, std::vector<uint32_t>>;
  const OrganisationIndex& index_;
  std::map<Key, std::vector<Period>> rows_;
};

// What is asked of the returns of one collection and period, in order of item.
using AskedReturns = std::map<std::string, ItemReturns*>;
std::map<std::pair<std::string, Period>, AskedReturns> AskedByReturns(
    const std::vector<PeriodNeeds>& needs, const HeldReturns& returns) {
  std::map<std::pair<std::string, Period>, AskedReturns> asked;
  for (const PeriodNeeds& of_period : needs) {
    for (const auto& need : of_period.home()) {
      ItemReturns* part = need->returns;
      if (part->asks.empty()) continue;
      asked[{*part->of->collection, part->of->period}][returns.ItemOf(part->item)] = part;
    }
  }
  return asked;
}

// What an earlier request has due is due no earlier for a later one, whatever its notice.
DueWhen DueOfPart(const ItemReturns& part, uint32_t organisation, Timestamp without_earlier) {
  const auto earlier = part.due_for_earlier.find(organisation);
  if (earlier == part.due_for_earlier.end() || earlier->second <= without_earlier) {
    return {without_earlier};
  }
  return {earlier->second, true};
}

// By when it is due, who is asked for it.
std::map<DueWhen, OrganisationSet> OfWhomAsked(const ItemReturns& part, PartAsk wanted,
                                               Timestamp without_earlier) {
  const uint32_t count = static_cast<uint32_t>(part.asks.size());
  std::map<DueWhen, OrganisationSet> asked;
  for (uint32_t organisation = 0; organisation < count; ++organisation) {
    if (part.asks[organisation] != wanted) continue;
    const DueWhen due = DueOfPart(part, organisation, without_earlier);
    asked.try_emplace(due, count).first->second.Insert(organisation);
  }
  return asked;
}

bool IsAskedOfAnybody(const AskedReturns& asked, PartAsk wanted) {
  return std::any_of(asked.begin(), asked.end(), [wanted](const auto& one) {
    const std::vector<PartAsk>& asks = one.second->asks;
    return std::find(asks.begin(), asks.end(), wanted) != asks.end();
  });
}

void AddReturns(const AskedReturns& asked, PartAsk wanted, uint32_t notice_days, DueMoments& due,
                GapRows* rows) {
  if (!IsAskedOfAnybody(asked, wanted)) return;
  const CollectionReturns& of = *asked.begin()->second->of;
  const Timestamp moment = wanted == PartAsk::kOwedByFrames
                               ? due.DueOfOwed(*of.collection, of.period)
                               : due.DueOf(*of.collection, of.period, notice_days);
  std::map<DueWhen, std::map<std::string, OrganisationSet>> by_due;
  for (const auto& [item, part] : asked) {
    for (auto& [when, organisations] : OfWhomAsked(*part, wanted, moment)) {
      by_due[when].emplace(item, std::move(organisations));
    }
  }
  for (const auto& [when, sets] : by_due) {
    std::vector<ItemBits> items;
    for (const auto& [item, organisations] : sets) items.push_back({item, &organisations});
    rows->Add(*of.collection, wanted, when, of.period,
              GroupByItems(items, static_cast<uint32_t>(of.held.size())));
  }
}

}  // namespace

bool MarkAsks(const Ask& ask, const MatchWorld& world, const std::vector<PeriodNeeds>& needs,
              HeldReturns& returns) {
  const OrganisationIndex& index = returns.index();
  bool outstanding = false;
  std::map<const CollectionReturns*, bool> by_frames;
  for (const PeriodNeeds& of_period : needs) {
    for (const auto& need : of_period.home()) {
      ItemReturns& part = *need->returns;
      const auto [entry, is_new] = by_frames.try_emplace(part.of, false);
      if (is_new) {
        entry->second = IsYetToClose(world, *part.of->collection, part.of->period);
      }
      PartKey key{*part.of->collection, part.of->period, ""};
      const std::string& item = returns.ItemOf(part.item);
      OrganisationSet asked_of = need->organisations.Without(part.held);
      if (ask.ask_anew) asked_of.Add(need->organisations.Of(part.not_fresh));
      if (asked_of.Empty()) continue;
      part.asks.resize(index.count(), PartAsk::kNone);
      part.asked_in.resize(index.count(), 0);
      if (part.of->owed_already.Empty()) part.of->owed_already = OrganisationSet(index.count());
      asked_of.ForEach([&](uint32_t organisation) {
        if (part.asks[organisation] != PartAsk::kNone) return;
        PartAsk& asked = part.asks[organisation];
        asked = PartAsk::kOutstanding;
        if (entry->second && OwedByFrames(part, organisation)) {
          asked = PartAsk::kOwedByFrames;
        } else if (world.due_for_earlier != nullptr) {
          key.organisation = index.CodeOf(organisation);
          if (const std::optional<Timestamp> due = world.due_for_earlier(key, item)) {
            asked = PartAsk::kOwedToRequest;
            part.due_for_earlier.emplace(organisation, *due);
          }
        }
        const bool owed_for_anything =
            IsAwaited(asked) ||
            (world.due_for_earlier != nullptr && world.due_for_earlier(key, "").has_value());
        if (owed_for_anything) part.of->owed_already.Insert(organisation);
        outstanding |= asked == PartAsk::kOutstanding;
      });
    }
  }
  return outstanding;
}

std::vector<Gap> GapsOf(const std::vector<PeriodNeeds>& needs, uint32_t notice_days,
                        HeldReturns& returns, DueMoments& due) {
  GapRows rows(returns.index());
  for (const auto& [key, asked] : AskedByReturns(needs, returns)) {
    for (const PartAsk wanted :
         {PartAsk::kOutstanding, PartAsk::kOwedByFrames, PartAsk::kOwedToRequest}) {
      AddReturns(asked, wanted, notice_days, due, &rows);
    }
  }
  for (const PeriodNeeds& of_period : needs) {
    std::vector<ItemBits> items;
    for (const auto& [name, organisations] : of_period.without_home()) {
      items.push_back({name, &organisations});
    }
    rows.Add("", PartAsk::kOutstanding, {due.DueOf("", of_period.period(), notice_days)},
             of_period.period(), GroupByItems(items, returns.index().count()));
  }
  return rows.Gaps();
}

}  // namespace onereturn::ingestion
