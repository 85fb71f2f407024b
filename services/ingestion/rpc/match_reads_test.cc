// Reads that match: as many as there are places, then CALL_QUOTA at once. Method: each runs while
// the one before it does.
#include "services/ingestion/rpc/match_reads.h"

#include <gtest/gtest.h>

#include "common/status/error.h"
#include "common/status/testing/status_matchers.h"

namespace onereturn::ingestion {
namespace {

CallContext CallBy(const char* spiffe_id) {
  CallContext call;
  call.caller = Caller{spiffe_id, rights::v1::ROLE_PUBLIC_READER, OrganisationScope::National()};
  return call;
}

absl::Status Nothing() { return absl::OkStatus(); }

class MatchReadsTest : public ::testing::Test {
 protected:
  // Runs `read` while `spiffe_id` holds a place.
  absl::Status Beside(const char* spiffe_id, absl::FunctionRef<absl::Status()> read) {
    return reads_.Run(CallBy(spiffe_id), read);
  }
  MatchReads reads_;
};

TEST_F(MatchReadsTest, AThirdIsToComeAgain) {
  EXPECT_THAT(Beside("one",
                     [&] {
                       return Beside("two", [&]() -> absl::Status {
                         bool ran = false;
                         const absl::Status third = Beside("three", [&] {
                           ran = true;
                           return absl::OkStatus();
                         });
                         EXPECT_THAT(third, HasReason(Reason::kCallQuota));
                         EXPECT_EQ(DetailsOf(third)->retry_after, absl::Seconds(1));
                         EXPECT_FALSE(ran);
                         return absl::OkStatus();
                       });
                     }),
              IsOk());
  EXPECT_THAT(Beside("three", Nothing), IsOk());
}

TEST_F(MatchReadsTest, OneCallerLeavesAPlaceToOthers) {
  EXPECT_THAT(Beside("one",
                     [&] {
                       EXPECT_THAT(Beside("one", Nothing), HasReason(Reason::kCallQuota));
                       return Beside("two", Nothing);
                     }),
              IsOk());
}

TEST_F(MatchReadsTest, WhatFailsGivesItsPlaceBackAndItsError) {
  for (int i = 0; i < 3; ++i) {
    const absl::Status failed = Beside("one", [] { return absl::DataLossError("unreadable"); });
    EXPECT_THAT(failed, StatusIs(absl::StatusCode::kDataLoss));
  }
}

}  // namespace
}  // namespace onereturn::ingestion
