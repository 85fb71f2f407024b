#include "services/ingestion/app/requests/rules_in_force.h"

#include <optional>

#include "common/status/status_macros.h"
#include "services/ingestion/app/catalogue/read_catalogue.h"
#include "services/ingestion/app/requests/request_steps.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {

absl::StatusOr<requests::v1::RequestRules> RequestRulesAt(const Reader& reader, uint64_t sequence) {
  std::optional<StoredDefinition> newest;
  RETURN_IF_ERROR(VisitDefinitions(reader, DefinitionKind::kRequestRules, "", sequence,
                                   [&newest](const StoredDefinition& stored) {
                                     if (!newest.has_value() ||
                                         stored.sequence > newest->sequence) {
                                       newest = stored;
                                     }
                                     return true;
                                   }));
  if (!newest.has_value()) return NotFound("rules of requests");
  return DefinitionOf<requests::v1::RequestRules>(*newest);
}

absl::StatusOr<requests::v1::RequestRules> RulesForHours(const Reader& reader, uint64_t sequence) {
  absl::StatusOr<requests::v1::RequestRules> rules = RequestRulesAt(reader, sequence);
  if (absl::IsNotFound(rules.status())) return requests::v1::RequestRules();
  return rules;
}

}  // namespace onereturn::ingestion
