// Obligations as they are named and shown.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_OBLIGATIONS_OBLIGATION_MESSAGE_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_OBLIGATIONS_OBLIGATION_MESSAGE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/identity/organisation_scope.h"
#include "common/storage/reader.h"
#include "onereturn/requests/v1/obligation.pb.h"
#include "onereturn/requests/v1/obligations_service.pb.h"
#include "onereturn/requests/v1/request.pb.h"
#include "onereturn/requests/v1/rules.pb.h"
#include "services/ingestion/app/catalogue/read_catalogue.h"
#include "services/ingestion/app/requests/matching/claim_reading.h"
#include "services/ingestion/store/obligation_table.h"

namespace onereturn::ingestion {

// "organisations/{code}/obligations/{reference}.{collection}.{period}".
std::string ObligationName(const ObligationKey& key);
// nullopt for a text that is no such name.
std::optional<ObligationKey> ParseObligationName(absl::string_view name);

// As it stood when `claim` was read; `request`: the one that it is owed to; `rules`: by which it is
// priced.
requests::v1::Obligation MessageOf(const ClaimState& claim,
                                   const requests::v1::DataRequest& request,
                                   const requests::v1::RequestRules& rules, uint64_t sequence);

// Those of ListObligations at `sequence`, after `after`; `mine`: the scope of who asks. It looks at
// a bounded number: a page may be short, even empty, and not the last. NOT_FOUND for a parent or a
// request of another form.
absl::StatusOr<PageOf<requests::v1::Obligation>> ListObligations(
    const Reader& reader, const OrganisationScope& mine,
    const requests::v1::ListObligationsRequest& request, const std::string& after, size_t limit,
    uint64_t sequence);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_OBLIGATIONS_OBLIGATION_MESSAGE_H_
