// From the catalogue's messages to the picture of it that requests are matched on.
#ifndef ONERETURN_SERVICES_INGESTION_DEFINITIONS_KNOWN_CATALOGUE_BUILDER_H_
#define ONERETURN_SERVICES_INGESTION_DEFINITIONS_KNOWN_CATALOGUE_BUILDER_H_

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "onereturn/catalogue/v1/catalogue.pb.h"
#include "onereturn/catalogue/v1/organisation.pb.h"
#include "onereturn/catalogue/v1/stewardship.pb.h"
#include "onereturn/requests/v1/rules.pb.h"
#include "onereturn/timetable/v1/timetable.pb.h"
#include "services/ingestion/domain/requests/known_catalogue.h"

namespace onereturn::ingestion {

// Definitions that were accepted. Of one code there may be several versions, the newest first, of
// items, collections and guidance; of organisations and calendars the newest alone. Codes in any
// order.
struct CatalogueMessages {
  std::vector<catalogue::v1::Organisation> organisations;
  std::vector<catalogue::v1::DataItem> items;
  std::vector<catalogue::v1::Collection> collections;
  std::vector<catalogue::v1::Guidance> guidance;
  std::vector<timetable::v1::Calendar> calendars;
};

// Without likenesses, and with rules as they are where none were defined. A definition that cannot
// be read, such as a day that is none: INVALID_ARGUMENT names it.
absl::StatusOr<KnownCatalogue> BuildKnownCatalogue(const CatalogueMessages& messages);

// What the matching of requests takes from the rules in force.
MatchingRules MatchingRulesOf(const requests::v1::RequestRules& rules);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DEFINITIONS_KNOWN_CATALOGUE_BUILDER_H_
