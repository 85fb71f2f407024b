// What differs between two versions of a definition, and between two states of the catalogue.
#ifndef ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_DIFF_CATALOGUE_H_
#define ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_DIFF_CATALOGUE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "common/storage/reader.h"
#include "onereturn/catalogue/v1/stewardship_service.pb.h"
#include "services/ingestion/app/returns/read_returns.h"

namespace onereturn::ingestion {

// The definition `name` in two of its versions up to `sequence`, numbered as DiffDefinitionRequest
// says; without a position. NOT_FOUND when there is none of them.
absl::StatusOr<catalogue::v1::DiffDefinitionResponse> DiffDefinition(const Reader& reader,
                                                                     const std::string& name,
                                                                     uint32_t from_version,
                                                                     uint32_t to_version,
                                                                     uint64_t sequence);

// What stands at `to` and differs from what stood at `from`, after `after` (where the page before
// ended; empty: all): at most `limit`.
absl::StatusOr<PageOf<catalogue::v1::DefinitionChange>> DiffCatalogue(const Reader& reader,
                                                                      uint64_t from, uint64_t to,
                                                                      const std::string& after,
                                                                      size_t limit);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_DIFF_CATALOGUE_H_
