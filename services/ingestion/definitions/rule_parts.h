// What the rules of a collection lean on: its lists of organisations, what it reads beside its own
// returns, and the values that their expressions select.
#ifndef ONERETURN_SERVICES_INGESTION_DEFINITIONS_RULE_PARTS_H_
#define ONERETURN_SERVICES_INGESTION_DEFINITIONS_RULE_PARTS_H_

#include <map>
#include <optional>
#include <set>
#include <string>

#include "common/expression/expression.h"
#include "common/status/error.h"
#include "onereturn/catalogue/v1/catalogue.pb.h"
#include "services/ingestion/domain/collection.h"

namespace onereturn::ingestion {

using ItemSpecs = std::map<std::string, ItemSpec>;

// Faults go to `faults`, below `path`; nullopt after one.
std::optional<PeriodSpan> ReadSpan(const std::string& path, const std::string& from,
                                   const std::string& to, Error* faults);

// By code. Faults go to `faults`.
std::map<std::string, OrganisationListSpec> BuildLists(const catalogue::v1::Collection& definition,
                                                       Error* faults);

// Faults go to `faults`: what names the collection itself or one of its items, or stands twice.
std::vector<BesideSpec> BuildBeside(const catalogue::v1::Collection& definition,
                                    const ItemSpecs& own_items, Error* faults);

// Adds a fault at `path`, with its column, for each dimension and value that the expression selects
// and its item does not have, for each list that is not known, and for an item of another
// collection that it reads in earlier periods. `items` are the collection's and those beside;
// others may have any dimension.
void CheckReferences(const std::string& path, const Expression& expression, const ItemSpecs& items,
                     const Collection& collection, Error* faults);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DEFINITIONS_RULE_PARTS_H_
