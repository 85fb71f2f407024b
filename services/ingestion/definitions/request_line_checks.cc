#include "services/ingestion/definitions/request_line_checks.h"

#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "services/ingestion/definitions/definition_checks.h"
#include "services/ingestion/definitions/item_checks.h"
#include "services/ingestion/definitions/minutes_messages.h"
#include "services/ingestion/definitions/request_text_checks.h"
#include "services/ingestion/domain/requests/likeness.h"

namespace onereturn::ingestion {
namespace {

using requests::v1::RequestLine;
using DimensionList = google::protobuf::RepeatedPtrField<requests::v1::AskedDimension>;

constexpr int kMostDimensions = 64;
constexpr int kMostValues = 1'000;
constexpr size_t kMostUnitBytes = 64;
constexpr size_t kMostDefinitionTextBytes = 2'000;
constexpr size_t kMostEditionBytes = 64;
constexpr size_t kMostJustificationBytes = 1'000;

// A dimension, or a value of one: each once.
void CheckDimensionCode(const std::string& code, const std::string& field,
                        std::set<std::string>* seen, Error* faults) {
  if (!IsDimensionCode(code)) {
    faults->Field(field, "must be 1 to 64 bytes of text");
  } else if (!seen->insert(code).second) {
    faults->Field(field, "stands twice");
  }
}

void CheckAskedDimensions(const DimensionList& dimensions, const std::string& path, Error* faults) {
  if (dimensions.size() > kMostDimensions) faults->Field(path, "has more than 64");
  std::set<std::string> codes;
  for (int i = 0; i < std::min(dimensions.size(), kMostDimensions); ++i) {
    const std::string place = absl::StrCat(path, "[", i, "]");
    CheckDimensionCode(dimensions[i].code(), absl::StrCat(place, ".code"), &codes, faults);
    if (dimensions[i].values_size() > kMostValues) {
      faults->Field(absl::StrCat(place, ".values"), "has more than 1,000");
      continue;
    }
    std::set<std::string> values;
    for (int j = 0; j < dimensions[i].values_size(); ++j) {
      CheckDimensionCode(dimensions[i].values(j), absl::StrCat(place, ".values[", j, "]"), &values,
                         faults);
    }
  }
}

// Of what is described: a dimension that is spelt otherwise alone is compared as the same.
void CheckDimensionsDiffer(const DimensionList& dimensions, const std::string& path,
                           Error* faults) {
  for (int i = 1; i < std::min(dimensions.size(), kMostDimensions); ++i) {
    const std::string& code = dimensions[i].code();
    const bool again =
        std::any_of(dimensions.begin(), dimensions.begin() + i, [&code](const auto& before) {
          return before.code() != code && SameText(before.code(), code);
        });
    if (!again) continue;
    faults->Field(absl::StrCat(path, "[", i, "].code"),
                  "stands twice: capital letters and blanks about it make no other dimension");
  }
}

void CheckDescribed(const requests::v1::DescribedItem& described, const std::string& path,
                    Error* faults) {
  CheckName(described.display_name(), absl::StrCat(path, ".display_name"), faults);
  const auto check_code = [&](const std::string& code, absl::string_view field) {
    if (code.empty() || IsMeaningCode(code)) return;
    faults->Field(absl::StrCat(path, ".", field), kMeaningCodeRule);
  };
  check_code(described.concept_code(), "concept_code");
  check_code(described.measure(), "measure");
  check_code(described.population(), "population");
  check_code(described.cut_off(), "cut_off");
  CheckRequiredText(described.unit(), absl::StrCat(path, ".unit"), kMostUnitBytes, faults);
  CheckRequiredText(described.definition_text(), absl::StrCat(path, ".definition_text"),
                    kMostDefinitionTextBytes, faults);
  CheckAskedDimensions(described.dimensions(), absl::StrCat(path, ".dimensions"), faults);
  CheckDimensionsDiffer(described.dimensions(), absl::StrCat(path, ".dimensions"), faults);
}

void CheckCoded(const RequestLine& line, const std::string& path, Error* faults) {
  if (!IsCode(line.item(), CodeStyle::kItem)) {
    faults->Field(absl::StrCat(path, ".item"), CodeRule(CodeStyle::kItem));
  }
  if (line.detail() != requests::v1::DETAIL_BY_DIMENSIONS && line.dimensions_size() > 0) {
    faults->Field(absl::StrCat(path, ".dimensions"), "stand without the detail \"by dimensions\"");
  }
  if (!line.new_item().empty()) {
    faults->Field(absl::StrCat(path, ".new_item"), "stands beside the code of an item");
  }
  CheckAskedDimensions(line.dimensions(), absl::StrCat(path, ".dimensions"), faults);
}

void CheckSubject(const RequestLine& line, const std::string& path, Error* faults) {
  switch (line.subject_case()) {
    case RequestLine::kItem:
      CheckCoded(line, path, faults);
      break;
    case RequestLine::kDescribed:
      CheckDescribed(line.described(), absl::StrCat(path, ".described"), faults);
      if (line.detail() != requests::v1::DETAIL_UNSPECIFIED || line.dimensions_size() > 0) {
        faults->Field(absl::StrCat(path, ".detail"),
                      "is of an item by its code: a description has dimensions of its own");
      }
      break;
    default:
      faults->Field(path, "names no item and describes none");
  }
  if (!requests::v1::Detail_IsValid(line.detail())) {
    faults->Field(absl::StrCat(path, ".detail"), "is none of the list");
  }
}

void CheckGuidanceOf(const RequestLine& line, const std::string& path, Error* faults) {
  if (!line.guidance().empty() && !IsCode(line.guidance(), CodeStyle::kCollection)) {
    faults->Field(absl::StrCat(path, ".guidance"), CodeRule(CodeStyle::kCollection));
  }
  if (line.guidance().empty() && !line.guidance_edition().empty()) {
    faults->Field(absl::StrCat(path, ".guidance"), "is missing: its edition is named");
  }
  const std::string edition = absl::StrCat(path, ".guidance_edition");
  if (line.guidance().empty()) {
    CheckText(line.guidance_edition(), edition, kMostEditionBytes, faults);
  } else {
    CheckRequiredText(line.guidance_edition(), edition, kMostEditionBytes, faults);
  }
}

}  // namespace

void CheckRequestLines(const requests::v1::DataRequest& request, Error* faults) {
  if (request.lines_size() > kMostAskedLines) {
    faults->Field("data_request.lines", absl::StrCat("has more than ", kMostAskedLines));
    return;
  }
  std::set<std::string> new_items;
  for (int i = 0; i < request.lines_size(); ++i) {
    const RequestLine& line = request.lines(i);
    const std::string path = absl::StrCat("data_request.lines[", i, "]");
    CheckSubject(line, path, faults);
    CheckGuidanceOf(line, path, faults);
    CheckText(line.justification(), absl::StrCat(path, ".justification"), kMostJustificationBytes,
              faults);
    CheckMinutes(line.estimated_minutes(), absl::StrCat(path, ".estimated_minutes"), faults);
    if (line.new_item().empty()) continue;
    if (!IsCode(line.new_item(), CodeStyle::kItem)) {
      faults->Field(absl::StrCat(path, ".new_item"), CodeRule(CodeStyle::kItem));
    } else if (!new_items.insert(line.new_item()).second) {
      faults->Field(absl::StrCat(path, ".new_item"), "stands twice");
    }
  }
}

}  // namespace onereturn::ingestion
