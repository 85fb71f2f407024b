// A strict reader of small JSON texts (RFC 8259) that come from outside: people's tokens and sets
// of keys.
#ifndef ONERETURN_COMMON_TOKEN_JSON_VALUE_H_
#define ONERETURN_COMMON_TOKEN_JSON_VALUE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace onereturn {

struct JsonMember;

// A value type.
struct JsonValue {
  enum class Kind {
    kNull,
    kTruth,
    kInteger,  // Of 64 bits with sign.
    kNumber,   // Any other: that it is one is all that is kept.
    kText,
    kArray,
    kObject,
  };

  Kind kind = Kind::kNull;
  bool truth = false;
  int64_t integer = 0;
  std::string text;
  std::vector<JsonValue> items;     // Of an array.
  std::vector<JsonMember> members;  // Of an object, in the text's order.

  // The member of that name; null when this is no object or has none.
  const JsonValue* Find(absl::string_view name) const;
  // That member's text; null when there is none, or it is no text.
  const std::string* FindText(absl::string_view name) const;
};

struct JsonMember {
  std::string name;
  JsonValue value;
};

struct JsonLimits {
  size_t depth = 3;     // Of objects and arrays within each other, the outermost being 1.
  size_t members = 64;  // Of one object or array.
};

// The one object that `text` is. INVALID_ARGUMENT, in words that hold nothing of the text: another
// value, a member named twice in one object, more than the limits, a byte-order mark, comments,
// anything after the object, bytes that are no UTF-8.
absl::StatusOr<JsonValue> ParseJsonObject(absl::string_view text, const JsonLimits& limits);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_TOKEN_JSON_VALUE_H_
