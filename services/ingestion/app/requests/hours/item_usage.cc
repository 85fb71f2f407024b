#include "services/ingestion/app/requests/hours/item_usage.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "common/commit/journal.h"
#include "common/feed/wire.h"
#include "common/period/london_day.h"
#include "common/status/status_macros.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "services/ingestion/app/requests/cost_in_pence.h"
#include "services/ingestion/app/requests/day_of_entry.h"
#include "services/ingestion/app/requests/hours/item_homes.h"
#include "services/ingestion/app/requests/request_bodies.h"
#include "services/ingestion/app/requests/rules_in_force.h"
#include "services/ingestion/store/action_table.h"
#include "services/ingestion/store/item_use_table.h"

namespace onereturn::ingestion {
namespace {

using requests::v1::ItemUsage;

constexpr size_t kMostItemUsers = 20;

absl::StatusOr<std::map<std::string, uint32_t>> ActionsByItem(const Reader& reader,
                                                              uint64_t sequence) {
  std::map<std::string, uint32_t> actions;
  RETURN_IF_ERROR(VisitActions(
      reader, 0, "", sequence,
      [&](const ActionKey&, const requests::v1::Action& action) -> absl::StatusOr<bool> {
        for (const std::string& item : action.items()) ++actions[item];
        return true;
      }));
  return actions;
}

// Fills uses and users; the day of the newest use.
absl::StatusOr<std::optional<CivilDay>> FillUses(const Reader& reader, ItemUsage* usage) {
  std::vector<std::pair<ItemUseKey, ItemUse>> uses;
  uint64_t count = 0;
  RETURN_IF_ERROR(
      VisitItemUses(reader, usage->item(),
                    [&](const ItemUseKey& key, const ItemUse& use) -> absl::StatusOr<bool> {
                      count += use.count;
                      uses.emplace_back(key, use);
                      return true;
                    }));
  usage->set_uses(count);
  if (uses.empty()) return std::optional<CivilDay>();
  std::stable_sort(uses.begin(), uses.end(), [](const auto& left, const auto& right) {
    return left.second.last.micros > right.second.last.micros;
  });
  for (size_t i = 0; i < std::min(uses.size(), kMostItemUsers); ++i) {
    const auto& [key, use] = uses[i];
    requests::v1::ItemUser* user = usage->add_users();
    user->set_body(key.body);
    user->set_product(key.product);
    user->set_purpose(key.purpose);
    *user->mutable_last_time() = ToWire(use.last);
    user->set_uses(use.count);
  }
  return std::optional<CivilDay>(LondonDay(uses.front().second.last));
}

// Fills what follows from what its home holds.
void FillHeld(const CollectionOverTime& home, const std::vector<HeldPeriod>& held,
              const std::optional<CivilDay>& last_use, const CivilDay& today,
              const requests::v1::RequestRules& rules, ItemUsage* usage) {
  Minutes minutes;
  for (const HeldPeriod& period : held) {
    const KnownCollection* stretch = CollectionOn(home, period.start);
    if (stretch == nullptr || stretch->items.count(usage->item()) == 0) continue;
    const auto cost = stretch->item_minutes.find(usage->item());
    if (cost == stretch->item_minutes.end()) continue;
    for (size_t lens = 0; lens < kLensCount; ++lens) {
      minutes.by_lens[lens] += cost->second.by_lens[lens] * period.returns;
    }
  }
  const uint32_t unused = UnusedPeriodsOf(home, held, usage->item(), last_use, today).count;
  usage->set_periods_unused(unused);
  usage->set_review(rules.unused_periods() > 0 && unused >= rules.unused_periods());
  usage->set_minutes(minutes.Total());
  usage->set_cost_pence(CostInPence(minutes, rules));
  if (usage->uses() == 0) return;
  usage->set_minutes_a_use(minutes.Total() / usage->uses());
  usage->set_pence_a_use(CostInPence(minutes, rules, usage->uses()));
}

}  // namespace

absl::StatusOr<PageOf<ItemUsage>> ListItemUsage(const Reader& reader, const UsageWorld& world,
                                                const requests::v1::ListUsageRequest& request,
                                                const std::string& after, size_t limit) {
  ASSIGN_OR_RETURN(const requests::v1::RequestRules rules, RulesForHours(reader, world.sequence));
  ASSIGN_OR_RETURN(const auto actions, ActionsByItem(reader, world.sequence));
  const std::map<std::string, std::string> homes = HomesByItem(*world.catalogue);
  HeldPeriods held(world.coverage);
  PageOf<ItemUsage> page;
  for (auto it = homes.upper_bound(after); it != homes.end(); ++it) {
    const auto& [item, collection] = *it;
    if (!request.collection().empty() && request.collection() != collection) continue;
    ItemUsage usage;
    usage.set_item(item);
    usage.set_collection(collection);
    ASSIGN_OR_RETURN(const std::optional<CivilDay> last_use, FillUses(reader, &usage));
    const auto acted = actions.find(item);
    if (acted != actions.end()) usage.set_actions(acted->second);
    FillHeld(world.catalogue->collections.at(collection), held.Of(collection), last_use,
             world.today, rules, &usage);
    if (request.review_only() && !usage.review()) continue;
    if (page.rows.size() == limit) {
      page.after = page.rows.back().item();
      break;
    }
    page.rows.push_back(std::move(usage));
  }
  return page;
}

std::set<std::string> ItemsAskedFor(const requests::v1::DataRequest& request) {
  const auto& became = request.issue().line_items();
  std::set<std::string> items(became.begin(), became.end());
  // One that it is a finer view of too.
  for (const requests::v1::RequestLine& line : request.lines()) items.insert(line.item());
  items.erase("");
  return items;
}

absl::StatusOr<bool> WasReadSince(const Reader& reader, const std::string& body,
                                  const std::string& item, uint64_t from, uint64_t until) {
  ASSIGN_OR_RETURN(const std::string bytes, EntryBytes(reader, from));
  feed::v1::Entry entry;
  if (!entry.ParseFromString(bytes)) return absl::DataLossError("a stored entry cannot be read");
  ASSIGN_OR_RETURN(const CivilDay day, DayOf(reader, until));
  ASSIGN_OR_RETURN(const std::set<std::string> bodies, BodyAndSuccessors(reader, body, day));
  bool read = false;
  RETURN_IF_ERROR(VisitItemUses(
      reader, item, [&](const ItemUseKey& key, const ItemUse& use) -> absl::StatusOr<bool> {
        read = bodies.count(key.body) > 0 && use.last.micros >= entry.time_micros();
        return !read;
      }));
  return read;
}

}  // namespace onereturn::ingestion
