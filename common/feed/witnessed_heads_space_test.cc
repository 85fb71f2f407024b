// Goal: what a witness learns while its disk is full is not lost. Method: a disk of a made-up size.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "common/base/testing/temporary_folder.h"
#include "common/feed/testing_side.h"
#include "common/storage/fault_files.h"
#include "common/storage/testing/disk_faults.h"

namespace onereturn {
namespace {

TEST(WitnessedHeadsSpaceTest, EvidenceFoundOnAFullDiskOutlivesARestart) {
  const TemporaryFolder folder;
  const std::string store = folder.File("store");
  ASSERT_EQ(setenv(kFaultFilesVariable, "1", 1), 0);
  Side own(Named("metrics"), store);
  ASSERT_EQ(unsetenv(kFaultFilesVariable), 0);
  Side source("ingestion");
  Side fork("ingestion");
  const auto show = [&own](Side& side) {
    ShownHead shown;
    shown.head = side.service.committer().LatestHead();
    shown.spiffe_id = kSource;
    shown.first_key = KeyFromSeed(kTestSeed).verifying_key().raw_bytes();
    shown.asked = true;
    return own.witnesses->Take(shown);
  };
  source.Accept(4);
  fork.Accept(4);
  ASSERT_THAT(show(source), IsOk());
  own.Settle();
  MakeUpCapacity(store, 4'096);
  EXPECT_THAT(show(fork), HasReason(Reason::kPeerLedger));
  EXPECT_THAT(own.service.Accept(Fact("a")), HasReason(Reason::kStorageLow));
  own.witnesses->WriteUnkept();  // Still full.
  // The first may share a group with that write, and be answered before it.
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(own.service.Accept(Fact("a")), HasReason(Reason::kStorageLow));
  }
  MakeUpCapacity(store, std::nullopt);
  own.witnesses->WriteUnkept();
  own.Settle();

  own.standing.reset();
  own.witnesses.reset();
  own.service.Close();
  own.service.Open();
  const auto again = WitnessedHeads::Load(&own.service.store(), &own.service.committer()).value();
  EXPECT_THAT(again->FaultOf("ingestion"), HasReason(Reason::kPeerLedger));
}

}  // namespace
}  // namespace onereturn
