// What a match spares, and what the rest costs: docs/collect-once.md, "Minutes".
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "absl/strings/str_cat.h"
#include "services/ingestion/domain/requests/testing/request_world.h"

namespace onereturn::ingestion {
namespace {

// "RA 104 spared, 0 asked; ...".
std::string TextOfPrices(const MatchResult& match) {
  std::string text;
  for (const auto& [organisation, price] : match.prices) {
    absl::StrAppend(&text, text.empty() ? "" : "; ", organisation, " ", price.avoided.Total(),
                    " spared, ", price.outstanding.Total(), " asked");
  }
  return text;
}

struct PriceCase {
  const char* name;
  std::vector<AskLine> lines;
  std::vector<std::string> organisations;
  std::vector<std::string> periods;
  const char* prices;
  std::function<void(RequestWorld&)> change = nullptr;
};

AskLine Estimated(const std::string& item, uint64_t minutes) {
  AskLine line = LineOf(item);
  line.estimated_minutes = MinutesOf(minutes);
  return line;
}

// A return costs 100. Of MON: count 1, mean 2, plain 4, stock 8. Of SHARE: all 1, level 2, over 4.
// Of BEDS: beds 1.
TEST(MatchPrice, EachRule) {
  const std::vector<PriceCase> cases = {
      {"held", {LineOf("plain")}, {"RA"}, {"2025-04"}, "RA 104 spared, 0 asked"},
      {"a return for each asked period",
       {LineOf("plain")},
       {"RA"},
       {"2025-04", "2025-05"},
       "RA 208 spared, 0 asked"},
      {"one return for a quarter, of three parts",
       {LineOf("plain")},
       {"RA"},
       {"2025-Q2"},
       "RA 104 spared, 0 asked"},
      {"lines of one collection share the return",
       {LineOf("plain"), LineOf("stock")},
       {"RA"},
       {"2025-04"},
       "RA 112 spared, 0 asked"},
      {"a line twice",
       {LineOf("plain"), LineOf("plain")},
       {"RA"},
       {"2025-04"},
       "RA 104 spared, 0 asked"},
      {"an item of two formulas and a line",
       {LineOf("share"), LineOf("all"), LineOf("use")},
       {"RA"},
       {"2025-04"},
       "RA 105 spared, 101 asked"},
      {"on those who report, not on the ICB",
       {LineOf("plain")},
       {"Q1"},
       {"2025-04"},
       "RA 104 spared, 0 asked; RB 104 spared, 0 asked"},
      {"an ICB and its provider",
       {LineOf("plain")},
       {"Q1", "RA"},
       {"2025-04"},
       "RA 104 spared, 0 asked; RB 104 spared, 0 asked"},
      {"missing", {LineOf("plain")}, {"RA"}, {"2025-07"}, "RA 0 spared, 104 asked"},
      {"every missing part is a return",
       {LineOf("plain")},
       {"RA"},
       {"2025-Q3"},
       "RA 0 spared, 312 asked"},
      {"one of three parts is missing",
       {LineOf("plain")},
       {"RA"},
       {"2025-05/P3M"},
       "RA 0 spared, 104 asked"},
      {"some items reused",
       {LineOf("plain"), LineOf("stock")},
       {"RA"},
       {"2025-04"},
       "RA 4 spared, 108 asked",
       [](RequestWorld& w) { w.catalogue.collections["MON"].items_of_version[1].erase("stock"); }},
      {"awaited",
       {LineOf("plain"), LineOf("stock")},
       {"RA"},
       {"2025-07"},
       "RA 112 spared, 0 asked",
       [](RequestWorld& w) {
         RequestWorld::Frame(w.catalogue.collections["MON"], "RA", "2025-04");
       }},
      {"one item awaited, and so the return as a whole",
       {LineOf("plain"), LineOf("stock")},
       {"RA"},
       {"2025-07"},
       "RA 104 spared, 8 asked",
       [](RequestWorld& w) {
         w.owed = {{{PartKey{"MON", PeriodOf("2025-07"), "RA"}, "plain"}, Timestamp{}}};
       }},
      {"one part awaited, one asked",
       {LineOf("plain")},
       {"RA"},
       {"2025-06/P3M"},
       "RA 104 spared, 104 asked",
       [](RequestWorld& w) {
         w.owed = {{{PartKey{"MON", PeriodOf("2025-07"), "RA"}, "plain"}, Timestamp{}}};
       }},
      {"windows that overlap ask once",
       {LineOf("plain")},
       {"RA"},
       {"2025-05/P3M", "2025-06/P3M"},
       "RA 0 spared, 208 asked"},
      {"a window all of which was asked before",
       {LineOf("plain")},
       {"RA"},
       {"2025-05/P3M", "2025-06/P2M"},
       "RA 104 spared, 104 asked"},
      {"a new figure", {LineOf("unknown")}, {"RA"}, {"2025-04"}, "RA 0 spared, 570 asked"},
      {"new figures share the new collection",
       {LineOf("unknown"), LineOf("other")},
       {"RA"},
       {"2025-04"},
       "RA 0 spared, 640 asked"},
      {"as the line estimates",
       {Estimated("unknown", 3)},
       {"RA"},
       {"2025-04"},
       "RA 0 spared, 503 asked"},
      {"a finer figure, by the dearest line",
       {Estimated("plain", 3), Estimated("plain", 5)},
       {"RA"},
       {"2025-W18"},
       "RA 0 spared, 505 asked"},
      {"finer and held",
       {LineOf("plain"), LineBy("plain", {{"age", {}}})},
       {"RA"},
       {"2025-04"},
       "RA 104 spared, 570 asked"},
      {"nobody reports: the organisation itself",
       {LineOf("plain")},
       {"RZ"},
       {"2025-04"},
       "RZ 0 spared, 104 asked"},
  };
  for (const PriceCase& one : cases) {
    SCOPED_TRACE(one.name);
    RequestWorld world = Shares();
    if (one.change) one.change(world);
    EXPECT_EQ(TextOfPrices(world.Match(AskFor(one.lines, one.organisations, one.periods))),
              one.prices);
  }
}

TEST(MatchPrice, MinutesStayInTheirLens) {
  RequestWorld world = Hospitals();
  KnownCollection& mon = world.catalogue.collections["MON"].stretches[0];
  mon.return_minutes = {};
  mon.return_minutes[Lens::kTransmission] = 7;
  const MatchResult match = world.Match(AskFor({LineOf("plain")}, {"RA"}, {"2025-04"}));
  EXPECT_EQ(match.prices.at("RA").avoided[Lens::kTransmission], 7u);
  EXPECT_EQ(match.prices.at("RA").avoided[Lens::kGathering], 4u);
}

TEST(MatchPrice, WhatCostsNothingIsLeftOut) {
  RequestWorld world = Hospitals();
  KnownCollection& mon = world.catalogue.collections["MON"].stretches[0];
  mon.return_minutes = {};
  mon.item_minutes.clear();
  EXPECT_TRUE(world.Match(AskFor({LineOf("plain")}, {"RA"}, {"2025-04"})).prices.empty());
}

}  // namespace
}  // namespace onereturn::ingestion
