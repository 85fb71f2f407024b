// What followed from figures that were used, by request.
#ifndef ONERETURN_SERVICES_INGESTION_STORE_ACTION_TABLE_H_
#define ONERETURN_SERVICES_INGESTION_STORE_ACTION_TABLE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/commit/committer.h"
#include "common/storage/reader.h"
#include "common/storage/write_batch.h"
#include "onereturn/requests/v1/answers_service.pb.h"

namespace onereturn::ingestion {

struct ActionKey {
  uint64_t request = 0;  // Its number.
  uint32_t number = 0;   // From 1.
};

struct ActionCount {
  uint32_t value = 0;
  ReadCheck check;  // That there are no more.
};
absl::StatusOr<ActionCount> CountActions(const Reader& reader, uint64_t request);

absl::StatusOr<std::optional<requests::v1::Action>> FindAction(const Reader& reader,
                                                               const ActionKey& key);

// Those of one request (0: of all) that were recorded at `sequence` or before, in order of request
// and number, after `after` (a text of ActionKeyText; empty: from the first), until `visit` answers
// false.
absl::Status VisitActions(
    const Reader& reader, uint64_t request, absl::string_view after, uint64_t sequence,
    absl::FunctionRef<absl::StatusOr<bool>(const ActionKey& key, const requests::v1::Action&)>
        visit);
std::string ActionKeyText(const ActionKey& key);

// The one after the last.
void PutAction(const ActionKey& key, uint64_t sequence, const requests::v1::Action& action,
               WriteBatch* batch);

// "requests/001-00/actions/1"; nullopt for a text that is no such name.
std::string ActionName(const ActionKey& key);
std::optional<ActionKey> ParseActionName(absl::string_view name);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_STORE_ACTION_TABLE_H_
