// `watch`, `status` and `version`.
#include <csignal>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "onereturn/metrics/v1/value.pb.h"
#include "tests/e2e/demonstration.h"

namespace onereturn {
namespace {

using ::testing::AllOf;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

class WatchTest : public DemonstrationTest {
 protected:
  // Submits a provider's return of a month with so many more attendances, all within four hours;
  // the figures it then has.
  FourHours Revise(const std::string& organisation, const std::string& period, int64_t amount) {
    DemoFile file = DemoFile::Of(period).Only({organisation});
    file.Add(organisation, "ae_attendances|other|no", amount);
    file.WriteTo(File("revised.csv"));
    EXPECT_THAT(demo_.As(kLoader, demo_.Submit({File("revised.csv")},
                                               {"--position-file", File("position")})),
                ExitedWith(0));
    return FourHoursOf(file, organisation);
  }
  // Where metrics stands now.
  std::string Now() {
    const auto answer = demo_.Ask<google::protobuf::Struct>(kAnalyst, {"metrics"});
    return JsonPart(answer, {"position"}).string_value();
  }
  // ENTRY_KIND_WINDOW_OPENED is told as "window opened".
  static std::string InWords(absl::string_view kind) {
    return absl::StrReplaceAll(absl::AsciiStrToLower(absl::StripPrefix(kind, "ENTRY_KIND_")),
                               {{"_", " "}});
  }
  std::vector<std::string> WithProfile(const char* persona, std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--profile", demo_.ProfileOf(persona)});
    return arguments;
  }
};

TEST_F(WatchTest, AValueIsSeenToChange) {
  RunningClient json({WithProfile(
      kAnalyst, {"watch", "metrics", kFourHours, "--after", Now(), "--limit", "1", "--json"})});
  RunningClient words(
      {WithProfile(kAnalyst, {"watch", "metrics", kFourHours, "--after", Now(), "--limit", "1"})});
  const FourHours revised = Revise(kOtherIcbProvider, "2022-11", 300);
  const ClientRun seen = json.Finish();
  EXPECT_THAT(seen, AllOf(ExitedWith(0), Field(&ClientRun::err, IsEmpty())));
  const auto value = FromJson<metrics::v1::MetricValue>(seen.out);
  EXPECT_EQ(value.metric(), kFourHours);
  EXPECT_EQ(value.organisation(), kOtherIcbProvider);
  EXPECT_EQ(value.period(), "2022-11");
  EXPECT_EQ(value.numerator(), absl::StrCat(revised.within));
  EXPECT_EQ(value.denominator(), absl::StrCat(revised.all));
  const ClientRun told = words.Finish();
  EXPECT_THAT(told, ExitedWith(0));
  EXPECT_THAT(told.out,
              AllOf(StartsWith("ae_four_hour_all  RWP  "),
                    HasSubstr(absl::StrFormat("November 2022  %.1f %%\n", revised.percent()))));
}

TEST_F(WatchTest, EndsByTheSignalThatEndsIt) {
  for (const int signal : {SIGINT, SIGTERM}) {
    const std::string before = Now();
    RunningClient watch({WithProfile(kAnalyst, {"watch", "metrics", "--after", before})});
    Revise(kOtherIcbProvider, signal == SIGINT ? "2022-09" : "2022-10", 100);
    // What was seen is written at once, not at the end: five metrics changed.
    EXPECT_TRUE(watch.WaitForLines(5));
    watch.Send(signal);
    const ClientRun run = watch.Finish();
    EXPECT_EQ(run.end, (ProcessEnd{{}, signal}));
    EXPECT_THAT(run.err, IsEmpty());
  }
}

TEST_F(WatchTest, TheFeedIsInOrderFromWhereItIsAsked) {
  // Behind the definitions, within the returns of the first file.
  constexpr size_t kAfter = 400;
  const std::vector<std::string> ask = {"watch",   "feed", "--after", absl::StrCat(kAfter),
                                        "--limit", "50"};
  const ClientRun words = demo_.As(kAuditor, ask);
  EXPECT_THAT(words, ExitedWith(0));
  auto json_ask = ask;
  json_ask.push_back("--json");
  const ClientRun json = demo_.As(kAuditor, json_ask);
  EXPECT_THAT(json, ExitedWith(0));
  const std::vector<std::string> lines = absl::StrSplit(json.out, '\n', absl::SkipEmpty());
  const std::vector<std::string> told = absl::StrSplit(words.out, '\n', absl::SkipEmpty());
  ASSERT_EQ(lines.size(), 50u);
  ASSERT_EQ(told.size(), 50u);
  size_t returns = 0;
  for (size_t i = 0; i < lines.size(); ++i) {
    const auto entry = FromJson<google::protobuf::Struct>(lines[i]);
    const std::string kind = JsonPart(entry, {"kind"}).string_value();
    EXPECT_EQ(JsonPart(entry, {"sequence"}).number_value(), kAfter + 1 + i);
    EXPECT_THAT(told[i],
                AllOf(HasSubstr(absl::StrCat("  ", kAfter + 1 + i, "  ", InWords(kind), "  ")),
                      HasSubstr(JsonPart(entry, {"name"}).string_value())));
    // Windows open, and their due moments pass, by themselves meanwhile.
    if (kind == "ENTRY_KIND_WINDOW_OPENED" || kind == "ENTRY_KIND_RETURN_DUE") continue;
    ++returns;
    EXPECT_EQ(kind, "ENTRY_KIND_RETURN_ACCEPTED");
    EXPECT_EQ(JsonPart(entry, {"actor"}).string_value(), Deployment::SpiffeIdOf(kLoader));
  }
  EXPECT_GT(returns, 25u);
  // The feed holds every organisation's facts.
  EXPECT_THAT(demo_.As(kAnalyst, ask),
              AllOf(ExitedWith(3), Field(&ClientRun::err, HasSubstr("PERMISSION_FEED_READ"))));
}

TEST_F(WatchTest, StatusOfThreeServices) {
  const ClientRun words = demo_.As(kOperator, {"status"});
  EXPECT_THAT(words, ExitedWith(0));
  for (const std::string& service : Deployment::Services()) {
    EXPECT_THAT(words.out, ::testing::ContainsRegex(absl::StrCat(
                               service, " +", demo_.suite().AddressOf(service), " +serving")));
  }
  EXPECT_THAT(words.out, HasSubstr("ingestion to "));
  const auto json = demo_.Ask<google::protobuf::Struct>(kOperator, {"status"});
  EXPECT_EQ(JsonList(json, {"services"}).size(), 3u);
}

TEST_F(WatchTest, VersionNeedsNoProfile) {
  const ClientRun run = RunClient({{"version"}});
  EXPECT_THAT(run, ExitedWith(0));
  EXPECT_THAT(run.out, MatchesRegex("onereturn [0-9]+\\.[0-9]+\\.[0-9]+\n"));
  const auto json = FromJson<google::protobuf::Struct>(RunClient({{"version", "--json"}}).out);
  EXPECT_EQ(absl::StrCat("onereturn ", JsonPart(json, {"version"}).string_value(), "\n"), run.out);
}

}  // namespace
}  // namespace onereturn
