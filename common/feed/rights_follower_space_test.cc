// Goal: on a full disk rights stay fresh for as long as none is changed, and what has to wait goes
// on with the space. Method: a disk of a made-up size.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "common/base/testing/temporary_folder.h"
#include "common/commit/testing_committer.h"
#include "common/feed/rights_follower.h"
#include "common/feed/testing_grants.h"
#include "common/status/testing/status_matchers.h"
#include "common/storage/fault_files.h"
#include "common/storage/testing/disk_faults.h"

namespace onereturn {
namespace {

FeedPage PageTo(uint64_t sequence, std::vector<FeedFact> facts = {}) {
  FeedPage page;
  page.progress.epoch = 1;
  page.progress.sequence = sequence;
  page.facts = std::move(facts);
  page.caught_up = true;
  return page;
}

class RightsFollowerSpaceTest : public ::testing::Test {
 protected:
  RightsFollowerSpaceTest() {
    EXPECT_EQ(setenv(kFaultFilesVariable, "1", 1), 0);
    service_ = std::make_unique<TestService>(CommitterOptions(), store_);
    EXPECT_EQ(unsetenv(kFaultFilesVariable), 0);
    follower_ = RightsFollower::Open(&service_->store(), &service_->committer(), TestFamily::kHeads,
                                     &rights_, &clock())
                    .value();
  }

  FakeClock& clock() { return service_->clock(); }
  void FillUp() {
    MakeUpCapacity(store_, 4'096);
    ASSERT_THAT(service_->Accept(Fact("a")), HasReason(Reason::kStorageLow));
  }
  absl::StatusOr<bool> Holds(absl::string_view code) {
    return HoldsOrganisation(service_->store(), TestFamily::kHeads, code);
  }

  const TemporaryFolder folder_;
  const std::string store_ = folder_.File("store");
  std::unique_ptr<TestService> service_;
  RightsSource rights_{Rights::FromProto(config::v1::RightsFile()).value()};
  std::unique_ptr<RightsFollower> follower_;
};

TEST_F(RightsFollowerSpaceTest, AFullDiskMakesNoRightsStaleThatNobodyChanges) {
  ASSERT_THAT(follower_->Take(PageTo(1)), IsOk());
  FillUp();
  for (uint64_t sequence = 2; sequence < 5; ++sequence) {
    clock().AdvanceSeconds(50);
    ASSERT_THAT(follower_->Take(PageTo(sequence)), IsOk());
    EXPECT_TRUE(rights_.Fresh(clock().Now()));
    EXPECT_EQ(follower_->Progress().value().sequence, sequence);
  }
  // A right that is taken away waits for its place, and so does whoever relies on rights.
  clock().AdvanceSeconds(50);
  EXPECT_THAT(follower_->Take(PageTo(5, {GrantIn(5, rights::v1::GRANT_STATE_REVOKED)})),
              StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_EQ(follower_->Progress().value().sequence, 4u);
  clock().AdvanceSeconds(11);
  EXPECT_FALSE(rights_.Fresh(clock().Now()));
  MakeUpCapacity(store_, std::nullopt);
  EXPECT_THAT(follower_->Take(PageTo(5, {GrantIn(5, rights::v1::GRANT_STATE_REVOKED)})), IsOk());
  EXPECT_TRUE(rights_.Fresh(clock().Now()));
}

TEST_F(RightsFollowerSpaceTest, CatchingUpOnAFullDiskIsKeptOnceThereIsSpace) {
  FillUp();
  ASSERT_THAT(follower_->Take(PageTo(1)), IsOk());
  EXPECT_TRUE(rights_.Fresh(clock().Now()));
  EXPECT_THAT(Holds("QAA"), HasReason(Reason::kNotCaughtUp));
  MakeUpCapacity(store_, std::nullopt);
  ASSERT_THAT(follower_->Take(PageTo(2)), IsOk());
  EXPECT_THAT(Holds("QAA"), IsOkAndHolds(false));
}

TEST_F(RightsFollowerSpaceTest, ARestoredLedgerIsBegunAgainWhenThereIsSpaceForIt) {
  ASSERT_THAT(follower_->Take(PageTo(1, {GrantIn(1, rights::v1::GRANT_STATE_APPROVED)})), IsOk());
  FillUp();
  EXPECT_THAT(follower_->StartAgain(), StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_EQ(follower_->Progress().value().sequence, 1u);
  EXPECT_EQ(rights_.Current()->version(), 1u);
  MakeUpCapacity(store_, std::nullopt);
  // The engine, which met the end of the disk itself, looks for space every few seconds.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  absl::Status again = follower_->StartAgain();
  while (!again.ok() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    again = follower_->StartAgain();
  }
  EXPECT_THAT(again, IsOk());
  EXPECT_EQ(follower_->Progress().value().sequence, 0u);
  EXPECT_EQ(rights_.Current()->version(), 0u);
}

}  // namespace
}  // namespace onereturn
