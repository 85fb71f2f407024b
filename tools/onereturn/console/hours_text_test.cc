// Goal: minutes read as hours and minutes, days as people say them.
#include "tools/onereturn/console/hours_text.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace onereturn::client {
namespace {

using ::testing::HasSubstr;

timetable::v1::EstimatedMinutes AllLenses() {
  timetable::v1::EstimatedMinutes minutes;
  minutes.set_gathering(1);
  minutes.set_quality_assurance(20);
  minutes.set_extraction_and_transformation(300);
  minutes.set_transmission(4'000);
  minutes.set_system_change_and_development(50'000);
  minutes.set_training_and_guidance(600'000);
  return minutes;
}

TEST(HoursText, EveryLensCounts) { EXPECT_EQ(AllMinutes(AllLenses()), 654'321); }

// Sums beyond 32 bits do not wrap.
TEST(HoursText, LargeSumsStayWhole) {
  timetable::v1::EstimatedMinutes minutes;
  minutes.set_gathering(1'099'511'627'776);
  minutes.set_transmission(1'099'511'627'776);
  EXPECT_EQ(AllMinutes(minutes), 2'199'023'255'552);
}

TEST(HoursText, InTables) {
  EXPECT_EQ(HoursText(0), "");
  EXPECT_EQ(HoursText(5), "0:05");
  EXPECT_EQ(HoursText(125), "2:05");
  EXPECT_EQ(HoursText(6'000), "100:00");
  EXPECT_EQ(HoursText(145'980), "2,433:00");
}

TEST(HoursText, InSentences) {
  EXPECT_EQ(HoursWords(0), "0 h");
  EXPECT_EQ(HoursWords(45), "45 min");
  EXPECT_EQ(HoursWords(65), "1 h 5 min");
  EXPECT_EQ(HoursWords(5'580), "93 h");
  EXPECT_EQ(HoursWords(72'000), "1,200 h");
}

TEST(HoursText, InPounds) {
  EXPECT_EQ(AboutPounds(0), "");
  EXPECT_EQ(AboutPounds(49), " (less than £1)");
  EXPECT_EQ(AboutPounds(50), " (about £1)");
  EXPECT_EQ(AboutPounds(149), " (about £1)");
  EXPECT_EQ(AboutPounds(279'049), " (about £2,790)");
  EXPECT_EQ(AboutPounds(279'050), " (about £2,791)");
}

TEST(HoursText, Days) {
  EXPECT_EQ(DayText("2026-05-14"), "14 May 2026");
  EXPECT_EQ(DayText("2026-12-01"), "1 December 2026");
  EXPECT_EQ(DayText("2026-02-30"), "2026-02-30");
  EXPECT_EQ(DayText(""), "");
}

// 1 November 2026 is a Sunday, 4 November the Wednesday after it.
TEST(HoursText, WholeWeeks) {
  EXPECT_EQ(WholeWeeksText("2026-11-01", "2026-11-04"), "26 October 2026 to 8 November 2026");
  EXPECT_EQ(WholeWeeksText("2026-10-26", "2026-11-01"), "26 October 2026 to 1 November 2026");
  EXPECT_EQ(WholeWeeksText("soon", "2199-12-31"), "soon to 31 December 2199");
}

TEST(HoursText, LensesStandBesideTheirSum) {
  const std::string table = LensTable({{"avoided", AllLenses()}}, 0);
  EXPECT_THAT(table, HasSubstr("gathering"));
  EXPECT_THAT(table, HasSubstr("654,321"));
  EXPECT_THAT(table, HasSubstr("600,000"));
}

}  // namespace
}  // namespace onereturn::client
