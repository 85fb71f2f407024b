// What asking costs and avoids, with the minutes that deploy/england states, as tools/demo asks;
// and docs/requests.md shows what is printed. And what whoever asks may have wrong.
#include <fstream>
#include <memory>
#include <regex>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/period/london_day.h"
#include "common/status/testing/status_matchers.h"
#include "onereturn/requests/v1/requests_service.pb.h"
#include "tests/e2e/client_run.h"
#include "tests/e2e/demo_file.h"
#include "tests/harness/day_ahead.h"
#include "tests/harness/deployment.h"

namespace onereturn {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;

// Minutes of deploy/england, which are illustrative. Of MSitAE a return takes 90 as a whole,
// attendances 30 and those over four hours 20; of DM01 a return takes 130, and who waits 150. So of
// three providers:
// - attendances and waits of three months are 9 x (90 + 30 + 20) = 1,260 minutes avoided, 21 h: 7 h
// each;
// - attendances of one month are 3 x (90 + 30) = 360 minutes avoided, 6 h: 2 h each;
// - who waits for a test in that month is 3 x (130 + 150) = 840 minutes asked, 14 h: 4 h 40 min
// each.
class RequestHoursTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    suite_ = Deployment::Create().value().release();
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
  // What is printed where nothing is wrong.
  static std::string Printed(absl::string_view persona, std::vector<std::string> arguments) {
    const ClientRun run = As(persona, std::move(arguments));
    EXPECT_THAT(run, ExitedWith(0));
    return run.out;
  }

  std::string Written(const std::string& name, const std::string& text) const {
    std::ofstream(folder_.File(name), std::ios::binary) << text;
    return folder_.File(name);
  }
  // As tools/demo writes it.
  std::string FileOf(const std::string& title, const std::string& from,
                     const std::vector<std::string>& items) const {
    const std::string file = folder_.File("request.textproto");
    std::ofstream(file, std::ios::binary)
        << R"(requesting_body: "X24" sponsor: "Director of urgent and emergency care" title: ")"
        << title << R"(" purpose: PURPOSE_EVALUATING_TRENDS
              legal_basis: "Health and Social Care Act 2012, section 259"
              planned_use: "Which systems are offered support before the winter"
              product: "Winter review" organisations: ["RLQ", "RLT", "RWP"]
              sector: SECTOR_URGENT_AND_EMERGENCY theme: "winter" horizon: HORIZON_SHORT
              to_period: "2024-03" from_period: ")"
        << from << "\" due_date: \"" << DayAhead(400) << "\" expiry: \"" << DayAhead(800)
        << "\" lines { item: \"" << absl::StrJoin(items, "\" } lines { item: \"") << "\" }\n";
    return file;
  }
  // Its reference.
  std::string Issued(const std::string& file) const {
    const std::string named = folder_.File("named");
    Printed(kRequester, {"request", "draft", file, "--name-file", named});
    const std::string name(absl::StripAsciiWhitespace(ReadWholeFile(named)));
    const std::string reference = name.substr(name.find('/') + 1);
    Printed(kRequester, {"request", "match", reference});
    Printed(kRequester, {"request", "consult", reference, "--close", "--without-all-replies",
                         "--reason", "nobody replies in a test"});
    Printed(kDecider, {"request", "approve", reference, "--reason", "worth its hours"});
    issue_ = Printed(kRequester, {"request", "issue", reference});
    return reference;
  }

  TemporaryFolder folder_;
  mutable std::string issue_;  // What the newest issue printed.
  static Deployment* suite_;
};

Deployment* RequestHoursTest::suite_ = nullptr;

// Lines without what differs from day to day: days, sequences, and the width of columns.
std::vector<std::string> LinesOf(const std::string& text) {
  static const std::regex& day = *new std::regex("[0-9]+ [A-Z][a-z]+ 20[0-9][0-9]");
  static const std::regex& sequence = *new std::regex("sequence [0-9,]+");
  static const std::regex& wide = *new std::regex("(─)+| +");
  std::vector<std::string> lines;
  for (const absl::string_view one : absl::StrSplit(text, '\n')) {
    std::string line(absl::StripAsciiWhitespace(one));
    line = std::regex_replace(line, day, "DAY");
    line = std::regex_replace(line, sequence, "sequence N");
    line = std::regex_replace(line, wide, " ");
    if (!absl::StripAsciiWhitespace(line).empty()) lines.push_back(std::move(line));
  }
  return lines;
}

TEST_F(RequestHoursTest, WhatIsAskedAndAvoidedIsShownEverywhere) {
  const std::string guide =
      absl::StrJoin(LinesOf(ReadWholeFile(SourcePath("docs/requests.md"))), "\n");
  const auto stands_in_guide = [&](const std::string& printed) {
    EXPECT_THAT(guide, HasSubstr(absl::StrJoin(LinesOf(printed), "\n")));
  };

  const std::string held =
      FileOf("Waits of four hours", "2024-01", {"ae_attendances", "ae_over_four_hours"});
  EXPECT_THAT(
      Printed(kAnalyst, {"request", "match", held, "--hours"}),
      AllOf(HasSubstr("2 of 2 items held; 21 h avoided (about £580); nothing is asked of anybody."),
            ContainsRegex("RLQ +7:00\n")));
  const std::string given = Issued(held);
  EXPECT_THAT(issue_,
              HasSubstr("2 of 2 items held, from 9 returns; 21 h avoided; provider hours: 0\n"));
  const std::string answered =
      Printed(kRequester, {"request", "answer", given, "--out", folder_.File("answer.csv")});
  EXPECT_THAT(answered, HasSubstr("provider hours: 0; 108 figures from 9 returns"));
  stands_in_guide(answered);

  const std::string gap =
      FileOf("Waits, and tests waited for", "2024-03", {"ae_attendances", "dm01_waiting"});
  const std::string matched = Printed(kAnalyst, {"request", "match", gap, "--hours"});
  EXPECT_THAT(
      matched,
      AllOf(HasSubstr("1 of 2 items held (3 of 6 returns); 6 h avoided (about £167)"),
            HasSubstr("14 h (about £379) would be asked of 3 organisations (existing items: 28 "
                      "days of notice)."),
            ContainsRegex("RLT +2:00 +4:40\n")));
  stands_in_guide(absl::StrReplaceAll(matched, {{gap, "gap.textproto"}}));
  const std::string owed = Issued(gap);
  EXPECT_THAT(
      issue_,
      HasSubstr(
          "1 of 2 items held (3 of 6 returns), from 3 returns; 6 h avoided; provider hours: 0\n"));
  EXPECT_THAT(issue_, ContainsRegex("asked +3 returns, 14 h, by [0-9]"));

  EXPECT_THAT(Printed(kAnalyst, {"request", "hours", "--of", "RWP"}),
              ContainsRegex("X24 +RWP +13:40 +9:00 +4:40\n"));
  // Of the nation at once of providers: the gap alone. 18 and 3 figures were held: an item, a
  // provider, a month each.
  EXPECT_THAT(
      Printed(kAnalyst, {"requesters"}),
      AllOf(ContainsRegex(
                "X24 +2 +14:00 +27:00 +[0-9]+ days +0 +0 +1 +21 +[0-9] +14 h of 10,000 h\n"),
            ContainsRegex("sector +urgent and emergency +2 +14:00\n")));
}

// October's return is due on the second working day of November. All of it is 210 minutes. By
// England's pay, in pounds an hour: checks 60 x 29, sending 15 x 20, changes and training 15 x 34;
// of all items gathering 45 x 20 and extraction 75 x
// 29. That is 5,625 / 60.
TEST_F(RequestHoursTest, WhatFallsOnAProviderIsShown) {
  const std::string burden =
      Printed(kAnalyst, {"burden", "RLT", "--from", "2026-11-01", "--to", "2026-11-04"});
  EXPECT_THAT(
      burden,
      AllOf(HasSubstr("26 October 2026 to 8 November 2026: 3 h 30 min fall due; "),
            ContainsRegex("2026-W45 +1 +3:30 +3:30 +37:30 +93\\.75\n"),
            ContainsRegex("2026-11-03 23:59:59 GMT +MSitAE\\.2026-10 +the collection +3:30\n")));
  const std::string guide =
      absl::StrJoin(LinesOf(ReadWholeFile(SourcePath("docs/requests.md"))), "\n");
  for (const std::string& line : LinesOf(burden)) {
    if (!absl::StartsWith(line, "2026-")) continue;
    EXPECT_THAT(guide, HasSubstr(line));
  }
  EXPECT_THAT(guide, HasSubstr("fall due; 9 h avoided, because it was held or owed already."));
}

// 199, 199 and 197 providers sent one: 595 returns. Each has cost 30 minutes of attendances, and 20
// of those over four hours.
TEST_F(RequestHoursTest, WhatAnItemHasCostIsShown) {
  EXPECT_THAT(Printed(kAnalyst, {"usage", "--collection", "MSitAE"}),
              AllOf(ContainsRegex("ae_attendances +MSitAE [^\n]* 297:30"),
                    ContainsRegex("ae_over_four_hours +MSitAE [^\n]* 198:20")));
}

TEST_F(RequestHoursTest, RulesAreShownInWords) {
  EXPECT_THAT(Printed(kAnalyst, {"request", "rules"}),
              HasSubstr("quality assurance: AfC band 6, illustrative, 29.00 pounds an hour\n"));
}

// What is not known is no organisation without duties.
TEST_F(RequestHoursTest, AnOrganisationThatIsNotKnownGetsNoAllClear) {
  const std::vector<std::vector<std::string>> asked = {
      {"burden", "NOPE", "--from", "2026-04-01", "--to", "2026-06-30"},
      {"request", "obligations", "--of", "NOPE"},
      {"request", "list", "--asked-of", "NOPE"},
      {"request", "list", "--body", "NOPE"},
      {"request", "hours", "--body", "NOPE"},
      {"request", "hours", "--of", "NOPE"},
      {"usage", "--collection", "NOPE"},
      {"usage", "--review", "--body", "NOPE"}};
  for (const std::vector<std::string>& arguments : asked) {
    EXPECT_THAT(As(kAnalyst, arguments),
                AllOf(ExitedWith(4), Field(&ClientRun::err, HasSubstr("NOT_FOUND")),
                      Field(&ClientRun::out, "")))
        << arguments[0] << " " << arguments[1];
  }
}

// Each part that the template leaves out can be taken in as it stands.
TEST_F(RequestHoursTest, TheTemplateCanBeMatchedWithAllThatItLeavesOut) {
  const std::string file = folder_.File("template.textproto");
  ASSERT_THAT(Ask(kRequester, {"template", "--out", file}), ExitedWith(0));
  const std::regex comment("\n# ([a-z_]+(: | \\{ )[^\n]*)");
  // Its days are examples, and would be past one day.
  const CivilDay today = LondonDay(SystemClock().Now());
  std::string text =
      absl::StrReplaceAll(ReadWholeFile(file), {{"2027-03-31", today.PlusDays(400)->ToString()},
                                                {"2027-12-31", today.PlusDays(800)->ToString()}});
  // One by one they are checked where they are read; a described figure may stand beside others.
  const size_t begin = text.find("# lines {");
  const size_t end = text.find("\n# }\n", begin);
  ASSERT_NE(end, std::string::npos);
  const std::string block = text.substr(begin, end + 5 - begin);
  text.replace(begin, block.size(), absl::StrReplaceAll("\n" + block, {{"\n# ", "\n"}}));
  EXPECT_THAT(Ask(kAnalyst, {"match", Written("described.textproto", text)}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("Ambulance handovers"))));
  std::sregex_iterator one(text.begin(), text.end(), comment);
  int found = 0;
  for (; one != std::sregex_iterator(); ++one, ++found) {
    std::string with = text;
    with.replace(static_cast<size_t>(one->position()) + 1, 2, "");
    if (one->str(1).rfind("selector", 0) == 0) {
      with = std::regex_replace(with, std::regex("\norganisations: [^\n]*"), "");
    }
    EXPECT_THAT(Ask(kAnalyst, {"match", Written("one.textproto", with)}), ExitedWith(0))
        << one->str(1);
  }
  EXPECT_EQ(found, 5);
}

// A command repeated is the same draft; once that is over, the same file is a request of its own.
TEST_F(RequestHoursTest, TheSameFileAgainIsAnotherRequestOnceTheFirstIsOver) {
  const std::string file = FileOf("Again", "2024-01", {"ae_attendances"});
  const auto drafted = [&] {
    return FromJson<requests::v1::DraftRequestResponse>(
        Printed(kRequester, {"request", "draft", file, "--json"}));
  };
  const std::string first = drafted().data_request().reference();
  const auto repeated = drafted();
  EXPECT_EQ(repeated.data_request().reference(), first);
  EXPECT_TRUE(repeated.replayed());
  EXPECT_THAT(Ask(kRequester, {"end", first, "--reason", "not now"}), ExitedWith(0));
  const auto second = drafted();
  EXPECT_NE(second.data_request().reference(), first);
  EXPECT_FALSE(second.replayed());
  EXPECT_EQ(second.data_request().state(), requests::v1::REQUEST_STATE_DRAFT);
  EXPECT_EQ(drafted().data_request().reference(), second.data_request().reference());
  EXPECT_THAT(Ask(kRequester, {"end", second.data_request().reference(), "--reason", "nor now"}),
              ExitedWith(0));
  EXPECT_NE(drafted().data_request().reference(), second.data_request().reference());
}

// What a requester may have wrong: the words name the field, and nothing is kept.
TEST_F(RequestHoursTest, WhatCannotBeAskedIsRefused) {
  const std::string file = FileOf("Wrong", "2024-01", {"trolleys"});
  EXPECT_THAT(Ask(kRequester, {"draft", file}),
              AllOf(ExitedWith(1), Field(&ClientRun::err, HasSubstr("trolleys"))));
  EXPECT_THAT(Ask(kDecider, {"draft", FileOf("Of another", "2024-01", {"ae_attendances"})}),
              AllOf(ExitedWith(3), Field(&ClientRun::err, HasSubstr("PERMISSION"))));
  EXPECT_THAT(Ask(kRequester, {"show", "999-00"}),
              AllOf(ExitedWith(4), Field(&ClientRun::err, HasSubstr("NOT_FOUND"))));
  for (const std::string& target : {std::string("no-such-file"), folder_.path()}) {
    for (const char* command : {"match", "draft"}) {
      EXPECT_THAT(Ask(kRequester, {command, target}),
                  AllOf(ExitedWith(2), Field(&ClientRun::err, HasSubstr("file"))))
          << command << target;
    }
  }
  // Before there is a figure there is no header either.
  EXPECT_THAT(Ask(kRequester, {"answer", "999-00"}),
              AllOf(ExitedWith(4), Field(&ClientRun::out, "")));
  EXPECT_THAT(Ask(kAnalyst, {"list"}), Field(&ClientRun::out, Not(HasSubstr("Wrong"))));
}

// It suspends something for everybody: a steward of one body may not.
TEST_F(RequestHoursTest, SimplifiedModeIsSwitchedAtNationalScopeAlone) {
  const std::vector<std::string> on = {
      "simplified", "on", "--until", DayAhead(30) + "T00:00:00Z", "--reason", "a pandemic"};
  EXPECT_THAT(As(kDecider, on),
              AllOf(ExitedWith(3), Field(&ClientRun::err, HasSubstr("PERMISSION"))));
  EXPECT_THAT(As(kSteward, on),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("is released for good"))));
  EXPECT_THAT(As(kAnalyst, {"simplified", "show"}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("Released so far: "))));
  EXPECT_THAT(As(kDecider, {"simplified", "off", "--reason", "it is over"}), ExitedWith(3));
  EXPECT_THAT(As(kSteward, {"simplified", "off", "--reason", "it is over"}), ExitedWith(0));
}

}  // namespace
}  // namespace onereturn
