// Goal: a watch tells every change once, in steps, however fast the feeds move.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/metrics/app/watch_values.h"
#include "services/metrics/consumers/testing_runner.h"

namespace onereturn::metrics {
namespace {

using ::testing::SizeIs;

// A watch on a thread of its own, and what it told, in order.
class RunningWatch {
 public:
  RunningWatch(const DerivedTables* tables, const ReadGate* reads, const Clock* clock,
               const WatchWish& wish) {
    thread_ = std::thread([=, this] {
      const absl::Status ended = WatchValues(
          *tables, *reads, *clock, wish,
          [this] {
            std::lock_guard<std::mutex> lock(mutex_);
            ++looks_;
            changed_.notify_all();
            return stopping_;
          },
          [this](const WatchMessage& message) {
            std::lock_guard<std::mutex> lock(mutex_);
            messages_.push_back(message);
            changed_.notify_all();
            return !stopping_;
          });
      EXPECT_TRUE(ended.ok()) << ended;
    });
  }
  ~RunningWatch() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      stopping_ = true;
    }
    thread_.join();
  }

  // Message i, from 0, once it is there.
  WatchMessage Message(size_t i) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return messages_.size() > i; });
    return messages_[i];
  }
  size_t MessageCount() {
    std::lock_guard<std::mutex> lock(mutex_);
    return messages_.size();
  }
  // Lets it look once more, through to the end.
  void Look(ReadGate* gate) {
    std::unique_lock<std::mutex> lock(mutex_);
    const int wanted = looks_ + 2;
    while (looks_ < wanted) {
      gate->NoteProgress();
      changed_.wait_for(lock, std::chrono::milliseconds(1));
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<WatchMessage> messages_;
  int looks_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

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

TEST_F(WatchTest, NothingIsToldWithoutAChangeBeforeTheLongestSilence) {
  Source source;
  source.AddProvider("RC9");
  ASSERT_TRUE(source.SendTo(runner_.get()).ok());
  ASSERT_TRUE(Define("r1", FourHourWire()).ok());
  HashAtRest(1);
  FakeClock clock(Timestamp{1'000'000});
  RunningWatch watch(tables_.get(), gate_.get(), &clock, {});
  const WatchMessage first = watch.Message(0);
  EXPECT_THAT(first.values, SizeIs(0));
  EXPECT_EQ(first.from, (Position{{1, 1}, {1, 1}}));
  EXPECT_EQ(first.through, first.from);

  // Facts that change no value, and news of nothing.
  source.AddProvider("RXX");
  ASSERT_TRUE(source.SendTo(runner_.get()).ok());
  for (int i = 0; i < 20; ++i) watch.Look(gate_.get());
  EXPECT_EQ(watch.MessageCount(), 1u);

  source.AddReturn("RC9", "2024-03", 100, 40);
  ASSERT_TRUE(source.SendTo(runner_.get()).ok());
  const WatchMessage changed = watch.Message(1);
  ASSERT_THAT(changed.values, SizeIs(1));
  EXPECT_EQ(changed.from, first.through);
  EXPECT_EQ(changed.through, (Position{{1, 3}, {1, 1}}));

  clock.AdvanceMicros(kWatchHeartbeatMicros - 1);
  watch.Look(gate_.get());
  EXPECT_EQ(watch.MessageCount(), 2u);
  clock.AdvanceMicros(1);
  watch.Look(gate_.get());
  watch.Look(gate_.get());
  EXPECT_EQ(watch.MessageCount(), 3u);
  EXPECT_THAT(watch.Message(2).values, SizeIs(0));
  EXPECT_EQ(watch.Message(2).from, changed.through);
}

TEST_F(WatchTest, ManyValuesComeInMessagesOfWhichTheLastAloneIsComplete) {
  Source source;
  source.AddProvider("RC9");
  for (int month = 0; month < 1'001; ++month) {
    const int year = 2000 + month / 12;
    const int of_year = month % 12 + 1;
    source.AddReturn("RC9", absl::StrCat(year, of_year < 10 ? "-0" : "-", of_year), 100, 40);
  }
  ASSERT_TRUE(source.SendTo(runner_.get()).ok());
  WatchWish wish;
  wish.after = RequestedPosition{FeedPosition{1, source.size()}, FeedPosition{1, 0}};
  ASSERT_TRUE(Define("r1", FourHourWire()).ok());
  HashAtRest(1);
  const FakeClock clock(Timestamp{1'000'000});
  RunningWatch watch(tables_.get(), gate_.get(), &clock, wish);
  const Position from{{1, source.size()}, {1, 0}};
  for (size_t i = 0; i < 3; ++i) {
    const WatchMessage message = watch.Message(i);
    EXPECT_EQ(message.from, from);
    EXPECT_EQ(message.through, i < 2 ? from : (Position{{1, source.size()}, {1, 1}}));
    EXPECT_THAT(message.values, SizeIs(i < 2 ? kValuesAMessage : 1));
  }
}

}  // namespace
}  // namespace onereturn::metrics
