// report: one assessment as one HTML file.
#include <fstream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "tools/onereturn/commands/command.h"
#include "tools/onereturn/commands/report_gathering.h"
#include "tools/onereturn/console/json_writer.h"
#include "tools/onereturn/console/number_text.h"
#include "tools/onereturn/report/render_report.h"

namespace onereturn::client {
namespace {

struct ReportOptions {
  std::string assessment;
  std::string output;
};

absl::StatusOr<ExitCode> Report(const ReportOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(
      const ReportModel model,
      GatherReport(session, options.assessment, "onereturn " ONERETURN_VERSION,
                   [&](const std::string& step) { environment.console.Progress(step); }));
  ASSIGN_OR_RETURN(const std::string html, RenderReport(model));
  environment.console.EndProgress();
  std::ofstream stream(options.output, std::ios::binary);
  stream << html;
  stream.close();
  if (!stream.good()) {
    return UsageError(absl::StrCat("\"", options.output, "\" cannot be written"),
                      "Name a file in a folder that you may write to.");
  }
  if (environment.json) {
    JsonWriter json;
    json.BeginObject().Key("file").Text(options.output).Key("bytes").Number(html.size());
    json.Key("metrics").Number(model.metrics.size()).EndObject();
    environment.console.Print(json.Take());
    return ExitCode::kOk;
  }
  environment.console.Print(absl::StrCat(options.output, ": ", model.organisation, ", ",
                                         Count(model.metrics.size(), "metric"), ", ",
                                         BytesText(html.size()), ". Open it in any browser.\n"));
  return ExitCode::kOk;
}

}  // namespace

void AddReportCommand(CommandLine* line) {
  auto options = std::make_shared<ReportOptions>();
  CLI::App* command =
      line->Add(nullptr,
                {"report",
                 "Write an assessment as one HTML file that needs nothing else: rating, scores, an "
                 "SPC chart\n"
                 "for each metric, numbers, coverage and trace.",
                 "report assessments/a1 --output report.html"},
                [options](Environment& environment) { return Report(*options, environment); });
  command->add_option("ASSESSMENT", options->assessment, "Its name or id")
      ->type_name("NAME")
      ->required();
  command->add_option("--output", options->output, "The file to write")
      ->type_name("FILE.html")
      ->required();
}

}  // namespace onereturn::client
