// Who used which return. Rows are no facts: reads make them, a batch at a time.
#ifndef ONERETURN_SERVICES_INGESTION_STORE_USE_TABLE_H_
#define ONERETURN_SERVICES_INGESTION_STORE_USE_TABLE_H_

#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/storage/reader.h"
#include "common/storage/write_batch.h"
#include "services/ingestion/domain/return_use.h"
#include "services/ingestion/store/return_table.h"

namespace onereturn::ingestion {

// Who used what.
struct UseKey {
  std::string body;  // An ODS code, or a system's SPIFFE id.
  ReturnKey key;
};

// nullopt: the body never used the return.
absl::StatusOr<std::optional<ReturnUse>> FindUse(const Reader& reader, const UseKey& key);

// What a body used, of one collection (empty: of all), in order of collection, period and
// organisation, after `after` (a return's text from KeyText; empty: from the first), until `visit`
// answers false.
absl::Status VisitUsesOfBody(
    const Reader& reader, absl::string_view body, absl::string_view collection,
    absl::string_view after,
    absl::FunctionRef<absl::StatusOr<bool>(const ReturnKey& key, const ReturnUse& use)> visit);

// Who used a return, in order of body, after the body `after` (empty: from the first), until
// `visit` answers false.
absl::Status VisitUsesOfReturn(
    const Reader& reader, const ReturnKey& key, absl::string_view after,
    absl::FunctionRef<absl::StatusOr<bool>(const std::string& body, const ReturnUse& use)> visit);

void PutUse(const UseKey& key, const ReturnUse& use, WriteBatch* batch);

// Distinct for distinct keys.
std::string UseKeyText(const UseKey& key);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_STORE_USE_TABLE_H_
