// What is wrong with a message that somebody wrote by hand, in the words of who wrote it.
#ifndef ONERETURN_TOOLS_ONERETURN_OFFLINE_FILE_FAULTS_H_
#define ONERETURN_TOOLS_ONERETURN_OFFLINE_FILE_FAULTS_H_

#include <google/protobuf/descriptor.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace onereturn::client {

// A usage error where the file is no text in UTF-8 that a message could be: of another encoding,
// binary, or a table.
absl::Status CheckIsMessageText(const std::string& file, absl::string_view bytes);

// Of a file in JSON that could not be read: where it is wrong ("line 3: "), as far as `message`,
// which the parser gave, lets that be found; "" where it does not.
std::string PlaceInJson(absl::string_view json, absl::string_view message);

// `status`, which says what is wrong with the file, as a usage error: a field that there is not is
// called so, and the one that may be meant, in `message` or below it, stands in the remedy.
absl::Status InWordsOfWriter(const absl::Status& status,
                             const google::protobuf::Descriptor& message);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_OFFLINE_FILE_FAULTS_H_
