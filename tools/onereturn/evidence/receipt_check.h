// Checking, on this machine and with a public key alone, what a service says it accepted.
#ifndef ONERETURN_TOOLS_ONERETURN_EVIDENCE_RECEIPT_CHECK_H_
#define ONERETURN_TOOLS_ONERETURN_EVIDENCE_RECEIPT_CHECK_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/ledger/key_change.h"
#include "common/ledger/signing.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "onereturn/common/v1/cell.pb.h"
#include "onereturn/config/v1/config.pb.h"
#include "onereturn/ledger/v1/ledger.pb.h"
#include "tools/onereturn/connection/session.h"

namespace onereturn::client {

using Cells = google::protobuf::RepeatedPtrField<common::v1::Cell>;

// Lower-case hexadecimal, and its first 12 digits.
std::string Hex(absl::string_view bytes);
std::string ShortHex(absl::string_view bytes);

// The key that the profile gives for a service. A usage error when it gives none.
absl::StatusOr<VerifyingKey> PublicKeyOf(const config::v1::ClientProfile& profile,
                                         absl::string_view service);

// The keys that the receipt may be signed with: `trusted`, and, where another signed it, those that
// its service proves `trusted` to have handed over to, by entries that both keys signed and that
// the receipt's own head holds.
absl::StatusOr<KeyHistory> KeysFor(const Session& session, const ledger::v1::Receipt& receipt,
                                   const VerifyingKey& trusted);

// OK when `receipt` proves that its entry stands at its place in the ledger whose head one of the
// keys signed, and when what it says beside the entry (name, sequence, epoch, service) is what the
// entry and the head say. Otherwise the first lie.
absl::Status CheckReceipt(const ledger::v1::Receipt& receipt, const KeyHistory& keys);

// OK when `receipt`, which must have passed CheckReceipt, is of the revision `revision`, and
// `cells` are all the cells of that revision: packed again, they have the digests that the entry
// names.
absl::Status CheckCells(const ledger::v1::Receipt& receipt, absl::string_view revision,
                        const Cells& cells);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_EVIDENCE_RECEIPT_CHECK_H_
