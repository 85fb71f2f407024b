// Which revisions meet what is owed for requests: as matching says what is held.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/requests/register/read_requests.h"
#include "services/ingestion/app/requests/testing/issue_world.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;

class MeetingRevisionsTest : public ::testing::Test, protected IssueWorld {
 protected:
  static catalogue::v1::Collection Acute(const std::vector<std::string>& items) {
    catalogue::v1::Collection acute = Parse<catalogue::v1::Collection>(R"(
        code: "Acute" display_name: "Acute" period_kind: PERIOD_KIND_MONTH
        estimated_minutes { gathering: 90 quality_assurance: 30 }
        item_minutes { item: "admissions" minutes { gathering: 10 } })");
    for (const std::string& item : items) acute.add_items(item);
    return acute;
  }
  static requests::v1::DataRequest WardsOfApril() {
    requests::v1::DataRequest asking = Asking({"wards"}, {"RLQ"});
    asking.set_to_period("2025-04");
    return asking;
  }
  // Of another asker: "1 held", "0 held, awaited" or "0 held, asked".
  std::string MatchNow() {
    requests::v1::PreviewMatchRequest request;
    *request.mutable_data_request() = WardsOfApril();
    const auto match =
        PreviewMatchOf(ingestion().store(), data_requests().World(), request, kNewest);
    EXPECT_THAT(match, IsOk());
    std::string words = absl::StrCat(match->match().summary().exact(), " held");
    for (const auto& gap : match->match().gaps()) words += gap.awaited() ? ", awaited" : ", asked";
    return words;
  }
};

// The version of the collection by which the first return is judged has no wards; the next has
// them again.
TEST_F(MeetingRevisionsTest, OneThatWasJudgedWithoutTheItemDoesNot) {
  const std::string name = Issued(WardsOfApril());
  EXPECT_EQ(MatchNow(), "0 held, awaited");
  Define(Acute({"admissions"}));
  ASSERT_THAT(Send("Acute", "RLQ", "2025-04", {{"admissions", 40}}), IsOk());
  Define(Acute({"admissions", "wards"}));
  EXPECT_EQ(MatchNow(), "0 held, awaited");
  EXPECT_THAT(ObligationsAt(name), ElementsAre("RLQ Acute 2025-04 OUTSTANDING"));
  ASSERT_THAT(Keep(), IsOk());
  EXPECT_EQ(Now(name).state(), requests::v1::REQUEST_STATE_ISSUED);
  ASSERT_THAT(Send("Acute", "RLQ", "2025-04", {{"admissions", 40}, {"wards", 3}}), IsOk());
  EXPECT_EQ(MatchNow(), "1 held");
  EXPECT_THAT(ObligationsAt(name), ElementsAre("RLQ Acute 2025-04 COLLECTED"));
  ASSERT_THAT(Keep(), IsOk());
  EXPECT_EQ(Now(name).state(), requests::v1::REQUEST_STATE_ANSWERED);
}

}  // namespace
}  // namespace onereturn::ingestion
