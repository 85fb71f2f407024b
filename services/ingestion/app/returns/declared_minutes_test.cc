// What a return cost, as its sender declares it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/ingestion/app/returns/testing/sign_off_fixture.h"

namespace onereturn::ingestion {
namespace {

timetable::v1::EstimatedMinutes Gathering(uint32_t minutes) {
  timetable::v1::EstimatedMinutes declared;
  declared.set_gathering(minutes);
  return declared;
}

class DeclaredMinutesTest : public SignOffTest {
 protected:
  DeclaredMinutesTest() : SignOffTest(0) {}
};

TEST_F(DeclaredMinutesTest, AreKeptWithTheRevisionAndMakeNone) {
  ReturnSubmission first = March();
  first.declared_minutes = Gathering(30);
  ASSERT_THAT(ingestion_.Submit(first), IsOk());
  EXPECT_EQ(Accepted()->revision().declared_minutes().gathering(), 30u);
  // The same figures at another cost are no revision.
  ReturnSubmission again = March();
  again.declared_minutes = Gathering(45);
  EXPECT_TRUE(ingestion_.Submit(again)->unchanged);
  EXPECT_EQ(Accepted()->revision().declared_minutes().gathering(), 30u);
  // Other figures without a word: nothing was said of these.
  ASSERT_THAT(ingestion_.Submit(March({{"ae_attendances|type1|no", "7"}})), IsOk());
  EXPECT_EQ(Accepted()->revision().number(), 2u);
  EXPECT_FALSE(Accepted()->revision().has_declared_minutes());
}

class SignedMinutesTest : public SignOffTest {};

TEST_F(SignedMinutesTest, GoThroughTheSignatures) {
  ReturnSubmission march = March();
  march.declared_minutes = Gathering(30);
  const auto waits = ingestion_.Submit(march);
  ASSERT_THAT(waits, IsOk());
  EXPECT_TRUE(waits->waits);
  EXPECT_EQ(waits->fact.declared_minutes().gathering(), 30u);
  ASSERT_THAT(Sign(By(kDirector), waits->fact.cell_digest(), 1), IsOk());
  ASSERT_THAT(Sign(By(kChief), waits->fact.cell_digest(), 2), IsOk());
  EXPECT_EQ(Accepted()->revision().declared_minutes().gathering(), 30u);
}

}  // namespace
}  // namespace onereturn::ingestion
