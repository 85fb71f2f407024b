// What asking costs, who asks, what is used and what is suspended, by way of the client; minutes
// are added up by hand.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "onereturn/requests/v1/hours_service.pb.h"
#include "onereturn/requests/v1/obligations_service.pb.h"
#include "tests/e2e/client_run.h"
#include "tests/e2e/ward.h"
#include "tests/harness/day_ahead.h"

namespace onereturn {
namespace {

using requests::v1::ItemUsage;
using requests::v1::ListAccountsResponse;
using requests::v1::ListObligationsResponse;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;

// So often something is looked at that the service does within a second or two.
constexpr int kMostLooks = 600;

uint64_t SumOf(const timetable::v1::EstimatedMinutes& minutes) {
  return uint64_t{minutes.gathering()} + minutes.quality_assurance() +
         minutes.extraction_and_transformation() + minutes.transmission() +
         minutes.system_change_and_development() + minutes.training_and_guidance();
}

class HoursTest : public WardTest {
 protected:
  // "RWP asked = collected + avoided + outstanding + released" of each.
  std::vector<std::string> AccountsOf(const std::string& reference) {
    std::vector<std::string> texts;
    const auto list =
        Told<ListAccountsResponse>(kAnalyst, {"request", "hours", "--request", reference});
    for (const auto& one : list.accounts()) {
      texts.push_back(absl::StrCat(one.organisation(), " ", SumOf(one.asked()), " = ",
                                   SumOf(one.collected()), " + ", SumOf(one.avoided()), " + ",
                                   SumOf(one.outstanding()), " + ", SumOf(one.released())));
    }
    return texts;
  }
  ListObligationsResponse ObligationsOf(const std::string& reference) {
    return Told<ListObligationsResponse>(kRequester,
                                         {"request", "obligations", "--request", reference});
  }
  // As it is when it was used so often; as it is at last where it never was.
  ItemUsage UsageOf(const std::string& item, uint64_t uses) {
    ItemUsage usage;
    for (int look = 0; look < kMostLooks; ++look) {
      const auto list =
          Told<requests::v1::ListUsageResponse>(kAnalyst, {"usage", "--collection", "Ward"});
      EXPECT_EQ(list.items_size(), 2);
      for (const ItemUsage& one : list.items()) {
        if (one.item() == item) usage = one;
      }
      if (usage.uses() == uses || HasFailure()) break;
    }
    return usage;
  }
};

TEST_F(HoursTest, AccountsGoFromOutstandingToCollected) {
  const std::string reference = Issued({"admissions"});
  // A return with its admissions is 71. RWP's of April is held, that of May is not.
  EXPECT_THAT(AccountsOf(reference),
              ElementsAre("RLQ 142 = 0 + 142 + 0 + 0", "RWP 142 = 0 + 71 + 71 + 0"));
  EXPECT_THAT(
      Ask(kAnalyst, {"hours", "--body", "X24", "--of", "RWP"}),
      AllOf(ExitedWith(0), Field(&ClientRun::out, AllOf(HasSubstr("2:22"), HasSubstr("1:11"),
                                                        Not(HasSubstr("RLQ"))))));
  const auto owed = ObligationsOf(reference);
  ASSERT_EQ(owed.obligations_size(), 1);
  EXPECT_EQ(owed.obligations(0).state(), requests::v1::OBLIGATION_STATE_OUTSTANDING);
  EXPECT_THAT(
      Ask(Submitter("RWP"), {"obligations", "--of", "RWP"}),
      AllOf(ExitedWith(0), Field(&ClientRun::out, AllOf(HasSubstr("1:11"), HasSubstr("send it")))));

  ASSERT_THAT(Send("RWP", "2025-05", "70", "7", {"--minutes", "gathering=50"}), ExitedWith(0));
  EXPECT_THAT(AccountsOf(reference),
              ElementsAre("RLQ 142 = 0 + 142 + 0 + 0", "RWP 142 = 71 + 71 + 0 + 0"));
  EXPECT_EQ(ObligationsOf(reference).obligations(0).state(),
            requests::v1::OBLIGATION_STATE_COLLECTED);
  EXPECT_THAT(Ask(kAnalyst, {"obligations", "--of", "RWP", "--state", "outstanding"}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("No request makes"))));
  // As it was before it came.
  const auto then = Told<ListAccountsResponse>(
      kAnalyst, {"request", "hours", "--of", "RWP", "--as-of", owed.position()});
  ASSERT_EQ(then.accounts_size(), 1);
  EXPECT_EQ(SumOf(then.accounts(0).outstanding()), 71u);
  EXPECT_THAT(
      Ask(kAnalyst, {"hours", "--body", "Y63"}),
      AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("No request has asked for anything"))));
  EXPECT_THAT(Ask(kOperator, {"hours"}), ExitedWith(3));
}

TEST_F(HoursTest, BurdenIsOfCollectionsAndOfRequests) {
  const std::string reference = Issued({"admissions"});
  // Timed of May 2025 is due on Tuesday 3 June: 56 minutes at 20 pence.
  const std::vector<std::string> june = {"burden",     "RLQ",  "--from",
                                         "2025-06-01", "--to", "2025-06-29"};
  const auto timed = Told<requests::v1::GetBurdenResponse>(kAnalyst, june);
  ASSERT_EQ(timed.weeks_size(), 1);
  EXPECT_EQ(timed.weeks(0).week(), "2025-W23");
  EXPECT_EQ(timed.weeks(0).estimated_minutes(), 56u);
  EXPECT_EQ(timed.weeks(0).cost_pence(), 1'120u);
  EXPECT_FALSE(timed.weeks(0).clash());
  ASSERT_EQ(timed.weeks(0).items_size(), 1);
  EXPECT_EQ(timed.weeks(0).items(0).return_(), "organisations/RLQ/returns/Timed.2025-05");
  EXPECT_EQ(timed.weeks(0).items(0).request(), "");
  EXPECT_THAT(As(kAnalyst, june),
              AllOf(ExitedWith(0),
                    Field(&ClientRun::out,
                          AllOf(HasSubstr("56 min fall due; 0 h avoided"), HasSubstr("11.20"),
                                HasSubstr("the collection"), Not(HasSubstr("CLASH"))))));

  const std::vector<std::string> year = {"burden",     "RWP",  "--from",
                                         DayAhead(-1), "--to", DayAhead(300)};
  const auto before = Told<requests::v1::GetBurdenResponse>(kAnalyst, year);
  ASSERT_EQ(before.weeks_size(), 1);
  EXPECT_EQ(before.weeks(0).minutes_to_come(), 71u);
  EXPECT_TRUE(before.weeks(0).clash());  // More than 70.
  EXPECT_THAT(As(kAnalyst, year), AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("CLASH"))));
  ASSERT_THAT(Send("RWP", "2025-05", "70", "7", {"--minutes", "gathering=50"}), ExitedWith(0));
  const auto asked = Told<requests::v1::GetBurdenResponse>(kAnalyst, year);
  ASSERT_EQ(asked.weeks_size(), 1);
  EXPECT_EQ(asked.weeks(0).estimated_minutes(), 71u);
  EXPECT_EQ(asked.weeks(0).capacity_minutes(), 300u);
  EXPECT_EQ(asked.weeks(0).minutes_to_come(), 0u);
  EXPECT_FALSE(asked.weeks(0).clash());
  EXPECT_EQ(asked.weeks(0).cost_pence(), 1'420u);
  ASSERT_EQ(asked.weeks(0).items_size(), 1);
  EXPECT_EQ(asked.weeks(0).items(0).request(), absl::StrCat("requests/", reference));
  EXPECT_EQ(asked.weeks(0).items(0).requesting_body(), "X24");
  EXPECT_EQ(SumOf(asked.weeks(0).items(0).declared()), 50u);
  EXPECT_EQ(SumOf(asked.avoided()), 71u);  // By April's.
  EXPECT_THAT(
      As(kAnalyst, year),
      AllOf(ExitedWith(0),
            Field(&ClientRun::out,
                  AllOf(HasSubstr("1 h 11 min fall due; 1 h 11 min avoided"), HasSubstr("14.20"),
                        Not(HasSubstr("CLASH")), HasSubstr("yes"),
                        HasSubstr(absl::StrCat(reference, " of X24")), HasSubstr("0:50")))));
  EXPECT_THAT(As(kAnalyst, {"burden", "RWP", "--from", "2025-06-30", "--to", "2025-06-01"}),
              AllOf(ExitedWith(1), Field(&ClientRun::err, HasSubstr("to_date"))));
}

TEST_F(HoursTest, RequestersAreToldWithTheirBudget) {
  Issued({"admissions"});
  const auto list = Told<requests::v1::ListRequestersResponse>(kAnalyst, {"requesters"});
  ASSERT_EQ(list.requesters_size(), 1);
  const requests::v1::RequesterStanding& one = list.requesters(0);
  EXPECT_EQ(one.body(), "X24");
  EXPECT_EQ(one.requests(), 1u);
  EXPECT_THAT(one.median_notice_days(), AnyOf(Eq(300u), Eq(299u)));  // At midnight the latter.
  EXPECT_EQ(one.late_asks(), 0u);
  EXPECT_EQ(one.direct_asks(), 1u);
  EXPECT_EQ(one.duplicates_avoided(), 3u);
  EXPECT_EQ(one.minutes_caused(), 71u);
  EXPECT_EQ(one.minutes_avoided(), 213u);
  EXPECT_EQ(one.unused_items(), 1u);  // Nobody has read it yet.
  EXPECT_EQ(one.budget_minutes(), 50u);
  EXPECT_EQ(one.budget_used_minutes(), 71u);
  EXPECT_THAT(As(kAnalyst, {"requesters"}),
              AllOf(ExitedWith(0),
                    Field(&ClientRun::out, AllOf(HasSubstr("1 h 11 min of 50 min"),
                                                 HasSubstr("X24 is 21 min beyond its budget")))));
}

TEST_F(HoursTest, WhatIsReadIsUsedAndHistoryIsNotReviewedOnItsFirstDay) {
  const std::string reference = Issued({"admissions"});
  // What came today is unused for no whole month.
  EXPECT_EQ(UsageOf("admissions", 0).periods_unused(), 0u);
  ASSERT_THAT(Ask(kRequester, {"answer", reference}), ExitedWith(0));
  ASSERT_THAT(Ask(kRequester, {"action", reference, "--item", "admissions", "--product",
                               "Ward review", "--text", "a ward was opened"}),
              ExitedWith(0));
  // Three returns are held: 3 x 11, and 3 x 7.
  const ItemUsage used = UsageOf("admissions", 1);
  EXPECT_EQ(used.uses(), 1u);
  EXPECT_EQ(used.actions(), 1u);
  EXPECT_EQ(used.periods_unused(), 0u);
  EXPECT_FALSE(used.review());
  EXPECT_EQ(used.minutes(), 33u);
  EXPECT_EQ(used.minutes_a_use(), 33u);
  ASSERT_EQ(used.users_size(), 1);
  EXPECT_EQ(used.users(0).body(), "X24");
  EXPECT_EQ(used.users(0).product(), "Ward review");
  const ItemUsage unused = UsageOf("stays", 0);
  EXPECT_EQ(unused.periods_unused(), 0u);
  EXPECT_FALSE(unused.review());
  EXPECT_EQ(unused.minutes(), 21u);
  EXPECT_EQ(unused.minutes_a_use(), 0u);

  EXPECT_THAT(As(kAnalyst, {"usage"}),
              AllOf(ExitedWith(0),
                    Field(&ClientRun::out, AllOf(HasSubstr("X24 Ward review (evaluating trends)"),
                                                 HasSubstr("visits"), HasSubstr("0:33")))));
  EXPECT_THAT(As(kAnalyst, {"usage", "--review", "--collection", "Ward"}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("Nothing is in review."))));
}

TEST_F(HoursTest, SimplifiedModeSuspendsWhatIsDesirableAlone) {
  const std::string essential = Issued({"admissions"});
  const std::string desirable = Issued({"stays"});
  const std::string later = Draft({"stays"}, /*standing=*/false, "Wards, later");
  const std::vector<std::string> on = {
      "simplified", "on", "--until", DayAhead(30) + "T12:00:00Z", "--reason", "a pandemic"};
  EXPECT_THAT(As(kAnalyst, {"simplified", "show"}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("is off"))));
  EXPECT_THAT(Send("RWP", "2025-05", "70", ""),
              AllOf(ExitedWith(1), Field(&ClientRun::out, HasSubstr("CELL_MISSING"))));
  EXPECT_THAT(As(kRequester, on), ExitedWith(3));
  EXPECT_THAT(As(kDecider, on), ExitedWith(3));  // It acts for one body alone.
  EXPECT_THAT(As(kSteward, on),
              AllOf(ExitedWith(0), Field(&ClientRun::out, AllOf(HasSubstr("is ON until"),
                                                                HasSubstr("within a minute")))));
  EXPECT_THAT(As(kSteward, on), Field(&ClientRun::out, HasSubstr("As it was")));
  const auto mode = Told<google::protobuf::Struct>(kAnalyst, {"simplified", "show"});
  EXPECT_TRUE(JsonPart(mode, {"mode", "on"}).bool_value());

  ListObligationsResponse released = ObligationsOf(desirable);
  for (int look = 0; look < kMostLooks; ++look) {
    if (released.obligations(0).state() == requests::v1::OBLIGATION_STATE_RELEASED) break;
    released = ObligationsOf(desirable);
  }
  ASSERT_EQ(released.obligations_size(), 1);
  EXPECT_EQ(released.obligations(0).release_reason(), requests::v1::RELEASE_REASON_SUSPENDED);
  // A return with its stays is 67.
  const auto shown = Told<google::protobuf::Struct>(kAnalyst, {"simplified", "show"});
  EXPECT_EQ(JsonPart(shown, {"released", "returns"}).number_value(), 1);
  EXPECT_EQ(JsonPart(shown, {"released", "minutes"}).number_value(), 67);
  EXPECT_THAT(AccountsOf(desirable),
              ElementsAre("RLQ 134 = 0 + 134 + 0 + 0", "RWP 134 = 0 + 67 + 0 + 67"));
  EXPECT_THAT(AccountsOf(essential),
              ElementsAre("RLQ 142 = 0 + 142 + 0 + 0", "RWP 142 = 0 + 71 + 71 + 0"));
  Approve(later);
  EXPECT_THAT(Ask(kRequester, {"issue", later}),
              AllOf(ExitedWith(1), Field(&ClientRun::err, HasSubstr("REQUEST_STATE"))));
  EXPECT_THAT(Send("RWP", "2025-05", "70", ""), ExitedWith(0));

  EXPECT_THAT(As(kSteward, {"simplified", "off", "--reason", "it is over"}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("is off"))));
  EXPECT_THAT(
      As(kAnalyst, {"simplified", "show", "--as-of", JsonPart(mode, {"position"}).string_value()}),
      Field(&ClientRun::out, HasSubstr("is ON until")));
  EXPECT_THAT(Ask(kRequester, {"issue", later}), ExitedWith(0));
  // What was released does not come back.
  EXPECT_EQ(ObligationsOf(desirable).obligations(0).state(),
            requests::v1::OBLIGATION_STATE_RELEASED);
}

}  // namespace
}  // namespace onereturn
