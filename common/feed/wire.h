// Heads, receipts and times between our own types and the v1 messages.
#ifndef ONERETURN_COMMON_FEED_WIRE_H_
#define ONERETURN_COMMON_FEED_WIRE_H_

#include "absl/status/statusor.h"
#include "common/clock/clock.h"
#include "common/commit/committer.h"
#include "common/ledger/receipt.h"
#include "common/ledger/signed_head.h"
#include "google/protobuf/timestamp.pb.h"
#include "onereturn/ledger/v1/ledger.pb.h"

namespace onereturn {

google::protobuf::Timestamp ToWire(Timestamp time);
// FIELD_INVALID when it is no time between the years 1 and 9999.
absl::StatusOr<Timestamp> FromWire(const google::protobuf::Timestamp& time);

ledger::v1::SignedHead ToWire(const SignedHead& head);
// DATA_LOSS (FEED_BROKEN) when it is not the message of a head. Does not verify the signature.
absl::StatusOr<SignedHead> FromWire(const ledger::v1::SignedHead& head);

// `accepted` as a service gives it out. Its position names this service alone.
ledger::v1::Receipt ToWire(const Accepted& accepted);
absl::StatusOr<Receipt> FromWire(const ledger::v1::Receipt& receipt);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_FEED_WIRE_H_
