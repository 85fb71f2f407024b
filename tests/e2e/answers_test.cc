// What is held, given to who asked, by way of the client: `request answer`, followed, proved, and
// what came of it.
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/status/testing/status_matchers.h"
#include "onereturn/requests/v1/answers_service.pb.h"
#include "tests/e2e/client_run.h"
#include "tests/e2e/ward.h"

namespace onereturn {
namespace {

using requests::v1::StreamAnswerResponse;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kHeader[] =
    "line,item,organisation,period,dimensions,value,reason,status,coverage,parts,parts_held,"
    "revision,derivation,numerator,denominator";

// A figure as it was sent.
std::string Row(const std::string& organisation, const std::string& period, int value,
                int revision) {
  return absl::StrCat("1,admissions,", organisation, ",", period, ",,", value,
                      ",,final,exact,1,1,organisations/", organisation, "/returns/Ward.", period,
                      "/revisions/", revision, ",,,");
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines =
      absl::StrSplit(absl::StrReplaceAll(text, {{"\r\n", "\n"}}), '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

class AnswersTest : public WardTest {
 protected:
  // Read whole, with --json; the cells of all messages and the end.
  StreamAnswerResponse AnswerOf(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "answer");
    arguments.push_back("--json");
    const ClientRun run = Ask(kRequester, std::move(arguments));
    EXPECT_THAT(run, ExitedWith(0));
    StreamAnswerResponse all;
    for (const std::string& line : Lines(run.out)) {
      EXPECT_FALSE(all.has_end()) << "the end is the last";
      all.MergeFrom(FromJson<StreamAnswerResponse>(line));
    }
    EXPECT_TRUE(all.has_end());
    return all;
  }
};

TEST_F(AnswersTest, IsReadWholeWithItsReceiptProved) {
  const std::string reference = Issued({"admissions"});
  // Of what nobody has sent there is no figure: RWP's May.
  const ClientRun printed = Ask(kRequester, {"answer", reference});
  EXPECT_THAT(printed, ExitedWith(0));
  EXPECT_THAT(Lines(printed.out),
              ElementsAre(kHeader, Row("RLQ", "2025-04", 40, 1), Row("RWP", "2025-04", 60, 1),
                          Row("RLQ", "2025-05", 50, 1)));
  EXPECT_THAT(printed.err, AllOf(HasSubstr("3 figures from 3 returns; receipt sequence "),
                                 HasSubstr(", verified\n"), Not(HasSubstr("Since it was issued"))));

  const std::string file = Write("answer.csv", "of last week");
  const ClientRun kept = Ask(kRequester, {"answer", reference, "--out", file});
  EXPECT_THAT(kept, ExitedWith(0));
  EXPECT_EQ(ReadWholeFile(file), printed.out);
  EXPECT_THAT(kept.out, AllOf(HasSubstr("3 figures from 3 returns"), HasSubstr(", verified\n")));
  EXPECT_FALSE(std::filesystem::exists(file + ".part"));

  const StreamAnswerResponse all = AnswerOf({reference});
  ASSERT_EQ(all.cells_size(), 3);
  EXPECT_EQ(all.cells(1).organisation(), "RWP");
  EXPECT_EQ(all.cells(1).millionths(), 60'000'000);
  EXPECT_EQ(all.cells(1).parts_held(), 1u);
  EXPECT_EQ(all.end().cells(), 3u);
  EXPECT_EQ(all.end().sources(), 3u);
  EXPECT_EQ(all.end().provider_minutes(), 0u);
}

TEST_F(AnswersTest, AnEarlierPositionStaysAsItWas) {
  const std::string reference = Issued({"admissions"});
  const std::string before = AnswerOf({reference}).end().position();
  const std::string first = Ask(kRequester, {"answer", reference}).out;
  ASSERT_THAT(Send("RLQ", "2025-04", "41", "4", {"--reason", "correction"}), ExitedWith(0));
  ASSERT_THAT(Send("RWP", "2025-05", "70", "7"), ExitedWith(0));
  const ClientRun now = Ask(kRequester, {"answer", reference});
  EXPECT_THAT(Lines(now.out),
              ElementsAre(kHeader, Row("RLQ", "2025-04", 41, 2), Row("RWP", "2025-04", 60, 1),
                          Row("RLQ", "2025-05", 50, 1), Row("RWP", "2025-05", 70, 1)));
  EXPECT_THAT(now.err, AllOf(HasSubstr("4 figures from 4 returns"), HasSubstr(", verified\n"),
                             HasSubstr("Since it was issued, returns have come or were revised.")));
  const ClientRun then = Ask(kRequester, {"answer", reference, "--as-of", before});
  EXPECT_THAT(then, ExitedWith(0));
  EXPECT_EQ(then.out, first);
  EXPECT_THAT(then.err, Not(HasSubstr("Since it was issued")));
}

TEST_F(AnswersTest, WhoMayNotReadItIsToldWhy) {
  const std::string draft = Draft({"admissions"});
  EXPECT_THAT(Ask(kRequester, {"answer", draft}),
              AllOf(ExitedWith(1), Field(&ClientRun::err, HasSubstr("REQUEST_STATE"))));
  const std::string position = absl::StrCat(
      Told<requests::v1::ListActionsResponse>(kRequester, {"request", "actions"}).position());
  const std::string reference = Issued({"admissions"});
  EXPECT_THAT(Ask(kRequester, {"answer", reference, "--as-of", position}), Not(ExitedWith(0)));
  EXPECT_THAT(Ask(kRequester, {"answer", "999-00"}),
              AllOf(ExitedWith(4), Field(&ClientRun::err, HasSubstr("NOT_FOUND"))));
  for (const char* persona : {kAnalyst, kDecider, kAuditor}) {
    EXPECT_THAT(Ask(persona, {"answer", reference}),
                AllOf(ExitedWith(3), Field(&ClientRun::err, HasSubstr("PERMISSION"))))
        << persona;
  }
  // Nothing is left of what was refused.
  const std::string file = File("refused.csv");
  EXPECT_THAT(Ask(kAnalyst, {"answer", reference, "--out", file}), ExitedWith(3));
  EXPECT_FALSE(std::filesystem::exists(file));
  EXPECT_FALSE(std::filesystem::exists(file + ".part"));
  EXPECT_THAT(Ask(kRequester, {"answer", reference, "--out", File("no/such/folder.csv")}),
              ExitedWith(2));
  EXPECT_THAT(Ask(kRequester, {"answer", reference, "--follow"}),
              AllOf(ExitedWith(1), Field(&ClientRun::err, HasSubstr("not a standing request"))));
}

TEST_F(AnswersTest, AReceiptThatAnotherKeySignedIsNotVerified) {
  const std::string reference = Issued({"admissions"});
  const std::string profile =
      Write("wrong_key.textproto",
            absl::StrReplaceAll(ReadWholeFile(suite_->ProfileOf(kRequester).value()),
                                {{"ingestion.signing.pem", "metrics.signing.pem"}}));
  const ClientRun run = RunClient({{"request", "answer", reference, "--profile", profile}});
  EXPECT_THAT(run, ExitedWith(1));
  EXPECT_EQ(Lines(run.out).size(), 4u);
  EXPECT_THAT(run.err, HasSubstr("NOT VERIFIED: "));
}

// It says nothing against the receipt.
TEST_F(AnswersTest, WhatCannotBeCheckedIsNoLie) {
  const std::string reference = Issued({"admissions"});
  const std::string profile = Write(
      "no_key.textproto", absl::StrReplaceAll(ReadWholeFile(suite_->ProfileOf(kRequester).value()),
                                              {{"ingestion.signing.pem", "no-such-key.pem"}}));
  const ClientRun run = RunClient({{"request", "answer", reference, "--profile", profile}});
  EXPECT_THAT(run, ExitedWith(2));
  EXPECT_EQ(Lines(run.out).size(), 4u);
  EXPECT_THAT(run.err, AllOf(HasSubstr("not checked: "), Not(HasSubstr("VERIFIED"))));
}

TEST_F(AnswersTest, AStandingRequestIsFollowed) {
  const std::string reference = Issued({"admissions"}, /*standing=*/true);
  RunningClient follow({{"request", "answer", reference, "--follow", "--limit", "3", "--profile",
                         suite_->ProfileOf(kRequester).value()}});
  ASSERT_TRUE(follow.WaitForLines(4));
  ASSERT_THAT(Send("RWP", "2025-05", "70", "7"), ExitedWith(0));
  ASSERT_TRUE(follow.WaitForLines(5));
  ASSERT_THAT(Send("RLQ", "2025-04", "41", "4", {"--reason", "correction"}), ExitedWith(0));
  ASSERT_TRUE(follow.WaitForLines(6));
  ASSERT_THAT(Send("RWP", "2025-05", "71", "7", {"--reason", "correction"}), ExitedWith(0));
  const ClientRun run = follow.Finish();
  EXPECT_THAT(run, ExitedWith(0));
  EXPECT_THAT(Lines(run.out),
              ElementsAre(kHeader, Row("RLQ", "2025-04", 40, 1), Row("RWP", "2025-04", 60, 1),
                          Row("RLQ", "2025-05", 50, 1), Row("RWP", "2025-05", 70, 1),
                          Row("RLQ", "2025-04", 41, 2), Row("RWP", "2025-05", 71, 2)));
  EXPECT_THAT(run.err, HasSubstr(", verified\n"));
}

TEST_F(AnswersTest, IsFollowedOnThroughARestart) {
  const std::string reference = Issued({"admissions"}, /*standing=*/true);
  RunningClient follow({{"request", "answer", reference, "--follow", "--limit", "3", "--profile",
                         suite_->ProfileOf(kRequester).value()}});
  ASSERT_TRUE(follow.WaitForLines(4));
  ASSERT_THAT(Send("RWP", "2025-05", "70", "7"), ExitedWith(0));
  ASSERT_TRUE(follow.WaitForLines(5));
  ASSERT_THAT(suite_->Stop("ingestion"), IsOk());
  ASSERT_THAT(suite_->Start("ingestion"), IsOk());
  ASSERT_THAT(Send("RLQ", "2025-04", "41", "4", {"--reason", "correction"}), ExitedWith(0));
  ASSERT_TRUE(follow.WaitForLines(6));
  suite_->Kill9("ingestion");
  ASSERT_THAT(suite_->Start("ingestion"), IsOk());
  ASSERT_THAT(Send("RWP", "2025-05", "71", "7", {"--reason", "correction"}), ExitedWith(0));
  const ClientRun run = follow.Finish();
  EXPECT_THAT(run, ExitedWith(0));
  EXPECT_THAT(Lines(run.out),
              ElementsAre(kHeader, Row("RLQ", "2025-04", 40, 1), Row("RWP", "2025-04", 60, 1),
                          Row("RLQ", "2025-05", 50, 1), Row("RWP", "2025-05", 70, 1),
                          Row("RLQ", "2025-04", 41, 2), Row("RWP", "2025-05", 71, 2)));
  EXPECT_THAT(run.err, HasSubstr("It is asked again until it is there; nothing is left out.\n"));
}

TEST_F(AnswersTest, WhatFollowedIsRecordedOnce) {
  const std::string reference = Issued({"admissions"});
  const std::vector<std::string> action = {"action",     reference,          "--item",
                                           "admissions", "--product",        "Ward review",
                                           "--text",     "a ward was opened"};
  EXPECT_THAT(Ask(kRequester, action),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("recorded"))));
  // The same words again are the same action.
  EXPECT_THAT(Ask(kRequester, action), ExitedWith(0));
  const auto list = Told<requests::v1::ListActionsResponse>(kAnalyst, {"request", "actions"});
  ASSERT_EQ(list.actions_size(), 1);
  EXPECT_EQ(list.actions(0).name(), absl::StrCat("requests/", reference, "/actions/1"));
  EXPECT_EQ(list.actions(0).purpose(), common::v1::PURPOSE_EVALUATING_TRENDS);
  EXPECT_THAT(Ask(kAnalyst, {"actions", reference}),
              Field(&ClientRun::out, AllOf(HasSubstr("Ward review"), HasSubstr("admissions"),
                                           HasSubstr("a ward was opened"))));
  EXPECT_THAT(Ask(kRequester, {"action", reference, "--item", "stays", "--product", "Ward review",
                               "--text", "of an item that was not asked"}),
              AllOf(ExitedWith(1), Field(&ClientRun::err, HasSubstr("is no item of the request"))));
  EXPECT_THAT(Ask(kAnalyst, {"action", reference, "--item", "admissions", "--product", "P",
                             "--text", "not mine to say"}),
              ExitedWith(3));
  EXPECT_THAT(Ask(kRequester, {"action", "999-00", "--item", "admissions", "--product", "P",
                               "--text", "of none"}),
              ExitedWith(4));
}

}  // namespace
}  // namespace onereturn
