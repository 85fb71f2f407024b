// A collection as it would be without one of its items.
#ifndef ONERETURN_TOOLS_ONERETURN_COMMANDS_COLLECTION_WITHOUT_ITEM_H_
#define ONERETURN_TOOLS_ONERETURN_COMMANDS_COLLECTION_WITHOUT_ITEM_H_

#include <set>
#include <string>
#include <vector>

#include "onereturn/catalogue/v1/catalogue.pb.h"

namespace onereturn::client {

struct CollectionWithoutItem {
  catalogue::v1::Collection collection;
  // In words, what was taken out beside the item: of layouts, of rules, of what is not collected.
  std::vector<std::string> left_out;
  // In words, places that read the item together with others: `collection` has them still, and a
  // person must say what becomes of each. Empty: it can be proposed as it is.
  std::vector<std::string> by_hand;
};

// Takes out the item and what is of it alone. A rule that reads others as well is taken out where
// `rules` names it, else it is for hand. Codes of `rules` that the collection has not are ignored.
CollectionWithoutItem WithoutItem(catalogue::v1::Collection collection, const std::string& item,
                                  const std::set<std::string>& rules);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_COMMANDS_COLLECTION_WITHOUT_ITEM_H_
