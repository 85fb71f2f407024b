// Who asks, and what it causes: worked by hand.
#include "services/ingestion/app/requests/hours/requesters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/requests/hours/kept_request_sums.h"
#include "services/ingestion/app/requests/testing/hours_world.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;

class RequestersTest : public ::testing::Test, protected HoursWorld {
 protected:
  requests::v1::ListRequestersResponse Listed(const WasRead& was_read = nullptr) {
    const uint64_t sequence = ingestion().LastSequence();
    const auto sums = kept_.At(ingestion().store(), sequence);
    EXPECT_THAT(sums, IsOk());
    const auto listed = ListRequesters(ingestion().store(), sequence, **sums, was_read);
    EXPECT_THAT(listed, IsOk());
    // What is kept is what it would be if all were summed anew.
    const auto anew =
        ListRequesters(ingestion().store(), sequence,
                       SumsOfRequests(ingestion().store(), sequence).value(), was_read);
    EXPECT_EQ(listed->SerializeAsString(), anew->SerializeAsString());
    return listed.value_or(requests::v1::ListRequestersResponse());
  }
  requests::v1::RequesterStanding StandingOf(const std::string& body) {
    const auto listed = Listed();
    for (const auto& one : listed.requesters()) {
      if (one.body() == body) return one;
    }
    ADD_FAILURE() << body << " does not stand there";
    return {};
  }
  void NewEdition(const std::string& edition) {
    catalogue::v1::Guidance guidance = Parse<catalogue::v1::Guidance>(R"(
        code: "counting" reference: "DCB1" title: "Counting" valid_from: "2020-01-01"
        items: "admissions" text_reference: "on paper")");
    guidance.set_edition(edition);
    Define(guidance);
  }

  KeptRequestSums kept_;
};

TEST_F(RequestersTest, TheFewestMinutesCausedStandFirst) {
  // X24: of each 101 + 13 + 11 + 7 = 132. X30: 114 shared and 11 too, so nothing.
  Issue(Asking({"admissions", "stays"}));
  Issue(Asking({"admissions"}, "X30"));
  ASSERT_THAT(RequestsWorld::Draft(Asking({"stays"}, "X30"), "X30"), IsOk());
  const auto listed = Listed();
  ASSERT_EQ(listed.requesters_size(), 2);
  const auto& x30 = listed.requesters(0);
  EXPECT_EQ(x30.body(), "X30");
  EXPECT_EQ(x30.requests(), 2u);
  EXPECT_EQ(x30.minutes_caused(), 0u);
  EXPECT_EQ(x30.minutes_avoided(), 250u);
  EXPECT_EQ(x30.budget_minutes(), 0u);
  const auto& x24 = listed.requesters(1);
  EXPECT_EQ(x24.body(), "X24");
  EXPECT_EQ(x24.requests(), 1u);
  EXPECT_EQ(x24.minutes_caused(), 264u);
  EXPECT_EQ(x24.minutes_avoided(), 0u);
  EXPECT_EQ(x24.direct_asks(), 1u);
  // 15 June to 4 July.
  EXPECT_EQ(x24.median_notice_days(), 19u);
  EXPECT_EQ(x24.late_asks(), 0u);
  EXPECT_EQ(x24.budget_minutes(), 5003u);
  EXPECT_EQ(x24.budget_used_minutes(), 264u);
  EXPECT_EQ(x24.unused_items(), 0u);
}

TEST_F(RequestersTest, WhatWasHeldWhenAskedIsADuplicateAvoided) {
  Send("RLQ", "2025-04");
  Issue(Asking({"admissions", "stays"}));
  const auto x24 = StandingOf("X24");
  EXPECT_EQ(x24.duplicates_avoided(), 2u);  // Two lines of RLQ; RCF's are not held.
  EXPECT_EQ(x24.minutes_avoided(), 132u);
  EXPECT_EQ(x24.minutes_caused(), 132u);
}

TEST_F(RequestersTest, NoticeIsTheMedianAndLateAsksAreThoseOnAnException) {
  // 19 days; then of other months 22 and 30, and one that asks nothing of anybody.
  Issue(Asking({"admissions"}));
  requests::v1::DataRequest request = Asking({"admissions"});
  request.set_from_period("2025-03");
  request.set_to_period("2025-03");
  request.set_due_date("2025-07-07");
  Issue(request);
  EXPECT_EQ(StandingOf("X24").median_notice_days(), 20u);  // (19 + 22) / 2, rounded down.
  request.set_from_period("2025-02");
  request.set_to_period("2025-02");
  request.set_due_date("2025-07-15");
  Issue(request);
  EXPECT_EQ(StandingOf("X24").median_notice_days(), 22u);
  for (const char* code : {"RLQ", "RCF"}) Send(code, "2025-01");
  request.set_from_period("2025-01");
  request.set_to_period("2025-01");
  Issue(request);
  EXPECT_EQ(StandingOf("X24").median_notice_days(), 22u);
  EXPECT_EQ(StandingOf("X24").late_asks(), 0u);
  // Five days, where the class demands 17.
  request = Asking({"stays"});
  request.set_from_period("2024-12");
  request.set_to_period("2024-12");
  request.set_due_date("2025-06-20");
  Issue(request, 5);
  EXPECT_EQ(StandingOf("X24").late_asks(), 1u);
  EXPECT_EQ(StandingOf("X24").median_notice_days(), 20u);  // Of 5, 19, 22 and 30.
}

TEST_F(RequestersTest, WorkUnderGuidanceThatChangedIsWasted) {
  NewEdition("1");
  Issue(Asking({"admissions", "stays"}));
  EXPECT_EQ(StandingOf("X24").minutes_wasted(), 0u);
  Send("RLQ", "2025-04");
  NewEdition("2");
  // RCF's admissions, 11: RLQ's had come.
  EXPECT_EQ(StandingOf("X24").minutes_wasted(), 11u);
  Send("RCF", "2025-04");
  NewEdition("3");
  EXPECT_EQ(StandingOf("X24").minutes_wasted(), 11u);
}

TEST_F(RequestersTest, ItemsThatWereNotReadSinceAreUnused) {
  Issue(Asking({"admissions", "stays"}));
  const uint64_t issued = Now("requests/001-00").issued().sequence();
  std::set<std::string> asked;
  const auto listed = Listed([&](const Reader&, const std::string& body, const std::string& item,
                                 uint64_t from, uint64_t) -> absl::StatusOr<bool> {
    asked.insert(absl::StrCat(body, " ", item, " ", from == issued));
    return item == "stays";
  });
  EXPECT_EQ(listed.requesters(0).unused_items(), 1u);
  EXPECT_THAT(asked, ElementsAre("X24 admissions 1", "X24 stays 1"));
}

TEST_F(RequestersTest, AttentionIsSharedBySectorThemeAndHorizon) {
  requests::v1::DataRequest request = Asking({"admissions"});
  request.set_sector(requests::v1::SECTOR_PRIMARY_CARE);
  request.set_theme("beds");
  request.set_horizon(requests::v1::HORIZON_SHORT);
  Issue(request);  // 125 of each.
  request.set_sector(requests::v1::SECTOR_ACUTE);
  request.set_from_period("2025-03");
  request.set_to_period("2025-03");
  Issue(request);
  std::vector<std::string> shares;
  const auto listed = Listed();
  for (const requests::v1::AttentionShare& one : listed.attention()) {
    shares.push_back(
        absl::StrCat(one.of(), " ", one.value(), " ", one.requests(), " ", one.minutes()));
  }
  EXPECT_THAT(shares, ElementsAre("sector acute 1 250", "sector primary care 1 250",
                                  "theme beds 2 500", "horizon short 2 500"));
}

// Until 31 March 2026 what was issued in June 2025 counts; from 1 April on it does not.
TEST_F(RequestersTest, TheBudgetIsOfTheYearFromTheFirstOfApril) {
  requests::v1::DataRequest request = Asking({"admissions"});
  request.set_expiry("2026-12-31");
  Issue(request);
  ingestion().clock().Set(ParseTimestamp("2026-03-31T22:59:59Z").value());
  NewEdition("1");
  EXPECT_EQ(StandingOf("X24").budget_used_minutes(), 250u);
  ingestion().clock().Set(ParseTimestamp("2026-03-31T23:00:00Z").value());
  NewEdition("2");
  EXPECT_EQ(StandingOf("X24").budget_used_minutes(), 0u);
  EXPECT_EQ(StandingOf("X24").minutes_caused(), 250u);
}

}  // namespace
}  // namespace onereturn::ingestion
