// What one issue can hold: what is beyond is said when a request is drafted.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_MATCHING_ISSUE_BOUNDS_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_MATCHING_ISSUE_BOUNDS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "onereturn/requests/v1/request.pb.h"
#include "services/ingestion/app/catalogue/catalogue_time.h"
#include "services/ingestion/domain/requests/ask.h"
#include "services/ingestion/domain/requests/known_catalogue.h"

namespace onereturn::ingestion {

// Of the lines, their formulas, and those that issuing makes: all of them may be owed in one
// return, whose obligation is in one fact. At most 92 bytes each (a code of 64, six lenses of at
// most 100,000 minutes), so 37 KiB of the 48 of a part; the rest is for organisations.
inline constexpr size_t kMostItemsOfIssue = 400;
// In the statement, beside 2,000 organisations and the items of 200 lines.
inline constexpr size_t kMostTermsBytes = 4 * 1024;

// FIELD_INVALID, "data_request.lines".
absl::Status CheckTermsFit(const std::vector<std::string>& terms);

// FIELD_INVALID where it asks for more items than kMostItemsOfIssue, or under more words of reuse
// than kMostTermsBytes. Whether the body may use them is looked at when it is issued.
absl::Status CheckFitsOneIssue(const requests::v1::DataRequest& request, const Ask& ask,
                               const KnownCatalogue& catalogue, CatalogueTime* time);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_MATCHING_ISSUE_BOUNDS_H_
