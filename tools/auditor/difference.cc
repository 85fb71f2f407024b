#include "tools/auditor/difference.h"

#include <google/protobuf/util/message_differencer.h>

namespace onereturn::auditor {

std::optional<std::string> Difference(const google::protobuf::Message& expected,
                                      const google::protobuf::Message& seen) {
  google::protobuf::util::MessageDifferencer differencer;
  std::string text;
  differencer.ReportDifferencesToString(&text);
  if (differencer.Compare(expected, seen)) return std::nullopt;
  constexpr size_t kMostBytes = 400;
  for (char& letter : text) letter = letter == '\n' ? ' ' : letter;
  return text.substr(0, kMostBytes);
}

}  // namespace onereturn::auditor
