#include "services/ingestion/app/catalogue/message_diff.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/check.h"

namespace onereturn::ingestion {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr const char* kNamingFields[] = {"code", "header", "organisation", "text"};

// A scalar as text; `index` is an element's number, -1 for a single field.
std::string ScalarText(const Message& message, const FieldDescriptor* field, int index) {
  const auto* reflection = message.GetReflection();
  const bool one = index < 0;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: {
      const std::string text = one ? reflection->GetString(message, field)
                                   : reflection->GetRepeatedString(message, field, index);
      return field->type() == FieldDescriptor::TYPE_BYTES ? absl::BytesToHexString(text) : text;
    }
    case FieldDescriptor::CPPTYPE_ENUM:
      return (one ? reflection->GetEnum(message, field)
                  : reflection->GetRepeatedEnum(message, field, index))
          ->name();
    case FieldDescriptor::CPPTYPE_BOOL:
      return (one ? reflection->GetBool(message, field)
                  : reflection->GetRepeatedBool(message, field, index))
                 ? "true"
                 : "false";
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(one ? reflection->GetInt32(message, field)
                              : reflection->GetRepeatedInt32(message, field, index));
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat(one ? reflection->GetInt64(message, field)
                              : reflection->GetRepeatedInt64(message, field, index));
    case FieldDescriptor::CPPTYPE_UINT32:
      return absl::StrCat(one ? reflection->GetUInt32(message, field)
                              : reflection->GetRepeatedUInt32(message, field, index));
    case FieldDescriptor::CPPTYPE_UINT64:
      return absl::StrCat(one ? reflection->GetUInt64(message, field)
                              : reflection->GetRepeatedUInt64(message, field, index));
    default:
      return absl::StrCat(one ? reflection->GetDouble(message, field)
                              : reflection->GetRepeatedDouble(message, field, index));
  }
}

class Differences {
 public:
  // Either may be null: there is no such message.
  void Compare(const Message* before, const Message* after, const std::string& path) {
    const Message& any = before != nullptr ? *before : *after;
    for (int i = 0; i < any.GetDescriptor()->field_count(); ++i) {
      const FieldDescriptor* field = any.GetDescriptor()->field(i);
      const std::string place =
          path.empty() ? field->name() : absl::StrCat(path, ".", field->name());
      if (field->is_repeated()) {
        CompareLists(before, after, field, place);
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        const Message* was = Single(before, field);
        const Message* is = Single(after, field);
        if (was != nullptr || is != nullptr) Compare(was, is, place);
      } else {
        Add(place, Text(before, field), Text(after, field));
      }
    }
  }

  std::vector<FieldDifference> Take() {
    std::sort(found_.begin(), found_.end(),
              [](const FieldDifference& a, const FieldDifference& b) { return a.path < b.path; });
    return std::move(found_);
  }

 private:
  void Add(const std::string& path, const std::string& before, const std::string& after) {
    if (before != after) found_.push_back({path, before, after});
  }

  static std::string Text(const Message* message, const FieldDescriptor* field) {
    if (message == nullptr || !message->GetReflection()->HasField(*message, field)) return "";
    return ScalarText(*message, field, -1);
  }

  static const Message* Single(const Message* message, const FieldDescriptor* field) {
    if (message == nullptr || !message->GetReflection()->HasField(*message, field)) return nullptr;
    return &message->GetReflection()->GetMessage(*message, field);
  }

  static int SizeOf(const Message* message, const FieldDescriptor* field) {
    return message == nullptr ? 0 : message->GetReflection()->FieldSize(*message, field);
  }

  // The name of each element by `naming`, a field of theirs, or by itself where that is null;
  // nullopt where two share one, or one has none.
  static std::optional<std::vector<std::string>> NamesIn(const Message* message,
                                                         const FieldDescriptor* field,
                                                         const FieldDescriptor* naming) {
    std::vector<std::string> names;
    std::set<std::string> seen;
    for (int i = 0; i < SizeOf(message, field); ++i) {
      names.push_back(naming == nullptr ? ScalarText(*message, field, i)
                                        : ScalarText(message->GetReflection()->GetRepeatedMessage(
                                                         *message, field, i),
                                                     naming, -1));
      if (names.back().empty() || !seen.insert(names.back()).second) return std::nullopt;
    }
    return names;
  }

  using ListNames = std::pair<std::vector<std::string>, std::vector<std::string>>;
  static ListNames Numbered(const Message* before, const Message* after,
                            const FieldDescriptor* field) {
    ListNames names;
    for (int i = 0; i < SizeOf(before, field); ++i) names.first.push_back(absl::StrCat(i));
    for (int i = 0; i < SizeOf(after, field); ++i) names.second.push_back(absl::StrCat(i));
    return names;
  }

  // How the elements of both lists are named in the same way.
  static ListNames NamesOf(const Message* before, const Message* after,
                           const FieldDescriptor* field) {
    const auto named_by = [&](const FieldDescriptor* naming) -> std::optional<ListNames> {
      auto was = NamesIn(before, field, naming);
      auto is = NamesIn(after, field, naming);
      if (!was.has_value() || !is.has_value()) return std::nullopt;
      return ListNames(*std::move(was), *std::move(is));
    };
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      return named_by(nullptr).value_or(Numbered(before, after, field));
    }
    for (const char* name : kNamingFields) {
      const FieldDescriptor* naming = field->message_type()->FindFieldByName(name);
      if (naming == nullptr || naming->is_repeated() ||
          naming->cpp_type() != FieldDescriptor::CPPTYPE_STRING) {
        continue;
      }
      if (auto names = named_by(naming); names.has_value()) return *std::move(names);
    }
    return Numbered(before, after, field);
  }

  void CompareLists(const Message* before, const Message* after, const FieldDescriptor* field,
                    const std::string& path) {
    const auto [was, is] = NamesOf(before, after, field);
    std::map<std::string, std::pair<int, int>> places;  // -1: not there.
    for (const std::string& name : was) places[name] = {-1, -1};
    for (const std::string& name : is) places[name] = {-1, -1};
    for (size_t i = 0; i < was.size(); ++i) places[was[i]].first = static_cast<int>(i);
    for (size_t i = 0; i < is.size(); ++i) places[is[i]].second = static_cast<int>(i);
    for (const auto& [name, place] : places) {
      const std::string at = absl::StrCat(path, "[", name, "]");
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        Compare(Element(before, field, place.first), Element(after, field, place.second), at);
      } else {
        Add(at, place.first < 0 ? "" : ScalarText(*before, field, place.first),
            place.second < 0 ? "" : ScalarText(*after, field, place.second));
      }
    }
    if (was != is && was.size() == is.size() &&
        std::is_permutation(was.begin(), was.end(), is.begin())) {
      Add(path, "(order)", "(another order)");
    }
  }

  static const Message* Element(const Message* message, const FieldDescriptor* field, int place) {
    if (place < 0) return nullptr;
    return &message->GetReflection()->GetRepeatedMessage(*message, field, place);
  }

  std::vector<FieldDifference> found_;
};

}  // namespace

std::vector<FieldDifference> DifferencesOf(const Message& before, const Message& after) {
  ONERETURN_CHECK(before.GetDescriptor() == after.GetDescriptor());
  Differences differences;
  differences.Compare(&before, &after, "");
  return differences.Take();
}

}  // namespace onereturn::ingestion
