// What falls on an organisation week by week, in minutes and pence worked by hand.
#include "services/ingestion/app/requests/hours/burden.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/feed/wire.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/requests/cost_in_pence.h"
#include "services/ingestion/app/requests/testing/hours_world.h"
#include "services/ingestion/definitions/minutes_messages.h"

namespace onereturn::ingestion {
namespace {

using requests::v1::GetBurdenRequest;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class BurdenTest : public ::testing::Test, protected HoursWorld {
 protected:
  static GetBurdenRequest Of(const std::string& organisation, const std::string& from,
                             const std::string& to) {
    GetBurdenRequest request;
    request.set_parent(absl::StrCat("organisations/", organisation));
    request.set_from_date(from);
    request.set_to_date(to);
    return request;
  }
  absl::StatusOr<requests::v1::GetBurdenResponse> Ask(const GetBurdenRequest& request) {
    return GetBurden(ingestion().store(), request, ingestion().LastSequence());
  }
  // "return request minutes" of each.
  static std::vector<std::string> ItemsOf(const requests::v1::BurdenWeek& week) {
    std::vector<std::string> texts;
    for (const requests::v1::BurdenItem& item : week.items()) {
      texts.push_back(absl::StrCat(item.return_(), " ", item.request(), " ",
                                   MinutesOf(item.estimated()).Total()));
    }
    return texts;
  }
};

TEST_F(BurdenTest, WeeksHoldReturnsOfCollectionsAndWhatIsChargedToRequests) {
  const std::string name = Issue(Asking({"admissions"}));
  Issue(Asking({"admissions"}, "X30"));
  const auto burden = Ask(Of("RLQ", "2025-06-01", "2025-07-06"));
  ASSERT_THAT(burden, IsOk());
  ASSERT_EQ(burden->weeks_size(), 2);
  // May's return is due on Tuesday 3 June: 53 + 3 of gathering, (56 x 1,009) / 60 = 941.7 pence.
  EXPECT_EQ(burden->weeks(0).week(), "2025-W23");
  EXPECT_THAT(ItemsOf(burden->weeks(0)),
              ElementsAre("organisations/RLQ/returns/Timed.2025-05  56"));
  EXPECT_EQ(burden->weeks(0).estimated_minutes(), 56u);
  EXPECT_EQ(burden->weeks(0).capacity_minutes(), 307u);
  EXPECT_FALSE(burden->weeks(0).clash());
  EXPECT_EQ(burden->weeks(0).cost_pence(), 942u);
  // June's on Wednesday 2 July, and what X24 asks on the 4th: 101 + 11 of gathering, 13 of quality
  // assurance. What X30 asks is charged to X24.
  const requests::v1::BurdenWeek& second = burden->weeks(1);
  EXPECT_EQ(second.week(), "2025-W27");
  EXPECT_THAT(ItemsOf(second),
              ElementsAre("organisations/RLQ/returns/Timed.2025-06  56",
                          absl::StrCat("organisations/RLQ/returns/Ward.2025-04 ", name, " 125")));
  EXPECT_EQ(second.items(0).due_time().seconds(),
            ParseTimestamp("2025-07-02T16:00:00Z")->micros / 1'000'000);
  EXPECT_EQ(second.items(1).requesting_body(), "X24");
  EXPECT_EQ(second.estimated_minutes(), 181u);
  EXPECT_TRUE(second.clash());  // More than 180.
  // ((56 + 112) x 1,009 + 13 x 2,003) / 60 = 195,551 / 60 = 3,259.2.
  EXPECT_EQ(second.cost_pence(), 3259u);
  EXPECT_EQ(MinutesOf(burden->avoided()).Total(), 125u);  // By X30's.
}

TEST_F(BurdenTest, WhatIsWithdrawnFallsOnNobodyAndTheNextIsCharged) {
  const std::string first = Issue(Asking({"admissions", "stays"}));
  const std::string second = Issue(Asking({"stays"}, "X30"));
  ASSERT_THAT(End(first), IsOk());
  const auto burden = Ask(Of("RCF", "2025-06-30", "2025-07-06"));
  ASSERT_THAT(burden, IsOk());
  ASSERT_EQ(burden->weeks_size(), 1);
  // 101 + 13 + 7.
  EXPECT_THAT(ItemsOf(burden->weeks(0)),
              ElementsAre(absl::StrCat("organisations/RCF/returns/Ward.2025-04 ", second, " 121")));
  EXPECT_FALSE(burden->weeks(0).clash());
  // Both were issued before.
  EXPECT_EQ(MinutesOf(burden->avoided()).Total(), 0u);
}

TEST_F(BurdenTest, SaysWhatWasDeclaredOfTheRevisionThatMetIt) {
  Issue(Asking({"admissions"}));
  const GetBurdenRequest week = Of("RLQ", "2025-06-30", "2025-07-06");
  EXPECT_FALSE(Ask(week)->weeks(0).items(1).has_declared());
  Send("RLQ", "2025-04", returns::v1::REVISION_STATUS_FINAL, 137);
  Send("RLQ", "2025-04", returns::v1::REVISION_STATUS_FINAL, 139);
  const auto burden = Ask(week);
  ASSERT_EQ(burden->weeks(0).items_size(), 2);
  EXPECT_FALSE(burden->weeks(0).items(0).has_declared());
  EXPECT_EQ(burden->weeks(0).items(1).declared().gathering(), 137u);
  EXPECT_EQ(MinutesOf(burden->weeks(0).items(1).estimated()).Total(), 125u);
}

// 181 minutes clash while they are to come; once the ward return's 125 are sent, 56 do not.
TEST_F(BurdenTest, WhatWasSentClashesWithNothing) {
  Issue(Asking({"admissions"}));
  const GetBurdenRequest week = Of("RLQ", "2025-06-30", "2025-07-06");
  const auto before = Ask(week);
  ASSERT_THAT(before, IsOk());
  EXPECT_FALSE(before->weeks(0).items(1).sent());
  EXPECT_EQ(before->weeks(0).minutes_to_come(), 181u);
  EXPECT_TRUE(before->weeks(0).clash());
  Send("RLQ", "2025-04", returns::v1::REVISION_STATUS_FINAL, 137);
  const auto after = Ask(week);
  ASSERT_THAT(after, IsOk());
  EXPECT_FALSE(after->weeks(0).items(0).sent());
  EXPECT_TRUE(after->weeks(0).items(1).sent());
  EXPECT_EQ(after->weeks(0).estimated_minutes(), 181u);
  EXPECT_EQ(after->weeks(0).minutes_to_come(), 56u);
  EXPECT_FALSE(after->weeks(0).clash());
}

// Due on Tuesday 3 June, and on Wednesday 2 July.
TEST_F(BurdenTest, ShowsWholeWeeksWhateverDayItsSpanBeginsAndEnds) {
  EXPECT_EQ(Ask(Of("RLQ", "2025-06-03", "2025-06-03"))->weeks_size(), 1);
  EXPECT_EQ(Ask(Of("RLQ", "2025-06-05", "2025-06-30"))->weeks_size(), 2);
  EXPECT_EQ(Ask(Of("RLQ", "2025-06-09", "2025-06-29"))->weeks_size(), 0);
  EXPECT_EQ(Ask(Of("RCF", "2025-06-01", "2025-07-31"))->weeks_size(), 0);
}

// 56 minutes on Wednesday and 125 on another day, of which 180 in a week are too many.
TEST_F(BurdenTest, AWeekThatBeginsBeforeTheSpanClashesAsTheWholeOfIt) {
  Issue(Asking({"admissions"}));
  const auto whole = Ask(Of("RLQ", "2025-06-30", "2025-07-06"));
  ASSERT_THAT(whole, IsOk());
  for (const char* day : {"2025-06-30", "2025-07-03", "2025-07-06"}) {
    const auto burden = Ask(Of("RLQ", day, day));
    ASSERT_THAT(burden, IsOk());
    ASSERT_EQ(burden->weeks_size(), 1) << day;
    EXPECT_TRUE(burden->weeks(0).clash()) << day;
    EXPECT_EQ(burden->weeks(0).estimated_minutes(), 181u) << day;
    EXPECT_EQ(burden->weeks(0).SerializeAsString(), whole->weeks(0).SerializeAsString()) << day;
  }
}

TEST_F(BurdenTest, RefusesWhatIsNoSpan) {
  EXPECT_THAT(Ask(Of("RLQ", "2025-06-04", "2025-06-03")), HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(Ask(Of("RLQ", "", "2025-06-03")), HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(Ask(Of("RLQ", "2025-06-03", "2026-06-04")), IsOk());
  EXPECT_THAT(Ask(Of("RLQ", "2025-06-03", "2026-06-05")), HasReason(Reason::kRange));
  EXPECT_THAT(Ask(Of("-", "2025-06-03", "2025-06-05")), HasReason(Reason::kNotFound));
}

TEST(CostInPenceTest, IsRoundedOnceAtTheEndAndHalfUp) {
  const auto rules = RequestsWorld::Parse<requests::v1::RequestRules>(R"(
      pay_bands { lens: "gathering" pence_an_hour: 20 }
      pay_bands { lens: "training_and_guidance" pence_an_hour: 10 })");
  Minutes minutes;
  minutes[Lens::kGathering] = 1;
  EXPECT_EQ(CostInPence(minutes, rules), 0u);  // A third of a penny.
  minutes[Lens::kTrainingAndGuidance] = 1;
  EXPECT_EQ(CostInPence(minutes, rules), 1u);  // With a sixth: a half.
  minutes[Lens::kTransmission] = 1'000'000;    // Without a band.
  EXPECT_EQ(CostInPence(minutes, rules), 1u);
  minutes[Lens::kGathering] = 4'000'000'007;
  EXPECT_EQ(CostInPence(minutes, rules), 1'333'333'336u);  // 80,000,000,150 / 60 = ...335.8.
}

// 2^47 minutes of each lens at the most pence: six products of 2^47 x 10^5, which leave 64 bits.
TEST(CostInPenceTest, TheLargestSumsDoNotWrap) {
  requests::v1::RequestRules rules;
  Minutes minutes;
  for (const char* lens :
       {"gathering", "quality_assurance", "extraction_and_transformation", "transmission",
        "system_change_and_development", "training_and_guidance"}) {
    requests::v1::PayBand* band = rules.add_pay_bands();
    band->set_lens(lens);
    band->set_pence_an_hour(100'000);
    minutes.by_lens[static_cast<size_t>(rules.pay_bands_size() - 1)] = uint64_t{1} << 47;
  }
  // 140,737,488,355,328 x 100,000 x 6 / 60.
  EXPECT_EQ(CostInPence(minutes, rules), 1'407'374'883'553'280'000u);
}

}  // namespace
}  // namespace onereturn::ingestion
