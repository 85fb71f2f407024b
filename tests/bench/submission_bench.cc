// How fast validated, durable, ledgered submissions are, as a ratio to a gRPC echo of the same
// message: both over mutual TLS, from the same client, taking turns in one run.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "common/status/status_macros.h"
#include "onereturn/returns/v1/returns_service.grpc.pb.h"
#include "tests/bench/echo.grpc.pb.h"
#include "tests/bench/load.h"
#include "tests/crash/definitions.h"
#include "tests/crash/made_up_returns.h"
#include "tests/harness/deployment.h"

namespace onereturn {
namespace {

using returns::v1::SubmitReturnRequest;
using returns::v1::SubmitReturnResponse;

constexpr int kOrganisations = 250;
constexpr int kMonths = 240;
// In the place of a service that this benchmark does not need.
constexpr char kEcho[] = "assessment";

struct Options {
  bool json = false;
  bool metrics = false;
  double seconds = 2;
  int rounds = 5;
  std::vector<int> in_flight = {1, 8, 64};
};

// One kind of call at one number in flight, over all rounds.
struct Series {
  std::vector<double> calls_per_second;  // Of each round.
  std::vector<double> latencies_ms;      // Of all rounds.
  // Processor time of a call, client and servers together: unlike calls per second it hardly
  // depends on what else the machine does.
  std::vector<double> cpu_micros;
};

struct Line {
  int in_flight = 0;
  Series submissions, echoes;
  std::vector<double> ratios;
};

// Processor time this process and the suite's servers have used so far, in microseconds. A metrics
// service counts with the submissions it consumes.
double CpuMicros(Deployment* suite) {
  double seconds = 0;
  std::vector<std::string> processes = {"self"};
  for (const std::string& service : Deployment::Services()) {
    if (suite->process(service) != nullptr) {
      processes.push_back(absl::StrCat(suite->process(service)->id()));
    }
  }
  for (const std::string& process : processes) {
    std::ifstream stream(absl::StrCat("/proc/", process, "/stat"));
    std::string text, word;
    std::getline(stream, text);
    // After the name in brackets: state is field 3, user and system time are fields 14 and 15.
    std::istringstream fields(text.substr(text.rfind(')') + 2));
    double ticks = 0;
    for (int field = 3; field <= 15 && fields >> word; ++field) {
      if (field >= 14) ticks += std::stod(word);
    }
    seconds += ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
  }
  return seconds * 1e6;
}

// Makes submissions that are all new: each id once, and never two of one return in flight together.
class Submissions {
 public:
  Submissions()
      : collection_{"BENCH", 1, {100}}, organisations_(MadeUpOrganisations(kOrganisations)) {}

  config::v1::DefinitionSet Definitions() const {
    return DefinitionsOf(collection_, organisations_);
  }

  void MakeNext(SubmitReturnRequest* request) {
    if (request->cells_size() == 0) *request = MadeUpReturn(collection_, "", "", "", 1);
    const uint64_t number = next_++;
    request->set_request_id(absl::StrCat("bench-", number));
    request->set_organisation(organisations_[number % kOrganisations]);
    request->set_period(MadeUpMonth(static_cast<int>(number / kOrganisations % kMonths)));
    // Every cell changes: neither the whole nor a chunk is ever equal to one before.
    for (common::v1::Cell& cell : *request->mutable_cells()) {
      cell.set_millionths(static_cast<int64_t>(number + 1) * 1'000'000);
    }
  }

 private:
  const MadeUpCollection collection_;
  const std::vector<std::string> organisations_;
  uint64_t next_ = 0;
};

absl::Status CheckAccepted(const SubmitReturnResponse& response) {
  const bool good = response.verdict() == common::v1::VERDICT_VALID && response.has_receipt() &&
                    !response.replayed() && !response.unchanged();
  return good ? absl::OkStatus()
              : absl::InternalError(absl::StrCat("not accepted: ", response.ShortDebugString()));
}

absl::Status CheckEcho(const SubmitReturnRequest& response) {
  return response.cells_size() == 100 ? absl::OkStatus() : absl::InternalError("not an echo");
}

template <typename Spec>
absl::Status MeasureOnce(Deployment* suite, const Spec& spec, int in_flight, double seconds,
                         Series* series) {
  const double cpu_before = CpuMicros(suite);
  ASSIGN_OR_RETURN(LoadFigures figures, RunLoad(spec, in_flight, seconds));
  series->cpu_micros.push_back((CpuMicros(suite) - cpu_before) / figures.latencies_ms.size());
  series->calls_per_second.push_back(figures.calls_per_second);
  series->latencies_ms.insert(series->latencies_ms.end(), figures.latencies_ms.begin(),
                              figures.latencies_ms.end());
  return absl::OkStatus();
}

absl::Status Measure(Deployment* suite, const Options& options, Submissions* submissions,
                     std::vector<Line>* lines) {
  auto returns_stub = returns::v1::ReturnsService::NewStub(suite->Channel(kLoader, "ingestion"));
  auto echo_stub = bench::v1::EchoService::NewStub(suite->Channel(kLoader, kEcho));
  const auto make = [&](SubmitReturnRequest* request) { submissions->MakeNext(request); };
  const LoadSpec<SubmitReturnRequest, SubmitReturnResponse> submit{
      [&](auto* context, const auto& request, auto* queue) {
        return returns_stub->AsyncSubmitReturn(context, request, queue);
      },
      make, CheckAccepted};
  const LoadSpec<SubmitReturnRequest, SubmitReturnRequest> echo{
      [&](auto* context, const auto& request, auto* queue) {
        return echo_stub->AsyncEcho(context, request, queue);
      },
      make, CheckEcho};
  // Warm: connections, caches, code.
  RETURN_IF_ERROR(RunLoad(submit, 8, 0.5).status());
  RETURN_IF_ERROR(RunLoad(echo, 8, 0.5).status());
  for (int in_flight : options.in_flight) {
    Line line{in_flight, {}, {}, {}};
    for (int round = 0; round < options.rounds; ++round) {
      RETURN_IF_ERROR(MeasureOnce(suite, submit, in_flight, options.seconds, &line.submissions));
      RETURN_IF_ERROR(MeasureOnce(suite, echo, in_flight, options.seconds, &line.echoes));
      line.ratios.push_back(line.submissions.calls_per_second.back() /
                            line.echoes.calls_per_second.back());
    }
    std::sort(line.submissions.latencies_ms.begin(), line.submissions.latencies_ms.end());
    std::sort(line.echoes.latencies_ms.begin(), line.echoes.latencies_ms.end());
    lines->push_back(std::move(line));
  }
  return absl::OkStatus();
}

void PrintTable(const Options& options, const std::vector<Line>& lines) {
  std::printf(
      "Submissions of 100-cell returns against an echo of the same message, mutual TLS,\n"
      "%d rounds of %.1f s each in turn, medians%s. CPU: processor time of a call in\n"
      "microseconds, client and servers together.\n\n"
      "           |        ratio        |          submissions          |             echo\n"
      " in flight | median (least-most) |     /s  p50 ms  p99 ms    CPU |     /s  p50 ms  p99 ms   "
      " CPU\n",
      options.rounds, options.seconds, options.metrics ? ", metrics consuming" : "");
  for (const Line& line : lines) {
    const auto [least, most] = std::minmax_element(line.ratios.begin(), line.ratios.end());
    std::printf("%10d |   %5.2f (%.2f-%.2f) |", line.in_flight, MedianOf(line.ratios), *least,
                *most);
    for (const Series* series : {&line.submissions, &line.echoes}) {
      std::printf(" %6.0f  %6.2f  %6.2f  %5.0f %s", MedianOf(series->calls_per_second),
                  Percentile(series->latencies_ms, 0.5), Percentile(series->latencies_ms, 0.99),
                  MedianOf(series->cpu_micros), series == &line.submissions ? "|" : "\n");
    }
  }
}

std::string JsonOf(const char* name, const Series& series) {
  return absl::StrFormat(
      "\"%s\":{\"per_second\":%.1f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"cpu_micros\":%.0f}", name,
      MedianOf(series.calls_per_second), Percentile(series.latencies_ms, 0.5),
      Percentile(series.latencies_ms, 0.99), MedianOf(series.cpu_micros));
}

void PrintJson(const Options& options, const std::vector<Line>& lines) {
  std::vector<std::string> parts;
  for (const Line& line : lines) {
    parts.push_back(absl::StrFormat("{\"in_flight\":%d,\"ratio\":%.4f,%s,%s}", line.in_flight,
                                    MedianOf(line.ratios), JsonOf("submission", line.submissions),
                                    JsonOf("echo", line.echoes)));
  }
  std::printf(
      "{\"bench\":\"submission\",\"rounds\":%d,\"seconds\":%.1f,\"metrics\":%s,\"lines\":[%s]}\n",
      options.rounds, options.seconds, options.metrics ? "true" : "false",
      absl::StrJoin(parts, ",").c_str());
}

absl::Status Run(const Options& options) {
  DeploymentOptions deployment;
  deployment.binaries[kEcho] = "bench_echo_server";
  ASSIGN_OR_RETURN(std::unique_ptr<Deployment> suite, Deployment::Create(std::move(deployment)));
  RETURN_IF_ERROR(suite->Start("ingestion"));
  RETURN_IF_ERROR(suite->Start(kEcho));
  Submissions submissions;
  const config::v1::DefinitionSet definitions = submissions.Definitions();
  RETURN_IF_ERROR(ApplyToIngestion(definitions, suite->Channel(kSteward, "ingestion")));
  if (options.metrics) {
    RETURN_IF_ERROR(suite->Start("metrics"));
    RETURN_IF_ERROR(ApplyToMetrics(definitions, suite->Channel(kSteward, "metrics")));
  }
  std::vector<Line> lines;
  RETURN_IF_ERROR(Measure(suite.get(), options, &submissions, &lines));
  options.json ? PrintJson(options, lines) : PrintTable(options, lines);
  return absl::OkStatus();
}

}  // namespace
}  // namespace onereturn

int main(int argument_count, char** arguments) {
  onereturn::Options options;
  CLI::App app("Prints submissions per second as a ratio to a gRPC echo of the same message.");
  app.footer("Example: submission_bench --in-flight 64 --rounds 9 --metrics");
  app.add_flag("--json", options.json, "One JSON object instead of a table");
  app.add_flag("--metrics", options.metrics, "Let metricsd consume the feed meanwhile");
  app.add_option("--seconds", options.seconds, "Length of one measurement");
  app.add_option("--rounds", options.rounds, "Measurements of each kind")
      ->check(CLI::PositiveNumber);
  app.add_option("--in-flight", options.in_flight, "Calls on their way together")->delimiter(',');
  CLI11_PARSE(app, argument_count, arguments);
  const absl::Status status = onereturn::Run(options);
  if (status.ok()) return 0;
  std::fprintf(stderr, "submission_bench: %s\n", status.ToString().c_str());
  return 1;
}
