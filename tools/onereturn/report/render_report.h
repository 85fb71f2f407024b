// An assessment report as one HTML file that needs nothing outside itself.
#ifndef ONERETURN_TOOLS_ONERETURN_REPORT_RENDER_REPORT_H_
#define ONERETURN_TOOLS_ONERETURN_REPORT_RENDER_REPORT_H_

#include <string>

#include "absl/status/statusor.h"
#include "tools/onereturn/report/report_model.h"

namespace onereturn::client {

// Equal models give equal bytes. Every text of the model is escaped. INTERNAL when the template,
// which is part of the binary, cannot be expanded.
absl::StatusOr<std::string> RenderReport(const ReportModel& model);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_REPORT_RENDER_REPORT_H_
