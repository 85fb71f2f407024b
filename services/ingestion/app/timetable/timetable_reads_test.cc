// What is read of windows: the official cut for ever, who is complete, what lies ahead, reminders.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/error.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/returns/read_returns.h"
#include "services/ingestion/app/timetable/read_timetable.h"
#include "services/ingestion/app/timetable/reminders.h"
#include "services/ingestion/app/timetable/testing/timetable_world.h"

namespace onereturn::ingestion {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

class TimetableReadsTest : public ::testing::Test {
 protected:
  TimetableReadsTest() { world_.ingestion.Apply(WithWindows()); }
  void RunAt(const std::string& time) { ASSERT_THAT(world_.RunAt(time), IsOk()); }
  uint64_t Newest() const { return world_.ingestion.LastSequence(); }
  Store& store() const { return world_.ingestion.store(); }

  timetable::v1::Window WindowAt(const std::string& period, uint64_t sequence) const {
    return GetWindow(store(), {"MSitAE", period}, sequence,
                     [](uint64_t at) { return absl::StrCat("at ", at); })
        .value();
  }
  // "RAE: LATE OPEN 0/1".
  std::vector<std::string> Matrix(const std::string& from, const std::string& to,
                                  uint64_t sequence) const {
    timetable::v1::GetCompletenessRequest request;
    request.set_collection("MSitAE");
    request.set_from_period(from);
    request.set_to_period(to);
    const auto matrix =
        GetCompleteness(store(), OrganisationScope::National(), request, sequence).value();
    std::vector<std::string> rows;
    for (const auto& row : matrix.rows()) {
      std::string text = absl::StrCat(row.organisation(), ":");
      for (const int standing : row.standings()) {
        const auto one = static_cast<timetable::v1::Standing>(standing);
        absl::StrAppend(&text, " ", timetable::v1::Standing_Name(one).substr(9));
      }
      rows.push_back(absl::StrCat(text, " ", row.on_time(), "/", row.due()));
    }
    return rows;
  }
  std::vector<std::string> Ahead(const std::string& organisation, const std::string& from,
                                 uint32_t weeks) const {
    timetable::v1::GetForwardCalendarRequest request;
    request.set_from_date(from);
    request.set_weeks(weeks);
    const auto calendar = GetForwardCalendar(store(), organisation, request, Newest()).value();
    std::vector<std::string> lines;
    for (const auto& entry : calendar.entries()) {
      lines.push_back(absl::StrCat(entry.period(), entry.planned() ? " planned " : " ",
                                   timetable::v1::Standing_Name(entry.standing()).substr(9)));
    }
    for (const auto& week : calendar.weeks()) {
      lines.push_back(absl::StrCat(week.monday(), " ", week.returns_due(), " ",
                                   week.minutes().gathering(), "+",
                                   week.minutes().quality_assurance()));
    }
    return lines;
  }

  TimetableWorld world_;
};

TEST_F(TimetableReadsTest, TheOfficialFigureIsReadAtItsCutForEver) {
  RunAt("2025-07-01T09:00:00Z");
  ASSERT_THAT(world_.Submit("RLQ", "2025-06", "100"), IsOk());
  RunAt("2025-07-02T16:00:00Z");
  ASSERT_THAT(world_.Submit("RLQ", "2025-06", "120"), IsOk());
  RunAt("2025-07-07T16:00:00Z");
  ASSERT_THAT(world_.Submit("RLQ", "2025-06", "125"), IsOk());
  const timetable::v1::Window window = WindowAt("2025-06", Newest());
  EXPECT_EQ(window.state(), timetable::v1::WINDOW_STATE_REFRESHED);
  EXPECT_EQ(window.cut_position(), absl::StrCat("at ", window.cut_sequence()));
  const auto revision = [this](uint64_t at) {
    return GetReturn(store(), OrganisationScope::National(), {"MSitAE", "2025-06", "RLQ"}, at)
        .value()
        .revision()
        .number();
  };
  EXPECT_EQ(revision(window.cut_sequence()), 1);
  EXPECT_EQ(revision(window.refresh_sequence()), 2);
  EXPECT_EQ(revision(Newest()), 3);
  RunAt("2025-12-24T00:00:00Z");
  EXPECT_EQ(WindowAt("2025-06", Newest()).cut_sequence(), window.cut_sequence());
  // At an earlier position what came later has not happened.
  EXPECT_EQ(WindowAt("2025-06", window.cut_sequence()).state(), timetable::v1::WINDOW_STATE_DUE);
  EXPECT_EQ(WindowAt("2025-06", window.cut_sequence() - 1).state(),
            timetable::v1::WINDOW_STATE_OPEN);
  EXPECT_EQ(WindowAt("2025-06", window.open_sequence() - 1).state(),
            timetable::v1::WINDOW_STATE_PLANNED);
}

TEST_F(TimetableReadsTest, APeriodWithoutAWindowHasNone) {
  const auto none = GetWindow(store(), {"MSitAE", "2025-05"}, Newest(), nullptr);
  EXPECT_EQ(none.status(), NotFound("window of MSitAE for 2025-05"));
  // Beyond the calendar, which ends with 2028.
  EXPECT_EQ(GetWindow(store(), {"MSitAE", "2028-12"}, Newest(), nullptr).status(),
            NotFound("window of MSitAE for 2028-12"));
  EXPECT_EQ(WindowAt("2028-11", Newest()).state(), timetable::v1::WINDOW_STATE_PLANNED);
}

TEST_F(TimetableReadsTest, TheMatrixFollowsTheFacts) {
  EXPECT_THAT(world_.Submit("RAE", "2025-05"), IsOk());
  EXPECT_THAT(Matrix("2025-05", "2025-06", Newest()),
              ElementsAre("RAE: HELD EXPECTED 0/0", "RCF: EXPECTED EXPECTED 0/0",
                          "RLQ: EXPECTED EXPECTED 0/0"));
  RunAt("2025-07-01T09:00:00Z");
  EXPECT_THAT(world_.Submit("RLQ", "2025-06"), IsOk());
  EXPECT_THAT(world_.Extend("RCF", "2025-06", "2025-07-12T16:00:00Z"), IsOk());
  const uint64_t open = Newest();
  EXPECT_THAT(Matrix("2025-06", "2025-06", open),
              ElementsAre("RAE: OPEN 0/0", "RCF: OPEN 0/0", "RLQ: HELD_ON_TIME 0/0"));
  RunAt("2025-07-03T09:00:00Z");
  EXPECT_THAT(Matrix("2025-06", "2025-06", Newest()),
              ElementsAre("RAE: LATE 0/1", "RCF: EXTENDED 0/0", "RLQ: HELD_ON_TIME 1/1"));
  EXPECT_THAT(world_.Submit("RAE", "2025-06"), IsOk());
  RunAt("2025-07-11T09:00:00Z");
  EXPECT_THAT(world_.Submit("RCF", "2025-06"), IsOk());
  RunAt("2025-08-20T09:00:00Z");
  EXPECT_THAT(
      Matrix("2025-06", "2025-08", Newest()),
      ElementsAre("RAE: HELD_LATE MISSING EXPECTED 0/2", "RCF: HELD_ON_TIME MISSING EXPECTED 1/2",
                  "RLQ: HELD_ON_TIME MISSING EXPECTED 1/2"));
  // The same position gives the same answer.
  EXPECT_THAT(Matrix("2025-06", "2025-06", open),
              ElementsAre("RAE: OPEN 0/0", "RCF: OPEN 0/0", "RLQ: HELD_ON_TIME 0/0"));
}

TEST_F(TimetableReadsTest, AnEstimateIsNoReturn) {
  RunAt("2025-08-20T09:00:00Z");
  ReturnSubmission estimate = world_.ingestion.AeReturn("RLQ", "2025-06");
  estimate.submission.origin = Origin::kImport;
  estimate.status = returns::v1::REVISION_STATUS_ESTIMATED;
  ASSERT_THAT(world_.ingestion.Submit(estimate), IsOk());
  EXPECT_EQ(Matrix("2025-06", "2025-06", Newest()).back(), "RLQ: ESTIMATED 0/1");
}

TEST_F(TimetableReadsTest, APlainRangeOfPeriodsIsAskedFor) {
  timetable::v1::GetCompletenessRequest request;
  request.set_collection("MSitAE");
  const auto ask = [&](const std::string& from, const std::string& to) {
    request.set_from_period(from);
    request.set_to_period(to);
    return GetCompleteness(store(), OrganisationScope::National(), request, Newest());
  };
  EXPECT_THAT(ask("2025-06", "2025-05"), HasReason(Reason::kRange));
  EXPECT_THAT(ask("2020-01", "2025-01"), HasReason(Reason::kRange));
  const auto remedy = [&](const char* from, const char* to) {
    return DetailsOf(ask(from, to).status())->metadata;
  };
  EXPECT_THAT(remedy("2025-06", "2025-05"), Contains(Pair("remedy", HasSubstr("earlier period"))));
  EXPECT_THAT(remedy("2020-01", "2025-01"), Contains(Pair("remedy", HasSubstr("fewer periods"))));
  EXPECT_THAT(ask("2025-06", "2025-Q3"), HasReason(Reason::kPeriod));
  EXPECT_THAT(ask("x", "2025-06"), HasReason(Reason::kPeriod));
  const auto scoped = [&](const OrganisationScope& scope) {
    request.set_from_period("2025-06");
    request.set_to_period("2025-06");
    return GetCompleteness(store(), scope, request, Newest())->rows_size();
  };
  EXPECT_EQ(scoped(OrganisationScope::Only("RLQ")), 1);
  EXPECT_EQ(scoped(OrganisationScope::Only("RZZ")), 0);
}

TEST_F(TimetableReadsTest, WhatLiesAheadIsInWeeks) {
  RunAt("2025-07-01T09:00:00Z");
  // June is open and due on Wednesday 2 July; July will be due on Monday 4 August.
  EXPECT_THAT(Ahead("RLQ", "2025-07-01", 6),
              ElementsAre("2025-06 OPEN", "2025-07 planned EXPECTED", "2025-06-30 1 90+30",
                          "2025-07-07 0 0+0", "2025-07-14 0 0+0", "2025-07-21 0 0+0",
                          "2025-07-28 0 0+0", "2025-08-04 1 90+30"));
  // An extension moves it to its own week; what is held costs nothing more.
  ASSERT_THAT(world_.Extend("RLQ", "2025-06", "2025-07-09T16:00:00Z"), IsOk());
  EXPECT_THAT(Ahead("RLQ", "2025-07-01", 2),
              ElementsAre("2025-06 OPEN", "2025-06-30 0 0+0", "2025-07-07 1 90+30"));
  ASSERT_THAT(world_.Submit("RLQ", "2025-06"), IsOk());
  EXPECT_THAT(Ahead("RLQ", "2025-07-01", 2),
              ElementsAre("2025-06 HELD_ON_TIME", "2025-06-30 0 0+0", "2025-07-07 0 0+0"));
  EXPECT_THAT(Ahead("RZZ", "2025-07-01", 1), ElementsAre("2025-06-30 0 0+0"));
  // By the day of the newest fact, where none is given.
  EXPECT_THAT(Ahead("RCF", "", 1), ElementsAre("2025-06 OPEN", "2025-06-30 1 90+30"));
}

TEST_F(TimetableReadsTest, RemindersComeFromFactsAndOnceFromTheCalendar) {
  const auto said = [](const timetable::v1::WatchRemindersResponse& response) {
    std::vector<std::string> lines;
    for (const auto& one : response.reminders()) {
      lines.push_back(absl::StrCat(timetable::v1::ReminderKind_Name(one.kind()).substr(14), " ",
                                   one.organisation(), " ", one.period()));
    }
    return lines;
  };
  uint64_t after = Newest();
  Reminders reminders(&store(), OrganisationScope::Of("RCF", {"RCF", "RLQ"}), 1);
  const auto next = [&] {
    auto response = reminders.OfFacts(after, Newest()).value();
    after = response.sequence();
    EXPECT_EQ(after, Newest());
    EXPECT_THAT(reminders.AddSoon(after, world_.ingestion.clock().Now(), &response), IsOk());
    return said(response);
  };
  EXPECT_THAT(next(), IsEmpty());
  RunAt("2025-06-30T23:00:00Z");
  // Due tomorrow: one working day ahead, said at once.
  EXPECT_THAT(next(), ElementsAre("OPENED RCF 2025-06", "OPENED RLQ 2025-06",
                                  "DUE_SOON RCF 2025-06", "DUE_SOON RLQ 2025-06"));
  world_.ingestion.clock().AdvanceSeconds(3600);
  EXPECT_THAT(next(), IsEmpty());
  EXPECT_THAT(world_.Submit("RLQ", "2025-06"), IsOk());
  EXPECT_THAT(world_.Extend("RAE", "2025-06", "2025-07-08T16:00:00Z"), IsOk());
  RunAt("2025-07-02T16:00:00Z");
  EXPECT_THAT(next(), ElementsAre("LATE RCF 2025-06"));
  EXPECT_THAT(world_.Extend("RCF", "2025-06", "2025-07-14T16:00:00Z"), IsOk());
  EXPECT_THAT(next(), ElementsAre("EXTENDED RCF 2025-06"));
  // Friday 11 July is one working day before Monday the 14th.
  RunAt("2025-07-10T22:59:00Z");
  EXPECT_THAT(next(), IsEmpty());
  RunAt("2025-07-10T23:00:01Z");
  world_.ingestion.clock().AdvanceSeconds(60);
  EXPECT_THAT(next(), ElementsAre("EXTENSION_ENDING RCF 2025-06"));
  RunAt("2025-07-14T16:00:00Z");
  EXPECT_THAT(next(), ElementsAre("LATE RCF 2025-06"));
}

// Whoever looks after an extension was taken back is not told that it was given.
TEST_F(TimetableReadsTest, ARevokedExtensionIsNoReminder) {
  RunAt("2025-07-01T09:00:00Z");
  const uint64_t before = Newest();
  const auto given = world_.Extend("RCF", "2025-06", "2025-07-12T16:00:00Z");
  ASSERT_THAT(given, IsOk());
  const Reminders reminders(&store(), OrganisationScope::Of("RCF", {"RCF"}), 0);
  ASSERT_EQ(reminders.OfFacts(before, Newest())->reminders_size(), 1);
  ASSERT_THAT(world_.Revoke(given->extension.name()), IsOk());
  ASSERT_THAT(world_.Extend("RCF", "2025-06", "2025-07-14T16:00:00Z"), IsOk());
  const auto after = reminders.OfFacts(before, Newest());
  ASSERT_THAT(after, IsOk());
  ASSERT_EQ(after->reminders_size(), 1) << "only the one in force";
  EXPECT_EQ(after->reminders(0).moment().seconds(),
            ParseTimestamp("2025-07-14T16:00:00Z").value().micros / 1'000'000);
}

TEST_F(TimetableReadsTest, ExtensionsAreListedAsTheyStood) {
  RunAt("2025-07-01T09:00:00Z");
  const auto given = world_.Extend("RCF", "2025-06", "2025-07-12T16:00:00Z");
  ASSERT_THAT(given, IsOk());
  const uint64_t then = Newest();
  ASSERT_THAT(world_.Revoke(given->extension.name()), IsOk());
  timetable::v1::ListExtensionsRequest request;
  request.set_collection("MSitAE");
  request.set_period("2025-06");
  const auto list = [&](uint64_t at) {
    return ListExtensions(store(), OrganisationScope::National(), request, at).value();
  };
  ASSERT_EQ(list(Newest()).extensions_size(), 1);
  EXPECT_EQ(list(Newest()).extensions(0).revoke_sequence(), Newest());
  EXPECT_EQ(list(then).extensions(0).revoke_sequence(), 0);
  EXPECT_EQ(list(then - 1).extensions_size(), 0);
}

}  // namespace
}  // namespace onereturn::ingestion
