#include "common/identity/visible_fields.h"

#include <algorithm>

#include "common/identity/roles.h"

namespace onereturn {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

void VisibleFields::Look(const Descriptor* type) {
  std::vector<const Descriptor*> open = {type};
  while (!open.empty()) {
    const Descriptor* current = open.back();
    open.pop_back();
    auto [place, added] = places_.try_emplace(current);
    if (!added) continue;
    for (int i = 0; i < current->field_count(); ++i) {
      const FieldDescriptor* field = current->field(i);
      const auto permission = field->options().GetExtension(options::v1::visible_with);
      if (permission != options::v1::PERMISSION_UNSPECIFIED) {
        place->second.marked.emplace_back(field, permission);
      } else if (field->message_type() != nullptr) {
        place->second.inner.push_back(field);
        open.push_back(field->message_type());
      }
    }
  }
  Settle();
}

void VisibleFields::Settle() {
  // A type leads to marked fields when it has one, or one of its inner types does.
  std::map<const Descriptor*, bool> leads;
  bool more = true;
  while (more) {
    more = false;
    for (const auto& [type, place] : places_) {
      const bool now = leads[type] || !place.marked.empty() ||
                       std::any_of(place.inner.begin(), place.inner.end(),
                                   [&leads](const FieldDescriptor* field) {
                                     return leads[field->message_type()];
                                   });
      more = more || now != leads[type];
      leads[type] = now;
    }
  }
  for (auto& [type, place] : places_) {
    place.inner.erase(std::remove_if(place.inner.begin(), place.inner.end(),
                                     [&leads](const FieldDescriptor* field) {
                                       return !leads[field->message_type()];
                                     }),
                      place.inner.end());
  }
}

void VisibleFields::Prune(rights::v1::Role role, Message* message) const {
  const auto found = places_.find(message->GetDescriptor());
  if (found == places_.end()) return;
  const auto* reflection = message->GetReflection();
  for (const auto& [field, permission] : found->second.marked) {
    if (!Holds(role, permission)) reflection->ClearField(message, field);
  }
  for (const FieldDescriptor* field : found->second.inner) {
    if (field->is_repeated()) {
      for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
        Prune(role, reflection->MutableRepeatedMessage(message, field, i));
      }
    } else if (reflection->HasField(*message, field)) {
      Prune(role, reflection->MutableMessage(message, field));
    }
  }
}

}  // namespace onereturn
