// What is held about something.
#ifndef ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_SEARCH_CATALOGUE_H_
#define ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_SEARCH_CATALOGUE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "common/storage/reader.h"
#include "onereturn/catalogue/v1/stewardship_service.pb.h"

namespace onereturn::ingestion {

// As the catalogue and the returns stand at `sequence`; the best `limit` results, without a
// position. FIELD_INVALID for words that cannot be looked for.
absl::StatusOr<catalogue::v1::SearchCatalogueResponse> SearchCatalogue(const Reader& reader,
                                                                       const std::string& words,
                                                                       uint64_t sequence,
                                                                       size_t limit);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_SEARCH_CATALOGUE_H_
