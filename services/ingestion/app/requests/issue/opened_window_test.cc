// A window that was opened stays as it is, whatever the calendar says since.
#include <gtest/gtest.h>

#include <algorithm>

#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/requests/testing/issue_world.h"
#include "services/ingestion/store/obligation_table.h"

namespace onereturn::ingestion {
namespace {

class OpenedWindowTest : public ::testing::Test, protected IssueWorld {
 protected:
  void AddHoliday(const std::string& day) {
    timetable::v1::Calendar calendar = EnglishWorkingDays().calendars(0);
    timetable::v1::Holiday* const holiday = calendar.add_holidays();
    holiday->set_date(day);
    holiday->set_display_name("A day of the king");
    std::sort(calendar.mutable_holidays()->begin(), calendar.mutable_holidays()->end(),
              [](const auto& left, const auto& right) { return left.date() < right.date(); });
    Define(calendar);
  }
  static std::string TextOf(int64_t micros) {
    return FormatTimestamp(Timestamp{micros}).substr(0, 16);
  }
  // "due close" of what RAE, whom the frames name, owes for its visits of June.
  std::string IssuedForJune() {
    requests::v1::DataRequest draft = Asking({"visits"}, {"RAE"});
    draft.set_from_period("2025-06");
    draft.set_to_period("2025-06");
    const uint64_t request = DataRequestNumber(Issued(draft));
    const auto owed = FindObligation(ingestion().store(), {{"Timed", "2025-06", "RAE"}, request});
    Say(owed);
    const storage::v1::ObligationRecord& record = owed->value().record;
    return absl::StrCat(TextOf(record.due_micros()), " ", TextOf(record.close_micros()));
  }
};

// It opens on the 1st, the first working day, is due on the 2nd and closes on the 10th, the eighth.
TEST_F(OpenedWindowTest, StaysAsItWasOpened) {
  ASSERT_THAT(RunAt("2025-07-01T09:00:00Z"), IsOk());
  AddHoliday("2025-07-02");
  EXPECT_EQ(IssuedForJune(), "2025-07-02T16:00 2025-07-10T16:00");
}

TEST_F(OpenedWindowTest, GoesByTheCalendarUntilThen) {
  AddHoliday("2025-07-02");
  EXPECT_EQ(IssuedForJune(), "2025-07-03T16:00 2025-07-11T16:00");
}

// The timetable is given up: what is open stays open, and closes.
TEST_F(OpenedWindowTest, StaysThoughItsCollectionHasNoWindowsAnyMore) {
  ASSERT_THAT(RunAt("2025-07-01T09:00:00Z"), IsOk());
  catalogue::v1::Collection timed = Timed();
  timed.clear_window();
  Define(timed);
  EXPECT_EQ(IssuedForJune(), "2025-07-02T16:00 2025-07-10T16:00");
}

}  // namespace
}  // namespace onereturn::ingestion
