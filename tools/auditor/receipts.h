// Verifying receipts offline.
#ifndef ONERETURN_TOOLS_AUDITOR_RECEIPTS_H_
#define ONERETURN_TOOLS_AUDITOR_RECEIPTS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "onereturn/ledger/v1/ledger.pb.h"
#include "tools/auditor/lie.h"
#include "tools/auditor/signed_word.h"

namespace onereturn::auditor {

// The receipts in a file: what the client prints with --json (GetReceiptResponse, an answer to a
// write, a list of such), a Receipt itself as protobuf JSON, text or bytes. An error when there is
// none.
absl::StatusOr<std::vector<ledger::v1::Receipt>> ReadReceipts(const std::string& file);

// Keys by id, from a file that holds public keys in PEM one after the other, or from all files
// "*.pem" of a folder. An error when there is none.
absl::StatusOr<std::map<std::string, PublicKey>> ReadKeys(const std::string& path);

// Adds the first lie of a receipt that was read from `source` (a file's name), if there is one. A
// head whose key is not among `keys` is no lie but not checked: services change their keys.
void VerifyReceipt(const ledger::v1::Receipt& receipt, const std::map<std::string, PublicKey>& keys,
                   absl::string_view source, Report* report);

}  // namespace onereturn::auditor

#endif  // ONERETURN_TOOLS_AUDITOR_RECEIPTS_H_
