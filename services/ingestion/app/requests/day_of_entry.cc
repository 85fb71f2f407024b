#include "services/ingestion/app/requests/day_of_entry.h"

#include <string>

#include "common/commit/journal.h"
#include "common/period/london_day.h"
#include "common/status/status_macros.h"
#include "onereturn/feed/v1/entry.pb.h"

namespace onereturn::ingestion {

absl::StatusOr<CivilDay> DayOf(const Reader& reader, uint64_t sequence) {
  if (sequence == 0) return CivilDay::Earliest();
  ASSIGN_OR_RETURN(const std::string bytes, EntryBytes(reader, sequence));
  feed::v1::Entry entry;
  if (!entry.ParseFromString(bytes)) return absl::DataLossError("a stored entry cannot be read");
  return LondonDay(Timestamp{entry.time_micros()});
}

}  // namespace onereturn::ingestion
