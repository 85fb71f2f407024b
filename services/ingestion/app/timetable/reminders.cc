#include "services/ingestion/app/timetable/reminders.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/commit/journal.h"
#include "common/feed/wire.h"
#include "common/period/london_day.h"
#include "common/status/status_macros.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "services/ingestion/app/timetable/window_lists.h"
#include "services/ingestion/app/timetable/window_reading.h"
#include "services/ingestion/store/timetable_table.h"

namespace onereturn::ingestion {
namespace {

using timetable::v1::Reminder;
using timetable::v1::WatchRemindersResponse;

constexpr size_t kPageEntries = 512;
constexpr size_t kPageBytes = 1024 * 1024;
// How often it is looked for what is due soon, at most.
constexpr int64_t kLookAgainMicros = 60'000'000;

void Remind(timetable::v1::ReminderKind kind, const ReturnKey& key,
            const google::protobuf::Timestamp& moment, WatchRemindersResponse* response) {
  Reminder* reminder = response->add_reminders();
  reminder->set_kind(kind);
  reminder->set_organisation(key.organisation);
  reminder->set_collection(key.collection);
  reminder->set_period(key.period);
  *reminder->mutable_moment() = moment;
}

template <typename Fact>
absl::StatusOr<Fact> ReminderFact(const feed::v1::Entry& entry) {
  Fact fact;
  if (fact.ParseFromString(entry.fact())) return fact;
  return absl::DataLossError("a stored fact cannot be read");
}

// To all that owe the return and have not sent it yet.
absl::Status RemindOpened(const Reader& reader, const OrganisationScope& scope,
                          const feed::v1::Entry& entry, WatchRemindersResponse* response) {
  ASSIGN_OR_RETURN(const auto fact, ReminderFact<timetable::v1::WindowOpened>(entry));
  ASSIGN_OR_RETURN(const Period period, Period::Parse(fact.period()));
  ASSIGN_OR_RETURN(const WindowReader windows,
                   WindowReader::Make(&reader, fact.collection(), entry.sequence()));
  ASSIGN_OR_RETURN(const auto rows, StandingsAt(reader, scope, windows, period, entry.sequence()));
  for (const auto& [organisation, row] : rows) {
    if (row.standing != ReturnStanding::kOpen) continue;
    Remind(timetable::v1::REMINDER_KIND_OPENED, {fact.collection(), fact.period(), organisation},
           fact.moments().due_time(), response);
  }
  return absl::OkStatus();
}

// Was it taken back since? Whoever reads of it later must not rest on it. The row of an extension
// that was revoked is kept, and says so.
absl::StatusOr<bool> IsRevoked(const Reader& reader, const timetable::v1::Extension& given) {
  const ReturnKey key{given.collection(), given.period(), given.organisation()};
  ASSIGN_OR_RETURN(const auto extensions, ExtensionsOf(reader, key));
  return std::any_of(extensions.begin(), extensions.end(), [&](const auto& one) {
    return one.number() == given.number() && one.revoke_sequence() != 0;
  });
}

absl::Status RemindOfEntry(const Reader& reader, const OrganisationScope& scope,
                           const feed::v1::Entry& entry, WatchRemindersResponse* response) {
  switch (entry.kind()) {
    case feed::v1::ENTRY_KIND_WINDOW_OPENED:
      return RemindOpened(reader, scope, entry, response);
    case feed::v1::ENTRY_KIND_RETURN_DUE: {
      ASSIGN_OR_RETURN(const auto fact, ReminderFact<timetable::v1::ReturnDue>(entry));
      if (fact.stage() == timetable::v1::CUT_STAGE_REFRESH) return absl::OkStatus();
      for (const timetable::v1::OrganisationStanding& one : fact.standings()) {
        const bool late = one.standing() == timetable::v1::STANDING_LATE ||
                          one.standing() == timetable::v1::STANDING_MISSING;
        if (!late || !scope.Covers(one.organisation())) continue;
        Remind(timetable::v1::REMINDER_KIND_LATE,
               {fact.collection(), fact.period(), one.organisation()}, fact.moment(), response);
      }
      return absl::OkStatus();
    }
    case feed::v1::ENTRY_KIND_WINDOW_CLOSED: {
      ASSIGN_OR_RETURN(const auto fact, ReminderFact<timetable::v1::WindowClosed>(entry));
      for (const std::string& organisation : fact.missing()) {
        if (!scope.Covers(organisation)) continue;
        Remind(timetable::v1::REMINDER_KIND_MISSING,
               {fact.collection(), fact.period(), organisation}, fact.moment(), response);
      }
      return absl::OkStatus();
    }
    case feed::v1::ENTRY_KIND_EXTENSION_GIVEN: {
      ASSIGN_OR_RETURN(const auto fact, ReminderFact<timetable::v1::ExtensionGiven>(entry));
      const timetable::v1::Extension& given = fact.extension();
      if (!scope.Covers(given.organisation())) return absl::OkStatus();
      ASSIGN_OR_RETURN(const bool revoked, IsRevoked(reader, given));
      if (revoked) return absl::OkStatus();
      Remind(timetable::v1::REMINDER_KIND_EXTENDED,
             {given.collection(), given.period(), given.organisation()}, given.end_time(),
             response);
      return absl::OkStatus();
    }
    default:
      return absl::OkStatus();
  }
}

// Has the day begun that lies so many working days before the moment's?
bool IsSoon(const CollectionStretch* stretch, Timestamp moment, int working_days, Timestamp now) {
  if (stretch == nullptr || !stretch->calendar.has_value() || moment <= now) return false;
  const std::optional<CivilDay> day =
      stretch->calendar->calendar.WorkingDayBefore(LondonDay(moment), working_days);
  return day.has_value() && LondonDay(now) >= *day;
}

}  // namespace

absl::StatusOr<WatchRemindersResponse> Reminders::OfFacts(uint64_t after, uint64_t newest) const {
  WatchRemindersResponse response;
  response.set_sequence(after);
  if (after >= newest) return response;
  const size_t limit = std::min<uint64_t>(kPageEntries, newest - after);
  ASSIGN_OR_RETURN(const std::vector<std::string> entries,
                   EntriesAfter(*store_, after, limit, kPageBytes));
  for (const std::string& bytes : entries) {
    feed::v1::Entry entry;
    if (!entry.ParseFromString(bytes)) return absl::DataLossError("a stored entry cannot be read");
    RETURN_IF_ERROR(RemindOfEntry(*store_, scope_, entry, &response));
    response.set_sequence(entry.sequence());
  }
  return response;
}

absl::Status Reminders::AddSoon(uint64_t sequence, Timestamp now,
                                WatchRemindersResponse* response) {
  if (soon_working_days_ == 0 || now < next_look_) return absl::OkStatus();
  next_look_ = Timestamp{now.micros + kLookAgainMicros};
  return VisitWindows(*store_, [&](const WindowKey& key, const WindowFacts& facts) -> absl::Status {
    OneWindow window{key, facts.At(sequence), {}};
    if (window.facts.opened == 0) return absl::OkStatus();
    RETURN_IF_ERROR(VisitExtensions(*store_, key, [&](const timetable::v1::Extension& one) {
      if (scope_.Covers(one.organisation()) && InForceAt(one, sequence)) {
        window.extensions.push_back(one);
      }
      return absl::OkStatus();
    }));
    // Most windows are long closed.
    if (window.facts.cut != 0 && window.extensions.empty()) return absl::OkStatus();
    return AddSoonOf(window, sequence, now, response);
  });
}

absl::Status Reminders::AddSoonOf(const OneWindow& window, uint64_t sequence, Timestamp now,
                                  WatchRemindersResponse* response) {
  const auto say = [&](timetable::v1::ReminderKind kind, const std::string& organisation,
                       Timestamp moment) {
    const ReturnKey key{window.key.collection, window.key.period, organisation};
    const std::string once = absl::StrCat(static_cast<int>(kind), " ", KeyText(key), moment.micros);
    if (said_.insert(once).second) Remind(kind, key, ToWire(moment), response);
  };
  ASSIGN_OR_RETURN(const WindowReader windows,
                   WindowReader::Make(store_, window.key.collection, sequence));
  ASSIGN_OR_RETURN(const Period period, Period::Parse(window.key.period));
  const CollectionStretch* stretch = windows.StretchOf(period);
  const Timestamp due = window.facts.moments.due;
  if (window.facts.cut == 0 && IsSoon(stretch, due, soon_working_days_, now)) {
    ASSIGN_OR_RETURN(const auto rows, StandingsAt(*store_, scope_, windows, period, sequence));
    for (const auto& [organisation, row] : rows) {
      if (row.standing != ReturnStanding::kOpen) continue;
      say(timetable::v1::REMINDER_KIND_DUE_SOON, organisation, due);
    }
  }
  WindowView view;
  view.exists = view.opened = true;
  view.facts = window.facts;
  for (const timetable::v1::Extension& extension : window.extensions) {
    ASSIGN_OR_RETURN(const Timestamp end, FromWire(extension.end_time()));
    if (!IsSoon(stretch, end, soon_working_days_, now)) continue;
    const ReturnKey key{window.key.collection, window.key.period, extension.organisation()};
    ASSIGN_OR_RETURN(const StandingRow row, StandingAt(*store_, view, true, key, sequence));
    const bool held =
        row.standing == ReturnStanding::kHeldOnTime || row.standing == ReturnStanding::kHeldLate;
    if (!held) say(timetable::v1::REMINDER_KIND_EXTENSION_ENDING, key.organisation, end);
  }
  return absl::OkStatus();
}

}  // namespace onereturn::ingestion
