// When what is asked is due, by which window.
#include "services/ingestion/domain/requests/due_moment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/ingestion/domain/requests/testing/request_world.h"

namespace onereturn::ingestion {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

// From October on the collection has no window; its calendar goes on until 2027.
TEST(DueMoment, NoWindowIsLookedForWhereTheCollectionHasNoneAnyMore) {
  RequestWorld world = Hospitals();
  CollectionOverTime& mon = world.catalogue.collections["MON"];
  RequestWorld::Window(mon);
  mon.stretches.push_back(mon.stretches[0]);
  mon.stretches[0].days.before = DayOf("2025-10-01");
  mon.stretches[1].days.from = DayOf("2025-10-01");
  mon.stretches[1].window = std::nullopt;
  world.today = DayOf("2026-01-01");
  int looked = 0;
  MatchWorld facts = world.World();
  facts.opened_window = [&](const std::string&, const Period&) -> std::optional<OpenedWindow> {
    ++looked;
    return std::nullopt;
  };
  const Ask ask = AskFor({LineOf("plain")}, {"RA"}, {"2025-08"});
  DueMoments due(ask, facts);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(due.DueOf("MON", PeriodOf("2025-08"), 28), LondonTime(DayOf("2026-12-31"), 86'399));
  }
  // August, and September.
  EXPECT_EQ(looked, 2);
}

// Windows after one without, as before a timetable begins anew.
TEST(DueMoment, ALaterStretchHasWindowsAgain) {
  RequestWorld world = Hospitals();
  CollectionOverTime& mon = world.catalogue.collections["MON"];
  RequestWorld::Window(mon);
  mon.stretches.push_back(mon.stretches[0]);
  mon.stretches[0].days.before = DayOf("2025-10-01");
  mon.stretches[0].window = std::nullopt;
  mon.stretches[1].days.from = DayOf("2025-10-01");
  const MatchWorld facts = world.World();
  const Ask ask = AskFor({LineOf("plain")}, {"RA"}, {"2025-07"});
  // The tenth working day of November 2025, at noon.
  EXPECT_EQ(DueMoments(ask, facts).DueOf("MON", PeriodOf("2025-07"), 28),
            LondonTime(DayOf("2025-11-14"), 12 * 3600));
}

// Of July on 14 August, at its first moment, which is late: the last day is the 13th.
RequestWorld AtMidnight() {
  RequestWorld world = Hospitals();
  CollectionOverTime& mon = world.catalogue.collections["MON"];
  RequestWorld::Window(mon);
  RequestWorld::Frame(mon, "RA", "2025-04");
  mon.stretches[0].window->due_seconds = 0;
  world.today = DayOf("2025-08-01");
  return world;
}

TEST(DueMoment, TheDayIsTheLastThatIsNotLate) {
  const RequestWorld world = AtMidnight();
  Ask ask = AskFor({LineOf("plain")}, {"RA"}, {"2025-07"});
  ask.due_date = DayOf("2025-08-13");
  const MatchResult in_time = world.Match(ask);
  EXPECT_EQ(in_time.last_due, DayOf("2025-08-13"));
  EXPECT_THAT(in_time.concerns, SizeIs(0));
  ask.due_date = DayOf("2025-08-12");
  const MatchResult late = world.Match(ask);
  ASSERT_THAT(late.concerns, SizeIs(1));
  EXPECT_THAT(late.concerns[0].words,
              HasSubstr("only on 2025-08-13: returns for July 2025 are due on 2025-08-13"));
}

// RB is in no frame: the window of September is due on 13 October.
TEST(DueMoment, NoticeIsCountedUpToThatDay) {
  RequestWorld world = AtMidnight();
  const auto due_on = [&](const char* today) {
    world.today = DayOf(today);
    return world.Match(AskFor({LineOf("plain")}, {"RB"}, {"2025-09"})).last_due;
  };
  EXPECT_EQ(due_on("2025-09-15"), DayOf("2025-10-13"));
  EXPECT_EQ(due_on("2025-09-16"), DayOf("2025-11-13"));
}

}  // namespace
}  // namespace onereturn::ingestion
