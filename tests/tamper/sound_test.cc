// The auditor on services that nobody touched: it finds nothing, and what it computes is what they
// serve.
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "common/status/testing/status_matchers.h"
#include "tests/tamper/audited_suite.h"

namespace onereturn {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class SoundTest : public AuditedSuite {
 protected:
  std::string Write(const std::string& text) {
    std::ofstream(suite().File("receipt.json")) << text;
    return suite().File("receipt.json");
  }
};

TEST_F(SoundTest, ASuiteThatWasStartedAnewHolds) {
  const Verdict verdict = AuditOf({"ingestion", "metrics", "assessment"});
  EXPECT_TRUE(verdict.holds()) << ::testing::PrintToString(verdict);
  EXPECT_TRUE(
      Auditor({"audit", "--state", Memory(), "--profile", *suite().ProfileOf(kAuditor)}).holds());
}

TEST_F(SoundTest, GrowthIsTakenWithoutReadingAllAgain) {
  Start({"ingestion"});
  ASSERT_THAT(As(kLoader, {"submit", SourcePath("deploy/demo/MSitAE-2024-01.csv"), "--collection",
                           "MSitAE", "--layout", "onereturn-wide"}),
              ExitedWith(0));
  suite().Kill9("ingestion");
  const Verdict verdict = AuditOf({"ingestion"}, false);
  EXPECT_TRUE(verdict.holds()) << ::testing::PrintToString(verdict);
  // A file's returns and its own fact, of the many entries there are.
  EXPECT_THAT(verdict.out, HasSubstr("\"entries\":\"200\""));
  EXPECT_TRUE(Auditor({"audit", "--full", "--service", "ingestion", "--state", Memory(),
                       "--profile", *suite().ProfileOf(kAuditor)})
                  .holds());
}

TEST_F(SoundTest, WhatCannotBeReachedIsNotSaidToHold) {
  Start({"ingestion"});
  const Verdict verdict = Auditor({"audit", "--service", "metrics", "--state", Memory(),
                                   "--profile", *suite().ProfileOf(kAuditor)});
  EXPECT_EQ(verdict.exit_code, 3);
  EXPECT_THAT(verdict.lies, IsEmpty());
}

TEST_F(SoundTest, WhoMayNotReadTheFeedIsTold) {
  Start({"ingestion"});
  const Verdict verdict =
      Auditor({"audit", "--service", "ingestion", "--state", suite().File("analysts-memory"),
               "--profile", *suite().ProfileOf(kAnalyst)});
  EXPECT_EQ(verdict.exit_code, 3);
  EXPECT_THAT(verdict.unchecked, Contains(HasSubstr("PERMISSION")));
  EXPECT_THAT(verdict.unchecked, Not(Contains(HasSubstr("CANCELLED"))));
}

// Nothing runs: what is read of the profile is all that tells.
TEST_F(SoundTest, AProfileThatIsNamedCountsMoreThanTheEnvironments) {
  const std::string profile = *suite().ProfileOf(kAuditor);
  const std::vector<std::vector<std::string>> kCommands = {
      {"audit", "--service", "metrics", "--state", Memory()},
      {"recompute", "--metric", "ae_four_hour_all", "--period", "2024-03"}};
  for (const std::vector<std::string>& command : kCommands) {
    EXPECT_THAT(RunClient({command, "/nowhere", "onereturn-auditor"}),
                AllOf(ExitedWith(2), Field(&ClientRun::err, HasSubstr("/nowhere"))));
    EXPECT_THAT(RunClient({command, profile, "onereturn-auditor"}), ExitedWith(3));
    std::vector<std::string> named = command;
    named.insert(named.end(), {"--profile", profile});
    EXPECT_THAT(RunClient({named, "/nowhere", "onereturn-auditor"}), ExitedWith(3));
  }
}

TEST_F(SoundTest, EveryFigureIsWhatTheCellsGive) {
  Start({"ingestion", "metrics"});
  for (const char* metric : {"ae_four_hour_all", "ae_attendances_total", "ae_twelve_hour_waits"}) {
    const Verdict verdict = Auditor({"recompute", "--metric", metric, "--period", "2024-03",
                                     "--profile", *suite().ProfileOf(kAuditor)});
    EXPECT_EQ(verdict.exit_code, 0) << metric << " " << ::testing::PrintToString(verdict);
  }
  const Verdict england =
      Auditor({"recompute", "--metric", "ae_four_hour_all", "--period", "2024-03", "--organisation",
               "X24", "--profile", *suite().ProfileOf(kAuditor)});
  EXPECT_EQ(england.exit_code, 0);
  EXPECT_THAT(england.out, HasSubstr("74.3 %"));
}

TEST_F(SoundTest, ReceiptsHoldAndChangedOnesDoNot) {
  Start({"ingestion"});
  const ClientRun saved = As(kAnalyst, {"returns", "RLQ", "--collection", "MSitAE", "--period",
                                        "2024-03", "--receipt", "--json"});
  ASSERT_THAT(saved, ExitedWith(0));
  suite().Kill9("ingestion");
  const std::string keys = suite().File("ingestion.signing.pem");
  EXPECT_EQ(Auditor({"verify-receipt", Write(saved.out), "--keys", keys}).exit_code, 0);
  const std::string changed = absl::StrReplaceAll(saved.out, {{"2024-03", "2024-04"}});
  EXPECT_EQ(Auditor({"verify-receipt", Write(changed), "--keys", keys}).exit_code, 1);
  const Verdict without =
      Auditor({"verify-receipt", Write(saved.out), "--keys", suite().File("metrics.signing.pem")});
  EXPECT_EQ(without.exit_code, 3);
  EXPECT_THAT(without.unchecked,
              ElementsAre(HasSubstr(suite().verifying_key("ingestion").key_id())));
}

}  // namespace
}  // namespace onereturn
