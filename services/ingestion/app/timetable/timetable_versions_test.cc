// Windows of a collection that changes: every period goes by the version that is for it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/error.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/testing/small_catalogue.h"
#include "services/ingestion/app/timetable/read_timetable.h"
#include "services/ingestion/app/timetable/reminders.h"
#include "services/ingestion/app/timetable/testing/timetable_world.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class TimetableVersionsTest : public ::testing::Test {
 protected:
  TimetableVersionsTest() { world_.ingestion.Apply(set_); }

  catalogue::v1::Collection& collection() { return *set_.mutable_collections(0); }
  void Define() { world_.ingestion.Apply(set_); }
  void RunAt(const std::string& time) { ASSERT_THAT(world_.RunAt(time), IsOk()); }
  uint64_t Newest() const { return world_.ingestion.LastSequence(); }
  Store& store() const { return world_.ingestion.store(); }

  // Frames these alone, from long ago on.
  void Frame(const std::vector<std::string>& organisations) {
    collection().clear_frames();
    for (const std::string& organisation : organisations) {
      catalogue::v1::Frame* frame = collection().add_frames();
      frame->set_organisation(organisation);
      frame->set_from_period("2022-04");
    }
  }
  absl::Status HasWindow(const std::string& period) const {
    return GetWindow(store(), {"MSitAE", period}, Newest(), [](uint64_t) { return ""; }).status();
  }
  // Who has a row for the period: "RLQ OPEN".
  std::vector<std::string> Row(const std::string& period) const {
    timetable::v1::GetCompletenessRequest request;
    request.set_collection("MSitAE");
    request.set_from_period(period);
    request.set_to_period(period);
    const auto matrix =
        GetCompleteness(store(), OrganisationScope::National(), request, Newest()).value();
    std::vector<std::string> rows;
    for (const auto& row : matrix.rows()) {
      rows.push_back(absl::StrCat(row.organisation(), " ",
                                  timetable::v1::Standing_Name(row.standings(0)).substr(9)));
    }
    return rows;
  }
  // What is owed in the twenty weeks from July on: "2025-06 due 2025-07-02".
  std::vector<std::string> Ahead(const std::string& organisation = "RLQ") const {
    timetable::v1::GetForwardCalendarRequest request;
    request.set_from_date("2025-07-01");
    request.set_weeks(20);
    const auto calendar = GetForwardCalendar(store(), organisation, request, Newest()).value();
    std::vector<std::string> lines;
    for (const auto& entry : calendar.entries()) {
      const Timestamp due = FromWire(entry.moments().due_time()).value();
      lines.push_back(absl::StrCat(entry.period(), " due ", FormatTimestamp(due).substr(0, 10)));
    }
    return lines;
  }
  std::vector<uint32_t> VersionsOpened() const {
    std::vector<uint32_t> versions;
    for (const feed::v1::Entry& entry : world_.Entries()) {
      timetable::v1::WindowOpened opened;
      if (entry.kind() != feed::v1::ENTRY_KIND_WINDOW_OPENED) continue;
      EXPECT_TRUE(opened.ParseFromString(entry.fact()));
      versions.push_back(opened.collection_version());
    }
    return versions;
  }

  config::v1::DefinitionSet set_ = WithWindows();
  TimetableWorld world_;
};

TEST_F(TimetableVersionsTest, WindowsGoOnUntilTheVersionWithoutOne) {
  collection().set_valid_from_period("2025-08");
  collection().clear_window();
  Define();
  EXPECT_THAT(Ahead(), ElementsAre("2025-06 due 2025-07-02", "2025-07 due 2025-08-04"));
  RunAt("2025-07-01T09:00:00Z");
  EXPECT_THAT(world_.Facts(), ElementsAre("OPENED 2025-06"));
  EXPECT_THAT(world_.Submit("RLQ", "2025-06"), IsOk());
  EXPECT_THAT(world_.Submit("RLQ", "2025-07"), HasReason(Reason::kPeriodNotOpen));
  RunAt("2025-12-01T09:00:00Z");
  const std::vector<std::string> facts = world_.Facts();
  ASSERT_THAT(facts, SizeIs(14));
  EXPECT_EQ(facts[2], "LIST 2025-06 DUE RAE=LATE RCF=LATE RLQ=HELD_ON_TIME");
  EXPECT_EQ(facts.back(), "LIST 2025-07 RAE RCF RLQ");
  EXPECT_THAT(HasWindow("2025-07"), IsOk());
  EXPECT_EQ(HasWindow("2025-08"), NotFound("window of MSitAE for 2025-08"));
  EXPECT_THAT(world_.Submit("RLQ", "2025-07"), HasReason(Reason::kPeriodClosed));
  EXPECT_THAT(world_.Submit("RLQ", "2025-08"), IsOk());
}

TEST_F(TimetableVersionsTest, EachVersionsWindowIsForItsOwnPeriods) {
  collection().set_valid_from_period("2025-08");
  collection().mutable_window()->set_due_working_day(4);
  Define();
  EXPECT_THAT(Ahead(), ElementsAre("2025-06 due 2025-07-02", "2025-07 due 2025-08-04",
                                   "2025-08 due 2025-09-04", "2025-09 due 2025-10-06",
                                   "2025-10 due 2025-11-06"));
  RunAt("2025-08-04T16:00:00Z");
  EXPECT_EQ(world_.Facts().back(), "LIST 2025-07 DUE RAE=LATE RCF=LATE RLQ=LATE");
  RunAt("2025-09-04T15:59:59Z");
  EXPECT_EQ(world_.Facts().back(), "OPENED 2025-08");
  RunAt("2025-09-04T16:00:00Z");
  EXPECT_EQ(world_.Facts().back(), "LIST 2025-08 DUE RAE=LATE RCF=LATE RLQ=LATE");
  EXPECT_THAT(VersionsOpened(), ElementsAre(1, 1, 2));
}

TEST_F(TimetableVersionsTest, WhoOwesIsSaidByThePeriodsVersion) {
  Frame({"RLQ", "RCF"});
  Define();
  Frame({"RAE"});
  collection().set_valid_from_period("2025-08");
  Define();
  const uint64_t before = Newest();
  RunAt("2025-07-01T09:00:00Z");
  const auto opened =
      Reminders(&store(), OrganisationScope::National(), 0).OfFacts(before, Newest()).value();
  ASSERT_EQ(opened.reminders_size(), 2);
  EXPECT_EQ(opened.reminders(0).organisation(), "RCF");
  EXPECT_EQ(opened.reminders(1).organisation(), "RLQ");
  EXPECT_THAT(world_.Extend("RLQ", "2025-06", "2025-07-12T16:00:00Z"), IsOk());
  EXPECT_THAT(world_.Extend("RAE", "2025-06", "2025-07-12T16:00:00Z"),
              HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(world_.Extend("RAE", "2025-08", "2025-09-12T16:00:00Z"), IsOk());
  EXPECT_THAT(world_.Extend("RLQ", "2025-08", "2025-09-12T16:00:00Z"),
              HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(Row("2025-06"), ElementsAre("RCF OPEN", "RLQ OPEN"));
  EXPECT_THAT(Row("2025-08"), ElementsAre("RAE EXPECTED"));
  EXPECT_THAT(Ahead("RLQ"), ElementsAre("2025-06 due 2025-07-02", "2025-07 due 2025-08-04"));
  EXPECT_THAT(Ahead("RAE"), ElementsAre("2025-08 due 2025-09-02", "2025-09 due 2025-10-02",
                                        "2025-10 due 2025-11-04"));
  RunAt("2025-09-20T09:00:00Z");
  const std::vector<std::string> facts = world_.Facts();
  EXPECT_EQ(facts[2], "LIST 2025-06 DUE RCF=LATE RLQ=EXTENDED");
  EXPECT_THAT(facts, Contains("CUT 2025-06 EXTENSION RLQ=MISSING"));
  EXPECT_THAT(facts, Contains("LIST 2025-07 RCF RLQ"));
  EXPECT_THAT(facts, Contains("LIST 2025-08 DUE RAE=EXTENDED"));
  EXPECT_EQ(facts.back(), "CUT 2025-08 EXTENSION RAE=MISSING");
}

TEST_F(TimetableVersionsTest, ARetiredCollectionHasNoWindows) {
  collection().set_retired_from_period("2025-08");
  collection().set_retirement_reason("another took its place");
  Define();
  EXPECT_THAT(Ahead(), ElementsAre("2025-06 due 2025-07-02", "2025-07 due 2025-08-04"));
  RunAt("2025-12-01T09:00:00Z");
  const std::vector<std::string> facts = world_.Facts();
  ASSERT_THAT(facts, SizeIs(14));
  EXPECT_EQ(facts.back(), "LIST 2025-07 RAE RCF RLQ");
  EXPECT_EQ(HasWindow("2025-08"), NotFound("window of MSitAE for 2025-08"));
  EXPECT_THAT(Row("2025-07"), ElementsAre("RAE MISSING", "RCF MISSING", "RLQ MISSING"));
  EXPECT_THAT(Row("2025-08"), IsEmpty());
  EXPECT_THAT(world_.Extend("RLQ", "2025-08", "2025-12-20T16:00:00Z"),
              HasReason(Reason::kWindowState));
}

// A window that is open already is carried to its close, but nobody owes it any more.
TEST_F(TimetableVersionsTest, RetiredInItsWindowACollectionMissesNobody) {
  RunAt("2025-09-01T09:00:00Z");
  ASSERT_EQ(world_.Facts().back(), "OPENED 2025-08");
  ASSERT_THAT(world_.Extend("RLQ", "2025-08", "2025-09-12T16:00:00Z"), IsOk());
  collection().set_retired_from_period("2025-08");
  collection().set_retirement_reason("another took its place");
  Define();
  RunAt("2025-10-20T09:00:00Z");
  EXPECT_THAT(Row("2025-08"), IsEmpty());
  const std::vector<std::string> facts = world_.Facts();
  EXPECT_EQ(facts.back(), "CUT 2025-08 EXTENSION RLQ=NOT_OWED");
  EXPECT_EQ(facts[facts.size() - 2], "LIST 2025-08");
}

TEST_F(TimetableVersionsTest, NoWindowLiesBeforeTheFirstVersion) {
  TimetableWorld later;
  collection().set_valid_from_period("2025-08");
  later.ingestion.Apply(set_);
  ASSERT_THAT(later.RunAt("2025-09-01T09:00:00Z"), IsOk());
  EXPECT_THAT(later.Facts(), ElementsAre("OPENED 2025-08"));
}

TEST_F(TimetableVersionsTest, AWindowNeedsACalendarThatBeginsEarlyEnough) {
  // The calendar of England begins with 2016, and the window of December 2015 opens in it.
  const auto define = [this] { return world_.ingestion.DefineOne(collection()).status(); };
  collection().mutable_window()->set_from_period("2015-11");
  const absl::Status refused = define();
  EXPECT_THAT(refused, HasReason(Reason::kDefinitionInvalid));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("begins on 2016-01-01"));
  ASSERT_THAT(DetailsOf(refused)->fields, SizeIs(1));
  EXPECT_EQ(DetailsOf(refused)->fields[0].field, "collection.window.from_period");
  collection().mutable_window()->set_from_period("2015-12");
  EXPECT_THAT(define(), IsOk());
  // What counts is the first period that has a window.
  collection().mutable_window()->set_from_period("2015-01");
  collection().set_valid_from_period("2025-08");
  EXPECT_THAT(define(), IsOk());
}

// As when the calendar was cut short after the collection was defined.
TEST_F(TimetableVersionsTest, PeriodsBeforeTheCalendarHoldUpNoLaterOnes) {
  timetable::v1::Calendar* calendar = set_.mutable_calendars(0);
  calendar->set_from_date("2025-08-01");
  calendar->clear_holidays();
  calendar->add_holidays()->set_date("2025-08-25");
  ASSERT_THAT(world_.ingestion.DefineOne(*calendar).status(), IsOk());
  EXPECT_THAT(Ahead(), ElementsAre("2025-07 due 2025-08-04", "2025-08 due 2025-09-02",
                                   "2025-09 due 2025-10-02", "2025-10 due 2025-11-04"));
  RunAt("2025-08-01T09:00:00Z");
  EXPECT_THAT(world_.Facts(), ElementsAre("OPENED 2025-07"));
}

TEST_F(TimetableVersionsTest, TheFaultOfACollectionHoldsUpNoOther) {
  ASSERT_THAT(world_.ingestion.DefineOne(SmallItem("beds")).status(), IsOk());
  catalogue::v1::Collection other = SmallCollection("AAA", {"beds"});
  *other.mutable_window() = collection().window();
  ASSERT_THAT(world_.ingestion.DefineOne(other).status(), IsOk());
  const uint64_t defined = Newest();
  const auto stored =
      FindDefinition(store(), DefinitionKind::kCollection, "AAA", kNewest).value().value();
  RunAt("2025-07-01T09:00:00Z");
  ASSERT_THAT(world_.Facts(), ElementsAre("OPENED 2025-06", "OPENED 2025-06"));
  const auto put = [&](const std::string& bytes) {
    WriteBatch batch;
    PutDefinition(DefinitionKind::kCollection, "AAA", defined, bytes, &batch);
    ASSERT_THAT(store().Write(batch, Durability::kSynced), IsOk());
  };
  put("\xff");
  // While it runs, and when it starts again.
  for (const char* time : {"2025-07-02T16:00:00Z", "2025-07-02T16:00:01Z"}) {
    const absl::Status told = world_.RunAt(time);
    EXPECT_EQ(told.code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(std::string(told.message()), HasSubstr("collection AAA: "));
    EXPECT_EQ(world_.Facts().back(), "LIST 2025-06 DUE RAE=LATE RCF=LATE RLQ=LATE");
    world_.Restart();
  }
  EXPECT_EQ(world_.RunAt("2025-08-01T09:00:00Z").code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(world_.Facts(), Contains("OPENED 2025-07"));
  put(stored.bytes);
  RunAt("2025-08-01T09:00:01Z");
  EXPECT_THAT(world_.Facts(), Contains("OPENED 2025-07").Times(2));
  EXPECT_THAT(world_.Facts(), Contains("LIST 2025-06 DUE"));
}

}  // namespace
}  // namespace onereturn::ingestion
