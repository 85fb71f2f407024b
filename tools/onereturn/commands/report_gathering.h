// Filling the model of a report from the services.
#ifndef ONERETURN_TOOLS_ONERETURN_COMMANDS_REPORT_GATHERING_H_
#define ONERETURN_TOOLS_ONERETURN_COMMANDS_REPORT_GATHERING_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "tools/onereturn/connection/session.h"
#include "tools/onereturn/report/report_model.h"

namespace onereturn::client {

// Every metric is charted up to the period it was pinned for, at the position it was pinned at.
absl::StatusOr<ReportModel> GatherReport(const Session& session, const std::string& assessment,
                                         const std::string& software,
                                         const std::function<void(const std::string&)>& on_step);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_COMMANDS_REPORT_GATHERING_H_
