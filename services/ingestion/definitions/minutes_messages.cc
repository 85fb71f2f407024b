#include "services/ingestion/definitions/minutes_messages.h"

#include <set>
#include <string>

#include "absl/strings/str_cat.h"

namespace onereturn::ingestion {
Minutes MinutesOf(const timetable::v1::EstimatedMinutes& message) {
  Minutes minutes;
  minutes[Lens::kGathering] = message.gathering();
  minutes[Lens::kQualityAssurance] = message.quality_assurance();
  minutes[Lens::kExtractionAndTransformation] = message.extraction_and_transformation();
  minutes[Lens::kTransmission] = message.transmission();
  minutes[Lens::kSystemChangeAndDevelopment] = message.system_change_and_development();
  minutes[Lens::kTrainingAndGuidance] = message.training_and_guidance();
  return minutes;
}

timetable::v1::EstimatedMinutes MessageOf(const Minutes& minutes) {
  timetable::v1::EstimatedMinutes message;
  message.set_gathering(minutes[Lens::kGathering]);
  message.set_quality_assurance(minutes[Lens::kQualityAssurance]);
  message.set_extraction_and_transformation(minutes[Lens::kExtractionAndTransformation]);
  message.set_transmission(minutes[Lens::kTransmission]);
  message.set_system_change_and_development(minutes[Lens::kSystemChangeAndDevelopment]);
  message.set_training_and_guidance(minutes[Lens::kTrainingAndGuidance]);
  return message;
}

void CheckMinutes(const timetable::v1::EstimatedMinutes& minutes, absl::string_view path,
                  Error* faults) {
  const auto check = [&](uint64_t given, absl::string_view lens) {
    if (given <= kMostMinutesOfLens) return;
    faults->Field(absl::StrCat(path, ".", lens), "must be at most 100,000 minutes");
  };
  check(minutes.gathering(), "gathering");
  check(minutes.quality_assurance(), "quality_assurance");
  check(minutes.extraction_and_transformation(), "extraction_and_transformation");
  check(minutes.transmission(), "transmission");
  check(minutes.system_change_and_development(), "system_change_and_development");
  check(minutes.training_and_guidance(), "training_and_guidance");
}

absl::Status CheckCollectionMinutes(const catalogue::v1::Collection& collection) {
  Error faults(Reason::kDefinitionInvalid,
               absl::StrCat("what collection ", collection.code(), " says of minutes is wrong"));
  CheckMinutes(collection.estimated_minutes(), "estimated_minutes", &faults);
  const std::set<std::string> items(collection.items().begin(), collection.items().end());
  std::set<std::string> seen;
  for (int i = 0; i < collection.item_minutes_size(); ++i) {
    const catalogue::v1::ItemMinutes& one = collection.item_minutes(i);
    const std::string path = absl::StrCat("item_minutes[", i, "]");
    if (items.count(one.item()) == 0) {
      faults.Field(absl::StrCat(path, ".item"), "is no item of the collection");
    } else if (!seen.insert(one.item()).second) {
      faults.Field(absl::StrCat(path, ".item"), absl::StrCat(one.item(), " stands twice"));
    }
    CheckMinutes(one.minutes(), absl::StrCat(path, ".minutes"), &faults);
  }
  if (faults.fields_total() > 0) return faults;
  return absl::OkStatus();
}

}  // namespace onereturn::ingestion
