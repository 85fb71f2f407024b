// By which right a body may use the figures it asks for.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_REUSE_RIGHTS_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_REUSE_RIGHTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "onereturn/common/v1/purpose.pb.h"
#include "services/ingestion/app/catalogue/catalogue_time.h"

namespace onereturn::ingestion {

// The words of the rights under which the body may use these items (of a derived item also those it
// is made of) for the purpose, as they are for each of the periods: each once, in order.
// REUSE_REFUSED names each item that it may not use. An item that states no right may be used by
// anybody for any purpose.
absl::StatusOr<std::vector<std::string>> ReuseTermsIn(CatalogueTime* time,
                                                      const std::vector<std::string>& items,
                                                      const std::string& body,
                                                      common::v1::Purpose purpose,
                                                      const std::vector<Period>& periods);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_REUSE_RIGHTS_H_
