#include "services/ingestion/app/requests/hours/unused_items.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "common/feed/wire.h"
#include "common/hierarchy/ods_code.h"
#include "common/period/london_day.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/requests/hours/item_homes.h"
#include "services/ingestion/app/requests/hours/item_reviews.h"
#include "services/ingestion/app/requests/hours/item_usage.h"
#include "services/ingestion/store/item_review_table.h"
#include "services/ingestion/store/item_use_table.h"
#include "services/ingestion/store/request_table.h"

namespace onereturn::ingestion {
namespace {

using requests::v1::ItemReview;

constexpr int kMostNamedUsers = 64;  // As many as a change may consult.

struct ReadOfItem {
  std::optional<CivilDay> last;
  std::vector<std::string> bodies;  // The newest use first.
};

absl::StatusOr<ReadOfItem> ReadsOf(const Reader& reader, const std::string& item) {
  std::map<std::string, Timestamp> last_by_body;
  RETURN_IF_ERROR(VisitItemUses(
      reader, item, [&](const ItemUseKey& key, const ItemUse& use) -> absl::StatusOr<bool> {
        Timestamp& last = last_by_body[key.body];
        last = std::max(last, use.last);
        return true;
      }));
  std::vector<std::pair<Timestamp, std::string>> newest_first;
  for (const auto& [body, last] : last_by_body) newest_first.emplace_back(last, body);
  std::stable_sort(newest_first.begin(), newest_first.end(),
                   [](const auto& left, const auto& right) { return right.first < left.first; });
  ReadOfItem read;
  if (!newest_first.empty()) read.last = LondonDay(newest_first.front().first);
  for (auto& [last, body] : newest_first) read.bodies.push_back(std::move(body));
  return read;
}

// Bodies that asked for an item, by item.
absl::StatusOr<std::map<std::string, std::set<std::string>>> AskersByItem(const Reader& reader,
                                                                          uint64_t sequence) {
  std::map<std::string, std::set<std::string>> askers;
  RETURN_IF_ERROR(VisitDataRequests(
      reader, 0, sequence,
      [&](uint64_t, const requests::v1::DataRequest& request) -> absl::StatusOr<bool> {
        if (!request.has_issue()) return true;
        for (const std::string& item : ItemsAskedFor(request)) {
          askers[item].insert(request.requesting_body());
        }
        return true;
      }));
  return askers;
}

// Systems that act for no organisation cannot be asked.
void NameUsers(const std::vector<std::string>& readers, const std::set<std::string>& askers,
               ItemReview* review) {
  std::set<std::string> named;
  const auto name = [&](const std::string& body) {
    const bool fits = review->users_size() < kMostNamedUsers && CheckOdsCode(body).ok();
    if (fits && named.insert(body).second) review->add_users(body);
  };
  for (const std::string& body : readers) name(body);
  for (const std::string& body : askers) name(body);
}

bool IsCollectedFromNowOn(const CollectionOverTime& home, const std::string& item) {
  if (home.stretches.empty()) return false;
  const KnownCollection& last = home.stretches.back();
  return !last.days.before.has_value() && last.items.count(item) > 0;
}

absl::StatusOr<std::optional<CivilDay>> KeptOn(const std::optional<ItemReview>& before) {
  if (!before.has_value() || !before->has_kept()) return std::optional<CivilDay>();
  ASSIGN_OR_RETURN(const Timestamp time, FromWire(before->kept().time()));
  return std::optional<CivilDay>(LondonDay(time));
}

}  // namespace

absl::StatusOr<std::vector<ItemReview>> UnusedItems(const Reader& reader, const UsageWorld& world,
                                                    uint32_t periods) {
  ASSIGN_OR_RETURN(const auto askers, AskersByItem(reader, world.sequence));
  HeldPeriods held(world.coverage);
  std::vector<ItemReview> reviews;
  for (const auto& [item, collection] : HomesByItem(*world.catalogue)) {
    const CollectionOverTime& home = world.catalogue->collections.at(collection);
    if (!IsCollectedFromNowOn(home, item)) continue;
    ASSIGN_OR_RETURN(const std::optional<ItemReview> before,
                     ItemReviewAt(reader, item, world.sequence));
    if (before.has_value() && before->state() == requests::v1::ITEM_REVIEW_STATE_OPEN) continue;
    ASSIGN_OR_RETURN(const ReadOfItem read, ReadsOf(reader, item));
    ASSIGN_OR_RETURN(const std::optional<CivilDay> kept, KeptOn(before));
    const std::optional<CivilDay> since = std::max(read.last, kept);
    const UnusedPeriods unused =
        UnusedPeriodsOf(home, held.Of(collection), item, since, world.today);
    if (unused.count < periods) continue;
    ItemReview review;
    const uint32_t number = before.has_value() ? ParseItemReviewName(before->name()).number + 1 : 1;
    review.set_name(ItemReviewName({item, number}));
    review.set_item(item);
    review.set_collection(collection);
    review.set_unused_since((since.has_value() ? *since : *unused.first_held).ToString());
    review.set_periods_unused(unused.count);
    review.set_state(requests::v1::ITEM_REVIEW_STATE_OPEN);
    const auto asked = askers.find(item);
    NameUsers(read.bodies, asked == askers.end() ? std::set<std::string>() : asked->second,
              &review);
    reviews.push_back(std::move(review));
  }
  return reviews;
}

}  // namespace onereturn::ingestion
