#include "tools/onereturn/console/calendar_text.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/clock/clock.h"
#include "common/feed/wire.h"
#include "common/period/civil_day.h"
#include "common/period/london_day.h"
#include "tools/onereturn/console/challenge_text.h"
#include "tools/onereturn/console/hours_text.h"
#include "tools/onereturn/console/json_writer.h"
#include "tools/onereturn/console/labels.h"
#include "tools/onereturn/console/request_text.h"
#include "tools/onereturn/console/text_table.h"

namespace onereturn::client {
namespace {

using requests::v1::Obligation;
using timetable::v1::EstimatedMinutes;
using timetable::v1::ForwardEntry;
using timetable::v1::GetForwardCalendarResponse;

constexpr TextTable::Align kFigure = TextTable::Align::kRight;
constexpr int64_t kDaysOfWeek = 7;

// One line of what is owed.
struct OwedLine {
  google::protobuf::Timestamp due;
  std::string collection;
  std::string period;
  EstimatedMinutes minutes;
  std::string due_text;
  std::string standing;
  std::string asked_by;
  bool to_come = true;
};

bool IsToCome(timetable::v1::Standing standing) {
  return standing != timetable::v1::STANDING_HELD &&
         standing != timetable::v1::STANDING_HELD_ON_TIME &&
         standing != timetable::v1::STANDING_HELD_LATE;
}

OwedLine LineOf(const ForwardEntry& entry) {
  OwedLine line{
      entry.moments().due_time(), entry.collection(), entry.period(), entry.minutes(), "",
      // Of what is ahead nothing is to be said.
      entry.standing() == timetable::v1::STANDING_EXPECTED ? "" : StandingText(entry.standing()),
      "", IsToCome(entry.standing())};
  if (entry.has_extended_until()) {
    line.due = entry.extended_until();
    line.due_text = absl::StrCat(TimeText(line.due), " (extended)");
  } else {
    line.due_text = absl::StrCat(TimeText(line.due), entry.planned() ? " (planned)" : "");
  }
  return line;
}

OwedLine LineOf(const Obligation& one) {
  return OwedLine{one.due_time(),
                  one.collection(),
                  one.period(),
                  one.charged_minutes(),
                  TimeText(one.due_time()),
                  ChallengeWaits(one) ? "challenged" : "owed",
                  absl::StrCat(ReferenceOf(one.request()), " of ", one.requesting_body())};
}

std::vector<OwedLine> LinesOwed(const GetForwardCalendarResponse& calendar,
                                const std::vector<Obligation>& owed) {
  std::vector<OwedLine> lines;
  for (const ForwardEntry& entry : calendar.entries()) lines.push_back(LineOf(entry));
  for (const Obligation& one : owed) lines.push_back(LineOf(one));
  std::stable_sort(lines.begin(), lines.end(), [](const OwedLine& left, const OwedLine& right) {
    const auto key = [](const OwedLine& line) {
      return std::tuple(line.due.seconds(), line.due.nanos(), line.collection, line.period);
    };
    return key(left) < key(right);
  });
  return lines;
}

// Days from the first Monday of the calendar on; nothing where it has no week.
std::optional<int64_t> DaysAfterFirstMonday(const GetForwardCalendarResponse& calendar,
                                            const google::protobuf::Timestamp& due) {
  if (calendar.weeks().empty()) return std::nullopt;
  const auto monday = CivilDay::Parse(calendar.weeks(0).monday());
  const auto moment = FromWire(due);
  if (!monday.ok() || !moment.ok()) return std::nullopt;
  return int64_t{LondonDay(*moment).EpochDays()} - monday->EpochDays();
}

void AddTo(const EstimatedMinutes& more, EstimatedMinutes* sum) {
  sum->set_gathering(sum->gathering() + more.gathering());
  sum->set_quality_assurance(sum->quality_assurance() + more.quality_assurance());
  sum->set_extraction_and_transformation(sum->extraction_and_transformation() +
                                         more.extraction_and_transformation());
  sum->set_transmission(sum->transmission() + more.transmission());
  sum->set_system_change_and_development(sum->system_change_and_development() +
                                         more.system_change_and_development());
  sum->set_training_and_guidance(sum->training_and_guidance() + more.training_and_guidance());
}

struct WeekSum {
  std::set<std::pair<std::string, std::string>> returns;  // Collections and periods.
  EstimatedMinutes minutes;
};

std::string WeeksTable(const GetForwardCalendarResponse& calendar,
                       const std::vector<OwedLine>& lines, size_t width) {
  std::vector<WeekSum> sums(static_cast<size_t>(calendar.weeks_size()));
  for (const OwedLine& line : lines) {
    const std::optional<int64_t> days = DaysAfterFirstMonday(calendar, line.due);
    if (!line.to_come || !days.has_value()) continue;
    const auto week = static_cast<size_t>(std::max<int64_t>(*days, 0) / kDaysOfWeek);
    if (week >= sums.size()) continue;
    sums[week].returns.emplace(line.collection, line.period);
    AddTo(line.minutes, &sums[week].minutes);
  }
  TextTable weeks({{"week of"},
                   {"returns", kFigure},
                   {"hours", kFigure},
                   {"gathering", kFigure},
                   {"assurance", kFigure},
                   {"extraction", kFigure},
                   {"transmission", kFigure},
                   {"change", kFigure},
                   {"training", kFigure}});
  for (size_t i = 0; i < sums.size(); ++i) {
    if (sums[i].returns.empty()) continue;
    const EstimatedMinutes& minutes = sums[i].minutes;
    weeks.Row(
        {calendar.weeks(static_cast<int>(i)).monday(), absl::StrCat(sums[i].returns.size()),
         HoursText(AllMinutes(minutes)), HoursText(minutes.gathering()),
         HoursText(minutes.quality_assurance()), HoursText(minutes.extraction_and_transformation()),
         HoursText(minutes.transmission()), HoursText(minutes.system_change_and_development()),
         HoursText(minutes.training_and_guidance())});
  }
  return weeks.empty() ? "" : absl::StrCat("\n", weeks.Render(width));
}

}  // namespace

std::string StandingText(timetable::v1::Standing standing) {
  switch (standing) {
    case timetable::v1::STANDING_NOT_OWED:
      return "-";
    case timetable::v1::STANDING_EXPECTED:
      return ".";
    case timetable::v1::STANDING_OPEN:
      return "open";
    case timetable::v1::STANDING_HELD:
      return "held";
    case timetable::v1::STANDING_HELD_ON_TIME:
      return "on time";
    case timetable::v1::STANDING_HELD_LATE:
      return "came late";
    case timetable::v1::STANDING_EXTENDED:
      return "extended";
    case timetable::v1::STANDING_LATE:
      return "LATE";
    case timetable::v1::STANDING_MISSING:
      return "MISSING";
    case timetable::v1::STANDING_ESTIMATED:
      return "ESTIMATE";
    default:
      return "?";
  }
}

bool HasWhatIsLate(const GetForwardCalendarResponse& calendar, const CivilDay& today) {
  if (calendar.weeks().empty()) return true;
  const auto monday = CivilDay::Parse(calendar.weeks(0).monday());
  return !monday.ok() || *monday <= today;
}

std::vector<Obligation> OwedToRequests(const requests::v1::ListObligationsResponse& obligations,
                                       const std::string& organisation,
                                       const GetForwardCalendarResponse& calendar,
                                       const CivilDay& today) {
  std::set<std::pair<std::string, std::string>> to_be_sent;
  for (const ForwardEntry& entry : calendar.entries()) {
    to_be_sent.emplace(entry.collection(), entry.period());
  }
  for (const Obligation& one : obligations.obligations()) {
    if (one.organisation() == organisation &&
        one.state() == requests::v1::OBLIGATION_STATE_OUTSTANDING) {
      to_be_sent.emplace(one.collection(), one.period());
    }
  }
  const bool has_late = HasWhatIsLate(calendar, today);
  std::vector<Obligation> owed;
  for (const Obligation& one : obligations.obligations()) {
    const std::optional<int64_t> days = DaysAfterFirstMonday(calendar, one.due_time());
    if (one.organisation() != organisation || !days.has_value()) continue;
    if (*days >= kDaysOfWeek * calendar.weeks_size() || (*days < 0 && !has_late)) continue;
    const bool awaited = one.state() == requests::v1::OBLIGATION_STATE_AWAITED;
    if (awaited && to_be_sent.count({one.collection(), one.period()}) > 0) continue;
    owed.push_back(one);
  }
  std::stable_sort(owed.begin(), owed.end(), [](const Obligation& left, const Obligation& right) {
    return std::pair(left.due_time().seconds(), left.due_time().nanos()) <
           std::pair(right.due_time().seconds(), right.due_time().nanos());
  });
  return owed;
}

std::string CalendarText(const GetForwardCalendarResponse& calendar,
                         const std::vector<Obligation>& owed, const CivilDay& today, size_t width) {
  const std::vector<OwedLine> lines = LinesOwed(calendar, owed);
  if (lines.empty()) return "";
  TextTable table({{"due"},
                   {"collection"},
                   {"period"},
                   {"standing"},
                   {"hours", kFigure},
                   {"asked by", TextTable::Align::kLeft, true}});
  bool any_late = false;
  for (const OwedLine& line : lines) {
    table.Row({line.due_text, line.collection, line.period, line.standing,
               HoursText(AllMinutes(line.minutes)), line.asked_by});
    any_late |= line.to_come && DaysAfterFirstMonday(calendar, line.due).value_or(0) < 0;
  }
  return absl::StrCat(table.Render(width), WeeksTable(calendar, lines, width),
                      any_late && HasWhatIsLate(calendar, today)
                          ? "\nWhat was due before these weeks and is still to come counts in "
                            "the first of them; in onereturn burden, in the week in which it "
                            "was due.\n"
                          : "",
                      owed.empty() ? ""
                                   : "\nWhat requests ask, and what to do about it: onereturn "
                                     "request obligations --of ORG\n");
}

std::string CalendarJson(const GetForwardCalendarResponse& calendar,
                         const std::vector<Obligation>& owed) {
  JsonWriter json;
  json.BeginObject().Key("entries").BeginArray();
  for (const ForwardEntry& entry : calendar.entries()) json.Message(entry);
  json.EndArray().Key("weeks").BeginArray();
  for (const timetable::v1::ForwardWeek& week : calendar.weeks()) json.Message(week);
  json.EndArray().Key("position").Text(calendar.position());
  json.Key("from_date").Text(calendar.from_date()).Key("obligations").BeginArray();
  for (const Obligation& one : owed) json.Message(one);
  json.EndArray().EndObject();
  return json.Take();
}

}  // namespace onereturn::client
