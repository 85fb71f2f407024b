// How a triple is covered: each class and each edge of docs/collect-once.md.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "services/ingestion/domain/requests/testing/request_world.h"

namespace onereturn::ingestion {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

struct ClassCase {
  const char* name;
  AskLine line;
  const char* organisation;
  const char* period;
  CoverageClass coverage;
  uint64_t parts;
  uint64_t parts_held;
  const char* words;
  std::function<void(RequestWorld&)> change = nullptr;
};

const AskedDimension kBooked{"booked", {}};
const AskedDimension kStandard{"standard", {}};

std::vector<ClassCase> ClassCases() {
  using World = RequestWorld;
  constexpr CoverageClass kExact = CoverageClass::kExact;
  constexpr CoverageClass kRollup = CoverageClass::kRollup;
  constexpr CoverageClass kFiner = CoverageClass::kFiner;
  constexpr CoverageClass kNew = CoverageClass::kNew;
  return {
      {"its own month", LineOf("plain"), "RA", "2025-04", kExact, 1, 1,
       "held of MON as it is asked"},
      {"all dimensions named", LineBy("count", {kBooked, kStandard}), "RA", "2025-04", kExact, 1, 1,
       "held of MON"},
      {"some values of all dimensions", LineBy("count", {{"booked", {"yes"}}, kStandard}), "RA",
       "2025-04", kExact, 1, 1, "held of MON"},
      {"a month nobody sent", LineOf("plain"), "RA", "2025-07", kNew, 1, 0,
       "nothing is held; 1 return of MON"},
      {"before its first return", LineOf("plain"), "RA", "2025-03", kNew, 1, 0, "nothing is held"},
      {"a quarter of months", LineOf("plain"), "RA", "2025-Q2", kRollup, 3, 3,
       "the sum of April to June 2025, held of MON from all 3 months"},
      {"a quarter of which a month is missing", LineOf("plain"), "RA", "2025-Q3", kNew, 3, 0,
       "3 returns of MON"},
      {"a rolling window", LineOf("plain"), "RA", "2025-05/P3M", kRollup, 3, 2,
       "2 of 3 months held; RA 2025-07 is not"},
      {"a stock over a quarter", LineOf("stock"), "RA", "2025-Q2", kNew, 1, 0,
       "may not be summed over time"},
      {"a stock of providers", LineOf("stock"), "Q1", "2025-04", kRollup, 2, 2,
       "the sum of the providers below, held of MON from all 2 providers"},
      {"a week of monthly figures", LineOf("plain"), "RA", "2025-W18", kFiner, 1, 0,
       "only longer periods"},
      {"a week of a month nobody sent", LineOf("plain"), "RA", "2025-W40", kNew, 1, 0,
       "no collection has plain"},
      {"a week that overlaps a month held", LineOf("plain"), "RA", "2025-W27", kFiner, 1, 0,
       "longer"},
      {"a week of an ICB", LineOf("plain"), "Q1", "2025-W18", kFiner, 1, 0, "only longer periods"},
      {"an ICB", LineOf("plain"), "Q1", "2025-04", kRollup, 2, 2, "providers below"},
      {"an ICB of which one is missing", LineOf("plain"), "Q1", "2025-07", kRollup, 2, 1,
       "1 of 2 providers held; RA 2025-07 is not",
       [](World& w) { w.Hold("MON", {"2025-07"}, {"RB"}); }},
      {"an ICB over a quarter", LineOf("plain"), "Q1", "2025-Q2", kRollup, 6, 6,
       "the sum of April to June 2025, of the providers below, held of MON from all 6 returns"},
      {"a region", LineOf("plain"), "Y1", "2025-04", kRollup, 3, 3, "all 3 providers"},
      {"the nation", LineOf("plain"), "X", "2025-04", kRollup, 3, 3, "all 3 providers"},
      {"the nation, with one tied to it directly as well", LineOf("plain"), "X", "2025-04", kRollup,
       3, 3, "", [](World& w) { w.Tie("RA", "X", RelationshipKind::kProviderToNation); }},
      {"a mean of an ICB", LineOf("mean"), "Q1", "2025-04", kNew, 1, 0, "nothing is held"},
      {"a mean over a quarter, additive over time", LineOf("mean"), "RA", "2025-Q2", kRollup, 3, 3,
       ""},
      {"an ICB that reports is not rolled up", LineOf("plain"), "Q1", "2025-05", kNew, 1, 0,
       "nothing is held", [](World& w) { w.Hold("MON", {"2025-04"}, {"Q1"}); }},
      {"the own figure of an ICB that reports", LineOf("plain"), "Q1", "2025-04", kExact, 1, 1, "",
       [](World& w) { w.Hold("MON", {"2025-04"}, {"Q1"}); }},
      {"an ICB without providers", LineOf("plain"), "Q3", "2025-04", kNew, 1, 0, "nothing is held",
       [](World& w) { w.Organisation("Q3", OrganisationType::kIcb); }},
      {"a provider that nobody knows", LineOf("plain"), "RZ", "2025-04", kNew, 1, 0,
       "nothing is held"},
      {"a provider below an ICB that reports", LineOf("plain"), "RD", "2025-04", kFiner, 1, 0,
       "organisations above",
       [](World& w) {
         w.Provider("RD", "Q1");
         w.Hold("MON", {"2025-04"}, {"Q1"});
       }},
      {"a missing return is not finer than one above", LineOf("plain"), "RA", "2025-07",
       CoverageClass::kNew, 1, 0, "1 return of MON would have it",
       [](World& w) { w.Hold("MON", {"2025-07"}, {"Q1"}); }},
      {"dimensions left out that add up", LineBy("count", {kStandard}), "RA", "2025-04", kRollup, 1,
       1, "the sum of booked, held of MON"},
      {"a dimension left out that does not add up", LineBy("count", {kBooked}), "RA", "2025-04",
       kNew, 1, 0, "count may not be summed over standard"},
      {"a dimension it lacks", LineBy("plain", {{"age", {}}}), "RA", "2025-04", kFiner, 1, 0,
       "of plain only the whole is held; plain has no dimension age: it has none"},
      {"a value it lacks", LineBy("count", {{"booked", {"maybe"}}, kStandard}), "RA", "2025-04",
       kFiner, 1, 0, "count has no value maybe of booked: it has no and yes"},
      {"a dimension it lacks beside some that it has", LineBy("count", {{"age", {}}, kStandard}),
       "RA", "2025-04", kFiner, 1, 0, "count has no dimension age: it has booked and standard"},
      {"a dimension it lacks, of a month nobody sent", LineBy("plain", {{"age", {}}}), "RA",
       "2025-07", kNew, 1, 0, "nothing is held of plain; plain has no dimension age"},
      {"no item", LineOf("unknown"), "RA", "2025-04", kNew, 1, 0, "no item of the catalogue"},
      {"an item of later periods", LineOf("plain"), "RA", "2025-04", kNew, 1, 0,
       "plain is not for this period",
       [](World& w) { w.catalogue.items["plain"][0].days.from = DayOf("2025-05-01"); }},
      {"one that had not opened", LineOf("plain"), "RN", "2025-04", kNew, 0, 0,
       "nothing is asked: not open yet",
       [](World& w) {
         w.Organisation("RN", OrganisationType::kProvider).open.from = DayOf("2025-05-01");
       }},
      {"on the last day it had", LineOf("plain"), "RN", "2025-04", kNew, 1, 0, "nothing is held",
       [](World& w) {
         w.Organisation("RN", OrganisationType::kProvider).open.from = DayOf("2025-04-30");
       }},
      {"what is held of one that had not", LineOf("plain"), "RA", "2025-04", kExact, 1, 1, "",
       [](World& w) { w.catalogue.organisations["RA"].open.from = DayOf("2025-05-01"); }},
      {"an item without a home", LineOf("homeless"), "RA", "2025-04", kNew, 1, 0,
       "no collection has homeless", [](World& w) { w.Item("homeless"); }},
      {"judged by a version that lacked the item", LineOf("plain"), "RA", "2025-04", kNew, 1, 0,
       "nothing is held",
       [](World& w) { w.catalogue.collections["MON"].items_of_version[1].erase("plain"); }},
      {"in one month judged so", LineOf("plain"), "RA", "2025-Q2", kRollup, 3, 2,
       "RA 2025-05 is not",
       [](World& w) {
         CollectionOverTime& mon = w.catalogue.collections["MON"];
         mon.items_of_version[2] = {"count"};
         HeldRevision second;
         second.number = 2;
         second.collection_version = 2;
         w.coverage.Take("MON", PeriodOf("2025-05"), "RA", second);
       }},
      {"a provider that had closed does not report", LineOf("plain"), "Q1", "2025-07", kRollup, 1,
       1, "",
       [](World& w) {
         w.catalogue.organisations["RA"].open.before = DayOf("2025-07-01");
         w.Hold("MON", {"2025-07"}, {"RB"});
       }},
      {"one that closed within the period did", LineOf("plain"), "Q1", "2025-07", kRollup, 2, 1, "",
       [](World& w) {
         w.catalogue.organisations["RA"].open.before = DayOf("2025-07-02");
         w.Hold("MON", {"2025-07"}, {"RB"});
       }},
      {"frames say who reports", LineOf("plain"), "Q1", "2025-04", kRollup, 1, 1, "",
       [](World& w) { World::Frame(w.catalogue.collections["MON"], "RA", "2025-04"); }},
      {"frames name one who never sent", LineOf("plain"), "Q1", "2025-04", kRollup, 3, 2,
       "RN 2025-04 is not",
       [](World& w) {
         w.Provider("RN", "Q1");
         for (const char* code : {"RA", "RB", "RN"}) {
           World::Frame(w.catalogue.collections["MON"], code, "2025-04");
         }
       }},
      {"frames that ended", LineOf("plain"), "Q1", "2025-05", kRollup, 1, 1, "",
       [](World& w) {
         World::Frame(w.catalogue.collections["MON"], "RA", "2025-04", "2025-04");
         World::Frame(w.catalogue.collections["MON"], "RB", "2025-04");
       }},
      {"held of one whom no frame names", LineOf("plain"), "RB", "2025-05", kExact, 1, 1, "",
       [](World& w) { World::Frame(w.catalogue.collections["MON"], "RA", "2025-04"); }},
      {"a provider that changed its ICB within the quarter, old one", LineOf("plain"), "Q1",
       "2025-Q2", kRollup, 5, 5, "",
       [](World& w) {
         w.catalogue.organisations["RB"].relationships.clear();
         w.Tie("RB", "Q1", RelationshipKind::kProviderToIcb, "2000-01-01", "2025-05-31");
         w.Tie("RB", "Q2", RelationshipKind::kProviderToIcb, "2025-06-01");
       }},
      {"and the new one", LineOf("plain"), "Q2", "2025-Q2", kRollup, 4, 4, "",
       [](World& w) {
         w.catalogue.organisations["RB"].relationships.clear();
         w.Tie("RB", "Q1", RelationshipKind::kProviderToIcb, "2000-01-01", "2025-06-29");
         w.Tie("RB", "Q2", RelationshipKind::kProviderToIcb, "2025-06-30");
       }},
      {"an ICB of which a month has nobody", LineOf("plain"), "Q2", "2025-Q2", kRollup, 3, 2,
       "Q2 2025-04 is not",
       [](World& w) {
         w.catalogue.organisations["RC"].relationships.clear();
         w.Tie("RC", "Q2", RelationshipKind::kProviderToIcb, "2025-05-01");
       }},
      {"a home that changed within the quarter", LineOf("plain"), "RA", "2025-Q2", kRollup, 3, 2,
       "MON and NEXT",
       [](World& w) {
         CollectionOverTime& next = w.Collect("NEXT", PeriodKind::kMonth, {"plain"});
         next.stretches[0].days.from = DayOf("2025-06-01");
         w.catalogue.collections["MON"].stretches[0].days.before = DayOf("2025-06-01");
       }},
      {"a plan is of no months", LineOf("plain"), "RA", "FY2025-PLAN", kNew, 1, 0,
       "no collection has plain"},
  };
}

TEST(MatchClass, EachClassAndEdge) {
  for (const ClassCase& one : ClassCases()) {
    SCOPED_TRACE(one.name);
    RequestWorld world = Hospitals();
    if (one.change) one.change(world);
    const Ask ask = AskFor({one.line}, {one.organisation}, {one.period});
    const MatchResult match = world.Match(ask);
    ASSERT_EQ(match.blocks.size(), 1u);
    EXPECT_EQ(match.blocks[0].coverage, one.coverage) << match.blocks[0].words;
    EXPECT_EQ(match.lines[0].triples[static_cast<size_t>(one.coverage)], 1u);
    EXPECT_EQ(match.blocks[0].parts, one.parts);
    EXPECT_EQ(match.blocks[0].parts_held, one.parts_held);
    EXPECT_EQ(match.parts, one.parts);
    EXPECT_EQ(match.parts_held, one.parts_held);
    EXPECT_THAT(match.blocks[0].words, HasSubstr(one.words));
    // Where it has the dimension more than the whole may be held.
    EXPECT_THAT(match.blocks[0].words,
                Not(AllOf(HasSubstr("has no value"), HasSubstr("only the whole"))));
    const bool held =
        one.coverage == CoverageClass::kExact || one.coverage == CoverageClass::kRollup;
    EXPECT_EQ(SourceOf(ask, 0, one.organisation, PeriodOf(one.period), world.World()).has_value(),
              held);
  }
}

struct FormulaCase {
  const char* name;
  const char* item;
  const char* organisation;
  const char* period;
  CoverageClass coverage;
  uint64_t parts;
  uint64_t parts_held;
  const char* collection;
};

TEST(MatchClass, OfAFormula) {
  const std::vector<FormulaCase> cases = {
      {"both of one return", "share", "RA", "2025-04", CoverageClass::kDerivable, 1, 1, "SHARE"},
      {"of an ICB: sums first", "share", "Q1", "2025-04", CoverageClass::kDerivable, 2, 2, "SHARE"},
      {"over a quarter", "share", "RA", "2025-Q2", CoverageClass::kDerivable, 3, 2, "SHARE"},
      {"nothing is held", "share", "RA", "2025-07", CoverageClass::kNew, 1, 0, "SHARE"},
      {"one of two collections is held", "use", "RA", "2025-04", CoverageClass::kDerivable, 2, 1,
       ""},
      {"a stock in it, of a month", "filled", "RA", "2025-04", CoverageClass::kDerivable, 1, 1,
       "SHARE"},
      {"a stock in it, over a quarter", "filled", "RA", "2025-Q2", CoverageClass::kNew, 1, 0, ""},
      {"an item that is none", "lost", "RA", "2025-04", CoverageClass::kNew, 1, 0, ""},
      {"a formula of formulas is none", "twice", "RA", "2025-04", CoverageClass::kNew, 1, 0, ""},
      {"by week: coarser is held of both", "share", "RA", "2025-W16", CoverageClass::kFiner, 1, 0,
       ""},
      {"by week: of one alone", "use", "RA", "2025-W16", CoverageClass::kNew, 1, 0, ""},
  };
  const RequestWorld world = Shares();
  for (const FormulaCase& one : cases) {
    SCOPED_TRACE(one.name);
    const MatchResult match =
        world.Match(AskFor({LineOf(one.item)}, {one.organisation}, {one.period}));
    ASSERT_EQ(match.blocks.size(), 1u);
    EXPECT_EQ(match.blocks[0].coverage, one.coverage) << match.blocks[0].words;
    EXPECT_EQ(match.blocks[0].parts, one.parts);
    EXPECT_EQ(match.blocks[0].parts_held, one.parts_held);
    EXPECT_EQ(match.blocks[0].collection, one.collection);
  }
}

TEST(MatchClass, AFormulaMayPickFromADimensionThatDoesNotAddUp) {
  RequestWorld world = Shares();
  world.catalogue.items["all"][0].dimensions.clear();
  RequestWorld::Dimension(world.catalogue.items["all"][0], "standard", {"28", "62"}, false);
  world.Derived("picked", "sum(all[standard = '28'])");
  const auto coverage = [&](const char* item) {
    return world.Match(AskFor({LineOf(item)}, {"RA"}, {"2025-04"})).blocks[0].coverage;
  };
  EXPECT_EQ(coverage("picked"), CoverageClass::kDerivable);
  EXPECT_EQ(coverage("share"), CoverageClass::kNew);
  // Every time by one value, or something is summed over it.
  world.Derived("ratio", "sum(all[standard = '28']) / sum(all[standard = '62'])");
  EXPECT_EQ(coverage("ratio"), CoverageClass::kDerivable);
  for (const char* formula :
       {"sum(all[standard = '28']) / sum(all)", "sum(all) / all[standard = '28']",
        "sum(all[standard = '28' or '62'])",
        "all[standard = '28'] / sum(all[standard = '28' or '62'])"}) {
    world.Derived("summed", formula);
    EXPECT_EQ(coverage("summed"), CoverageClass::kNew) << formula;
  }
}

struct FreshCase {
  const char* name;
  const char* accepted_from;  // Empty: whenever.
  bool final_only;
  const char* item;
  const char* organisation;
  const char* period;
  CoverageClass coverage;
};

TEST(MatchClass, FreshnessIsOfEveryPartThatIsHeld) {
  RequestWorld world = Shares();
  world.Hold("SHARE", {"2025-06"}, {"RA"}, {"2025-08-10", false});
  const std::vector<FreshCase> cases = {
      {"on the day itself", "2025-08-01", false, "over", "RA", "2025-04", CoverageClass::kExact},
      {"a day too old", "2025-08-02", false, "over", "RA", "2025-04", CoverageClass::kFresher},
      {"one part too old", "2025-08-02", false, "over", "RA", "2025-Q2", CoverageClass::kFresher},
      {"new enough, not final", "2025-08-02", false, "over", "RA", "2025-06",
       CoverageClass::kExact},
      {"not final", "", true, "over", "RA", "2025-06", CoverageClass::kFresher},
      {"final", "", true, "over", "RA", "2025-05", CoverageClass::kExact},
      {"of a formula", "2025-08-02", false, "share", "RA", "2025-05", CoverageClass::kFresher},
      {"nothing is held", "2025-08-02", true, "over", "RA", "2025-07", CoverageClass::kNew},
      {"a missing part is not too old", "2025-08-02", false, "over", "Q1", "2025-06",
       CoverageClass::kRollup},
  };
  for (const FreshCase& one : cases) {
    SCOPED_TRACE(one.name);
    Ask ask = AskFor({LineOf(one.item)}, {one.organisation}, {one.period});
    if (*one.accepted_from != '\0') ask.accepted_from = DayOf(one.accepted_from);
    ask.final_only = one.final_only;
    const MatchResult match = world.Match(ask);
    EXPECT_EQ(match.blocks[0].coverage, one.coverage) << match.blocks[0].words;
    const auto source = SourceOf(ask, 0, one.organisation, PeriodOf(one.period), world.World());
    if (one.coverage == CoverageClass::kNew) continue;
    ASSERT_TRUE(source.has_value());
    EXPECT_EQ(source->fresh, one.coverage != CoverageClass::kFresher);
    EXPECT_NE(source->coverage, CoverageClass::kFresher);
  }
}

}  // namespace
}  // namespace onereturn::ingestion
