// JSON for machines: the client's own objects, with keys in the order they are written.
#ifndef ONERETURN_TOOLS_ONERETURN_CONSOLE_JSON_WRITER_H_
#define ONERETURN_TOOLS_ONERETURN_CONSOLE_JSON_WRITER_H_

#include <google/protobuf/message.h>

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace onereturn::client {

// A text as a JSON string with its quotes. What is no UTF-8 becomes U+FFFD.
std::string JsonQuoted(absl::string_view text);

// `message` as protobuf JSON with the field names of the protos, on one line.
std::string JsonOf(const google::protobuf::Message& message);

// Writes one value. Every Key() is followed by one value; begins and ends must match (checked at
// Take). Thread-compatible.
class JsonWriter {
 public:
  JsonWriter& BeginObject() { return Open('{'); }
  JsonWriter& EndObject() { return Close('}'); }
  JsonWriter& BeginArray() { return Open('['); }
  JsonWriter& EndArray() { return Close(']'); }
  JsonWriter& Key(absl::string_view key);

  JsonWriter& Text(absl::string_view value) { return Value(JsonQuoted(value)); }
  JsonWriter& Number(uint64_t value);
  JsonWriter& Truth(bool value) { return Value(value ? "true" : "false"); }
  JsonWriter& Message(const google::protobuf::Message& value) { return Value(JsonOf(value)); }

  // The text, ended by a line feed.
  std::string Take();

 private:
  JsonWriter& Open(char bracket);
  JsonWriter& Close(char bracket);
  JsonWriter& Value(absl::string_view json);
  void Separate();

  std::string text_;
  int depth_ = 0;
};

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_CONSOLE_JSON_WRITER_H_
