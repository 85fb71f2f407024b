// Which finer view of an item is what a line asks for: what was made for an earlier request is
// found by whoever asks for it again.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_FINER_VIEWS_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_FINER_VIEWS_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "services/ingestion/domain/requests/ask.h"
#include "services/ingestion/domain/requests/known_catalogue.h"

namespace onereturn::ingestion {

// What an item lacks of what is asked.
struct Lacked {
  std::string dimension;            // Empty: nothing.
  std::vector<std::string> values;  // In order; empty: it lacks the dimension.
};

// Of the first dimension that the item lacks, or of which it lacks a value.
Lacked FirstLacked(const KnownItem& item, const std::vector<AskedDimension>& asked,
                   const KnownCatalogue& catalogue);

// All its dimensions, with all their values.
std::vector<AskedDimension> AllDimensions(const KnownItem& item);

// Of an item that the formula of `derived` reads, the dimensions over which nothing is summed:
// those asked of the derived item, and those of which every reference to the item picks one value.
std::vector<AskedDimension> InputDimensions(const std::string& input, const KnownItem& derived,
                                            std::vector<AskedDimension> asked);

// The dimensions that are asked of an item, as it is for some period; nullopt: it cannot be asked.
using DimensionsOf = std::function<std::optional<std::vector<AskedDimension>>(
    const KnownItem& item, const Period& period)>;

// The first code, in order, of the finer views of the item that can give all that is asked in each
// of the periods. Empty where there is none, and where the item itself can.
std::string FinerViewOf(const std::string& item, const DimensionsOf& of_item,
                        const DimensionsOf& of_view, const std::vector<Period>& periods,
                        const KnownCatalogue& catalogue);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_FINER_VIEWS_H_
