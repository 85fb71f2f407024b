#include "common/rpc/wire_scan.h"

#include <bitset>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/bytes.h"
#include "common/base/check.h"
#include "common/base/nfc.h"
#include "common/base/utf8.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

enum WireType : uint32_t { kVarint = 0, kFixed64 = 1, kLengthDelimited = 2, kFixed32 = 5 };

// Fields of one message by index: more than any message of the API has (checked when scanning).
constexpr size_t kMaxFields = 128;

WireType ExpectedWireType(const FieldDescriptor& field) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_DOUBLE:
    case FieldDescriptor::TYPE_FIXED64:
    case FieldDescriptor::TYPE_SFIXED64:
      return kFixed64;
    case FieldDescriptor::TYPE_FLOAT:
    case FieldDescriptor::TYPE_FIXED32:
    case FieldDescriptor::TYPE_SFIXED32:
      return kFixed32;
    case FieldDescriptor::TYPE_STRING:
    case FieldDescriptor::TYPE_BYTES:
    case FieldDescriptor::TYPE_MESSAGE:
      return kLengthDelimited;
    default:
      return kVarint;
  }
}

class Scanner {
 public:
  explicit Scanner(const WireLimits& limits) : limits_(limits) {}

  absl::Status Scan(const Descriptor& descriptor, absl::string_view bytes, int depth) {
    if (depth > limits_.max_depth) {
      return Fault(Reason::kTooDeep, descriptor.full_name(),
                   "messages lie too deep in one another");
    }
    ONERETURN_CHECK(static_cast<size_t>(descriptor.field_count()) <= kMaxFields);
    std::bitset<kMaxFields> seen;
    std::bitset<kMaxFields> seen_oneofs;
    size_t position = 0;
    const FieldDescriptor* list = nullptr;
    size_t items = 0;  // Of `list`, one after the other.
    while (position < bytes.size()) {
      ByteReader field_reader(bytes.substr(position));
      uint64_t tag = 0;
      if (!field_reader.Varint(&tag)) {
        return Fault(Reason::kMalformed, descriptor.full_name(), "a field's tag cannot be read");
      }
      if (++elements_ > limits_.max_elements) {
        return Fault(Reason::kTooManyItems, descriptor.full_name(),
                     "the message holds too many fields");
      }
      const FieldDescriptor* field = tag >> 3 <= static_cast<uint64_t>(FieldDescriptor::kMaxNumber)
                                         ? descriptor.FindFieldByNumber(static_cast<int>(tag >> 3))
                                         : nullptr;
      if (field == nullptr) {
        return Fault(Reason::kUnknownField, descriptor.full_name(),
                     absl::StrCat("field number ", tag >> 3, " is not known to this version"));
      }
      if (field->is_repeated()) {
        // Elements of a list mostly stand together: counting runs is enough to stop its growth.
        items = field == list ? items + 1 : 1;
        list = field;
        if (items > limits_.max_items) {
          return Fault(Reason::kTooManyItems, field->full_name(), "holds too many elements");
        }
      }
      RETURN_IF_ERROR(CheckOnce(*field, &seen, &seen_oneofs));
      size_t used = 0;
      RETURN_IF_ERROR(ScanValue(*field, static_cast<uint32_t>(tag & 7),
                                bytes.substr(position + VarintSize(tag)), depth, &used));
      position += VarintSize(tag) + used;
    }
    return absl::OkStatus();
  }

 private:
  static absl::Status Fault(Reason reason, absl::string_view where, absl::string_view what) {
    return Error(reason, absl::StrCat(where, ": ", what)).Field(where, what);
  }

  static absl::Status CheckOnce(const FieldDescriptor& field, std::bitset<kMaxFields>* seen,
                                std::bitset<kMaxFields>* seen_oneofs) {
    if (field.is_repeated()) return absl::OkStatus();
    if (seen->test(field.index())) {
      return Fault(Reason::kDuplicateField, field.full_name(),
                   "stands twice; it may be given once");
    }
    seen->set(field.index());
    if (const auto* oneof = field.real_containing_oneof(); oneof != nullptr) {
      if (seen_oneofs->test(oneof->index())) {
        return Fault(Reason::kOneofConflict, oneof->full_name(),
                     "only one of its members may be given");
      }
      seen_oneofs->set(oneof->index());
    }
    return absl::OkStatus();
  }

  absl::Status ScanValue(const FieldDescriptor& field, uint32_t wire_type, absl::string_view rest,
                         int depth, size_t* used) {
    const WireType expected = ExpectedWireType(field);
    const bool packed = field.is_packable() && wire_type == kLengthDelimited;
    if (wire_type != expected && !packed) {
      return Fault(Reason::kMalformed, field.full_name(), "is written as another type");
    }
    ByteReader reader(rest);
    if (wire_type == kVarint) {
      uint64_t value = 0;
      if (!reader.Varint(&value)) {
        return Fault(Reason::kMalformed, field.full_name(), "its number cannot be read");
      }
      *used = VarintSize(value);
      return CheckNumber(field, value);
    }
    if (wire_type != kLengthDelimited) {
      *used = wire_type == kFixed64 ? 8 : 4;
      if (rest.size() >= *used) return absl::OkStatus();
      return Fault(Reason::kMalformed, field.full_name(), "ends early");
    }
    uint64_t length = 0;
    if (!reader.Varint(&length) || length > rest.size() - VarintSize(length)) {
      return Fault(Reason::kMalformed, field.full_name(), "is longer than the message");
    }
    const absl::string_view content = rest.substr(VarintSize(length), length);
    *used = VarintSize(length) + length;
    if (packed) return CheckPacked(field, content);
    if (field.type() == FieldDescriptor::TYPE_MESSAGE) {
      return Scan(*field.message_type(), content, depth + 1);
    }
    return field.type() == FieldDescriptor::TYPE_STRING ? CheckText(field, content)
                                                        : absl::OkStatus();
  }

  static absl::Status CheckText(const FieldDescriptor& field, absl::string_view text) {
    if (!IsValidUtf8(text)) return Fault(Reason::kNotUtf8, field.full_name(), "is not UTF-8");
    if (!IsSafeNarrative(text)) {
      return Fault(Reason::kCharset, field.full_name(),
                   "holds a control, direction-changing or invisible character");
    }
    if (!IsNfc(text)) {
      return Fault(Reason::kNotNfc, field.full_name(), "is not in normalisation form C");
    }
    return absl::OkStatus();
  }

  static absl::Status CheckNumber(const FieldDescriptor& field, uint64_t value) {
    if (!Fits(field, value)) {
      return Fault(Reason::kMalformed, field.full_name(), "holds a number too large for its type");
    }
    if (field.type() != FieldDescriptor::TYPE_ENUM) return absl::OkStatus();
    if (value <= INT32_MAX &&
        field.enum_type()->FindValueByNumber(static_cast<int>(value)) != nullptr) {
      return absl::OkStatus();
    }
    return Fault(Reason::kEnumValue, field.full_name(),
                 "holds a number that is none of its values");
  }

  // Parsing would cut a larger number to its low bits, and take another number than was sent.
  static bool Fits(const FieldDescriptor& field, uint64_t value) {
    switch (field.type()) {
      case FieldDescriptor::TYPE_BOOL:
        return value <= 1;
      case FieldDescriptor::TYPE_UINT32:
      case FieldDescriptor::TYPE_SINT32:
        return value <= UINT32_MAX;
      case FieldDescriptor::TYPE_INT32: {
        const int64_t number = static_cast<int64_t>(value);
        return number >= INT32_MIN && number <= INT32_MAX;
      }
      default:
        return true;
    }
  }

  absl::Status CheckPacked(const FieldDescriptor& field, absl::string_view content) {
    const WireType type = ExpectedWireType(field);
    if (type != kVarint) {
      const size_t size = type == kFixed64 ? 8 : 4;
      elements_ += content.size() / size;
      if (content.size() % size != 0) {
        return Fault(Reason::kMalformed, field.full_name(), "ends early");
      }
    }
    while (type == kVarint && !content.empty()) {
      uint64_t value = 0;
      if (!ByteReader(content).Varint(&value)) {
        return Fault(Reason::kMalformed, field.full_name(), "its numbers cannot be read");
      }
      RETURN_IF_ERROR(CheckNumber(field, value));
      content.remove_prefix(VarintSize(value));
      if (++elements_ > limits_.max_elements) break;
    }
    if (elements_ > limits_.max_elements) {
      return Fault(Reason::kTooManyItems, field.full_name(), "the message holds too many numbers");
    }
    return absl::OkStatus();
  }

  const WireLimits& limits_;
  size_t elements_ = 0;
};

}  // namespace

absl::Status ScanWire(const Descriptor& descriptor, absl::string_view bytes,
                      const WireLimits& limits) {
  return Scanner(limits).Scan(descriptor, bytes, 1);
}

}  // namespace onereturn
