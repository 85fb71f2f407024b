#include "tools/onereturn/console/json_writer.h"

#include <google/protobuf/util/json_util.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/check.h"
#include "common/base/utf8.h"

namespace onereturn::client {

std::string JsonQuoted(absl::string_view text) {
  std::string quoted = "\"";
  while (!text.empty()) {
    const CodePoint point = FirstCodePoint(text);
    const size_t size = point.size == 0 ? 1 : point.size;
    if (point.size == 0) {
      quoted += "\\ufffd";
    } else if (point.value == '"' || point.value == '\\') {
      quoted += '\\';
      quoted += text[0];
    } else if (point.value < 0x20) {
      absl::StrAppendFormat(&quoted, "\\u%04x", point.value);
    } else {
      quoted.append(text.data(), size);
    }
    text.remove_prefix(size);
  }
  return quoted + '"';
}

std::string JsonOf(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  ONERETURN_CHECK(status.ok());  // Every type is linked in, and every text is UTF-8.
  return json;
}

void JsonWriter::Separate() {
  if (!text_.empty() && text_.back() != '{' && text_.back() != '[' && text_.back() != ':') {
    text_ += ',';
  }
}

JsonWriter& JsonWriter::Open(char bracket) {
  Separate();
  text_ += bracket;
  ++depth_;
  return *this;
}

JsonWriter& JsonWriter::Close(char bracket) {
  text_ += bracket;
  --depth_;
  return *this;
}

JsonWriter& JsonWriter::Key(absl::string_view key) {
  Separate();
  absl::StrAppend(&text_, JsonQuoted(key), ":");
  return *this;
}

JsonWriter& JsonWriter::Value(absl::string_view json) {
  Separate();
  text_.append(json.data(), json.size());
  return *this;
}

JsonWriter& JsonWriter::Number(uint64_t value) { return Value(absl::StrCat(value)); }

std::string JsonWriter::Take() {
  ONERETURN_CHECK(depth_ == 0);
  text_ += '\n';
  return std::exchange(text_, std::string());
}

}  // namespace onereturn::client
