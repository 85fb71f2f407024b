#include "services/ingestion/definitions/request_lines.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "services/ingestion/definitions/minutes_messages.h"

namespace onereturn::ingestion {
namespace {

using AskedDimensions = google::protobuf::RepeatedPtrField<requests::v1::AskedDimension>;

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

}  // namespace

AskLine AskLineOf(const requests::v1::RequestLine& message) {
  AskLine line;
  if (message.has_described()) {
    line.described = DescribedItemOf(message.described());
  } else {
    line.item = message.item();
    line.as_held = message.detail() != requests::v1::DETAIL_BY_DIMENSIONS;
    line.dimensions = DimensionsOf(message.dimensions());
  }
  line.guidance = message.guidance();
  line.guidance_edition = message.guidance_edition();
  line.justification = std::string(absl::StripAsciiWhitespace(message.justification()));
  if (message.has_estimated_minutes()) {
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

}  // namespace onereturn::ingestion
