// Goal: whoever looks at his calendar sees what requests ask of him beside what collections do.
#include "tools/onereturn/console/calendar_text.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

namespace onereturn::client {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

// Times of 2026: 1772496000 is Tuesday 3 March, 00:00 UTC; a day has 86,400 seconds.
timetable::v1::GetForwardCalendarResponse TwoWeeks() {
  timetable::v1::GetForwardCalendarResponse calendar;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(R"(
      entries { collection: "AE" period: "2026-02" moments { due_time { seconds: 1772496000 } }
                standing: STANDING_OPEN minutes { gathering: 60 } }
      weeks { monday: "2026-03-02" returns_due: 1 minutes { gathering: 60 } }
      weeks { monday: "2026-03-09" }
      position: "here" from_date: "2026-03-02")",
                                                            &calendar));
  return calendar;
}

requests::v1::ListObligationsResponse Parsed(const char* text) {
  requests::v1::ListObligationsResponse list;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &list));
  return list;
}

// On the Wednesday of the first week.
constexpr CivilDay kToday{2026, 3, 4};

std::string TextOf(const requests::v1::ListObligationsResponse& list,
                   const CivilDay& today = kToday) {
  return CalendarText(TwoWeeks(), OwedToRequests(list, "RLQ", TwoWeeks(), today), today, 200);
}

TEST(CalendarText, WhatRequestsAskStandsBesideWhatCollectionsAsk) {
  // Due on 12 March, two requests for the same return; and AE of February once more, on 3 March.
  const std::string text = TextOf(Parsed(R"(
      obligations { organisation: "RLQ" request: "requests/002-00" requesting_body: "X24"
                    collection: "DM01" period: "2026-01" due_time { seconds: 1773273600 }
                    state: OBLIGATION_STATE_OUTSTANDING charged_minutes { gathering: 90 } }
      obligations { organisation: "RLQ" request: "requests/003-00" requesting_body: "X30"
                    collection: "DM01" period: "2026-01" due_time { seconds: 1773273600 }
                    state: OBLIGATION_STATE_OUTSTANDING charged_minutes { transmission: 30 } }
      obligations { organisation: "RLQ" request: "requests/002-00" requesting_body: "X24"
                    collection: "AE" period: "2026-02" due_time { seconds: 1772496000 }
                    state: OBLIGATION_STATE_AWAITED })"));
  EXPECT_THAT(
      text,
      AllOf(ContainsRegex("AE +2026-02 +open +1:00"),
            ContainsRegex("2026-03-12 00:00:00 GMT +DM01 +2026-01 +owed +1:30 +002-00 of X24"),
            ContainsRegex("DM01 +2026-01 +owed +0:30 +003-00 of X30")));
  EXPECT_THAT(text, ContainsRegex("2026-03-02 +1 +1:00 +1:00"));
  EXPECT_THAT(text, ContainsRegex("2026-03-09 +1 +2:00 +1:30"));
  EXPECT_THAT(text, AllOf(Not(HasSubstr("AE          2026-02  owed")), Not(HasSubstr("burden"))));
}

TEST(CalendarText, WhatIsAwaitedWithoutAWindowStandsThere) {
  EXPECT_THAT(TextOf(Parsed(R"(
      obligations { organisation: "RLQ" request: "requests/002-00" requesting_body: "X24"
                    collection: "Ward" period: "2026-01" due_time { seconds: 1773273600 }
                    state: OBLIGATION_STATE_AWAITED })")),
              ContainsRegex("Ward +2026-01 +owed +002-00 of X24"));
}

// Both of DM01 in January, due on 12 March: the earlier request pays for it.
TEST(CalendarText, WhatIsAwaitedOfAnEarlierRequestStandsThereOnce) {
  const std::string text = TextOf(Parsed(R"(
      obligations { organisation: "RLQ" request: "requests/003-00" requesting_body: "X30"
                    collection: "DM01" period: "2026-01" due_time { seconds: 1773273600 }
                    state: OBLIGATION_STATE_AWAITED }
      obligations { organisation: "RLQ" request: "requests/002-00" requesting_body: "X24"
                    collection: "DM01" period: "2026-01" due_time { seconds: 1773273600 }
                    state: OBLIGATION_STATE_OUTSTANDING charged_minutes { gathering: 90 } })"));
  EXPECT_THAT(text, AllOf(HasSubstr("002-00 of X24"), Not(HasSubstr("003-00"))));
}

// Seen on Sunday 1 March, the weeks are still ahead; DM01 of January was due on Saturday.
TEST(CalendarText, WeeksAheadHaveNothingThatIsDueBeforeThem) {
  const auto list = Parsed(R"(
      obligations { organisation: "RLQ" request: "requests/002-00" requesting_body: "X24"
                    collection: "DM01" period: "2026-01" due_time { seconds: 1772236800 }
                    state: OBLIGATION_STATE_AWAITED }
      obligations { organisation: "RLQ" request: "requests/002-00" requesting_body: "X24"
                    collection: "DM01" period: "2025-12" due_time { seconds: 1772236800 }
                    state: OBLIGATION_STATE_OUTSTANDING charged_minutes { gathering: 90 } })");
  EXPECT_THAT(TextOf(list, CivilDay{2026, 3, 1}),
              AllOf(Not(HasSubstr("DM01")), Not(HasSubstr("What was due before"))));
  EXPECT_THAT(TextOf(list),
              AllOf(ContainsRegex("DM01 +2025-12"), HasSubstr("What was due before these weeks")));
}

// Also of the collections' own: a return that is open though it was due before.
TEST(CalendarText, WeeksAheadDoNotSayThatAllIsInTheFirst) {
  auto calendar = TwoWeeks();
  calendar.mutable_entries(0)->mutable_moments()->mutable_due_time()->set_seconds(1772236800);
  calendar.mutable_entries(0)->set_standing(timetable::v1::STANDING_LATE);
  EXPECT_THAT(CalendarText(calendar, {}, kToday, 200), HasSubstr("What was due before"));
  EXPECT_THAT(CalendarText(calendar, {}, CivilDay{2026, 3, 1}, 200),
              AllOf(HasSubstr("LATE"), Not(HasSubstr("What was due before"))));
}

TEST(CalendarText, OfWhatIsAheadNoStandingIsSaid) {
  auto calendar = TwoWeeks();
  calendar.mutable_entries(0)->set_standing(timetable::v1::STANDING_EXPECTED);
  EXPECT_THAT(CalendarText(calendar, {}, kToday, 200), ContainsRegex("AE +2026-02 +1:00"));
}

// Of 1 March, and of 16 March, which is after the second week.
TEST(CalendarText, WhatIsLateCountsInTheFirstWeekAndSaysSo) {
  const std::string text = TextOf(Parsed(R"(
      obligations { organisation: "RLQ" request: "requests/002-00" requesting_body: "X24"
                    collection: "DM01" period: "2026-01" due_time { seconds: 1772323200 }
                    state: OBLIGATION_STATE_OUTSTANDING charged_minutes { gathering: 90 } }
      obligations { organisation: "RLQ" request: "requests/002-00" requesting_body: "X24"
                    collection: "DM01" period: "2026-02" due_time { seconds: 1773619200 }
                    state: OBLIGATION_STATE_OUTSTANDING charged_minutes { gathering: 90 } }
      obligations { organisation: "RXX" request: "requests/002-00" requesting_body: "X24"
                    collection: "DM01" period: "2026-03" due_time { seconds: 1772496000 }
                    state: OBLIGATION_STATE_OUTSTANDING })"));
  EXPECT_THAT(text, ContainsRegex("2026-03-02 +2 +2:30"));
  EXPECT_THAT(text,
              HasSubstr("What was due before these weeks and is still to come counts in the "
                        "first of them; in onereturn burden, in the week in which it was due."));
  EXPECT_THAT(text, AllOf(ContainsRegex("DM01 +2026-01"), Not(ContainsRegex("DM01 +2026-02")),
                          Not(ContainsRegex("DM01 +2026-03"))));
}

TEST(CalendarText, JsonHasThemUnderAKeyOfTheirOwn) {
  const auto owed = OwedToRequests(Parsed(R"(
      obligations { organisation: "RLQ" request: "requests/002-00" collection: "DM01"
                    period: "2026-01" due_time { seconds: 1773273600 }
                    state: OBLIGATION_STATE_OUTSTANDING })"),
                                   "RLQ", TwoWeeks(), kToday);
  EXPECT_THAT(CalendarJson(TwoWeeks(), owed),
              AllOf(HasSubstr(R"("entries":[{)"), HasSubstr(R"("from_date":"2026-03-02")"),
                    HasSubstr(R"("obligations":[{"organisation":"RLQ")")));
}

}  // namespace
}  // namespace onereturn::client
