// The facts of the scheduler, and where the steps of a window stand.
#ifndef ONERETURN_SERVICES_INGESTION_APP_TIMETABLE_TIMETABLE_FACTS_H_
#define ONERETURN_SERVICES_INGESTION_APP_TIMETABLE_TIMETABLE_FACTS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "onereturn/feed/v1/entry.pb.h"
#include "onereturn/timetable/v1/timetable.pb.h"
#include "services/ingestion/app/timetable/window_lists.h"
#include "services/ingestion/domain/return_window.h"
#include "services/ingestion/store/timetable_table.h"

namespace onereturn::ingestion {

feed::v1::EntryKind EntryKindOf(WindowStep step);
// What tells the request ids of the scheduler's facts apart: one for each step of each window.
std::string RequestPartOf(WindowStep step, const WindowKey& window);

timetable::v1::ReturnDue DueFact(const WindowKey& window, timetable::v1::CutStage stage,
                                 Timestamp moment);
// The serialised fact of a cut or a close.
std::string FactOfStep(const WindowKey& window, const DueStep& step);
// The serialised facts of a list, made at the position `at`: at least one.
std::vector<std::string> ListFacts(const WindowKey& window, const DueStep& step, uint64_t at,
                                   const std::map<std::string, StandingRow>& rows);

// Where the sequence of a step stands.
uint64_t* PlaceOf(WindowStep step, WindowFacts* facts);
// The position that a list is made at: the sequence of the step that it follows.
uint64_t ListedAt(WindowStep step, const WindowFacts& facts);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_TIMETABLE_TIMETABLE_FACTS_H_
