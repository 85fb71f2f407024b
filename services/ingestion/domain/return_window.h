// When the returns of a collection are taken: its windows, what the passing of time does to them,
// and how an organisation stands with one return.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_RETURN_WINDOW_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_RETURN_WINDOW_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/period/london_day.h"
#include "common/period/period.h"
#include "services/ingestion/domain/working_calendar.h"

namespace onereturn::ingestion {

// As defined: working days after the last day of a period.
struct WindowSpec {
  std::string calendar;  // Code.
  Period from;           // The first period with a window.
  int open_day = 1;
  int due_day = 1;
  int due_seconds = 0;  // After midnight in London: the first moment that is late.
  int refresh_day = 0;  // 0: no refresh.
  int close_day = 1;

  bool Covers(const Period& period) const { return period.start() >= from.start(); }
};

// Of one period. What ends at a moment does not hold in it any more.
struct Moments {
  Timestamp opens;
  Timestamp due;
  std::optional<Timestamp> refresh;
  Timestamp closes;

  friend bool operator==(const Moments& a, const Moments& b) = default;
};

// nullopt when the calendar does not reach that far.
std::optional<Moments> MomentsOf(const WindowSpec& spec, const WorkingCalendar& calendar,
                                 const Period& period);

// Does the calendar begin too late for the window of the period? Then it never has moments.
bool BeginsAfter(const WorkingCalendar& calendar, const Period& period);

// The facts of one window, by sequence; 0: not yet.
struct WindowFacts {
  Moments moments;
  uint64_t opened = 0;
  uint64_t cut = 0;
  uint64_t refreshed = 0;
  uint64_t closed = 0;
  // The last of the lists that follow.
  uint64_t cut_listed = 0;
  uint64_t refresh_listed = 0;
  uint64_t close_listed = 0;

  // As they were at `sequence`: later ones have not happened.
  WindowFacts At(uint64_t sequence) const;
};

enum class WindowStep { kOpen, kCut, kListCut, kRefresh, kListRefresh, kClose, kListClose };

struct DueStep {
  WindowStep step = WindowStep::kOpen;
  Timestamp moment;
};

// What a window that was opened waits for; nullopt when its life is over. A list is due at once.
std::optional<DueStep> NextStep(const WindowFacts& facts);

// May a return be taken? By facts alone.
enum class Admission { kTaken, kNotOpen, kClosed };
// `facts`: nullptr while the window is not opened.
Admission AdmissionTo(const WindowFacts* facts, bool extended);

// What is known of an organisation's return at a position.
struct HeldReturn {
  uint64_t first = 0;      // Sequence of the first revision that is no estimate; 0: none.
  bool estimated = false;  // The newest revision is an estimate.
};

// Of one return, at a position.
struct ExtensionFacts {
  bool in_force = false;
  bool held_within = false;  // HeldReturn::first was accepted while one was in force.
};

enum class ReturnStanding {  // The numbers of timetable.v1.Standing.
  kNotOwed = 1,
  kExpected,
  kOpen,
  kHeld,
  kHeldOnTime,
  kHeldLate,
  kExtended,
  kLate,
  kMissing,
  kEstimated,
};

// `has_window`: one is defined for the period, or opened. `facts`: as AdmissionTo.
ReturnStanding StandingOf(bool owed, bool has_window, const WindowFacts* facts,
                          const HeldReturn& held, const ExtensionFacts& extension);

// Does a standing count for the on-time rate, and how?
bool CountsAsDue(ReturnStanding standing, const WindowFacts* facts);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_RETURN_WINDOW_H_
