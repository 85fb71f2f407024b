// metrics and league: values now and as they were.
#include <algorithm>
#include <map>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/status_macros.h"
#include "onereturn/metrics/v1/metrics_service.grpc.pb.h"
#include "tools/onereturn/commands/command.h"
#include "tools/onereturn/connection/pages.h"
#include "tools/onereturn/console/json_writer.h"
#include "tools/onereturn/console/labels.h"
#include "tools/onereturn/console/number_text.h"
#include "tools/onereturn/console/text_table.h"

namespace onereturn::client {
namespace {

constexpr int kNamed = 6;  // Codes named in a row's coverage.

using MetricsClient = ServiceClient<metrics::v1::MetricsService>;

struct MetricsOptions {
  std::string metric;
  uint32_t version = 0;
  std::string organisation;
  std::string type;
  std::string period;
  std::string hierarchy_date;
  size_t top = 0;
  ReadOptions read;
};

absl::StatusOr<ExitCode> ListMetrics(const MetricsClient& client, const MetricsOptions& options,
                                     Environment* environment) {
  metrics::v1::ListMetricsRequest request;
  request.set_page_size(kLargestPage);
  ASSIGN_OR_RETURN(*request.mutable_read(), ToReadAt(options.read));
  ASSIGN_OR_RETURN(const auto list, AllPages(client, &MetricsClient::Stub::ListMetrics, request));
  if (environment->json) {
    environment->console.Print(JsonOf(list) + "\n");
    return ExitCode::kOk;
  }
  TextTable table({{"metric"},
                   {"version", TextTable::Align::kRight},
                   {"name", TextTable::Align::kLeft, true},
                   {"unit"},
                   {"direction"},
                   {"target", TextTable::Align::kRight},
                   {"collection"}});
  for (const auto& metric : list.metrics()) {
    table.Row({metric.code(), absl::StrCat(metric.version()), metric.display_name(), metric.unit(),
               Label(metric.direction()), metric.target(), metric.collection()});
  }
  environment->console.Print(table.empty() ? "No metrics are defined.\n"
                                           : table.Render(environment->console.width()));
  return ExitCode::kOk;
}

// A line that may be long: it goes on below its own beginning. `width` 0: no terminal says one.
void AppendWrapped(const std::string& start, const std::string& words, size_t width,
                   std::string* text) {
  constexpr size_t kUsualWidth = 100;
  std::string before = start;
  const size_t wide = std::max(width == 0 ? kUsualWidth : width, 2 * start.size());
  for (const std::string& part : Wrapped(words, wide - start.size())) {
    absl::StrAppend(text, before, part, "\n");
    before = std::string(start.size(), ' ');
  }
}

absl::StatusOr<ExitCode> ShowValue(const MetricsClient& client, const MetricsOptions& options,
                                   Environment* environment) {
  metrics::v1::GetMetricValueRequest request;
  request.set_metric(options.metric);
  request.set_metric_version(options.version);
  request.set_organisation(options.organisation);
  request.set_period(options.period);
  request.set_hierarchy_date(options.hierarchy_date);
  ASSIGN_OR_RETURN(*request.mutable_read(), ToReadAt(options.read));
  ASSIGN_OR_RETURN(const auto answer, client.Call(&MetricsClient::Stub::GetMetricValue, request));
  if (environment->json) {
    environment->console.Print(JsonOf(answer) + "\n");
    return ExitCode::kOk;
  }
  const auto& value = answer.value();
  std::string text =
      absl::StrCat(Printable(value.organisation_display_name()), " (", value.organisation(), "), ",
                   PeriodText(value.period()), "\n  ", value.metric(), " version ",
                   value.metric_version(), "  ", ValueText(value), "\n");
  if (value.state() == metrics::v1::VALUE_STATE_VALUE && value.denominator() != "1") {
    absl::StrAppend(&text, "  exactly     ", value.factor(), " x ",
                    WithThousands(value.numerator()), " / ", WithThousands(value.denominator()),
                    "\n");
  }
  if (!value.hierarchy_date().empty()) {
    absl::StrAppend(&text, "  restated    by the hierarchy of ", value.hierarchy_date(), "\n");
  }
  AppendWrapped("  coverage    ", CoverageText(value.coverage(), 1'000),
                environment->console.width(), &text);
  if (value.coverage().no_icb_recorded_size() > 0) {
    AppendWrapped("  ",
                  absl::StrCat("no ICB recorded, entering directly: ",
                               absl::StrJoin(value.coverage().no_icb_recorded(), ", ")),
                  environment->console.width(), &text);
  }
  absl::StrAppend(&text, "  position    ", answer.position(), "\n");
  environment->console.Print(text);
  return ExitCode::kOk;
}

// After the period of a list.
std::string RestatedText(const metrics::v1::ListMetricValuesResponse& list) {
  if (list.values().empty() || list.values(0).hierarchy_date().empty()) return "";
  return absl::StrCat(", restated by the hierarchy of ", list.values(0).hierarchy_date());
}

absl::StatusOr<ExitCode> ListValues(const MetricsClient& client, const MetricsOptions& options,
                                    Environment* environment) {
  metrics::v1::ListMetricValuesRequest request;
  const auto type = OrganisationTypeOf(options.type);
  if (!type.has_value()) {
    return UsageError(absl::StrCat("\"", options.type, "\" is no type of organisation"),
                      absl::StrCat("Give one of: ", OrganisationTypeNames(), "."));
  }
  request.set_metric(options.metric);
  request.set_metric_version(options.version);
  request.set_period(options.period);
  request.set_type(*type);
  request.set_hierarchy_date(options.hierarchy_date);
  request.set_page_size(kLargestPage);
  ASSIGN_OR_RETURN(*request.mutable_read(), ToReadAt(options.read));
  ASSIGN_OR_RETURN(const auto list,
                   AllPages(client, &MetricsClient::Stub::ListMetricValues, request));
  if (environment->json) {
    environment->console.Print(JsonOf(list) + "\n");
    return ExitCode::kOk;
  }
  TextTable table({{"org"},
                   {"name", TextTable::Align::kLeft, true},
                   {options.metric, TextTable::Align::kRight},
                   {"numerator", TextTable::Align::kRight},
                   {"denominator", TextTable::Align::kRight},
                   {"coverage", TextTable::Align::kLeft, true}});
  for (const auto& value : list.values()) {
    const bool held = value.state() == metrics::v1::VALUE_STATE_VALUE;
    table.Row({value.organisation(), value.organisation_display_name(), ValueText(value),
               held ? WithThousands(value.numerator()) : "",
               held && value.denominator() != "1" ? WithThousands(value.denominator()) : "",
               CoverageText(value.coverage(), kNamed)});
  }
  environment->console.Print(
      absl::StrCat(PeriodText(options.period), RestatedText(list), "\n",
                   table.Render(environment->console.width()),
                   Count(static_cast<uint64_t>(list.values_size()), "organisation"),
                   ". Position: ", list.position(), "\n"));
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> Metrics(const MetricsOptions& options, Environment& environment) {
  const bool one = !options.organisation.empty();
  if (!options.metric.empty() && (options.period.empty() || one == !options.type.empty())) {
    return UsageError("a metric is shown for a period and either an organisation or a type",
                      "For instance: onereturn metrics ae_four_hour_all --organisation X24 "
                      "--period 2024-03");
  }
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const auto client, session.To<metrics::v1::MetricsService>(kMetrics));
  if (options.metric.empty()) return ListMetrics(client, options, &environment);
  if (one) return ShowValue(client, options, &environment);
  return ListValues(client, options, &environment);
}

std::string QuartileText(uint32_t quartile) {
  switch (quartile) {
    case 1:
      return "1 best";
    case 4:
      return "4 lowest";
    default:
      return absl::StrCat(quartile);
  }
}

std::string LeagueHeading(const metrics::v1::GetLeagueTableResponse& league,
                          const std::string& period) {
  const auto& metric = league.metric();
  const int digits = static_cast<int>(metric.display_digits());
  std::string text = absl::StrCat(metric.display_name(), ", ", PeriodText(period), "\n",
                                  Count(league.count(), "provider"), " ranked");
  if (league.has_median()) {
    constexpr int kMoreDigits = 2;  // Quartiles are told apart more finely than values.
    const int fine = digits + kMoreDigits;
    absl::StrAppend(&text, "; first quartile ", FixedNumber(league.first_quartile(), fine),
                    ", median ", FixedNumber(league.median(), fine), ", third quartile ",
                    FixedNumber(league.third_quartile(), fine), " ", metric.unit());
  }
  if (!metric.target().empty()) {
    absl::StrAppend(&text, "; national standard ", metric.target(), " ", metric.unit());
  }
  return text + "\n\n";
}

// "90 excluded: has no type 1 attendances (85: AAH, ...)".
std::string ExclusionsText(const metrics::v1::GetLeagueTableResponse& league) {
  std::map<std::string, std::vector<std::string>> by_reason;
  for (const auto& exclusion : league.exclusions()) {
    by_reason[exclusion.reason()].push_back(exclusion.organisation());
  }
  std::string text;
  for (auto& [reason, codes] : by_reason) {
    const size_t count = codes.size();
    if (count > kNamed) {
      codes.resize(kNamed);
      codes.push_back(absl::StrCat(count - kNamed, " more"));
    }
    absl::StrAppend(&text, "Not ranked, ", reason, ": ", WithThousands(count), " (",
                    absl::StrJoin(codes, ", "), ")\n");
  }
  return text;
}

absl::StatusOr<ExitCode> League(const MetricsOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const auto client, session.To<metrics::v1::MetricsService>(kMetrics));
  metrics::v1::GetLeagueTableRequest request;
  request.set_metric(options.metric);
  request.set_metric_version(options.version);
  request.set_period(options.period);
  ASSIGN_OR_RETURN(*request.mutable_read(), ToReadAt(options.read));
  ASSIGN_OR_RETURN(const auto league, client.Call(&MetricsClient::Stub::GetLeagueTable, request));
  if (environment.json) {
    environment.console.Print(JsonOf(league) + "\n");
    return ExitCode::kOk;
  }
  TextTable table({{"rank", TextTable::Align::kRight},
                   {"org"},
                   {"name", TextTable::Align::kLeft, true},
                   {"value", TextTable::Align::kRight},
                   {"quartile"},
                   {"variation"},
                   {"assurance"}});
  const size_t count = static_cast<size_t>(league.rows_size());
  const size_t shown = options.top == 0 ? count : std::min(options.top, count);
  for (size_t i = 0; i < shown; ++i) {
    const auto& row = league.rows(static_cast<int>(i));
    table.Row({absl::StrCat(row.rank()), row.value().organisation(),
               row.value().organisation_display_name(), ValueText(row.value()),
               QuartileText(row.quartile()), Label(row.variation()), Label(row.assurance())});
  }
  environment.console.Print(LeagueHeading(league, options.period));
  environment.console.Print(table.Render(environment.console.width()));
  if (shown < count) {
    environment.console.Print(absl::StrCat("The best ", shown, " of ", count, " shown.\n"));
  }
  environment.console.Print(ExclusionsText(league));
  environment.console.Print(absl::StrCat("Position: ", league.position(), "\n"));
  return ExitCode::kOk;
}

void AddMetricOptions(CLI::App* command, MetricsOptions* options, bool required) {
  auto* metric = command->add_option("METRIC", options->metric, "Code of the metric");
  auto* period = command->add_option("--period", options->period, "Such as 2024-03");
  metric->type_name("CODE");
  period->type_name("PERIOD");
  if (required) {
    metric->required();
    period->required();
  }
  command
      ->add_option("--metric-version", options->version,
                   "Version of the metric's definition (else the newest)")
      ->type_name("N");
  AddReadOptions(command, &options->read);
}

}  // namespace

void AddMetricsCommand(CommandLine* line) {
  auto options = std::make_shared<MetricsOptions>();
  CLI::App* command = line->Add(
      nullptr,
      {"metrics",
       "Show the metrics that are defined, or one metric's value for an organisation or "
       "for all of\n"
       "a type, with coverage.",
       "metrics\n"
       "metrics ae_four_hour_all --organisation X24 --period 2024-03\n"
       "metrics ae_four_hour_all --type icb --period 2024-03\n"
       "metrics ae_four_hour_all --type icb --period 2019-03 --hierarchy-date 2024-03-31"},
      [options](Environment& environment) { return Metrics(*options, environment); });
  AddMetricOptions(command, options.get(), false);
  command->add_option("--organisation", options->organisation, "One organisation; England is X24")
      ->type_name("CODE");
  command->add_option("--type", options->type, "All organisations of a type: provider, icb, region")
      ->type_name("TYPE");
  command
      ->add_option("--hierarchy-date", options->hierarchy_date,
                   "Restate: sum by who belonged to whom on this day, not in the period")
      ->type_name("DAY");
}

void AddLeagueCommand(CommandLine* line) {
  auto options = std::make_shared<MetricsOptions>();
  CLI::App* command = line->Add(
      nullptr,
      {"league",
       "Rank providers on a metric, with quartiles and the icons of each one's own trend.",
       "league ae_four_hour_all --period 2024-03 --top 10"},
      [options](Environment& environment) { return League(*options, environment); });
  AddMetricOptions(command, options.get(), true);
  command->add_option("--top", options->top, "Only the first rows")
      ->type_name("N")
      ->check(CLI::Range(1, 100'000));
}

}  // namespace onereturn::client
