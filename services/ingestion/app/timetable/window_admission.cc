#include "services/ingestion/app/timetable/window_admission.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/period/london_day.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/timetable/owed_return.h"
#include "services/ingestion/app/timetable/window_reading.h"
#include "services/ingestion/store/timetable_table.h"

namespace onereturn::ingestion {

Timestamp FirstMomentAfter(const Period& period) {
  return LondonTime(period.end().PlusDays(1).value_or(period.end()), 0);
}

namespace {

absl::Status NotBegun(const Collection& collection, const Period& period) {
  const std::string day = period.start().ToString();
  return Error(Reason::kPeriodNotOpen,
               absl::StrCat("period ", period.ToString(), " of ", collection.code, " begins on ",
                            day, ": send its return from then on"))
      .With("opens", FormatTimestamp(LondonTime(period.start(), 0)))
      .Field("period", absl::StrCat("begins on ", day));
}

// What is asked of a whole period is not known before its end.
absl::Status NotEnded(const Collection& collection, const Period& period) {
  const std::string day = period.end().ToString();
  return Error(Reason::kPeriodNotOpen,
               absl::StrCat("period ", period.ToString(), " of ", collection.code, " ends on ", day,
                            ": send its return after that day"))
      .With("opens", FormatTimestamp(FirstMomentAfter(period)))
      .Field("period", absl::StrCat("ends on ", day));
}

// It may be due to open already: then the service is about to.
absl::Status NotOpen(const Reader& reader, const Collection& collection, const Period& period) {
  const WindowSpec& spec = *collection.window;
  ASSIGN_OR_RETURN(const std::optional<FoundCalendar> calendar,
                   FindCalendar(reader, spec.calendar, UINT64_MAX));
  std::optional<Moments> moments;
  if (calendar.has_value()) moments = MomentsOf(spec, calendar->calendar, period);
  if (!moments.has_value()) {
    return Error(Reason::kPeriodNotOpen,
                 absl::StrCat("the window of ", collection.code, " ", period.ToString(),
                              " has no date yet: calendar ", spec.calendar,
                              " does not reach that far; ask a steward to bring it up to date"))
        .Field("period", "its window has no date yet");
  }
  const std::string opens = LondonClock(moments->opens);
  return Error(Reason::kPeriodNotOpen,
               absl::StrCat("the window of ", collection.code, " ", period.ToString(), " opens at ",
                            opens, ": send the return from then on"))
      .With("opens", FormatTimestamp(moments->opens))
      .Field("period", absl::StrCat("its window opens at ", opens));
}

absl::Status Closed(const Collection& collection, const Period& period, const WindowFacts& facts) {
  const std::string closed = LondonClock(facts.moments.closes);
  return Error(
             Reason::kPeriodClosed,
             absl::StrCat("the window of ", collection.code, " ", period.ToString(), " closed at ",
                          closed, ": ask a steward of the collection for an extension"))
      .With("closed", FormatTimestamp(facts.moments.closes))
      .Field("period", absl::StrCat("its window closed at ", closed));
}

}  // namespace

absl::StatusOr<std::vector<ReadCheck>> AdmitToWindow(const Reader& reader,
                                                     const Collection& collection,
                                                     const Period& period,
                                                     const std::string& organisation,
                                                     Timestamp no_earlier) {
  const WindowKey key{collection.code, period.ToString()};
  ASSIGN_OR_RETURN(StoredWindow window, FindWindow(reader, key));
  std::vector<ReadCheck> read_set = {std::move(window.check)};
  const bool defined = collection.window.has_value() && collection.window->Covers(period);
  if (!window.facts.has_value() && !defined) {
    const CivilDay today = LondonDay(no_earlier);
    if (collection.made_by_request && period.end() >= today) return NotEnded(collection, period);
    if (period.start() > today) return NotBegun(collection, period);
    return read_set;
  }
  const WindowFacts* facts = window.facts.has_value() ? &*window.facts : nullptr;
  bool extended = false;
  if (facts != nullptr && facts->closed != 0) {
    ASSIGN_OR_RETURN(
        StoredExtensionHead extensions,
        FindExtensionHead(reader, ReturnKey{key.collection, key.period, organisation}));
    extended = extensions.head.until.has_value();
    read_set.push_back(std::move(extensions.check));
    // What a request asks for is taken, whenever the period was.
    ASSIGN_OR_RETURN(std::optional<ReadCheck> owed,
                     OwedForRequest(reader, {key.collection, key.period, organisation}));
    if (owed.has_value()) {
      extended = true;
      read_set.push_back(*std::move(owed));
    }
  }
  switch (AdmissionTo(facts, extended)) {
    case Admission::kNotOpen:
      return NotOpen(reader, collection, period);
    case Admission::kClosed:
      return Closed(collection, period, *facts);
    default:
      return read_set;
  }
}

}  // namespace onereturn::ingestion
