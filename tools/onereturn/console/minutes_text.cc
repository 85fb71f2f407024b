#include "tools/onereturn/console/minutes_text.h"

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "tools/onereturn/console/error_text.h"
#include "tools/onereturn/console/number_text.h"

namespace onereturn::client {
namespace {

using timetable::v1::EstimatedMinutes;

// The fields of the message are the lenses.
std::string LensName(const google::protobuf::FieldDescriptor& lens) {
  return absl::StrReplaceAll(std::string(lens.name()), {{"_", "-"}});
}

const google::protobuf::FieldDescriptor* FindLens(absl::string_view name) {
  const google::protobuf::Descriptor* lenses = EstimatedMinutes::descriptor();
  for (int i = 0; i < lenses->field_count(); ++i) {
    if (LensName(*lenses->field(i)) == name) return lenses->field(i);
  }
  return nullptr;
}

}  // namespace

absl::StatusOr<EstimatedMinutes> MinutesNamed(const std::string& text) {
  EstimatedMinutes minutes;
  std::set<std::string> named;
  for (const absl::string_view part : absl::StrSplit(text, ',')) {
    const std::pair<absl::string_view, absl::string_view> lens_and_number =
        absl::StrSplit(part, absl::MaxSplits('=', 1));
    const google::protobuf::FieldDescriptor* lens = FindLens(lens_and_number.first);
    uint32_t number = 0;
    if (lens == nullptr || !absl::SimpleAtoi(lens_and_number.second, &number) ||
        !named.insert(LensName(*lens)).second) {
      std::vector<std::string> lenses;
      for (int i = 0; i < EstimatedMinutes::descriptor()->field_count(); ++i) {
        lenses.push_back(LensName(*EstimatedMinutes::descriptor()->field(i)));
      }
      return UsageError(
          absl::StrCat("\"", part, "\" is no lens with its minutes"),
          absl::StrCat("Write gathering=30,transmission=5, with any of ",
                       absl::StrJoin(lenses, ", "), ", each once and in whole minutes."));
    }
    minutes.GetReflection()->SetUInt64(&minutes, lens, number);
  }
  return minutes;
}

std::string MinutesText(const EstimatedMinutes& minutes) {
  uint64_t total = 0;
  std::vector<std::string> parts;
  for (int i = 0; i < EstimatedMinutes::descriptor()->field_count(); ++i) {
    const google::protobuf::FieldDescriptor* lens = EstimatedMinutes::descriptor()->field(i);
    const uint64_t number = minutes.GetReflection()->GetUInt64(minutes, lens);
    total += number;
    if (number > 0) parts.push_back(absl::StrCat(LensName(*lens), " ", WithThousands(number)));
  }
  return absl::StrCat(WithThousands(total), total == 1 ? " minute declared" : " minutes declared",
                      parts.empty() ? "" : ": ", absl::StrJoin(parts, ", "));
}

}  // namespace onereturn::client
