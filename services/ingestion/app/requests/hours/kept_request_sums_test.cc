// Sums that are kept are those that would be made anew, whatever happened in between.
#include "services/ingestion/app/requests/hours/kept_request_sums.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/requests/testing/issue_world.h"

namespace onereturn::ingestion {
namespace {

class KeptRequestSumsTest : public ::testing::Test, protected IssueWorld {
 protected:
  static std::string Text(const RequestSumsByNumber& all) {
    std::string text;
    for (const auto& [number, sums] : all) {
      absl::StrAppend(&text, number, ": ", sums.account.collected.Total(), " ",
                      sums.account.avoided.Total(), " ", sums.account.outstanding.Total(), " ",
                      sums.account.released.Total(), " wasted ", sums.wasted, " providers ",
                      sums.asks_providers, " due ",
                      sums.first_due.has_value() ? FormatTimestamp(*sums.first_due) : "", "\n");
    }
    return text;
  }
  void Compare(const std::string& after) {
    const uint64_t newest = ingestion().LastSequence();
    const auto kept = kept_.At(ingestion().store(), newest);
    ASSERT_THAT(kept, IsOk());
    EXPECT_EQ(Text(**kept), Text(SumsOfRequests(ingestion().store(), newest).value())) << after;
    EXPECT_NE(Text(**kept), last_) << after << " changes nothing";
    last_ = Text(**kept);
  }
  void DefineAcute(const std::vector<std::string>& items) {
    catalogue::v1::Collection acute = SmallCollection("Acute", items);
    acute.mutable_estimated_minutes()->set_gathering(90);
    Define(acute);
  }

  KeptRequestSums kept_;
  std::string last_;
};

TEST_F(KeptRequestSumsTest, FollowWhateverHappens) {
  const std::string first = Issued(Asking({"admissions"}, {"RLQ", "RCF"}));
  Compare("an issue");
  const uint64_t then = ingestion().LastSequence();
  const std::string at_first = last_;
  Issued(Asking({"admissions", "wards"}, {"RLQ", "RCF"}));
  Compare("an issue that shares");
  ASSERT_THAT(Send("Acute", "RLQ", "2025-04", {{"admissions", 4}, {"wards", 3}}), IsOk());
  Compare("a return");
  const std::string may = "organisations/RLQ/obligations/001-00.Acute.2025-05";
  ASSERT_THAT(Challenge(may), IsOk());
  ASSERT_THAT(AnswerChallenge(may, false), IsOk());
  Compare("a release, after which another is charged");
  catalogue::v1::Guidance guidance = Parse<catalogue::v1::Guidance>(R"(
      code: "counting" reference: "DCB1" title: "Counting" valid_from: "2020-01-01" edition: "1"
      items: "admissions" text_reference: "on paper")");
  Define(guidance);
  guidance.set_edition("2");
  Define(guidance);
  Compare("guidance");
  ASSERT_THAT(End(first), IsOk());
  Compare("an end, after which another is charged");
  // As it was, whatever is kept.
  EXPECT_EQ(Text(**kept_.At(ingestion().store(), then)), at_first);
}

TEST_F(KeptRequestSumsTest, FollowReturnsThatLackAnItem) {
  Issued(Asking({"wards"}, {"RLQ"}));
  Issued(Asking({"admissions"}, {"RLQ"}));
  Compare("two issues");
  DefineAcute({"admissions"});
  ASSERT_THAT(Send("Acute", "RLQ", "2025-04", {{"admissions", 4}}), IsOk());
  Compare("a return without wards");
  DefineAcute({"admissions", "wards"});
  ASSERT_THAT(Send("Acute", "RLQ", "2025-04", {{"admissions", 4}, {"wards", 3}}), IsOk());
  Compare("a revision with them");
}

// The window of June closes on 10 July; a request expires at the end of its day.
TEST_F(KeptRequestSumsTest, FollowTheScheduler) {
  requests::v1::DataRequest june = Asking({"visits"}, {"RAE"});
  june.set_from_period("2025-06");
  june.set_to_period("2025-06");
  Issued(june);
  requests::v1::DataRequest wards = Asking({"wards"}, {"RLQ"});
  const std::string name = Issued(wards);
  wards.set_requesting_body("X30");
  wards.set_expiry("2026-12-31");
  Issued(wards);
  Compare("three issues");
  ASSERT_THAT(RunAt("2025-07-11T00:00:00Z"), IsOk());
  Compare("a window that closed");
  const CivilDay expiry = CivilDay::Parse(Now(name).expiry()).value();
  ASSERT_THAT(RunAt(absl::StrCat(expiry.PlusDays(1)->ToString(), "T12:00:00Z")), IsOk());
  ASSERT_EQ(Now(name).state(), requests::v1::REQUEST_STATE_ENDED);
  Compare("an expiry, after which another is charged");
}

}  // namespace
}  // namespace onereturn::ingestion
