#include "common/ledger/receipt.h"

#include "absl/strings/str_cat.h"
#include "common/ledger/merkle.h"
#include "common/status/status_macros.h"

namespace onereturn {

namespace {

// All but the signature.
absl::Status VerifyPlace(const Receipt& receipt) {
  if (HashLeaf(receipt.entry) != receipt.leaf_hash) {
    return absl::DataLossError("The receipt's leaf hash is not the hash of its entry.");
  }
  const TreeHead& head = receipt.head.head;
  if (receipt.sequence == 0 || receipt.sequence > head.size) {
    return absl::InvalidArgumentError(absl::StrCat("The receipt's sequence ", receipt.sequence,
                                                   " is not within its tree head of size ",
                                                   head.size, "."));
  }
  return VerifyInclusion(receipt.leaf_hash, receipt.sequence - 1, head.size, head.root,
                         receipt.inclusion_proof);
}

}  // namespace

absl::Status VerifyReceipt(const Receipt& receipt, const VerifyingKey& key) {
  RETURN_IF_ERROR(VerifyPlace(receipt));
  return VerifyHead(receipt.head, key);
}

absl::Status VerifyReceipt(const Receipt& receipt, const KeyHistory& keys) {
  RETURN_IF_ERROR(VerifyPlace(receipt));
  return keys.Verify(receipt.head);
}

}  // namespace onereturn
