#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/utf8.h"
#include "services/ingestion/app/requests/draft_checks.h"
#include "services/ingestion/definitions/definition_checks.h"
#include "services/ingestion/definitions/minutes_messages.h"

namespace onereturn::ingestion {
namespace {

using requests::v1::RequestLine;
using DimensionList = google::protobuf::RepeatedPtrField<requests::v1::AskedDimension>;

constexpr int kMostLines = 200;
constexpr int kMostDimensions = 64;
constexpr int kMostValues = 1'000;
constexpr size_t kMostMeaningBytes = 64;

void CheckLineText(const std::string& text, const std::string& field, size_t most, bool required,
                   Error* faults) {
  if (required && absl::StripAsciiWhitespace(text).empty()) faults->Field(field, "is missing");
  if (text.size() > most) faults->Field(field, absl::StrCat("is longer than ", most, " bytes"));
  if (!IsSafeText(text)) faults->Field(field, "holds a character that cannot be shown");
}

void CheckMeaningCode(const std::string& text, const std::string& field, Error* faults) {
  const bool plain = std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
  });
  if (!plain || text.size() > kMostMeaningBytes) {
    faults->Field(field, "must be at most 64 lower-case letters, digits and hyphens");
  }
}

void CheckAskedDimensions(const DimensionList& dimensions, const std::string& path, Error* faults) {
  if (dimensions.size() > kMostDimensions) faults->Field(path, "has more than 64");
  std::set<std::string> codes;
  for (int i = 0; i < std::min(dimensions.size(), kMostDimensions); ++i) {
    const auto& dimension = dimensions[i];
    const std::string place = absl::StrCat(path, "[", i, "]");
    CheckLineText(dimension.code(), absl::StrCat(place, ".code"), 64, true, faults);
    if (!codes.insert(dimension.code()).second) {
      faults->Field(absl::StrCat(place, ".code"), "stands twice");
    }
    if (dimension.values_size() > kMostValues) {
      faults->Field(absl::StrCat(place, ".values"), "has more than 1,000");
      continue;
    }
    std::set<std::string> values;
    for (int j = 0; j < dimension.values_size(); ++j) {
      const std::string value = absl::StrCat(place, ".values[", j, "]");
      CheckLineText(dimension.values(j), value, 64, true, faults);
      if (!values.insert(dimension.values(j)).second) faults->Field(value, "stands twice");
    }
  }
}

void CheckDescribed(const requests::v1::DescribedItem& described, const std::string& path,
                    Error* faults) {
  CheckName(described.display_name(), absl::StrCat(path, ".display_name"), faults);
  CheckMeaningCode(described.concept_code(), absl::StrCat(path, ".concept_code"), faults);
  CheckMeaningCode(described.measure(), absl::StrCat(path, ".measure"), faults);
  CheckMeaningCode(described.population(), absl::StrCat(path, ".population"), faults);
  CheckMeaningCode(described.cut_off(), absl::StrCat(path, ".cut_off"), faults);
  if (described.concept_code().empty() != described.measure().empty()) {
    faults->Field(absl::StrCat(path, described.measure().empty() ? ".measure" : ".concept_code"),
                  "is missing: concept and measure are compared together");
  }
  CheckLineText(described.unit(), absl::StrCat(path, ".unit"), 64, true, faults);
  CheckLineText(described.definition_text(), absl::StrCat(path, ".definition_text"), 2'000, true,
                faults);
  CheckAskedDimensions(described.dimensions(), absl::StrCat(path, ".dimensions"), faults);
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

void CheckLine(const RequestLine& line, const std::string& path, Error* faults) {
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
    faults->Field(absl::StrCat(path, ".detail"), "is none");
  }
  CheckLineText(line.guidance(), absl::StrCat(path, ".guidance"), 64, false, faults);
  CheckLineText(line.guidance_edition(), absl::StrCat(path, ".guidance_edition"), 64,
                !line.guidance().empty(), faults);
  if (line.guidance().empty() && !line.guidance_edition().empty()) {
    faults->Field(absl::StrCat(path, ".guidance"), "is missing: its edition is named");
  }
  CheckLineText(line.justification(), absl::StrCat(path, ".justification"), 1'000, false, faults);
  CheckMinutes(line.estimated_minutes(), absl::StrCat(path, ".estimated_minutes"), faults);
}

}  // namespace

void CheckRequestLines(const requests::v1::DataRequest& request, Error* faults) {
  if (request.lines_size() > kMostLines) {
    return static_cast<void>(faults->Field("data_request.lines", "has more than 200"));
  }
  std::set<std::string> new_items;
  for (int i = 0; i < request.lines_size(); ++i) {
    const RequestLine& line = request.lines(i);
    const std::string path = absl::StrCat("data_request.lines[", i, "]");
    CheckLine(line, path, faults);
    if (line.new_item().empty()) continue;
    if (!IsCode(line.new_item(), CodeStyle::kItem)) {
      faults->Field(absl::StrCat(path, ".new_item"), CodeRule(CodeStyle::kItem));
    } else if (!new_items.insert(line.new_item()).second) {
      faults->Field(absl::StrCat(path, ".new_item"), "stands twice");
    }
  }
}

}  // namespace onereturn::ingestion
