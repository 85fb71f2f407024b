// Windows and calendars as they stand at a position: what is a fact, and what is computed. Every
// period goes by the version of its collection that is for it.
#ifndef ONERETURN_SERVICES_INGESTION_APP_TIMETABLE_WINDOW_READING_H_
#define ONERETURN_SERVICES_INGESTION_APP_TIMETABLE_WINDOW_READING_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/period/civil_day.h"
#include "common/period/period.h"
#include "common/storage/reader.h"
#include "onereturn/catalogue/v1/catalogue.pb.h"
#include "onereturn/timetable/v1/timetable.pb.h"
#include "services/ingestion/definitions/window_checks.h"
#include "services/ingestion/domain/return_window.h"
#include "services/ingestion/domain/validity.h"
#include "services/ingestion/store/timetable_table.h"

namespace onereturn::ingestion {

struct FoundCalendar {
  WorkingCalendar calendar;
  uint32_t version = 0;
};
// nullopt when it was not defined at `sequence`.
absl::StatusOr<std::optional<FoundCalendar>> FindCalendar(const Reader& reader,
                                                          const std::string& code,
                                                          uint64_t sequence);

// What a collection is for the periods that begin on `days`: one version, in use.
struct CollectionStretch {
  DayRange days;
  catalogue::v1::Collection definition;
  std::optional<WindowSpec> spec;         // nullopt: its periods have no window.
  std::optional<FoundCalendar> calendar;  // Of `spec`; nullopt also when it was not defined.

  // The periods with a window are this one and those after it that `days` covers; nullopt: none.
  std::optional<Period> FirstWithWindow() const;
};

// The window of one period at a position.
struct WindowView {
  bool exists = false;  // It was opened, or one is defined.
  bool opened = false;
  WindowFacts facts;  // As they were then.
  // nullopt: none exists, or the calendar does not reach that far.
  std::optional<Moments> moments;

  // For AdmissionTo and StandingOf.
  const WindowFacts* facts_or_null() const { return opened ? &facts : nullptr; }
};

// Reads the windows of one collection, as the catalogue was at a position. `reader` must outlive
// it.
class WindowReader {
 public:
  // NOT_FOUND when the collection was not defined at `sequence`.
  static absl::StatusOr<WindowReader> Make(const Reader* reader, const std::string& collection,
                                           uint64_t sequence);

  const std::string& collection() const { return collection_; }
  // In order of time. No period before, between or after them is in use.
  const std::vector<CollectionStretch>& stretches() const { return stretches_; }
  // What the period goes by; nullptr where it lies before the first version, or the collection is
  // retired by then: it has no window, and nobody owes it.
  const CollectionStretch* StretchOf(const Period& period) const;

  absl::StatusOr<WindowView> At(const Period& period) const;

  using VisitWindow =
      absl::FunctionRef<absl::Status(const CollectionStretch& stretch, const Period& period,
                                     const WindowView& window, const Moments& moments)>;
  // The windows whose return may still be due on one of the days: of periods that ended at most 400
  // days before the first, and that open by the last. In order of time; stops at the first error.
  absl::Status VisitDue(const CivilDay& first, const CivilDay& last, VisitWindow visit) const;

 private:
  WindowReader(const Reader* reader, std::string collection, uint64_t sequence,
               std::vector<CollectionStretch> stretches)
      : reader_(reader),
        collection_(std::move(collection)),
        sequence_(sequence),
        stretches_(std::move(stretches)) {}

  absl::Status VisitDueOf(const CollectionStretch& stretch, const CivilDay& first,
                          const CivilDay& last, VisitWindow visit) const;

  const Reader* reader_;
  std::string collection_;
  uint64_t sequence_;
  std::vector<CollectionStretch> stretches_;
};

timetable::v1::WindowMoments ToWire(const Moments& moments);
// "collections/{code}/windows/{period}".
std::string WindowName(const WindowKey& key);
// NOT_FOUND for a name of another form.
absl::StatusOr<WindowKey> ParseWindowName(absl::string_view name);

// Was the extension in force just after the fact of `sequence`?
bool InForceAt(const timetable::v1::Extension& extension, uint64_t sequence);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_TIMETABLE_WINDOW_READING_H_
