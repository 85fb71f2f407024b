#include "services/ingestion/app/requests/matching/issue_plan.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/feed/wire.h"
#include "common/period/london_day.h"
#include "services/ingestion/app/requests/matching/claim_reading.h"
#include "services/ingestion/definitions/minutes_messages.h"
#include "services/ingestion/domain/requests/due_moment.h"

namespace onereturn::ingestion {
namespace {

// Well within an entry of 64 KiB, which holds more than the fact.
constexpr size_t kPartBytes = 48 * 1024;

// What is missing of one return. Items by their place in an order of all codes: each of very many
// returns may lack very many.
struct Missing {
  std::vector<uint32_t> items;
  Timestamp due;
  bool owed_to_collection = false;
};

// Returns that are alike in everything but the organisation.
using Alike = std::tuple<std::string, Period, std::vector<uint32_t>, int64_t, bool>;

// When the window closes whose due moment it is, be it of a later period; nullopt: there is none.
std::optional<Timestamp> CloseOf(const MatchWorld& world, const std::string& collection,
                                 const Period& period, Timestamp due) {
  if (world.catalogue->collections.count(collection) == 0) return std::nullopt;
  for (std::optional<Period> of = period; of.has_value(); of = of->Next()) {
    if (LondonTime(of->start(), 0) > due) return std::nullopt;
    const std::optional<Moments> moments = WindowOf(world, collection, *of);
    if (moments.has_value() && moments->due == due) return moments->closes;
  }
  return std::nullopt;
}

Minutes MinutesOfItem(const std::map<std::string, Minutes>& minutes, const std::string& item) {
  const auto found = minutes.find(item);
  return found == minutes.end() ? Minutes() : found->second;
}

const std::string& CodeIn(const Gap& gap, const std::string& item, const NewHome* home) {
  return gap.collection.empty() ? home->code_of.at(item) : item;
}

// All codes of what is missing, in order, each once.
std::vector<std::string> CodesOf(const MatchResult& match, const NewHome* home) {
  std::set<std::string> codes;
  for (const Gap& gap : match.gaps) {
    for (const std::string& item : gap.items) codes.insert(CodeIn(gap, item, home));
  }
  return std::vector<std::string>(codes.begin(), codes.end());
}

std::map<PartKey, Missing> MissingByReturn(const MatchResult& match, const NewHome* home,
                                           const std::vector<std::string>& codes) {
  std::map<PartKey, Missing> missing;
  for (const Gap& gap : match.gaps) {
    const std::string& collection =
        gap.collection.empty() ? home->collection.code() : gap.collection;
    std::set<uint32_t> items;
    for (const std::string& item : gap.items) {
      const auto place =
          std::lower_bound(codes.begin(), codes.end(), CodeIn(gap, item, home)) - codes.begin();
      items.insert(static_cast<uint32_t>(place));
    }
    for (const Period& period : gap.periods) {
      for (const std::string& organisation : gap.organisations) {
        Missing& one = missing[PartKey{collection, period, organisation}];
        one.due = std::max(one.due, gap.due);
        one.owed_to_collection |= gap.owed_to_collection;
        std::vector<uint32_t> with_others;
        std::set_union(one.items.begin(), one.items.end(), items.begin(), items.end(),
                       std::back_inserter(with_others));
        one.items = std::move(with_others);
      }
    }
  }
  return missing;
}

// Packs what follows into facts of bounded size.
class Packer {
 public:
  // One that has no room in a fact is split by organisations: what each of its returns is, alone,
  // has room (kMostItemsOfIssue).
  void Add(const requests::v1::ObligationGroup& group) {
    requests::v1::ObligationGroup rest = group;
    rest.clear_organisations();
    const size_t bytes_of_each = rest.ByteSizeLong();
    requests::v1::ObligationGroup piece = rest;
    size_t bytes = bytes_of_each;
    for (const std::string& organisation : group.organisations()) {
      if (bytes + organisation.size() + 2 > kPartBytes) {
        *Room(bytes).add_groups() = piece;
        piece = rest;
        bytes = bytes_of_each;
      }
      piece.add_organisations(organisation);
      bytes += organisation.size() + 2;
    }
    *Room(bytes).add_groups() = piece;
  }
  void Add(const requests::v1::OrganisationPrice& price) {
    *Room(price.ByteSizeLong()).add_avoided() = price;
  }
  std::vector<requests::v1::ObligationsCreated> Take() { return std::move(parts_); }

 private:
  requests::v1::ObligationsCreated& Room(size_t bytes) {
    if (parts_.empty() || bytes_ + bytes > kPartBytes) {
      parts_.emplace_back();
      bytes_ = 0;
    }
    bytes_ += bytes + 8;
    return parts_.back();
  }

  std::vector<requests::v1::ObligationsCreated> parts_;
  size_t bytes_ = 0;
};

// The collection's part of a group: what each of its returns costs.
void SetMinutes(const KnownCollection* stretch, const NewHome* home,
                requests::v1::ObligationGroup* group) {
  Minutes whole;
  std::map<std::string, Minutes> by_item;
  if (stretch != nullptr) {
    whole = stretch->return_minutes;
    by_item = stretch->item_minutes;
  } else if (home != nullptr) {
    whole = MinutesOf(home->collection.estimated_minutes());
    for (const auto& one : home->collection.item_minutes()) {
      by_item[one.item()] = MinutesOf(one.minutes());
    }
  }
  *group->mutable_return_minutes() = MessageOf(whole);
  for (const std::string& item : group->items()) {
    *group->add_item_minutes() = MessageOf(MinutesOfItem(by_item, item));
  }
}

requests::v1::ObligationGroup GroupOf(const Alike& alike,
                                      const std::vector<std::string>& organisations,
                                      const std::vector<std::string>& codes,
                                      const MatchWorld& world, const NewHome* home) {
  const auto& [collection, period, items, due_micros, owed] = alike;
  const KnownCollection* stretch = CollectionOn(*world.catalogue, collection, period.start());
  requests::v1::ObligationGroup group;
  group.set_collection(collection);
  group.set_period(period.ToString());
  for (const uint32_t item : items) group.add_items(codes[item]);
  for (const std::string& organisation : organisations) group.add_organisations(organisation);
  *group.mutable_due_time() = ToWire(Timestamp{due_micros});
  group.set_owed_to_collection(owed);
  const std::optional<Timestamp> closes = CloseOf(world, collection, period, Timestamp{due_micros});
  if (closes.has_value()) *group.mutable_close_time() = ToWire(*closes);
  SetMinutes(stretch, home, &group);
  return group;
}

Minutes MinutesOfOne(const requests::v1::ObligationGroup& group) {
  Minutes minutes = MinutesOf(group.return_minutes());
  for (const auto& item : group.item_minutes()) minutes += MinutesOf(item);
  return minutes;
}

Minutes Less(Minutes from, const Minutes& what) {
  for (size_t lens = 0; lens < kLensCount; ++lens) {
    from.by_lens[lens] -= std::min(from.by_lens[lens], what.by_lens[lens]);
  }
  return from;
}

}  // namespace

IssuePlan PlanIssue(const MatchResult& match, const MatchWorld& world, const NewHome* home) {
  const std::vector<std::string> codes = CodesOf(match, home);
  std::map<Alike, std::vector<std::string>> groups;
  for (const auto& [part, missing] : MissingByReturn(match, home, codes)) {
    groups[Alike{part.collection, part.period, missing.items, missing.due.micros,
                 missing.owed_to_collection}]
        .push_back(part.organisation);
  }
  IssuePlan plan;
  Packer packer;
  std::map<std::string, Minutes> of_obligations;
  for (const auto& [alike, organisations] : groups) {
    const requests::v1::ObligationGroup group = GroupOf(alike, organisations, codes, world, home);
    packer.Add(group);
    plan.obligations += static_cast<uint32_t>(organisations.size());
    const Minutes each = MinutesOfOne(group);
    for (const std::string& organisation : organisations) of_obligations[organisation] += each;
  }
  for (const auto& [organisation, price] : match.prices) {
    const Minutes avoided = Less(price.avoided + price.outstanding, of_obligations[organisation]);
    if (avoided.Total() == 0) continue;
    requests::v1::OrganisationPrice one;
    one.set_organisation(organisation);
    *one.mutable_avoided() = MessageOf(avoided);
    packer.Add(one);
  }
  plan.parts = packer.Take();
  return plan;
}

}  // namespace onereturn::ingestion
