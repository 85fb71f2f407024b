// What the client says of a data request at each step is what can be done then.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "onereturn/requests/v1/requests_service.pb.h"
#include "tests/e2e/client_run.h"
#include "tests/e2e/ward.h"

namespace onereturn {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;

using RequestWordsTest = WardTest;

auto Says(const std::string& words) { return Field(&ClientRun::out, HasSubstr(words)); }
auto SaysNot(const std::string& words) { return Field(&ClientRun::out, Not(HasSubstr(words))); }

// Nothing is held of visits of RWP, which nobody owes; its region is Y60.
TEST_F(RequestWordsTest, TheStepThatIsOpenIsOffered) {
  const std::string reference = Draft({"visits"});
  const std::string awaited = "Awaited: Y60 (region of RLQ, RWP):\n";
  const std::string match = absl::StrCat("Next: onereturn request match ", reference, "\n");
  EXPECT_THAT(Ask(kRequester, {"consult", reference}), AllOf(ExitedWith(0), Says(match)));
  EXPECT_THAT(Ask(kAnalyst, {"show", reference}), AllOf(ExitedWith(0), Says(match)));
  EXPECT_THAT(Ask(kRequester, {"match", reference}), AllOf(ExitedWith(0), Says(awaited)));
  EXPECT_THAT(
      Ask(kRequester, {"consult", reference}),
      AllOf(ExitedWith(0), Says(awaited), Says("--close --without-all-replies --reason TEXT"),
            SaysNot("Nobody is consulted")));
  EXPECT_THAT(Ask(kRequester, {"consult", reference, "--close"}),
              AllOf(ExitedWith(1), Field(&ClientRun::err, HasSubstr("organisations/Y60"))));
  Approve(reference);
  EXPECT_THAT(Ask(kRequester, {"match", reference}),
              AllOf(ExitedWith(0), Says("request issue " + reference), SaysNot("consult")));
}

// Of the four returns RWP's of May comes only after it was matched twice.
TEST_F(RequestWordsTest, AMatchTellsOfWhatCameSinceTheLast) {
  const std::string reference = Draft({"admissions"});
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(Ask(kRequester, {"match", reference}),
                AllOf(ExitedWith(0), Says("0 of 1 item held (3 of 4 returns)"),
                      Says("would be asked of 1 organisation")));
  }
  ASSERT_THAT(Send("RWP", "2025-05", "70", "7"), ExitedWith(0));
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(Ask(kRequester, {"match", reference}),
                AllOf(ExitedWith(0), Says("1 of 1 item held"), SaysNot("would be asked")));
  }
}

// The caller's own id is of one step, whatever has come since.
TEST_F(RequestWordsTest, ARepeatedMatchIsShownAsItIsNow) {
  const std::string reference = Draft({"admissions"});
  const std::vector<std::string> match = {"match", reference, "--request-id", "matched-once"};
  ASSERT_THAT(Ask(kRequester, match), AllOf(ExitedWith(0), SaysNot("recorded before")));
  ASSERT_THAT(Send("RWP", "2025-05", "70", "7"), ExitedWith(0));
  EXPECT_THAT(Ask(kRequester, match),
              AllOf(ExitedWith(0), Says("This match was recorded before. As it is now:\n"),
                    Says("1 of 1 item held"), Says("the same request was taken before")));
}

TEST_F(RequestWordsTest, ARefusedOneIsShownAsRefused) {
  const std::string reference = Draft({"admissions"});
  ASSERT_THAT(Ask(kRequester, {"match", reference}), ExitedWith(0));
  ASSERT_THAT(Ask(kRequester, {"consult", reference, "--close", "--without-all-replies", "--reason",
                               "the season begins"}),
              ExitedWith(0));
  EXPECT_THAT(Ask(kRequester, {"consult", reference}),
              AllOf(ExitedWith(0), Says("onereturn request approve " + reference)));
  ASSERT_THAT(Ask(kDecider, {"refuse", reference, "--reason", "it is held"}), ExitedWith(0));
  EXPECT_THAT(Ask(kRequester, {"consult", reference}),
              AllOf(ExitedWith(0), Says(": refused."), SaysNot("Nobody is consulted")));
  for (const char* step : {"match", "issue", "answer"}) {
    EXPECT_THAT(Ask(kRequester, {step, reference}),
                AllOf(ExitedWith(1), Field(&ClientRun::err, HasSubstr("draft it anew"))));
  }
  EXPECT_THAT(Ask(kAnalyst, {"show", reference}), Says("decided    refused: "));
  EXPECT_THAT(Ask(kRequester, {"end", reference, "--reason", "it was refused"}),
              AllOf(ExitedWith(0), SaysNot("is released")));
  EXPECT_THAT(Ask(kAnalyst, {"show", reference}), Says("decided    refused: "));
  // Of the four returns three are held; nothing was avoided by it, as nothing was given.
  EXPECT_THAT(Ask(kAnalyst, {"list", "--state", "ended"}),
              AllOf(ExitedWith(0), Says("3 of 4"), SaysNot("hours avoided")));
}

TEST_F(RequestWordsTest, AChallengeStandsInTheListWithItsAnswer) {
  const std::string reference = Issued({"admissions"});
  const std::string owed = absl::StrCat("RWP/", reference, ".Ward.2025-05");
  ASSERT_THAT(
      Ask(Submitter("RWP"), {"challenge", owed, "--ground", "duplicate", "--text", "sent in May"}),
      ExitedWith(0));
  for (const std::vector<std::string>& which :
       {std::vector<std::string>{"--request", reference}, {"--waiting"}}) {
    std::vector<std::string> list = which;
    list.insert(list.begin(), "obligations");
    EXPECT_THAT(Ask(kRequester, list),
                AllOf(ExitedWith(0), Says(owed + ", duplicate: \"sent in May\""),
                      Says("onereturn request uphold " + owed + " --reason TEXT")));
  }
  ASSERT_THAT(Ask(kRequester, {"uphold", owed, "--reason", "another month"}), ExitedWith(0));
  EXPECT_THAT(Ask(kAnalyst, {"obligations", "--request", reference}),
              AllOf(Says("upheld, it is still to be sent: "), Says("X24: another month")));
}

// All of it is owed to an earlier request.
TEST_F(RequestWordsTest, WhatIsAwaitedMayBeChallengedAndCostsNothing) {
  Issued({"admissions"});
  const std::string later = Draft({"admissions"}, /*standing=*/false, "Wards again");
  Approve(later);
  EXPECT_THAT(Ask(kRequester, {"issue", later}),
              AllOf(ExitedWith(0), Says("asked      1 return (1 owed already), 0 h, by ")));
  EXPECT_THAT(Ask(kAnalyst, {"show", later}), Says("asked      1 return (1 owed already), 0 h"));
  EXPECT_THAT(Ask(kAnalyst, {"obligations", "--request", later}),
              AllOf(ExitedWith(0), Says("awaited"), SaysNot("hours charged")));
  const std::string owed = absl::StrCat("RWP/", later, ".Ward.2025-05");
  ASSERT_THAT(
      Ask(Submitter("RWP"), {"challenge", owed, "--ground", "duplicate", "--text", "sent in May"}),
      AllOf(ExitedWith(0), Says("held already: ")));
  EXPECT_THAT(Ask(kRequester, {"obligations", "--waiting"}),
              AllOf(ExitedWith(0), Says("onereturn request drop " + owed),
                    Says("X24 answers the challenge by")));
  EXPECT_THAT(As(kRequester, {"notices"}), Says(owed));
}

TEST_F(RequestWordsTest, WhereNothingIsHeldNothingIsSaidToBe) {
  const std::string reference = Draft({"visits"});
  Approve(reference);
  EXPECT_THAT(
      Ask(kRequester, {"issue", reference}),
      AllOf(ExitedWith(0), Says("Nothing of it is held yet"), SaysNot("What is held can be read")));
  ASSERT_THAT(Ask(kRequester, {"end", reference, "--reason", "is over"}),
              AllOf(ExitedWith(0), Says("What was outstanding is released: 4 returns.\n")));
  EXPECT_THAT(Ask(kRequester, {"answer", reference}),
              AllOf(ExitedWith(1), Field(&ClientRun::err, HasSubstr("register another one"))));
}

// RLQ's are held, and of RWP only May's is asked.
TEST_F(RequestWordsTest, AnEndThatReleasesNothingDoesNotSaySo) {
  const std::string reference = Issued({"admissions"});
  ASSERT_THAT(Send("RWP", "2025-05", "70", "7"), ExitedWith(0));
  EXPECT_THAT(
      Ask(kRequester, {"end", reference, "--reason", "is over"}),
      AllOf(ExitedWith(0), Says("Nothing was outstanding any more"), SaysNot("is released")));
}

// As the guide has it: two officers give it, and it holds at once.
TEST_F(RequestWordsTest, AnotherBodyBecomesARequester) {
  const std::string file = Write(
      "own.textproto",
      "requesting_body: 'RWP' from_period: '2025-04' to_period: '2025-04' organisations: 'RLQ' "
      "due_date: '2030-01-01' expiry: '2031-01-01' title: 'A neighbour' sponsor: 'Director' "
      "product: 'Ward review' purpose: PURPOSE_EVALUATING_TRENDS legal_basis: 'Section 259' "
      "planned_use: 'to see wards' lines { item: 'admissions' }");
  EXPECT_THAT(Ask(Submitter("RWP"), {"draft", file}), ExitedWith(3));
  ASSERT_THAT(As(kFirstOfficer,
                 {"rights", "propose", "--principal", Deployment::SpiffeIdOf(Submitter("RWP")),
                  "--as", "requester", "--organisation", "RWP", "--reason", "asks for itself"}),
              ExitedWith(0));
  ASSERT_THAT(As(kSecondOfficer, {"rights", "decide", "grants/1", "--reason", "agreed"}),
              ExitedWith(0));
  EXPECT_THAT(Ask(Submitter("RWP"), {"draft", file}), ExitedWith(0));
}

// A dimension that the item does not have.
TEST_F(RequestWordsTest, WhatAnItemLacksIsSaidInTheTable) {
  const std::string words = "admissions has no dimension age: it has none";
  const std::string file = Write(
      "aged.textproto",
      "requesting_body: 'X24' from_period: '2025-04' to_period: '2025-04' organisations: 'RLQ' "
      "due_date: '2030-01-01' expiry: '2031-01-01' title: 'By age' sponsor: 'Director of wards' "
      "product: 'Ward review' purpose: PURPOSE_EVALUATING_TRENDS legal_basis: 'Section 259' "
      "planned_use: 'to see wards' lines { item: 'admissions' detail: DETAIL_BY_DIMENSIONS "
      "dimensions { code: 'age' values: 'old' } }");
  EXPECT_THAT(Ask(kRequester, {"match", file}), AllOf(ExitedWith(0), Says(words)));
  ASSERT_THAT(Ask(kRequester, {"draft", file, "--name-file", File("named")}), ExitedWith(0));
  EXPECT_THAT(Ask(kRequester, {"match", "001-00"}), AllOf(ExitedWith(0), Says(words)));
  EXPECT_THAT(Ask(kAnalyst, {"show", "001-00"}), AllOf(ExitedWith(0), Says(words)));
}

// An error names what to do about it, and the option by which it is done.
TEST_F(RequestWordsTest, RemediesAreOfTheFaultAtHand) {
  const auto refused = [](const char* words) { return Field(&ClientRun::err, HasSubstr(words)); };
  EXPECT_THAT(As(kSteward, {"simplified", "off", "--reason", "it is over"}),
              AllOf(ExitedWith(1), refused("Nothing is left to do")));
  EXPECT_THAT(As(Submitter("RLQ"), {"uses", "RLQ", "--collection", "Ward", "--period", "2025-13"}),
              AllOf(ExitedWith(2), refused("--period: ")));
  EXPECT_THAT(As(kSteward, {"usage", "retire", "stays", "--from", "2027-01", "--reason", "unread",
                            "--consult", "RLQ", "--without-rule", "AE99", "--validate-only"}),
              AllOf(ExitedWith(2), refused("Ward has no rule AE99")));
  const std::string reference = Draft({"visits"});
  ASSERT_THAT(Ask(kRequester, {"match", reference}), ExitedWith(0));
  EXPECT_THAT(Ask(kRequester, {"consult", reference, "--close"}),
              AllOf(ExitedWith(1), refused("--without-all-replies --reason")));
  ASSERT_THAT(Ask(kRequester, {"end", reference, "--reason", "is over"}), ExitedWith(0));
  EXPECT_THAT(Ask(kRequester, {"issue", reference}),
              AllOf(ExitedWith(1), refused("register another one")));
}

// Of each return, which costs 60 minutes and its admissions 11: RLQ's are held, of RWP one.
TEST_F(RequestWordsTest, AccountsHaveATotal) {
  Issued({"admissions"});
  EXPECT_THAT(
      Ask(kAnalyst, {"hours"}),
      AllOf(ExitedWith(0), Field(&ClientRun::out, ContainsRegex("in all +4:44 +3:33 +1:11\n"))));
}

}  // namespace
}  // namespace onereturn
