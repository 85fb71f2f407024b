// Goal: on a full disk rights stay fresh for as long as none is changed. Method: a disk of a
// made-up size.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>
#include <string>

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

TEST(RightsFollowerSpaceTest, AFullDiskMakesNoRightsStaleThatNobodyChanges) {
  const TemporaryFolder folder;
  const std::string store = folder.File("store");
  ASSERT_EQ(setenv(kFaultFilesVariable, "1", 1), 0);
  TestService service(CommitterOptions(), store);
  ASSERT_EQ(unsetenv(kFaultFilesVariable), 0);
  RightsSource rights(Rights::FromProto(config::v1::RightsFile()).value());
  const auto follower = RightsFollower::Open(&service.store(), &service.committer(),
                                             TestFamily::kHeads, &rights, &service.clock())
                            .value();
  ASSERT_THAT(follower->Take(PageTo(1)), IsOk());
  MakeUpCapacity(store, 4'096);
  ASSERT_THAT(service.Accept(Fact("a")), HasReason(Reason::kStorageLow));
  for (uint64_t sequence = 2; sequence < 5; ++sequence) {
    service.clock().AdvanceSeconds(50);
    ASSERT_THAT(follower->Take(PageTo(sequence)), IsOk());
    EXPECT_TRUE(rights.Fresh(service.clock().Now()));
    EXPECT_EQ(follower->Progress().value().sequence, sequence);
  }
  // A right that is taken away waits for its place, and so does whoever relies on rights.
  service.clock().AdvanceSeconds(50);
  EXPECT_THAT(follower->Take(PageTo(5, {GrantIn(5, rights::v1::GRANT_STATE_REVOKED)})),
              StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_EQ(follower->Progress().value().sequence, 4u);
  service.clock().AdvanceSeconds(11);
  EXPECT_FALSE(rights.Fresh(service.clock().Now()));
  MakeUpCapacity(store, std::nullopt);
  EXPECT_THAT(follower->Take(PageTo(5, {GrantIn(5, rights::v1::GRANT_STATE_REVOKED)})), IsOk());
  EXPECT_TRUE(rights.Fresh(service.clock().Now()));
}

}  // namespace
}  // namespace onereturn
