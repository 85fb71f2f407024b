// Windows and calendars as they stand at a position: what is a fact, and what is computed.
#ifndef ONERETURN_SERVICES_INGESTION_APP_WINDOW_READING_H_
#define ONERETURN_SERVICES_INGESTION_APP_WINDOW_READING_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "common/storage/reader.h"
#include "onereturn/catalogue/v1/catalogue.pb.h"
#include "onereturn/timetable/v1/timetable.pb.h"
#include "services/ingestion/definitions/window_checks.h"
#include "services/ingestion/domain/return_window.h"
#include "services/ingestion/store/timetable_table.h"

namespace onereturn::ingestion {

// Of a definition that was accepted. DATA_LOSS when it cannot be read.
absl::StatusOr<WorkingCalendar> CalendarOf(const timetable::v1::Calendar& calendar);

struct FoundCalendar {
  WorkingCalendar calendar;
  uint32_t version = 0;
};
// nullopt when it was not defined at `sequence`.
absl::StatusOr<std::optional<FoundCalendar>> FindCalendar(const Reader& reader,
                                                          const std::string& code,
                                                          uint64_t sequence);

// The definition of the collection in force at `sequence`. NOT_FOUND when there is none.
absl::StatusOr<catalogue::v1::Collection> CollectionAt(const Reader& reader,
                                                       const std::string& code, uint64_t sequence);

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

// Reads the windows of one collection. `reader` must outlive it.
class WindowReader {
 public:
  static absl::StatusOr<WindowReader> Make(const Reader* reader,
                                           const catalogue::v1::Collection& collection,
                                           uint64_t sequence);

  absl::StatusOr<WindowView> At(const Period& period) const;
  const std::optional<WindowSpec>& spec() const { return spec_; }
  const std::optional<FoundCalendar>& calendar() const { return calendar_; }

 private:
  WindowReader(const Reader* reader, std::string collection, uint64_t sequence,
               std::optional<WindowSpec> spec, std::optional<FoundCalendar> calendar)
      : reader_(reader),
        collection_(std::move(collection)),
        sequence_(sequence),
        spec_(std::move(spec)),
        calendar_(std::move(calendar)) {}

  const Reader* reader_;
  std::string collection_;
  uint64_t sequence_;
  std::optional<WindowSpec> spec_;
  std::optional<FoundCalendar> calendar_;
};

timetable::v1::WindowMoments ToWire(const Moments& moments);
// "collections/{code}/windows/{period}".
std::string WindowName(const WindowKey& key);
// NOT_FOUND for a name of another form.
absl::StatusOr<WindowKey> ParseWindowName(absl::string_view name);

// Was the extension in force just after the fact of `sequence`?
bool InForceAt(const timetable::v1::Extension& extension, uint64_t sequence);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_WINDOW_READING_H_
