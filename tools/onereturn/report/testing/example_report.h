// A small report by hand, for tests: an invented organisation, every part of the page in use.
#ifndef ONERETURN_TOOLS_ONERETURN_REPORT_TESTING_EXAMPLE_REPORT_H_
#define ONERETURN_TOOLS_ONERETURN_REPORT_TESTING_EXAMPLE_REPORT_H_

#include "tools/onereturn/report/report_model.h"

namespace onereturn::client {

// Two themes with three statements, of which one is limited; a percentage with target and a count.
ReportModel ExampleReport();

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_REPORT_TESTING_EXAMPLE_REPORT_H_
