#include "common/identity/message_text.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/personal_data.h"
#include "common/status/error.h"

namespace onereturn {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

void LookForPersons(const Message& message, const std::string& path, Error* faults) {
  const auto* reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  const auto look = [&](const FieldDescriptor* field, const std::string& text,
                        const std::string& place) {
    if (field->type() != FieldDescriptor::TYPE_STRING || !HoldsPersonalData(text)) return;
    faults->Field(place, "seems to hold an NHS number or a postcode");
  };
  for (const FieldDescriptor* field : fields) {
    const bool is_message = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (!is_message && field->cpp_type() != FieldDescriptor::CPPTYPE_STRING) continue;
    const std::string place = absl::StrCat(path, ".", field->name());
    if (!field->is_repeated()) {
      if (is_message) {
        LookForPersons(reflection->GetMessage(message, field), place, faults);
      } else {
        look(field, reflection->GetString(message, field), place);
      }
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
      const std::string one = absl::StrCat(place, "[", i, "]");
      if (is_message) {
        LookForPersons(reflection->GetRepeatedMessage(message, field, i), one, faults);
      } else {
        look(field, reflection->GetRepeatedString(message, field, i), one);
      }
    }
  }
}

}  // namespace

absl::Status CheckNoPersonalData(const Message& message, absl::string_view path) {
  Error faults(Reason::kPersonalData, "a text seems to hold an NHS number or a postcode");
  LookForPersons(message, std::string(path), &faults);
  if (faults.fields_total() == 0) return absl::OkStatus();
  return faults;
}

}  // namespace onereturn
