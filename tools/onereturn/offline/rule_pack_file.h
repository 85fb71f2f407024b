// Rule packs as files of this machine.
#ifndef ONERETURN_TOOLS_ONERETURN_OFFLINE_RULE_PACK_FILE_H_
#define ONERETURN_TOOLS_ONERETURN_OFFLINE_RULE_PACK_FILE_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/ledger/signing.h"
#include "services/ingestion/definitions/rule_pack.h"

namespace onereturn::client {

// The pack in the bytes of a SignedRulePack, once `trusted` is seen to have signed it; without it,
// once the key that the pack itself names is, which says that it is whole and not whose it is.
// Usage errors for bytes that are no pack, and for one of another key.
absl::StatusOr<ingestion::RulePack> OpenRulePack(absl::string_view bytes,
                                                 const std::optional<VerifyingKey>& trusted);

// The same from a file.
absl::StatusOr<ingestion::RulePack> ReadRulePackFile(const std::string& path,
                                                     const std::optional<VerifyingKey>& trusted);

// Judges the file at `path` by the pack. A usage error when it cannot be read; errors of CheckFile,
// with the path and what the rules are of; INVALID_ARGUMENT for a file of another organisation.
absl::StatusOr<ingestion::CheckedFile> CheckLocalFile(const ingestion::RulePack& pack,
                                                      const std::string& layout,
                                                      const std::string& path);

// A line about the window as it stood when the rules were taken; empty where the period has none.
std::string WindowSentence(const returns::v1::RulePack& pack);

// A usage error when `path` cannot be written; else it holds exactly `bytes`.
absl::Status WriteLocalFile(const std::string& path, absl::string_view bytes);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_OFFLINE_RULE_PACK_FILE_H_
