// What a request is matched and issued by that was approved on a shorter notice.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/feed/wire.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/requests/register/read_requests.h"
#include "services/ingestion/app/requests/testing/issue_world.h"

namespace onereturn::ingestion {
namespace {

using ::testing::SizeIs;

class NoticeExceptionTest : public ::testing::Test, protected IssueWorld {
 protected:
  // Approved on five days of notice, until the day.
  std::string Excepted(const requests::v1::DataRequest& draft, const std::string& expiry) {
    const Answer drafted = Draft(draft);
    Say(drafted);
    const std::string name = drafted->request.name();
    Say(Match(name));
    Say(Close(name, true));
    requests::v1::DecideRequestRequest decision = Decision(name);
    requests::v1::NoticeException* exception = decision.mutable_notice_exception();
    exception->set_notice_days(5);
    exception->set_approver("Director of data");
    exception->set_reason("the season begins");
    exception->set_expiry(expiry);
    Say(Decide(decision));
    return name;
  }
  requests::v1::Match MatchNow(const std::string& name) {
    requests::v1::PreviewMatchRequest request;
    request.set_name(name);
    const auto shown =
        PreviewMatchOf(ingestion().store(), data_requests().World(), request, kNewest);
    Say(shown);
    return shown->match();
  }
  // When what was issued is due.
  std::string DueOf(const std::string& name) {
    const std::vector<requests::v1::Obligation> owed = MessagesAt(name);
    EXPECT_THAT(owed, SizeIs(1));
    return FormatTimestamp(FromWire(owed.at(0).due_time()).value()).substr(0, 16);
  }
  // RLQ is in no frame of Timed: it gets notice.
  static requests::v1::DataRequest VisitsOfMay() {
    requests::v1::DataRequest asking = Asking({"visits"}, {"RLQ"});
    asking.set_from_period("2025-05");
    return asking;
  }
};

// Its windows are due on the second working days after July and August, at five in summer time.
TEST_F(NoticeExceptionTest, ShortensWhatIsIssuedUpToItsDay) {
  const std::string name = Excepted(VisitsOfMay(), "2025-07-10");
  ASSERT_THAT(RunAt("2025-07-10T09:00:00Z"), IsOk());
  Say(Issue(name));
  EXPECT_EQ(DueOf(name), "2025-08-04T16:00");
}

TEST_F(NoticeExceptionTest, ShortensNothingAfterItsDay) {
  const std::string name = Excepted(VisitsOfMay(), "2025-06-30");
  ASSERT_THAT(RunAt("2025-07-10T09:00:00Z"), IsOk());
  // Twenty-eight days end after the window of July is due.
  Say(Issue(name));
  EXPECT_EQ(DueOf(name), "2025-09-02T16:00");
}

// The newest entry is of the exception's last day, and the request is issued on the next.
TEST_F(NoticeExceptionTest, ShortensNothingAfterItsDayThoughNothingHappenedSince) {
  const std::string name = Excepted(VisitsOfMay(), "2025-07-10");
  ASSERT_THAT(RunAt("2025-07-10T21:00:00Z"), IsOk());
  ingestion().clock().Set(ParseTimestamp("2025-07-11T09:00:00Z").value());
  Say(Issue(name));
  EXPECT_EQ(DueOf(name), "2025-09-02T16:00");
}

// Wards are of a collection without windows, due sooner than 28 days from 2025-06-15 on.
TEST_F(NoticeExceptionTest, IsNoChangeSinceItWasMatched) {
  requests::v1::DataRequest draft = Asking({"wards"}, {"RLQ"});
  draft.set_due_date("2025-06-25");
  const std::string name = Excepted(draft, "2025-06-30");
  EXPECT_EQ(MatchNow(name).summary().last_due_date(), "2025-06-25");
  EXPECT_EQ(MatchNow(name).summary().digest(), Now(name).match().digest());
  // The ledger has what stands in the register.
  const std::vector<feed::v1::Entry> decided = EntriesOf(feed::v1::ENTRY_KIND_REQUEST_DECIDED);
  requests::v1::RequestDecided fact;
  ASSERT_TRUE(fact.ParseFromString(decided.back().fact()));
  EXPECT_EQ(fact.match().SerializeAsString(), Now(name).match().SerializeAsString());
  Say(Match(name));
  EXPECT_EQ(Now(name).state(), requests::v1::REQUEST_STATE_APPROVED);
  EXPECT_TRUE(Now(name).has_notice_exception());
  // Once it has lapsed, it is.
  ASSERT_THAT(RunAt("2025-07-01T09:00:00Z"), IsOk());
  EXPECT_NE(MatchNow(name).summary().digest(), Now(name).match().digest());
  Say(Match(name));
  EXPECT_EQ(Now(name).state(), requests::v1::REQUEST_STATE_MATCHED);
  EXPECT_FALSE(Now(name).has_notice_exception());
}

// What was recorded stays where the match had become another one before it was approved.
TEST_F(NoticeExceptionTest, HidesNoOtherChange) {
  requests::v1::DataRequest draft = Asking({"wards"}, {"RLQ"});
  draft.set_due_date("2025-06-25");
  const Answer drafted = Draft(draft);
  Say(drafted);
  const std::string name = drafted->request.name();
  Say(Match(name));
  const std::string recorded = Now(name).match().digest();
  Say(Close(name, true));
  ASSERT_THAT(Send("Acute", "RLQ", "2025-04", {{"admissions", 40}, {"wards", 3}}), IsOk());
  requests::v1::DecideRequestRequest decision = Decision(name);
  decision.mutable_notice_exception()->set_notice_days(5);
  decision.mutable_notice_exception()->set_approver("Director of data");
  decision.mutable_notice_exception()->set_reason("the season begins");
  decision.mutable_notice_exception()->set_expiry("2025-06-30");
  Say(Decide(decision));
  EXPECT_EQ(Now(name).match().digest(), recorded);
  EXPECT_NE(MatchNow(name).summary().digest(), recorded);
}

}  // namespace
}  // namespace onereturn::ingestion
