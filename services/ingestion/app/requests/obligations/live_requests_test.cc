// The scheduler looks at what changed, and at nothing else.
#include "services/ingestion/app/requests/obligations/live_requests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/requests/testing/issue_world.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class LiveRequestsTest : public ::testing::Test, protected IssueWorld {
 protected:
  // Those that changed since the last time.
  std::set<uint64_t> Changed() {
    EXPECT_THAT(live_.CatchUp(ingestion().store()), IsOk());
    const std::set<uint64_t> changed = live_.changed();
    for (const uint64_t number : changed) live_.Settle(number);
    return changed;
  }

  LiveRequests live_;
};

TEST_F(LiveRequestsTest, OnlyWhatAFactBearsOnChanges) {
  const std::string admissions = Issued(Asking({"admissions"}, {"RLQ", "RCF"}));
  const std::string wards = Issued(Asking({"wards"}, {"RLQ"}));
  Issued(Asking({"visits"}, {"RAE"}));
  const std::string draft = Approved(Asking({"visits"}, {"RCF"}));
  EXPECT_THAT(Changed(), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(Changed(), IsEmpty());
  ASSERT_THAT(Send("Acute", "RAE", "2025-04", {{"admissions", 4}, {"wards", 3}}), IsOk());
  EXPECT_THAT(Changed(), IsEmpty());
  ASSERT_THAT(Send("Acute", "RCF", "2025-04", {{"admissions", 4}, {"wards", 3}}), IsOk());
  EXPECT_THAT(Changed(), ElementsAre(1));
  ASSERT_THAT(Send("Acute", "RLQ", "2025-04", {{"admissions", 4}, {"wards", 3}}), IsOk());
  EXPECT_THAT(Changed(), ElementsAre(1, 2));
  const std::string may = "organisations/RLQ/obligations/002-00.Acute.2025-05";
  ASSERT_THAT(Challenge(may), IsOk());
  EXPECT_THAT(Changed(), IsEmpty());
  ASSERT_THAT(AnswerChallenge(may, false), IsOk());
  EXPECT_THAT(Changed(), ElementsAre(1, 2));
  ASSERT_THAT(End(draft), IsOk());
  EXPECT_THAT(Changed(), IsEmpty());
  EXPECT_THAT(live_.all(), SizeIs(3));
}

// A row that could not be read stands for one that is not read.
TEST_F(LiveRequestsTest, WhatDidNotChangeIsNotReadAgain) {
  const std::string first = Issued(Asking({"admissions"}, {"RLQ"}));
  Issued(Asking({"visits"}, {"RAE"}));
  ASSERT_THAT(Keep(), IsOk());
  const std::string last = Approved(Asking({"wards"}, {"RCF"}));
  requests::v1::DataRequest unreadable = Now(first);
  const uint64_t sequence = unreadable.issued().sequence();
  unreadable.set_expiry("never");
  auto written = std::make_shared<std::promise<absl::Status>>();
  PlainWrite write;
  PutDataRequest(1, sequence, unreadable, &write.batch);
  write.done = [written](absl::Status status) { written->set_value(std::move(status)); };
  ASSERT_THAT(ingestion().committer().Write(std::move(write)), IsOk());
  ASSERT_THAT(written->get_future().get(), IsOk());
  ASSERT_THAT(Send("Acute", "RCF", "2025-04", {{"admissions", 4}, {"wards", 3}}), IsOk());
  ASSERT_THAT(Issue(last), IsOk());
  EXPECT_THAT(Keep(), IsOk());
  Restart();
  EXPECT_FALSE(Keep().ok());
}

}  // namespace
}  // namespace onereturn::ingestion
