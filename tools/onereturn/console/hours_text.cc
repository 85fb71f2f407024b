#include "tools/onereturn/console/hours_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/period/civil_day.h"
#include "tools/onereturn/console/number_text.h"
#include "tools/onereturn/console/text_table.h"

namespace onereturn::client {
namespace {

constexpr uint64_t kMinutesOfHour = 60;
constexpr uint64_t kPenceOfPound = 100;
constexpr const char* kMonths[] = {"January",   "February", "March",    "April",
                                   "May",       "June",     "July",     "August",
                                   "September", "October",  "November", "December"};

}  // namespace

uint64_t AllMinutes(const timetable::v1::EstimatedMinutes& minutes) {
  return uint64_t{minutes.gathering()} + minutes.quality_assurance() +
         minutes.extraction_and_transformation() + minutes.transmission() +
         minutes.system_change_and_development() + minutes.training_and_guidance();
}

std::string HoursText(uint64_t minutes) {
  if (minutes == 0) return "";
  return absl::StrFormat("%s:%02d", WithThousands(minutes / kMinutesOfHour),
                         minutes % kMinutesOfHour);
}

std::string HoursWords(uint64_t minutes) {
  const uint64_t hours = minutes / kMinutesOfHour;
  const uint64_t rest = minutes % kMinutesOfHour;
  if (rest == 0) return absl::StrCat(WithThousands(hours), " h");
  if (hours == 0) return absl::StrCat(rest, " min");
  return absl::StrCat(WithThousands(hours), " h ", rest, " min");
}

std::string PoundsText(uint64_t pence) {
  if (pence == 0) return "";
  return absl::StrFormat("%s.%02d", WithThousands(pence / kPenceOfPound), pence % kPenceOfPound);
}

std::string AboutPounds(uint64_t pence) {
  if (pence == 0) return "";
  const uint64_t pounds = pence / kPenceOfPound + (pence % kPenceOfPound >= kPenceOfPound / 2);
  return pounds == 0 ? " (less than £1)" : absl::StrCat(" (about £", WithThousands(pounds), ")");
}

std::string DayText(absl::string_view day) {
  const auto parsed = CivilDay::Parse(day);
  if (!parsed.ok()) return std::string(day);
  return absl::StrCat(parsed->day, " ", kMonths[parsed->month - 1], " ", parsed->year);
}

std::string WholeWeeksText(absl::string_view from, absl::string_view to) {
  // At the edge of the years the day itself.
  const auto day_of_week = [](absl::string_view day, int weekday) -> std::string {
    const auto parsed = CivilDay::Parse(day);
    if (!parsed.ok()) return std::string(day);
    return parsed->PlusDays(weekday - parsed->IsoWeekday()).value_or(*parsed).ToString();
  };
  constexpr int kMonday = 1;
  constexpr int kSunday = 7;
  return absl::StrCat(DayText(day_of_week(from, kMonday)), " to ",
                      DayText(day_of_week(to, kSunday)));
}

std::string LensTable(const MinutesByName& rows, size_t width) {
  constexpr TextTable::Align kNumber = TextTable::Align::kRight;
  TextTable table({{"minutes"},
                   {"all", kNumber},
                   {"gathering", kNumber},
                   {"assurance", kNumber},
                   {"extraction", kNumber},
                   {"transmission", kNumber},
                   {"change", kNumber},
                   {"training", kNumber}});
  for (const auto& [name, minutes] : rows) {
    table.Row({name, WithThousands(AllMinutes(minutes)), WithThousands(minutes.gathering()),
               WithThousands(minutes.quality_assurance()),
               WithThousands(minutes.extraction_and_transformation()),
               WithThousands(minutes.transmission()),
               WithThousands(minutes.system_change_and_development()),
               WithThousands(minutes.training_and_guidance())});
  }
  return table.Render(width);
}

}  // namespace onereturn::client
