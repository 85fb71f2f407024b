// Who is charged: histories of one return, worked by hand from docs/collect-once.md.
#include "services/ingestion/domain/requests/claims.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Minutes GatheringOnly(uint64_t minutes) {
  Minutes gathering;
  gathering[Lens::kGathering] = minutes;
  return gathering;
}

// All its minutes together: 30 + 5 + 7 = 42.
Claim FirstClaim(uint64_t issued, uint64_t released = 0) {
  return {"001-00",
          {{"x", GatheringOnly(5)}, {"y", GatheringOnly(7)}},
          GatheringOnly(30),
          issued,
          released};
}

// 31 + 8 + 9 = 48, of which z alone, 9, is not of the first too.
Claim SecondClaim(uint64_t issued, uint64_t released = 0) {
  return {"002-00",
          {{"y", GatheringOnly(8)}, {"z", GatheringOnly(9)}},
          GatheringOnly(31),
          issued,
          released};
}

Claim OfFrames(Claim claim) {
  claim.owed_to_collection = true;
  return claim;
}

Claim Lacking(Claim claim, std::vector<uint64_t> revisions) {
  claim.lacking = std::move(revisions);
  return claim;
}

struct ExpectedOutcome {
  ObligationState state;
  uint64_t collected;
  uint64_t avoided;
  uint64_t outstanding;
  uint64_t released;
  uint64_t met;
};

MATCHER_P(HasOutcome, expected, "") {
  return arg.state == expected.state && arg.met == expected.met &&
         arg.account == Account{GatheringOnly(expected.collected), GatheringOnly(expected.avoided),
                                GatheringOnly(expected.outstanding),
                                GatheringOnly(expected.released)};
}

TEST(ClaimsTest, TheFirstIsChargedAndTheSecondWithWhatIsNotTheFirsts) {
  const ClaimsOfReturn claims{{FirstClaim(10), SecondClaim(12)}, {20}};
  EXPECT_THAT(OutcomesOf(claims, 9), IsEmpty());
  const ExpectedOutcome alone{ObligationState::kOutstanding, 0, 0, 42, 0, 0};
  EXPECT_THAT(OutcomesOf(claims, 10), ElementsAre(HasOutcome(alone)));
  EXPECT_THAT(OutcomesOf(claims, 11), ElementsAre(HasOutcome(alone)));
  // Of the second the return, 31, and y, 8, are avoided.
  const ExpectedOutcome second{ObligationState::kOutstanding, 0, 39, 9, 0, 0};
  EXPECT_THAT(OutcomesOf(claims, 12), ElementsAre(HasOutcome(alone), HasOutcome(second)));
  EXPECT_THAT(OutcomesOf(claims, 19), ElementsAre(HasOutcome(alone), HasOutcome(second)));
  const ExpectedOutcome came{ObligationState::kCollected, 42, 0, 0, 0, 20};
  const ExpectedOutcome second_came{ObligationState::kCollected, 9, 39, 0, 0, 20};
  EXPECT_THAT(OutcomesOf(claims, 20), ElementsAre(HasOutcome(came), HasOutcome(second_came)));
}

TEST(ClaimsTest, WhenTheFirstIsReleasedBeforeTheReturnCameTheNextIsCharged) {
  const ClaimsOfReturn claims{{FirstClaim(10, 14), SecondClaim(12)}, {20}};
  EXPECT_THAT(
      OutcomesOf(claims, 13),
      ElementsAre(HasOutcome(ExpectedOutcome{ObligationState::kOutstanding, 0, 0, 42, 0, 0}),
                  HasOutcome(ExpectedOutcome{ObligationState::kOutstanding, 0, 39, 9, 0, 0})));
  const ExpectedOutcome released{ObligationState::kReleased, 0, 0, 0, 42, 0};
  EXPECT_THAT(
      OutcomesOf(claims, 14),
      ElementsAre(HasOutcome(released),
                  HasOutcome(ExpectedOutcome{ObligationState::kOutstanding, 0, 0, 48, 0, 0})));
  EXPECT_THAT(
      OutcomesOf(claims, 20),
      ElementsAre(HasOutcome(released),
                  HasOutcome(ExpectedOutcome{ObligationState::kCollected, 48, 0, 0, 0, 20})));
}

TEST(ClaimsTest, ReleasedAfterTheReturnCameItStaysCollected) {
  const ClaimsOfReturn claims{{FirstClaim(10, 25), SecondClaim(12, 26)}, {20}};
  const auto both =
      ElementsAre(HasOutcome(ExpectedOutcome{ObligationState::kCollected, 42, 0, 0, 0, 20}),
                  HasOutcome(ExpectedOutcome{ObligationState::kCollected, 9, 39, 0, 0, 20}));
  EXPECT_THAT(OutcomesOf(claims, 24), both);
  EXPECT_THAT(OutcomesOf(claims, 25), both);
  EXPECT_THAT(OutcomesOf(claims, 30), both);
}

TEST(ClaimsTest, ALaterRevisionChangesNothing) {
  const ClaimsOfReturn claims{{FirstClaim(10), SecondClaim(12)}, {20, 40}};
  EXPECT_EQ(OutcomesOf(claims, 50)[0].met, 20u);
  EXPECT_THAT(
      OutcomesOf(claims, 50),
      ElementsAre(HasOutcome(ExpectedOutcome{ObligationState::kCollected, 42, 0, 0, 0, 20}),
                  HasOutcome(ExpectedOutcome{ObligationState::kCollected, 9, 39, 0, 0, 20})));
}

TEST(ClaimsTest, WhatIsOwedToTheCollectionIsChargedToNobody) {
  const ClaimsOfReturn claims{{OfFrames(FirstClaim(10)), OfFrames(SecondClaim(12, 15))}, {20}};
  const ExpectedOutcome released{ObligationState::kReleased, 0, 0, 0, 48, 0};
  EXPECT_THAT(OutcomesOf(claims, 12),
              ElementsAre(HasOutcome(ExpectedOutcome{ObligationState::kAwaited, 0, 42, 0, 0, 0}),
                          HasOutcome(ExpectedOutcome{ObligationState::kAwaited, 0, 48, 0, 0, 0})));
  EXPECT_THAT(OutcomesOf(claims, 15),
              ElementsAre(HasOutcome(ExpectedOutcome{ObligationState::kAwaited, 0, 42, 0, 0, 0}),
                          HasOutcome(released)));
  EXPECT_THAT(OutcomesOf(claims, 20),
              ElementsAre(HasOutcome(ExpectedOutcome{ObligationState::kShared, 0, 42, 0, 0, 20}),
                          HasOutcome(released)));
}

TEST(ClaimsTest, AClaimOfAReturnThatCameAsksForANewerOneAndIsChargedItself) {
  // The third asks for what the first has already, and for nothing of the second's but the return.
  Claim third{"003-00", {{"x", GatheringOnly(4)}}, GatheringOnly(32), 31, 0};
  const ClaimsOfReturn claims{{FirstClaim(10), SecondClaim(30), third}, {20, 40}};
  const ExpectedOutcome first{ObligationState::kCollected, 42, 0, 0, 0, 20};
  EXPECT_THAT(
      OutcomesOf(claims, 35),
      ElementsAre(HasOutcome(first),
                  HasOutcome(ExpectedOutcome{ObligationState::kOutstanding, 0, 0, 48, 0, 0}),
                  HasOutcome(ExpectedOutcome{ObligationState::kOutstanding, 0, 32, 4, 0, 0})));
  EXPECT_THAT(
      OutcomesOf(claims, 40),
      ElementsAre(HasOutcome(first),
                  HasOutcome(ExpectedOutcome{ObligationState::kCollected, 48, 0, 0, 0, 40}),
                  HasOutcome(ExpectedOutcome{ObligationState::kCollected, 4, 32, 0, 0, 40})));
}

TEST(ClaimsTest, WhatWasSentForTheCollectionShieldsNoClaimOnANewerRevision) {
  const ClaimsOfReturn claims{{OfFrames(FirstClaim(10)), SecondClaim(30)}, {20, 40}};
  const ExpectedOutcome first{ObligationState::kShared, 0, 42, 0, 0, 20};
  EXPECT_THAT(OutcomesOf(claims, 30),
              ElementsAre(HasOutcome(first), HasOutcome(ExpectedOutcome{
                                                 ObligationState::kOutstanding, 0, 0, 48, 0, 0})));
  EXPECT_THAT(OutcomesOf(claims, 40),
              ElementsAre(HasOutcome(first), HasOutcome(ExpectedOutcome{ObligationState::kCollected,
                                                                        48, 0, 0, 0, 40})));
  // Though nobody had asked before.
  EXPECT_THAT(
      OutcomesOf({{OfFrames(SecondClaim(30))}, {20}}, 30),
      ElementsAre(HasOutcome(ExpectedOutcome{ObligationState::kOutstanding, 0, 0, 48, 0, 0})));
}

// The frames name the organisation no more when the second is issued: y and the return are the
// collection's, z is nobody's but the second's. So it was priced.
TEST(ClaimsTest, WhatTheCollectionOwesIsThatOfEachIssue) {
  const ClaimsOfReturn before{{OfFrames(FirstClaim(10)), SecondClaim(12)}, {20}};
  const ExpectedOutcome awaited{ObligationState::kAwaited, 0, 42, 0, 0, 0};
  EXPECT_THAT(
      OutcomesOf(before, 12),
      ElementsAre(HasOutcome(awaited),
                  HasOutcome(ExpectedOutcome{ObligationState::kOutstanding, 0, 39, 9, 0, 0})));
  // And the other way round: what the first was charged with stays.
  const ClaimsOfReturn since{{FirstClaim(10), OfFrames(SecondClaim(12))}, {20}};
  EXPECT_THAT(
      OutcomesOf(since, 12),
      ElementsAre(HasOutcome(ExpectedOutcome{ObligationState::kOutstanding, 0, 0, 42, 0, 0}),
                  HasOutcome(ExpectedOutcome{ObligationState::kAwaited, 0, 48, 0, 0, 0})));
  // Released, it holds the second free no longer.
  const ClaimsOfReturn released{{OfFrames(FirstClaim(10, 14)), SecondClaim(12)}, {20}};
  EXPECT_THAT(OutcomesOf(released, 14)[1],
              HasOutcome(ExpectedOutcome{ObligationState::kOutstanding, 0, 0, 48, 0, 0}));
}

// The revision of 20 has no z: it meets the first alone, and the second waits for the one of 40.
TEST(ClaimsTest, ARevisionThatLacksAnItemDoesNotMeetIt) {
  const ClaimsOfReturn claims{{FirstClaim(10), Lacking(SecondClaim(12), {20})}, {20, 40}};
  EXPECT_THAT(
      OutcomesOf(claims, 19),
      ElementsAre(HasOutcome(ExpectedOutcome{ObligationState::kOutstanding, 0, 0, 42, 0, 0}),
                  HasOutcome(ExpectedOutcome{ObligationState::kOutstanding, 0, 39, 9, 0, 0})));
  const ExpectedOutcome first{ObligationState::kCollected, 42, 0, 0, 0, 20};
  EXPECT_THAT(OutcomesOf(claims, 20),
              ElementsAre(HasOutcome(first), HasOutcome(ExpectedOutcome{
                                                 ObligationState::kOutstanding, 0, 0, 48, 0, 0})));
  EXPECT_THAT(OutcomesOf(claims, 40),
              ElementsAre(HasOutcome(first), HasOutcome(ExpectedOutcome{ObligationState::kCollected,
                                                                        48, 0, 0, 0, 40})));
}

TEST(ClaimsTest, SaysWhichItemsAreCharged) {
  const ClaimsOfReturn claims{{FirstClaim(10), SecondClaim(12, 14)}, {20}};
  EXPECT_THAT(OutcomesOf(claims, 12)[0].charged_items, ElementsAre("x", "y"));
  EXPECT_THAT(OutcomesOf(claims, 12)[1].charged_items, ElementsAre("z"));
  EXPECT_THAT(OutcomesOf(claims, 14)[1].charged_items, IsEmpty());
}

TEST(ClaimsTest, ARevisionBeforeTheIssueMeetsNoClaimWhoseFirstWasReleased) {
  const ClaimsOfReturn claims{{FirstClaim(10, 15), SecondClaim(30)}, {20}};
  const ExpectedOutcome released{ObligationState::kReleased, 0, 0, 0, 42, 0};
  EXPECT_THAT(OutcomesOf(claims, 29), ElementsAre(HasOutcome(released)));
  EXPECT_THAT(
      OutcomesOf(claims, 30),
      ElementsAre(HasOutcome(released),
                  HasOutcome(ExpectedOutcome{ObligationState::kOutstanding, 0, 0, 48, 0, 0})));
}

TEST(ClaimsTest, ChargesPassOnFromClaimToClaim) {
  Claim third{
      "003-00", {{"x", GatheringOnly(4)}, {"z", GatheringOnly(6)}}, GatheringOnly(32), 13, 0};
  const ClaimsOfReturn claims{{FirstClaim(10, 14), SecondClaim(12, 16), third}, {}};
  // Until 14 all of it is another's: x the first's, z the second's. Then x is its own, 4; from 16
  // on everything.
  EXPECT_THAT(OutcomesOf(claims, 13)[2],
              HasOutcome(ExpectedOutcome{ObligationState::kAwaited, 0, 42, 0, 0, 0}));
  EXPECT_THAT(OutcomesOf(claims, 14)[2],
              HasOutcome(ExpectedOutcome{ObligationState::kOutstanding, 0, 38, 4, 0, 0}));
  EXPECT_THAT(OutcomesOf(claims, 16)[2],
              HasOutcome(ExpectedOutcome{ObligationState::kOutstanding, 0, 0, 42, 0, 0}));
}

TEST(ClaimsTest, AChargeOfNoMinutesIsACharge) {
  const Claim free{"003-00", {{"w", Minutes{}}}, GatheringOnly(3), 12, 0};
  const ClaimsOfReturn claims{{FirstClaim(10), free}, {20}};
  EXPECT_THAT(OutcomesOf(claims, 12)[1],
              HasOutcome(ExpectedOutcome{ObligationState::kOutstanding, 0, 3, 0, 0, 0}));
  EXPECT_THAT(OutcomesOf(claims, 20)[1],
              HasOutcome(ExpectedOutcome{ObligationState::kCollected, 0, 3, 0, 0, 20}));
}

TEST(ClaimsTest, MinutesKeepTheirLens) {
  Claim claim = FirstClaim(10);
  claim.items["x"][Lens::kTransmission] = 2;
  const auto outcomes = OutcomesOf({{claim}, {}}, 10);
  EXPECT_EQ(outcomes[0].account.outstanding[Lens::kGathering], 42u);
  EXPECT_EQ(outcomes[0].account.outstanding[Lens::kTransmission], 2u);
}

TEST(ClaimsTest, AccountsAddUp) {
  Account account{GatheringOnly(1), GatheringOnly(2), GatheringOnly(3), GatheringOnly(4)};
  account += Account{GatheringOnly(10), GatheringOnly(20), GatheringOnly(30), GatheringOnly(40)};
  EXPECT_EQ(account,
            (Account{GatheringOnly(11), GatheringOnly(22), GatheringOnly(33), GatheringOnly(44)}));
  EXPECT_EQ(account.Asked(), GatheringOnly(110));
}

// 3,000 returns, each with five claims of twelve items that overlap.
TEST(ClaimsTest, ManyReturnsAreNotSlow) {
  ClaimsOfReturn claims{{}, {100}};
  for (uint64_t number = 0; number < 5; ++number) {
    Claim claim{absl::StrCat("00", number, "-00"), {}, GatheringOnly(30), 10 + number, 0};
    for (uint64_t item = 0; item < 12; ++item) {
      claim.items[absl::StrCat("ae_attendances_of_the_month_", 6 * number + item)] =
          GatheringOnly(5);
    }
    claims.claims.push_back(claim);
  }
  const std::vector<ClaimsOfReturn> returns(3000, claims);
  Account all;
  const auto start = std::chrono::steady_clock::now();
  for (const ClaimsOfReturn& of_return : returns) {
    for (const ClaimOutcome& outcome : OutcomesOf(of_return, 200)) all += outcome.account;
  }
  const auto taken = std::chrono::steady_clock::now() - start;
  // Of each return the first claim's twelve items and six of each other, once.
  EXPECT_EQ(all.collected.Total(), 3000u * (30 + 36 * 5));
  EXPECT_EQ(all.avoided.Total(), 3000u * (4 * 30 + 24 * 5));
  EXPECT_LT(taken, std::chrono::seconds(2));
  std::printf(
      "3,000 returns of 5 claims of 12 items: %lld ms\n",
      static_cast<long long>(std::chrono::duration_cast<std::chrono::milliseconds>(taken).count()));
}

}  // namespace
}  // namespace onereturn::ingestion
