// Goal: whatever a drop answers, the feed is followed from where the tables then stand: never from
// a place that only memory remembers.
#include <gtest/gtest.h>

#include "services/metrics/consumers/testing_runner.h"
#include "services/metrics/store/keys.h"

namespace onereturn::metrics {
namespace {

class RebuildTest : public RunnerTest {
 protected:
  void SetUp() override {
    RunnerTest::SetUp();
    source_.AddProvider("RC9");
    source_.AddReturn("RC9", "2024-02", 100, 10);
    source_.AddReturn("RC9", "2024-03", 100, 40);
    ASSERT_TRUE(source_.SendTo(runner_.get()).ok());
    ASSERT_TRUE(Define("r1", FourHourWire()).ok());
    before_ = HashAtRest(1);
  }

  Source source_;
  Digest before_ = {};
};

TEST_F(RebuildTest, ADropThatEmptiedTheTablesAndThenFailedIsFollowedFromTheBeginning) {
  faulty_->SetFault(FaultyTables::Fault::kAfterDrop);
  EXPECT_EQ(runner_->Rebuild().code(), absl::StatusCode::kUnavailable);
  const auto progress = runner_->Progress();
  ASSERT_TRUE(progress.ok());
  EXPECT_EQ(progress->sequence, 0u);
  ASSERT_TRUE(source_.SendTo(runner_.get()).ok());
  EXPECT_EQ(HashAtRest(1), before_);
  EXPECT_EQ(Ask("RC9", 1), "60.0 %");
}

// The latest never goes back: not to nothing, and not to a part.
TEST_F(RebuildTest, UntilItStandsWhereItStoodNothingIsAnsweredAsTheLatest) {
  const auto read = [this](const std::string& as_of) {
    ReadWish wish;
    wish.as_of_position = as_of;
    return gate_->Read(wish, [](MetricReader*) { return absl::OkStatus(); });
  };
  ASSERT_TRUE(read("").ok());
  ASSERT_TRUE(runner_->Rebuild().ok());
  EXPECT_EQ(ReasonOf(read("")), Reason::kNotCaughtUp);
  ASSERT_TRUE(runner_->Rebuild().ok());  // Again, in the middle of the first.
  EXPECT_EQ(ReasonOf(read("")), Reason::kNotCaughtUp);
  EXPECT_TRUE(read(PositionText({{1, 0}, {1, 0}})).ok());
  ASSERT_TRUE(source_.SendTo(runner_.get()).ok());
  EXPECT_EQ(HashAtRest(1), before_);
  EXPECT_TRUE(read("").ok());
}

TEST_F(RebuildTest, ADropThatDidNothingIsFollowedFromWhereItStood) {
  faulty_->SetFault(FaultyTables::Fault::kBeforeDrop);
  EXPECT_FALSE(runner_->Rebuild().ok());
  EXPECT_EQ(runner_->Progress()->sequence, source_.size());
  EXPECT_EQ(HashAtRest(1), before_);
}

TEST_F(RebuildTest, WhileTheTablesCannotBeReadNoPlaceIsAnsweredUntilADropSucceeds) {
  WriteBatch damage;
  damage.Put(MetricsFamily::kCursors, CursorKey(Feed::kIngestion), "no cursor");
  ASSERT_TRUE(store_->Write(damage, Durability::kSynced).ok());
  faulty_->SetFault(FaultyTables::Fault::kBeforeDrop);
  EXPECT_FALSE(runner_->Rebuild().ok());
  EXPECT_EQ(runner_->Progress().status().code(), absl::StatusCode::kDataLoss);
  EXPECT_FALSE(source_.SendTo(runner_.get()).ok());

  faulty_->SetFault(FaultyTables::Fault::kNone);
  ASSERT_TRUE(runner_->Rebuild().ok());
  EXPECT_EQ(runner_->Progress()->sequence, 0u);
  ASSERT_TRUE(source_.SendTo(runner_.get()).ok());
  EXPECT_EQ(HashAtRest(1), before_);
  EXPECT_EQ(runner_->fault(), "");
}

}  // namespace
}  // namespace onereturn::metrics
