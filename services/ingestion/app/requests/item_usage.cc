#include "services/ingestion/app/requests/item_usage.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "common/commit/journal.h"
#include "common/feed/wire.h"
#include "common/period/london_day.h"
#include "common/status/status_macros.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "services/ingestion/app/requests/read_requests.h"
#include "services/ingestion/store/action_table.h"
#include "services/ingestion/store/item_use_table.h"

namespace onereturn::ingestion {
namespace {

using requests::v1::ItemUsage;

constexpr size_t kMostItemUsers = 20;

// One period of a collection of which something is held.
struct HeldPeriod {
  CivilDay start;
  CivilDay first_accepted;
  uint64_t returns = 0;
};

std::vector<HeldPeriod> HeldPeriodsOf(const Coverage& coverage, const std::string& collection) {
  std::vector<HeldPeriod> held;
  const std::map<Period, PeriodCoverage>* periods = coverage.PeriodsOf(collection);
  if (periods == nullptr) return held;
  for (const auto& [period, of_period] : *periods) {
    HeldPeriod one;
    one.start = period.start();
    for (uint32_t organisation = 0; organisation < coverage.organisation_count(); ++organisation) {
      const HeldRevision* revision = of_period.Find(organisation);
      if (revision == nullptr) continue;
      if (one.returns == 0 || revision->accepted_on < one.first_accepted) {
        one.first_accepted = revision->accepted_on;
      }
      ++one.returns;
    }
    if (one.returns > 0) held.push_back(one);
  }
  return held;
}

// The collections of which an item is or was a part; the last is that of the newest periods.
std::map<std::string, std::string> HomesByItem(const KnownCatalogue& catalogue) {
  std::map<std::string, std::string> homes;
  std::map<std::string, CivilDay> since;
  for (const auto& [code, collection] : catalogue.collections) {
    for (const KnownCollection& stretch : collection.stretches) {
      for (const std::string& item : stretch.items) {
        const auto [place, is_first] = since.emplace(item, stretch.days.from);
        if (!is_first && stretch.days.from < place->second) continue;
        place->second = stretch.days.from;
        homes[item] = code;
      }
    }
  }
  return homes;
}

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
              const std::optional<CivilDay>& last_use, uint32_t review_from, ItemUsage* usage) {
  uint64_t minutes = 0;
  uint32_t unused = 0;
  for (const HeldPeriod& period : held) {
    const KnownCollection* stretch = CollectionOn(home, period.start);
    if (stretch == nullptr || stretch->items.count(usage->item()) == 0) continue;
    const auto cost = stretch->item_minutes.find(usage->item());
    if (cost != stretch->item_minutes.end()) minutes += cost->second.Total() * period.returns;
    if (!last_use.has_value() || *last_use < period.first_accepted) ++unused;
  }
  usage->set_periods_unused(unused);
  usage->set_review(review_from > 0 && unused >= review_from);
  usage->set_minutes(minutes);
  if (usage->uses() > 0) usage->set_minutes_a_use(minutes / usage->uses());
}

}  // namespace

absl::StatusOr<PageOf<ItemUsage>> ListItemUsage(const Reader& reader, const UsageWorld& world,
                                                const requests::v1::ListUsageRequest& request,
                                                const std::string& after, size_t limit) {
  const absl::StatusOr<requests::v1::RequestRules> rules = RequestRulesAt(reader, world.sequence);
  if (!rules.ok() && !absl::IsNotFound(rules.status())) return rules.status();
  const uint32_t review_from = rules.ok() ? rules->unused_periods() : 0;
  ASSIGN_OR_RETURN(const auto actions, ActionsByItem(reader, world.sequence));
  const std::map<std::string, std::string> homes = HomesByItem(*world.catalogue);
  std::map<std::string, std::vector<HeldPeriod>> held;  // By collection, each looked at once.
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
    const auto [periods, is_new] = held.try_emplace(collection);
    if (is_new) periods->second = HeldPeriodsOf(*world.coverage, collection);
    FillHeld(world.catalogue->collections.at(collection), periods->second, last_use, review_from,
             &usage);
    if (request.review_only() && !usage.review()) continue;
    if (page.rows.size() == limit) {
      page.after = page.rows.back().item();
      break;
    }
    page.rows.push_back(std::move(usage));
  }
  return page;
}

absl::StatusOr<bool> WasReadSince(const Reader& reader, const std::string& body,
                                  const std::string& item, uint64_t from) {
  ASSIGN_OR_RETURN(const std::string bytes, EntryBytes(reader, from));
  feed::v1::Entry entry;
  if (!entry.ParseFromString(bytes)) return absl::DataLossError("a stored entry cannot be read");
  bool read = false;
  RETURN_IF_ERROR(VisitItemUses(
      reader, item, [&](const ItemUseKey& key, const ItemUse& use) -> absl::StatusOr<bool> {
        read = key.body == body && use.last.micros >= entry.time_micros();
        return !read;
      }));
  return read;
}

}  // namespace onereturn::ingestion
