// What work costs: minutes between the API's messages and the domain, and what makes them sound.
#ifndef ONERETURN_SERVICES_INGESTION_DEFINITIONS_MINUTES_MESSAGES_H_
#define ONERETURN_SERVICES_INGESTION_DEFINITIONS_MINUTES_MESSAGES_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/status/error.h"
#include "onereturn/catalogue/v1/catalogue.pb.h"
#include "onereturn/timetable/v1/timetable.pb.h"
#include "services/ingestion/domain/requests/minutes.h"

namespace onereturn::ingestion {

// Some ten weeks without a night: more is a slip of the pen. All that is ever summed is made of
// these. Each is below 2^17, so all six lenses together below 2^20: a sum of them leaves 64 bits
// after 2^44 items of returns, and the largest request that is allowed asks 48 million figures,
// below 2^26. Pence an hour are below 2^17 too (request_rules_checks.cc), so the products of six
// lenses may leave 64 bits: they are summed in 128, and an hour's sixtieth of them fits again as
// long as no lens has 2^50 minutes, 2^33 items of returns in a week.
inline constexpr uint32_t kMostMinutesOfLens = 100'000;

Minutes MinutesOf(const timetable::v1::EstimatedMinutes& message);
timetable::v1::EstimatedMinutes MessageOf(const Minutes& minutes);

// Adds a fault for each lens of more than kMostMinutesOfLens, as "{path}.{lens}".
void CheckMinutes(const timetable::v1::EstimatedMinutes& minutes, absl::string_view path,
                  Error* faults);

// DEFINITION_INVALID with every fault of what a collection says that its returns cost.
absl::Status CheckCollectionMinutes(const catalogue::v1::Collection& collection);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DEFINITIONS_MINUTES_MESSAGES_H_
