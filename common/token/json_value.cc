#include "common/token/json_value.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace onereturn {
namespace {

constexpr char kByteOrderMark[] = "\xEF\xBB\xBF";

// Takes the parser's events. The parser itself keeps the last of two members of one name, and goes
// as deep as a text does; here both end the reading. Functions carry the parser's names.
class Builder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Builder(const JsonLimits& limits) : limits_(limits) {}

  bool null() override { return Add({}) != nullptr; }
  bool boolean(bool value) override {
    JsonValue truth;
    truth.kind = JsonValue::Kind::kTruth;
    truth.truth = value;
    return Add(std::move(truth)) != nullptr;
  }
  bool number_integer(number_integer_t value) override {
    JsonValue integer;
    integer.kind = JsonValue::Kind::kInteger;
    integer.integer = value;
    return Add(std::move(integer)) != nullptr;
  }
  bool number_unsigned(number_unsigned_t value) override {
    if (value <= static_cast<number_unsigned_t>(std::numeric_limits<int64_t>::max())) {
      return number_integer(static_cast<number_integer_t>(value));
    }
    return AddOfKind(JsonValue::Kind::kNumber) != nullptr;
  }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override {
    return AddOfKind(JsonValue::Kind::kNumber) != nullptr;
  }
  bool string(string_t& value) override {
    JsonValue text;
    text.kind = JsonValue::Kind::kText;
    text.text = std::move(value);
    return Add(std::move(text)) != nullptr;
  }
  bool binary(binary_t& /*value*/) override { return Fail("holds bytes"); }

  bool start_object(size_t /*elements*/) override { return Open(JsonValue::Kind::kObject); }
  bool key(string_t& name) override {
    if (open_.back()->Find(name) != nullptr) return Fail("names a member twice");
    name_ = std::move(name);
    return true;
  }
  bool end_object() override { return Close(); }
  bool start_array(size_t /*elements*/) override { return Open(JsonValue::Kind::kArray); }
  bool end_array() override { return Close(); }

  bool parse_error(size_t position, const std::string& /*token*/,
                   const nlohmann::detail::exception& /*error*/) override {
    return Fail(absl::StrCat("cannot be read at byte ", position));
  }

  const std::string& fault() const { return fault_; }
  JsonValue Take() { return std::move(root_); }

 private:
  bool Fail(absl::string_view fault) {
    if (fault_.empty()) fault_ = std::string(fault);
    return false;
  }
  // Where the value now lies: while it is open its parent does not grow, so the place stays.
  JsonValue* Add(JsonValue value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    JsonValue& parent = *open_.back();
    if (parent.items.size() + parent.members.size() >= limits_.members) {
      Fail("has too many members");
      return nullptr;
    }
    if (parent.kind == JsonValue::Kind::kArray) {
      parent.items.push_back(std::move(value));
      return &parent.items.back();
    }
    parent.members.push_back({std::move(name_), std::move(value)});
    return &parent.members.back().value;
  }
  JsonValue* AddOfKind(JsonValue::Kind kind) {
    JsonValue value;
    value.kind = kind;
    return Add(std::move(value));
  }
  bool Open(JsonValue::Kind kind) {
    if (open_.size() >= limits_.depth) return Fail("is nested too deeply");
    JsonValue* added = AddOfKind(kind);
    if (added == nullptr) return false;
    open_.push_back(added);
    return true;
  }
  bool Close() {
    open_.pop_back();
    return true;
  }

  const JsonLimits limits_;
  JsonValue root_;
  std::vector<JsonValue*> open_;
  std::string name_;
  std::string fault_;
};

}  // namespace

const JsonValue* JsonValue::Find(absl::string_view name) const {
  const auto found = std::find_if(members.begin(), members.end(),
                                  [&](const JsonMember& member) { return member.name == name; });
  return found == members.end() ? nullptr : &found->value;
}

const std::string* JsonValue::FindText(absl::string_view name) const {
  const JsonValue* value = Find(name);
  return value != nullptr && value->kind == Kind::kText ? &value->text : nullptr;
}

absl::StatusOr<JsonValue> ParseJsonObject(absl::string_view text, const JsonLimits& limits) {
  if (absl::StartsWith(text, kByteOrderMark)) {
    return absl::InvalidArgumentError("the JSON begins with a byte-order mark");
  }
  // The parser takes this byte for the end.
  if (absl::StrContains(text, '\0'))
    return absl::InvalidArgumentError("the JSON holds a zero byte");
  Builder builder(limits);
  if (!nlohmann::json::sax_parse(text.data(), text.data() + text.size(), &builder)) {
    return absl::InvalidArgumentError(absl::StrCat("the JSON ", builder.fault()));
  }
  JsonValue value = builder.Take();
  if (value.kind != JsonValue::Kind::kObject) {
    return absl::InvalidArgumentError("the JSON is no object");
  }
  return value;
}

}  // namespace onereturn
