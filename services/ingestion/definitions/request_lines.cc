#include "services/ingestion/definitions/request_lines.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/utf8.h"
#include "services/ingestion/definitions/definition_checks.h"
#include "services/ingestion/definitions/item_checks.h"
#include "services/ingestion/definitions/minutes_messages.h"
#include "services/ingestion/definitions/request_ask.h"

namespace onereturn::ingestion {
namespace {

using AskedDimensions = google::protobuf::RepeatedPtrField<requests::v1::AskedDimension>;

constexpr size_t kMostUnitBytes = 200;
constexpr size_t kMostDefinitionBytes = 2'000;
constexpr size_t kMostJustificationBytes = 1'000;

std::vector<AskedDimension> DimensionsOf(const AskedDimensions& messages) {
  std::vector<AskedDimension> dimensions;
  for (const requests::v1::AskedDimension& message : messages) {
    const std::set<std::string> values(message.values().begin(), message.values().end());
    dimensions.push_back({message.code(), {values.begin(), values.end()}});
  }
  std::sort(dimensions.begin(), dimensions.end(),
            [](const AskedDimension& a, const AskedDimension& b) { return a.code < b.code; });
  return dimensions;
}

void CheckDimensions(const AskedDimensions& messages, const std::string& path, Error* faults) {
  std::set<std::string> codes;
  for (int i = 0; i < messages.size(); ++i) {
    const std::string here = absl::StrCat(path, ".dimensions[", i, "]");
    const std::string& code = messages[i].code();
    if (!IsDimensionCode(code)) {
      faults->Field(absl::StrCat(here, ".code"), "must be 1 to 64 bytes of text");
    } else if (!codes.insert(code).second) {
      faults->Field(absl::StrCat(here, ".code"), absl::StrCat("\"", code, "\" stands twice"));
    }
    std::set<std::string> values;
    for (const std::string& value : messages[i].values()) {
      if (!IsDimensionCode(value)) {
        faults->Field(absl::StrCat(here, ".values"), "a value must be 1 to 64 bytes of text");
      } else if (!values.insert(value).second) {
        faults->Field(absl::StrCat(here, ".values"), absl::StrCat("\"", value, "\" stands twice"));
      }
    }
  }
}

void CheckText(const std::string& text, size_t most, const std::string& field, Error* faults) {
  if (absl::StripAsciiWhitespace(text).empty()) faults->Field(field, "is missing");
  if (text.size() > most) faults->Field(field, absl::StrCat("is longer than ", most, " bytes"));
  if (!IsSafeText(text)) faults->Field(field, "holds a character that cannot be shown");
}

void CheckDescribed(const requests::v1::DescribedItem& described, const std::string& path,
                    Error* faults) {
  CheckName(described.display_name(), absl::StrCat(path, ".display_name"), faults);
  CheckText(described.unit(), kMostUnitBytes, absl::StrCat(path, ".unit"), faults);
  CheckText(described.definition_text(), kMostDefinitionBytes,
            absl::StrCat(path, ".definition_text"), faults);
  const auto check = [&](const std::string& code, absl::string_view field) {
    if (!code.empty() && !IsMeaningCode(code)) {
      faults->Field(absl::StrCat(path, ".", field), kMeaningCodeRule);
    }
  };
  check(described.concept_code(), "concept_code");
  check(described.measure(), "measure");
  check(described.population(), "population");
  check(described.cut_off(), "cut_off");
  CheckDimensions(described.dimensions(), path, faults);
}

}  // namespace

AskLine ReadLine(const requests::v1::RequestLine& message, const std::string& path, Error* faults) {
  AskLine line;
  if (message.has_described()) {
    CheckDescribed(message.described(), absl::StrCat(path, ".described"), faults);
    line.described = DescribedItemOf(message.described());
    if (message.detail() != requests::v1::DETAIL_UNSPECIFIED || message.dimensions_size() > 0) {
      faults->Field(absl::StrCat(path, ".detail"),
                    "is of an item by its code: a description has its own dimensions");
    }
  } else if (!IsCode(message.item(), CodeStyle::kItem)) {
    faults->Field(absl::StrCat(path, ".item"),
                  message.item().empty() ? "is missing: name an item by its code, or describe one"
                                         : CodeRule(CodeStyle::kItem));
  }
  line.item = message.item();
  line.as_held = message.detail() != requests::v1::DETAIL_BY_DIMENSIONS;
  if (!message.has_described()) {
    CheckDimensions(message.dimensions(), path, faults);
    if (!requests::v1::Detail_IsValid(message.detail())) {
      faults->Field(absl::StrCat(path, ".detail"), "is none of the list");
    } else if (line.as_held && message.dimensions_size() > 0) {
      faults->Field(absl::StrCat(path, ".dimensions"), "stand with the detail BY_DIMENSIONS alone");
    }
    line.dimensions = DimensionsOf(message.dimensions());
  }
  line.guidance = message.guidance();
  line.guidance_edition = message.guidance_edition();
  if (!line.guidance.empty() && !IsCode(line.guidance, CodeStyle::kCollection)) {
    faults->Field(absl::StrCat(path, ".guidance"), CodeRule(CodeStyle::kCollection));
  }
  if (line.guidance.empty() && !line.guidance_edition.empty()) {
    faults->Field(absl::StrCat(path, ".guidance_edition"), "stands without guidance");
  }
  line.justified = !absl::StripAsciiWhitespace(message.justification()).empty();
  if (message.justification().size() > kMostJustificationBytes) {
    faults->Field(absl::StrCat(path, ".justification"), "is longer than 1,000 bytes");
  }
  if (message.has_estimated_minutes()) {
    CheckMinutes(message.estimated_minutes(), absl::StrCat(path, ".estimated_minutes"), faults);
    line.estimated_minutes = MinutesOf(message.estimated_minutes());
  }
  return line;
}

DescribedItem DescribedItemOf(const requests::v1::DescribedItem& message) {
  DescribedItem described;
  described.display_name = message.display_name();
  described.meaning = {message.concept_code(), message.measure(), message.population(),
                       message.cut_off()};
  described.unit = message.unit();
  described.dimensions = DimensionsOf(message.dimensions());
  described.definition_text = message.definition_text();
  return described;
}

requests::v1::DescribedItem MessageOf(const DescribedItem& described) {
  requests::v1::DescribedItem message;
  message.set_display_name(described.display_name);
  message.set_concept_code(described.meaning.concept_code);
  message.set_measure(described.meaning.measure);
  message.set_population(described.meaning.population);
  message.set_cut_off(described.meaning.cut_off);
  message.set_unit(described.unit);
  for (const AskedDimension& dimension : described.dimensions) {
    requests::v1::AskedDimension* added = message.add_dimensions();
    added->set_code(dimension.code);
    for (const std::string& value : dimension.values) added->add_values(value);
  }
  message.set_definition_text(described.definition_text);
  return message;
}

}  // namespace onereturn::ingestion
