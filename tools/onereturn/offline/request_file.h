// A data request as a file that somebody writes.
#ifndef ONERETURN_TOOLS_ONERETURN_OFFLINE_REQUEST_FILE_H_
#define ONERETURN_TOOLS_ONERETURN_OFFLINE_REQUEST_FILE_H_

#include <google/protobuf/message.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "onereturn/requests/v1/request.pb.h"

namespace onereturn::client {

// Reads `file` into `message`: JSON where its name ends so, else text protobuf. An error that names
// the file and what is wrong.
absl::Status ReadMessageFile(const std::string& file, google::protobuf::Message* message);

absl::StatusOr<requests::v1::DataRequest> ReadRequestFile(const std::string& file);

// A request to begin from, as text protobuf: every field that a requester gives, explained.
absl::string_view RequestTemplate();

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_OFFLINE_REQUEST_FILE_H_
