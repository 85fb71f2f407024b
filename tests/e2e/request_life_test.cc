// What becomes of a request once it is issued, as those see it who ask, send and keep the
// catalogue.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/status/testing/status_matchers.h"
#include "tests/e2e/demo_file.h"
#include "tests/e2e/ward.h"
#include "tests/harness/day_ahead.h"

namespace onereturn {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;

using RequestLifeTest = WardTest;

// A return of RWP with its admissions is 71 minutes: May's is missing.
TEST_F(RequestLifeTest, TheCalendarShowsWhatRequestsMakeOwed) {
  const std::string reference = Issued({"admissions"});
  const std::vector<std::string> calendar = {"calendar", "RWP", "--weeks", "53"};
  const ClientRun shown = As(Submitter("RWP"), calendar);
  EXPECT_THAT(shown, ExitedWith(0));
  EXPECT_THAT(shown.out,
              ContainsRegex(absl::StrCat("Ward +2025-05 +owed +1:11 +", reference, " of X24\n")));
  EXPECT_THAT(shown.out, ContainsRegex("[0-9-]+ +1 +1:11 +1:11"));
  EXPECT_THAT(shown.out, HasSubstr("request obligations --of ORG"));
  EXPECT_THAT(As(kAnalyst, {"calendar", "RWP", "--weeks", "53", "--json"}).out,
              AllOf(HasSubstr(R"("obligations":[{)"), HasSubstr("Ward.2025-05")));
  ASSERT_THAT(Send("RWP", "2025-05", "70", "7"), ExitedWith(0));
  EXPECT_THAT(As(kAnalyst, calendar).out, HasSubstr("RWP owes nothing"));
}

// Of RWP's return of May 71 minutes are charged to the first, and the 7 of stays to the second.
TEST_F(RequestLifeTest, AReturnThatTwoRequestsShareIsCountedOnce) {
  Issued({"admissions"});
  const std::string second = Draft({"stays"}, /*standing=*/false, "Stays");
  Approve(second);
  ASSERT_THAT(Ask(kRequester, {"issue", second}), ExitedWith(0));
  EXPECT_THAT(
      Ask(kAnalyst, {"show", second}).out,
      HasSubstr("1 return: 0 met, 1 outstanding, 0 released; 0 h collected, 7 min outstanding"));
  EXPECT_THAT(As(kAnalyst, {"burden", "RWP", "--from", DayAhead(290), "--to", DayAhead(310)}).out,
              ContainsRegex("-W[0-9]+ +1 +1:18 +1:18 "));
}

TEST_F(RequestLifeTest, WhatWasCollectedForItStandsInItsAnswer) {
  const std::string reference = Issued({"admissions"});
  EXPECT_THAT(Ask(kRequester, {"answer", reference}).err,
              HasSubstr("provider hours: 0; 3 figures from 3 returns"));
  ASSERT_THAT(Send("RWP", "2025-05", "70", "7"), ExitedWith(0));
  EXPECT_THAT(Ask(kRequester, {"answer", reference}).err,
              HasSubstr("provider hours: 0 for what was held, 1 h 11 min collected for this "
                        "request; 4 figures from 4 returns"));
}

TEST_F(RequestLifeTest, WhatDoesNotStandIsNotFollowed) {
  const std::string reference = Issued({"admissions"});
  const ClientRun refused =
      Ask(kRequester, {"answer", reference, "--follow", "--out", File("answer.csv")});
  EXPECT_THAT(refused, AllOf(ExitedWith(1), Field(&ClientRun::out, ""),
                             Field(&ClientRun::err, HasSubstr("is not a standing request"))));
  EXPECT_FALSE(std::filesystem::exists(File("answer.csv")));
}

TEST_F(RequestLifeTest, ObligationsOfARequestThatIsNotThereAreNotFound) {
  EXPECT_THAT(Ask(kAnalyst, {"obligations", "--request", "999-00"}),
              AllOf(ExitedWith(4), Field(&ClientRun::err, HasSubstr("NOT_FOUND"))));
}

// Its draft has asked nobody yet: nothing was due on any day.
TEST_F(RequestLifeTest, WhoAskedForNothingNewHasNoMedianNotice) {
  Draft({"admissions"});
  EXPECT_THAT(As(kAnalyst, {"requesters"}).out, ContainsRegex("X24 +1 +- +"));
}

TEST_F(RequestLifeTest, WhoseRequestAsksForAnItemIsAskedAboutItsEnd) {
  const std::vector<std::string> retire = {"usage",   "retire",   "stays",  "--from",
                                           "2030-04", "--reason", "no use", "--validate-only"};
  EXPECT_THAT(As(kSteward, retire),
              AllOf(ExitedWith(2), Field(&ClientRun::err, HasSubstr("no request asks for it"))));
  const std::string reference = Draft({"stays"});
  EXPECT_THAT(As(kSteward, retire),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("to be asked: X24")),
                    Field(&ClientRun::err, HasSubstr("It was used or is asked for by X24."))));
  ASSERT_THAT(Ask(kRequester, {"end", reference, "--reason", "not needed"}), ExitedWith(0));
  EXPECT_THAT(As(kSteward, retire), ExitedWith(2));
}

TEST_F(RequestLifeTest, AnItemThatIsRetiredIsNotProposedAgain) {
  ASSERT_THAT(As(kSteward, {"apply", Write("old.textproto", R"(items {
                   code: "old" display_name: "Old" concept_text: "Counted otherwise." unit: "beds"
                   retired_from_period: "2027-09" retirement_reason: "nobody reads it" })")}),
              ExitedWith(0));
  EXPECT_THAT(As(kSteward, {"usage", "retire", "old", "--from", "2028-04", "--reason", "no use",
                            "--consult", "RLQ"}),
              AllOf(ExitedWith(1),
                    Field(&ClientRun::err, HasSubstr("old is retired from 2027-09 already"))));
  EXPECT_THAT(As(kSteward, {"catalogue", "changes"}).out, HasSubstr("No changes."));
}

}  // namespace
}  // namespace onereturn
