// Catalogues, stores and requests of any make, small enough that everything meets everything.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_TESTING_ANY_REQUEST_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_TESTING_ANY_REQUEST_H_

#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "services/ingestion/domain/requests/testing/request_world.h"

namespace onereturn::ingestion {

// The same seed gives the same.
class AnyRequest {
 public:
  explicit AnyRequest(uint64_t seed) : random_(seed) {
    AddOrganisations();
    AddItems();
    for (const char* code : {"C1", "C2", "C3"}) AddCollection(code);
    AddReturns();
    AddOwed();
    AddOpened();
    FillAsk();
  }

  RequestWorld world;
  Ask ask;

 private:
  using Values = std::set<std::string>;

  // True in so many cases of a hundred.
  bool In(int hundredths) { return static_cast<int>(random_() % 100) < hundredths; }
  template <typename T>
  const T& OneOf(const std::vector<T>& values) {
    return values[random_() % values.size()];
  }

  static const std::vector<std::string>& Codes() {
    static const auto* const codes =
        new std::vector<std::string>{"N", "Q1", "Q2", "R1", "R2", "R3", "R4", "S", "Y1", "Y2"};
    return *codes;
  }
  static const std::vector<std::string>& ItemCodes() {
    static const auto* const codes =
        new std::vector<std::string>{"a", "a_finer", "b", "c", "d", "half", "part", "share", "z"};
    return *codes;
  }

  void AddOrganisations() {
    world.Organisation("N", OrganisationType::kNationalBody);
    world.Organisation("S", OrganisationType::kSite);
    for (const char* code : {"Y1", "Y2"}) {
      world.Organisation(code, OrganisationType::kRegion);
      if (In(80)) world.Tie(code, "N", RelationshipKind::kRegionToNation);
    }
    for (const char* code : {"Q1", "Q2"}) {
      world.Organisation(code, OrganisationType::kIcb);
      world.Tie(code, In(50) ? "Y1" : "Y2", RelationshipKind::kIcbToRegion);
    }
    for (const char* code : {"R1", "R2", "R3"}) {  // R4 is known by its returns alone.
      KnownOrganisation& provider = world.Organisation(code, OrganisationType::kProvider);
      if (In(10)) provider.open.before = OneOf(days_);
      if (In(10)) provider.open.from = OneOf(days_);
      TieProvider(code);
    }
    world.Tie("S", "R1", RelationshipKind::kSiteToProvider);
  }
  void TieProvider(const std::string& code) {
    const std::string change = OneOf(days_).ToString();
    const std::string before = OneOf(days_).PlusDays(-1)->ToString();
    world.Tie(code, In(50) ? "Q1" : "Q2", RelationshipKind::kProviderToIcb, "2000-01-01",
              In(50) ? before : "");
    if (In(50)) world.Tie(code, In(50) ? "Q1" : "Q2", RelationshipKind::kProviderToIcb, change);
    for (Relationship& tie : world.catalogue.organisations[code].relationships) {
      tie.lead = In(60);
      tie.share_millionths = In(50) ? 300'000 : 700'000;
    }
    if (In(80)) world.Tie(code, In(50) ? "Y1" : "Y2", RelationshipKind::kProviderToRegion);
    if (In(20)) world.Tie(code, "N", RelationshipKind::kProviderToNation);
  }

  void AddItems() {
    for (const char* code : {"a", "b", "c", "d"}) {
      KnownItem& item = world.Item(code, In(75), In(75));
      if (In(30)) RequestWorld::Dimension(item, "x", {"1", "2"}, In(70));
      if (In(20)) RequestWorld::Dimension(item, "y", {"1"}, In(70));
      if (In(10)) item.days.from = OneOf(days_);
    }
    for (const char* code : {"a_finer", "z"}) {  // As earlier requests made them.
      KnownItem& view = world.Item(code, In(75), In(75));
      view.refines = In(80) ? "a" : "b";
      if (In(60))
        RequestWorld::Dimension(view, "x", In(50) ? Values{"1"} : Values{"1", "2", "3"}, In(70));
      if (In(30)) RequestWorld::Dimension(view, "y", {"1"}, In(70));
    }
    static const Expression share = Expression::Parse("sum(a) / sum(b)").value();
    static const Expression half = Expression::Parse("sum(c[x = '1']) / 2").value();
    static const std::vector<Expression> parts = {
        Expression::Parse("sum(d[x = '1']) / sum(d)").value(),
        Expression::Parse("d[x = '1'] / sum(d[x = '1' or '2'])").value(),
        Expression::Parse("sum(d[x = '1']) / sum(d[x = '2'])").value(),
        Expression::Parse("sum(d[x = '1' or '2']) / sum(a)").value()};
    world.Item("share", false, false).formula = share;
    world.Item("part", false, false).formula = OneOf(parts);
    if (In(50)) {  // What they pick from.
      KnownItem& picked = world.catalogue.items["d"].front();
      picked.dimensions.clear();
      RequestWorld::Dimension(picked, "x", {"1", "2"}, In(50));
    }
    KnownItem& of_half = world.Item("half", false, false);
    of_half.formula = half;
    if (In(30)) RequestWorld::Dimension(of_half, "y", {"1"});
  }

  void AddCollection(const std::string& code) {
    std::set<std::string> items;
    for (const char* item : {"a", "a_finer", "b", "c", "d", "z"}) {
      if (In(50)) items.insert(item);
    }
    CollectionOverTime& collection =
        world.Collect(code,
                      OneOf<PeriodKind>({PeriodKind::kMonth, PeriodKind::kMonth,
                                         PeriodKind::kQuarter, PeriodKind::kWeek}),
                      items);
    collection.items_of_version[2] = items;
    if (In(40)) collection.items_of_version[1].erase("a");
    if (In(20)) collection.items_of_version[2].erase("b");
    if (In(30)) collection.stretches[0].days.before = OneOf(days_);
    if (In(30)) collection.stretches[0].days.from = OneOf(days_);
    if (In(40)) {
      static const auto calendar = std::make_shared<WorkingCalendar>(
          DayOf("2019-01-01"), DayOf("2026-12-31"), std::set<CivilDay>{});
      // Some begin among the periods that are asked.
      WindowSpec window{"england", PeriodOf(In(70) ? "2020-01" : "2025-06")};
      window.due_day = 5;
      window.close_day = In(50) ? 10 : 60;
      collection.stretches[0].window = window;
      collection.stretches[0].calendar = calendar;
    }
    if (In(60)) return;
    for (const std::string& organisation : Codes()) {
      if (!In(50)) continue;
      RequestWorld::Frame(collection, organisation, In(70) ? "2025-04" : "2025-06",
                          In(70) ? "" : "2025-08");
    }
  }

  void AddReturns() {
    for (const auto& [code, collection] : world.catalogue.collections) {
      const int share = OneOf<int>({0, 40, 80, 100});
      std::optional<Period> period =
          Period::Containing(collection.stretches[0].period_kind, DayOf("2025-04-01"));
      for (int i = 0; i < 6 && share > 0; ++i, period = period->Next()) {
        for (const std::string& organisation : Codes()) {
          const bool provider = organisation[0] == 'R';
          if (!(provider ? In(share) : In(4))) continue;
          Hold(code, *period, organisation);
        }
      }
    }
  }
  void Hold(const std::string& collection, const Period& period, const std::string& organisation) {
    HeldRevision revision;
    revision.number = 1 + random_() % 3;
    revision.collection_version = In(80) ? 2 : 1;
    revision.is_final = In(80);
    revision.accepted_on = In(80) ? DayOf("2025-08-01") : DayOf("2025-07-01");
    world.coverage.Take(collection, period, organisation, revision);
  }

  void AddOwed() {
    for (const char* period : {"2025-06", "2025-07", "2025-Q2"}) {
      for (const char* item : {"a", "b"}) {
        if (!In(20)) continue;
        const Timestamp due = LondonTime(DayOf(In(50) ? "2025-09-30" : "2027-01-31"), 0);
        world.owed.emplace(std::pair(PartKey{"C1", PeriodOf(period), OneOf(Codes())}, item), due);
      }
    }
  }

  // Whatever the calendars say.
  void AddOpened() {
    for (const char* period : {"2025-06", "2025-07", "2025-08", "2025-Q2"}) {
      if (!In(20)) continue;
      OpenedWindow& window = world.opened[{"C1", PeriodOf(period)}];
      window.moments.due = LondonTime(DayOf(In(50) ? "2025-08-20" : "2025-09-10"), 3600);
      window.moments.closes = LondonTime(DayOf(In(50) ? "2025-08-31" : "2025-09-12"), 0);
      window.closed = In(20);
    }
  }

  void FillAsk() {
    const size_t lines = 1 + random_() % 3;
    while (ask.lines.size() < lines) ask.lines.push_back(AnyLine());
    for (const std::string& code : Codes()) {
      if (In(30)) ask.organisations.push_back(code);
    }
    ask.periods = {
        PeriodOf(OneOf<std::string>({"2025-04", "2025-06", "2025-Q2", "2025-W18", "2025-05/P3M"}))};
    while (In(40)) ask.periods.push_back(*ask.periods.back().Next());
    if (In(30)) ask.accepted_from = DayOf("2025-07-15");
    ask.final_only = In(15);
    ask.ask_anew = In(50);
    ask.due_date = DayOf("2025-10-01");
  }
  AskLine AnyLine() {
    AskLine line = LineOf(In(95) ? OneOf(ItemCodes()) : "unknown");
    if (In(20)) line.estimated_minutes = MinutesOf(1 + random_() % 9);
    line.as_held = In(60);
    if (line.as_held) return line;
    if (In(50)) line.dimensions.push_back({"x", {}});
    if (!line.dimensions.empty() && In(30)) line.dimensions[0].values = {In(80) ? "1" : "3"};
    if (In(20)) line.dimensions.push_back({"y", {}});
    return line;
  }

  const std::vector<CivilDay> days_ = {DayOf("2025-04-30"), DayOf("2025-05-01"),
                                       DayOf("2025-06-01"), DayOf("2025-06-15")};
  std::mt19937_64 random_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_TESTING_ANY_REQUEST_H_
