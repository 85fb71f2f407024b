// The zero-hours receipt of a data request: what issuing it came to, as the ledger has it.
#ifndef ONERETURN_TOOLS_ONERETURN_EVIDENCE_ISSUE_PROOF_H_
#define ONERETURN_TOOLS_ONERETURN_EVIDENCE_ISSUE_PROOF_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/ledger/key_change.h"
#include "onereturn/ledger/v1/ledger.pb.h"
#include "onereturn/requests/v1/request.pb.h"
#include "tools/onereturn/connection/session.h"

namespace onereturn::client {

// What issuing the request `name` ("requests/001-00") came to. DATA_LOSS when the receipt proves
// nothing by `keys`, or is not ingestion's of the fact that issued that very request.
absl::StatusOr<requests::v1::IssueStatement> CheckedIssue(const ledger::v1::Receipt& receipt,
                                                          const KeyHistory& keys,
                                                          absl::string_view name);

// As CheckedIssue, with the public key of the profile; a usage error when it gives none. Where
// another key signed, the service is asked how that one led to it: an error when it does not
// answer.
absl::StatusOr<requests::v1::IssueStatement> ProvedIssue(const Session& session,
                                                         const ledger::v1::Receipt& receipt,
                                                         absl::string_view name);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_EVIDENCE_ISSUE_PROOF_H_
