// The home that issuing a request makes for what nobody collects yet: new items, and one collection
// for the asked periods alone.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_MATCHING_NEW_HOME_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_MATCHING_NEW_HOME_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "onereturn/catalogue/v1/catalogue.pb.h"
#include "onereturn/requests/v1/request.pb.h"
#include "services/ingestion/app/catalogue/catalogue_time.h"
#include "services/ingestion/domain/requests/ask.h"
#include "services/ingestion/domain/requests/known_catalogue.h"
#include "services/ingestion/domain/requests/match.h"

namespace onereturn::ingestion {

struct NewHome {
  catalogue::v1::Collection collection;
  std::vector<catalogue::v1::DataItem> items;  // In order of line.
  std::vector<uint32_t> lines;                 // The first line, from 0, that asks for each item.
  // By what the gap calls them (LineMatch::new_figure).
  std::map<std::string, std::string> code_of;
};

// nullopt where no gap needs one. `request` with its output fields; `ask` and `match` are of it. A
// finer view of an item takes over what the item is; a described line says it itself.
absl::StatusOr<std::optional<NewHome>> NewHomeOf(const requests::v1::DataRequest& request,
                                                 const Ask& ask, const MatchResult& match,
                                                 const KnownCatalogue& catalogue,
                                                 CatalogueTime* time);

// Of the lines that are no item: what issuing makes whatever is held.
absl::StatusOr<std::optional<NewHome>> SureHomeOf(const requests::v1::DataRequest& request,
                                                  const Ask& ask, const KnownCatalogue& catalogue,
                                                  CatalogueTime* time);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_MATCHING_NEW_HOME_H_
