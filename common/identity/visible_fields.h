// Fields that only some callers see: those whose option `visible_with` names a permission.
#ifndef ONERETURN_COMMON_IDENTITY_VISIBLE_FIELDS_H_
#define ONERETURN_COMMON_IDENTITY_VISIBLE_FIELDS_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <map>
#include <utility>
#include <vector>

#include "onereturn/options/v1/options.pb.h"
#include "onereturn/rights/v1/rights.pb.h"

namespace onereturn {

// Where such fields stand in messages of some types: found once, so that an answer without them
// costs nothing. Made by one thread, then safe for any number.
class VisibleFields {
 public:
  // Finds them in messages of the type, at every depth.
  void Add(const google::protobuf::Descriptor* type) { Look(type); }

  // Clears what the role may not see. A message whose type was not added is left as it is.
  void Prune(rights::v1::Role role, google::protobuf::Message* message) const;

 private:
  struct Place {
    std::vector<std::pair<const google::protobuf::FieldDescriptor*, options::v1::Permission>>
        marked;
    // Those that lead to marked ones.
    std::vector<const google::protobuf::FieldDescriptor*> inner;
  };

  void Look(const google::protobuf::Descriptor* type);
  // Removes the fields that lead to nothing.
  void Settle();

  std::map<const google::protobuf::Descriptor*, Place> places_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_IDENTITY_VISIBLE_FIELDS_H_
