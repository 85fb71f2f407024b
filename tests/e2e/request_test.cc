// Data requests as those who ask, decide and are asked have them, with the client.
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/clock/clock.h"
#include "common/status/testing/status_matchers.h"
#include "onereturn/requests/v1/obligations_service.pb.h"
#include "onereturn/requests/v1/requests_service.pb.h"
#include "tests/e2e/client_run.h"
#include "tests/e2e/demo_file.h"
#include "tests/harness/day_ahead.h"
#include "tests/harness/deployment.h"

namespace onereturn {
namespace {

using requests::v1::ListObligationsResponse;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;

// What returns cost is what deploy/england states, which is illustrative. Of MSitAE a return takes
// 90 minutes as a whole, attendances 30 and those over four hours 20; of DM01 a return takes 130,
// and who waits 150. So of two providers and three months: attendances and waits are 6 x (90 + 30 +
// 20) = 840 minutes, attendances alone 6 x (90 + 30) = 720, and who waits for a test 6 x (130 +
// 150) = 1,680.

// By the pay bands of deploy/england an hour costs 20 pounds of gathering and transmission, 29 of
// quality assurance and transformation, 34 of the others: a return of MSitAE 42.50 and attendances
// 13.00, those over four hours 8.91 2/3; a return of DM01 62.66 2/3, and who waits 63.50.

// Two providers of region Y60, which report A&E month by month and no diagnostics here.
constexpr char kProvider[] = "RLQ";
constexpr char kOtherProvider[] = "RWP";
constexpr char kTwoHeld[] =
    R"(lines { item: "ae_attendances" } lines { item: "ae_over_four_hours" })";
constexpr char kOneMissing[] = R"(lines { item: "ae_attendances" } lines { item: "dm01_waiting" })";
// The second one's words are close to those of an item.
constexpr char kDescribed[] = R"(
  lines {
    described {
      display_name: "Ambulance handovers over an hour" unit: "handovers"
      concept_code: "ambulance-handover" measure: "count" population: "all-patients" cut_off: "60-minutes"
      definition_text: "Handovers of patients from ambulance to hospital that took longer than an hour"
      additive_over_organisations: true additive_over_time: true
    }
    estimated_minutes { gathering: 10 quality_assurance: 5 }
  }
  lines {
    described {
      display_name: "A&E attendance" unit: "attendances"
      definition_text: "Attendances at A&E departments of every type"
      additive_over_organisations: true additive_over_time: true
    }
  })";

// England's definitions and three months of A&E returns: one deployment for all tests.
class RequestTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    suite_ = Deployment::Create({.submitters = {kProvider, kOtherProvider}}).value().release();
    ASSERT_THAT(suite_->StartAll(), IsOk());
    ASSERT_THAT(As(kSteward, {"apply", SourcePath("deploy/england")}), ExitedWith(0));
    std::vector<std::string> submit = {"submit"};
    for (const char* month : {"2024-01", "2024-02", "2024-03"}) submit.push_back(DemoPath(month));
    submit.insert(submit.end(), {"--collection", "MSitAE", "--layout", "onereturn-wide"});
    ASSERT_THAT(As(kLoader, submit), ExitedWith(0));
  }
  static void TearDownTestSuite() {
    delete suite_;
    suite_ = nullptr;
  }

  static ClientRun As(absl::string_view persona, std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--profile", suite_->ProfileOf(persona).value()});
    return RunClient({std::move(arguments)});
  }
  // `request` and what follows.
  static ClientRun Ask(absl::string_view persona, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "request");
    return As(persona, std::move(arguments));
  }
  template <typename Message>
  static Message AskFor(absl::string_view persona, std::vector<std::string> arguments) {
    arguments.push_back("--json");
    const ClientRun run = Ask(persona, std::move(arguments));
    EXPECT_THAT(run, ExitedWith(0));
    return FromJson<Message>(run.out);
  }

  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_.File(name), std::ios::binary) << text;
    return folder_.File(name);
  }
  // A request of the two providers for three months, all of which are held.
  std::string FileOf(const std::string& title, const std::string& lines) const {
    return Write("request.textproto",
                 absl::StrCat(R"(
      requesting_body: "X24" sponsor: "Director of urgent and emergency care" title: ")",
                              title, R"("
      purpose: PURPOSE_EVALUATING_TRENDS legal_basis: "Health and Social Care Act 2012, section 259"
      planned_use: "Which systems are offered support" product: "Winter review"
      organisations: "RLQ" organisations: "RWP" from_period: "2024-01" to_period: "2024-03"
      due_date: ")",
                              DayAhead(400), R"(" expiry: ")", DayAhead(800), "\"\n", lines));
  }
  // Registers it; its reference.
  std::string Draft(const std::string& title, const std::string& lines) const {
    const std::string named = folder_.File("named");
    EXPECT_THAT(Ask(kRequester, {"draft", FileOf(title, lines), "--name-file", named}),
                AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr(": draft."))));
    const std::string name(absl::StripAsciiWhitespace(ReadWholeFile(named)));
    return name.substr(name.find('/') + 1);
  }
  // Takes a draft on to its approval, although nobody has replied.
  static void Approve(const std::string& reference) {
    ASSERT_THAT(Ask(kRequester, {"match", reference}), ExitedWith(0));
    ASSERT_THAT(Ask(kRequester, {"consult", reference, "--close", "--without-all-replies",
                                 "--reason", "the season begins"}),
                ExitedWith(0));
    ASSERT_THAT(Ask(kDecider, {"approve", reference, "--reason", "worth its hours"}),
                ExitedWith(0));
  }
  static void Issue(const std::string& reference) {
    Approve(reference);
    ASSERT_THAT(Ask(kRequester, {"issue", reference}), ExitedWith(0));
  }
  static std::vector<std::string> StatesOf(const std::string& reference) {
    std::vector<std::string> states;
    const auto list =
        AskFor<ListObligationsResponse>(kRequester, {"obligations", "--request", reference});
    for (const auto& one : list.obligations()) {
      states.push_back(requests::v1::ObligationState_Name(one.state()).substr(17));
    }
    return states;
  }

  TemporaryFolder folder_;
  static Deployment* suite_;
};

Deployment* RequestTest::suite_ = nullptr;

TEST_F(RequestTest, WhatIsHeldIsGivenAtOnce) {
  const std::string file = FileOf("Held", kTwoHeld);
  EXPECT_THAT(Ask(kRequester, {"draft", file, "--validate-only"}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("Nothing was kept"))));
  // Whoever reads the catalogue may see what is held before anybody asks.
  EXPECT_THAT(Ask(kAnalyst, {"match", file}),
              AllOf(ExitedWith(0),
                    Field(&ClientRun::out,
                          HasSubstr("2 of 2 items held; 14 h avoided (about £387); nothing"))));
  const std::string reference = Draft("Held", kTwoHeld);
  const auto matched =
      AskFor<requests::v1::MatchRequestResponse>(kRequester, {"match", reference, "--hours"});
  EXPECT_EQ(matched.data_request().state(), requests::v1::REQUEST_STATE_MATCHED);
  ASSERT_EQ(matched.match().lines_size(), 2);
  EXPECT_EQ(matched.match().lines(0).exact(), 6u);
  EXPECT_EQ(matched.match().lines(0).source(), "MSitAE");
  EXPECT_THAT(Ask(kRequester, {"match", reference}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("the match is as it was"))));
  EXPECT_THAT(Ask(kRequester, {"consult", reference}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("Nobody is consulted"))));
  // Nothing is asked of anybody, so that nobody need reply.
  EXPECT_THAT(Ask(kRequester, {"consult", reference, "--close"}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr(": consulted."))));

  EXPECT_THAT(Ask(kRequester, {"issue", reference}),
              AllOf(ExitedWith(1), Field(&ClientRun::err, HasSubstr("REQUEST_STATE"))));
  EXPECT_THAT(
      Ask(kRequester, {"approve", reference, "--reason", "mine"}),
      AllOf(ExitedWith(3), Field(&ClientRun::err, HasSubstr("PERMISSION_REQUESTS_DECIDE"))));
  EXPECT_THAT(Ask(kSteward, {"approve", reference, "--reason", "of no body"}),
              AllOf(ExitedWith(3), Field(&ClientRun::err, HasSubstr("SELF_APPROVAL"))));
  EXPECT_THAT(Ask(kDecider, {"approve", reference, "--reason", "worth its hours"}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr(": approved."))));

  EXPECT_THAT(Ask(kRequester, {"issue", reference, "--validate-only"}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("It could be issued"))));
  const std::vector<std::string> issue = {"issue", reference, "--request-id", "issue-of-held"};
  EXPECT_THAT(
      Ask(kRequester, issue),
      AllOf(ExitedWith(0), Field(&ClientRun::out,
                                 AllOf(HasSubstr(": issued."),
                                       HasSubstr("2 of 2 items held, from 6 returns; 14 h avoided"),
                                       HasSubstr("provider hours: 0"),
                                       HasSubstr("nothing of anybody"), HasSubstr(", verified")))));
  // Its answer was lost: the command again gives the same receipt.
  const auto again = AskFor<requests::v1::IssueRequestResponse>(kRequester, issue);
  EXPECT_TRUE(again.replayed());
  EXPECT_EQ(again.data_request().issue().sources(), 6u);
  EXPECT_EQ(again.data_request().issue().provider_minutes(), 0u);
  EXPECT_EQ(again.data_request().issue().obligations(), 0u);
  EXPECT_THAT(Ask(kRequester, {"issue", reference}),
              AllOf(ExitedWith(0),
                    Field(&ClientRun::out, AllOf(HasSubstr(" was issued before, "),
                                                 HasSubstr("2 of 2 items held, from 6 returns")))));
  EXPECT_THAT(Ask(kRequester, {"obligations", "--request", reference}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("No request makes"))));
  const auto shown = AskFor<requests::v1::GetRequestResponse>(kAnalyst, {"show", reference});
  // The service notes by itself, a moment later, that nothing is outstanding.
  EXPECT_THAT(shown.data_request().state(),
              AnyOf(requests::v1::REQUEST_STATE_ISSUED, requests::v1::REQUEST_STATE_ANSWERED));
  EXPECT_THAT(
      Ask(kAnalyst, {"show", reference}),
      AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("given      2 of 2 items held"))));
}

TEST_F(RequestTest, TheGapIsOwedAndContested) {
  const std::string reference = Draft("A gap", kOneMissing);
  EXPECT_THAT(
      Ask(kRequester, {"match", reference}),
      AllOf(ExitedWith(0),
            Field(&ClientRun::out,
                  AllOf(HasSubstr("1 of 2 items held (6 of 12 returns); 12 h avoided (about £333)"),
                        HasSubstr("28 h (about £757) would be asked of 2 organisations"),
                        HasSubstr("2: RLQ, RWP")))));
  EXPECT_THAT(Ask(kRequester, {"consult", reference, "--close"}),
              AllOf(ExitedWith(1), Field(&ClientRun::err, AllOf(HasSubstr("REPLIES_OUTSTANDING"),
                                                                HasSubstr("organisations/Y60")))));
  // Whoever decides sees which figures are asked, and which returns are missing.
  EXPECT_THAT(
      Ask(kDecider, {"show", reference}),
      AllOf(ExitedWith(0),
            Field(&ClientRun::out, AllOf(HasSubstr("line 2     dm01_waiting\n"),
                                         HasSubstr("2 organisations: RLQ, RWP"),
                                         HasSubstr("missing in"), HasSubstr("2: RLQ, RWP")))));
  Issue(reference);
  EXPECT_THAT(Ask(kAnalyst, {"list", "--asked-of", kProvider, "--state", "issued"}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr(reference))));
  // Of two providers and three months.
  EXPECT_EQ(StatesOf(reference), std::vector<std::string>(6, "OUTSTANDING"));
  const std::string of_one = absl::StrCat(kProvider, "/", reference, ".DM01.2024-01");
  const std::string of_other = absl::StrCat(kOtherProvider, "/", reference, ".DM01.2024-01");
  EXPECT_THAT(
      Ask(Submitter(kProvider), {"obligations", "--of", kProvider, "--request", reference}),
      AllOf(ExitedWith(0),
            Field(&ClientRun::out,
                  AllOf(HasSubstr(of_one), Not(HasSubstr(of_other)), HasSubstr("A gap"),
                        HasSubstr("dm01_waiting"), HasSubstr("4:40  126.17  OUTSTANDING"),
                        HasSubstr("send it; or challenge it"),
                        HasSubstr("3 returns to be sent, 14 h (about £379) asked by requests")))));

  // Of an ICB what its providers owe, as of them themselves. RLQ is of QGH, RWP too.
  EXPECT_THAT(
      Ask(kAnalyst, {"obligations", "--of", "Y60", "--request", reference}),
      AllOf(ExitedWith(0), Field(&ClientRun::out, AllOf(HasSubstr(of_one), HasSubstr(of_other)))));
  EXPECT_THAT(Ask(kAnalyst, {"obligations", "--of", "QGH", "--request", reference}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr(of_one))));
  // It asks for what it does already: matched again it would stand beside itself.
  EXPECT_THAT(Ask(kRequester, {"match", reference, "--preview"}),
              AllOf(ExitedWith(1), Field(&ClientRun::err, AllOf(HasSubstr("is issued"),
                                                                HasSubstr("request show")))));
  EXPECT_THAT(Ask(kRequester, {"consult", reference}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, Not(HasSubstr("--close")))));

  const auto challenge = [](const std::string& by, const std::string& what) {
    return Ask(Submitter(by),
               {"challenge", what, "--ground", "duplicate", "--text", "sent in May"});
  };
  EXPECT_THAT(challenge(kOtherProvider, of_one),
              AllOf(ExitedWith(3), Field(&ClientRun::err, HasSubstr("reason: ORG_SCOPE"))));
  EXPECT_THAT(challenge(kProvider, of_one),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("X24 answers by"))));
  EXPECT_THAT(Ask(Submitter(kProvider), {"challenge", of_one, "--ground", "disproportionate",
                                         "--text", "and it costs too much"}),
              AllOf(ExitedWith(1), Field(&ClientRun::err, HasSubstr("OBLIGATION_STATE"))));
  EXPECT_THAT(As(kRequester, {"notices"}),
              AllOf(ExitedWith(0),
                    Field(&ClientRun::out, AllOf(HasSubstr(of_one), HasSubstr("sent in May"),
                                                 HasSubstr("1 challenge waits for your answer")))));
  EXPECT_THAT(Ask(kRequester, {"uphold", of_one, "--reason", "another month"}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("still to be sent"))));
  EXPECT_THAT(challenge(kOtherProvider, of_other), ExitedWith(0));
  EXPECT_THAT(Ask(kRequester, {"drop", of_other, "--reason", "it is held"}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("released: challenged"))));
  EXPECT_THAT(StatesOf(reference), ElementsAre("OUTSTANDING", "OUTSTANDING", "OUTSTANDING",
                                               "RELEASED", "OUTSTANDING", "OUTSTANDING"));
  // Each costs 4 h 40 min.
  EXPECT_THAT(Ask(kAnalyst, {"show", reference}),
              Field(&ClientRun::out,
                    HasSubstr("since then 6 returns: 0 met, 5 outstanding, 1 released; 0 h "
                              "collected, 23 h 20 min outstanding\n")));

  EXPECT_THAT(Ask(kRequester, {"end", reference, "--reason", "the review is over"}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr(": ended."))));
  EXPECT_EQ(StatesOf(reference), std::vector<std::string>(6, "RELEASED"));
  EXPECT_THAT(
      Ask(kRequester, {"obligations", "--request", reference}),
      AllOf(ExitedWith(0), Field(&ClientRun::out, AllOf(HasSubstr("released: withdrawn"),
                                                        HasSubstr("Nothing is to be sent")))));
}

// All of it is owed to an earlier request, until that one ends.
TEST_F(RequestTest, MoreThanWasApprovedIsNotIssued) {
  const std::string earlier = Draft("Tests waited for", kOneMissing);
  Issue(earlier);
  const std::string later = Draft("Tests waited for, again", kOneMissing);
  Approve(later);
  EXPECT_THAT(Ask(kRequester, {"issue", later, "--validate-only"}), ExitedWith(0));
  ASSERT_THAT(Ask(kRequester, {"end", earlier, "--reason", "is over"}), ExitedWith(0));
  EXPECT_THAT(Ask(kRequester, {"issue", later}),
              AllOf(ExitedWith(1), Field(&ClientRun::err, HasSubstr("reason: MATCH_CHANGED"))));
  // Matched and approved anew it is.
  Issue(later);
  EXPECT_EQ(StatesOf(later), std::vector<std::string>(6, "OUTSTANDING"));
  // Others ask for the same.
  EXPECT_THAT(Ask(kRequester, {"end", later, "--reason", "is over"}), ExitedWith(0));
}

TEST_F(RequestTest, WhatIsSaidOfTheNextDraftIsAnotherReply) {
  const std::string consulted = absl::StrCat(kTwoHeld, R"( consultees: "RLQ")");
  const std::string reference = Draft("Season", consulted);
  const std::vector<std::string> agree = {"reply",   reference,   "--organisation",
                                          kProvider, "--opinion", "agree"};
  const auto close = [&] { return Ask(kRequester, {"consult", reference, "--close"}); };
  ASSERT_THAT(Ask(kRequester, {"match", reference}), ExitedWith(0));
  ASSERT_THAT(Ask(Submitter(kProvider), agree), ExitedWith(0));
  EXPECT_THAT(Ask(Submitter(kProvider), agree),
              AllOf(ExitedWith(0),
                    Field(&ClientRun::out, HasSubstr("(the same request was taken before)"))));
  const std::string anew = absl::StrCat("name: 'requests/", reference, "' ", consulted);
  ASSERT_THAT(Ask(kRequester, {"draft", FileOf("Season, later", anew)}), ExitedWith(0));
  ASSERT_THAT(Ask(kRequester, {"match", reference}), ExitedWith(0));
  EXPECT_THAT(close(),
              AllOf(ExitedWith(1), Field(&ClientRun::err, HasSubstr("REPLIES_OUTSTANDING"))));
  ASSERT_THAT(Ask(Submitter(kProvider), agree), ExitedWith(0));
  EXPECT_THAT(close(), ExitedWith(0));
}

TEST_F(RequestTest, WhatNobodyCollectsIsMadeACollectionThatCanBeSent) {
  const std::string reference = Draft("Handovers", kDescribed);
  Ask(kRequester, {"match", reference});
  Ask(kRequester, {"consult", reference, "--close", "--without-all-replies", "--reason", "winter"});
  EXPECT_THAT(
      Ask(kDecider, {"approve", reference, "--reason", "worth it"}),
      AllOf(ExitedWith(1), Field(&ClientRun::err, AllOf(HasSubstr("CONCERNS_OPEN"),
                                                        HasSubstr("near duplicate of line 2")))));
  EXPECT_THAT(Ask(kDecider, {"show", reference}),
              Field(&ClientRun::out,
                    AllOf(HasSubstr("line 1     \"Ambulance handovers over an hour\" in handovers"),
                          HasSubstr("line 2, near duplicate"), HasSubstr("a new collection"))));
  const auto alike = AskFor<requests::v1::ListLikenessesResponse>(kDecider, {"likenesses"});
  ASSERT_EQ(alike.likenesses_size(), 1);
  EXPECT_EQ(alike.likenesses(0).described().display_name(), "A&E attendance");
  EXPECT_EQ(alike.likenesses(0).item(), "ae_attendances");
  const std::string name = alike.likenesses(0).name();
  const std::string text = name.substr(name.find('/') + 1);
  // As the list shows it: the first digits and the item.
  const std::string shown = text.substr(0, 12) + text.substr(64);
  EXPECT_THAT(Ask(kDecider, {"likenesses"}), Field(&ClientRun::out, HasSubstr(shown)));
  EXPECT_THAT(Ask(kRequester, {"same", shown, "--reason", "mine"}), ExitedWith(3));
  EXPECT_THAT(Ask(kDecider, {"different", shown, "--reason", "counted otherwise"}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("is another figure than"))));
  EXPECT_THAT(Ask(kDecider, {"same", name, "--reason", "after all"}),
              AllOf(ExitedWith(1), Field(&ClientRun::err, HasSubstr("the likeness was decided"))));
  EXPECT_THAT(Ask(kDecider, {"same", name, "--reason", "after all", "--replace"}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("is "))));
  EXPECT_THAT(Ask(kDecider, {"different", name, "--reason", "it is not", "--replace"}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("is another figure than"))));
  EXPECT_THAT(Ask(kDecider, {"likenesses", "--decided"}),
              Field(&ClientRun::out, HasSubstr("different, ")));
  // Of the others the most alike is looked at, which is a share of them.
  Ask(kRequester, {"match", reference});
  const auto next = AskFor<requests::v1::ListLikenessesResponse>(kDecider, {"likenesses"});
  ASSERT_EQ(next.likenesses_size(), 1);
  EXPECT_EQ(next.likenesses(0).item(), "ae_four_hour_performance_type1");
  EXPECT_THAT(Ask(kDecider, {"different", next.likenesses(0).name(), "--reason", "not that share"}),
              ExitedWith(0));

  Approve(reference);
  // Three months on one day: each 345 for the return, 15 and 155 for its figures; of both providers
  // (6 x (1,137,000 + 34,500 + 391,000)) / 60 pence.
  EXPECT_THAT(
      Ask(kAnalyst, {"show", reference}),
      AllOf(ExitedWith(0),
            Field(&ClientRun::out,
                  AllOf(HasSubstr("would ask  51 h 30 min (about £1,563)"),
                        HasSubstr("holds nothing yet for RLQ; this adds 25 h 45 min: a clash is "
                                  "more than 15 h")))));
  const auto issued = AskFor<requests::v1::IssueRequestResponse>(kRequester, {"issue", reference});
  const std::string collection = absl::StrCat("R", reference);
  EXPECT_EQ(issued.data_request().issue().new_collection(), collection);
  ASSERT_EQ(issued.data_request().issue().new_items_size(), 2);
  EXPECT_EQ(StatesOf(reference), std::vector<std::string>(6, "OUTSTANDING"));
  EXPECT_THAT(Ask(kRequester, {"obligations", "--request", reference}),
              Field(&ClientRun::out, HasSubstr("51 h 30 min (about £1,563) asked by requests")));
  // As the list says how to send one: a file to fill in, whose values are the fourth column.
  const std::string blank = folder_.File("blank.csv");
  EXPECT_THAT(Ask(kRequester, {"obligations", "--request", reference}),
              Field(&ClientRun::out,
                    AllOf(HasSubstr("onereturn template "), HasSubstr("--layout onereturn-long"))));
  ASSERT_THAT(
      As(Submitter(kProvider), {"template", kProvider, "--collection", collection, "--period",
                                "2024-01", "--layout", "onereturn-long", "--out", blank}),
      ExitedWith(0));
  std::string rows = ReadWholeFile(blank);
  for (const std::string& item : issued.data_request().issue().new_items()) {
    rows = absl::StrReplaceAll(rows, {{"," + item + ",", "," + item + ",12"}});
  }
  EXPECT_THAT(As(Submitter(kProvider), {"submit", Write("rows.csv", rows), "--collection",
                                        collection, "--layout", "onereturn-long"}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("1 return: 1 stored"))));
  EXPECT_THAT(StatesOf(reference), ElementsAre("COLLECTED", "OUTSTANDING", "OUTSTANDING",
                                               "OUTSTANDING", "OUTSTANDING", "OUTSTANDING"));
}

// The months came today, so that nobody can have left them unread for long: by whatever rules.
TEST_F(RequestTest, WhatCameTodayIsNotReviewed) {
  std::string rules = ReadWholeFile(SourcePath("deploy/england/request_rules.textproto"));
  const std::string periods = "unused_periods: 12";
  ASSERT_NE(rules.find(periods), std::string::npos);
  rules.replace(rules.find(periods), periods.size(), "unused_periods: 3");
  // As `apply` takes them, which `request rules` does too.
  const std::string file = Write("rules.textproto", rules);
  EXPECT_THAT(Ask(kSteward, {"rules", file, "--validate-only"}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("they would be taken"))));
  EXPECT_THAT(Ask(kSteward, {"rules", file}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("version 2"))));
  EXPECT_THAT(As(kAnalyst, {"usage", "--review"}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("Nothing is in review."))));
  EXPECT_THAT(As(kSteward, {"usage", "keep", "ae_waits_over_twelve_hours", "--reason", "needed"}),
              AllOf(ExitedWith(4), Field(&ClientRun::err, HasSubstr("is not in review"))));
  // It reads no figures, so that no service tells it of revisions: it is told so.
  EXPECT_THAT(
      As(kSteward, {"notices"}),
      AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("your role reads no figures"))));
  // Which reviews there were is known of earlier days, who used what is not.
  EXPECT_THAT(As(kAnalyst, {"usage", "--as-of", "2026-01-01T00:00:00Z"}),
              AllOf(ExitedWith(2), Field(&ClientRun::err, HasSubstr("--review"))));
}

}  // namespace
}  // namespace onereturn
