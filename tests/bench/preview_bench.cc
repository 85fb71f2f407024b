// How long PreviewMatch takes over mutual TLS, against a service that holds the returns in its
// store: 40 items of 250 organisations for 12 months, 120,000 figures. The first match of a life of
// the service reads the catalogue and what is held; every later one finds both.
//
//   months    each organisation's own months: all of it is held
//   quarters  quarters: sums of three months each, of four quarters
//   gap       months of the year after: nothing is held
#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "onereturn/requests/v1/requests_service.grpc.pb.h"
#include "onereturn/returns/v1/returns_service.grpc.pb.h"
#include "tests/crash/calls.h"
#include "tests/crash/definitions.h"
#include "tests/crash/made_up_returns.h"
#include "tests/crash/request_world.h"
#include "tests/harness/deployment.h"

namespace onereturn {
namespace {

using requests::v1::RequestsService;
using Steady = std::chrono::steady_clock;

constexpr char kMatchingService[] = "ingestion";
constexpr int kItems = 40;
constexpr int kProviders = 250;
constexpr int kMonths = 12;
constexpr int kSenders = 8;
constexpr int64_t kPreviewTakes_ms = 60'000;

struct PreviewOptions {
  int matches = 200;
};

struct PreviewKind {
  const char* name;
  requests::v1::PreviewMatchRequest request;
};

requests::v1::PreviewMatchRequest Previewing(const std::string& from, const std::string& to) {
  requests::v1::PreviewMatchRequest request;
  requests::v1::DataRequest* ask = request.mutable_data_request();
  *ask = MadeUpAsk(1, MadeUpOrganisations(kProviders), kMonths);
  ask->clear_lines();
  const config::v1::DefinitionSet definitions = DefinitionsOf({"HELD", kItems, {1}}, {});
  for (const auto& item : definitions.items()) {
    ask->add_lines()->set_item(item.code());
  }
  ask->set_from_period(from);
  ask->set_to_period(to);
  return request;
}

// All returns of one year, by several senders.
absl::Status SubmitYear(Deployment* suite, const MadeUpCollection& collection) {
  const std::vector<std::string> organisations = MadeUpOrganisations(kProviders);
  std::atomic<int> next{0};
  std::vector<absl::Status> faults(kSenders);
  std::vector<std::thread> senders;
  for (absl::Status& fault : faults) {
    senders.emplace_back([&] {
      const auto stub =
          returns::v1::ReturnsService::NewStub(suite->Channel(kLoader, kMatchingService));
      for (int i = next++; i < kProviders * kMonths && fault.ok(); i = next++) {
        const auto request =
            MadeUpReturn(collection, organisations[i % kProviders], MadeUpMonth(i / kProviders),
                         absl::StrCat("return-", i), static_cast<uint64_t>(i));
        fault = CallOnce(*stub, &returns::v1::ReturnsService::Stub::SubmitReturn, request,
                         kPreviewTakes_ms)
                    .status();
      }
    });
  }
  for (std::thread& sender : senders) sender.join();
  for (const absl::Status& fault : faults) RETURN_IF_ERROR(fault);
  return absl::OkStatus();
}

// Milliseconds until the answer was there.
absl::StatusOr<double> Preview(RequestsService::Stub* stub,
                               const requests::v1::PreviewMatchRequest& request) {
  const auto begin = Steady::now();
  RETURN_IF_ERROR(
      CallOnce(*stub, &RequestsService::Stub::PreviewMatch, request, kPreviewTakes_ms).status());
  return std::chrono::duration<double, std::milli>(Steady::now() - begin).count();
}

absl::Status Measure(RequestsService::Stub* stub, const PreviewKind& kind, int matches) {
  std::vector<double> taken;
  while (static_cast<int>(taken.size()) < matches) {
    ASSIGN_OR_RETURN(taken.emplace_back(), Preview(stub, kind.request));
  }
  std::sort(taken.begin(), taken.end());
  const auto at = [&taken](size_t percent) {
    return taken[std::min(taken.size() - 1, taken.size() * percent / 100)];
  };
  std::printf("  %-9s %6.1f ms p50  %6.1f ms p99\n", kind.name, at(50), at(99));
  return absl::OkStatus();
}

absl::Status RunPreviews(const PreviewOptions& options) {
  const MadeUpCollection collection{"HELD", kItems, {1}};
  ASSIGN_OR_RETURN(const std::unique_ptr<Deployment> suite, Deployment::Create());
  RETURN_IF_ERROR(suite->Start(kMatchingService));
  const auto steward = suite->Channel(kSteward, kMatchingService);
  RETURN_IF_ERROR(
      ApplyToIngestion(DefinitionsOf(collection, MadeUpOrganisations(kProviders)), steward));
  RETURN_IF_ERROR(DefineRequesters(steward));
  RETURN_IF_ERROR(SubmitYear(suite.get(), collection));
  const std::vector<PreviewKind> kinds = {
      {"months", Previewing(MadeUpMonth(0), MadeUpMonth(kMonths - 1))},
      {"quarters", Previewing("2000-Q1", "2000-Q4")},
      {"gap", Previewing(MadeUpMonth(kMonths), MadeUpMonth(2 * kMonths - 1))}};
  std::printf("%d items, %d organisations, %d months held; %d matches of each kind\n", kItems,
              kProviders, kMonths, options.matches);
  for (const PreviewKind& kind : kinds) {
    RETURN_IF_ERROR(suite->Stop(kMatchingService));
    RETURN_IF_ERROR(suite->Start(kMatchingService));
    const auto stub = RequestsService::NewStub(suite->Channel(kAnalyst, kMatchingService));
    // So that the first match pays for no connection.
    const requests::v1::GetRequestRulesRequest rules;
    RETURN_IF_ERROR(CallOnce(*stub, &RequestsService::Stub::GetRequestRules, rules).status());
    ASSIGN_OR_RETURN(const double first, Preview(stub.get(), kind.request));
    std::printf("  %-9s %6.1f ms the first after a start\n", kind.name, first);
    RETURN_IF_ERROR(Measure(stub.get(), kind, options.matches));
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace onereturn

int main(int argument_count, char** arguments) {
  onereturn::PreviewOptions options;
  CLI::App app("How long a match takes over the wire, against what is stored.");
  app.add_option("--matches", options.matches, "of each kind")->check(CLI::Range(1, 100'000));
  CLI11_PARSE(app, argument_count, arguments);
  const absl::Status status = onereturn::RunPreviews(options);
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return status.ok() ? 0 : 1;
}
