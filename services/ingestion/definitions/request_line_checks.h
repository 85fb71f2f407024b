// What the lines of a data request must be by themselves.
#ifndef ONERETURN_SERVICES_INGESTION_DEFINITIONS_REQUEST_LINE_CHECKS_H_
#define ONERETURN_SERVICES_INGESTION_DEFINITIONS_REQUEST_LINE_CHECKS_H_

#include "common/status/error.h"
#include "onereturn/requests/v1/request.pb.h"

namespace onereturn::ingestion {

inline constexpr int kMostAskedLines = 200;

// Adds every fault, as "data_request.lines[3].item". That what they name is defined is not looked
// at, and dimensions and values that an item lacks are no fault: they are asked.
void CheckRequestLines(const requests::v1::DataRequest& request, Error* faults);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DEFINITIONS_REQUEST_LINE_CHECKS_H_
