#include "tools/onereturn/evidence/issue_proof.h"

#include "common/status/status_macros.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "tools/onereturn/evidence/receipt_check.h"

namespace onereturn::client {

absl::StatusOr<requests::v1::IssueStatement> CheckedIssue(const ledger::v1::Receipt& receipt,
                                                          const KeyHistory& keys,
                                                          absl::string_view name) {
  RETURN_IF_ERROR(CheckReceipt(receipt, keys));
  if (receipt.service() != kIngestion) {
    return absl::DataLossError("the receipt is another service's");
  }
  feed::v1::Entry entry;
  requests::v1::RequestIssued issued;
  if (!entry.ParseFromString(receipt.entry())) {
    return absl::DataLossError("the receipt's entry cannot be read");
  }
  if (entry.kind() != feed::v1::ENTRY_KIND_REQUEST_ISSUED ||
      !issued.ParseFromString(entry.fact())) {
    return absl::DataLossError("the receipt is not of a request that was issued");
  }
  if (issued.request() != name) return absl::DataLossError("the receipt is of another request");
  return issued.issue();
}

absl::StatusOr<requests::v1::IssueStatement> ProvedIssue(const Session& session,
                                                         const ledger::v1::Receipt& receipt,
                                                         absl::string_view name) {
  ASSIGN_OR_RETURN(const VerifyingKey key, PublicKeyOf(session.profile(), receipt.service()));
  ASSIGN_OR_RETURN(const KeyHistory keys, KeysFor(session, receipt, key));
  return CheckedIssue(receipt, keys, name);
}

}  // namespace onereturn::client
