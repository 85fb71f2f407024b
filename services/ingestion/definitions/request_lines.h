// The lines of a data request, read with every fault.
#ifndef ONERETURN_SERVICES_INGESTION_DEFINITIONS_REQUEST_LINES_H_
#define ONERETURN_SERVICES_INGESTION_DEFINITIONS_REQUEST_LINES_H_

#include <string>

#include "common/status/error.h"
#include "onereturn/requests/v1/request.pb.h"
#include "services/ingestion/domain/requests/ask.h"

namespace onereturn::ingestion {

// Whatever it is worth where faults are added. `path`: "lines[3]".
AskLine ReadLine(const requests::v1::RequestLine& line, const std::string& path, Error* faults);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DEFINITIONS_REQUEST_LINES_H_
