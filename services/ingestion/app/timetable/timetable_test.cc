// The life of windows: what the passing of time makes a fact, and who is taken when.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/feed/wire.h"
#include "common/status/error.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/returns/read_rule_pack.h"
#include "services/ingestion/app/timetable/testing/timetable_world.h"

namespace onereturn::ingestion {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

class TimetableTest : public ::testing::Test {
 protected:
  TimetableTest() { world_.ingestion.Apply(WithWindows()); }
  void RunAt(const std::string& time) { ASSERT_THAT(world_.RunAt(time), IsOk()); }

  TimetableWorld world_;
};

TEST_F(TimetableTest, AReturnIsTakenFromTheOpeningToTheClose) {
  RunAt("2025-06-30T22:59:59Z");
  const auto early = world_.Submit("RLQ", "2025-06");
  EXPECT_THAT(early, HasReason(Reason::kPeriodNotOpen));
  EXPECT_THAT(std::string(early.status().message()), HasSubstr("2025-07-01 00:00:00 BST"));
  EXPECT_THAT(DetailsOf(early.status())->metadata,
              ElementsAre(Pair("opens", "2025-06-30T23:00:00.000000Z")));
  EXPECT_THAT(world_.Facts(), IsEmpty());

  RunAt("2025-06-30T23:00:00Z");
  EXPECT_THAT(world_.Submit("RLQ", "2025-06"), IsOk());
  RunAt("2025-07-02T15:59:59Z");
  EXPECT_THAT(world_.Facts(), SizeIs(1));
  RunAt("2025-07-02T16:00:00Z");
  EXPECT_THAT(world_.Submit("RCF", "2025-06"), IsOk());
  RunAt("2025-07-07T16:00:00Z");
  RunAt("2025-07-10T16:00:00Z");
  EXPECT_THAT(
      world_.Facts(),
      ElementsAre("OPENED 2025-06", "CUT 2025-06 DUE",
                  "LIST 2025-06 DUE RAE=LATE RCF=LATE RLQ=HELD_ON_TIME", "CUT 2025-06 REFRESH",
                  "LIST 2025-06 REFRESH RAE=LATE RCF=HELD_LATE RLQ=HELD_ON_TIME", "CLOSED 2025-06",
                  "LIST 2025-06 RAE"));
  const auto late = world_.Submit("RAE", "2025-06");
  EXPECT_THAT(late, HasReason(Reason::kPeriodClosed));
  EXPECT_THAT(std::string(late.status().message()),
              AllOf(HasSubstr("closed at 2025-07-10 17:00:00 BST"), HasSubstr("extension")));
}

TEST_F(TimetableTest, PeriodsBeforeTheFirstWithAWindowAreTakenAtAnyTime) {
  EXPECT_THAT(world_.Submit("RLQ", "2025-05"), IsOk());
  EXPECT_THAT(world_.Submit("RLQ", "2022-04"), IsOk());
}

TEST_F(TimetableTest, WithoutAWindowAPeriodMustHaveBegun) {
  config::v1::DefinitionSet set = WithWindows();
  set.mutable_collections(0)->clear_window();
  world_.ingestion.Apply(set);
  world_.ingestion.clock().Set(ParseTimestamp("2025-06-30T22:59:59Z").value());
  EXPECT_THAT(world_.Submit("RLQ", "2025-06"), IsOk());
  EXPECT_THAT(world_.Submit("RLQ", "2025-07"), HasReason(Reason::kPeriodNotOpen));
  // Midnight in London.
  world_.ingestion.clock().Set(ParseTimestamp("2025-06-30T23:00:00Z").value());
  EXPECT_THAT(world_.Submit("RLQ", "2025-07"), IsOk());
  EXPECT_THAT(world_.Submit("RLQ", "2199-12"), HasReason(Reason::kPeriodNotOpen));
}

TEST_F(TimetableTest, WindowsDoNotConcernAnImport) {
  ReturnSubmission import = world_.ingestion.AeReturn("RLQ", "2025-06");
  import.submission.origin = Origin::kImport;
  EXPECT_THAT(world_.ingestion.Submit(import), IsOk());
  RunAt("2025-08-01T00:00:00Z");
  import.submission.organisation = "RCF";
  import.origin = world_.ingestion.FreshOrigin();
  EXPECT_THAT(world_.ingestion.Submit(import), IsOk());
}

TEST_F(TimetableTest, ARepeatGetsItsReceiptAfterTheClose) {
  RunAt("2025-07-01T09:00:00Z");
  const ReturnSubmission submission = world_.ingestion.AeReturn("RLQ", "2025-06");
  const auto first = world_.ingestion.Submit(submission);
  ASSERT_THAT(first, IsOk());
  RunAt("2025-07-20T00:00:00Z");
  const auto again = world_.ingestion.Submit(submission);
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(again->accepted->replayed);
  EXPECT_EQ(again->accepted->placement.sequence, first->accepted->placement.sequence);
  EXPECT_THAT(world_.Submit("RLQ", "2025-06", "101"), HasReason(Reason::kPeriodClosed));
}

// The close comes between the judging of a return and its commit: it is judged again.
TEST_F(TimetableTest, ACloseOvertakesAReturnThatWasJudged) {
  RunAt("2025-07-09T00:00:00Z");
  std::future<absl::StatusOr<ReturnAnswer>> answer;
  std::thread run;
  {
    CommitterHold hold(&world_.ingestion.committer());
    world_.ingestion.clock().Set(ParseTimestamp("2025-07-10T16:00:00Z").value());
    run = std::thread([this] { EXPECT_THAT(world_.timetable->Run(), IsOk()); });
    // The first that the scheduler waits for is in the queue once its snapshot is taken; whichever
    // comes first, the two agree.
    answer = world_.ingestion.BeginSubmit(world_.ingestion.AeReturn("RLQ", "2025-06"));
  }
  run.join();
  const auto taken = answer.get();
  const bool held = taken.ok();
  if (!held) {
    EXPECT_THAT(taken, HasReason(Reason::kPeriodClosed));
  }
  EXPECT_EQ(world_.Facts().back(), held ? "LIST 2025-06 RAE RCF" : "LIST 2025-06 RAE RCF RLQ");
}

TEST_F(TimetableTest, AFileOfAnOrganisationsOwnWaitsForTheWindowToo) {
  const std::string upload = world_.ingestion.Upload(
      "organisation,period,item,department,booked,value\nRLQ,2025-06,ae_attendances,type1,no,1\n",
      "RLQ");
  FileSubmission file = world_.ingestion.AeFile(upload, "onereturn-long");
  file.may_import = false;
  file.owner = "RLQ";
  file.scope = OrganisationScope::Only("RLQ");
  EXPECT_THAT(world_.ingestion.submit_file().Run(file), HasReason(Reason::kPeriodNotOpen));
}

TEST_F(TimetableTest, AStartCatchesUpInOrder) {
  RunAt("2025-10-01T09:00:00Z");
  const std::vector<std::string> facts = world_.Facts();
  // Three windows, seven facts each, and the one of September is open.
  ASSERT_THAT(facts, SizeIs(22));
  EXPECT_EQ(facts.front(), "OPENED 2025-06");
  EXPECT_EQ(facts[7], "OPENED 2025-07");
  EXPECT_EQ(facts.back(), "OPENED 2025-09");
  const uint64_t newest = world_.ingestion.LastSequence();
  for (int i = 0; i < 3; ++i) {
    world_.Restart();
    ASSERT_THAT(world_.timetable->Run(), IsOk());
  }
  EXPECT_EQ(world_.ingestion.LastSequence(), newest);
}

TEST_F(TimetableTest, WhatWasOpenedKeepsItsMoments) {
  RunAt("2025-07-01T09:00:00Z");
  config::v1::DefinitionSet set = WithWindows();
  set.mutable_collections(0)->mutable_window()->set_due_working_day(4);
  set.mutable_collections(0)->mutable_window()->set_close_working_day(5);
  world_.ingestion.Apply(set);
  RunAt("2025-07-02T16:00:00Z");
  EXPECT_THAT(world_.Facts(), SizeIs(3));
  // Another holiday moves what is not open yet: July's window opens on Monday 4 August.
  config::v1::DefinitionSet days = EnglishWorkingDays();
  timetable::v1::Calendar* calendar = days.mutable_calendars(0);
  calendar->clear_holidays();
  calendar->add_holidays()->set_date("2025-08-01");
  world_.ingestion.Apply(days);
  RunAt("2025-08-03T22:59:59Z");
  EXPECT_EQ(world_.Facts().back(), "LIST 2025-06 RAE RCF RLQ");
  RunAt("2025-08-03T23:00:00Z");
  EXPECT_EQ(world_.Facts().back(), "OPENED 2025-07");
}

TEST_F(TimetableTest, AnExtensionCarriesOneOrganisationBeyondTheClose) {
  RunAt("2025-07-01T09:00:00Z");
  ASSERT_THAT(world_.Extend("RCF", "2025-06", "2025-07-12T16:00:00Z"), IsOk());
  const auto longer = world_.Extend("RCF", "2025-06", "2025-07-14T16:00:00Z");
  ASSERT_THAT(longer, IsOk());
  EXPECT_EQ(longer->extension.name(), "organisations/RCF/returns/MSitAE.2025-06/extensions/2");
  RunAt("2025-07-13T00:00:00Z");
  EXPECT_EQ(world_.Facts()[2], "LIST 2025-06 DUE RAE=LATE RCF=EXTENDED RLQ=LATE");
  EXPECT_EQ(world_.Facts().back(), "LIST 2025-06 RAE RLQ");
  EXPECT_THAT(world_.Submit("RAE", "2025-06"), HasReason(Reason::kPeriodClosed));
  // The later end counts, and once it is past the return is missing.
  EXPECT_THAT(world_.Submit("RCF", "2025-06"), IsOk());
  RunAt("2025-07-14T16:00:00Z");
  EXPECT_EQ(world_.Facts().back(), "CUT 2025-06 EXTENSION RCF=HELD_ON_TIME");
  EXPECT_THAT(world_.Submit("RCF", "2025-06", "101"), HasReason(Reason::kPeriodClosed));
  // A closed window opens again for one.
  ASSERT_THAT(world_.Extend("RAE", "2025-06", "2025-07-16T16:00:00Z"), IsOk());
  RunAt("2025-07-16T16:00:00Z");
  EXPECT_EQ(world_.Facts().back(), "CUT 2025-06 EXTENSION RAE=MISSING");
}

TEST_F(TimetableTest, RulesThatAreTakenAlongSayHowTheWindowStood) {
  const auto window_at = [this](const std::string& organisation, uint64_t sequence) {
    return ReadRulePackOf(world_.ingestion.store(), {"MSitAE", "2025-06", organisation}, sequence)
        .value()
        .window();
  };
  const uint64_t before = world_.ingestion.LastSequence();
  RunAt("2025-07-01T09:00:00Z");
  const uint64_t open = world_.ingestion.LastSequence();
  RunAt("2025-07-11T09:00:00Z");
  const uint64_t closed = world_.ingestion.LastSequence();
  ASSERT_THAT(world_.Extend("RCF", "2025-06", "2025-07-16T16:00:00Z"), IsOk());
  ASSERT_THAT(world_.Extend("RCF", "2025-06", "2025-07-14T16:00:00Z"), IsOk());
  const uint64_t extended = world_.ingestion.LastSequence();

  EXPECT_EQ(window_at("RCF", before).state(), returns::v1::WINDOW_STATE_NOT_OPEN);
  EXPECT_EQ(FromWire(window_at("RCF", before).moments().open_time()).value(),
            ParseTimestamp("2025-06-30T23:00:00Z").value());
  EXPECT_EQ(window_at("RCF", open).state(), returns::v1::WINDOW_STATE_TAKEN);
  EXPECT_EQ(FromWire(window_at("RCF", open).moments().due_time()).value(),
            ParseTimestamp("2025-07-02T16:00:00Z").value());
  EXPECT_FALSE(window_at("RCF", open).has_extension_end_time());
  EXPECT_EQ(window_at("RCF", closed).state(), returns::v1::WINDOW_STATE_CLOSED);
  EXPECT_EQ(window_at("RCF", extended).state(), returns::v1::WINDOW_STATE_TAKEN);
  EXPECT_EQ(FromWire(window_at("RCF", extended).extension_end_time()).value(),
            ParseTimestamp("2025-07-16T16:00:00Z").value());
  EXPECT_EQ(window_at("RAE", extended).state(), returns::v1::WINDOW_STATE_CLOSED);
  // Of a period before the first with a window.
  EXPECT_FALSE(ReadRulePackOf(world_.ingestion.store(), {"MSitAE", "2025-05", "RCF"}, extended)
                   .value()
                   .has_window());
}

TEST_F(TimetableTest, NothingIsSignedAfterTheCloseWithoutAnExtension) {
  config::v1::DefinitionSet set = WithWindows();
  set.mutable_collections(0)->set_sign_off_levels(1);
  world_.ingestion.Apply(set);
  RunAt("2025-07-01T09:00:00Z");
  ReturnSubmission june = world_.ingestion.AeReturn("RCF", "2025-06");
  june.origin.person = "https://id.example#p-0010";
  const auto submitted = world_.ingestion.Submit(june);
  ASSERT_THAT(submitted, IsOk());
  ASSERT_TRUE(submitted->waits);
  const auto sign = [&] {
    RequestOrigin director = world_.ingestion.FreshOrigin();
    director.person = "https://id.example#p-0011";
    returns::v1::SignReturnRequest request;
    request.set_name("organisations/RCF/returns/MSitAE.2025-06/submission");
    request.set_cell_digest(submitted->fact.cell_digest());
    request.set_level(1);
    std::promise<absl::StatusOr<SignedAnswer>> promise;
    world_.ingestion.sign_return().Sign(
        director, request, [&promise](auto answer) { promise.set_value(std::move(answer)); });
    return promise.get_future().get();
  };
  RunAt("2025-07-10T16:00:00Z");
  EXPECT_EQ(world_.Facts().back(), "LIST 2025-06 RAE RCF RLQ") << "it was not accepted";
  EXPECT_THAT(sign(), HasReason(Reason::kPeriodClosed));
  ASSERT_THAT(world_.Extend("RCF", "2025-06", "2025-07-14T16:00:00Z"), IsOk());
  EXPECT_THAT(sign(), IsOk());
}

TEST_F(TimetableTest, ARevokedExtensionHoldsNoLonger) {
  RunAt("2025-07-11T09:00:00Z");
  const auto first = world_.Extend("RCF", "2025-06", "2025-07-14T16:00:00Z");
  const auto second = world_.Extend("RCF", "2025-06", "2025-07-13T16:00:00Z");
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(second, IsOk());
  ASSERT_THAT(world_.Revoke(first->extension.name()), IsOk());
  EXPECT_THAT(world_.Revoke(first->extension.name()), HasReason(Reason::kWindowState));
  EXPECT_THAT(world_.Submit("RCF", "2025-06"), IsOk());
  ASSERT_THAT(world_.Revoke(second->extension.name()), IsOk());
  EXPECT_THAT(world_.Submit("RCF", "2025-06", "101"), HasReason(Reason::kPeriodClosed));
  EXPECT_THAT(world_.Revoke("organisations/RCF/returns/MSitAE.2025-06/extensions/9"),
              HasReason(Reason::kNotFound));
  RunAt("2025-07-20T09:00:00Z");
  EXPECT_EQ(world_.Facts().back(), "LIST 2025-06 RAE RCF RLQ");
}

TEST_F(TimetableTest, AnExtensionMustMakeSense) {
  RunAt("2025-07-01T09:00:00Z");
  const struct {
    const char* organisation;
    const char* period;
    const char* until;
    const char* reason;
    Reason expected;
  } cases[] = {
      {"RCF", "2025-06", "2025-07-02T16:00:00Z", "why", Reason::kFieldInvalid},  // The due moment.
      {"RCF", "2025-06", "2026-07-03T16:00:00Z", "why", Reason::kFieldInvalid},
      {"RCF", "2025-06", "2025-07-03T16:00:00Z", "", Reason::kFieldInvalid},
      {"RCF", "2025-06", "2025-07-03T16:00:00Z", "943 476 5919 is ill", Reason::kPersonalData},
      {"RCF", "2025-05", "2025-07-03T16:00:00Z", "why", Reason::kWindowState},
      {"RCF", "2025-13", "2025-07-03T16:00:00Z", "why", Reason::kPeriod},
      {"RZZ", "2025-06", "2025-07-03T16:00:00Z", "why", Reason::kOdsUnknown},
  };
  for (const auto& one : cases) {
    EXPECT_THAT(world_.Extend(one.organisation, one.period, one.until, one.reason),
                HasReason(one.expected))
        << one.period << " " << one.until << " " << one.reason;
  }
  EXPECT_THAT(DetailsOf(world_.Extend("RCF", "2025-05", "2025-07-03T16:00:00Z").status())->metadata,
              ::testing::Contains(Pair("remedy", HasSubstr("Send the return"))));
  // Of a window that is not open yet.
  EXPECT_THAT(world_.Extend("RCF", "2025-07", "2025-08-10T16:00:00Z"), IsOk());
}

}  // namespace
}  // namespace onereturn::ingestion
