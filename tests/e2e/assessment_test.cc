// `assess`, `trace` and `report`: from a rating to the cells and back, and what happens when
// somebody lies about one of them.
#include <google/protobuf/text_format.h>

#include <filesystem>
#include <functional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "common/commit/service_store.h"
#include "common/status/testing/status_matchers.h"
#include "onereturn/assessment/v1/assessment_service.pb.h"
#include "tests/e2e/demonstration.h"

namespace onereturn {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kMarking[] = "ILLUSTRATIVE: scores invented for demonstration";

int Occurrences(const std::string& text, const std::string& part) {
  return static_cast<int>(std::vector<std::string>(absl::StrSplit(text, part)).size()) - 1;
}

// 17585 as "17,585".
std::string Thousands(int64_t number) {
  std::string text = absl::StrCat(number);
  for (size_t place = text.size(); place > 3;) text.insert(place -= 3, ",");
  return text;
}

class AssessmentTest : public DemonstrationTest {
 protected:
  std::vector<std::string> Trace(const std::vector<std::string>& options) const {
    std::vector<std::string> arguments = {"trace", demo_.assessment()};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return arguments;
  }
  // The assessor's profile, changed.
  std::string Profile(const std::function<void(config::v1::ClientProfile*)>& change) {
    config::v1::ClientProfile profile;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
        ReadWholeFile(demo_.ProfileOf(kAssessor)), &profile));
    change(&profile);
    return Write("changed.profile.textproto", profile.DebugString());
  }
};

TEST_F(AssessmentTest, LoadingAgainChangesNothing) {
  const auto first = FromJson<google::protobuf::Struct>(demo_.first_assess().out);
  const std::string file = SourcePath("deploy/demo/illustrative_assessment.txtpb");
  const int evidence = Occurrences(ReadWholeFile(file), "\nevidence {");
  const int scores = Occurrences(ReadWholeFile(file), "\nscores {");
  EXPECT_EQ(JsonPart(first, {"assessment"}).string_value(), demo_.assessment());
  EXPECT_EQ(JsonPart(first, {"evidence_added"}).number_value(), evidence);
  EXPECT_EQ(JsonPart(first, {"scores_written"}).number_value(), scores);
  const uint64_t before = demo_.SequenceOf("assessment");
  EXPECT_THAT(
      demo_.As(kAssessor, {"assess", "load", file}),
      AllOf(ExitedWith(0), Field(&ClientRun::out,
                                 HasSubstr(": 0 pieces of evidence pinned, 0 statements scored"))));
  EXPECT_EQ(demo_.SequenceOf("assessment"), before);
}

TEST_F(AssessmentTest, ShowHasTheRatingByTheRules) {
  // 17 statements, scores with the sum 49 of at most 68: 72.06 %, which is good from 63 %; a score
  // of 1 limits good to requires improvement.
  const std::vector<std::string> show = {"assess", "show", demo_.assessment()};
  const ClientRun words = demo_.As(kAssessor, show);
  EXPECT_THAT(words, ExitedWith(0));
  EXPECT_THAT(words.out, AllOf(StartsWith(absl::StrCat("*** ", kMarking, " ***\n")),
                               HasSubstr("Rating: Requires improvement, 72 % (Good by percentage"),
                               HasSubstr("QS17 Workforce equality"),
                               ContainsRegex("QS5 Equity in access +1 Significant shortfalls")));
  const auto assessment = demo_.Ask<assessment::v1::Assessment>(kAnalyst, show);
  EXPECT_EQ(assessment.rating().percent(), 72u);
  EXPECT_EQ(assessment.rating().band(), "good");
  EXPECT_EQ(assessment.rating().rating(), "requires_improvement");
  EXPECT_EQ(assessment.organisation(), kIcb);
  EXPECT_EQ(assessment.marking(), kMarking);
  EXPECT_THAT(
      demo_.As(kAnalyst, {"assess", "list"}),
      AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr(demo_.assessment() + "  QGH"))));
  EXPECT_THAT(demo_.As(kAssessor, {"assess", "show", "assessments/a999"}),
              AllOf(ExitedWith(4), Field(&ClientRun::err, HasSubstr("NOT_FOUND"))));
  EXPECT_THAT(demo_.As(kAssessor, {"assess", "load", SourcePath("deploy/demo/expected.csv")}),
              AllOf(ExitedWith(2), Field(&ClientRun::err, HasSubstr("expected.csv"))));
}

TEST_F(AssessmentTest, StepByStepAndEachStepOnce) {
  const std::vector<std::string> create = {
      "assess",  "create",       "--organisation", kIcb,    "--framework", "cqc-ics-demonstration",
      "--title", "Step by step", "--marking",      kMarking};
  const auto made = demo_.Ask<assessment::v1::CreateAssessmentResponse>(kAssessor, create);
  const std::string name = made.assessment().name();
  EXPECT_NE(name, demo_.assessment());
  EXPECT_THAT(
      demo_.As(kAssessor, create),
      AllOf(ExitedWith(0),
            Field(&ClientRun::out, HasSubstr(name + " was made before by the same request"))));
  const auto score = [&](const char* figure) {
    return std::vector<std::string>{"assess",  "score", name,          "--statement", "QS5",
                                    "--score", figure,  "--rationale", "Invented."};
  };
  // A score rests on evidence, and stands on the framework's scale of 1 to 4.
  EXPECT_THAT(demo_.As(kAssessor, score("2")),
              AllOf(ExitedWith(1), Field(&ClientRun::err, HasSubstr("evidence"))));
  const std::vector<std::string> pin = {"assess",   "evidence",       name,       "--statement",
                                        "QS5",      "--category",     "Outcomes", "--metric",
                                        kFourHours, "--organisation", kIcb,       "--period",
                                        "2024-03"};
  const auto pinned = demo_.Ask<assessment::v1::AddEvidenceResponse>(kAssessor, pin);
  EXPECT_FALSE(pinned.replayed());
  EXPECT_THAT(demo_.As(kAssessor, pin).out,
              HasSubstr(" was pinned before: ae_four_hour_all of QGH"));
  EXPECT_THAT(demo_.As(kAssessor, score("5")),
              AllOf(ExitedWith(1), Field(&ClientRun::err, HasSubstr("what to do: "))));
  EXPECT_THAT(
      demo_.As(kAssessor, score("2")),
      AllOf(ExitedWith(0),
            Field(&ClientRun::out, HasSubstr("QS5 scored 2, resting on 1 piece of evidence"))));
  EXPECT_THAT(demo_.As(kAnalyst, {"assess", "show", name}).out,
              ContainsRegex("QS5 Equity in access +2 Some shortfalls +Invented. +1\n"));
  EXPECT_THAT(demo_.As(kAssessor, {"trace", name, "--verify"}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("Everything holds."))));
}

// Nothing would be checked, and so nothing fail.
TEST_F(AssessmentTest, AStatementThatIsNoneIsNotVerified) {
  const ClientRun run = demo_.As(kAssessor, Trace({"--statement", "NOPE", "--verify"}));
  EXPECT_THAT(run, ExitedWith(2));
  EXPECT_THAT(run.err, HasSubstr("NOPE"));
  EXPECT_THAT(run.out, Not(HasSubstr("Everything holds")));
}

TEST_F(AssessmentTest, ATraceEndsAtTheCellsAndEveryCheckHolds) {
  const ClientRun run = demo_.As(kAssessor, Trace({"--statement", "QS5", "--verify"}));
  EXPECT_THAT(run, ExitedWith(0));
  const DemoFile file = DemoFile::Of("2024-03");
  FourHours icb;
  for (const char* provider : {kIcbProvider, kOtherIcbProvider}) {
    const FourHours sums = FourHoursOf(file, provider);
    icb.within += sums.within;
    icb.all += sums.all;
    const std::string revision =
        absl::StrCat("organisations/", provider, "/returns/MSitAE.2024-03/revisions/1");
    EXPECT_THAT(run.out,
                AllOf(HasSubstr("receipt of " + revision), HasSubstr("18 cells of " + revision),
                      HasSubstr(absl::StrCat("part of ", provider, ", by its cells")),
                      HasSubstr(absl::StrCat(provider, "  ", Thousands(sums.within), " / ",
                                             Thousands(sums.all)))));
  }
  EXPECT_THAT(run.out, HasSubstr(absl::StrFormat("%.1f %% = 100 x %s / %s", icb.percent(),
                                                 Thousands(icb.within), Thousands(icb.all))));
  // Two receipts, two sets of cells, and three metrics: two parts and the whole of each.
  EXPECT_EQ(Occurrences(run.out, "  ✓ "), 2 + 2 + 3 * 3);
  EXPECT_THAT(run.out, AllOf(StartsWith(absl::StrCat("*** ", kMarking, " ***\n")),
                             Not(HasSubstr("✗")), HasSubstr("\nEverything holds.\n")));
}

TEST_F(AssessmentTest, TheWholeAssessmentIsTracedAsJson) {
  const auto trace = demo_.Ask<google::protobuf::Struct>(kAssessor, Trace({"--verify"}));
  EXPECT_EQ(JsonPart(trace, {"marking"}).string_value(), kMarking);
  EXPECT_EQ(JsonList(trace, {"scores"}).size(), 17u);
  EXPECT_EQ(JsonList(trace, {"evidence"}).size(), 21u);
  EXPECT_EQ(JsonList(trace, {"revisions"}).size(), 2u);
  const auto checks = JsonList(trace, {"checks"});
  EXPECT_GT(checks.size(), 13u);
  for (const auto& check : checks) {
    EXPECT_TRUE(JsonPart(check.struct_value(), {"holds"}).bool_value()) << check.DebugString();
  }
  const DemoFile file = DemoFile::Of("2024-03");
  // The evidence of QS5 comes fifth in the file: the four-hour percentage.
  for (const char* leaf : {"0", "1"}) {
    const auto part = JsonMessage<metrics::v1::TraceLeaf>(trace, {"evidence", "4", "leaves", leaf});
    const FourHours sums = FourHoursOf(file, part.organisation());
    EXPECT_EQ(part.numerator(), absl::StrCat(sums.within));
    EXPECT_EQ(part.denominator(), absl::StrCat(sums.all));
  }
}

TEST_F(AssessmentTest, AnotherKeyVerifiesNothing) {
  const std::string forged = Profile([&](config::v1::ClientProfile* profile) {
    (*profile->mutable_public_key_files())["ingestion"] =
        demo_.suite().File("assessment.signing.pem");
  });
  const ClientRun run = RunClient({Trace({"--statement", "QS5", "--verify"}), forged});
  EXPECT_THAT(run, ExitedWith(1));
  EXPECT_EQ(Occurrences(run.out, "  ✗ receipt of "), 2);
  EXPECT_THAT(run.out,
              AllOf(HasSubstr("NOT EVERYTHING HOLDS"), Not(HasSubstr("Everything holds."))));
  const ClientRun json = RunClient({Trace({"--verify", "--json"}), forged});
  EXPECT_THAT(json, AllOf(ExitedWith(1), Field(&ClientRun::out, HasSubstr("\"holds\":false"))));
  // Without --verify nothing is claimed.
  EXPECT_THAT(RunClient({Trace({"--statement", "QS5"}), forged}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, Not(HasSubstr("erif")))));
  const std::string none =
      Profile([](config::v1::ClientProfile* profile) { profile->clear_public_key_files(); });
  EXPECT_THAT(RunClient({Trace({"--verify"}), none}),
              AllOf(ExitedWith(2), Field(&ClientRun::err, HasSubstr("public_key_files { key: "))));
}

// An ingestion that holds the right keys, and other figures of one provider: its receipts hold, and
// what they prove is not what the rating rests on.
TEST_F(AssessmentTest, AnotherStoreUnderTheSameKeyIsFoundOut) {
  config::v1::ServerConfig config;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      ReadWholeFile(demo_.suite().ConfigFileOf("ingestion")), &config));
  // Paths are taken from the configuration's folder, which is the deployment's.
  const std::string data = demo_.suite().File("data/other");
  std::filesystem::create_directories(data);
  Write("empty", "");
  std::filesystem::copy_file(File("empty"), absl::StrCat(data, "/", kInitialiseMarker));
  config.set_data_folder("data/other");
  config.clear_high_water_file();
  config.clear_access_log_folder();
  config.set_listen_address("127.0.0.1:0");
  config.set_ready_file("other.ready");
  const std::string config_file = demo_.suite().File("other.config.textproto");
  std::filesystem::copy_file(Write("config", config.DebugString()), config_file);
  auto server = Process::Start({absl::StrCat(ONERETURN_BINARY_FOLDER, "/ingestiond"),
                                {"--config", config_file},
                                demo_.suite().File("other.log")});
  ASSERT_THAT(server, IsOk());
  ASSERT_THAT((*server)->WaitForFile(demo_.suite().File("other.ready"), 30'000), IsOk());
  const std::string address = ReadWholeFile(demo_.suite().File("other.ready"));
  const auto redirected = [&](const char* persona) {
    config::v1::ClientProfile profile;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
        ReadWholeFile(demo_.ProfileOf(persona)), &profile));
    for (auto& service : *profile.mutable_services()) {
      if (service.service() == "ingestion") {
        service.set_address(std::string(absl::StripAsciiWhitespace(address)));
      }
    }
    return Write(absl::StrCat(persona, ".profile.textproto"), profile.DebugString());
  };
  ASSERT_THAT(RunClient({{"apply", SourcePath("deploy/england")}, redirected(kSteward)}),
              ExitedWith(0));
  DemoFile figures = DemoFile::Of("2024-03").Only({kIcbProvider, kOtherIcbProvider});
  figures.Add(kIcbProvider, "ae_over_four_hours|type1|no", -1'000);
  figures.WriteTo(File("figures.csv"));
  ASSERT_THAT(RunClient({demo_.Submit({File("figures.csv")}), redirected(kLoader)}), ExitedWith(0));

  const ClientRun run =
      RunClient({Trace({"--statement", "QS5", "--verify"}), redirected(kAssessor)});
  EXPECT_THAT(run, ExitedWith(1));
  EXPECT_THAT(run.out, AllOf(HasSubstr("✗ ae_four_hour_all of QGH in 2024-03, part of RLQ"),
                             HasSubstr("✓ ae_four_hour_all of QGH in 2024-03, part of RWP"),
                             HasSubstr("✗ ae_four_hour_type1 of QGH in 2024-03, part of RLQ"),
                             HasSubstr("✓ ae_twelve_hour_waits of QGH in 2024-03, part of RLQ"),
                             HasSubstr("NOT EVERYTHING HOLDS")));
  EXPECT_THAT((*server)->Terminate(30'000), IsOk());
}

TEST_F(AssessmentTest, AReportNeedsNothingElse) {
  const std::string file = File("report.html");
  const ClientRun run = demo_.As(kAssessor, {"report", demo_.assessment(), "--output", file});
  EXPECT_THAT(run, AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("5 metrics"))));
  const std::string html = ReadWholeFile(file);
  EXPECT_THAT(html, StartsWith("<!DOCTYPE html>"));
  // Nothing to fetch, nothing that runs.
  for (const char* part : {"http:", "https:", "src=", "url(", "@import", "<script", "<link",
                           "<iframe", "<object", "<form"}) {
    EXPECT_THAT(html, Not(HasSubstr(part)));
  }
  EXPECT_THAT(html, HasSubstr("Content-Security-Policy"));
  // Each metric has the marking, a chart and its trace.
  const std::vector<std::string> sections = absl::StrSplit(html, "<section class=\"metric\"");
  ASSERT_EQ(sections.size(), 1 + 5u);
  EXPECT_THAT(sections[0], HasSubstr(kMarking));
  for (size_t i = 1; i < sections.size(); ++i) {
    const std::string section = sections[i].substr(0, sections[i].find("</section>"));
    EXPECT_THAT(section, AllOf(HasSubstr(kMarking), ContainsRegex("<svg[^>]* role=\"img\""),
                               HasSubstr("Lower limit"), HasSubstr("Pinned at position")));
  }
  EXPECT_EQ(Occurrences(html, "href="), Occurrences(html, "href=\"#")) << "links stay inside";
  EXPECT_THAT(html, AllOf(HasSubstr("Requires improvement"), HasSubstr("72 %")));
  EXPECT_THAT(demo_.As(kAssessor, {"report", demo_.assessment(), "--output", "/proc/report"}),
              AllOf(ExitedWith(2), Field(&ClientRun::err, HasSubstr("cannot be written"))));
  const auto json = demo_.Ask<google::protobuf::Struct>(
      kAnalyst, {"report", demo_.assessment(), "--output", file});
  EXPECT_EQ(JsonPart(json, {"bytes"}).number_value(), std::filesystem::file_size(file));
}

}  // namespace
}  // namespace onereturn
