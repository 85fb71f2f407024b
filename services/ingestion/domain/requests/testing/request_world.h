// A small catalogue, and returns that are held, built line by line.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_TESTING_REQUEST_WORLD_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_TESTING_REQUEST_WORLD_H_

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "services/ingestion/domain/requests/match.h"

namespace onereturn::ingestion {

inline Period PeriodOf(const std::string& text) { return Period::Parse(text).value(); }
inline CivilDay DayOf(const std::string& text) { return CivilDay::Parse(text).value(); }
inline Minutes MinutesOf(uint64_t gathering) {
  Minutes minutes;
  minutes[Lens::kGathering] = gathering;
  return minutes;
}

// What may be said of a revision; by default fresh, final, of version 1.
struct Sent {
  std::string accepted_on = "2025-08-01";
  bool is_final = true;
  uint32_t version = 1;
};

class RequestWorld {
 public:
  RequestWorld() {
    catalogue.rules.notice_days_existing = 28;
    catalogue.rules.notice_days_detail = 91;
    catalogue.rules.notice_days_new = 182;
    catalogue.rules.new_item_minutes = MinutesOf(70);
    catalogue.rules.new_collection_minutes = MinutesOf(500);
  }

  KnownItem& Item(const std::string& code, bool over_organisations = true, bool over_time = true) {
    KnownItem item;
    item.additive_over_organisations = over_organisations;
    item.additive_over_time = over_time;
    catalogue.items[code] = {item};
    return catalogue.items[code].front();
  }
  KnownItem& Derived(const std::string& code, const std::string& formula) {
    KnownItem& item = Item(code, false, false);
    item.formula = Expression::Parse(formula).value();
    return item;
  }
  static void Dimension(KnownItem& item, const std::string& code, std::set<std::string> values,
                        bool adds_up = true) {
    KnownDimension dimension;
    dimension.code = code;
    dimension.values = std::move(values);
    dimension.adds_up = adds_up;
    item.dimensions.push_back(dimension);
  }

  // A collection of one version for all time. A return costs 100, an item of it 1, 2, 4, ... in
  // order of code.
  CollectionOverTime& Collect(const std::string& code, PeriodKind kind,
                              const std::set<std::string>& items) {
    KnownCollection stretch;
    stretch.period_kind = kind;
    stretch.items = items;
    stretch.return_minutes = MinutesOf(100);
    uint64_t minutes = 1;
    for (const std::string& item : items) {
      stretch.item_minutes[item] = MinutesOf(minutes);
      minutes *= 2;
    }
    CollectionOverTime& collection = catalogue.collections[code];
    collection.stretches = {stretch};
    collection.items_of_version[1] = items;
    return collection;
  }
  // Due at noon on the 10th working day after the period, open until the 20th.
  static void Window(CollectionOverTime& collection, const std::string& from = "2020-01") {
    for (KnownCollection& stretch : collection.stretches) {
      WindowSpec window{"england", PeriodOf(from)};
      window.due_day = 10;
      window.due_seconds = 12 * 3600;
      window.close_day = 20;
      stretch.window = window;
      stretch.calendar = std::make_shared<WorkingCalendar>(DayOf("2019-01-01"), DayOf("2027-12-31"),
                                                           std::set<CivilDay>{});
    }
  }
  static void Frame(CollectionOverTime& collection, const std::string& organisation,
                    const std::string& first, const std::string& last = "") {
    KnownFrame frame{organisation, PeriodOf(first), std::nullopt};
    if (!last.empty()) frame.last = PeriodOf(last);
    collection.frames.push_back(frame);
  }

  KnownOrganisation& Organisation(const std::string& code, OrganisationType type) {
    catalogue.organisations[code].type = type;
    return catalogue.organisations[code];
  }
  void Tie(const std::string& child, const std::string& parent, RelationshipKind kind,
           const std::string& from = "2000-01-01", const std::string& to = "") {
    Relationship tie;
    tie.child = child;
    tie.parent = parent;
    tie.kind = kind;
    tie.from = DayOf(from);
    if (!to.empty()) tie.to = DayOf(to);
    tie.lead = true;
    catalogue.organisations[child].relationships.push_back(tie);
  }
  void Provider(const std::string& code, const std::string& icb, const std::string& region = "") {
    Organisation(code, OrganisationType::kProvider);
    if (!icb.empty()) Tie(code, icb, RelationshipKind::kProviderToIcb);
    if (!region.empty()) Tie(code, region, RelationshipKind::kProviderToRegion);
  }

  void Hold(const std::string& collection, const std::vector<std::string>& periods,
            const std::vector<std::string>& organisations, const Sent& sent = {}) {
    for (const std::string& period : periods) {
      for (const std::string& organisation : organisations) {
        HeldRevision revision;
        revision.number = 1;
        revision.sequence = ++sequence_;
        revision.collection_version = sent.version;
        revision.is_final = sent.is_final;
        revision.accepted_on = DayOf(sent.accepted_on);
        coverage.Take(collection, PeriodOf(period), organisation, revision);
      }
    }
  }

  MatchWorld World() const {
    MatchWorld world;
    world.catalogue = &catalogue;
    world.coverage = &coverage;
    world.today = today;
    world.bounds = bounds;
    if (!opened.empty()) {
      world.opened_window = [this](const std::string& collection,
                                   const Period& period) -> std::optional<OpenedWindow> {
        const auto found = opened.find({collection, period});
        if (found == opened.end()) return std::nullopt;
        return found->second;
      };
    }
    if (!owed.empty()) {
      world.due_for_earlier = [this](const PartKey& part,
                                     const std::string& item) -> std::optional<Timestamp> {
        for (const auto& [one, due] : owed) {
          if (one.first == part && (item.empty() || one.second == item)) return due;
        }
        return std::nullopt;
      };
    }
    return world;
  }
  MatchResult Match(const Ask& ask) const { return MatchAsk(ask, World()); }

  KnownCatalogue catalogue;
  Coverage coverage;
  CivilDay today = DayOf("2025-09-01");
  // An item of a return that an earlier request asked, and when it is due.
  std::map<std::pair<PartKey, std::string>, Timestamp> owed;
  std::map<std::pair<std::string, Period>, OpenedWindow> opened;
  IssueBounds bounds;

 private:
  uint64_t sequence_ = 0;
};

inline AskLine LineOf(const std::string& item) {
  AskLine line;
  line.item = item;
  return line;
}
// By these dimensions alone, all their values; none: one figure.
inline AskLine LineBy(const std::string& item, const std::vector<AskedDimension>& dimensions) {
  AskLine line = LineOf(item);
  line.as_held = false;
  line.dimensions = dimensions;
  return line;
}

// Due long after every notice.
inline Ask AskFor(const std::vector<AskLine>& lines, std::vector<std::string> organisations,
                  const std::vector<std::string>& periods) {
  Ask ask;
  ask.lines = lines;
  std::sort(organisations.begin(), organisations.end());
  ask.organisations = std::move(organisations);
  for (const std::string& period : periods) ask.periods.push_back(PeriodOf(period));
  std::sort(ask.periods.begin(), ask.periods.end());
  ask.due_date = DayOf("2026-12-31");
  return ask;
}

// Providers RA and RB of ICB Q1, RC of Q2; both ICBs' providers of region Y1, of nation X.
// Monthly collection MON: "count" (additive), "stock" (not over time), "mean" (not over
// organisations). RA, RB and RC sent April to June 2025.
inline RequestWorld Hospitals() {
  RequestWorld world;
  world.Organisation("X", OrganisationType::kNationalBody);
  world.Organisation("Y1", OrganisationType::kRegion);
  world.Tie("Y1", "X", RelationshipKind::kRegionToNation);
  for (const char* icb : {"Q1", "Q2"}) {
    world.Organisation(icb, OrganisationType::kIcb);
    world.Tie(icb, "Y1", RelationshipKind::kIcbToRegion);
  }
  world.Provider("RA", "Q1", "Y1");
  world.Provider("RB", "Q1", "Y1");
  world.Provider("RC", "Q2", "Y1");
  KnownItem& count = world.Item("count");
  RequestWorld::Dimension(count, "booked", {"yes", "no"});
  RequestWorld::Dimension(count, "standard", {"28", "62"}, false);
  world.Item("stock", true, false);
  world.Item("mean", false, true);
  world.Item("plain");
  world.Collect("MON", PeriodKind::kMonth, {"count", "stock", "mean", "plain"});
  world.Hold("MON", {"2025-04", "2025-05", "2025-06"}, {"RA", "RB", "RC"});
  return world;
}

// A share of "over" in "all", both monthly; "beds" of another collection.
inline RequestWorld Shares() {
  RequestWorld world = Hospitals();
  world.Item("over");
  world.Item("all");
  world.Item("beds");
  world.Item("level", true, false);
  world.Collect("SHARE", PeriodKind::kMonth, {"over", "all", "level"});
  world.Collect("BEDS", PeriodKind::kMonth, {"beds"});
  world.Derived("share", "100 * sum(over) / sum(all)");
  world.Derived("use", "sum(all) / sum(beds)");
  world.Derived("filled", "sum(level) / sum(all)");
  world.Derived("lost", "sum(all) / sum(nowhere)");
  world.Derived("twice", "sum(share) / sum(all)");
  world.Hold("SHARE", {"2025-04", "2025-05"}, {"RA", "RB"});
  return world;
}

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_TESTING_REQUEST_WORLD_H_
