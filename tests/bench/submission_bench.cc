// How fast validated, durable, ledgered submissions are, as a ratio to a gRPC echo of the same
// message: both over mutual TLS, from the same client, taking turns in one run.
#include <CLI/CLI.hpp>
#include <cstdio>
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

struct Line {
  int in_flight = 0;
  std::vector<double> submissions, echoes, ratios;
  std::vector<double> submission_ms, echo_ms;  // Latencies of all rounds.
};

// Makes submissions that are all new: each id once, and never two of one return in flight together.
class Submissions {
 public:
  Submissions() : collection_{"BENCH", 1, {100}}, organisations_(MadeUpOrganisations(250)) {}

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
    Line line{in_flight, {}, {}, {}, {}, {}};
    for (int round = 0; round < options.rounds; ++round) {
      ASSIGN_OR_RETURN(LoadFigures ours, RunLoad(submit, in_flight, options.seconds));
      ASSIGN_OR_RETURN(LoadFigures echoed, RunLoad(echo, in_flight, options.seconds));
      line.submissions.push_back(ours.calls_per_second);
      line.echoes.push_back(echoed.calls_per_second);
      line.ratios.push_back(ours.calls_per_second / echoed.calls_per_second);
      line.submission_ms.insert(line.submission_ms.end(), ours.latencies_ms.begin(),
                                ours.latencies_ms.end());
      line.echo_ms.insert(line.echo_ms.end(), echoed.latencies_ms.begin(),
                          echoed.latencies_ms.end());
    }
    std::sort(line.submission_ms.begin(), line.submission_ms.end());
    std::sort(line.echo_ms.begin(), line.echo_ms.end());
    lines->push_back(std::move(line));
  }
  return absl::OkStatus();
}

void PrintTable(const Options& options, const std::vector<Line>& lines) {
  std::printf(
      "Submissions of 100-cell returns against an echo of the same message, mutual TLS,\n"
      "%d rounds of %.1f s each in turn, medians%s.\n\n"
      "in flight  submissions/s   echo/s   ratio (least-most)   p50 ms  p99 ms   echo p50  p99\n",
      options.rounds, options.seconds, options.metrics ? ", metrics consuming" : "");
  for (const Line& line : lines) {
    const auto [least, most] = std::minmax_element(line.ratios.begin(), line.ratios.end());
    std::printf("%9d  %13.0f  %7.0f   %5.2f (%.2f-%.2f)  %9.2f  %6.2f  %9.2f  %5.2f\n",
                line.in_flight, MedianOf(line.submissions), MedianOf(line.echoes),
                MedianOf(line.ratios), *least, *most, Percentile(line.submission_ms, 0.5),
                Percentile(line.submission_ms, 0.99), Percentile(line.echo_ms, 0.5),
                Percentile(line.echo_ms, 0.99));
  }
}

void PrintJson(const Options& options, const std::vector<Line>& lines) {
  std::vector<std::string> parts;
  for (const Line& line : lines) {
    parts.push_back(absl::StrFormat(
        "{\"in_flight\":%d,\"submissions_per_second\":%.1f,\"echoes_per_second\":%.1f,"
        "\"ratio\":%.4f,\"submission_p50_ms\":%.3f,\"submission_p99_ms\":%.3f,"
        "\"echo_p50_ms\":%.3f,\"echo_p99_ms\":%.3f}",
        line.in_flight, MedianOf(line.submissions), MedianOf(line.echoes), MedianOf(line.ratios),
        Percentile(line.submission_ms, 0.5), Percentile(line.submission_ms, 0.99),
        Percentile(line.echo_ms, 0.5), Percentile(line.echo_ms, 0.99)));
  }
  std::printf("{\"bench\":\"submission\",\"rounds\":%d,\"seconds\":%.1f,\"metrics\":%s,\"lines\":[%s]}\n",
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
  app.add_option("--rounds", options.rounds, "Measurements of each kind")->check(CLI::PositiveNumber);
  app.add_option("--in-flight", options.in_flight, "Calls on their way together")->delimiter(',');
  CLI11_PARSE(app, argument_count, arguments);
  const absl::Status status = onereturn::Run(options);
  if (status.ok()) return 0;
  std::fprintf(stderr, "submission_bench: %s\n", status.ToString().c_str());
  return 1;
}
