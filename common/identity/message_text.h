// The words of messages that become facts.
#ifndef ONERETURN_COMMON_IDENTITY_MESSAGE_TEXT_H_
#define ONERETURN_COMMON_IDENTITY_MESSAGE_TEXT_H_

#include <google/protobuf/message.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace onereturn {

// PERSONAL_DATA, naming each text of the message, at any depth, that seems to hold an NHS number or
// a postcode (common/base/personal_data.h). Its fields are named below `path`; no text is repeated.
absl::Status CheckNoPersonalData(const google::protobuf::Message& message, absl::string_view path);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_IDENTITY_MESSAGE_TEXT_H_
