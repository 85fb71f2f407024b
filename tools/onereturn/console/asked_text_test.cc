// Goal: whoever decides a request, or is asked, sees which figures it asks for and what became of
// them.
#include "tools/onereturn/console/asked_text.h"

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace onereturn::client {
namespace {

template <typename Message>
Message Parsed(const char* text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}

TEST(AskedText, EveryLineSaysWhichFigureItAsks) {
  const auto request = Parsed<requests::v1::DataRequest>(R"(
    lines { item: "ae_attendances" }
    lines { item: "ae_over_four_hours" detail: DETAIL_BY_DIMENSIONS
            dimensions { code: "department" values: ["type1", "type2"] } dimensions { code: "booked" }
            guidance: "ecds" guidance_edition: "2024" }
    lines { item: "ae_waits" detail: DETAIL_BY_DIMENSIONS justification: "another cut-off" }
    lines { described { display_name: "Handovers" unit: "handovers" concept_code: "handover" measure: "count"
                        cut_off: "60-minutes" dimensions { code: "site" values: "a" }
                        definition_text: "Handovers that took longer" } }
    issue { line_items: ["ae_attendances", "ae_over_four_hours", "ae_waits", "r001_00_4"] })");
  EXPECT_EQ(LinesAskedText(request),
            "  line 1     ae_attendances\n"
            "  line 2     ae_over_four_hours by department (type1, type2), booked; guidance ecds "
            "2024\n"
            "  line 3     ae_waits as one figure; because another cut-off\n"
            "  line 4     \"Handovers\" in handovers (handover, count, 60-minutes) by site (a): "
            "Handovers that took longer; it is r001_00_4\n");
}

TEST(AskedText, WhatBecameOfTheReturnsThatAreOwed) {
  EXPECT_EQ(BecameText({}), "");
  // Each of 100 minutes but the last, of which nothing is charged to the request.
  const auto owed = Parsed<requests::v1::ListObligationsResponse>(R"(
    obligations { state: OBLIGATION_STATE_OUTSTANDING return_minutes { gathering: 60 }
                  item_minutes { gathering: 40 } charged_minutes { gathering: 60 transmission: 40 }
                  challenge { text: "held" } }
    obligations { state: OBLIGATION_STATE_OUTSTANDING return_minutes { gathering: 100 }
                  charged_minutes { gathering: 100 }
                  challenge { text: "held" upheld: true answer { sequence: 9 } } }
    obligations { state: OBLIGATION_STATE_COLLECTED item_minutes { gathering: 100 }
                  charged_minutes { gathering: 100 } }
    obligations { state: OBLIGATION_STATE_SHARED item_minutes { gathering: 100 } }
    obligations { state: OBLIGATION_STATE_RELEASED item_minutes { gathering: 100 } challenge { text: "held" } }
    obligations { state: OBLIGATION_STATE_AWAITED item_minutes { gathering: 100 } })");
  EXPECT_EQ(BecameText(owed),
            "6 returns: 2 met, 3 outstanding (1 owed already) (1 challenged), 1 released; 1 h 40 "
            "min collected, 3 h 20 min outstanding");
}

// Of 71 minutes 60, of the return as a whole, are charged to an earlier request for other items.
TEST(AskedText, WhatTwoRequestsShareIsCountedOnce) {
  const auto owed = Parsed<requests::v1::ListObligationsResponse>(R"(
    obligations { state: OBLIGATION_STATE_OUTSTANDING return_minutes { gathering: 60 }
                  item_minutes { gathering: 11 } charged_minutes { gathering: 11 } }
    obligations { state: OBLIGATION_STATE_COLLECTED return_minutes { gathering: 60 }
                  item_minutes { gathering: 11 } charged_minutes { gathering: 11 } })");
  EXPECT_EQ(BecameText(owed),
            "2 returns: 1 met, 1 outstanding, 0 released; 11 min collected, 11 min outstanding");
}

TEST(AskedText, WhyThereIsNoFigure) {
  const auto all_released = Parsed<requests::v1::ListObligationsResponse>(R"(
    obligations { state: OBLIGATION_STATE_RELEASED release_reason: RELEASE_REASON_MISSING }
    obligations { state: OBLIGATION_STATE_RELEASED release_reason: RELEASE_REASON_WITHDRAWN }
    obligations { state: OBLIGATION_STATE_RELEASED release_reason: RELEASE_REASON_MISSING })");
  EXPECT_EQ(NoFigureText(all_released),
            "No figure: nothing is held, and of 3 returns asked none came (2 missing, 1 "
            "withdrawn).");
  EXPECT_TRUE(NothingCame(all_released));
  auto more = all_released;
  more.add_obligations()->set_state(requests::v1::OBLIGATION_STATE_OUTSTANDING);
  EXPECT_EQ(NoFigureText(more),
            "No figure: nothing is held, and of 4 returns asked none came (1 still to come, 2 "
            "missing, 1 withdrawn).");
  EXPECT_FALSE(NothingCame(more));
  more.mutable_obligations(3)->mutable_challenge()->set_text("held");
  more.mutable_obligations(2)->set_release_reason(requests::v1::RELEASE_REASON_CHALLENGED);
  EXPECT_EQ(NoFigureText(more),
            "No figure: nothing is held, and of 4 returns asked none came (1 still to come (1 "
            "challenged), 1 dropped after a challenge, 1 missing, 1 withdrawn).");
  more.add_obligations()->set_state(requests::v1::OBLIGATION_STATE_SHARED);
  EXPECT_EQ(NoFigureText(more), "No figure: in what came there is none of it.");
  EXPECT_EQ(NoFigureText({}), "No figure: nothing of it is held.");
  EXPECT_FALSE(NothingCame({}));
}

}  // namespace
}  // namespace onereturn::client
