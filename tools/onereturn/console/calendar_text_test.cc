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

std::string TextOf(const requests::v1::ListObligationsResponse& list) {
  return CalendarText(TwoWeeks(), OwedToRequests(list, "RLQ", TwoWeeks()), 200);
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
                                   "RLQ", TwoWeeks());
  EXPECT_THAT(CalendarJson(TwoWeeks(), owed),
              AllOf(HasSubstr(R"("entries":[{)"), HasSubstr(R"("from_date":"2026-03-02")"),
                    HasSubstr(R"("obligations":[{"organisation":"RLQ")")));
}

}  // namespace
}  // namespace onereturn::client
