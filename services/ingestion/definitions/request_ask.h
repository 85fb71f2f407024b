// From a data request as it is written to what it asks for: its organisations chosen, its periods
// listed.
#ifndef ONERETURN_SERVICES_INGESTION_DEFINITIONS_REQUEST_ASK_H_
#define ONERETURN_SERVICES_INGESTION_DEFINITIONS_REQUEST_ASK_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/period/civil_day.h"
#include "common/period/period.h"
#include "onereturn/requests/v1/request.pb.h"
#include "services/ingestion/domain/requests/ask.h"
#include "services/ingestion/domain/requests/known_catalogue.h"

namespace onereturn::ingestion {

inline constexpr size_t kMostAskedLines = 200;
inline constexpr size_t kMostAskedOrganisations = 2'000;
inline constexpr size_t kMostAskedPeriods = 120;

// What the request asks for, on the catalogue as it is. Of a request that was issued the
// organisations are those of its issue, and the catalogue is not asked again.
//
// In this order: FIELD_INVALID with every fault of the fields that it reads (lines, organisations,
// selector, freshness, due_date, expiry; all others are not looked at); PERIOD; EMPTY_SELECTOR;
// FUTURE_PERIOD; DEFINITION_UNKNOWN, DEFINITION_RETIRED; ODS_UNKNOWN, ODS_CLOSED. Paths of fields
// are those of DataRequest. Dimensions and values that an item lacks are no fault: they are asked.
absl::StatusOr<Ask> AskOf(const requests::v1::DataRequest& request,
                          const KnownCatalogue& catalogue);

// Its periods, in order: those from the first to the last; of a standing request without a last up
// to the one in which its expiry lies. PERIOD, FUTURE_PERIOD; EMPTY_SELECTOR where it names none.
absl::StatusOr<std::vector<Period>> PeriodsAsked(const requests::v1::DataRequest& request);

// Those of its types that are open on the day, below `within` by leading relationships that are in
// force then, in order of code. ODS_UNKNOWN where `within` is not defined; EMPTY_SELECTOR where it
// chooses nobody, FIELD_INVALID where it chooses more than kMostAskedOrganisations.
absl::StatusOr<std::vector<std::string>> OrganisationsChosen(
    const requests::v1::OrganisationSelector& selector, const KnownCatalogue& catalogue,
    const CivilDay& day);

// Dimensions and values in order, each once.
DescribedItem DescribedItemOf(const requests::v1::DescribedItem& message);
// Without what matters only should it become an item.
requests::v1::DescribedItem MessageOf(const DescribedItem& described);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DEFINITIONS_REQUEST_ASK_H_
