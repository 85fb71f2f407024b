// The scheduler is killed after each of its commits in turn: nothing is written twice, and nothing
// is missing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <set>

#include "common/status/error.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/timetable/testing/timetable_world.h"

namespace onereturn::ingestion {
namespace {

// Fills a world in which everything that time can do falls due at once.
void Prepare(TimetableWorld* world) {
  world->ingestion.Apply(WithWindows());
  ASSERT_THAT(world->RunAt("2025-07-01T09:00:00Z"), IsOk());
  ASSERT_THAT(world->Submit("RLQ", "2025-06"), IsOk());
  ASSERT_THAT(world->Extend("RCF", "2025-06", "2025-07-12T16:00:00Z"), IsOk());
  ASSERT_THAT(world->Extend("RAE", "2025-07", "2025-08-20T16:00:00Z"), IsOk());
}

std::vector<std::string> RequestIds(const TimetableWorld& world) {
  std::vector<std::string> ids;
  for (const feed::v1::Entry& entry : world.Entries()) {
    if (entry.actor() == kScheduler) ids.push_back(entry.request_id());
  }
  return ids;
}

// Each commit is on disk, and its writer is never told: as a kill between the sync and the answer.
TEST(TimetableKillTest, AfterAnyCommitTheRestFollowsOnce) {
  TimetableWorld straight;
  Prepare(&straight);
  ASSERT_THAT(straight.RunAt("2025-09-01T22:00:00Z"), IsOk());
  const std::vector<std::string> facts = straight.Facts();
  const std::vector<std::string> ids = RequestIds(straight);
  // Two whole lives of a window, the opening of August, the ends of two extensions.
  ASSERT_EQ(facts.size(), 7 + 7 + 1 + 2);
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), ids.size());

  for (size_t kill = 1; kill < facts.size(); ++kill) {
    std::atomic<bool> armed{false};
    std::atomic<size_t> commits{0};
    CommitterOptions options;
    options.on_head = [&](const SignedHead&) -> absl::Status {
      if (!armed || ++commits != kill) return absl::OkStatus();
      return Error(Reason::kLedgerBehind, "killed");
    };
    TimetableWorld world(std::move(options));
    Prepare(&world);
    armed = true;
    EXPECT_THAT(world.RunAt("2025-09-01T22:00:00Z"), HasReason(Reason::kLedgerBehind)) << kill;
    // What is started again knows what is stored, and nothing else.
    CommitterOptions plain;
    plain.service = "ingestion";
    plain.on_fatal = [](const absl::Status&) { ONERETURN_CHECK(false); };
    const auto committer = Committer::Start(&world.ingestion.store(), &world.ingestion.clock(),
                                            KeyFromSeed(std::string(64, '7')), std::move(plain))
                               .value();
    const FactWriter writer(&world.ingestion.store(), committer.get(), nullptr);
    KeepTimetable timetable(&world.ingestion.store(), &writer, &world.ingestion.clock(),
                            kScheduler);
    ASSERT_THAT(timetable.Run(), IsOk()) << kill;
    EXPECT_EQ(world.Facts(), facts) << kill;
    EXPECT_EQ(RequestIds(world), ids) << kill;
  }
}

// In turns of any length the same facts come, in the same order.
TEST(TimetableKillTest, ItDoesNotMatterHowOftenTheClockIsLookedAt) {
  TimetableWorld straight;
  Prepare(&straight);
  ASSERT_THAT(straight.RunAt("2025-09-01T22:00:00Z"), IsOk());
  TimetableWorld stepped;
  Prepare(&stepped);
  const Timestamp end = ParseTimestamp("2025-09-01T22:00:00Z").value();
  constexpr int64_t kSevenHoursMicros = int64_t{7} * 3600 * 1'000'000;
  while (stepped.ingestion.clock().Now() < end) {
    const int64_t left = end.micros - stepped.ingestion.clock().Now().micros;
    stepped.ingestion.clock().AdvanceMicros(std::min(left, kSevenHoursMicros));
    stepped.Restart();
    ASSERT_THAT(stepped.timetable->Run(), IsOk());
  }
  EXPECT_EQ(stepped.Facts(), straight.Facts());
  EXPECT_EQ(RequestIds(stepped), RequestIds(straight));
}

}  // namespace
}  // namespace onereturn::ingestion
