#include "common/feed/wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/commit/testing_committer.h"
#include "common/feed/position.h"
#include "common/status/testing/status_matchers.h"

namespace onereturn {
namespace {

TEST(WireTest, TimesGoThereAndBack) {
  for (const int64_t micros :
       {int64_t{0}, int64_t{1}, int64_t{-1}, int64_t{-1'000'000}, int64_t{1'750'000'000'123'456},
        kMinTimestamp.micros, kMaxTimestamp.micros}) {
    const google::protobuf::Timestamp wire = ToWire(Timestamp{micros});
    EXPECT_GE(wire.nanos(), 0);
    EXPECT_LT(wire.nanos(), 1'000'000'000);
    EXPECT_THAT(FromWire(wire), IsOkAndHolds(Timestamp{micros}));
  }
}

TEST(WireTest, TimesOutsideTheCalendarAreRefused) {
  google::protobuf::Timestamp wire;
  for (const int64_t seconds :
       {int64_t{253'402'300'800}, int64_t{-62'135'596'801}, INT64_MAX, INT64_MIN}) {
    wire.set_seconds(seconds);
    EXPECT_THAT(FromWire(wire), HasReason(Reason::kFieldInvalid)) << seconds;
  }
  wire.set_seconds(0);
  for (const int32_t nanos : {-1, 1'000'000'000, INT32_MAX, INT32_MIN}) {
    wire.set_nanos(nanos);
    EXPECT_THAT(FromWire(wire), HasReason(Reason::kFieldInvalid)) << nanos;
  }
}

TEST(WireTest, AReceiptVerifiesAfterItsTravel) {
  TestService service;
  ASSERT_THAT(service.Accept(Fact("r1")), IsOk());
  const Accepted accepted = service.Accept(Fact("r2")).value();
  ledger::v1::Receipt wire;
  ASSERT_TRUE(wire.ParseFromString(ToWire(accepted).SerializeAsString()));
  EXPECT_EQ(wire.name(), "items/A/versions/1");
  EXPECT_EQ(wire.service(), "ingestion");
  EXPECT_EQ(wire.sequence(), 2u);
  EXPECT_EQ(Position::Parse(wire.position()).value().Of("ingestion"), (ServicePosition{1, 2}));
  const Receipt receipt = FromWire(wire).value();
  EXPECT_THAT(VerifyReceipt(receipt, service.committer().verifying_key()), IsOk());
  // Each thing that is proved, changed.
  auto changed = wire;
  changed.mutable_entry()->back() ^= 1;
  EXPECT_THAT(VerifyReceipt(FromWire(changed).value(), service.committer().verifying_key()),
              StatusIs(absl::StatusCode::kDataLoss));
  changed = wire;
  changed.mutable_inclusion_proof(0)->front() ^= 1;
  EXPECT_THAT(VerifyReceipt(FromWire(changed).value(), service.committer().verifying_key()),
              StatusIs(absl::StatusCode::kDataLoss));
}

TEST(WireTest, WhatIsNoHeadIsBroken) {
  TestService service;
  const ledger::v1::SignedHead good = ToWire(service.committer().LatestHead());
  EXPECT_THAT(FromWire(good), IsOkAndHolds(service.committer().LatestHead()));
  auto bad = good;
  bad.set_root("short");
  EXPECT_THAT(FromWire(bad), HasReason(Reason::kFeedBroken));
  bad = good;
  bad.set_signature(std::string(63, 'x'));
  EXPECT_THAT(FromWire(bad), HasReason(Reason::kFeedBroken));
  bad = good;
  bad.mutable_time()->set_nanos(-1);
  EXPECT_THAT(FromWire(bad), HasReason(Reason::kFeedBroken));
  EXPECT_THAT(FromWire(ledger::v1::SignedHead()), HasReason(Reason::kFeedBroken));
}

}  // namespace
}  // namespace onereturn
