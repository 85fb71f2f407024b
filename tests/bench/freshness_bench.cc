// How soon a figure can be read after it was accepted: at a steady rate of returns, the time from
// SubmitReturn's answer until GetMetricValue answers with the return included.
#include <CLI/CLI.hpp>
#include <atomic>
#include <cstdio>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "onereturn/metrics/v1/metrics_service.grpc.pb.h"
#include "onereturn/returns/v1/returns_service.grpc.pb.h"
#include "tests/bench/load.h"
#include "tests/crash/calls.h"
#include "tests/crash/definitions.h"
#include "tests/crash/made_up_returns.h"
#include "tests/harness/deployment.h"

namespace onereturn {
namespace {

using metrics::v1::MetricsService;
using returns::v1::ReturnsService;

constexpr int kOrganisations = 250;
constexpr int kMonths = 240;

struct Options {
  bool json = false;
  int per_second = 200;
  double seconds = 20;
  int threads = 16;
};

struct Figures {
  std::vector<double> accepted_ms;  // From the moment it was due to SubmitReturn's answer.
  std::vector<double> readable_ms;  // From there to the metric's answer.
};

class Freshness {
 public:
  Freshness(Deployment* suite, const Options& options)
      : suite_(suite),
        options_(options),
        collection_{"FRESH", 1, {100}},
        organisations_(MadeUpOrganisations(kOrganisations)) {}

  absl::Status Prepare() {
    const config::v1::DefinitionSet definitions = DefinitionsOf(collection_, organisations_);
    RETURN_IF_ERROR(suite_->Start("ingestion"));
    RETURN_IF_ERROR(suite_->Start("metrics"));
    RETURN_IF_ERROR(ApplyToIngestion(definitions, suite_->Channel(kSteward, "ingestion")));
    RETURN_IF_ERROR(ApplyToMetrics(definitions, suite_->Channel(kSteward, "metrics")));
    for (int i = 0; i < options_.threads; ++i) {
      returns_stubs_.push_back(ReturnsService::NewStub(suite_->Channel(kLoader, "ingestion")));
      metrics_stubs_.push_back(MetricsService::NewStub(suite_->Channel(kAnalyst, "metrics")));
    }
    return absl::OkStatus();
  }

  // Returns `from` up to `to`, each at its moment.
  absl::StatusOr<Figures> Run(int from, int to) {
    next_ = from;
    begin_ = BenchClock::now();
    first_ = from;
    figures_ = {};
    std::vector<std::thread> threads;
    for (int i = 0; i < options_.threads; ++i) {
      threads.emplace_back([this, i, to] {
        Work(to, returns_stubs_[static_cast<size_t>(i)].get(),
             metrics_stubs_[static_cast<size_t>(i)].get());
      });
    }
    for (std::thread& thread : threads) thread.join();
    if (!fault_.ok()) return fault_;
    std::sort(figures_.accepted_ms.begin(), figures_.accepted_ms.end());
    std::sort(figures_.readable_ms.begin(), figures_.readable_ms.end());
    return figures_;
  }

 private:
  void Work(int to, ReturnsService::Stub* returns_stub, MetricsService::Stub* metrics_stub) {
    for (int number = next_++; number < to; number = next_++) {
      const absl::Status status = SubmitAndRead(number, returns_stub, metrics_stub);
      if (status.ok()) continue;
      std::lock_guard<std::mutex> lock(mutex_);
      fault_ = status;
      next_ = to;
      return;
    }
  }

  absl::Status SubmitAndRead(int number, ReturnsService::Stub* returns_stub,
                             MetricsService::Stub* metrics_stub) {
    const std::string& organisation = organisations_[static_cast<size_t>(number % kOrganisations)];
    const std::string period = MadeUpMonth(number / kOrganisations % kMonths);
    const auto request =
        MadeUpReturn(collection_, organisation, period, absl::StrCat("fresh-", number),
                     static_cast<uint64_t>(number));
    const auto due = begin_ + std::chrono::microseconds(int64_t{number - first_} * 1'000'000 /
                                                        options_.per_second);
    std::this_thread::sleep_until(due);
    ASSIGN_OR_RETURN(auto accepted,
                     CallOnce(*returns_stub, &ReturnsService::Stub::SubmitReturn, request));
    const auto answered = BenchClock::now();
    metrics::v1::GetMetricValueRequest read;
    read.set_metric(kMadeUpMetric);
    read.set_organisation(organisation);
    read.set_period(period);
    read.mutable_read()->set_at_least(accepted.receipt().position());
    ASSIGN_OR_RETURN(auto value,
                     CallOnce(*metrics_stub, &MetricsService::Stub::GetMetricValue, read));
    const auto readable = BenchClock::now();
    if (value.value().state() != metrics::v1::VALUE_STATE_VALUE) {
      return absl::InternalError(absl::StrCat("no value: ", value.ShortDebugString()));
    }
    std::lock_guard<std::mutex> lock(mutex_);
    figures_.accepted_ms.push_back(MillisecondsBetween(due, answered));
    figures_.readable_ms.push_back(MillisecondsBetween(answered, readable));
    return absl::OkStatus();
  }

  Deployment* const suite_;
  const Options options_;
  const MadeUpCollection collection_;
  const std::vector<std::string> organisations_;
  std::vector<std::unique_ptr<ReturnsService::Stub>> returns_stubs_;
  std::vector<std::unique_ptr<MetricsService::Stub>> metrics_stubs_;
  BenchClock::time_point begin_;
  int first_ = 0;
  std::atomic<int> next_{0};
  std::mutex mutex_;
  Figures figures_;  // Guarded by mutex_ while threads run, as is the next.
  absl::Status fault_;
};

absl::Status Run(const Options& options) {
  ASSIGN_OR_RETURN(std::unique_ptr<Deployment> suite, Deployment::Create());
  Freshness freshness(suite.get(), options);
  RETURN_IF_ERROR(freshness.Prepare());
  // Warm: one connection a thread, caches, code.
  const int warm = options.per_second;
  RETURN_IF_ERROR(freshness.Run(0, warm).status());
  const int count = static_cast<int>(options.per_second * options.seconds);
  const auto begin = BenchClock::now();
  ASSIGN_OR_RETURN(Figures figures, freshness.Run(warm, warm + count));
  const double rate = count / MillisecondsBetween(begin, BenchClock::now()) * 1'000;
  const char* format =
      options.json
          ? "{\"bench\":\"freshness\",\"asked_per_second\":%d,\"reached_per_second\":%.1f,"
            "\"readable_p50_ms\":%.3f,\"readable_p99_ms\":%.3f,\"readable_most_ms\":%.3f,"
            "\"accepted_p50_ms\":%.3f,\"accepted_p99_ms\":%.3f}\n"
          : "Acceptance to readable at %d returns a second of 100 cells (reached: %.1f/s):\n"
            "  from the submission's answer to the metric's: p50 %.2f ms, p99 %.2f ms, most %.2f "
            "ms\n"
            "  from the moment it was due to its acceptance: p50 %.2f ms, p99 %.2f ms\n";
  std::printf(format, options.per_second, rate, Percentile(figures.readable_ms, 0.5),
              Percentile(figures.readable_ms, 0.99), figures.readable_ms.back(),
              Percentile(figures.accepted_ms, 0.5), Percentile(figures.accepted_ms, 0.99));
  return absl::OkStatus();
}

}  // namespace
}  // namespace onereturn

int main(int argument_count, char** arguments) {
  onereturn::Options options;
  CLI::App app("Prints how soon a metric can be read after a return was accepted.");
  app.footer("Example: freshness_bench --per-second 200 --seconds 30");
  app.add_flag("--json", options.json, "One JSON object instead of a table");
  app.add_option("--per-second", options.per_second, "Returns a second")
      ->check(CLI::PositiveNumber);
  app.add_option("--seconds", options.seconds, "How long")->check(CLI::PositiveNumber);
  app.add_option("--threads", options.threads, "Callers, each with its own connections")
      ->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argument_count, arguments);
  const absl::Status status = onereturn::Run(options);
  if (status.ok()) return 0;
  std::fprintf(stderr, "freshness_bench: %s\n", status.ToString().c_str());
  return 1;
}
