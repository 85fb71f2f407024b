// From a data request as it is written to what it asks for: its organisations chosen, its periods
// listed.
#ifndef ONERETURN_SERVICES_INGESTION_DEFINITIONS_REQUEST_ASK_H_
#define ONERETURN_SERVICES_INGESTION_DEFINITIONS_REQUEST_ASK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/period/civil_day.h"
#include "onereturn/requests/v1/request.pb.h"
#include "services/ingestion/domain/requests/ask.h"
#include "services/ingestion/domain/requests/known_catalogue.h"

namespace onereturn::ingestion {

// Lines x organisations x periods: what is matched within about a second, in bounded memory
// (docs/collect-once.md).
inline constexpr uint64_t kMostTriples = 2'000'000;

// Is there, on the day, an exception from the notice that its class of change demands?
bool IsExcepted(const requests::v1::DataRequest& request, const CivilDay& day);

// What the request asks for, on the catalogue as it is. `today`: the day of the match, on which an
// exception of notice is good or has lapsed; nothing else depends on it. Of a request that was
// issued the organisations are those of its issue, and the catalogue is not asked again.
//
// Errors as CheckWhatIsAsked and OrganisationsChosen; TOO_MANY_ITEMS for more than kMostTriples.
// That what it names is defined is not looked at: what is not known is matched as NEW.
absl::StatusOr<Ask> AskOf(const requests::v1::DataRequest& request, const KnownCatalogue& catalogue,
                          const CivilDay& today);

// Those of its types that are open on the day, below `within` by leading relationships that are in
// force then, in order of code. EMPTY_SELECTOR where it chooses nobody, FIELD_INVALID where it
// chooses more than kMostAskedOrganisations.
absl::StatusOr<std::vector<std::string>> OrganisationsChosen(
    const requests::v1::OrganisationSelector& selector, const KnownCatalogue& catalogue,
    const CivilDay& day);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DEFINITIONS_REQUEST_ASK_H_
