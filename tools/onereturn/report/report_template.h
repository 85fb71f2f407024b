// The template of the report, embedded when the binary is built.
#ifndef ONERETURN_TOOLS_ONERETURN_REPORT_REPORT_TEMPLATE_H_
#define ONERETURN_TOOLS_ONERETURN_REPORT_REPORT_TEMPLATE_H_

namespace onereturn::client {

// Text of report.html.tpl.
extern const char kReportTemplate[];

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_REPORT_REPORT_TEMPLATE_H_
