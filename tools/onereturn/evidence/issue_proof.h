// The zero-hours receipt of a data request: what issuing it came to, as the ledger has it.
#ifndef ONERETURN_TOOLS_ONERETURN_EVIDENCE_ISSUE_PROOF_H_
#define ONERETURN_TOOLS_ONERETURN_EVIDENCE_ISSUE_PROOF_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "onereturn/ledger/v1/ledger.pb.h"
#include "onereturn/requests/v1/request.pb.h"
#include "tools/onereturn/connection/session.h"

namespace onereturn::client {

// What the entry of `receipt` says of the request `name` ("requests/001-00"). DATA_LOSS when it is
// not the fact that issued that request. The receipt itself is not checked.
absl::StatusOr<requests::v1::IssueStatement> IssueOf(const ledger::v1::Receipt& receipt,
                                                     absl::string_view name);

// As IssueOf, of a receipt that is checked with the profile's public key. DATA_LOSS when it proves
// nothing; a usage error when the profile gives no key.
absl::StatusOr<requests::v1::IssueStatement> ProvedIssue(const Session& session,
                                                         const ledger::v1::Receipt& receipt,
                                                         absl::string_view name);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_EVIDENCE_ISSUE_PROOF_H_
