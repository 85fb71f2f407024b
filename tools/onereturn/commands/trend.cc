// trend: one metric of one organisation over time.
#include <cstdlib>
#include <memory>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/status_macros.h"
#include "onereturn/metrics/v1/metrics_service.grpc.pb.h"
#include "tools/onereturn/commands/command.h"
#include "tools/onereturn/console/json_writer.h"
#include "tools/onereturn/console/labels.h"
#include "tools/onereturn/console/number_text.h"
#include "tools/onereturn/console/text_table.h"
#include "tools/onereturn/console/trend_chart.h"

namespace onereturn::client {
namespace {

constexpr int kNamedOfPoint = 4;
constexpr char kCommonCause[] = "Common Cause";  // As the services write it.

struct TrendOptions {
  std::string metric;
  uint32_t version = 0;
  std::string organisation;
  std::string from;
  std::string to;
  std::string hierarchy_date;
  bool screen = false;
  ReadOptions read;
};

std::string ChartText(const metrics::v1::GetTrendResponse& trend, const Console& console) {
  ChartOptions options;
  options.digits = static_cast<int>(trend.metric().display_digits());
  options.width = console.width();
  options.colours = console.colours();
  double target = 0;
  if (absl::SimpleAtod(trend.metric().target(), &target)) options.target = target;
  std::vector<ChartPoint> points;
  for (const auto& point : trend.points()) {
    ChartPoint drawn;
    drawn.period = point.period();
    drawn.value = point.value();
    drawn.mean = point.mean();
    if (point.has_lower_limit()) drawn.lower_limit = point.lower_limit();
    if (point.has_upper_limit()) drawn.upper_limit = point.upper_limit();
    drawn.signal = point.signal();
    drawn.special = point.special_cause() != kCommonCause;
    points.push_back(std::move(drawn));
  }
  return TrendChart(points, options);
}

std::string TableText(const metrics::v1::GetTrendResponse& trend, size_t width) {
  const int digits = static_cast<int>(trend.metric().display_digits());
  TextTable table({{"period"},
                   {"value", TextTable::Align::kRight},
                   {"lower limit", TextTable::Align::kRight},
                   {"mean", TextTable::Align::kRight},
                   {"upper limit", TextTable::Align::kRight},
                   {"signal"},
                   {"special cause"},
                   {"coverage", TextTable::Align::kLeft, true}});
  for (const auto& point : trend.points()) {
    const std::string signal = point.signal() > 0   ? "▲ improvement"
                               : point.signal() < 0 ? "▼ concern"
                                                    : "";
    table.Row({point.period(), WithThousands(point.display()),
               point.has_lower_limit() ? FixedNumber(point.lower_limit(), digits) : "",
               FixedNumber(point.mean(), digits),
               point.has_upper_limit() ? FixedNumber(point.upper_limit(), digits) : "", signal,
               point.special_cause() == kCommonCause ? "" : point.special_cause(),
               CoverageText(point.coverage(), kNamedOfPoint)});
  }
  return table.Render(width);
}

std::string ConclusionText(const metrics::v1::GetTrendResponse& trend) {
  std::string text = absl::StrCat("Variation: ", Label(trend.variation()), "\n");
  if (trend.assurance() != metrics::v1::ASSURANCE_ICON_UNSPECIFIED) {
    absl::StrAppend(&text, "Assurance: ", Label(trend.assurance()), " the standard of ",
                    trend.metric().target(), " ", trend.metric().unit(), "\n");
  }
  if (trend.trial_limits()) {
    absl::StrAppend(&text, "Trial limits: there are fewer than 13 points.\n");
  }
  std::vector<std::string> missing;
  for (const auto& period : trend.missing()) {
    missing.push_back(absl::StrCat(period.period(), " (", Label(period.state()), ")"));
  }
  if (!missing.empty()) {
    absl::StrAppend(&text, "Without a value: ", absl::StrJoin(missing, ", "), "\n");
  }
  return absl::StrCat(text, "Position: ", trend.position(), "\n");
}

absl::StatusOr<ExitCode> Trend(const TrendOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const auto client, session.To<metrics::v1::MetricsService>(kMetrics));
  metrics::v1::GetTrendRequest request;
  request.set_metric(options.metric);
  request.set_metric_version(options.version);
  request.set_organisation(options.organisation);
  request.set_from_period(options.from);
  request.set_to_period(options.to);
  request.set_screen(options.screen);
  request.set_hierarchy_date(options.hierarchy_date);
  ASSIGN_OR_RETURN(*request.mutable_read(), ToReadAt(options.read));
  ASSIGN_OR_RETURN(
      const auto trend,
      client.Call(&ServiceClient<metrics::v1::MetricsService>::Stub::GetTrend, request));
  Console& console = environment.console;
  if (environment.json) {
    console.Print(JsonOf(trend) + "\n");
    return ExitCode::kOk;
  }
  console.Print(absl::StrCat(
      trend.metric().display_name(), ": ", trend.organisation_display_name(), " (",
      trend.organisation(), ")", trend.metric().unit().empty() ? "" : ", ", trend.metric().unit(),
      trend.hierarchy_date().empty() ? "" : ", restated by the hierarchy of ",
      trend.hierarchy_date(), "\n\n"));
  if (trend.points().empty()) {
    console.Print("There is no value in these periods.\n");
  } else {
    console.Print(
        absl::StrCat(ChartText(trend, console), "\n", TableText(trend, console.width()), "\n"));
  }
  console.Print(ConclusionText(trend));
  return ExitCode::kOk;
}

}  // namespace

void AddTrendCommand(CommandLine* line) {
  auto options = std::make_shared<TrendOptions>();
  CLI::App* command =
      line->Add(nullptr,
                {"trend",
                 "Show a metric over time as an XmR chart, with mean, process limits, special "
                 "causes and the\n"
                 "variation and assurance icons in words.",
                 "trend ae_four_hour_all --organisation X24"},
                [options](Environment& environment) { return Trend(*options, environment); });
  command->add_option("METRIC", options->metric, "Code of the metric")
      ->type_name("CODE")
      ->required();
  command->add_option("--organisation", options->organisation, "England is X24")
      ->type_name("CODE")
      ->required();
  command
      ->add_option("--hierarchy-date", options->hierarchy_date,
                   "Restate: sum by who belonged to whom on this day, not in each period")
      ->type_name("DAY");
  command->add_option("--from", options->from, "First period (else all that is held)")
      ->type_name("PERIOD");
  command->add_option("--to", options->to, "Last period (else all that is held)")
      ->type_name("PERIOD");
  command->add_flag("--screen", options->screen,
                    "Leave extreme moving ranges out of the limits, once");
  command
      ->add_option("--metric-version", options->version,
                   "Version of the metric's definition (else the newest)")
      ->type_name("N");
  AddReadOptions(command, &options->read);
}

}  // namespace onereturn::client
