// The scheduler of requests: what lapses, is missing, is answered, reviewed and expires; once.
#include "services/ingestion/app/requests/obligations/keep_requests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/status/error.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/requests/testing/issue_world.h"

namespace onereturn::ingestion {
namespace {

using requests::v1::RequestState;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class KeepRequestsTest : public ::testing::Test, protected IssueWorld {
 protected:
  RequestState StateOf(const std::string& name) { return Now(name).state(); }
  // What the scheduler wrote of requests: "RELEASED LAPSED 1", "ANSWERED requests/001-00".
  static std::vector<std::string> FactsOf(IssueWorld* world) {
    std::vector<std::string> facts;
    for (const feed::v1::Entry& entry : world->Entries()) {
      if (entry.actor() != kScheduler) continue;
      requests::v1::ObligationsReleased released;
      if (entry.kind() == feed::v1::ENTRY_KIND_OBLIGATIONS_RELEASED) {
        ONERETURN_CHECK(released.ParseFromString(entry.fact()));
        facts.push_back(absl::StrCat("RELEASED ",
                                     requests::v1::ReleaseReason_Name(released.reason()).substr(15),
                                     " ", released.obligations_size()));
      } else if (entry.kind() == feed::v1::ENTRY_KIND_REQUEST_ANSWERED) {
        facts.push_back(absl::StrCat("ANSWERED ", entry.name()));
      } else if (entry.kind() == feed::v1::ENTRY_KIND_REQUEST_REVIEWED) {
        facts.push_back(absl::StrCat("REVIEWED ", entry.name()));
      } else if (entry.kind() == feed::v1::ENTRY_KIND_REQUEST_ENDED) {
        facts.push_back(absl::StrCat("ENDED ", entry.name()));
      }
    }
    return facts;
  }
  std::vector<std::string> Facts() { return FactsOf(this); }
};

TEST_F(KeepRequestsTest, WhatIsWhollyHeldIsAnsweredAtOnce) {
  for (const char* month : {"2025-04", "2025-05"}) {
    ASSERT_THAT(Send("Acute", "RLQ", month, {{"admissions", 40}, {"wards", 3}}), IsOk());
  }
  const std::string name = Issued(Asking({"admissions"}, {"RLQ"}));
  const std::string approved = Approved(Asking({"admissions"}, {"RLQ"}));
  ASSERT_THAT(Keep(), IsOk());
  EXPECT_EQ(StateOf(name), requests::v1::REQUEST_STATE_ANSWERED);
  EXPECT_EQ(Now(name).answered().system(), kScheduler);
  EXPECT_EQ(StateOf(approved), requests::v1::REQUEST_STATE_APPROVED);
  ASSERT_THAT(Keep(), IsOk());
  Restart();
  ASSERT_THAT(Keep(), IsOk());
  EXPECT_THAT(Facts(), ElementsAre("ANSWERED requests/001-00"));
}

TEST_F(KeepRequestsTest, AGapIsAnsweredWhenAllOfItCameOrIsReleased) {
  const std::string name = Issued(Asking({"admissions"}, {"RLQ", "RCF"}));
  ASSERT_THAT(Keep(), IsOk());
  EXPECT_EQ(StateOf(name), requests::v1::REQUEST_STATE_ISSUED);
  for (const char* organisation : {"RLQ", "RCF"}) {
    EXPECT_EQ(StateOf(name), requests::v1::REQUEST_STATE_ISSUED);
    for (const char* month : {"2025-04", "2025-05"}) {
      if (std::string(organisation) == "RLQ" && std::string(month) == "2025-05") continue;
      ASSERT_THAT(Send("Acute", organisation, month, {{"admissions", 40}, {"wards", 3}}), IsOk());
      ASSERT_THAT(Keep(), IsOk());
    }
  }
  EXPECT_EQ(StateOf(name), requests::v1::REQUEST_STATE_ISSUED);
  const std::string left = "organisations/RLQ/obligations/001-00.Acute.2025-05";
  ASSERT_THAT(Challenge(left), IsOk());
  ASSERT_THAT(AnswerChallenge(left, false), IsOk());
  ASSERT_THAT(Keep(), IsOk());
  EXPECT_EQ(StateOf(name), requests::v1::REQUEST_STATE_ANSWERED);
  EXPECT_THAT(Facts(), ElementsAre("ANSWERED requests/001-00"));
}

// Ten days from noon on 16 June.
TEST_F(KeepRequestsTest, AChallengeLapsesAtItsMomentAndNotBefore) {
  ingestion().clock().Set(ParseTimestamp("2025-06-16T12:00:00Z").value());
  const std::string name = Issued(Asking({"admissions"}, {"RLQ"}));
  const std::string first = "organisations/RLQ/obligations/001-00.Acute.2025-04";
  const auto challenged = Challenge(first);
  ASSERT_THAT(challenged, IsOk());
  const Timestamp answer_by = FromWire(challenged->obligation.challenge().answer_by()).value();
  EXPECT_EQ(FormatTimestamp(answer_by).substr(0, 16), "2025-06-26T12:00");
  ingestion().clock().Set(Timestamp{answer_by.micros - 1});
  ASSERT_THAT(Keep(), IsOk());
  EXPECT_THAT(Facts(), IsEmpty());
  Restart();
  ingestion().clock().Set(answer_by);
  ASSERT_THAT(Keep(), IsOk());
  EXPECT_THAT(Facts(), ElementsAre("RELEASED LAPSED 1"));
  EXPECT_EQ(MessagesAt(name)[0].release_reason(), requests::v1::RELEASE_REASON_LAPSED);
  EXPECT_EQ(AccountAt(name, "RLQ"), "0 0 130 130");
  Restart();
  ASSERT_THAT(Keep(), IsOk());
  EXPECT_THAT(Facts(), SizeIs(1));
  EXPECT_THAT(AnswerChallenge(first, true), HasReason(Reason::kObligationState));
}

TEST_F(KeepRequestsTest, WhatWasAnsweredOrCameDoesNotLapse) {
  Issued(Asking({"admissions"}, {"RLQ"}));
  const std::string april = "organisations/RLQ/obligations/001-00.Acute.2025-04";
  const std::string may = "organisations/RLQ/obligations/001-00.Acute.2025-05";
  ASSERT_THAT(Challenge(april), IsOk());
  ASSERT_THAT(Challenge(may), IsOk());
  ASSERT_THAT(AnswerChallenge(april, true), IsOk());
  ASSERT_THAT(Send("Acute", "RLQ", "2025-05", {{"admissions", 40}, {"wards", 3}}), IsOk());
  ASSERT_THAT(RunAt("2025-07-15T12:00:00Z"), IsOk());
  EXPECT_THAT(Facts(), IsEmpty());
}

// The requester answers the second challenge while the first is lapsing, in its last moment.
TEST_F(KeepRequestsTest, WhatIsUpheldWhileItLapsesStaysOwed) {
  const std::string april = "organisations/RLQ/obligations/001-00.Acute.2025-04";
  const std::string may = "organisations/RLQ/obligations/001-00.Acute.2025-05";
  IssueWorld* asked = nullptr;  // Once something lapses in it.
  std::future<absl::StatusOr<ObligationAnswer>> answered;
  CommitterOptions options;
  options.on_head = [&](const SignedHead&) {
    if (IssueWorld* world = std::exchange(asked, nullptr)) {
      answered = world->BeginAnswer(may, true);
    }
    return absl::OkStatus();
  };
  IssueWorld world(std::move(options));
  const std::string name = world.Issued(Asking({"admissions"}, {"RLQ"}));
  ASSERT_THAT(world.Challenge(april), IsOk());
  const auto challenged = world.Challenge(may);
  ASSERT_THAT(challenged, IsOk());
  world.ingestion().clock().Set(FromWire(challenged->obligation.challenge().answer_by()).value());
  asked = &world;
  ASSERT_THAT(world.Keep(), IsOk());
  ASSERT_THAT(answered.get(), IsOk());
  EXPECT_THAT(FactsOf(&world), ElementsAre("RELEASED LAPSED 1"));
  EXPECT_THAT(world.ObligationsAt(name),
              ElementsAre("RLQ Acute 2025-04 RELEASED", "RLQ Acute 2025-05 OUTSTANDING"));
}

// RAE owes June by the frames of Timed; its window closes on Thursday 10 July, the eighth working
// day. RLQ is asked for May, whose window is over: in the first window after 28 days of notice,
// that is of July, which closes on Tuesday 12 August.
TEST_F(KeepRequestsTest, WhatIsNotSentUntilItsWindowClosesIsMissing) {
  requests::v1::DataRequest june = Asking({"visits"}, {"RAE"});
  june.set_from_period("2025-06");
  june.set_to_period("2025-06");
  const std::string owed = Issued(june);
  requests::v1::DataRequest may = Asking({"visits"}, {"RLQ"});
  may.set_from_period("2025-05");
  const std::string late = Issued(may);
  EXPECT_EQ(FromWire(MessagesAt(late)[0].due_time()).value(),
            ParseTimestamp("2025-08-04T16:00:00Z").value());
  ASSERT_THAT(RunAt("2025-07-10T12:00:00Z"), IsOk());
  EXPECT_THAT(Facts(), IsEmpty());
  ASSERT_THAT(RunAt("2025-07-11T00:00:00Z"), IsOk());
  EXPECT_THAT(Facts(), ElementsAre("RELEASED MISSING 1", "ANSWERED requests/001-00"));
  EXPECT_EQ(MessagesAt(owed)[0].release_reason(), requests::v1::RELEASE_REASON_MISSING);
  EXPECT_EQ(AccountAt(owed, "RAE"), "0 0 0 67");
  ASSERT_THAT(RunAt("2025-08-12T12:00:00Z"), IsOk());
  EXPECT_THAT(ObligationsAt(late), ElementsAre("RLQ Timed 2025-05 OUTSTANDING"));
  ASSERT_THAT(RunAt("2025-08-13T00:00:00Z"), IsOk());
  EXPECT_THAT(ObligationsAt(late), ElementsAre("RLQ Timed 2025-05 RELEASED"));
  // What is asked again, once the window is closed, is the asker's: the frames make nobody owe it.
  june.set_requesting_body("X30");
  const std::string again = Issued(june);
  EXPECT_EQ(AccountAt(again, "RAE"), "0 0 67 0");
  EXPECT_THAT(ObligationsAt(again), ElementsAre("RAE Timed 2025-06 OUTSTANDING"));
}

void ExtendUntil20July(IssueWorld& world, GiveExtension::Done done) {
  const auto extensions =
      std::make_shared<GiveExtension>(&world.ingestion().writer(), &world.ingestion().committer());
  timetable::v1::GiveExtensionRequest extension;
  extension.set_organisation("RAE");
  extension.set_collection("Timed");
  extension.set_period("2025-06");
  extension.set_reason("a fault of the line");
  *extension.mutable_end_time() = ToWire(ParseTimestamp("2025-07-20T16:00:00Z").value());
  extensions->Give(world.ingestion().FreshOrigin(), extension,
                   [extensions, done = std::move(done)](auto answer) { done(std::move(answer)); });
}

TEST_F(KeepRequestsTest, AnExtensionKeepsItOpen) {
  requests::v1::DataRequest june = Asking({"visits"}, {"RAE", "RLQ"});
  june.set_from_period("2025-06");
  june.set_to_period("2025-06");
  Issued(june);
  ASSERT_THAT(RunAt("2025-07-08T12:00:00Z"), IsOk());
  std::promise<absl::StatusOr<ExtensionAnswer>> given;
  ExtendUntil20July(*this, [&](auto answer) { given.set_value(std::move(answer)); });
  ASSERT_THAT(given.get_future().get(), IsOk());
  ASSERT_THAT(RunAt("2025-07-12T00:00:00Z"), IsOk());
  ASSERT_THAT(RunAt("2025-07-20T15:59:00Z"), IsOk());
  EXPECT_THAT(Facts(), IsEmpty());
  ASSERT_THAT(RunAt("2025-07-20T16:00:00Z"), IsOk());
  EXPECT_THAT(Facts(), ElementsAre("RELEASED MISSING 1"));
}

// It is judged on 10 July, on which the window of June is open, and committed after midnight.
TEST_F(KeepRequestsTest, WhatIsIssuedJustAsItsWindowClosesIsMissing) {
  requests::v1::DataRequest june = Asking({"visits"}, {"RAE"});
  june.set_from_period("2025-06");
  june.set_to_period("2025-06");
  ASSERT_THAT(RunAt("2025-07-10T12:00:00Z"), IsOk());
  const std::string name = Approved(june);
  ingestion().clock().Set(ParseTimestamp("2025-07-11T00:00:00Z").value());
  ASSERT_THAT(Keep(), IsOk());
  MatchAsOn("2025-07-10T22:59:59Z");
  ASSERT_THAT(Issue(name), IsOk());
  EXPECT_THAT(ObligationsAt(name), ElementsAre("RAE Timed 2025-06 AWAITED"));
  ASSERT_THAT(Keep(), IsOk());
  EXPECT_EQ(MessagesAt(name)[0].release_reason(), requests::v1::RELEASE_REASON_MISSING);
  ASSERT_THAT(Keep(), IsOk());
  EXPECT_THAT(Facts(), ElementsAre("RELEASED MISSING 1", "ANSWERED requests/001-00"));
}

// The releases take two facts: the extension is given between them, to the last of the second.
TEST_F(KeepRequestsTest, AnExtensionGivenWhileReleasesAreWrittenCounts) {
  IssueWorld* extending = nullptr;
  std::promise<absl::StatusOr<ExtensionAnswer>> given;
  CommitterOptions options;
  options.on_head = [&](const SignedHead&) {
    if (IssueWorld* const world = std::exchange(extending, nullptr); world != nullptr) {
      ExtendUntil20July(*world, [&given](auto answer) { given.set_value(std::move(answer)); });
    }
    return absl::OkStatus();
  };
  IssueWorld world(std::move(options));
  requests::v1::DataRequest june = IssueWorld::Asking({"visits"}, {"RAE"});
  june.set_from_period("2025-06");
  june.set_to_period("2025-06");
  const ObligationKey owed{{"Timed", "2025-06", "RAE"}, DataRequestNumber(world.Issued(june))};
  world.OweLike(owed, 500);
  world.ingestion().clock().Set(ParseTimestamp("2025-07-12T00:00:00Z").value());
  extending = &world;
  ASSERT_THAT(world.Keep(), IsOk());
  ASSERT_THAT(given.get_future().get(), IsOk());
  EXPECT_THAT(FactsOf(&world), ElementsAre("RELEASED MISSING 500"));
  world.ingestion().clock().Set(ParseTimestamp("2025-07-20T16:00:00Z").value());
  ASSERT_THAT(world.Keep(), IsOk());
  EXPECT_THAT(FactsOf(&world), ElementsAre("RELEASED MISSING 500", "RELEASED MISSING 1",
                                           "ANSWERED requests/001-00"));
}

TEST_F(KeepRequestsTest, AReturnOfAClosedWindowIsTakenWhileItIsOwed) {
  ASSERT_THAT(RunAt("2025-06-16T12:00:00Z"), IsOk());
  EXPECT_THAT(Send("Timed", "RLQ", "2025-05", {{"visits", 5}}), HasReason(Reason::kPeriodClosed));
  requests::v1::DataRequest may = Asking({"visits"}, {"RLQ"});
  may.set_from_period("2025-05");
  const std::string name = Issued(may);
  EXPECT_THAT(Send("Timed", "RCF", "2025-05", {{"visits", 5}}), HasReason(Reason::kPeriodClosed));
  // The frames of Timed do not name it.
  const auto sent = Send("Timed", "RLQ", "2025-05", {{"visits", 5}});
  ASSERT_THAT(sent, IsOk());
  EXPECT_TRUE(sent->accepted.has_value());
  EXPECT_EQ(AccountAt(name, "RLQ"), "67 0 0 0");
  EXPECT_THAT(Send("Timed", "RLQ", "2025-05", {{"visits", 6}}), HasReason(Reason::kPeriodClosed));
}

TEST_F(KeepRequestsTest, WhatWasReleasedIsNotTakenAnyMore) {
  ASSERT_THAT(RunAt("2025-06-16T12:00:00Z"), IsOk());
  requests::v1::DataRequest may = Asking({"visits"}, {"RLQ"});
  may.set_from_period("2025-05");
  const std::string name = Issued(may);
  ASSERT_THAT(End(name), IsOk());
  EXPECT_THAT(Send("Timed", "RLQ", "2025-05", {{"visits", 5}}), HasReason(Reason::kPeriodClosed));
}

// It expires on 31 March 2026: 30 days before is the 1st.
TEST_F(KeepRequestsTest, AReviewComesBeforeTheEnd) {
  const std::string issued = Issued(Asking({"admissions"}, {"RLQ"}));
  const std::string draft = Draft(Draft())->request.name();
  ASSERT_THAT(RunAt("2026-02-28T23:00:00Z"), IsOk());
  EXPECT_EQ(StateOf(issued), requests::v1::REQUEST_STATE_ISSUED);
  ASSERT_THAT(RunAt("2026-03-01T00:00:00Z"), IsOk());
  EXPECT_EQ(StateOf(issued), requests::v1::REQUEST_STATE_REVIEW);
  EXPECT_EQ(AccountAt(issued, "RLQ"), "0 0 260 0");
  // The last day is in summer time.
  ASSERT_THAT(RunAt("2026-03-31T22:59:00Z"), IsOk());
  EXPECT_EQ(StateOf(issued), requests::v1::REQUEST_STATE_REVIEW);
  ASSERT_THAT(RunAt("2026-03-31T23:00:00Z"), IsOk());
  EXPECT_EQ(StateOf(issued), requests::v1::REQUEST_STATE_ENDED);
  EXPECT_EQ(StateOf(draft), requests::v1::REQUEST_STATE_ENDED);
  EXPECT_EQ(AccountAt(issued, "RLQ"), "0 0 0 260");
  EXPECT_EQ(MessagesAt(issued)[0].release_reason(), requests::v1::RELEASE_REASON_EXPIRED);
  Restart();
  ASSERT_THAT(RunAt("2026-05-01T00:00:00Z"), IsOk());
  EXPECT_THAT(Facts(), ElementsAre("REVIEWED requests/001-00", "ENDED requests/001-00",
                                   "ENDED requests/002-00"));
}

// A world in which all that the scheduler does falls due at once.
void PrepareRequests(IssueWorld* world) {
  ASSERT_THAT(world->RunAt("2025-06-16T12:00:00Z"), IsOk());
  requests::v1::DataRequest brief = IssueWorld::Asking({"admissions"}, {"RLQ"});
  const std::string lapsing = world->Issued(brief);
  ASSERT_THAT(world->Challenge("organisations/RLQ/obligations/001-00.Acute.2025-04"), IsOk());
  ASSERT_THAT(world->Challenge("organisations/RLQ/obligations/001-00.Acute.2025-05"), IsOk());
  requests::v1::DataRequest may = IssueWorld::Asking({"visits"}, {"RLQ", "RCF"});
  may.set_from_period("2025-05");
  world->Issued(may);
  brief.set_expiry("2025-10-31");
  world->Issued(brief);
  brief.set_expiry("2025-12-15");
  brief.set_title("In review");
  world->Issued(brief);
  world->Say(world->Draft(brief));
}

// Each commit is on disk, and its writer is never told: as a kill between the sync and the answer.
TEST_F(KeepRequestsTest, AfterAnyKillTheRestFollowsOnce) {
  const char* const kEnd = "2025-12-01T12:00:00Z";
  IssueWorld straight;
  PrepareRequests(&straight);
  straight.ingestion().clock().Set(ParseTimestamp(kEnd).value());
  ASSERT_THAT(straight.Keep(), IsOk());
  const std::vector<std::string> facts = FactsOf(&straight);
  EXPECT_THAT(facts, ElementsAre("RELEASED LAPSED 1", "RELEASED LAPSED 1", "RELEASED MISSING 2",
                                 "ANSWERED requests/001-00", "ANSWERED requests/002-00",
                                 "ENDED requests/003-00", "REVIEWED requests/004-00"));
  for (size_t kill = 1; kill < facts.size(); ++kill) {
    std::atomic<bool> armed{false};
    std::atomic<size_t> commits{0};
    CommitterOptions options;
    options.on_head = [&](const SignedHead&) -> absl::Status {
      if (!armed || ++commits != kill) return absl::OkStatus();
      return Error(Reason::kLedgerBehind, "killed");
    };
    IssueWorld world(std::move(options));
    PrepareRequests(&world);
    world.ingestion().clock().Set(ParseTimestamp(kEnd).value());
    armed = true;
    EXPECT_THAT(world.Keep(), HasReason(Reason::kLedgerBehind)) << kill;
    CommitterOptions plain;
    plain.service = "ingestion";
    plain.on_fatal = [](const absl::Status&) { ONERETURN_CHECK(false); };
    const auto committer = Committer::Start(&world.ingestion().store(), &world.ingestion().clock(),
                                            KeyFromSeed(std::string(64, '7')), std::move(plain))
                               .value();
    const FactWriter writer(&world.ingestion().store(), committer.get(), nullptr);
    const auto keeper = world.KeeperOf(writer);
    ASSERT_THAT(keeper->Run(), IsOk()) << kill;
    ASSERT_THAT(keeper->Run(), IsOk()) << kill;
    EXPECT_EQ(FactsOf(&world), facts) << kill;
  }
}

}  // namespace
}  // namespace onereturn::ingestion
