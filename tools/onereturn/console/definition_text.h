// Definitions of the catalogue, for people.
#ifndef ONERETURN_TOOLS_ONERETURN_CONSOLE_DEFINITION_TEXT_H_
#define ONERETURN_TOOLS_ONERETURN_CONSOLE_DEFINITION_TEXT_H_

#include <cstddef>
#include <string>
#include <vector>

#include "onereturn/catalogue/v1/catalogue.pb.h"

namespace onereturn::client {

// What is returned, when, by whom, by which rules and in which layouts; `items` are those that it
// names. As wide as `width`; 0: as it needs.
std::string CollectionText(const catalogue::v1::Collection& collection,
                           const std::vector<catalogue::v1::DataItem>& items, size_t width);

// What is counted, and at which values of which dimensions.
std::string ItemText(const catalogue::v1::DataItem& item, size_t width);

// Every code that may stand in a column of a dimension, each once, with what it means and the items
// that take it.
std::string CodesText(const std::vector<catalogue::v1::DataItem>& items, size_t width);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_CONSOLE_DEFINITION_TEXT_H_
