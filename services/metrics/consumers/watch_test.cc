// Goal: a watch tells every change once, in steps, however fast the feeds move.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "services/metrics/app/watch_values.h"
#include "services/metrics/consumers/testing_runner.h"

namespace onereturn::metrics {
namespace {

using ::testing::SizeIs;

class WatchTest : public RunnerTest {
 protected:
  ChangedValues Changes(const Position& from) {
    return ChangesAfter(*tables_->Snapshot(), from, "").value();
  }
};

TEST_F(WatchTest, ChangesAreGivenOnceAndInSteps) {
  Source source;
  source.AddProvider("RC9");
  source.AddReturn("RC9", "2024-03", 100, 40);
  ASSERT_TRUE(source.SendTo(runner_.get()).ok());
  ASSERT_TRUE(Define("r1", FourHourWire()).ok());
  EXPECT_EQ(Ask("RC9", 1), "60.0 %");
  // From nothing: the definition with all its values.
  ChangedValues step = Changes(Position{{1, 0}, {1, 0}});
  ASSERT_THAT(step.values, SizeIs(1));
  EXPECT_EQ(step.values[0].value.organisation, "RC9");
  EXPECT_EQ(step.through, (Position{{1, 2}, {1, 1}}));
  EXPECT_THAT(Changes(step.through).values, SizeIs(0));
  source.AddReturn("RC9", "2024-03", 100, 10, 2);
  source.AddReturn("RC9", "2024-03", 100, 20, 3);
  ASSERT_TRUE(source.SendTo(runner_.get()).ok());
  step = Changes(step.through);
  ASSERT_THAT(step.values, SizeIs(1));
  EXPECT_EQ(DisplayValue(step.values[0].definition, step.values[0].value), "80.0 %");
  EXPECT_EQ(step.through, (Position{{1, 4}, {1, 1}}));
}

TEST_F(WatchTest, ANewVersionIsToldOfThoughReturnsNeverCease) {
  Source source;
  source.AddProvider("RC9");
  ASSERT_TRUE(source.SendTo(runner_.get()).ok());
  ASSERT_TRUE(Define("r1", FourHourWire()).ok());
  HashAtRest(1);
  Position place = Changes(Position{{1, 0}, {1, 0}}).through;
  EXPECT_EQ(place, (Position{{1, 1}, {1, 1}}));
  v1::Metric metric = FourHourWire();
  metric.set_description("said better");
  ASSERT_TRUE(Define("r2", metric).ok());
  // More comes between two looks than one step tells.
  uint32_t version = 0;
  uint32_t revision = 0;
  for (int look = 0; look < 3; ++look) {
    for (int i = 0; i < 300; ++i) source.AddReturn("RC9", "2024-03", 100, 40, ++revision);
    ASSERT_TRUE(source.SendTo(runner_.get()).ok());
    HashAtRest(2);
    const ChangedValues step = Changes(place);
    EXPECT_LT(step.through.ingestion.sequence, source.size());
    EXPECT_GT(step.through.ingestion.sequence, place.ingestion.sequence);
    ASSERT_THAT(step.values, SizeIs(1));
    version = step.values[0].definition.version;
    place = step.through;
  }
  EXPECT_EQ(place.metrics.sequence, 2u);
  EXPECT_EQ(version, 2u);
}

}  // namespace
}  // namespace onereturn::metrics
