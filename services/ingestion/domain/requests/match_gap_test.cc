// What is asked of whom, when it is due, and what kind of change that is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/ingestion/domain/requests/testing/request_world.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// "MON RA,RB 2025-07 plain 2025-10-14T11:00:00", awaited with "(owed)".
std::string TextOfGap(const Gap& gap) {
  std::vector<std::string> periods;
  for (const Period& period : gap.periods) periods.push_back(period.ToString());
  return absl::StrCat(gap.collection.empty() ? "new" : gap.collection, " ",
                      absl::StrJoin(gap.organisations, ","), " ", absl::StrJoin(periods, ","), " ",
                      absl::StrJoin(gap.items, ","), " ", FormatTimestamp(gap.due).substr(0, 19),
                      gap.awaited ? " (owed)" : "");
}

std::vector<std::string> TextsOfGaps(const MatchResult& match) {
  std::vector<std::string> texts;
  for (const Gap& gap : match.gaps) texts.push_back(TextOfGap(gap));
  return texts;
}

struct DueCase {
  const char* name;
  const char* today;
  const char* due_date;
  const char* period;
  const char* due;
};

// Due on the 10th working day, at noon: for July on 14 August, August 12 September, September 14
// October, October 14 November; a fortnight later it closes. 28 days of notice.
TEST(MatchGap, DueAtAWindowThatGivesNotice) {
  const std::vector<DueCase> cases = {
      {"its own", "2025-09-01", "2026-12-31", "2025-09", "2025-10-14T11:00:00"},
      {"its own, by a day", "2025-09-16", "2026-12-31", "2025-09", "2025-10-14T11:00:00"},
      {"a day too late", "2025-09-17", "2026-12-31", "2025-09", "2025-11-14T12:00:00"},
      {"a later one", "2025-09-01", "2026-12-31", "2025-07", "2025-10-14T11:00:00"},
      {"of a period long ago", "2025-09-01", "2025-01-01", "2019-05", "2025-10-14T11:00:00"},
      {"beyond the calendar", "2027-12-30", "2026-12-31", "2025-07", "2028-01-27T23:59:59"},
  };
  for (const DueCase& one : cases) {
    SCOPED_TRACE(one.name);
    RequestWorld world = Hospitals();
    RequestWorld::Window(world.catalogue.collections["MON"]);
    world.today = DayOf(one.today);
    Ask ask = AskFor({LineOf("plain")}, {"RA"}, {one.period});
    ask.due_date = DayOf(one.due_date);
    const MatchResult match = world.Match(ask);
    EXPECT_THAT(TextsOfGaps(match),
                ElementsAre(absl::StrCat("MON RA ", one.period, " plain ", one.due)));
    EXPECT_EQ(match.last_due, DayOf(std::string(one.due).substr(0, 10)));
  }
}

TEST(MatchGap, WithoutAWindowAtTheEndOfTheLatestDay) {
  const std::vector<DueCase> cases = {
      {"the due date", "2025-09-01", "2026-12-31", "2025-07", "2026-12-31T23:59:59"},
      {"the last day of notice, in summer time", "2025-09-01", "2025-09-05", "2025-07",
       "2025-09-29T22:59:59"},
      {"the period", "2025-09-01", "2025-09-05", "2025-11", "2025-11-30T23:59:59"},
  };
  for (const DueCase& one : cases) {
    SCOPED_TRACE(one.name);
    RequestWorld world = Hospitals();
    world.today = DayOf(one.today);
    Ask ask = AskFor({LineOf("plain")}, {"RA"}, {one.period});
    ask.due_date = DayOf(one.due_date);
    EXPECT_THAT(TextsOfGaps(world.Match(ask)),
                ElementsAre(absl::StrCat("MON RA ", one.period, " plain ", one.due)));
  }
}

TEST(MatchGap, AwaitedByFramesWhileTheWindowIsOpen) {
  RequestWorld world = Hospitals();
  CollectionOverTime& mon = world.catalogue.collections["MON"];
  RequestWorld::Window(mon);
  RequestWorld::Frame(mon, "RA", "2025-04");
  RequestWorld::Frame(mon, "RB", "2025-04", "2025-06");
  const Ask ask = AskFor({LineOf("plain")}, {"RA", "RB"}, {"2025-07"});
  world.today = DayOf("2025-08-28");  // On which it closes.
  EXPECT_THAT(TextsOfGaps(world.Match(ask)),
              ElementsAre("MON RB 2025-07 plain 2025-10-14T11:00:00",
                          "MON RA 2025-07 plain 2025-08-14T11:00:00 (owed)"));
  world.today = DayOf("2025-08-29");
  EXPECT_THAT(TextsOfGaps(world.Match(ask)),
              ElementsAre("MON RA,RB 2025-07 plain 2025-10-14T11:00:00"));
  // A fact closes it before its moment; that there is none yet keeps it open no longer.
  MatchWorld facts = world.World();
  OpenedWindow window;
  window.moments.due = LondonTime(DayOf("2025-08-14"), 12 * 3600);
  window.moments.closes = LondonTime(DayOf("2025-08-28"), 12 * 3600);
  facts.opened_window = [&](const std::string& collection, const Period& period) {
    return period == PeriodOf("2025-07") ? std::optional(window) : std::nullopt;
  };
  EXPECT_EQ(MatchAsk(ask, facts).gaps.size(), 1u);
  facts.today = DayOf("2025-08-28");
  EXPECT_EQ(MatchAsk(ask, facts).gaps.size(), 2u);
  window.closed = true;
  EXPECT_EQ(MatchAsk(ask, facts).gaps.size(), 1u);
}

// That of July was opened before the calendar got two holidays.
TEST(MatchGap, AWindowThatWasOpenedStaysAsItIs) {
  RequestWorld world = Hospitals();
  CollectionOverTime& mon = world.catalogue.collections["MON"];
  RequestWorld::Window(mon);
  RequestWorld::Frame(mon, "RA", "2025-04");
  mon.stretches[0].calendar = std::make_shared<WorkingCalendar>(
      DayOf("2019-01-01"), DayOf("2027-12-31"),
      std::set<CivilDay>{DayOf("2025-08-11"), DayOf("2025-08-12")});
  OpenedWindow july;
  july.moments.due = LondonTime(DayOf("2025-08-14"), 12 * 3600);
  july.moments.closes = LondonTime(DayOf("2025-08-28"), 12 * 3600);
  Ask ask = AskFor({LineOf("plain")}, {"RA"}, {"2025-07"});
  ask.due_date = DayOf("2025-08-10");
  world.today = DayOf("2025-08-01");
  EXPECT_THAT(TextsOfGaps(world.Match(ask)),
              ElementsAre("MON RA 2025-07 plain 2025-08-18T11:00:00 (owed)"));
  world.opened[{"MON", PeriodOf("2025-07")}] = july;
  const MatchResult match = world.Match(ask);
  EXPECT_THAT(TextsOfGaps(match), ElementsAre("MON RA 2025-07 plain 2025-08-14T11:00:00 (owed)"));
  ASSERT_EQ(match.concerns.size(), 1u);
  EXPECT_THAT(match.concerns[0].words, ::testing::HasSubstr("are due on 2025-08-14"));
  // By the calendar it were open until 1 September.
  world.today = DayOf("2025-08-29");
  EXPECT_THAT(TextsOfGaps(world.Match(ask)),
              ElementsAre("MON RA 2025-07 plain 2025-10-14T11:00:00"));
}

// Frames ask for a return once: what came without the item is no longer owed by them.
TEST(MatchGap, AskedAnewWhereTheReturnCameWithoutTheItem) {
  RequestWorld world = Hospitals();
  CollectionOverTime& mon = world.catalogue.collections["MON"];
  RequestWorld::Window(mon);
  RequestWorld::Frame(mon, "RA", "2025-04");
  RequestWorld::Frame(mon, "RB", "2025-04");
  mon.items_of_version[2] = mon.items_of_version[1];
  mon.items_of_version[1].erase("plain");
  world.today = DayOf("2025-08-20");
  world.Hold("MON", {"2025-07"}, {"RA"});
  const MatchResult match = world.Match(AskFor({LineOf("plain")}, {"RA", "RB"}, {"2025-07"}));
  EXPECT_THAT(TextsOfGaps(match), ElementsAre("MON RA 2025-07 plain 2025-10-14T11:00:00",
                                              "MON RB 2025-07 plain 2025-08-14T11:00:00 (owed)"));
  EXPECT_EQ(match.change_class, ChangeClass::kExistingItems);
  // 100 the return and 4 the item.
  EXPECT_EQ(match.prices.at("RA").outstanding.Total(), 104u);
  EXPECT_EQ(match.prices.at("RB").outstanding.Total(), 0u);
}

// The timetable begins in August: nobody owes July by it.
TEST(MatchGap, AskedAnewWhereTheTimetableHasNoWindowForThePeriod) {
  RequestWorld world = Hospitals();
  CollectionOverTime& mon = world.catalogue.collections["MON"];
  RequestWorld::Window(mon, "2025-08");
  RequestWorld::Frame(mon, "RA", "2025-04");
  const Ask ask = AskFor({LineOf("plain")}, {"RA"}, {"2025-07", "2025-08"});
  const MatchResult match = world.Match(ask);
  EXPECT_THAT(TextsOfGaps(match), ElementsAre("MON RA 2025-07 plain 2025-10-14T11:00:00",
                                              "MON RA 2025-08 plain 2025-09-12T11:00:00 (owed)"));
  EXPECT_EQ(match.change_class, ChangeClass::kExistingItems);
  // As where the calendar has no days: it begins in September.
  RequestWorld::Window(mon);
  mon.stretches[0].calendar = std::make_shared<WorkingCalendar>(
      DayOf("2025-09-01"), DayOf("2027-12-31"), std::set<CivilDay>{});
  EXPECT_THAT(TextsOfGaps(world.Match(ask)),
              ElementsAre("MON RA 2025-07 plain 2025-10-14T11:00:00",
                          "MON RA 2025-08 plain 2025-09-12T11:00:00 (owed)"));
  // A collection that has no windows at all is owed whenever its frames say so.
  mon.stretches[0].window = std::nullopt;
  EXPECT_THAT(TextsOfGaps(world.Match(ask)),
              ElementsAre("MON RA 2025-07,2025-08 plain 2026-12-31T23:59:59 (owed)"));
}

TEST(MatchGap, AwaitedForAnEarlierRequestItemByItem) {
  RequestWorld world = Hospitals();
  RequestWorld::Window(world.catalogue.collections["MON"]);
  world.owed = {{{PartKey{"MON", PeriodOf("2025-07"), "RA"}, "plain"}, Timestamp{}}};
  const MatchResult match =
      world.Match(AskFor({LineOf("plain"), LineOf("stock")}, {"RA"}, {"2025-07"}));
  EXPECT_THAT(TextsOfGaps(match), ElementsAre("MON RA 2025-07 stock 2025-10-14T11:00:00",
                                              "MON RA 2025-07 plain 2025-10-14T11:00:00 (owed)"));
  EXPECT_EQ(match.change_class, ChangeClass::kExistingItems);
  const MatchResult owed = world.Match(AskFor({LineOf("plain")}, {"RA"}, {"2025-07"}));
  EXPECT_EQ(owed.change_class, ChangeClass::kNone);
  EXPECT_EQ(owed.notice_days, 0u);
}

// The day of notice of the first request, which is due at noon on 14 November, cannot be got round.
TEST(MatchGap, DueNoEarlierThanForAnEarlierRequest) {
  RequestWorld world = Hospitals();
  RequestWorld::Window(world.catalogue.collections["MON"]);
  const auto part = [](const char* organisation) {
    return PartKey{"MON", PeriodOf("2025-07"), organisation};
  };
  const Timestamp november = LondonTime(DayOf("2025-11-14"), 12 * 3600);
  world.owed = {{{part("RA"), "plain"}, november},
                {{part("RA"), "stock"}, LondonTime(DayOf("2025-09-05"), 0)},
                {{part("RB"), "plain"}, LondonTime(DayOf("2026-01-31"), 12 * 3600)}};
  Ask ask = AskFor({LineOf("plain"), LineOf("stock")}, {"RA", "RB"}, {"2025-07"});
  ask.due_date = DayOf("2025-10-01");
  const MatchResult match = world.Match(ask);
  // Of RB's stock nothing is owed: 28 days of notice for it.
  EXPECT_THAT(TextsOfGaps(match), ElementsAre("MON RB 2025-07 stock 2025-10-14T11:00:00",
                                              "MON RA 2025-07 plain 2025-11-14T12:00:00 (owed)",
                                              "MON RA 2025-07 stock 2025-10-14T11:00:00 (owed)",
                                              "MON RB 2025-07 plain 2026-01-31T12:00:00 (owed)"));
  EXPECT_EQ(match.last_due, DayOf("2026-01-31"));
  ASSERT_EQ(match.concerns.size(), 1u);
  EXPECT_EQ(match.concerns[0].kind, ConcernKind::kConflictDate);
  EXPECT_THAT(match.concerns[0].words,
              ::testing::HasSubstr("only on 2026-01-31: an earlier request has given until then"));
}

TEST(MatchGap, EachPartOnceHoweverManyNeedIt) {
  const RequestWorld world = Hospitals();
  const MatchResult match = world.Match(AskFor({LineOf("plain"), LineOf("plain"), LineOf("stock")},
                                               {"Q1", "RA", "RC", "X"}, {"2025-06", "2025-07"}));
  EXPECT_THAT(TextsOfGaps(match),
              ElementsAre("MON RA,RB,RC 2025-07 plain,stock 2026-12-31T23:59:59"));
}

TEST(MatchGap, PeriodsOfOneDueMomentAreOneGap) {
  RequestWorld world = Hospitals();
  world.Hold("MON", {"2025-08"}, {"RB"});
  EXPECT_THAT(TextsOfGaps(world.Match(
                  AskFor({LineOf("plain")}, {"RA", "RB"}, {"2025-07", "2025-08", "2025-09"}))),
              ElementsAre("MON RA,RB 2025-07,2025-09 plain 2026-12-31T23:59:59",
                          "MON RA 2025-08 plain 2026-12-31T23:59:59"));
}

// Not of the month before it opened: neither at home, nor in a new collection.
TEST(MatchGap, WhoOpensAmongThePeriodsIsAskedFromThenOn) {
  RequestWorld world = Hospitals();
  world.Organisation("RN", OrganisationType::kProvider).open.from = DayOf("2025-05-31");
  const MatchResult match =
      world.Match(AskFor({LineOf("plain"), LineOf("unknown")}, {"RN"}, {"2025-04", "2025-05"}));
  EXPECT_THAT(TextsOfGaps(match), ElementsAre("new RN 2025-05 line 2 2026-12-31T23:59:59",
                                              "MON RN 2025-05 plain 2026-12-31T23:59:59"));
  EXPECT_EQ(match.lines[0].source, "MON");
  // 500 and 70 of the new collection and its item, 100 and 4 of the old.
  EXPECT_EQ(match.prices.at("RN").outstanding.Total(), 674u);
  EXPECT_EQ(match.prices.at("RN").avoided.Total(), 0u);
}

TEST(MatchGap, WhatIsNotFreshIsAskedAnewWhereTheRequestSaysSo) {
  RequestWorld world = Hospitals();
  world.Hold("MON", {"2025-07"}, {"RA"}, {"2025-08-20"});
  RequestWorld::Frame(world.catalogue.collections["MON"], "RA", "2025-04");
  Ask ask = AskFor({LineOf("plain")}, {"RA"}, {"2025-05/P4M"});  // August is missing.
  ask.accepted_from = DayOf("2025-08-10");
  EXPECT_THAT(TextsOfGaps(world.Match(ask)),
              ElementsAre("MON RA 2025-08 plain 2026-12-31T23:59:59 (owed)"));
  ask.ask_anew = true;
  // Frames ask for a return once.
  EXPECT_THAT(TextsOfGaps(world.Match(ask)),
              ElementsAre("MON RA 2025-05,2025-06 plain 2026-12-31T23:59:59",
                          "MON RA 2025-08 plain 2026-12-31T23:59:59 (owed)"));
}

struct ChangeCase {
  const char* name;
  std::vector<AskLine> lines;
  const char* period;
  ChangeClass change_class;
  uint32_t notice_days;
  std::vector<std::string> asked;
};

TEST(MatchGap, TheLastClassOfChangeThatAppliesCounts) {
  const std::vector<ChangeCase> cases = {
      {"held", {LineOf("plain")}, "2025-04", ChangeClass::kNone, 0, {}},
      {"missing",
       {LineOf("plain")},
       "2025-07",
       ChangeClass::kExistingItems,
       28,
       {"MON RA 2025-07 plain 2026-12-31T23:59:59"}},
      {"finer",
       {LineOf("plain")},
       "2025-W18",
       ChangeClass::kNewDetail,
       91,
       {"new RA 2025-W18 plain 2026-12-31T23:59:59"}},
      {"a finer view, which is no item",
       {LineBy("plain", {{"age", {}}})},
       "2025-04",
       ChangeClass::kNewDetail,
       91,
       {"new RA 2025-04 line 1 2026-12-31T23:59:59"}},
      {"a stock",
       {LineOf("stock")},
       "2025-Q2",
       ChangeClass::kNewItems,
       182,
       {"new RA 2025-Q2 stock 2026-12-31T23:59:59"}},
      {"no item",
       {LineOf("plain"), LineOf("unknown")},
       "2025-07",
       ChangeClass::kNewItems,
       182,
       {"new RA 2025-07 line 2 2026-12-31T23:59:59", "MON RA 2025-07 plain 2026-12-31T23:59:59"}},
      {"finer and new",
       {LineOf("plain"), LineOf("unknown")},
       "2025-W18",
       ChangeClass::kNewItems,
       182,
       {"new RA 2025-W18 line 2,plain 2026-12-31T23:59:59"}},
  };
  for (const ChangeCase& one : cases) {
    SCOPED_TRACE(one.name);
    const MatchResult match = Hospitals().Match(AskFor(one.lines, {"RA"}, {one.period}));
    EXPECT_EQ(match.change_class, one.change_class);
    EXPECT_EQ(match.notice_days, one.notice_days);
    EXPECT_EQ(TextsOfGaps(match), one.asked);
    EXPECT_EQ(match.last_due.has_value(), !one.asked.empty());
  }
}

TEST(MatchGap, SourceAndSubsetOfALine) {
  const RequestWorld world = Shares();
  const auto line = [&](const std::string& item, std::vector<std::string> organisations,
                        std::vector<std::string> periods) {
    return world.Match(AskFor({LineOf(item)}, std::move(organisations), std::move(periods)))
        .lines[0];
  };
  EXPECT_EQ(line("plain", {"RA"}, {"2025-04"}).source, "MON");
  EXPECT_FALSE(line("plain", {"RA"}, {"2025-04"}).subset);
  EXPECT_FALSE(line("plain", {"RA"}, {"2025-07"}).subset);
  EXPECT_EQ(line("plain", {"RA"}, {"2025-07"}).source, "MON");
  EXPECT_TRUE(line("plain", {"RA"}, {"2025-04", "2025-07"}).subset);
  EXPECT_TRUE(line("share", {"RA"}, {"2025-Q2"}).subset);
  EXPECT_EQ(line("share", {"RA"}, {"2025-Q2"}).source, "SHARE");
  EXPECT_EQ(line("use", {"RA"}, {"2025-04"}).source, "");
  EXPECT_EQ(line("plain", {"RA"}, {"2025-W18"}).source, "");
  EXPECT_EQ(line("unknown", {"RA"}, {"2025-04"}).source, "");
}

TEST(MatchGap, NothingIsAskedByARequestOfNothing) {
  const RequestWorld world = Hospitals();
  EXPECT_THAT(world.Match(AskFor({}, {"RA"}, {"2025-04"})).gaps, IsEmpty());
  EXPECT_THAT(world.Match(AskFor({LineOf("plain")}, {}, {"2025-04"})).blocks, IsEmpty());
  EXPECT_THAT(world.Match(AskFor({LineOf("plain")}, {"RA"}, {})).blocks, IsEmpty());
}

}  // namespace
}  // namespace onereturn::ingestion
