// A return that was owed for a data request, or that left out what was not owed, is judged by that
// for ever.
#include "services/ingestion/app/returns/what_was_owed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/catalogue/backtest_rule.h"
#include "services/ingestion/app/returns/judge_held.h"
#include "services/ingestion/app/testing/small_catalogue.h"
#include "services/ingestion/app/testing/small_obligation.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kMonthOwed[] = "2027-01";
const ReturnKey kOutsideFrames{"SitRep", kMonthOwed, "RCF"};

// The frames of SitRep name RLQ alone. Its beds are essential, its wards are not.
class WhatWasOwedTest : public ::testing::Test {
 protected:
  WhatWasOwedTest() {
    for (const char* code : {"RLQ", "RCF"}) Must(SmallProvider(code));
    catalogue::v1::DataItem beds = SmallItem("beds");
    beds.set_essential(true);
    Must(beds);
    Must(SmallItem("wards"));
    catalogue::v1::Collection collection = SmallCollection("SitRep", {"beds", "wards"});
    catalogue::v1::Frame* frame = collection.add_frames();
    frame->set_organisation("RLQ");
    frame->set_from_period(kMonthOwed);
    catalogue::v1::Layout* layout = collection.add_layouts();
    layout->set_code("long");
    layout->mutable_long_();
    Must(collection);
  }

  template <typename Definition>
  void Must(const Definition& definition) {
    ASSERT_THAT(ingestion_.DefineOne(definition).status(), IsOk());
  }
  ReturnSubmission ReturnOf(const std::string& organisation, int beds) {
    return SmallReturn(&ingestion_, "SitRep", organisation, kMonthOwed,
                       {{"beds", beds}, {"wards", 2}});
  }
  ReturnSubmission ImportOf(const std::string& organisation, int beds) {
    ReturnSubmission submission = ReturnOf(organisation, beds);
    submission.submission.origin = Origin::kImport;
    return submission;
  }
  ReturnAnswer Send(ReturnSubmission submission) {
    return ingestion_.Submit(std::move(submission)).value();
  }
  std::vector<std::string> Held(const ReturnKey& key) {
    const RevisionPlace place =
        FindRevision(ingestion_.store(), OrganisationScope::National(), key, kNewest)
            .value()
            .value();
    return Codes(JudgeHeld(ingestion_.store(), key, place, true).value().findings);
  }
  static std::vector<std::string> Codes(const Findings& findings) {
    std::vector<std::string> codes;
    for (const Finding& finding : findings.kept()) codes.push_back(finding.code);
    return codes;
  }

  TestIngestion ingestion_;
};

TEST_F(WhatWasOwedTest, ReturnsThatARequestAskedForHaveTheSameFindingsForEver) {
  EXPECT_THAT(Codes(Send(ReturnOf("RCF", 4)).findings), ElementsAre("NOT_IN_FRAME"));
  Owe(&ingestion_, {kOutsideFrames, 1}, {"beds"});
  const ReturnAnswer answer = Send(ReturnOf("RCF", 4));
  ASSERT_TRUE(answer.accepted.has_value());
  EXPECT_THAT(Codes(answer.findings), IsEmpty());
  EXPECT_THAT(Held(kOutsideFrames), IsEmpty());
  // It has come, and the next is not asked for.
  EXPECT_THAT(Codes(Send(ReturnOf("RCF", 5)).findings), ElementsAre("NOT_IN_FRAME"));
  Release(&ingestion_, {kOutsideFrames, 1});
  EXPECT_THAT(Held(kOutsideFrames), IsEmpty());
}

TEST_F(WhatWasOwedTest, WhatIsAskedForLaterChangesNoFinding) {
  EXPECT_THAT(Codes(Send(ImportOf("RCF", 4)).findings), ElementsAre("NOT_IN_FRAME"));
  Must(SmallItem("later"));  // An entry more.
  Owe(&ingestion_, {kOutsideFrames, 1}, {"beds"});
  EXPECT_THAT(Held(kOutsideFrames), ElementsAre("NOT_IN_FRAME"));
  EXPECT_THAT(Codes(Send(ImportOf("RCF", 5)).findings), IsEmpty());
  EXPECT_THAT(Held(kOutsideFrames), IsEmpty());
}

TEST_F(WhatWasOwedTest, OneOfSeveralRequestsIsEnough) {
  Owe(&ingestion_, {kOutsideFrames, 1}, {"beds"});
  Owe(&ingestion_, {kOutsideFrames, 2}, {"wards"});
  Must(SmallItem("later"));
  Release(&ingestion_, {kOutsideFrames, 1});
  EXPECT_TRUE(Send(ReturnOf("RCF", 4)).accepted.has_value());
  Release(&ingestion_, {kOutsideFrames, 2});
  EXPECT_THAT(Held(kOutsideFrames), IsEmpty());
}

TEST_F(WhatWasOwedTest, AReturnThatARequestComesBeforeIsJudgedAgain) {
  ReturnSubmission sent = ImportOf("RCF", 4);
  CommitterHold hold(&ingestion_.committer());
  const storage::v1::ObligationRecord record = SmallObligation(ingestion_, {"beds"});
  PlainWrite issue;
  PutObligation({kOutsideFrames, 1}, record, &issue.batch);
  PutNewestIssue(record.issue_sequence(), &issue.batch);
  issue.done = [](absl::Status status) { ONERETURN_CHECK(status.ok()); };
  ASSERT_THAT(ingestion_.committer().Write(std::move(issue)), IsOk());
  auto answer = ingestion_.BeginSubmit(std::move(sent));
  hold.Release();
  EXPECT_THAT(Codes(answer.get().value().findings), IsEmpty());
  EXPECT_THAT(Held(kOutsideFrames), IsEmpty());
}

TEST_F(WhatWasOwedTest, AFileThatARequestAskedForIsTaken) {
  const auto send = [&] {
    const std::string text =
        "organisation,period,item,value,null_reason\nRCF,2027-01,beds,4,\nRCF,2027-01,wards,2,\n";
    FileSubmission file = ingestion_.AeFile(ingestion_.Upload(text, "RCF"), "long");
    file.collection = "SitRep";
    file.may_import = false;
    file.scope = OrganisationScope::Only("RCF");
    file.owner = "RCF";
    return ingestion_.submit_file().Run(file).value();
  };
  ingestion_.clock().Set(ParseTimestamp("2030-01-01T00:00:00Z").value());
  Must(SmallItem("later"));  // The ledger comes to that day.
  EXPECT_THAT(Codes(send().findings), ElementsAre("NOT_IN_FRAME"));
  Owe(&ingestion_, {kOutsideFrames, 1}, {"beds"});
  const FileAnswer answer = send();
  EXPECT_THAT(Codes(answer.findings), IsEmpty());
  EXPECT_TRUE(answer.accepted.has_value());
}

TEST_F(WhatWasOwedTest, ATrialOfARuleDecidesNothingWhereFiguresMightBeLeftOut) {
  BacktestWish wish;
  wish.collection = "SitRep";
  wish.rule = SmallRule("T1", "beds <= 2 * count_present(wards)");
  const auto found = [&] {
    return BacktestRule(ingestion_.store(), wish,
                        [](uint32_t, uint32_t) { return absl::OkStatus(); })
        .value();
  };
  Simplify(&ingestion_, true);
  const auto send = [&](const std::string& organisation, const std::string& period,
                        const std::vector<std::pair<std::string, int>>& figures) {
    return Send(SmallReturn(&ingestion_, "SitRep", organisation, period, figures));
  };
  ASSERT_TRUE(send("RLQ", "2027-01", {{"beds", 4}}).accepted.has_value());
  ASSERT_TRUE(send("RLQ", "2027-02", {{"beds", 4}, {"wards", 2}}).accepted.has_value());
  Simplify(&ingestion_, false);
  Must(SmallItem("later"));
  const BacktestResult result = found();
  EXPECT_EQ(result.examined, 2u);
  EXPECT_EQ(result.found, 1u);
  ASSERT_EQ(result.examples.size(), 1u);
  EXPECT_EQ(result.examples[0].key.period, "2027-02");
}

}  // namespace
}  // namespace onereturn::ingestion
