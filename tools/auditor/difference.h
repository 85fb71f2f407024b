// What is served beside what is held, in words.
#ifndef ONERETURN_TOOLS_AUDITOR_DIFFERENCE_H_
#define ONERETURN_TOOLS_AUDITOR_DIFFERENCE_H_

#include <google/protobuf/message.h>

#include <optional>
#include <string>

namespace onereturn::auditor {

// The first fields that differ, at most 400 bytes; nullopt when none does. Both are of one type.
std::optional<std::string> Difference(const google::protobuf::Message& expected,
                                      const google::protobuf::Message& seen);

}  // namespace onereturn::auditor

#endif  // ONERETURN_TOOLS_AUDITOR_DIFFERENCE_H_
