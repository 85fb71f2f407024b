// The lines of a data request, as matching takes them.
#ifndef ONERETURN_SERVICES_INGESTION_DEFINITIONS_REQUEST_LINES_H_
#define ONERETURN_SERVICES_INGESTION_DEFINITIONS_REQUEST_LINES_H_

#include "onereturn/requests/v1/request.pb.h"
#include "services/ingestion/domain/requests/ask.h"

namespace onereturn::ingestion {

// Of a line that is sound (request_line_checks.h).
AskLine AskLineOf(const requests::v1::RequestLine& message);

// Dimensions and values in order, each once.
DescribedItem DescribedItemOf(const requests::v1::DescribedItem& message);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DEFINITIONS_REQUEST_LINES_H_
