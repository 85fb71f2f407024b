// Receipts: the proof a submitter keeps that a service accepted an entry and cannot later deny it.
#ifndef ONERETURN_COMMON_LEDGER_RECEIPT_H_
#define ONERETURN_COMMON_LEDGER_RECEIPT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/digest/digest.h"
#include "common/ledger/key_change.h"
#include "common/ledger/signed_head.h"
#include "common/ledger/signing.h"

namespace onereturn {

struct Receipt {
  std::string entry;      // The accepted entry, byte for byte as it is in the ledger.
  uint64_t sequence = 0;  // Its place, from 1; leaf index + 1.
  Digest leaf_hash = {};
  SignedHead head;
  std::vector<Digest> inclusion_proof;  // Of the leaf in `head`.
};

// OK when the receipt proves what it says, by the key of the service named in it; otherwise the
// first lie, in this order: the leaf hash is not that of the entry, the sequence is not in the
// head, the proof does not lead to the head's root, the head is not signed by the key. For input
// from anywhere.
absl::Status VerifyReceipt(const Receipt& receipt, const VerifyingKey& key);
// The same by a key and those that it handed over to.
absl::Status VerifyReceipt(const Receipt& receipt, const KeyHistory& keys);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_LEDGER_RECEIPT_H_
