// `template` and `check`: a return prepared from what is held and checked without a connection,
// with the findings that the service gives.
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "onereturn/returns/v1/returns_service.pb.h"
#include "tests/e2e/demonstration.h"

namespace onereturn {
namespace {

using ::testing::AllOf;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class CheckTest : public DemonstrationTest {
 protected:
  // What `template` says, for the provider's own officer; the file and the rules lie in file() and
  // rules().
  ClientRun Template(const std::string& period, const std::vector<std::string>& options = {}) {
    std::vector<std::string> arguments = {"template", kIcbProvider, "--collection", "MSitAE",
                                          "--period", period,       "--out",        file(),
                                          "--rules",  rules()};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return demo_.As(Submitter(kIcbProvider), arguments);
  }

  // Under a profile that leads to no service.
  ClientRun Check(const std::string& path, const std::vector<std::string>& options = {}) {
    std::vector<std::string> arguments = {"check", path, "--rules", rules()};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return RunClient({arguments, DarkProfile()});
  }

  // The submitter's profile with addresses at which nobody listens.
  std::string DarkProfile() {
    const std::string profile = demo_.ProfileOf(Submitter(kIcbProvider));
    std::string dark;
    for (absl::string_view line : absl::StrSplit(ReadWholeFile(profile), '\n')) {
      const size_t address = line.find("address:");
      absl::StrAppend(&dark,
                      address == absl::string_view::npos
                          ? line
                          : absl::StrCat(line.substr(0, address), "address: \"localhost:1\""),
                      "\n");
    }
    const std::string path =
        absl::StrCat(profile.substr(0, profile.rfind('/')), "/dark.profile.textproto");
    std::ofstream(path) << dark;
    return path;
  }

  std::string file() const { return File("template.csv"); }
  std::string rules() const { return File("template.rules"); }
  // That of the test's files.
  std::string Folder() const { return file().substr(0, file().rfind('/')); }
};

TEST_F(CheckTest, WhatIsHeldIsFilledInAndChecksAsItWasAccepted) {
  const ClientRun made = Template("2024-03");
  EXPECT_THAT(made, AllOf(ExitedWith(0), Field(&ClientRun::err, IsEmpty()),
                          Field(&ClientRun::out,
                                AllOf(HasSubstr("March 2024"), HasSubstr("18 figures filled in"),
                                      HasSubstr("onereturn check ")))));
  EXPECT_THAT(
      Check(file()),
      AllOf(ExitedWith(0), Field(&ClientRun::err, IsEmpty()),
            Field(&ClientRun::out, AllOf(HasSubstr("valid"), HasSubstr("nothing was sent")))));
  // Work that lies there is not written over unless asked.
  EXPECT_THAT(Template("2024-03"),
              AllOf(ExitedWith(2), Field(&ClientRun::err, HasSubstr("is there already"))));
  EXPECT_THAT(Template("2024-03", {"--force"}), ExitedWith(0));
  // Who has no profile checks all the same; whose the rules are, he is not told.
  EXPECT_THAT(RunClient({{"check", file(), "--rules", rules()}}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("nothing was sent")),
                    Field(&ClientRun::err, HasSubstr("not who signed them"))));
  // A nil return replaces no figures without a reason.
  EXPECT_THAT(demo_.As(Submitter(kIcbProvider),
                       {"nil", kIcbProvider, "--collection", "MSitAE", "--period", "2024-03"}),
              AllOf(ExitedWith(2), Field(&ClientRun::err, HasSubstr("would replace them"))));
  // Sent, it is what is held.
  EXPECT_THAT(
      demo_.As(Submitter(kIcbProvider), demo_.Submit({file()})),
      AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("0 returns stored, 1 as held"))));
}

// A draft is read in whatever layout the file has, and every figure that cannot be read is named.
TEST_F(CheckTest, ADraftTakesTheWideLayoutAndNamesAllItsFaults) {
  const auto save = [this](const std::string& path) {
    return demo_.As(Submitter(kIcbProvider), {"draft", "save", path, "--collection", "MSitAE"});
  };
  ASSERT_THAT(Template("2024-03"), ExitedWith(0));
  std::vector<std::string> lines = absl::StrSplit(ReadWholeFile(file()), "\r\n");
  std::vector<std::string> fields = absl::StrSplit(lines[1], ',');
  fields[2] = "";
  fields[3] = "n/a";
  fields[5] = "many";
  lines[1] = absl::StrJoin(fields, ",");
  EXPECT_THAT(
      save(Write("faulty.csv", absl::StrJoin(lines, "\r\n"))),
      AllOf(ExitedWith(1), Field(&ClientRun::out, AllOf(HasSubstr("Nothing was saved: 2 figures"),
                                                        HasSubstr("n/a"), HasSubstr("many")))));
  fields[3] = "1";
  fields[5] = "2";
  lines[1] = absl::StrJoin(fields, ",");
  // What is blank is not ready yet.
  EXPECT_THAT(save(Write("begun.csv", absl::StrJoin(lines, "\r\n"))),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("17 cells"))));
  EXPECT_THAT(save(Write("other.csv", "a,b\n1,2\n")),
              AllOf(ExitedWith(1), Field(&ClientRun::err, HasSubstr("is not a column"))));
}

// Untouched, it is said once that nothing is there; begun, each figure is named that is still to be
// given.
TEST_F(CheckTest, AnEmptyTemplateSaysThatItIsEmptyAndThenWhatIsMissing) {
  for (const std::string layout : {"onereturn-wide", "onereturn-long"}) {
    ASSERT_THAT(Template("2024-05", {"--layout", layout, "--force"}), ExitedWith(0));
    const ClientRun untouched = Check(file(), {"--layout", layout, "--json"});
    EXPECT_THAT(untouched, ExitedWith(1));
    EXPECT_THAT(untouched.out, AllOf(HasSubstr("VERDICT_INVALID"), HasSubstr("RETURN_EMPTY"),
                                     HasSubstr("\"finding_count\":1,")))
        << layout;
  }
  std::vector<std::string> lines = absl::StrSplit(ReadWholeFile(file()), "\r\n");
  std::vector<std::string> fields = absl::StrSplit(lines[1], ',');
  fields[5] = "3";
  lines[1] = absl::StrJoin(fields, ",");
  const ClientRun begun = Check(Write("begun.csv", absl::StrJoin(lines, "\r\n")),
                                {"--layout", "onereturn-long", "--json"});
  EXPECT_THAT(begun,
              AllOf(ExitedWith(1), Field(&ClientRun::out, HasSubstr("\"finding_count\":17"))));
}

TEST_F(CheckTest, TheFindingsAreThoseOfTheService) {
  ASSERT_THAT(Template("2024-03"), ExitedWith(0));
  // The first figure of the row becomes negative, and the next no number.
  std::vector<std::string> lines = absl::StrSplit(ReadWholeFile(file()), "\r\n");
  std::vector<std::string> fields = absl::StrSplit(lines[1], ',');
  fields[2] = "-4";
  fields[3] = "n/a";
  lines[1] = absl::StrJoin(fields, ",");
  const std::string faulty = Write("faulty.csv", absl::StrJoin(lines, "\r\n"));
  const ClientRun offline = Check(faulty, {"--json"});
  const ClientRun service =
      demo_.As(Submitter(kIcbProvider), demo_.Submit({faulty}, {"--validate-only", "--json"}));
  EXPECT_THAT(offline, AllOf(ExitedWith(1), Field(&ClientRun::err, IsEmpty())));
  EXPECT_THAT(service, ExitedWith(1));
  const auto here = FromJson<google::protobuf::Struct>(offline.out);
  const auto there = JsonMessage<returns::v1::SubmitReturnFileResponse>(
      FromJson<google::protobuf::Struct>(service.out), {"files", "0", "answer"});
  ASSERT_GE(there.findings_size(), 2);
  for (int i = 0; i < there.findings_size(); ++i) {
    const auto finding =
        JsonMessage<common::v1::Finding>(here, {"files", "0", "findings", absl::StrCat(i)});
    EXPECT_EQ(finding.ShortDebugString(), there.findings(i).ShortDebugString());
  }
  EXPECT_THAT(Check(faulty).out,
              AllOf(HasSubstr("AE01"), HasSubstr("CELL_VALUE"), HasSubstr("Got: -4.")));
}

TEST_F(CheckTest, RulesThatWereAlteredAreRefused) {
  ASSERT_THAT(Template("2024-03"), ExitedWith(0));
  std::string bytes = ReadWholeFile(rules());
  bytes[bytes.size() / 2] ^= 1;
  Write("template.rules", bytes);
  EXPECT_THAT(
      Check(file()),
      AllOf(ExitedWith(2), Field(&ClientRun::err, HasSubstr("not what the ingestion service"))));
  Write("template.rules", "no rules");
  EXPECT_THAT(Check(file()), ExitedWith(2));
}

TEST_F(CheckTest, AFileOfAnotherPeriodOrOrganisationIsRefusedByName) {
  ASSERT_THAT(Template("2024-03"), ExitedWith(0));
  const std::string text = ReadWholeFile(file());
  EXPECT_THAT(Check(Write("may.csv", absl::StrReplaceAll(text, {{"2024-03", "2024-05"}}))),
              AllOf(ExitedWith(1), Field(&ClientRun::err, HasSubstr("2024-05"))));
  EXPECT_THAT(
      Check(Write("other.csv", absl::StrReplaceAll(text, {{"RLQ", "RWP"}}))),
      AllOf(ExitedWith(1), Field(&ClientRun::err, HasSubstr("row 2 names RWP, and the rules "
                                                            "are of RLQ"))));
  // Small letters, and what a spreadsheet makes of a formula.
  for (const char* code : {"rlq", "=RLQ"}) {
    const ClientRun run = Check(Write("code.csv", absl::StrReplaceAll(text, {{"RLQ", code}})));
    EXPECT_THAT(run, AllOf(ExitedWith(1),
                           Field(&ClientRun::err, HasSubstr(absl::StrCat("row 2 names ", code,
                                                                         ", and the rules")))));
    EXPECT_THAT(run.err, Not(HasSubstr("granted to you")));
  }
  // A file of another collection, and a folder.
  const ClientRun foreign = Check(Write("beds.csv", "organisation,beds\nRLQ,4\n"));
  EXPECT_THAT(foreign, AllOf(ExitedWith(1),
                             Field(&ClientRun::err,
                                   HasSubstr("by the rules of MSitAE, 2024-03, RLQ: the header"))));
  EXPECT_THAT(Check(Folder()),
              AllOf(ExitedWith(2), Field(&ClientRun::err, HasSubstr("is a folder"))));
}

// Neither what is filled in nor the rules that lie there are written over unasked.
TEST_F(CheckTest, ATemplateReplacesNoFileAndNamesTheLayoutsThatCanBeFilledIn) {
  Write("template.rules", "kept");
  EXPECT_THAT(Template("2024-03"),
              AllOf(ExitedWith(2), Field(&ClientRun::err, AllOf(HasSubstr("template.rules"),
                                                                HasSubstr("--force")))));
  EXPECT_EQ(ReadWholeFile(rules()), "kept");
  EXPECT_EQ(ReadWholeFile(file()), "");
  EXPECT_THAT(
      Template("2024-03", {"--force", "--layout", "published-22"}),
      AllOf(ExitedWith(1),
            Field(&ClientRun::err, AllOf(HasSubstr("--layout onereturn-wide or onereturn-long"),
                                         Not(HasSubstr("writes a file that fits"))))));
}

TEST_F(CheckTest, AnEmptyTemplateTakesNoDraftsPlace) {
  ASSERT_THAT(Template("2024-03"), ExitedWith(0));
  const std::string text = absl::StrReplaceAll(ReadWholeFile(file()), {{"2024-03", "2024-09"}});
  const auto save = [this](const std::string& path) {
    return demo_.As(Submitter(kIcbProvider), {"draft", "save", path, "--collection", "MSitAE"});
  };
  ASSERT_THAT(save(Write("filled.csv", text)),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("18 cells"))));
  ASSERT_THAT(Template("2024-09", {"--force"}), ExitedWith(0));
  EXPECT_THAT(
      save(file()),
      AllOf(ExitedWith(2), Field(&ClientRun::err, AllOf(HasSubstr("18 cells"),
                                                        HasSubstr("onereturn draft drop RLQ")))));
  EXPECT_THAT(
      demo_.As(Submitter(kIcbProvider), {"draft", "show", "RLQ", "--collection", "MSitAE"}).out,
      HasSubstr("2024-09     18"));
  EXPECT_THAT(demo_.As(Submitter(kIcbProvider),
                       {"draft", "drop", "RLQ", "--collection", "MSitAE", "--period", "2024-09"}),
              ExitedWith(0));
  EXPECT_THAT(save(file()), ExitedWith(0));
}

TEST_F(CheckTest, ATemplateOfAnotherOrganisationIsRefused) {
  EXPECT_THAT(
      demo_.As(Submitter(kOtherIcbProvider), {"template", kIcbProvider, "--collection", "MSitAE",
                                              "--period", "2024-03", "--out", file()}),
      AllOf(ExitedWith(3), Field(&ClientRun::err, HasSubstr("ORG_SCOPE"))));
}

// A reason given in a file stands beside its figure for whoever may read free text.
TEST_F(CheckTest, AReasonInAFileIsKeptBesideItsFigure) {
  ASSERT_THAT(Template("2022-09", {"--layout", "onereturn-long"}), ExitedWith(0));
  std::vector<std::string> lines = absl::StrSplit(ReadWholeFile(file()), "\r\n");
  lines[1] += "A ward was closed.";
  const std::string path = Write("reasons.csv", absl::StrJoin(lines, "\r\n"));
  ASSERT_THAT(demo_.As(Submitter(kIcbProvider),
                       {"submit", path, "--collection", "MSitAE", "--layout", "onereturn-long"}),
              ExitedWith(0));
  const auto held = demo_.Ask<returns::v1::ListRevisionsResponse>(
      Submitter(kIcbProvider),
      {"returns", kIcbProvider, "--collection", "MSitAE", "--period", "2022-09", "--revisions"});
  ASSERT_EQ(held.revisions(0).explanations_size(), 1);
  EXPECT_EQ(held.revisions(0).explanations(0).text(), "A ward was closed.");
  EXPECT_EQ(held.revisions(0).explanations(0).cell().item(), "ae_admissions_via_ae");
  EXPECT_THAT(demo_
                  .As(Submitter(kIcbProvider), {"returns", kIcbProvider, "--collection", "MSitAE",
                                                "--period", "2022-09", "--cells"})
                  .out,
              AllOf(HasSubstr("explanation"), HasSubstr("A ward was closed.")));
}

}  // namespace
}  // namespace onereturn
