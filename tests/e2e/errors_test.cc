// What the client says, and the code it ends with, when it is used wrongly, may not, or reaches
// nobody.
#include <google/protobuf/text_format.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/status/testing/status_matchers.h"
#include "tests/e2e/demonstration.h"

namespace onereturn {
namespace {

using ::testing::AllOf;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using ErrorsTest = DemonstrationTest;

TEST_F(ErrorsTest, WrongUsageNamesWhatIsWrong) {
  struct Row {
    std::vector<std::string> arguments;
    const char* words;
  };
  for (const Row& row :
       std::vector<Row>{{{}, "subcommand is required"},
                        {{"frobnicate"}, "frobnicate"},
                        {{"assess"}, "subcommand is required"},
                        {{"assess", "frobnicate"}, "frobnicate"},
                        {{"watch", "paint"}, "paint"},
                        {{"league", "--frob"}, "--frob"},
                        {{"league", kFourHours, "--period", "2024-03", "--frob"}, "--frob"},
                        {{"league", kFourHours, "--period", "2024-03", "more"}, "more"},
                        {{"league", kFourHours}, "--period is required"},
                        {{"league", kFourHours, "--period", "2024-03", "--top", "many"}, "--top"},
                        {{"league", kFourHours, "--period", "2024-03", "--top", "0"}, "--top"},
                        {{"league", kFourHours, "--period", "2024-03", "--top", "-1"}, "--top"},
                        {{"watch", "metrics", "--limit", "0"}, "--limit"},
                        {{"watch", "feed", "--limit", "-1"}, "--limit"},
                        {{"watch", "reminders", "--limit", "0"}, "--limit"},
                        {{"watch", "notices", "--limit", "-1"}, "--limit"},
                        {{"request", "answer", "001-00", "--follow", "--limit", "0"}, "--limit"},
                        {{"request", "answer", "001-00", "--follow", "--limit", "-1"}, "--limit"},
                        {{"watch", "feed", "--service", "payroll"}, "payroll"},
                        {{"access-log", "--service", "payroll"}, "payroll"},
                        {{"access-log", "--service", "Ingestion"}, "Ingestion"},
                        {{"status", "--wait", "-1"}, "--wait"},
                        {{"status", "--timeout", "0"}, "--timeout"},
                        {{"status", "--profile"}, "--profile"}}) {
    EXPECT_THAT(RunClient({row.arguments, demo_.ProfileOf(kAnalyst)}),
                AllOf(ExitedWith(2), Field(&ClientRun::out, IsEmpty()),
                      Field(&ClientRun::err, AllOf(HasSubstr(row.words), HasSubstr("--help")))))
        << absl::StrJoin(row.arguments, " ");
  }
}

TEST_F(ErrorsTest, HelpGoesToStandardOutput) {
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"--help"}, {"submit", "--help"}, {"assess", "load", "--help"}, {"watch", "--help"}}) {
    EXPECT_THAT(RunClient({arguments}),
                AllOf(ExitedWith(0), Field(&ClientRun::err, IsEmpty()),
                      Field(&ClientRun::out, HasSubstr("Example:\n  onereturn "))));
  }
  EXPECT_THAT(RunClient({{"--help"}}).out,
              HasSubstr("Exit codes: 0 done, 1 invalid data, 2 wrong usage, "
                        "3 not reached or refused,\n            4 not found."));
  // A terminal of the usual width.
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"--help"}, {"access-log", "--help"}, {"restore", "--help"}}) {
    const std::string help = RunClient({arguments}).out;
    const std::vector<std::string> lines =
        absl::StrSplit(help.substr(0, help.find("Example:")), '\n');
    for (const std::string& line : lines) EXPECT_LE(line.size(), 80u) << line;
  }
}

TEST_F(ErrorsTest, ProfilesThatCannotBeUsed) {
  const std::string wrong = Write("wrong.textproto", "tls {\n  colour: 1\n}\n");
  const std::string lone = Write("lone.textproto", "tls { }\n");
  struct Row {
    ClientCall call;
    std::vector<std::string> words;
  };
  for (const Row& row : std::vector<Row>{
           {{{"status"}}, {"no profile is given", "ONERETURN_PROFILE", "onereturn init"}},
           {{{"metrics"}, File("none")}, {File("none"), "onereturn init"}},
           {{{"metrics"}, wrong}, {wrong, "line 2", "colour"}},
           {{{"metrics"}, lone},
            {"names no metrics service", "services { service: \"metrics\""}}}) {
    const ClientRun run = RunClient(row.call);
    EXPECT_THAT(run, AllOf(ExitedWith(2), Field(&ClientRun::out, IsEmpty())));
    for (const std::string& words : row.words) EXPECT_THAT(run.err, HasSubstr(words));
  }
  // The option goes before the variable.
  EXPECT_THAT(RunClient({{"metrics", "--profile", demo_.ProfileOf(kAnalyst)}, wrong}),
              ExitedWith(0));
}

TEST_F(ErrorsTest, WhoMayNotIsToldWhichPermissionIsMissing) {
  struct Row {
    const char* persona;
    std::vector<std::string> arguments;
    const char* permission;
  };
  for (const Row& row : std::vector<Row>{
           {kAnalyst, demo_.Submit({DemoPath("2024-03")}), "PERMISSION_RETURNS_SUBMIT"},
           {kAnalyst, {"apply", SourcePath("deploy/england")}, "PERMISSION_CATALOGUE_WRITE"},
           {kAnalyst,
            {"assess", "load", SourcePath("deploy/demo/illustrative_assessment.txtpb")},
            "PERMISSION_ASSESSMENTS_WRITE"},
           {kLoader, {"league", kFourHours, "--period", "2024-03"}, "PERMISSION_METRICS_READ"},
           {kSteward, {"assess", "list"}, "PERMISSION_ASSESSMENTS_READ"},
           {kOperator, {"returns", "--collection", "MSitAE"}, "PERMISSION_RETURNS_READ"},
           {kAuditor, {"status"}, "PERMISSION_OPERATE"}}) {
    EXPECT_THAT(
        demo_.As(row.persona, row.arguments),
        AllOf(
            ExitedWith(3), Field(&ClientRun::out, IsEmpty()),
            Field(&ClientRun::err,
                  AllOf(HasSubstr("reason: PERMISSION (PERMISSION_DENIED)"),
                        HasSubstr(row.permission),
                        HasSubstr("what to do: Ask an administrator for the named permission.")))))
        << row.persona << " " << absl::StrJoin(row.arguments, " ");
  }
  // One that nobody registered.
  EXPECT_THAT(demo_.As(kStranger, {"metrics"}),
              AllOf(ExitedWith(3), Field(&ClientRun::err, HasSubstr("IDENTITY_UNKNOWN"))));
}

TEST_F(ErrorsTest, ErrorsAreJsonForPrograms) {
  const ClientRun run = demo_.As(kLoader, {"league", kFourHours, "--period", "2024-03", "--json"});
  EXPECT_THAT(run, AllOf(ExitedWith(3), Field(&ClientRun::out, IsEmpty())));
  const auto error = FromJson<google::protobuf::Struct>(run.err);
  EXPECT_EQ(JsonPart(error, {"error", "code"}).string_value(), "PERMISSION_DENIED");
  EXPECT_EQ(JsonPart(error, {"error", "reason"}).string_value(), "PERMISSION");
  EXPECT_EQ(JsonPart(error, {"error", "exit_code"}).number_value(), 3);
  EXPECT_EQ(JsonPart(error, {"error", "metadata", "permission"}).string_value(),
            "PERMISSION_METRICS_READ");
}

// A command line that cannot be read too.
TEST_F(ErrorsTest, WrongUsageIsJsonForPrograms) {
  const ClientRun run =
      demo_.As(kAnalyst, {"league", kFourHours, "--period", "2024-03", "--json", "--frob"});
  EXPECT_THAT(run, AllOf(ExitedWith(2), Field(&ClientRun::out, IsEmpty())));
  const auto error = FromJson<google::protobuf::Struct>(run.err);
  EXPECT_THAT(JsonPart(error, {"error", "message"}).string_value(), HasSubstr("--frob"));
  EXPECT_THAT(JsonPart(error, {"error", "remedy"}).string_value(), HasSubstr("--help"));
  EXPECT_EQ(JsonPart(error, {"error", "exit_code"}).number_value(), 2);
}

// What was mistyped is not taken for what holds nothing.
TEST_F(ErrorsTest, CodesThatNobodyKnowsAreNotFound) {
  struct Row {
    std::vector<std::string> arguments;
    int exit_code;
    const char* words;
  };
  for (const Row& row : std::vector<Row>{
           {{"calendar", "ZZZ"}, 4, "there is no organisation"},
           {{"returns", "ZZZ", "--collection", "MSitAE"}, 4, "there is no organisation"},
           {{"notices", "--collection", "FOO"}, 4, "there is no collection"},
           {{"completeness", "MSitAE", "2026-Q1"}, 1, "2026-Q1 is no period of MSitAE"},
           {{"completeness", "MSitAE", "2024-03", "--organisation", "ZZZ"},
            4,
            "there is no organisation"}}) {
    EXPECT_THAT(demo_.As(kAnalyst, row.arguments),
                AllOf(ExitedWith(row.exit_code), Field(&ClientRun::out, IsEmpty()),
                      Field(&ClientRun::err, HasSubstr(row.words))))
        << absl::StrJoin(row.arguments, " ");
  }
  // What is known and holds nothing is an answer.
  EXPECT_THAT(demo_.As(kAnalyst,
                       {"returns", kIcbProvider, "--collection", "MSitAE", "--period", "2031-01"}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("No returns are held"))));
}

// A suite of its own, of which not all runs.
TEST_F(ErrorsTest, AServiceThatIsDownIsNamedWithWhatToDo) {
  auto suite = Deployment::Create().value();
  ASSERT_THAT(suite->Start("metrics"), IsOk());
  const auto as = [&](const char* persona, std::vector<std::string> arguments) {
    return RunClient({std::move(arguments), suite->ProfileOf(persona).value()});
  };
  const std::string address = suite->AddressOf("ingestion");
  const ClientRun submit = as(kLoader, demo_.Submit({DemoPath("2024-03")}));
  EXPECT_THAT(submit, AllOf(ExitedWith(3), Field(&ClientRun::out, IsEmpty())));
  EXPECT_THAT(submit.err,
              AllOf(HasSubstr("the ingestion service at " + address + " cannot be reached"),
                    HasSubstr("what to do: Check that it runs (ingestiond --config ...)")));
  const ClientRun json = as(kLoader, {"returns", "--collection", "MSitAE", "--json"});
  EXPECT_THAT(json, ExitedWith(3));
  EXPECT_EQ(
      JsonPart(FromJson<google::protobuf::Struct>(json.err), {"error", "code"}).string_value(),
      "UNAVAILABLE");
  // Status says which run and which do not.
  const ClientRun status = as(kOperator, {"status"});
  EXPECT_THAT(status, ExitedWith(3));
  EXPECT_THAT(status.out,
              AllOf(::testing::ContainsRegex("ingestion +" + address + " +NOT REACHED"),
                    ::testing::ContainsRegex("metrics +127.0.0.1:[0-9]+ +serving"),
                    ::testing::ContainsRegex("assessment +127.0.0.1:[0-9]+ +NOT REACHED")));
  const ClientRun waited = as(kOperator, {"status", "--wait", "0.1"});
  EXPECT_THAT(waited, AllOf(ExitedWith(3), Field(&ClientRun::err, HasSubstr("Waiting until"))));
  // What is started meanwhile is waited for.
  RunningClient waits({{"status", "--wait", "60"}, suite->ProfileOf(kOperator).value()});
  ASSERT_THAT(suite->Start("ingestion"), IsOk());
  ASSERT_THAT(suite->Start("assessment"), IsOk());
  EXPECT_THAT(waits.Finish(), ExitedWith(0));
}

// Certificates of another authority, and a service that shows another name than the profile's.
TEST_F(ErrorsTest, WhoCannotProveWhoTheyAreReachNobody) {
  auto other = Deployment::Create().value();
  config::v1::ClientProfile profile;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      ReadWholeFile(demo_.ProfileOf(kAnalyst)), &profile));
  config::v1::ClientProfile foreign = profile;
  *foreign.mutable_tls() = other->TlsFilesOf(kAnalyst);
  config::v1::ClientProfile impostor = profile;
  for (auto& service : *impostor.mutable_services()) {
    if (service.service() == "metrics") service.set_address(demo_.suite().AddressOf("ingestion"));
  }
  for (const auto& tried : {foreign, impostor}) {
    const ClientRun run = RunClient({{"metrics"}, Write("tried.textproto", tried.DebugString())});
    EXPECT_THAT(run, AllOf(ExitedWith(3), Field(&ClientRun::out, IsEmpty()),
                           Field(&ClientRun::err, AllOf(HasSubstr("cannot be reached"),
                                                        HasSubstr("same authority")))));
  }
  profile.mutable_tls()->set_key_file("/nowhere.key");
  EXPECT_THAT(RunClient({{"metrics"}, Write("tried.textproto", profile.DebugString())}),
              AllOf(ExitedWith(2), Field(&ClientRun::err, HasSubstr("`tls` in the profile"))));
}

}  // namespace
}  // namespace onereturn
